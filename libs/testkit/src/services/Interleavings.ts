/**
 * Every order in which the calls of two writers can reach a store.
 *
 * @internal
 */
import { Identifiers } from "@emend/domain"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { strict as assert } from "node:assert"
import { as, type Services } from "./Fact.ts"

type Program = Effect.Effect<unknown, unknown, Services>

/** Two writers of what a scene has made, and what is seen there afterwards. */
export interface Meeting {
  readonly writers: readonly [Program, Program]
  readonly look: Program
}

/** The writer who makes a call, where its calls are let on one by one. */
const Writer = Context.Reference<((call: string) => Effect.Effect<void>) | undefined>("@emend/testkit/Writer", {
  defaultValue: () => undefined
})

/** Holds a call up until its writer is let on; what is no writer's is not held up. */
export const gate = (call: string): Effect.Effect<void> => Effect.flatMap(Writer, (stop) => stop?.(call) ?? Effect.void)

/** A writer who goes on for one call at a time. */
interface Steps {
  /** The call before which the writer stands; none before the beginning and after the end. */
  readonly call: () => string | undefined
  /** Lets the writer on to its next call or its end. */
  readonly on: Effect.Effect<void, never, Services>
  readonly outcome: () => unknown
}

const steps = (program: Program): Steps => {
  let halted = Deferred.makeUnsafe<void>()
  let held: { readonly call: string; readonly go: Deferred.Deferred<void> } | undefined
  let outcome: unknown
  const halt = Effect.suspend(() => Deferred.succeed(halted, undefined))
  const stop = (call: string) =>
    Effect.suspend(() => {
      held = { call, go: Deferred.makeUnsafe<void>() }
      return Effect.andThen(halt, Deferred.await(held.go))
    })
  const begin = answered(program).pipe(
    Effect.map((answer) => void (outcome = answer)),
    Effect.ensuring(halt),
    Effect.provideService(Writer, stop)
  )
  return {
    call: () => held?.call,
    on: Effect.suspend(() => {
      halted = Deferred.makeUnsafe<void>()
      const before = held
      held = undefined
      const move: Effect.Effect<unknown, never, Services> = before === undefined
        ? Effect.forkChild(begin)
        : Deferred.succeed(before.go, undefined)
      return Effect.andThen(move, Deferred.await(halted))
    }),
    outcome: () => outcome
  }
}

const answered = (program: Program) =>
  Effect.map(
    Effect.result(program),
    (result) => Result.isSuccess(result) ? { done: result.success } : { refused: result.failure }
  )

/** Calls of which the order does not matter: neither writes. */
const independent = (...calls: ReadonlyArray<string>) =>
  calls.every((call) => ["get", "find", "count", "history", "past", "recall", "read"].includes(call))

type Turn = 0 | 1

/** An order to be tried: the turns at its beginning, and the writers whose next call has been tried here already. */
interface Branch {
  readonly turns: ReadonlyArray<Turn>
  readonly asleep: ReadonlyArray<Turn>
}

/** Lets two writers on in one order, and notes the others that branch off; says whether this one is a new one. */
const follow = Effect.fnUntraced(function*({ asleep, turns }: Branch, writers: readonly [Steps, Steps]) {
  const branches: Array<Branch> = []
  const taken: Array<Turn> = []
  let sleeping = asleep
  let isNew = true
  yield* Effect.forEach(writers, ({ on }) => on)
  while (true) {
    const able = ([0, 1] as const).filter((turn) => writers[turn].call() !== undefined)
    if (able.length === 0) return { branches, isNew }
    const given = turns[taken.length]
    const open = given === undefined ? able.filter((turn) => !sleeping.includes(turn)) : [given]
    if (open.length === 0) isNew = false
    const awake = (among: ReadonlyArray<Turn>, turn: Turn) =>
      among.filter((other) => other !== turn && independent(writers[other].call()!, writers[turn].call()!))
    const [turn = able[0]!, later] = open
    if (isNew && later !== undefined) {
      branches.push({ turns: [...taken, later], asleep: awake([...sleeping, turn], later) })
    }
    if (given === undefined) sleeping = awake(sleeping, turn)
    taken.push(turn)
    yield* writers[turn].on
  }
})

/**
 * Tries every order of the calls of two writers, up to the order of reads beside reads, and expects of each that both
 * were answered, and left everything, as if one had come after the other. Gives the number of orders.
 */
export const serial = <E>(scene: Effect.Effect<Meeting, E, Services>): Effect.Effect<number, E, Services> =>
  Effect.gen(function*() {
    let scenes = 0
    const within = <A, E>(use: (meeting: Meeting) => Effect.Effect<A, E, Services>) =>
      Effect.suspend(() => {
        const tenant = `meeting ${scenes++} of ${salt}`
        return Effect.flatMap(still("0", scene), use).pipe(
          as(tenant),
          Effect.map((told) => JSON.stringify(told).replaceAll(tenant, "tenant"))
        )
      })
    const salt = yield* Effect.sync(() => globalThis.crypto.randomUUID())
    const told = ({ look }: Meeting, outcomes: ReadonlyArray<unknown>) =>
      Effect.map(answered(look), (seen) => ({ outcomes, seen }))
    const own = ({ writers: [left, right] }: Meeting) => [still("a", left), still("b", right)] as const

    const serially = yield* Effect.forEach(
      [[0, 1], [1, 0]] as const,
      (order) =>
        within((meeting) =>
          Effect.gen(function*() {
            const outcomes: Array<unknown> = []
            for (const turn of order) outcomes[turn] = yield* answered(own(meeting)[turn])
            return yield* told(meeting, outcomes)
          })
        )
    )

    const open: Array<Branch> = [{ turns: [], asleep: [] }]
    let orders = 0
    for (const branch of open) {
      let isNew = true
      const actual = yield* within((meeting) =>
        Effect.gen(function*() {
          const [left, right] = own(meeting)
          const writers = [steps(left), steps(right)] as const
          const followed = yield* follow(branch, writers)
          open.push(...followed.branches)
          isNew = followed.isNew
          return yield* told(meeting, writers.map(({ outcome }) => outcome()))
        })
      )
      if (!isNew) continue
      orders++
      if (!serially.includes(actual)) assert.deepEqual(JSON.parse(actual), serially.map((one) => JSON.parse(one)))
    }
    return orders
  })

/** Runs a program by a clock that stands, with ids that are counted; a writer has one, whatever it tries anew. */
const still = <A, E, R>(name: "0" | "a" | "b", program: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.flatMap(Clock.Clock, (clock) => {
    const millis = 1_700_000_000_000
    const nanos = BigInt(millis) * 1_000_000n
    let given = 0
    const next = Effect.sync(() => {
      if (name === "0") given++
      return `${name.repeat(8)}-0000-7000-8000-${String(given).padStart(12, "0")}`
    })
    return program.pipe(
      Effect.provideService(Clock.Clock, {
        ...clock,
        currentTimeMillisUnsafe: () => millis,
        currentTimeMillis: Effect.succeed(millis),
        currentTimeNanosUnsafe: () => nanos,
        currentTimeNanos: Effect.succeed(nanos),
        sleep: (duration) => clock.sleep(duration)
      }),
      Effect.provideService(Identifiers, { next })
    )
  })
