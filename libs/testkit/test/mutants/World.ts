/** What the laws are checked on while a fault is planted. Loaded anew, with the algebra, for each of them. */
import { Kind } from "@emend/algebra/schema"
import { Task } from "@emend/domain"
import * as Generate from "../../src/Generate.ts"
import { check, type Given, type Options } from "../../src/LawCheck.ts"
import * as Specimen from "../../src/Specimen.ts"

const { Note, Odd, Proto, Stone, isRanked } = Specimen

/** The same declaration as in the domain, over the algebra with the fault. */
const task = Kind.make(Task.Task.name, Task.Task.fields)

const subjects: ReadonlyArray<readonly [name: string, given: Given, options?: Options]> = [
  ["a note", Note, { valid: isRanked }],
  ["a task", task],
  ["a kind with a field called __proto__", Proto],
  ["fields called like what every object inherits", {
    entity: Odd,
    state: Generate.state(Odd),
    patch: Generate.patch(Odd)
  }],
  ["a kind that nothing updates", Stone]
]

/** The first law of a family, of all families where none is named, that is found broken, and after how many cases. */
export const broken = (cases: number, family?: string): string | undefined => {
  for (const [name, given, options] of subjects) {
    const only = family === undefined ? undefined : { only: [family] }
    const found = check(given, { ...options, ...only, cases, shrinks: 0 }).find(({ ok }) => !ok)
    if (found !== undefined) return `${found.law} on ${name}, in ${found.cases} cases`
  }
  return undefined
}
