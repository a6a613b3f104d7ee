/**
 * Group commit: commits that are asked for at the same time share a statement.
 *
 * @since 0.1.0
 */
import { RecordStore } from "@emend/domain"
import * as Cause from "effect/Cause"
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type { SqlError } from "effect/sql/SqlError"
import type * as Commits from "./Commits.ts"
import { defaultMaxConnections, unavailable } from "./Database.ts"
import * as Encoded from "./Encoded.ts"
import { type Amount, Gatherer } from "./Gatherer.ts"
import * as Plan from "./Plan.ts"

/** As many requests share a statement, with as many characters of JSON: it takes about a second for 8 MiB. */
const most: Amount = { count: 128, weight: 8 * 1024 * 1024 }

/** As many characters of JSON wait, which are written well within the time that a request may take. */
const mostWaitingWeight = 128 * 1024 * 1024

/** Longer than nearly every statement takes, also where a disk is slow to flush. */
const patienceMillis = 20

/**
 * How many requests of one form wait for the database at most where nothing else is said.
 *
 * @category limits
 * @since 0.1.0
 */
export const defaultMaxWaiting = 4_096

/**
 * The bounds of a lane: at how many places others are waited for at the same time, and how many requests are in work or
 * wait, with how many characters of JSON. What comes beyond that is refused, and nothing of it was done.
 *
 * @category models
 * @since 0.1.0
 */
export interface Bounds {
  readonly aside: number
  readonly room: Amount
}

/**
 * Gives the bounds of a lane of a store. Of its connections, half at most wait for others.
 *
 * @category limits
 * @since 0.1.0
 */
export const bounds = ({ maxConnections = defaultMaxConnections, maxWaiting = defaultMaxWaiting }: {
  readonly maxConnections?: number
  readonly maxWaiting?: number
}): Bounds => ({ aside: Math.ceil(maxConnections / 2), room: { count: maxWaiting, weight: mostWaitingWeight } })

interface Asked<Item, Answer> {
  readonly item: Item
  readonly context: Context.Context<never>
  /** Lets the fiber that asks go on. */
  resume: (answer: Effect.Effect<Answer, RecordStore.StoreUnavailable>) => void
}

/**
 * Gathers what is asked for one by one. It is executed where the first of those that come together was asked for, and to
 * its end, whoever of them goes away: one alone by the fiber that asks, several by one of their own. Where others can be
 * in the way of an item, `place` names what they lock. What is sent as JSON is encoded by `encode` before it joins
 * others: what it throws is a defect of the one that asks.
 *
 * @category constructors
 * @since 0.1.0
 */
export const gathering = <Item extends object, Answer>({ bounds: { aside, room }, encode, execute, place = () => "" }: {
  readonly bounds: Bounds
  readonly execute: (
    items: ReadonlyArray<Item>,
    waits: boolean
  ) => Effect.Effect<ReadonlyArray<Answer | undefined>, SqlError>
  readonly place?: (item: Item) => string
  readonly encode?: (item: Item) => Encoded.Encoded
}): (item: Item) => Effect.Effect<Answer, RecordStore.StoreUnavailable> => {
  const gatherer = new Gatherer<Asked<Item, Answer>, Answer, RecordStore.StoreUnavailable>({
    most,
    room,
    aside,
    patienceMillis,
    place: ({ item }) => place(item),
    weight: ({ item }) => Encoded.weight(item),
    execute: (asked, waits, done) => {
      const effect = execute(asked.map(({ item }) => item), waits)
      const [first] = asked as [Asked<Item, Answer>]
      if (asked.length > 1) {
        return void Effect.runForkWith(first.context)(Effect.mapError(effect, unavailable)).addObserver(done)
      }
      const goOn = (exit: Parameters<typeof done>[0]): Effect.Effect<Answer, RecordStore.StoreUnavailable> =>
        Effect.callback((resume) => {
          first.resume = resume
          done(exit)
        })
      first.resume(Effect.matchCauseEffect(effect, {
        onSuccess: (answers) => goOn(Exit.succeed(answers)),
        onFailure: (cause) => goOn(Exit.failCause(Cause.map(cause, unavailable)))
      }))
    }
  })
  return (item) =>
    Effect.uninterruptible(
      Effect.contextWith((context: Context.Context<never>) =>
        Effect.callback<Answer, RecordStore.StoreUnavailable>((resume) => {
          const asked = { item: encode === undefined ? item : Encoded.keep(item, encode), context, resume }
          if (!gatherer.submit(asked, (answer) => asked.resume(answer))) resume(Effect.fail(full(room)))
        })
      )
    )
}

const full = ({ count, weight }: Amount) =>
  new RecordStore.StoreUnavailable({
    message: `As many requests wait for the database as may: ${count}, or as many as have ${weight} characters of JSON`
  })

type Commit = RecordStore.RecordStore["Service"]["commit"]
type Lane = (write: RecordStore.Write) => Effect.Effect<RecordStore.CommitResult, RecordStore.StoreUnavailable>

/**
 * Gathers commits of a single write that are asked for one by one: those of one form and kind share a statement. All
 * others are executed as they are. The bounds are those of each form and kind.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (
  execute: Commits.Execute,
  encode: (write: RecordStore.Write) => Encoded.Encoded,
  bounds: Bounds
): Commit => {
  const lanes = new Map<string, Lane>()
  const laneOf = (form: string): Lane => {
    const known = lanes.get(form)
    if (known !== undefined) return known
    const made = gathering<RecordStore.Write, RecordStore.CommitResult>({
      bounds,
      encode,
      execute: (writes, waits) => execute(writes.map((write) => [write]), !waits),
      place: ({ key }) => JSON.stringify([key.tenant, key.id])
    })
    lanes.set(form, made)
    return made
  }
  return (commits) => {
    const [commit] = commits
    const [write] = commit ?? []
    const isSingle = commits.length === 1 && commit?.length === 1 && write!.dry !== true && !Plan.redacts(write!)
    return isSingle
      ? Effect.map(laneOf(`${write!._tag} ${write!.key.kind}`)(write!), (result) => [result])
      : Effect.mapError(execute(commits), unavailable)
  }
}
