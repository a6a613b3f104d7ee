/** The document says what the service does, and what the seeds say. */
import * as HttpApi from "effect/http-api/HttpApi"
import * as OpenApi from "effect/http-api/OpenApi"
import { readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { Api } from "../src/openapi/Document.ts"
import { testServer } from "./TestServer.ts"

const { ask } = testServer()
const spec = OpenApi.fromApi(Api) as any

const resolve = (document: any, schema: any): any =>
  schema?.$ref === undefined ? schema : resolve(document, document.components.schemas[schema.$ref.split("/").at(-1)!])

/** What a schema accepts, in the terms that a generated client sees. */
interface Shape {
  readonly types: ReadonlyArray<string>
  readonly format?: string
  readonly bounds?: string
  readonly options?: ReadonlyArray<string>
  /** Whether an object has any keys. */
  readonly open?: true
}

const shape = (document: any, given: any): Shape => {
  const schema = resolve(document, given)
  const members: Array<any> = schema.anyOf === undefined
    ? (Array.isArray(schema.type) ? schema.type : [schema.type]).map((type: string) => ({ ...schema, type }))
    : schema.anyOf.map((member: any) => resolve(document, member))
  const bare = members.find(({ type }) => type !== "null")
  return {
    types: members.map(({ type }) => type).sort(),
    ...(bare.format === undefined ? undefined : { format: bare.format }),
    ...(bare.type !== "integer" ? undefined : { bounds: `${bare.minimum}..${bare.maximum}` }),
    ...(bare.enum === undefined ? undefined : { options: [...bare.enum].sort() }),
    ...(bare.additionalProperties === true ? { open: true } : undefined)
  }
}

const seeds = ["task", "tracker", "board-task", "task-agent"].map((name) => ({
  name,
  seed: JSON.parse(readFileSync(new URL(`./golden/seed-update-${name}.json`, import.meta.url), "utf8"))
}))

for (const { name, seed } of seeds) {
  describe(`the seed of ${name}`, () => {
    const [[path, item]] = Object.entries<any>(seed.paths) as [[string, any]]
    const [[method, operation]] = Object.entries<any>(item) as [[string, any]]
    const ours = spec.paths[path]?.[method]
    const body = (document: any, op: any) => resolve(document, op.requestBody.content["application/json"].schema)
    const answer = (document: any, op: any) => resolve(document, op.responses["200"].content["application/json"].schema)

    it("has its path, method, parameters and statuses", () => {
      expect(ours).toBeDefined()
      const inPath = (op: any, document: any) =>
        op.parameters.filter((one: any) => one.in === "path").map((
          one: any
        ) => [one.name, one.required, shape(document, one.schema).types])
      expect(inPath(ours, spec)).toEqual(inPath(operation, seed))
      expect(Object.keys(ours.responses)).toEqual(expect.arrayContaining(Object.keys(operation.responses)))
      for (const key of ["operationId", "summary", "tags"]) {
        if (operation[key] !== undefined) expect(ours[key]).toEqual(operation[key])
      }
    })

    it("has a request body of the same properties, types, bounds and nulls", () => {
      const [theirs, mine] = [body(seed, operation), body(spec, ours)]
      expect(ours.requestBody.required).toBe(true)
      expect(Object.keys(mine.properties).sort()).toEqual(Object.keys(theirs.properties).sort())
      expect(mine.required ?? []).toEqual(theirs.required ?? [])
      for (const key of Object.keys(theirs.properties)) {
        const [one, other] = [shape(seed, theirs.properties[key]), shape(spec, mine.properties[key])]
        expect({ key, ...other }).toMatchObject({ key, ...one })
        expect(mine.properties[key].description, `${key} says what null means`).toMatch(
          /`null` (clears it|leaves it unchanged)/
        )
      }
    })

    it("has an answer of the same properties, never of a type that the seed does not allow", () => {
      const [theirs, mine] = [answer(seed, operation), answer(spec, ours)]
      expect(Object.keys(mine.properties).sort()).toEqual(Object.keys(theirs.properties).sort())
      expect(mine.required).toEqual(expect.arrayContaining(theirs.required ?? []))
      for (const key of Object.keys(theirs.properties)) {
        const [one, other] = [shape(seed, theirs.properties[key]), shape(spec, mine.properties[key])]
        expect(one.types, key).toEqual(expect.arrayContaining([...other.types]))
        expect({ key, open: other.open }).toEqual({ key, open: one.open })
        if (one.format !== undefined) expect({ key, format: other.format }).toEqual({ key, format: one.format })
        if (one.options !== undefined) {
          // INTERRUPTED is a recorded extension of the seed.
          expect({ key, options: other.options!.filter((option) => option !== "INTERRUPTED") }).toEqual({
            key,
            options: one.options
          })
        }
      }
    })
  })
}

describe("the document", () => {
  it("is served as OpenAPI 3.1", async () => {
    const { body, status } = await ask("/openapi.json")
    expect(status).toBe(200)
    expect(body).toEqual(JSON.parse(JSON.stringify(spec)))
    expect(body.openapi).toMatch(/^3\.1\./)
  })

  it("has every operation, each with an id of its own, and every reference leads somewhere", () => {
    let operations = 0
    HttpApi.reflect(Api, {
      onGroup: () => {},
      onEndpoint: ({ endpoint: { method, path } }) => {
        operations++
        expect(spec.paths[path.replace(/:(\w+)/g, "{$1}")][method.toLowerCase()], `${method} ${path}`).toBeDefined()
      }
    })
    const all = Object.values<any>(spec.paths).flatMap((item) => Object.values<any>(item))
    expect(all.length).toBe(operations)
    expect(new Set(all.map(({ operationId }) => operationId)).size).toBe(operations)
    for (const [, name] of JSON.stringify(spec).matchAll(/"#\/components\/schemas\/([^"]+)"/g)) {
      expect(spec.components.schemas[name!], name).toBeDefined()
    }
  })

  it("declares exactly the parameters of each path, and a summary and the errors of each operation", () => {
    for (const [path, item] of Object.entries<any>(spec.paths)) {
      for (const operation of Object.values<any>(item)) {
        const named = [...path.matchAll(/{(\w+)}/g)].map(([, name]) => name)
        expect(operation.parameters.filter((one: any) => one.in === "path").map((one: any) => one.name)).toEqual(named)
        expect(operation.summary).toBeTypeOf("string")
        expect(Object.keys(operation.responses)).toEqual(expect.arrayContaining(["403", "500"]))
      }
    }
  })

  it("says which bodies may be absent, and of which type the text of a query is", () => {
    expect(spec.paths["/tasks/{task_id}/complete"].post.requestBody.required).toBe(false)
    expect(spec.paths["/tasks/{task_id}"].put.requestBody.required).toBe(true)
    expect(spec.paths["/events"].get.parameters.find((one: any) => one.name === "limit").schema).toMatchObject({
      type: "integer",
      minimum: 1,
      maximum: 1000
    })
  })

  it("offers to rehearse whatever changes something and to do it once, and the past of every kind", () => {
    const operations = Object.entries<any>(spec.paths).flatMap(([path, item]) =>
      Object.entries<any>(item).map(([method, operation]) => ({ path, method, operation }))
    )
    const names = (operation: any) => operation.parameters.map((one: any) => one.name.toLowerCase())
    for (const { method, operation, path } of operations) {
      for (const header of ["dry-run", "idempotency-key"]) {
        expect(names(operation).includes(header), `${method} ${path}`).toBe(method !== "get")
      }
    }
    for (const record of ["/tasks/{task_id}", "/tracker/{tracker_id}", "/agents/tasks/{task_id}"]) {
      expect(names(spec.paths[record].get)).toContain("version")
      expect(spec.paths[`${record}/diff`].get.parameters.find((one: any) => one.name === "from")).toMatchObject({
        required: true,
        schema: { type: "integer", minimum: 1 }
      })
      for (const verb of ["restore", "undo"]) {
        const { requestBody, responses } = spec.paths[`${record}/${verb}`].post
        expect(requestBody.required).toBe(true)
        expect(Object.keys(responses["200"].headers)).toEqual([
          "etag",
          "changes",
          "x-request-id",
          "idempotent-replayed"
        ])
        expect(Object.keys(responses)).toEqual(
          expect.arrayContaining(["400", "404", "412", "422", ...(verb === "undo" ? ["409"] : [])])
        )
      }
    }
  })

  it("says of each operation that it needs a token, which role, and that others are 401 and 403, or none of it", () => {
    expect(spec.components.securitySchemes.bearer).toMatchObject({
      type: "http",
      scheme: "bearer",
      bearerFormat: "JWT"
    })
    for (const [path, item] of Object.entries<any>(spec.paths)) {
      for (const [method, { description, responses, security }] of Object.entries<any>(item)) {
        const open = /^\/(health|metrics|problems|openapi|docs)\b/.test(path)
        expect({ path, method, security }).toEqual({ path, method, security: open ? [] : [{ bearer: [] }] })
        expect(/Needs the role `(viewer|editor|owner)`\./.test(description), description).toBe(!open)
        expect(responses["401"] !== undefined, `${method} ${path}`).toBe(!open)
        expect(responses["403"]).toBeDefined()
      }
    }
    const agent = spec.paths["/api/v1/org/{org_id}/project/{project_id}/task-agent/{task_agent_id}"]
    expect(agent.post.description).toMatch(
      / Needs the role `editor`\. With `active_revision_id` it needs the role `owner`\.$/
    )
  })

  it("is readable without internet", async () => {
    const { headers, status, text } = await ask("/docs")
    expect(status).toBe(200)
    expect(headers["content-type"]).toMatch(/^text\/html/)
    // A browser asks nobody else for anything, whatever is in the page.
    const policy = headers["content-security-policy"] as string
    expect(policy).toMatch(/^default-src 'none'; /)
    expect(policy).toContain("connect-src 'self'; ")
    expect(policy).not.toMatch(/https?:|\*/)
    expect(text).not.toMatch(/<(script|link|img)[^>]+(src|href)="?https?:/)
    expect(text).toContain("update_task_tasks__task_id__put")
  })
})
