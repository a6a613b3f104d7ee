/**
 * How a record begins, derived from its declared fields: the body that creates it, and its first state.
 *
 * A field's `creation` stands beside its schema and never in it, so that no default gets into an update.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import { put } from "../Equality.ts"
import type { State } from "../Patch.ts"
import type * as Declare from "./Declare.ts"

// A declaration without a creation has the type of any, or none, where it stands among others.
type CreationOf<F> = F extends { readonly creation: infer C } ? undefined extends C ? undefined : C : undefined
type Bare<F> = F extends { readonly schema: Declare.Json<infer A> } ? A : never

/**
 * The fields that a body must have.
 *
 * @category models
 * @since 0.1.0
 */
export type Required<Fs> = { [K in keyof Fs]: CreationOf<Fs[K]> extends "required" ? K : never }[keyof Fs]

/**
 * The fields that a body may have.
 *
 * @category models
 * @since 0.1.0
 */
export type Offered<Fs> = {
  [K in keyof Fs]: CreationOf<Fs[K]> extends "offered" | { readonly default: unknown } ? K : never
}[keyof Fs]

/**
 * The fields that no declaration gives a value: who creates the record does.
 *
 * @category models
 * @since 0.1.0
 */
export type Given<Fs> = {
  [K in keyof Fs]: CreationOf<Fs[K]> extends undefined | "offered" ? K : never
}[keyof Fs]

/**
 * A decoded body.
 *
 * @category models
 * @since 0.1.0
 */
export type Body<Fs> =
  & { readonly [K in Required<Fs>]: Bare<Fs[K]> }
  & { readonly [K in Offered<Fs>]?: Bare<Fs[K]> | null }

/**
 * The schemas of a body's fields.
 *
 * @category models
 * @since 0.1.0
 */
export type Schemas<Fs> =
  & { readonly [K in Required<Fs>]: Declare.Json<Bare<Fs[K]>> }
  & { readonly [K in Offered<Fs>]: Schema.optionalKey<Schema.NullOr<Declare.Json<Bare<Fs[K]>>>> }

/**
 * Gives the schemas of the fields of a body that creates a record, in the order of the declaration. Where a field is
 * optional, absent and null mean the same.
 *
 * @category schemas
 * @since 0.1.0
 */
export const schemas = <const Fs extends Declare.Fields>({ fields }: { readonly fields: Fs }): Schemas<Fs> =>
  // What is made name by name has the names in its type only by assertion.
  Object.fromEntries(
    Object.entries(fields).flatMap(([name, { creation, description, schema, title }]): ReadonlyArray<
      readonly [string, Schema.Top]
    > => {
      if (creation === undefined || (typeof creation === "object" && "always" in creation)) return []
      const absent = creation === "required"
        ? undefined
        : creation === "offered"
        ? "Absent or `null`: made up."
        : `Absent or \`null\`: ${JSON.stringify(creation.default)}.`
      const words = [description, absent].filter((sentence) => sentence !== undefined).join(" ")
      const described = (of: Schema.Top) =>
        of.annotate({
          ...(title === undefined ? undefined : { title }),
          ...(words === "" ? undefined : { description: words })
        })
      return [[
        name,
        creation === "required" ? described(schema) : Schema.optionalKey(described(Schema.NullOr(schema)))
      ]]
    })
  ) as unknown as Schemas<Fs>

/**
 * Makes the first state of a record from the body that creates it and what the declaration leaves open.
 *
 * @category constructors
 * @since 0.1.0
 */
export const initial = <const Fs extends Declare.Fields>(
  { fields }: { readonly fields: Fs },
  body: Body<Fs>,
  given: Pick<State<Fs>, Given<Fs>>
): State<Fs> => {
  const state: Record<string, unknown> = {}
  const asked = body as Readonly<Record<string, unknown>>
  for (const [name, { creation }] of Object.entries(fields)) {
    const value = Object.hasOwn(asked, name) ? asked[name] : undefined
    put(
      state,
      name,
      creation === undefined || creation === "offered"
        ? (given as Readonly<Record<string, unknown>>)[name]
        : creation === "required"
        ? value
        : "always" in creation
        ? creation.always
        : value ?? creation.default
    )
  }
  return state as State<Fs>
}
