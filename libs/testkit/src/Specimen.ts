/**
 * Made-up kinds of record, on which laws and suites are tried where no real kind has everything.
 *
 * @since 0.1.0
 */
import { Graph } from "@emend/algebra"
import { Declare, Kind } from "@emend/algebra/schema"
import * as Schema from "effect/Schema"

const lights = Graph.make({ red: ["green"], green: ["amber"], amber: ["red", "off"], off: [] })
const Cursor = Schema.Struct({ sequence: Schema.Int, id: Schema.String })

/**
 * A kind with all five kinds of field, every meaning of null, renamed keys and an internal field.
 *
 * @category specimens
 * @since 0.1.0
 */
export const Note = Kind.make("Note", {
  id: Declare.fixed(Schema.String, { nullable: false }),
  owner: Declare.fixed(Schema.String, { nullable: true, internal: true }),
  light: Declare.guarded(Schema.Literals(["red", "green", "amber", "off"]), { nullable: false, graph: lights }),
  title: Declare.replace(Schema.String, { nullable: false, onNull: "keep" }),
  rank: Declare.replace(Schema.Int, { nullable: true, onNull: "clear", wireName: "order" }),
  tags: Declare.replace(Schema.Array(Schema.String), { nullable: false, onNull: "reject" }),
  extra: Declare.replace(Schema.JsonObject, { nullable: true, onNull: "keep" }),
  params: Declare.map(Schema.JsonObject, { nullable: true, onNull: "keep", wireName: "merge_params" }),
  scores: Declare.map(Schema.Record(Schema.String, Schema.Int), { nullable: true, onNull: "clear" }),
  flags: Declare.map(Schema.Record(Schema.String, Schema.Boolean), { nullable: false, onNull: "reject" }),
  seen: Declare.forward(Cursor, { reference: Schema.String, scope: ["id"], onNull: "keep" })
})

/**
 * A rule across the fields of a note: a title needs a rank.
 *
 * @category specimens
 * @since 0.1.0
 */
export const isRanked = ({ rank, title }: { readonly [name: string]: unknown }): boolean =>
  title === "" || rank !== null

/**
 * A kind with a field called `__proto__`: the one name that every object inherits and schemas read as an own key of a
 * body.
 *
 * @category specimens
 * @since 0.1.0
 */
export const Proto = Kind.make("Proto", {
  ["__proto__"]: Declare.replace(Schema.Int, { nullable: true, onNull: "clear" }),
  b: Declare.map(Schema.JsonObject, { nullable: true, onNull: "keep", wireName: "" })
})

/**
 * An entity whose fields are called like what every object inherits. Schemas cannot read the bodies of its updates.
 *
 * @category specimens
 * @since 0.1.0
 */
export const Odd = Kind.make("Odd", {
  ["__proto__"]: Declare.replace(Schema.Int, { nullable: true, onNull: "clear" }),
  constructor: Declare.map(Schema.JsonObject, { nullable: true, onNull: "keep" }),
  toString: Declare.fixed(Schema.String, { nullable: false }),
  hasOwnProperty: Declare.forward(Cursor, { reference: Schema.String, scope: [], onNull: "keep" }),
  "": Declare.replace(Schema.JsonObject, { nullable: false, onNull: "keep" })
})

/**
 * A kind with fixed fields only: nothing to update.
 *
 * @category specimens
 * @since 0.1.0
 */
export const Stone = Kind.make("Stone", { id: Declare.fixed(Schema.String, { nullable: false }) })
