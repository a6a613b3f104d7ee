/**
 * A kind of record, declared once: from its fields come the algebra, the schema of its state, and the wire format of
 * its updates.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import * as Entity from "../Entity.ts"
import { put } from "../Equality.ts"
import type * as Field from "../Field.ts"
import type { Patch, State } from "../Patch.ts"
import type * as Declare from "./Declare.ts"

/**
 * An update as a client states it: the patch, and for each cursor the id of the log entry to advance to. Only who
 * keeps the log knows an entry's sequence number, so an id becomes part of a patch where the update is executed.
 *
 * @category models
 * @since 0.1.0
 */
export interface Draft<Fs extends Field.Fields> {
  readonly patch: Patch<Fs>
  readonly advance: Readonly<Record<string, string>>
}

/**
 * The JSON body of an update, as decoded by {@link Kind.Update}.
 *
 * @category models
 * @since 0.1.0
 */
export type Body = Readonly<Record<string, unknown>>

/**
 * A declared kind of record.
 *
 * @category models
 * @since 0.1.0
 */
export interface Kind<Name extends string, Fs extends Declare.Fields> extends Entity.Entity<Fs> {
  readonly name: Name
  /** The schema of a state: JSON data, all fields present. */
  readonly State: Schema.Codec<State<Fs>, State<Fs>>
  /** The schema of a record as it is served: no internal fields, and a cursor as the id of its entry. */
  readonly Wire: Schema.Codec<Body, Body>
  /** Writes a state as it is served. */
  readonly toWire: (state: State<Fs>) => Body
  /** The schema of an update body. Decode with `onExcessProperty: "error"`, else unknown keys would be dropped. */
  readonly Update: Schema.Codec<Body, Body>
  /** Reads a decoded body as an update (laws W2, W4). */
  readonly fromBody: (body: Body) => Draft<Fs>
  /** Writes an update as a body; `undefined` for what the wire cannot say, such as removing a key of a map (law W1). */
  readonly toBody: (draft: Draft<Fs>) => Body | undefined
}

/**
 * Any declared kind, for code that works on records of every kind: states and patches are JSON objects there.
 *
 * @category models
 * @since 0.1.0
 */
export interface Any extends Kind<string, any> {}

/**
 * Declares a kind of record.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = <const Name extends string, const Fs extends Declare.Fields>(
  name: Name,
  fields: Fs
): Kind<Name, Fs> => {
  const shown = served(fields)
  const writable = Object.keys(fields).flatMap((key): ReadonlyArray<Wired> => {
    const field = fields[key]!
    return "onNull" in field ? [{ key, wireName: field.wireName ?? key, field }] : []
  })

  return {
    ...Entity.make<Fs>(fields),
    name,
    State: stateSchema(name, fields) as unknown as Kind<Name, Fs>["State"],
    Wire: wireSchema(name, shown) as unknown as Kind<Name, Fs>["Wire"],
    toWire: (state) => toWire(shown, state as Body),
    Update: updateSchema(name, writable) as unknown as Kind<Name, Fs>["Update"],
    fromBody: (body) => fromBody(writable, body) as Draft<Fs>,
    toBody: (draft) => toBody(writable, draft as unknown as Draft<Field.Fields>)
  }
}

/**
 * Gives the schema of a field's value as it is held: the bare schema, or null too where the field is nullable.
 *
 * @category schemas
 * @since 0.1.0
 */
export const held = <A, N extends boolean>(
  field: Declare.Declared<A, N>
): Schema.Codec<N extends true ? A | null : A, N extends true ? A | null : A> =>
  describe(field.nullable ? Schema.NullOr(field.schema) : field.schema, field) as never

type Served = ReadonlyArray<readonly [key: string, field: Declare.Any]>

const served = (fields: Declare.Fields): Served =>
  Object.keys(fields).map((key) => [key, fields[key]!] as const).filter(([, field]) =>
    !("internal" in field && field.internal)
  )

const wireSchema = (name: string, shown: Served): Schema.Top =>
  Schema.Struct(Object.fromEntries(shown.map(([key, field]) => [
    key,
    field.kind === "forward" ? describe(Schema.NullOr(field.reference), field) : held(field)
  ]))).annotate({ identifier: name })

const toWire = (shown: Served, state: Body): Body => {
  const out: Record<string, unknown> = {}
  for (const [key, field] of shown) {
    const value = state[key] as any
    put(out, key, field.kind === "forward" && value !== null ? value.id : value)
  }
  return out
}

type Writing = Extract<Declare.Any, Declare.Writable>

interface Wired {
  readonly key: string
  readonly wireName: string
  readonly field: Writing
}

const stateSchema = (name: string, fields: Declare.Fields): Schema.Top =>
  Schema.Struct(
    Object.fromEntries(Object.keys(fields).map((key) => [key, held(fields[key]!)]))
  ).annotate({ identifier: `${name}State` })

const updateSchema = (name: string, writable: ReadonlyArray<Wired>): Schema.Top => {
  // A struct without keys would accept any key.
  const body = writable.length === 0 ? Schema.Record(Schema.String, Schema.Never) : Schema.Struct(
    Object.fromEntries(writable.map(({ field, wireName }) => {
      const bare = field.kind === "forward" ? field.reference : field.schema
      const value = field.onNull === "reject" ? bare : Schema.NullOr(bare)
      return [wireName, Schema.optionalKey(describe(value, { ...field, description: meaning(field) }))]
    }))
  )
  return body.annotate({ identifier: `Update${name}Request` })
}

const describe = (
  schema: Schema.Top,
  { title, description }: { readonly title?: string; readonly description?: string }
): Schema.Top =>
  title === undefined && description === undefined
    ? schema
    : schema.annotate({
      ...(title === undefined ? undefined : { title }),
      ...(description === undefined ? undefined : { description })
    })

/** Says in words what an update of the field does, the meaning of null included. */
const meaning = (field: Writing): string =>
  [
    field.description,
    field.kind === "map" ? "Merged shallowly: the keys given overwrite, the others stay." : undefined,
    field.kind === "forward" ? "Only goes forward." : undefined,
    "Omit to leave unchanged.",
    field.onNull === "clear"
      ? "`null` clears it."
      : field.onNull === "keep"
      ? "`null` leaves it unchanged, like omitting it."
      : "`null` is refused."
  ].filter((sentence) => sentence !== undefined).join(" ")

const fromBody = (writable: ReadonlyArray<Wired>, body: Body): Draft<Field.Fields> => {
  const patch: Record<string, unknown> = {}
  const advance: Record<string, string> = {}
  for (const { field, key, wireName } of writable) {
    if (!Object.hasOwn(body, wireName)) continue
    const value = body[wireName]
    if (value === undefined || (value === null && field.onNull !== "clear")) continue
    if (field.kind === "forward") put(advance, key, value)
    else put(patch, key, field.kind === "map" && value !== null ? { merge: { set: value } } : { set: value })
  }
  return { patch: patch as Patch<Field.Fields>, advance }
}

const toBody = (writable: ReadonlyArray<Wired>, draft: Draft<Field.Fields>): Body | undefined => {
  const body: Record<string, unknown> = {}
  const patch = draft.patch as Readonly<Record<string, any>>
  for (const { field, key, wireName } of writable) {
    const id = Object.hasOwn(draft.advance, key) ? draft.advance[key] : undefined
    if (id !== undefined) put(body, wireName, id)
    const op = Object.hasOwn(patch, key) ? patch[key] : undefined
    if (op === undefined) continue
    if (field.kind === "forward") return undefined
    if ("merge" in op) {
      if (op.merge.unset !== undefined && op.merge.unset.length > 0) return undefined
      put(body, wireName, op.merge.set ?? {})
    } else if (op.set === null ? field.onNull !== "clear" : field.kind === "map") return undefined
    else put(body, wireName, op.set)
  }
  return body
}
