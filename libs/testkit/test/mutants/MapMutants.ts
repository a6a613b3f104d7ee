/** Faults in maps. */
import type { Mutant } from "./Mutant.ts"

const file = "kinds/ShallowMap.ts"

export const mapMutants: ReadonlyArray<Mutant> = [
  {
    name: "an empty merge turns null into an empty map",
    file,
    find: "unset.length === 0 && isEmpty(set) ? null : { ...set }",
    replace: "({ ...set })",
    family: "Normal form"
  },
  {
    name: "removing keys of a null map leaves null",
    file,
    find: "unset.length === 0 && isEmpty(set) ? null",
    replace: "isEmpty(set) ? null",
    family: "Action"
  },
  {
    name: "a key both written and removed is removed",
    file,
    find: "{ ...without(value, unset), ...set }",
    replace: "without({ ...value, ...set }, unset)",
    family: "Normal form"
  },
  {
    name: "a merge forgets its removals",
    file,
    find: ": { ...without(value, unset), ...set }",
    replace: ": { ...value, ...set }",
    family: "Undo"
  },
  {
    name: "a merge that removes drops the keys it does not name",
    file,
    find: ": { ...without(value, unset), ...set }",
    replace: ": { ...set }",
    family: "Mask"
  },
  {
    name: "the key __proto__ is lost when keys are chosen",
    file,
    find: "Object.fromEntries(Object.entries(value).filter(([key]) => chosen(key)))",
    replace:
      "Object.assign({}, ...Object.entries(value).filter(([key]) => chosen(key)).map(([key, of]) => ({ [key]: of })))",
    family: "Mask"
  },
  {
    name: "a merge never asks whether it removes anything",
    file,
    find: "(unset.length === 0 || !removes(value, set, unset))",
    replace: "true",
    family: "Action"
  },
  {
    name: "a merge that removes always copies",
    file,
    find: "(unset.length === 0 || !removes(value, set, unset))",
    replace: "unset.length === 0",
    family: "Reduce"
  },
  {
    name: "a key that is rewritten counts as removed",
    file,
    find: "unset.some((key) => owns(value, key) && !owns(set, key))",
    replace: "unset.some((key) => owns(value, key))",
    family: "Reduce"
  },
  {
    name: "a value that is equal and not the same is written",
    file,
    find: "owns(set, key) && !holds(value, key, set[key])",
    replace: "owns(set, key) && value[key] !== set[key]",
    family: "Reduce"
  },
  {
    name: "what a map inherits counts as its own",
    file,
    find: "owns(set, key) && !holds(value, key, set[key])",
    replace: "owns(set, key) && !same(value[key], set[key])",
    family: "Reduce"
  },
  {
    name: "the normal form keeps the removal of a key that is written",
    file,
    find: "removed(op).filter((key) => !Object.hasOwn(set, key))",
    replace: "removed(op)",
    family: "Band"
  },
  {
    name: "the normal form keeps removals in the order given",
    file,
    find: "sorted(removed(op).filter((key) => !Object.hasOwn(set, key)))",
    replace: "removed(op).filter((key) => !Object.hasOwn(set, key))",
    family: "Normal form"
  },
  {
    name: "the normal form of an empty merge is an empty merge",
    file,
    find: "unset.length === 0 ? undefined : { merge: { unset } }",
    replace: "({ merge: { unset } })",
    family: "Normal form"
  },
  {
    name: "a composition keeps the removal of a key that is written later",
    file,
    find: "        if (unset.size > 0) unset.delete(key)\n",
    replace: "",
    family: "Monoid"
  },
  {
    name: "a composition keeps the write of a key that is removed later",
    file,
    find: "        set.delete(key)\n",
    replace: "",
    family: "Action"
  },
  {
    name: "a composition keeps writes from before a replacement",
    file,
    find: "      set.clear()\n",
    replace: "",
    family: "Action"
  },
  {
    name: "a composition keeps removals from before a replacement",
    file,
    find: "      unset.clear()\n",
    replace: "",
    family: "Action"
  },
  {
    name: "a composition forgets what is merged after a replacement",
    file,
    find: "rest === undefined ? base : merged(base, rest)",
    replace: "base",
    family: "Validation"
  },
  {
    name: "a composition forgets the replacement before a merge",
    file,
    find: "return base === undefined ? rest :",
    replace: "return rest !== undefined || base === undefined ? rest :",
    family: "Action"
  },
  {
    name: "a composition lists removals in the order of their arrival",
    file,
    find: "[...unset].sort()",
    replace: "[...unset]",
    family: "Monoid"
  },
  {
    name: "a composition writes the key __proto__ by assignment",
    file,
    find: "set.size === 0 ? none : Object.fromEntries(set)",
    replace: "[...set].reduce((all, [key, value]) => (all[key] = value, all), {} as Record<string, unknown>)",
    family: "Band"
  },
  {
    name: "reducing keeps a replacement by the same map",
    file,
    find: "if (isSet(op)) return same(value, op.set) ? undefined : op\n",
    replace: "if (isSet(op)) return op\n",
    family: "Reduce"
  },
  {
    name: "reducing keeps writes of what is there",
    file,
    find: "select(set, (key) => !holds(value, key, set[key]))",
    replace: "set",
    family: "Reduce"
  },
  {
    name: "reducing keeps removals of what is not there",
    file,
    find: "sorted(removed(op).filter((key) => owns(value, key) && !owns(set, key)))",
    replace: "sorted(removed(op).filter((key) => !owns(set, key)))",
    family: "Reduce"
  },
  {
    name: "reducing leaves nothing of a merge into null",
    file,
    find: "if (value === null) return normalise(op)",
    replace: "if (value === null) return undefined",
    family: "Reduce"
  },
  {
    name: "the difference from null is a merge",
    file,
    find: "if (from === null || to === null) return { set: to }",
    replace:
      "if (from === null && to !== null) return merge(to, noKeys)\n  if (from === null || to === null) return { set: to }",
    family: "Diff"
  },
  {
    name: "the difference forgets the keys that are gone",
    file,
    find: "sorted(Object.keys(from).filter((key) => !owns(to, key)))",
    replace: "noKeys",
    family: "Diff"
  },
  {
    name: "the difference reads what a map inherits",
    file,
    find: "!holds(from, key, to[key])",
    replace: "!same(from[key], to[key])",
    family: "Diff"
  },
  {
    name: "the difference writes what is the same",
    file,
    find: "select(to, (key) => !holds(from, key, to[key]))",
    replace: "to",
    family: "Diff"
  },
  {
    name: "the inverse does not know null maps",
    file,
    find: "if (isSet(op) || value === null) return normalise(op)",
    replace: "if (value === null) value = {}\n  if (isSet(op)) return normalise(op)",
    family: "Undo"
  },
  {
    name: "the inverse writes keys that were not there",
    file,
    find: "keys.filter((key) => owns(value, key)).map((key) => [key, value[key]])",
    replace: "keys.map((key) => [key, value[key] ?? null])",
    family: "Undo"
  },
  {
    name: "the inverse leaves keys that were not there",
    file,
    find: "    keys.filter((key) => !owns(value, key))\n",
    replace: "    noKeys\n",
    family: "Undo"
  },
  {
    name: "removed keys are not touched",
    file,
    find: "sorted([...Object.keys(written(op)), ...removed(op)])",
    replace: "sorted(Object.keys(written(op)))",
    family: "Mask"
  },
  {
    name: "touched keys are not sorted",
    file,
    find: "sorted([...Object.keys(written(op)), ...removed(op)])",
    replace: "[...new globalThis.Set([...Object.keys(written(op)), ...removed(op)])]",
    family: "Mask"
  },
  {
    name: "the replacement of a map touches only its keys",
    file,
    find: "touches: (op) => isSet(op) ? true : touchedKeys(op)",
    replace: "touches: (op) => isSet(op) ? Object.keys(op.set ?? {}) : touchedKeys(op)",
    family: "Mask"
  },
  {
    name: "the conflicts of a replacement and a merge have their sides exchanged",
    file,
    find: "({ ...at, left: right, right: left })",
    replace: "({ ...at, left, right })",
    family: "Commutation"
  },
  {
    name: "equal replacements of a map clash",
    file,
    find: "same(left.set, right.set) ? [] :",
    replace: "left.set === right.set ? [] :",
    family: "Commutation"
  },
  {
    name: "a write and a removal of the same key do not clash",
    file,
    find: "if (!Object.hasOwn(after, key) && !removed(right).includes(key)) return []",
    replace: "if (!Object.hasOwn(after, key)) return []",
    family: "Commutation"
  },
  {
    name: "a merge and a replacement by null do not clash",
    file,
    find: "? [{ left: { value: { ...written(left) } }, right: { value: null } }]",
    replace: "? []",
    family: "Commutation"
  },
  {
    name: "a merge and a replacement never clash at a removed key",
    file,
    find: ": touchedKeys(left).flatMap((key) => clash(key, outcome(written(left), key), outcome(right, key)))",
    replace:
      ": Object.keys(written(left)).flatMap((key) => clash(key, outcome(written(left), key), outcome(right, key)))",
    family: "Commutation"
  },
  {
    name: "writes of equal values to the same key clash",
    file,
    find: "left === right || (left !== undefined && right !== undefined && same(left.value, right.value))",
    replace: "left === right",
    family: "Commutation"
  },
  {
    name: "the same replacement gives another reference",
    file,
    find: "isSet(op) ? (same(value, op.set) ? value : op.set) : isMerge",
    replace: "isSet(op) ? op.set : isMerge",
    family: "Reduce"
  }
]
