/**
 * A contact of an address book. Its labels know no upper and lower case: whoever sets `VIP` after somebody else has set
 * `vip` writes the same label, and so does who removes it.
 */
import { Entity, Field, type Patch } from "@emend/algebra"

/** A contact whose labels are kept as they are written. */
export const Plain = Entity.make({
  id: Field.fixed<string>(),
  name: Field.replace<string>(),
  labels: Field.map<Readonly<Record<string, string>>>()
})

export type Update = Patch.Patch<typeof Plain.fields>

/** The rule: the same update with the names of all labels in lower case. Of two that become one, the later counts. */
export const inLowerCase = (update: Update): Update => {
  const { labels } = update
  if (labels === undefined) return update
  if ("set" in labels) return { ...update, labels: { set: lowered(labels.set) } }
  const { set = {}, unset = [] } = labels.merge
  return { ...update, labels: { merge: { set: lowered(set), unset: unset.map((name) => name.toLowerCase()) } } }
}

const lowered = (labels: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(labels).map(([name, value]) => [name.toLowerCase(), value]))

/** The operations with the rule before each. Operations on states alone, such as `diff`, need none. */
export const Contact: typeof Plain = {
  ...Plain,
  compose: (first, second) => Plain.compose(inLowerCase(first), inLowerCase(second)),
  gather: () => {
    const { add, composed } = Plain.gather()
    return { add: (update) => add(inLowerCase(update)), composed }
  },
  combineAll: (updates) => Plain.combineAll([...updates].map(inLowerCase)),
  apply: (contact, update) => Plain.apply(contact, inLowerCase(update)),
  reduce: (contact, update) => Plain.reduce(contact, inLowerCase(update)),
  isNoop: (contact, update) => Plain.isNoop(contact, inLowerCase(update)),
  invert: (contact, update) => Plain.invert(contact, inLowerCase(update)),
  normalise: (update) => Plain.normalise(inLowerCase(update)),
  equal: (left, right) => Plain.equal(inLowerCase(left), inLowerCase(right)),
  mask: (update) => Plain.mask(inLowerCase(update)),
  conflicts: (left, right) => Plain.conflicts(inLowerCase(left), inLowerCase(right)),
  commutes: (left, right) => Plain.commutes(inLowerCase(left), inLowerCase(right)),
  rebase: (committed, mine) => {
    const outcome = Plain.rebase(inLowerCase(committed), inLowerCase(mine))
    // A rebase that succeeds gives the update itself (law C4).
    return outcome._tag === "Success" ? { ...outcome, success: mine } : outcome
  },
  undo: (before, update, later) => Plain.undo(before, inLowerCase(update), [...later].map(inLowerCase)),
  explain: (update) => Plain.explain(inLowerCase(update))
}
