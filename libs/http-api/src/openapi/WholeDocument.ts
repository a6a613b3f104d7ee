/**
 * The OpenAPI document of the whole form of answers. It is made when it is asked for first.
 *
 * @since 0.1.0
 */
import * as HttpApi from "effect/http-api/HttpApi"
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as OpenApi from "effect/http-api/OpenApi"
import type * as Schema from "effect/Schema"
import { Api as Operations } from "../Api.ts"
import { wholeAnswers, wholeType } from "../WholeAnswers.ts"
import { complete } from "./Completion.ts"
import examples from "./examples.json" with { type: "json" }
import { type Examples, show } from "./Examples.ts"

type Json = Record<string, any>

const answersOf: Readonly<Record<string, Readonly<Record<string, Schema.Top>>>> = wholeAnswers

/**
 * The definition of the API, whose document tells what is answered to a request for the whole form: the same
 * operations, requests and refusals, and the answers of `wholeAnswers`. Its examples are those of requests and refusals.
 *
 * @category definitions
 * @since 0.1.0
 */
export const WholeApi = Operations.annotate(OpenApi.Transform, (derived) => {
  const spec = complete(Operations)(withWholeAnswers(derived))
  show(spec, requestsAlone(examples as unknown as Examples))
  return withoutUnused(spec)
})

/**
 * Gives the document as JSON text.
 *
 * @category conversions
 * @since 0.1.0
 */
export const text = (): string => written ??= JSON.stringify(OpenApi.fromApi(WholeApi))

let written: string | undefined

/** Puts the whole answers of the operations in the place of those that are served to others. */
const withWholeAnswers = (derived: Json): Json => {
  const spec: Json = structuredClone(derived)
  const whole = wholeSchemas()
  spec["info"] = {
    ...spec["info"],
    description: `${spec["info"].description} This document describes the whole form of its answers: what a request ` +
      `is answered whose Accept names \`${wholeType}\`.`
  }
  Object.assign(spec["components"].schemas, whole.components)
  HttpApi.reflect(Operations, {
    onGroup: () => {},
    onEndpoint: ({ endpoint, group }) => {
      const schema = whole.answers.get(`${group.identifier} ${endpoint.identifier}`)
      if (schema === undefined) return
      const { responses } = spec["paths"][endpoint.path.replace(/:(\w+)/g, "{$1}")][endpoint.method.toLowerCase()]
      for (const status of Object.keys(responses).filter((status) => status.startsWith("2"))) {
        // The version is in the body, and where there was nothing to tell there is now.
        const { etag: _, ...headers } = responses[status].headers ?? {}
        const answer = { ...responses[status], headers, content: { [wholeType]: { schema } } }
        delete responses[status]
        responses[status === "204" ? "200" : status] = answer
      }
    }
  })
  return spec
}

/** The schemas of the whole answers, derived as those of any API, with names of their own beside those of the others. */
const wholeSchemas = (): { readonly components: Json; readonly answers: ReadonlyMap<string, Json> } => {
  const endpoint = (path: string, schema: Schema.Top) =>
    HttpApiEndpoint.get(path, `/${path}`, { success: schema as Schema.Codec<unknown> })
  const [first, ...rest] = Object.entries(answersOf).flatMap(([group, answers]) =>
    Object.entries(answers).map(([operation, schema]) => endpoint(`${group}/${operation}`, schema))
  )
  const group = HttpApiGroup.make("answers").add(first!, ...rest)
  const spec: Json = renamed(OpenApi.fromApi(HttpApi.make("whole").add(group)))
  const answers = Object.entries<Json>(spec["paths"]).map(([path, { get }]) => {
    const [group, operation] = path.slice(1).split("/")
    return [`${group} ${operation}`, get.responses["200"].content["application/json"].schema] as const
  })
  return { components: spec["components"].schemas, answers: new Map(answers) }
}

/** Names that begin in lower case are those of checks, which the completion writes where they are used. */
const renamed = (spec: object): Json => {
  const nameOf = (name: string) => /^[a-z]/.test(name) ? `whole_${name}` : `Whole${name}`
  const document: Json = JSON.parse(
    JSON.stringify(spec).replace(
      /"#\/components\/schemas\/([^"]+)"/g,
      (_, name) => `"#/components/schemas/${nameOf(name)}"`
    )
  )
  const { schemas } = document["components"]
  document["components"].schemas = Object.fromEntries(
    Object.entries(schemas).map(([name, schema]) => [nameOf(name), schema])
  )
  return document
}

const requestsAlone = ({ operations, problems }: Examples): Examples => ({
  problems,
  operations: Object.fromEntries(
    Object.entries(operations).map(([name, shown]) => [
      name,
      shown.map(({ answer: { body, ...answer }, ...request }) => ({
        ...request,
        answer: answer.status < 300 || body === undefined ? answer : { ...answer, body }
      }))
    ])
  )
})

/** Leaves out the schemas that nothing refers to. */
const withoutUnused = (spec: Json): Json => {
  const { components: { schemas, ...components }, ...rest } = spec
  const used = new Set<string>()
  const look = (part: object): void => {
    for (const [, name] of JSON.stringify(part).matchAll(/"#\/components\/schemas\/([^"]+)"/g)) {
      if (used.has(name!)) continue
      used.add(name!)
      look(schemas[name!])
    }
  }
  look({ components, rest })
  return {
    ...rest,
    components: {
      ...components,
      schemas: Object.fromEntries(Object.entries(schemas).filter(([name]) => used.has(name)))
    }
  }
}
