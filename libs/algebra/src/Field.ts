/**
 * The five kinds of field. A kind of record is declared as named fields; what an update may do to each follows from
 * the field's kind and from nothing else.
 *
 * @since 0.1.0
 */
import type { Cursor } from "./Cursor.ts"
import type { Graph } from "./Graph.ts"

/**
 * The name of a field kind.
 *
 * @category models
 * @since 0.1.0
 */
export type Kind = "replace" | "map" | "forward" | "guarded" | "fixed"

interface Of<K extends Kind, A> {
  readonly kind: K
  /** Carries the type of the field's value. Never present at run time. */
  readonly "~value"?: (_: never) => A
}

/**
 * A field whose value an update replaces as a whole: a scalar, a list, an opaque map.
 *
 * @category models
 * @since 0.1.0
 */
export interface Replace<A> extends Of<"replace", A> {
  readonly equals?: (a: A, b: A) => boolean
}

/**
 * A field that holds a JSON object and is merged shallowly, key by key, or replaced as a whole.
 *
 * @category models
 * @since 0.1.0
 */
export interface Map<A extends Readonly<Record<string, unknown>> | null> extends Of<"map", A> {}

/**
 * A field that holds a cursor which never goes back.
 *
 * @category models
 * @since 0.1.0
 */
export interface Forward<A extends Cursor | null> extends Of<"forward", A> {}

/**
 * A field that no update touches: it moves along the edges of a declared graph.
 *
 * @category models
 * @since 0.1.0
 */
export interface Guarded<A> extends Of<"guarded", A> {
  readonly graph?: Graph<any>
}

/**
 * A field that no update touches: ids, timestamps, owners.
 *
 * @category models
 * @since 0.1.0
 */
export interface Fixed<A> extends Of<"fixed", A> {}

/**
 * Any field.
 *
 * @category models
 * @since 0.1.0
 */
export type Any = Replace<any> | Map<any> | Forward<any> | Guarded<any> | Fixed<any>

/**
 * The named fields of a kind of record.
 *
 * @category models
 * @since 0.1.0
 */
export type Fields = Readonly<Record<string, Any>>

/**
 * The type of the value that a field holds.
 *
 * @category models
 * @since 0.1.0
 */
export type Value<F> = F extends { readonly "~value"?: (_: never) => infer A } ? A : never

/**
 * Declares a field that is replaced as a whole. `equals` is needed only for values that are not JSON.
 *
 * @category constructors
 * @since 0.1.0
 */
export const replace = <A>(options?: { readonly equals?: (a: A, b: A) => boolean }): Replace<A> => ({
  kind: "replace",
  ...options
})

/**
 * Declares a field that is merged shallowly.
 *
 * @category constructors
 * @since 0.1.0
 */
export const map = <A extends Readonly<Record<string, unknown>> | null>(): Map<A> => ({ kind: "map" })

/**
 * Declares a cursor that only goes forward.
 *
 * @category constructors
 * @since 0.1.0
 */
export const forward = <A extends Cursor | null>(): Forward<A> => ({ kind: "forward" })

/**
 * Declares a status that moves along the edges of `graph`.
 *
 * @category constructors
 * @since 0.1.0
 */
export const guarded = <A>(graph?: Graph<A & string>): Guarded<A> =>
  graph === undefined ? { kind: "guarded" } : { kind: "guarded", graph }

/**
 * Declares a field that updates cannot touch.
 *
 * @category constructors
 * @since 0.1.0
 */
export const fixed = <A>(): Fixed<A> => ({ kind: "fixed" })
