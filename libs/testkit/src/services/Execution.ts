/**
 * The execution of random commands to the services.
 *
 * @since 0.1.0
 */
import { IdempotencyKey, Identifiers, KeyLifetimeMillis } from "@emend/domain"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { strict as assert } from "node:assert"
import type { Services } from "./Fact.ts"
import { soundGraph } from "./GraphVerbs.ts"
import { type ServiceCommand, verbs } from "./ServiceCommand.ts"
import { soundHistories } from "./SoundHistory.ts"
import type { Made } from "./Verb.ts"

/**
 * Executes a sequence: the outcome of each command as plain data, a refusal with its tag and facts, and at the end the
 * links between the board tasks. New ids are counted and the clock stands where the command says, so that two stores can
 * be compared to the letter. A key is remembered for longer than that clock goes: as it may go back, a store could have
 * forgotten a key that is in force again.
 *
 * @category running
 * @since 0.1.0
 */
export const run = (commands: ReadonlyArray<ServiceCommand>): Effect.Effect<ReadonlyArray<unknown>, never, Services> =>
  execute(commands, ({ key, ...request }, program) =>
    key === undefined
      ? program
      : program.pipe(
        Effect.provideService(IdempotencyKey, { scope: request.verb, key, request: request.arguments }),
        Effect.provideService(KeyLifetimeMillis, 10_000)
      ))

/**
 * Executes a sequence, each command several times under a key of its own, and fails where one is not answered as it was
 * the first time. Done once, it is as if there were no keys: see {@link plainly}.
 *
 * @category running
 * @since 0.1.0
 */
export const repeatedly = (
  commands: ReadonlyArray<ServiceCommand>
): Effect.Effect<ReadonlyArray<unknown>, never, Services> => {
  let keys = 0
  return execute(commands, (_, program) => {
    const under = Effect.provideService(program, IdempotencyKey, { scope: "", key: `k${keys++}`, request: null })
    return Effect.gen(function*() {
      const first = yield* Effect.result(under)
      for (let times = 0; times < 2; times++) {
        const again = yield* Effect.result(under)
        assert.deepEqual(told(again), told(first))
      }
      return yield* Effect.fromResult(first)
    })
  })
}

/**
 * Executes a sequence without the keys.
 *
 * @category running
 * @since 0.1.0
 */
export const plainly = (
  commands: ReadonlyArray<ServiceCommand>
): Effect.Effect<ReadonlyArray<unknown>, never, Services> => execute(commands, (_, program) => program)

type Program = Effect.Effect<unknown, unknown, Services>

const execute = (
  commands: ReadonlyArray<ServiceCommand>,
  how: (command: ServiceCommand, program: Program) => Program
): Effect.Effect<ReadonlyArray<unknown>, never, Services> =>
  Effect.gen(function*() {
    const made: Made = { tasks: [], trackers: [], events: [], board: [], agents: [], revisions: [] }
    const clock = yield* Clock.Clock
    const outcomes = yield* Effect.forEach(commands, (command, step) => {
      const { arguments: chosen, at, verb } = command
      const program: Program = Effect.suspend(() => {
        // What is done again takes no ids from what comes after it.
        let given = step * 1_000
        const next = Effect.sync(() => `00000000-0000-7000-8000-${String(given++).padStart(12, "0")}`)
        return Effect.provideService(verbs[verb]!.run(chosen, made), Identifiers, { next })
      })
      const millis = 1_700_000_000_000 + at * 1000
      const still: Clock.Clock = {
        ...clock,
        currentTimeMillisUnsafe: () => millis,
        currentTimeMillis: Effect.succeed(millis),
        currentTimeNanosUnsafe: () => BigInt(millis) * 1_000_000n,
        currentTimeNanos: Effect.succeed(BigInt(millis) * 1_000_000n),
        sleep: (duration) => clock.sleep(duration)
      }
      return Effect.result(how(command, program)).pipe(
        Effect.map(told),
        Effect.provideService(Clock.Clock, still)
      )
    })
    return [...outcomes, plain(yield* soundGraph(made.board)), yield* soundHistories(made)]
  })

const told = (outcome: Result.Result<unknown, unknown>): unknown =>
  plain(Result.isSuccess(outcome) ? { done: outcome.success } : { refused: outcome.failure })

/** An outcome as JSON: an error with its tag and facts, without its stack. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value))
