/**
 * A fact that every store must keep, as data: a sentence, and a test of one kind of record.
 *
 * @since 0.1.0
 */
import { Equality } from "@emend/algebra"
import type { Declare } from "@emend/algebra/schema"
import type { EventLog, RecordKind, RecordStore } from "@emend/domain"
import * as Effect from "effect/Effect"
import type { Bench } from "./Bench.ts"

/**
 * A fact about kinds of record. `concerns` says about which; about all where absent.
 *
 * @category models
 * @since 0.1.0
 */
export interface Fact {
  readonly name: string
  readonly concerns?: (kind: RecordKind.RecordKind) => boolean
  readonly holds: (
    bench: Bench
  ) => Effect.Effect<void, RecordStore.StoreUnavailable, RecordStore.RecordStore | EventLog.EventLog>
}

/**
 * Fails the test where two JSON values differ. `0` and `-0` are one number, as for every store.
 *
 * @category assertions
 * @since 0.1.0
 */
export const same = (what: string, actual: unknown, expected: unknown): Effect.Effect<void> =>
  Equality.same(actual, expected)
    ? Effect.void
    : Effect.die(new Error(`${what}:\n  expected ${show(expected)}\n  actually ${show(actual)}`))

const show = (value: unknown): string => {
  const text = JSON.stringify(value) ?? "undefined"
  return text.length <= 2_000 ? text : `${text.slice(0, 2_000)}… (${text.length} characters)`
}

/**
 * Tells whether a kind can be updated and keeps a history.
 *
 * @category queries
 * @since 0.1.0
 */
export const changes = (kind: RecordKind.RecordKind): boolean => kind.touched !== undefined

/**
 * Tells whether an update can write a value into a kind, and not only move what is guarded.
 *
 * @category queries
 * @since 0.1.0
 */
export const patches = (kind: RecordKind.RecordKind): boolean =>
  changes(kind) &&
  Object.values(kind.kind.fields).some((field) => ["replace", "map"].includes((field as Declare.Any).kind))

/**
 * Tells whether records of a kind can be deleted.
 *
 * @category queries
 * @since 0.1.0
 */
export const dies = (kind: RecordKind.RecordKind): boolean => kind.tombstone !== undefined
