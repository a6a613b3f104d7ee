/**
 * What the OpenAPI document says beyond what is derived.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as HttpApi from "effect/http-api/HttpApi"
import type * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as Schema from "effect/Schema"
import { Access, FieldRoles } from "../definitions/Access.ts"
import { OptionalBody } from "../definitions/Operation.ts"
import * as Answers from "./Answers.ts"
import * as Nulls from "./Nulls.ts"

type Json = Record<string, any>

/**
 * Completes the document that was derived from an API. What the derivation leaves unsaid is added from the same
 * definitions: the types of query parameters beyond their text, which bodies may be absent, who may carry an operation
 * out, what its answers mean, and what null means in a field.
 *
 * @category conversions
 * @since 0.1.0
 */
export const complete = (api: object) => (derived: Json): Json => {
  const spec = simplified(derived)
  HttpApi.reflect(api as never, {
    onGroup: () => {},
    onEndpoint: ({ endpoint }: { readonly endpoint: HttpApiEndpoint.Top }) => {
      const path = endpoint.path.replace(/:(\w+)/g, "{$1}")
      const operation = spec["paths"][path][endpoint.method.toLowerCase()] as Json
      if (Context.get(endpoint.annotations, OptionalBody)) operation["requestBody"].required = false
      typeParameters(operation, endpoint)
      tellAccess(operation, endpoint)
    }
  } as never)
  spec["components"].securitySchemes = { bearer }
  Answers.tell(spec)
  Nulls.tell(spec)
  return spec
}

const bearer = {
  type: "http",
  scheme: "bearer",
  bearerFormat: "JWT",
  description:
    "A signed JSON Web Token that tells the subject, its organization, projects and roles. A server without identity answers its own machine alone and asks for none."
}

const tellAccess = (operation: Json, { annotations }: HttpApiEndpoint.Top): void => {
  const access = Context.get(annotations, Access)
  if (access === undefined || access === "open") return
  operation["security"] = [{ bearer: [] }]
  const fields = Object.entries(Context.get(annotations, FieldRoles)).map(([key, role]) =>
    ` With \`${key}\` it needs the role \`${role}\`.`
  )
  operation["description"] = `${operation["description"]} Needs the role \`${access}\`.${fields.join("")}`
}

/**
 * A query parameter is text on its way; its document says what the text means. A list is filtered by the fields of
 * what it lists.
 */
const typeParameters = (operation: Json, { query }: HttpApiEndpoint.Top): void => {
  if (query === undefined) return
  const { properties } = Schema.toJsonSchemaDocument(Schema.toType(query)).schema as Json
  for (const parameter of operation["parameters"] as Array<Json>) {
    if (parameter["in"] !== "query") continue
    const meant = properties[parameter["name"]] as Json
    if (meant["type"] === "integer") parameter["schema"] = meant
    const description = parameter["schema"].description ?? meant["description"] ??
      "Only what has this value in the field of that name."
    parameter["schema"] = { ...parameter["schema"], description }
  }
}

/**
 * Schemas that differ in their annotations alone get a component each: those of checks (in lower case) are written
 * where they are used, and those that are otherwise the same become one.
 */
const simplified = (spec: Json): Json => {
  const components = spec["components"].schemas as Record<string, Json>
  const byContent = new Map<string, string>()
  const nameOf = new Map<string, string>()
  for (const name of Object.keys(components).sort((a, b) => a.length - b.length || (a < b ? -1 : 1))) {
    const base = name.replace(/_\d+$/, "")
    const content = `${base} ${JSON.stringify(components[name])}`
    const same = byContent.get(content) ?? (components[base] === undefined ? base : name)
    byContent.set(content, same)
    nameOf.set(name, same)
  }
  const rewritten = (value: any): any => {
    if (Array.isArray(value)) return value.map(rewritten)
    if (typeof value !== "object" || value === null) return value
    const name = typeof value.$ref === "string" ? referred(value.$ref) : undefined
    if (name === undefined) {
      return open(folded(Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, rewritten(inner)]))))
    }
    return /^[a-z]/.test(name)
      ? rewritten(components[name])
      : { ...value, $ref: prefix + nameOf.get(name) }
  }
  const kept = Object.keys(components).filter((name) => !/^[a-z]/.test(name)).reverse()
  return {
    ...rewritten(spec),
    components: {
      ...spec["components"],
      schemas: Object.fromEntries(kept.map((name) => [nameOf.get(name)!, rewritten(components[name])]))
    }
  }
}

/** An object of which no key is named has any keys: generators of clients take it for an empty one unless it says so. */
const open = (schema: Json): Json =>
  schema["type"] === "object" && schema["properties"] === undefined && schema["additionalProperties"] === undefined
    ? { ...schema, additionalProperties: true }
    : schema

/** A check of its own adds to a schema by `allOf`; what it adds is clearer beside the rest. */
const folded = (schema: Json): Json => {
  const { allOf, ...rest } = schema
  if (!Array.isArray(allOf)) return schema
  const added = allOf.flatMap((one) => Object.entries(one as Json))
  const clashes = added.some(([key, value], i) =>
    key === "$ref" || added.findIndex(([other]) => other === key) !== i ||
    (rest[key] !== undefined && JSON.stringify(rest[key]) !== JSON.stringify(value))
  )
  return clashes ? schema : { ...rest, ...Object.fromEntries(added) }
}

const prefix = "#/components/schemas/"
const referred = ($ref: string): string | undefined => $ref.startsWith(prefix) ? $ref.slice(prefix.length) : undefined
