/**
 * Long lists, made short before a schema looks at their items: it would find fault with each of them first, and only
 * then with the length.
 *
 * @since 0.1.0
 */
import type * as SchemaAST from "effect/SchemaAST"

/**
 * Gives a copy of an input in which every list that a schema bounds has at most one item more than it may, and every
 * other part of the input itself.
 *
 * @category models
 * @since 0.1.0
 */
export type Shorten = (input: unknown) => unknown

/**
 * Makes what shortens the lists that a schema bounds, or gives undefined where it bounds none. A list in an input that is
 * valid is never shortened.
 *
 * @category constructors
 * @since 0.1.0
 */
export const lists = (ast: SchemaAST.AST): Shorten | undefined => {
  switch (ast._tag) {
    case "Arrays":
      return ofArray(ast)
    case "Objects":
      return ofObject(ast)
    case "Union":
      return ast.types.map(lists).reduce(
        (all, one) => all === undefined || one === undefined ? all ?? one : (input) => one(all(input)),
        undefined
      )
    default:
      return undefined
  }
}

const ofArray = (ast: SchemaAST.Arrays): Shorten | undefined => {
  const [rest] = ast.rest
  const item = rest === undefined ? undefined : lists(rest)
  const most = maxLength(ast)
  if (item === undefined && most === undefined) return undefined
  return (input) => {
    if (!Array.isArray(input)) return input
    const short = most !== undefined && input.length > most ? input.slice(0, most + 1) : input
    return item === undefined ? short : short.map(item)
  }
}

const ofObject = (ast: SchemaAST.Objects): Shorten | undefined => {
  const fields = ast.propertySignatures.flatMap(({ name, type }) => {
    const shorten = lists(type)
    return shorten === undefined ? [] : [[String(name), shorten] as const]
  })
  if (fields.length === 0) return undefined
  return (input) => {
    if (typeof input !== "object" || input === null || Array.isArray(input)) return input
    let copy: Record<string, unknown> | undefined
    for (const [name, shorten] of fields) {
      if (!Object.hasOwn(input, name)) continue
      const value = (input as Record<string, unknown>)[name]
      const short = shorten(value)
      if (short !== value) (copy ??= { ...input })[name] = short
    }
    return copy ?? input
  }
}

/** The bound that a check of the schema sets. */
const maxLength = ({ checks }: SchemaAST.Arrays): number | undefined => {
  for (const { annotations } of checks ?? []) {
    const { id, payload } = (annotations?.["representation"] ?? {}) as { id?: string; payload?: { maxLength: number } }
    if (id === "effect/schema/isMaxLength") return payload!.maxLength
  }
  return undefined
}
