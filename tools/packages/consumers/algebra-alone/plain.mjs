// What a project without TypeScript and without Effect does with the package.
import { Entity, Field, Mask } from "@emend/algebra"

const Note = Entity.make({ id: Field.fixed(), title: Field.replace(), tags: Field.map() })
const note = { id: "n1", title: "Draft", tags: { done: false } }
const update = Note.compose({ title: { set: "Final" } }, { tags: { merge: { set: { done: true } } } })

console.log(JSON.stringify([
  Note.apply(note, update),
  Note.apply(note, Note.empty) === note,
  Mask.paths(Note.mask(update)).map(Mask.pointer),
  Note.explain(update)
]))
