/**
 * What a field kind must say about itself. The operations on whole records are loops over these.
 *
 * @internal
 */
import type { Outcome } from "../Conflict.ts"

/** A clash within one field: at a key of a map, or at the whole field where `key` is absent. */
export interface Clash {
  readonly key?: string
  readonly left: Outcome
  readonly right: Outcome
}

/**
 * Composes operations, normal or not, that come one by one. What was gathered is `undefined` before the first of them, and
 * may be changed in place by the next.
 */
export interface Fold<O, G> {
  readonly add: (gathered: G | undefined, op: O) => G | undefined
  /** In normal form. */
  readonly composed: (gathered: G) => O | undefined
}

/** One field kind over values `V` and operations `O`. `undefined` in place of an operation is *keep*. */
export interface Behaviour<V, O> {
  /** Brings an operation to normal form; `undefined` when it changes no state at all. */
  readonly normalise: (op: O) => O | undefined
  /** Applies any operation, normal or not. Gives the same reference when the value does not change. */
  readonly apply: (value: V, op: O) => V
  readonly fold: Fold<O, any>
  readonly reduce: (value: V, op: O) => O | undefined
  readonly diff: (from: V, to: V) => O | undefined
  readonly invert: (value: V, op: O) => O | undefined
  /** The touched keys, sorted and not empty, or `true` for the whole field. `op` is normal. */
  readonly touches: (op: O) => true | ReadonlyArray<string>
  /** The clashes of two normal operations; empty exactly when they commute. */
  readonly clashes: (left: O, right: O) => ReadonlyArray<Clash>
  /** One plain sentence for each path that a normal operation touches. */
  readonly explain: (field: string, op: O) => ReadonlyArray<string>
}
