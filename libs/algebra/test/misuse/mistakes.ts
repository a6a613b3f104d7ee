// Every marked line is a mistake; `Misuse.test.ts` holds what the compiler says of it.
import { Entity, Field, Graph } from "@emend/algebra"
import { Creation, Declare, Kind } from "@emend/algebra/schema"
import * as Schema from "effect/Schema"

const life = Graph.make({ draft: ["published"], published: [] })

const Note = Entity.make({
  id: Field.fixed<string>(),
  status: Field.guarded<"draft" | "published">(life),
  title: Field.replace<string>(),
  subtitle: Field.replace<string | null>(),
  tags: Field.map<Record<string, number>>(),
  seen: Field.forward()
})

Note.normalise({ subtitle: { set: null } })
Note.normalise({ status: { set: "published" } }) // a status in a patch
Note.normalise({ id: { set: "n2" } }) // a fixed field in a patch
Note.normalise({ title: { set: null } }) // null where it is not allowed
Note.normalise({ titel: { set: "x" } }) // a field that does not exist
Note.normalise({ title: { merge: { set: {} } } }) // a merge of what is no map
Note.normalise({ tags: { merge: { set: { a: "1" } } } }) // a value of another type
Note.normalise({ tags: { advance: { sequence: 1, id: "e" } } }) // an operation of another kind of field
Note.normalise({ seen: { set: null } }) // a cursor that is reset
Graph.make({ draft: ["archived"], published: [] }) // an edge to an unknown state

const Job = Kind.make("Job", {
  id: Declare.fixed(Schema.String, { nullable: false, creation: "offered" }),
  title: Declare.replace(Schema.String, { nullable: false, onNull: "keep", creation: "required" }),
  rank: Declare.replace(Schema.Int, { nullable: true, onNull: "clear", creation: { default: null } })
})

Creation.initial(Job, { title: "x" }, { id: "j" })
Creation.initial(Job, { rank: 1 }, { id: "j" }) // a creation without a required field
Creation.initial(Job, { title: "x" }, {}) // a creation that leaves a field open
Declare.replace(Schema.Int, { nullable: false, onNull: "keep", creation: { default: null } }) // a default that is no value
