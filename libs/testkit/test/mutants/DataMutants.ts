/** Faults in equality, masks, cursors, graphs and the wire. */
import type { Mutant } from "./Mutant.ts"

const equality = "Equality.ts"
const mask = "Mask.ts"
const cursor = "Cursor.ts"
const graph = "Graph.ts"
const kind = "schema/Kind.ts"

const wireMutants: ReadonlyArray<Mutant> = [
  {
    name: "null clears a field that it should leave",
    file: kind,
    find: "(value === null && field.onNull !== \"clear\")",
    replace: "(value === null && field.onNull === \"reject\")",
    family: "Wire"
  },
  {
    name: "null never clears",
    file: kind,
    find: "(value === null && field.onNull !== \"clear\")",
    replace: "value === null",
    family: "Wire"
  },
  {
    name: "a map in a body replaces the map",
    file: kind,
    find: "field.kind === \"map\" && value !== null ? { merge: { set: value } } : { set: value }",
    replace: "{ set: value }",
    family: "Wire"
  },
  {
    name: "a body is read with what it inherits",
    file: kind,
    find: "if (!Object.hasOwn(body, wireName)) continue",
    replace: "",
    family: "Wire"
  },
  {
    name: "a body is read by the names of the fields and not of the wire",
    file: kind,
    find: "wireName: field.wireName ?? key",
    replace: "wireName: key",
    family: "Wire"
  },
  {
    name: "an update that removes keys is written as one that does not",
    file: kind,
    find: "if (op.merge.unset !== undefined && op.merge.unset.length > 0) return undefined",
    replace: "",
    family: "Wire"
  },
  {
    name: "clearing is written as null where null means keep",
    file: kind,
    find: "op.set === null ? field.onNull !== \"clear\" : field.kind === \"map\"",
    replace: "op.set !== null && field.kind === \"map\"",
    family: "Wire"
  },
  {
    name: "the replacement of a map is written as a merge",
    file: kind,
    find: "op.set === null ? field.onNull !== \"clear\" : field.kind === \"map\"",
    replace: "op.set === null && field.onNull !== \"clear\"",
    family: "Wire"
  },
  {
    name: "the keys of a body are required",
    file: kind,
    find: "Schema.optionalKey(describe(value, { ...field, description: meaning(field) }))",
    replace: "describe(value, { ...field, description: meaning(field) })",
    family: "Wire"
  },
  {
    name: "null is let in where it is to be refused",
    file: kind,
    find: "field.onNull === \"reject\" ? bare : Schema.NullOr(bare)",
    replace: "Schema.NullOr(bare)",
    family: "Wire"
  },
  {
    name: "a body takes any key where nothing can be updated",
    file: kind,
    find: "Schema.Record(Schema.String, Schema.Never)",
    replace: "Schema.Record(Schema.String, Schema.Unknown)",
    family: "Wire"
  },
  {
    name: "a cursor is served with its number",
    file: kind,
    find: "field.kind === \"forward\" && value !== null ? value.id : value",
    replace: "value",
    family: "Wire"
  },
  {
    name: "internal fields are served",
    file: kind,
    find: "!(\"internal\" in field && field.internal)",
    replace: "true",
    family: "Wire"
  },
  {
    name: "a state must not have null where it may",
    file: kind,
    find: "field.nullable ? Schema.NullOr(field.schema) : field.schema",
    replace: "field.schema",
    family: "Wire"
  }
]

export const dataMutants: ReadonlyArray<Mutant> = [
  {
    name: "everything is the same",
    file: equality,
    find: "if (a === b) return true",
    replace: "if (a === b || a !== b) return true",
    family: "Equality"
  },
  {
    name: "a list is the same as its beginning",
    file: equality,
    find: "  if (a.length !== b.length) return false\n",
    replace: "",
    family: "Equality"
  },
  {
    name: "the first item of a list does not count",
    file: equality,
    find: "for (let i = 0; i < a.length; i++)",
    replace: "for (let i = 1; i < a.length; i++)",
    family: "Equality"
  },
  {
    name: "an object is the same as a part of it",
    file: equality,
    find: "return keys === 0",
    replace: "return true",
    family: "Equality"
  },
  {
    name: "the values of an object do not count",
    file: equality,
    find: "if (!holds(b, key, a[key])) return false",
    replace: "if (!owns(b, key)) return false",
    family: "Equality"
  },
  {
    name: "equality reads what an object inherits",
    file: equality,
    find: "return owns(object, key) && same(present, value)",
    replace: "return same(present, value)",
    family: "Equality"
  },
  {
    name: "objects are the same only as the same reference",
    file: equality,
    find: "return isPlain(a) && isPlain(b)",
    replace: "return a === b && isPlain(b)",
    family: "Equality"
  },
  {
    name: "the key __proto__ is written by assignment",
    file: equality,
    find: "if (key === \"__proto__\") {",
    replace: "if (key === \"\\u0000\") {",
    family: "Diff"
  },
  {
    name: "a whole field on the right is lost in a join",
    file: mask,
    find: "x === true || y === true ? true",
    replace: "x === true ? true",
    family: "Mask"
  },
  {
    name: "a joined mask is not sorted",
    file: mask,
    find: "sorted([...x, ...y])",
    replace: "[...x, ...y]",
    family: "Mask"
  },
  {
    name: "a join forgets the mask on the right where both touch a field",
    file: mask,
    find: "sorted([...x, ...y])",
    replace: "x",
    family: "Mask"
  },
  {
    name: "a mask covers every key of a field that it touches",
    file: mask,
    find: "(x !== undefined && y !== true && y.every((key) => x.includes(key)))",
    replace: "x !== undefined",
    family: "Mask"
  },
  {
    name: "a mask with keys covers the whole field",
    file: mask,
    find: "(x !== undefined && y !== true && y.every((key) => x.includes(key)))",
    replace: "(x !== undefined && (y === true || y.every((key) => x.includes(key))))",
    family: "Mask"
  },
  {
    name: "a whole field is disjoint from its keys",
    file: mask,
    find: "(x !== true && y !== true && !y.some((key) => x.includes(key)))",
    replace: "(x !== true && (y === true || !y.some((key) => x.includes(key))))",
    family: "Mask"
  },
  {
    name: "masks that share a key are disjoint",
    file: mask,
    find: "!y.some((key) => x.includes(key))",
    replace: "!y.every((key) => x.includes(key))",
    family: "Mask"
  },
  {
    name: "masks that touch one field are never disjoint",
    file: mask,
    find: "return x === undefined || (x !== true && y !== true && !y.some((key) => x.includes(key)))",
    replace: "return x === undefined",
    family: "Commutation"
  },
  {
    name: "keys are listed as often as they are named",
    file: mask,
    find: "[...new Set(keys)].sort()",
    replace: "[...keys].sort()",
    family: "Normal form"
  },
  {
    name: "a mask is read with what it inherits",
    file: mask,
    find: "Object.hasOwn(mask, field) ? mask[field] : undefined",
    replace: "mask[field]",
    family: "Mask"
  },
  {
    name: "cursors of one sequence number are all the same",
    file: cursor,
    find: "a.sequence !== b.sequence ? a.sequence - b.sequence : a.id === b.id ? 0 : a.id < b.id ? -1 : 1",
    replace: "a.sequence - b.sequence",
    family: "Forward"
  },
  {
    name: "a join of cursors is the earlier one",
    file: cursor,
    find: "compare(a, b) >= 0 ? a : b",
    replace: "compare(a, b) <= 0 ? a : b",
    family: "Forward"
  },
  {
    name: "null is after every cursor",
    file: cursor,
    find: "a === null ? b : b === null || compare(a, b) >= 0 ? a : b",
    replace: "a === null || b === null ? null as A : compare(a, b) >= 0 ? a : b",
    family: "Forward"
  },
  {
    name: "an equal cursor is another one",
    file: cursor,
    find: "compare(a, b) >= 0",
    replace: "compare(a, b) > 0",
    family: "Reduce"
  },
  {
    name: "the edges of a graph are read with what every object inherits",
    file: graph,
    find: "Object.hasOwn(graph.edges, from) ? graph.edges[from as S] : []",
    replace: "graph.edges[from as S] ?? []",
    family: "Guarded"
  },
  {
    name: "an edge leads both ways",
    file: graph,
    find: "): boolean => allowed(graph, move.from).includes(move.to as S)",
    replace:
      "): boolean => allowed(graph, move.from).includes(move.to as S) || allowed(graph, move.to).includes(move.from as S)",
    family: "Guarded"
  },
  {
    name: "a move may start anywhere",
    file: graph,
    find: "move.from !== present || !hasEdge(graph, move)",
    replace: "!hasEdge(graph, move)",
    family: "Guarded"
  },
  {
    name: "a path needs no edges",
    file: graph,
    find: "move.from !== present || !hasEdge(graph, move)",
    replace: "move.from !== present",
    family: "Guarded"
  },
  {
    name: "a path stays where it starts",
    file: graph,
    find: "    present = move.to\n",
    replace: "",
    family: "Guarded"
  },
  {
    name: "a status with one way out is terminal",
    file: graph,
    find: "allowed(graph, status).length === 0",
    replace: "allowed(graph, status).length <= 1",
    family: "Guarded"
  },
  {
    name: "every status leads to every other one",
    file: graph,
    find: "graph.statuses.filter((from) => allowed(graph, from).includes(to as S))",
    replace: "graph.statuses",
    family: "Guarded"
  },
  ...wireMutants
]
