// Every marked line is a mistake; `Misuse.test.ts` holds what the compiler says of it.
import { Entity, Field, Graph } from "@emend/algebra"

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
