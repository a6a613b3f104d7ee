/**
 * Group commit: commits that are asked for at the same time share a statement.
 *
 * @since 0.1.0
 */
import { RecordStore } from "@emend/domain"
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type { SqlError } from "effect/sql/SqlError"
import type * as Commits from "./Commits.ts"
import { defaultMaxConnections, unavailable } from "./Database.ts"
import { Gatherer } from "./Gatherer.ts"
import * as Plan from "./Plan.ts"

/** As many requests share a statement. */
const most = 128

/**
 * How many requests of one form wait for the database at most where nothing else is said.
 *
 * @category limits
 * @since 0.1.0
 */
export const defaultMaxWaiting = 4_096

/**
 * The bounds of a lane: at how many places others are waited for at the same time, and how many requests are in work or
 * wait. What comes beyond that is refused, and nothing of it was done.
 *
 * @category models
 * @since 0.1.0
 */
export interface Bounds {
  readonly aside: number
  readonly room: number
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
}): Bounds => ({ aside: Math.ceil(maxConnections / 2), room: maxWaiting })

interface Asked<Item> {
  readonly item: Item
  readonly context: Context.Context<never>
}

/**
 * Gathers what is asked for one by one. It is executed where the first of those that come together was asked for, and to
 * its end, whoever of them goes away. Where others can be in the way of an item, `place` names what they lock.
 *
 * @category constructors
 * @since 0.1.0
 */
export const gathering = <Item, Answer>({ bounds: { aside, room }, execute, place = () => "" }: {
  readonly bounds: Bounds
  readonly execute: (
    items: ReadonlyArray<Item>,
    waits: boolean
  ) => Effect.Effect<ReadonlyArray<Answer | undefined>, SqlError>
  readonly place?: (item: Item) => string
}): (item: Item) => Effect.Effect<Answer, RecordStore.StoreUnavailable> => {
  const gatherer = new Gatherer<Asked<Item>, Answer, RecordStore.StoreUnavailable>({
    most,
    room,
    aside,
    place: ({ item }) => place(item),
    execute: (asked, waits, done) => {
      const effect = Effect.mapError(execute(asked.map(({ item }) => item), waits), unavailable)
      Effect.runForkWith(asked[0]!.context)(effect).addObserver(done)
    }
  })
  return (item) =>
    Effect.uninterruptible(
      Effect.contextWith((context: Context.Context<never>) =>
        Effect.callback<Answer, RecordStore.StoreUnavailable>((resume) => {
          if (!gatherer.submit({ item, context }, resume)) resume(Effect.fail(full(room)))
        })
      )
    )
}

const full = (room: number) =>
  new RecordStore.StoreUnavailable({ message: `More than ${room} requests wait for the database` })

type Commit = RecordStore.RecordStore["Service"]["commit"]
type Lane = (commit: RecordStore.Commit) => Effect.Effect<RecordStore.CommitResult, RecordStore.StoreUnavailable>

/**
 * Gathers commits of a single write that are asked for one by one: those of one form and kind share a statement. All
 * others, and what no caller may ask for, are executed as they are. The bounds are those of each form and kind.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (
  execute: Commits.Execute,
  check: (write: RecordStore.Write) => Error | undefined,
  bounds: Bounds
): Commit => {
  const lanes = new Map<string, Lane>()
  const laneOf = (form: string): Lane => {
    const known = lanes.get(form)
    if (known !== undefined) return known
    const made = gathering<RecordStore.Commit, RecordStore.CommitResult>({
      bounds,
      execute: (commits, waits) => execute(commits, !waits),
      place: ([{ key }]) => JSON.stringify([key.tenant, key.id])
    })
    lanes.set(form, made)
    return made
  }
  return (commits) => {
    const [commit] = commits
    const [write] = commit ?? []
    const isSingle = commits.length === 1 && commit?.length === 1 && write!.dry !== true && !Plan.redacts(write!)
    return isSingle && check(write!) === undefined
      ? Effect.map(laneOf(`${write!._tag} ${write!.key.kind}`)(commit), (result) => [result])
      : Effect.mapError(execute(commits), unavailable)
  }
}
