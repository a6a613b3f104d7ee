/** Faults in the operations on whole records. */
import type { Mutant } from "./Mutant.ts"

const file = "Entity.ts"

export const recordMutants: ReadonlyArray<Mutant> = [
  {
    name: "a composition lays the operations of one update over those of the other, unread",
    file,
    find: "combineAll([first, second])",
    replace: "({ ...first, ...second })",
    family: "Monoid"
  },
  {
    name: "a composition is not brought to normal form when its first part is empty",
    file,
    find: "combineAll([first, second])",
    replace: "first === empty ? second : combineAll([first, second])",
    family: "Monoid"
  },
  {
    name: "a composition takes its parts in the wrong order",
    file,
    find: "combineAll([first, second])",
    replace: "combineAll([second, first])",
    family: "Action"
  },
  {
    name: "a composition forgets its second part where both touch a field",
    file,
    find: "gathered[fold.place] = fold.add(gathered[fold.place], op)",
    replace: "gathered[fold.place] ??= fold.add(undefined, op)",
    family: "Band"
  },
  {
    name: "a queue is folded from its end",
    file,
    find: "for (const patch of patches) gathering.add(patch)",
    replace: "for (const patch of [...patches].reverse()) gathering.add(patch)",
    family: "Action"
  },
  {
    name: "a step composed that was valid step by step is lost",
    file,
    find: "          gathered[fold.place] = fold.add(",
    replace:
      "          if (gathered.filter((field) => field !== undefined).length > 1) continue\n          gathered[fold.place] = fold.add(",
    family: "Validation"
  },
  {
    name: "a state that does not change is copied",
    file,
    find: "return next ?? state",
    replace: "return next ?? { ...state }",
    family: "Action"
  },
  {
    name: "a field that does not change is written",
    file,
    find: "if (after !== before) put(next",
    replace: "put(next",
    family: "Reduce"
  },
  {
    name: "a change loses the fields that it does not touch",
    file,
    find: "put(next ??= { ...state }, name, after)",
    replace: "put(next ??= {}, name, after)",
    family: "Fixed"
  },
  {
    name: "a state is changed in place",
    file,
    find: "put(next ??= { ...state }, name, after)",
    replace: "put(next ??= state as Record<string, unknown>, name, after)",
    family: "Action"
  },
  {
    name: "a fixed field can be replaced",
    file,
    find: "    case \"fixed\":\n      return undefined",
    replace: "      return undefined\n    case \"fixed\":\n      return Replace.make()",
    family: "Fixed"
  },
  {
    name: "a status can be replaced by an update",
    file,
    find: "    case \"guarded\":\n",
    replace: "    case \"guarded\":\n      return Replace.make()\n",
    family: "Guarded"
  },
  {
    name: "what is left of nothing is a key without an operation",
    file,
    find: "if (op !== undefined) put(out ??= {}, name, op)",
    replace: "put(out ??= {}, name, op)",
    family: "Reduce"
  },
  {
    name: "reducing only brings to normal form",
    file,
    find: "behaviour.reduce(state[name], op)",
    replace: "op",
    family: "Reduce"
  },
  {
    name: "the difference leads the other way",
    file,
    find: "behaviour.diff(from[name], to[name])",
    replace: "behaviour.diff(to[name], from[name])",
    family: "Diff"
  },
  {
    name: "the difference stops at the first field",
    file,
    find: "build((name, behaviour) => behaviour.diff(from[name], to[name]))",
    replace: "build((name, behaviour) => name === names[0] ? behaviour.diff(from[name], to[name]) : undefined)",
    family: "Diff"
  },
  {
    name: "the inverse is the update itself",
    file,
    find: "behaviour.invert(state[name], op)",
    replace: "op",
    family: "Undo"
  },
  {
    name: "a mask always has whole fields",
    file,
    find: "behaviour.touches(op)",
    replace: "true",
    family: "Mask"
  },
  {
    name: "a mask is of what the update says, normal or not",
    file,
    find: "      const op = normal(patch, name)\n      return op === undefined ? undefined : behaviour.touches(op)",
    replace: "      const op = own(patch, name)\n      return op === undefined ? undefined : behaviour.touches(op)",
    family: "Mask"
  },
  {
    name: "a conflict at a key is said to be at the whole field",
    file,
    find: "path: key === undefined ? [name] : [name, key]",
    replace: "path: [name]",
    family: "Commutation"
  },
  {
    name: "every two updates commute",
    file,
    find: "conflicts(left, right).length === 0",
    replace: "true",
    family: "Commutation"
  },
  {
    name: "the sides of a conflict are in the order in which they are written",
    file,
    find: "behaviours.get(name)!.clashes(a, b)",
    replace:
      "behaviours.get(name)!.clashes(...([a, b].sort((x, y) => JSON.stringify(x) < JSON.stringify(y) ? -1 : 1) as [unknown, unknown]))",
    family: "Commutation"
  },
  {
    name: "a rebase gives the update that was committed",
    file,
    find: "success: mine }",
    replace: "success: committed }",
    family: "Commutation"
  },
  {
    name: "a rebase brings the update to normal form, and so gives another one",
    file,
    find: "success: mine }",
    replace: "success: normalise(mine) }",
    family: "Commutation"
  },
  {
    name: "a rebase always succeeds",
    file,
    find: "return failure.length === 0 ?",
    replace: "return failure.length >= 0 ?",
    family: "Commutation"
  },
  {
    name: "a merge forgets the left side",
    file,
    find: "success: apply(left, mine.success)",
    replace: "success: apply(base, mine.success)",
    family: "Merge"
  },
  {
    name: "a merge prefers one side to a conflict",
    file,
    find: "mine._tag === \"Failure\" ? mine :",
    replace: "mine._tag === \"Failure\" ? { _tag: \"Success\", success: left } :",
    family: "Merge"
  },
  {
    name: "a merge compares one side with the other instead of with the base",
    file,
    find: "diff(base, right))",
    replace: "diff(left, right))",
    family: "Merge"
  },
  {
    name: "an undo does not look at what came later",
    file,
    find: "rebase(combineAll(later), invert(before, patch))",
    replace: "rebase(empty, invert(before, patch))",
    family: "Undo"
  },
  {
    name: "only the empty update is a no-op",
    file,
    find: "apply(state, patch) === state,",
    replace: "patch === empty,",
    family: "Reduce"
  },
  {
    name: "updates are equal when they are written equally",
    file,
    find: "same(normalise(left), normalise(right))",
    replace: "same(left, right)",
    family: "Normal form"
  },
  {
    name: "the normal form is the update as it came",
    file,
    find: "build((name) => normal(patch, name))",
    replace: "patch",
    family: "Normal form"
  },
  {
    name: "operations are read from what every object inherits",
    file,
    find: "Object.hasOwn(patch, name) ? patch[name] : undefined",
    replace: "patch[name]",
    family: "Normal form",
    survives: "what every object inherits has neither set, merge nor advance, so it is no operation all the same"
  }
]
