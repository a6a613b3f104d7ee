// What a TypeScript project does with the package.
import { Entity, Field, type Patch } from "@emend/algebra"

const Note = Entity.make({
  id: Field.fixed<string>(),
  title: Field.replace<string>(),
  tags: Field.map<Readonly<Record<string, boolean>>>()
})

const update: Patch.Patch<typeof Note.fields> = { title: { set: "Final" } }
export const title: string = Note.apply({ id: "n1", title: "Draft", tags: {} }, update).title
// @ts-expect-error a fixed field has no operations
export const wrong: Patch.Patch<typeof Note.fields> = { id: { set: "n2" } }
