/**
 * What holds of the services, whatever store or wire is beneath them.
 *
 * @since 0.1.0
 */
import { it as test, layer as describeLayer } from "@effect/vitest"
import { Services as DomainServices } from "@emend/domain"
import * as Arbitrary from "effect/Arbitrary"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { strict as assert } from "node:assert"
import { agentRevisionFacts } from "./services/AgentRevisionFacts.ts"
import { boardFacts, boardRaces } from "./services/BoardFacts.ts"
import { cleaningFacts } from "./services/CleaningFacts.ts"
import { plainly, repeatedly, run } from "./services/Execution.ts"
import { as, type Facts, type Services } from "./services/Fact.ts"
import { graphFacts, graphRaces } from "./services/GraphFacts.ts"
import { historyFacts, historyRaces } from "./services/HistoryFacts.ts"
import { interleavings } from "./services/InterleavingFacts.ts"
import { gate } from "./services/Interleavings.ts"
import { keyFacts } from "./services/KeyFacts.ts"
import { lives } from "./services/Life.ts"
import { boardListFacts, taskListFacts } from "./services/ListFacts.ts"
import { revisionLaws } from "./services/RevisionLaws.ts"
import { sequence, type ServiceCommand, subjects } from "./services/ServiceCommand.ts"
import { gated, type Ports, several } from "./services/Several.ts"
import { taskAgentFacts, taskAgentRaces } from "./services/TaskAgentFacts.ts"
import { taskFacts, taskRaces } from "./services/TaskFacts.ts"
import { trackerFacts, trackerRaces } from "./services/TrackerFacts.ts"

/**
 * The facts about what is asked at the same time, by service and sentence. They hold of any number of servers on one
 * store.
 *
 * @category facts
 * @since 0.1.0
 */
export const races: Readonly<Record<string, Facts>> = {
  Tasks: { ...taskRaces, ...historyRaces(lives.Tasks) },
  Trackers: { ...trackerRaces, ...historyRaces(lives.Trackers) },
  Board: { ...boardRaces, ...graphRaces, ...historyRaces(lives.Board) },
  TaskAgents: { ...taskAgentRaces, ...historyRaces(lives.TaskAgents) }
}

/**
 * The facts, by service and sentence. Each is a program over the services that fails where the fact does not hold.
 *
 * @category facts
 * @since 0.1.0
 */
export const facts: Readonly<Record<string, Facts>> = {
  Tasks: { ...taskFacts, ...taskListFacts, ...cleaningFacts, ...historyFacts(lives.Tasks), ...races["Tasks"] },
  Trackers: { ...trackerFacts, ...historyFacts(lives.Trackers), ...races["Trackers"] },
  Board: { ...boardFacts, ...boardListFacts, ...graphFacts, ...historyFacts(lives.Board), ...races["Board"] },
  TaskAgents: {
    ...taskAgentFacts,
    ...agentRevisionFacts,
    ...revisionLaws,
    ...historyFacts(lives.TaskAgents),
    ...races["TaskAgents"]
  },
  Keys: keyFacts
}

/**
 * Registers every fact, or those given, as a test of the services that `layer` provides. Each test runs as a tenant of
 * its own.
 *
 * @category suites
 * @since 0.1.0
 */
export const suite = <E>(
  name: string,
  layer: Layer.Layer<Services, E>,
  only: Readonly<Record<string, Facts>> = facts
): void => {
  describeLayer(layer, { excludeTestServices: true })(`${name}: services`, (it) => {
    let tenants = 0
    for (const [service, sentences] of Object.entries(only)) {
      assert.notEqual(Object.keys(sentences).length, 0)
      for (const [sentence, fact] of Object.entries(sentences)) {
        it.effect(`${service}: ${sentence}`, () => as(`${name} ${service} ${tenants++}`)(fact))
      }
    }
  })
}

/**
 * Provides the services of so many servers as one: each call goes to the next of them, so that nothing in a process can
 * order what is asked at the same time. Each server is built by itself; they share what `server` has from outside.
 *
 * @category layers
 * @since 0.1.0
 */
export const servers: <E>(count: number, server: Layer.Layer<Services, E>) => Layer.Layer<Services, E> = several

/**
 * Provides the services of several servers on one store whose callers meet before each call, also where the store
 * itself answers at once.
 *
 * @category layers
 * @since 0.1.0
 */
export const crowded = <E>(count: number, store: Layer.Layer<Ports, E>): Layer.Layer<Services, E> =>
  behind(count, store, () => Effect.yieldNow)

const behind = <E>(
  count: number,
  store: Layer.Layer<Ports, E>,
  gate: (call: string) => Effect.Effect<void>
): Layer.Layer<Services, E> =>
  Layer.unwrap(
    Effect.map(
      Layer.build(store),
      (ports) => servers(count, Layer.provide(DomainServices.layer, Layer.succeedContext(gated(ports, gate))))
    )
  )

/**
 * Registers the facts about two writers of one record on two servers, each tried in every order in which their calls
 * can reach the store: they come one after the other (law P4).
 *
 * @category suites
 * @since 0.1.0
 */
export const interleaved = <E>(name: string, store: Layer.Layer<Ports, E>): void =>
  suite(`${name}, two writers`, behind(2, store, gate), interleavings)

/**
 * Registers the test that two implementations of the services answer random sequences of commands equally: every
 * state, every result, every refusal with its facts (law P3), about everything and about each kind of record alone;
 * and that each history is sound afterwards, in both. `runs` sequences of `length` commands each, from `seed`.
 *
 * @category suites
 * @since 0.1.0
 */
export const differential = <E1, E2>(
  name: string,
  reference: Layer.Layer<Services, E1>,
  subject: Layer.Layer<Services, E2>,
  { length = 60, runs = 25, seed = name }: {
    readonly length?: number
    readonly runs?: number
    readonly seed?: string | number
  } = {}
): void => {
  const compare = (
    what: string,
    about: string,
    expecting: (commands: ReadonlyArray<ServiceCommand>) => ReturnType<typeof run>,
    acting: (commands: ReadonlyArray<ServiceCommand>) => ReturnType<typeof run>
  ) =>
    test.live(`${name}: ${what}`, () =>
      Effect.gen(function*() {
        const left = yield* Layer.build(reference)
        const right = yield* Layer.build(subject)
        let sequences = 0
        const result = yield* Arbitrary.checkEffect(sequence(length, subjects[about]), (commands) =>
          Effect.gen(function*() {
            const own = as(`${name} sequence ${sequences++}`)
            const expected = yield* expecting(commands).pipe(own, Effect.provide(left))
            const actual = yield* acting(commands).pipe(own, Effect.provide(right))
            for (const [step, outcome] of actual.entries()) {
              assert.deepEqual(outcome, expected[step], `step ${step}: ${JSON.stringify(commands[step])}`)
            }
            return true
          }), { runs, seed, maxShrinks: 200 })
        const failure = Arbitrary.formatCheckFailure(result)
        assert.equal(failure, undefined, failure)
      }).pipe(Effect.scoped))
  for (const about of Object.keys(subjects)) {
    compare(`random sequences of commands about ${about} are answered equally (P3)`, about, run, run)
  }
  compare(
    "commands that come again and again under their keys are done as if they came once",
    "everything",
    plainly,
    repeatedly
  )
}
