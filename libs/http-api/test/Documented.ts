/** Every answer is one that the definition of its operation documents. */
import { Api } from "@emend/http-api"
import * as HttpApi from "effect/http-api/HttpApi"
import type * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import * as Schema from "effect/Schema"
import type { Reply } from "./TestServer.ts"

interface Operation {
  readonly name: string
  readonly method: string
  readonly pattern: RegExp
  readonly answers: ReadonlyMap<number, ReadonlyArray<Schema.Top>>
}

const operations: Array<Operation> = []

HttpApi.reflect(Api, {
  onGroup: () => {},
  onEndpoint: ({ endpoint, errors, group, successes }) => {
    const { method, path } = endpoint as unknown as HttpApiEndpoint.Top
    const answers = new Map(
      [...successes, ...errors].map(([status, schemas]) => [
        status,
        schemas.map((schema) => HttpApiSchema.isWithHeaders(schema) ? schema.schema : schema)
      ])
    )
    operations.push({
      name: `${group.identifier}.${endpoint.identifier}`,
      method,
      pattern: new RegExp(`^${path.replace(/\/$/, "").replace(/:\w+/g, "[^/]+")}/?$`),
      answers
    })
  }
})

// A path is that of the operation with the fewest parameters: `/agents/tasks/board` names no task.
const parameters = ({ pattern }: Operation) => pattern.source.split("[^/]+").length
operations.sort((a, b) => parameters(a) - parameters(b))

/** Throws where an answer is not as documented. */
export const check = (method: string, path: string, { body, headers, status, text }: Reply): void => {
  const target = path.split("?")[0]!
  const operation = operations.find((one) => one.method === method && one.pattern.test(target))
  if (operation === undefined) return
  const schemas = operation.answers.get(status)
  const fail = (why: string) => {
    throw new Error(`${operation.name} answered ${status}, ${why}: ${text.slice(0, 500)}`)
  }
  if (schemas === undefined) return fail("which is not documented")
  if (headers["x-request-id"] === undefined) return fail("without a request id")
  if (status === 204 || status === 304) return text === "" ? undefined : fail("with a body")
  if (status >= 400 && status !== 422 && headers["content-type"] !== "application/problem+json") {
    return fail(`as ${headers["content-type"]}`)
  }
  if (body === undefined) return
  const wrong = schemas.map((schema) =>
    Schema.decodeUnknownResult(schema as Schema.Codec<unknown>, { errors: "all", onExcessProperty: "error" })(body)
  ).filter(({ _tag }) => _tag === "Failure")
  if (wrong.length === schemas.length) fail(`which is not as documented (${JSON.stringify(wrong[0])})`)
}
