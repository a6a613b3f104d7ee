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
 * What a field is when its record is created. Without any, whoever creates the record gives the value.
 *
 * - `required`: the body must have it
 * - `offered`: the body may have it; otherwise whoever creates the record gives it
 * - `default`: the body may have it; absent and null take this value
 * - `always`: this value, and none in a body
 *
 * @category models
 * @since 0.1.0
 */
export type Creation<A> = "required" | "offered" | { readonly default: A } | { readonly always: A }

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
  readonly creation?: Creation<any> | undefined
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

/** Carries the type of a field's creation, where it has one. */
type Created<F, C> = [C] extends [undefined] ? F : F & { readonly creation: C }
type CreationOf<A, N extends boolean> = Creation<Held<A, N>> | undefined

interface Options<N extends boolean, C> extends Described {
  readonly nullable: N
  readonly creation?: C
  readonly onNull: OnNullOf<N>
  readonly wireName?: string
}

/**
 * Declares a field that updates replace as a whole.
 *
 * @category constructors
 * @since 0.1.0
 */
export const replace = <A, const N extends boolean, const C extends CreationOf<A, N> = undefined>(
  schema: Json<A>,
  options: Options<N, C>
): Created<Replace<A, N>, C> => ({ kind: "replace", schema, ...options }) as never

/**
 * Declares a field that updates merge shallowly.
 *
 * @category constructors
 * @since 0.1.0
 */
export const map = <A extends Object_, const N extends boolean, const C extends CreationOf<A, N> = undefined>(
  schema: Json<A>,
  options: Options<N, C>
): Created<Map<A, N>, C> => ({ kind: "map", schema, ...options }) as never

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
export const guarded = <A extends string, const N extends boolean, const C extends CreationOf<A, N> = undefined>(
  schema: Json<A>,
  options: Described & { readonly nullable: N; readonly graph?: Graph<any>; readonly creation?: C }
): Created<Guarded<A, N>, C> => ({ kind: "guarded", schema, ...options }) as never

/**
 * Declares a field that no update touches.
 *
 * @category constructors
 * @since 0.1.0
 */
export const fixed = <A, const N extends boolean, const C extends CreationOf<A, N> = undefined>(
  schema: Json<A>,
  options: Described & { readonly nullable: N; readonly internal?: boolean; readonly creation?: C }
): Created<Fixed<A, N>, C> => ({ kind: "fixed", schema, ...options }) as never
