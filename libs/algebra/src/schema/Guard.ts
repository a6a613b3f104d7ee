/**
 * Recognising what decoding would leave as it is.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import type * as SchemaAST from "effect/SchemaAST"

/**
 * Tells of data as `JSON.parse` makes them that strict decoding (`onExcessProperty: "error"`) gives an equal value.
 * `false` tells nothing: decode to learn more.
 *
 * @category models
 * @since 0.1.0
 */
export type Guard = (value: unknown) => boolean

/**
 * Makes the guard of a schema. It makes no copies and collects no issues, so that it costs a small part of decoding
 * where nearly every value is right. Whatever it does not know, it asks the schema itself.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (schema: Schema.ConstraintDecoder<unknown>): Guard => known(schema.ast)

const options: SchemaAST.ParseOptions = { onExcessProperty: "error" }

const guards = new WeakMap<SchemaAST.AST, Guard>()

const known = (ast: SchemaAST.AST): Guard => {
  const found = guards.get(ast)
  if (found !== undefined) return found
  const made = ofNode(ast)
  guards.set(ast, made)
  return made
}

const ofNode = (ast: SchemaAST.AST): Guard => {
  const isOwn = ast.encoding === undefined && ast.annotations?.["parseOptions"] === undefined &&
    !("encodingChecks" in ast && ast.encodingChecks !== undefined)
  const bare = isOwn ? ofType(ast) : undefined
  if (bare === undefined) return asked(ast)
  const checks = ast.checks === undefined ? [] : flat(ast.checks)
  if (checks.length === 0) return bare
  return (value) => {
    if (!bare(value)) return false
    for (const check of checks) if (check.run(value, ast, options) !== undefined) return false
    return true
  }
}

const flat = (checks: ReadonlyArray<SchemaAST.Check<any>>): ReadonlyArray<SchemaAST.Filter<any>> =>
  checks.flatMap((check) => check._tag === "FilterGroup" ? flat(check.checks) : [check])

/** Asks the schema: what comes out as the very same was left as it is. */
const asked = (ast: SchemaAST.AST): Guard => {
  const decode = decoding(Schema.make(ast))
  return (value) => {
    const found = decode(value)
    return found._tag === "Success" && Object.is(found.success, value)
  }
}

const decoding = (schema: Schema.Top) => Schema.decodeUnknownResult(schema as Schema.Codec<unknown>, options)

/** The guard of a node without its checks, or `undefined` for those that are asked. */
const ofType = (ast: SchemaAST.AST): Guard | undefined => {
  switch (ast._tag) {
    case "String":
      return (value) => typeof value === "string"
    case "Number":
      return (value) => typeof value === "number"
    case "Boolean":
      return (value) => typeof value === "boolean"
    case "Null":
      return (value) => value === null
    case "Literal":
      return (value) => value === ast.literal
    case "Unknown":
    case "Any":
      return () => true
    case "Declaration":
      return ast.run === json.run ? (value) => isJson(value, 0) : undefined
    case "Suspend": {
      let guard: Guard | undefined
      return (value) => (guard ??= known(ast.thunk()))(value)
    }
    case "Arrays":
      return ofArray(ast)
    case "Objects":
      return ast.indexSignatures.length === 0 ? ofStruct(ast) : ofRecord(ast)
    case "Union":
      return ofUnion(ast)
    default:
      return undefined
  }
}

const json = Schema.Json.ast as SchemaAST.Declaration

/** As deep as it looks before it asks: deeper data are for decoders that take care of their stack. */
const maxDepth = 256

const isJson = (value: unknown, depth: number): boolean => {
  if (typeof value === "string" || typeof value === "boolean" || value === null) return true
  if (typeof value === "number") return Number.isFinite(value)
  if (typeof value !== "object" || depth === maxDepth) return false
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) if (!isJson(value[i], depth + 1)) return false
    return true
  }
  if (!isPlain(value)) return false
  for (const key in value) if (!isJson(value[key], depth + 1)) return false
  return true
}

const isPlain = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype

const ofArray = ({ elements, rest }: SchemaAST.Arrays): Guard | undefined => {
  if (elements.length > 0 || rest.length !== 1) return undefined
  const item = known(rest[0]!)
  return (value) => {
    if (!Array.isArray(value)) return false
    for (let i = 0; i < value.length; i++) if (!item(value[i])) return false
    return true
  }
}

const ofRecord = ({ indexSignatures, propertySignatures }: SchemaAST.Objects): Guard | undefined => {
  const [signature] = indexSignatures
  if (propertySignatures.length > 0 || indexSignatures.length > 1) return undefined
  const { parameter, type } = signature!
  if (parameter._tag !== "String" || parameter.checks !== undefined || parameter.encoding !== undefined) {
    return undefined
  }
  const item = known(type)
  return (value) => {
    if (!isPlain(value)) return false
    for (const key in value) if (!item(value[key])) return false
    return true
  }
}

const ofStruct = ({ propertySignatures }: SchemaAST.Objects): Guard | undefined => {
  // A struct without keys takes everything.
  if (propertySignatures.length === 0) return undefined
  const properties = new Map<string, Guard>()
  const required: Array<string> = []
  for (const { name, type } of propertySignatures) {
    if (typeof name !== "string" || name === "__proto__") return undefined
    properties.set(name, known(type))
    if (!staysAbsent(name, type)) required.push(name)
  }
  return (value) => {
    if (!isPlain(value)) return false
    for (const key in value) {
      const property = properties.get(key)
      if (property === undefined || !property(value[key])) return false
    }
    for (let i = 0; i < required.length; i++) if (!Object.hasOwn(value, required[i]!)) return false
    return true
  }
}

/** Tells whether decoding leaves a key away that is not given: an optional one may still have a default. */
const staysAbsent = (name: string, type: SchemaAST.AST): boolean => {
  if (type.encoding === undefined) return type.context?.isOptional === true
  const found = decoding(Schema.Struct({ [name]: Schema.make<Schema.Top>(type) }))({})
  return found._tag === "Success" && !Object.hasOwn(found.success as object, name)
}

/** Of members that leave what they take as it is, it does not matter which one takes it. */
const ofUnion = ({ options: { mode } = {}, types }: SchemaAST.Union): Guard | undefined => {
  if (mode === "oneOf" || !types.every((type) => isPure(type))) return undefined
  if (types.every((type) => type._tag === "Literal" && type.checks === undefined)) {
    const literals = new Set<unknown>(types.map((type) => (type as SchemaAST.Literal).literal))
    return (value) => literals.has(value)
  }
  const members = types.map(known)
  return (value) => {
    for (let i = 0; i < members.length; i++) if (members[i]!(value)) return true
    return false
  }
}

/** Tells whether a node leaves all that it takes as it is: nothing in it transforms. */
const isPure = (ast: SchemaAST.AST): boolean => {
  if (ast.encoding !== undefined) return false
  switch (ast._tag) {
    case "Declaration":
      return ast.run === json.run
    case "Suspend":
      return false
    case "Arrays":
      return [...ast.elements, ...ast.rest].every(isPure)
    case "Objects":
      return ast.propertySignatures.every(({ type }) => isPure(type)) &&
        ast.indexSignatures.every(({ parameter, type }) => isPure(parameter) && isPure(type))
    case "Union":
      return ast.types.every(isPure)
    default:
      return true
  }
}
