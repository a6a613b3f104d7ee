/** A kind of record that the domain does not have, with a table whose columns bear other names than the fields. */
import { Declare, Kind } from "@emend/algebra/schema"
import { Json, kinds, type RecordKind, Text } from "@emend/domain"
import { Table, tables } from "@emend/postgres"
import * as Schema from "effect/Schema"

const Cursor = Schema.Struct({ sequence: Schema.Int.check(Schema.isGreaterThan(0)), id: Text.Id })

const fields = {
  id: Declare.fixed(Text.Id, { nullable: false }),
  task_id: Declare.fixed(Text.Id, { nullable: false }),
  agent_id: Declare.fixed(Text.Id, { nullable: false }),
  order: Declare.fixed(Schema.Int, { nullable: false }),
  constructor: Declare.replace(Text.Text, { nullable: true, onNull: "clear" }),
  "it's": Declare.replace(Schema.Boolean, { nullable: true, onNull: "clear" }),
  small: Declare.replace(Schema.Literals([1, 2, 3]), { nullable: false, onNull: "keep" }),
  due: Declare.replace(Text.Timestamp, { nullable: true, onNull: "clear" }),
  labels: Declare.replace(Schema.Array(Text.Text), { nullable: false, onNull: "keep" }),
  left: Declare.map(Json.JsonObject, { nullable: false, onNull: "keep" }),
  right: Declare.map(Json.JsonObject, { nullable: true, onNull: "clear" }),
  state: Declare.guarded(Schema.Literals(["open", "held", "shut"]), { nullable: false }),
  gone: Declare.fixed(Schema.Boolean, { nullable: false }),
  changed: Declare.fixed(Text.Timestamp, { nullable: false })
}

const { constructor: _, ...wireable } = fields

/** The same declaration without the field `constructor`, which the schemas of the wire take for an inherited key. */
export const spoken = Kind.make("Note", wireable)

const declared = (name: string, more: Declare.Fields = {}): RecordKind.RecordKind => ({
  kind: Kind.make(name, { ...fields, ...more }),
  touched: "changed",
  tombstone: { field: "gone", value: true },
  unique: [{ fields: ["task_id", "order"], among: "live" }],
  references: { task_id: "Task", agent_id: "Agent" }
})

const columns = {
  id: "text",
  task_id: "text",
  agent_id: "text",
  order: Table.column("bigint", "position"),
  constructor: Table.column("text", "select"),
  "it's": "boolean",
  small: "integer",
  due: "timestamp",
  labels: "list",
  left: Table.column("object", "p"),
  right: Table.column("object", "Right \"one\""),
  state: "text",
  gone: "boolean",
  changed: "timestamp"
} as const

const create = (name: string, more = "") =>
  `CREATE TABLE ${name} (
    tenant text COLLATE "C" NOT NULL, id text COLLATE "C" NOT NULL, version bigint NOT NULL,
    task_id text COLLATE "C" NOT NULL, agent_id text COLLATE "C" NOT NULL, position bigint NOT NULL,
    "select" text COLLATE "C", "it's" boolean, small integer NOT NULL, due timestamptz, labels jsonb NOT NULL,
    p jsonb NOT NULL CHECK (jsonb_typeof(p) = 'object'),
    "Right ""one""" jsonb CHECK (jsonb_typeof("Right ""one""") = 'object'),
    state text COLLATE "C" NOT NULL, gone boolean NOT NULL, changed timestamptz NOT NULL, ${more}
    CONSTRAINT ${name}_pkey PRIMARY KEY (tenant, id),
    CONSTRAINT ${name}_task_id_fkey FOREIGN KEY (tenant, task_id) REFERENCES tasks (tenant, id),
    CONSTRAINT ${name}_agent_id_fkey FOREIGN KEY (tenant, agent_id) REFERENCES agents (tenant, id)
  )`

const key = (name: string) =>
  `CREATE UNIQUE INDEX ${name}_task_id_order_key ON ${name} (tenant, task_id, position) WHERE NOT gone`

/** Fields of all kinds but a cursor. */
export const note = declared("Note")

/** The same with a cursor. */
export const reader = declared("Reader", {
  seen: Declare.forward(Cursor, { onNull: "keep", reference: Text.Id, scope: ["task_id", "agent_id"] })
})

export const options = {
  kinds: [...kinds, note, reader],
  tables: [
    ...tables,
    Table.make("Note", "notes", columns),
    Table.make("Reader", "readers", { ...columns, seen: { type: "cursor", sequence: "seen_at", id: "seen_id" } })
  ]
}

export const statements: ReadonlyArray<string> = [
  create("notes"),
  key("notes"),
  create("readers", `seen_at bigint, seen_id text COLLATE "C", `),
  key("readers")
]
