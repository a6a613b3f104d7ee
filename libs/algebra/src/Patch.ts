/**
 * Updates as plain data. A patch is JSON: it can be logged, stored, sent, compared and composed.
 *
 * @since 0.1.0
 */
import type { Cursor } from "./Cursor.ts"
import type * as Field from "./Field.ts"

/**
 * Replaces the value of a field.
 *
 * @category models
 * @since 0.1.0
 */
export interface Set<A> {
  readonly set: A
}

/**
 * Merges a map shallowly: the keys in `unset` are removed, then those in `set` are written. A key in both is written.
 *
 * @category models
 * @since 0.1.0
 */
export interface Merge<V = unknown> {
  readonly merge: {
    readonly set?: Readonly<Record<string, V>>
    readonly unset?: ReadonlyArray<string>
  }
}

/**
 * Moves a cursor forward: to the later of what is there and what is given.
 *
 * @category models
 * @since 0.1.0
 */
export interface Advance {
  readonly advance: Cursor
}

/**
 * The operations that an update may carry for a field. A guarded and a fixed field have none.
 *
 * @category models
 * @since 0.1.0
 */
export type Operation<F> = F extends { readonly kind: "replace" } ? Set<Field.Value<F>>
  : F extends { readonly kind: "map" }
    ? Set<Field.Value<F>> | Merge<NonNullable<Field.Value<F>> extends Readonly<Record<string, infer V>> ? V : unknown>
  : F extends { readonly kind: "forward" } ? Advance
  : never

/**
 * An update of a record with the fields `Fs`. An absent key means *keep*.
 *
 * @category models
 * @since 0.1.0
 */
export type Patch<Fs extends Field.Fields> = {
  readonly [K in keyof Fs as [Operation<Fs[K]>] extends [never] ? never : K]?: Operation<Fs[K]>
}

/**
 * The state of a record with the fields `Fs`.
 *
 * @category models
 * @since 0.1.0
 */
export type State<Fs extends Field.Fields> = { readonly [K in keyof Fs]: Field.Value<Fs[K]> }
