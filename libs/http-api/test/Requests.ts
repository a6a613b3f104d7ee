/** A request for every operation, made of its definition: one that is added is here by itself. */
import { Api } from "@emend/http-api"
import * as Context from "effect/Context"
import * as HttpApi from "effect/http-api/HttpApi"
import type * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as OpenApi from "effect/http-api/OpenApi"
import { Access } from "../src/definitions/Access.ts"
import type { Ask } from "./TestServer.ts"

export interface Operation {
  /** The group and the name within it: `tasks.update`. */
  readonly name: string
  readonly method: string
  readonly path: string
  readonly access: Access | undefined
  /** The names of the parameters in its path, and of those that its query must have. */
  readonly parameters: ReadonlyArray<string>
  readonly query: ReadonlyArray<string>
  /** The smallest body that its schema takes; undefined without one. */
  readonly body: Readonly<Record<string, unknown>> | undefined
  /** The keys that its body may have. */
  readonly keys: ReadonlyArray<string>
}

const document = OpenApi.fromApi(Api) as any

const resolved = (schema: any): any =>
  schema?.$ref === undefined ? schema : resolved(document.components.schemas[schema.$ref.split("/").at(-1)])

/** What a schema says of bodies that no smaller one would do, by operation. */
const bodies: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  "board.assign": { user_id: "u" },
  "board.claim": { user_id: "u" }
}

const smallest = (given: any): any => {
  const schema = resolved(given)
  if (schema.enum !== undefined) return schema.enum[0]
  if (schema.const !== undefined) return schema.const
  if (schema.anyOf !== undefined) return smallest(schema.anyOf[0])
  switch (Array.isArray(schema.type) ? schema.type[0] : schema.type) {
    case "object":
      return Object.fromEntries((schema.required ?? []).map((key: string) => [key, smallest(schema.properties[key])]))
    case "array":
      return []
    case "integer":
    case "number":
      return schema.minimum ?? 1
    case "boolean":
      return false
    default:
      return schema.format === "uuid" ? "00000000-0000-4000-8000-00000000000a" : "text"
  }
}

export const operations: ReadonlyArray<Operation> = (() => {
  const found: Array<Operation> = []
  HttpApi.reflect(Api, {
    onGroup: () => {},
    onEndpoint: ({ endpoint, group }) => {
      const { annotations, identifier, method, path } = endpoint as unknown as HttpApiEndpoint.Top
      const name = `${group.identifier}.${identifier}`
      const { parameters, requestBody } = document.paths[path.replace(/:(\w+)/g, "{$1}")][method.toLowerCase()]
      const schema = requestBody?.content["application/json"]?.schema
      found.push({
        name,
        method,
        path,
        access: Context.get(annotations, Access),
        parameters: [...path.matchAll(/:(\w+)/g)].map(([, parameter]) => parameter!),
        query: parameters.filter((one: any) => one.in === "query" && one.required).map((one: any) => one.name),
        body: schema === undefined ? undefined : bodies[name] ?? smallest(schema),
        keys: schema === undefined ? [] : Object.keys(resolved(schema).properties ?? {})
      })
    }
  })
  return found
})()

/** Fills an operation with values for its parameters, of its path and of its query; throws where one is lacking. */
export const request = (
  { body, method, name, parameters, path, query }: Operation,
  values: Readonly<Record<string, string>>
): Ask & { readonly path: string } => {
  const value = (parameter: string): string => {
    if (values[parameter] === undefined) throw new Error(`What is a value of ${parameter}, for ${name}?`)
    return encodeURIComponent(values[parameter])
  }
  const filled = parameters.reduce((text, parameter) => text.replace(`:${parameter}`, value(parameter)), path)
  const search = query.map((parameter) => `${parameter}=${value(parameter)}`).join("&")
  return { method, path: search === "" ? filled : `${filled}?${search}`, ...(body === undefined ? {} : { json: body }) }
}
