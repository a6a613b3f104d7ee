/**
 * The contract of the ports `RecordStore` and `EventLog`, as a suite that any store passes or fails.
 *
 * @since 0.1.0
 */
import { type EventLog, kinds as allKinds, type RecordKind, type RecordStore } from "@emend/domain"
import type * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import { afterAll, describe, expect, test } from "vitest"
import * as Bench from "./store/Bench.ts"
import * as Cleanings from "./store/Cleanings.ts"
import * as Commits from "./store/Commits.ts"
import * as Cursors from "./store/Cursors.ts"
import * as Demands from "./store/Demands.ts"
import * as Events from "./store/Events.ts"
import type { Fact } from "./store/Fact.ts"
import * as Histories from "./store/Histories.ts"
import * as Inserts from "./store/Inserts.ts"
import * as Limits from "./store/Limits.ts"
import * as Lists from "./store/Lists.ts"
import * as Memos from "./store/Memos.ts"
import * as Queries from "./store/Queries.ts"
import * as Reaches from "./store/Reaches.ts"
import * as Rehearsals from "./store/Rehearsals.ts"
import * as Updates from "./store/Updates.ts"

export { type Command, commands, type Program } from "./store/Commands.ts"
export type { Fact } from "./store/Fact.ts"
export { differential } from "./store/Differential.ts"

/**
 * Every fact that a store must keep.
 *
 * @category facts
 * @since 0.1.0
 */
export const facts: ReadonlyArray<Fact> = [
  ...Inserts.facts,
  ...Updates.facts,
  ...Demands.facts,
  ...Cursors.facts,
  ...Commits.facts,
  ...Rehearsals.facts,
  ...Histories.facts,
  ...Cleanings.facts,
  ...Queries.facts,
  ...Lists.facts,
  ...Reaches.facts,
  ...Limits.facts,
  ...Events.facts,
  ...Memos.facts
]

/**
 * The names of all facts.
 *
 * @category facts
 * @since 0.1.0
 */
export const factNames: ReadonlyArray<string> = facts.map(({ name }) => name)

/**
 * A fact that a store does not keep, for a kind, and why.
 *
 * @category models
 * @since 0.1.0
 */
export interface Broken {
  readonly kind: string
  readonly fact: string
  readonly cause: Cause.Cause<unknown>
}

/**
 * Checks facts for every kind that they are about, without a test runner, and gives those that the store breaks. With
 * `only`, the facts of these names; a name that no fact has is a defect.
 *
 * @category checks
 * @since 0.1.0
 */
export const check = (options?: {
  readonly kinds?: ReadonlyArray<RecordKind.RecordKind>
  readonly only?: ReadonlyArray<string>
}): Effect.Effect<ReadonlyArray<Broken>, never, RecordStore.RecordStore | EventLog.EventLog> =>
  Effect.gen(function*() {
    const { kinds = allKinds, only = factNames } = options ?? {}
    const unknown = only.filter((name) => !factNames.includes(name))
    if (unknown.length > 0) return yield* Effect.die(new Error(`no such facts: ${unknown.join("; ")}`))
    const broken: Array<Broken> = []
    for (const kind of kinds) {
      for (const fact of concerning(kind).filter(({ name }) => only.includes(name))) {
        const exit = yield* Effect.exit(fact.holds(Bench.make(kind, kinds, crypto.randomUUID())))
        if (Exit.isFailure(exit)) broken.push({ kind: kind.kind.name, fact: fact.name, cause: exit.cause })
      }
    }
    return broken
  })

const concerning = (kind: RecordKind.RecordKind): ReadonlyArray<Fact> =>
  facts.filter(({ concerns }) => concerns === undefined || concerns(kind))

/**
 * Registers one test for each fact and each kind it is about, and a last one that tells whether all of them ran. The
 * layer is built once; each test works in a tenant of its own, so that the store may hold anything else as well.
 *
 * @category suites
 * @since 0.1.0
 */
export const suite = <E>(
  name: string,
  layer: Layer.Layer<RecordStore.RecordStore | EventLog.EventLog, E>,
  options?: { readonly kinds?: ReadonlyArray<RecordKind.RecordKind> }
): void => {
  const kinds = options?.kinds ?? allKinds
  const ran = new Set<string>()
  describe(name, () => {
    const runtime = ManagedRuntime.make(layer)
    afterAll(() => runtime.dispose())
    for (const kind of kinds) {
      describe(kind.kind.name, () => {
        for (const fact of concerning(kind)) {
          test(fact.name, async () => {
            ran.add(fact.name)
            await runtime.runPromise(fact.holds(Bench.make(kind, kinds, crypto.randomUUID())))
          })
        }
      })
    }
    test("every fact of the contract was tested on some kind", () => {
      expect([...ran].sort()).toStrictEqual([...factNames].sort())
    })
  })
}
