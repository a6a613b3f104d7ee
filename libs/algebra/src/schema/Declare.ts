/**
 * Field declarations with a schema: the same five field kinds, and what the wire needs to know of each.
 *
 * @since 0.1.0
 */
import type * as Schema from "effect/Schema"
import type { Cursor } from "../Cursor.ts"
import type * as Field from "../Field.ts"
import type { Graph } from "../Graph.ts"

/**
 * What an explicit JSON `null` in an update means: `clear` sets the field to null, `keep` counts as absent, `reject`
 * is an error. There is no default.
 *
 * @category models
 * @since 0.1.0
 */
export type OnNull = "clear" | "keep" | "reject"

/**
 * The schema of a field's value: JSON data on both sides. Defaults may stand inside a list item, never at the field.
 *
 * @category models
 * @since 0.1.0
 */
export type Json<A> = Schema.Codec<A, any>

interface Described {
  readonly title?: string
  readonly description?: string
}

/**
 * What every declared field carries beyond its kind.
 *
 * @category models
 * @since 0.1.0
 */
export interface Declared<A, N extends boolean> extends Described {
  /** The bare schema: never nullable and without defaults, which would leak into updates. */
  readonly schema: Json<A>
  readonly nullable: N
}

/**
 * What a field that updates can touch carries beyond that.
 *
 * @category models
 * @since 0.1.0
 */
export interface Writable {
  readonly onNull: OnNull
  /** The key in an update body: the field's own name unless declared. */
  readonly wireName?: string
}

type Held<A, N extends boolean> = N extends true ? A | null : A
type OnNullOf<N extends boolean> = N extends true ? OnNull : Exclude<OnNull, "clear">
type Object_ = Readonly<Record<string, unknown>>

/**
 * A declared field that updates replace as a whole.
 *
 * @category models
 * @since 0.1.0
 */
export interface Replace<A, N extends boolean> extends Field.Replace<Held<A, N>>, Declared<A, N>, Writable {}
/**
 * A declared field that updates merge shallowly.
 *
 * @category models
 * @since 0.1.0
 */
export interface Map<A extends Object_, N extends boolean> extends Field.Map<Held<A, N>>, Declared<A, N>, Writable {}
/**
 * A declared cursor that only goes forward.
 *
 * @category models
 * @since 0.1.0
 */
export interface Forward extends Field.Forward<Cursor | null>, Declared<Cursor, true>, Writable {
  /** The schema of the id by which the wire names an entry of the log. */
  readonly reference: Json<string>
  /** The fields that an entry of the log must share with the record to be a position of this cursor. */
  readonly scope: ReadonlyArray<string>
}
/**
 * A declared status that moves along a graph.
 *
 * @category models
 * @since 0.1.0
 */
export interface Guarded<A extends string, N extends boolean> extends Field.Guarded<Held<A, N>>, Declared<A, N> {}
/**
 * A declared field that no update touches.
 *
 * @category models
 * @since 0.1.0
 */
export interface Fixed<A, N extends boolean> extends Field.Fixed<Held<A, N>>, Declared<A, N> {
  /** Kept in the state and left out of what is served. */
  readonly internal?: boolean
}

/**
 * Any declared field.
 *
 * @category models
 * @since 0.1.0
 */
export type Any =
  | Replace<any, boolean>
  | Map<any, boolean>
  | Forward
  | Guarded<any, boolean>
  | Fixed<any, boolean>

/**
 * The declared fields of a kind of record.
 *
 * @category models
 * @since 0.1.0
 */
export type Fields = Readonly<Record<string, Any>>

interface Options<N extends boolean> extends Described {
  readonly nullable: N
  readonly onNull: OnNullOf<N>
  readonly wireName?: string
}

/**
 * Declares a field that updates replace as a whole.
 *
 * @category constructors
 * @since 0.1.0
 */
export const replace = <A, const N extends boolean>(schema: Json<A>, options: Options<N>): Replace<A, N> => ({
  kind: "replace",
  schema,
  ...options
})

/**
 * Declares a field that updates merge shallowly.
 *
 * @category constructors
 * @since 0.1.0
 */
export const map = <A extends Object_, const N extends boolean>(schema: Json<A>, options: Options<N>): Map<A, N> => ({
  kind: "map",
  schema,
  ...options
})

/**
 * Declares a cursor into a log: null before the first entry, and never back.
 *
 * @category constructors
 * @since 0.1.0
 */
export const forward = (
  schema: Json<Cursor>,
  options: Described & {
    readonly reference: Json<string>
    readonly scope: ReadonlyArray<string>
    readonly onNull: Exclude<OnNull, "clear">
    readonly wireName?: string
  }
): Forward => ({ kind: "forward", schema, nullable: true, ...options })

/**
 * Declares a status that moves along the edges of a graph and that no update touches.
 *
 * @category constructors
 * @since 0.1.0
 */
export const guarded = <A extends string, const N extends boolean>(
  schema: Json<A>,
  options: Described & { readonly nullable: N; readonly graph?: Graph<any> }
): Guarded<A, N> => ({ kind: "guarded", schema, ...options })

/**
 * Declares a field that no update touches.
 *
 * @category constructors
 * @since 0.1.0
 */
export const fixed = <A, const N extends boolean>(
  schema: Json<A>,
  options: Described & { readonly nullable: N; readonly internal?: boolean }
): Fixed<A, N> => ({ kind: "fixed", schema, ...options })
