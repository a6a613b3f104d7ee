/** What each operation refuses, and how: the requests are made of its definition, so that none is left out. */
import { RecordStore } from "@emend/domain"
import { Identity, Lifecycle } from "@emend/http-api"
import { JsonWebTokens, KeySource } from "@emend/http-api/identity"
import { MemoryStore } from "@emend/memory"
import * as Effect from "effect/Effect"
import * as OpenApi from "effect/http-api/OpenApi"
import * as Layer from "effect/Layer"
import { beforeAll, describe, expect, it } from "vitest"
import { Api } from "../src/Api.ts"
import { audience, issuer, key, keyFile, sign } from "./Issuer.ts"
import { type Operation, operations, request } from "./Requests.ts"
import { type Ask, testServer } from "./TestServer.ts"
import { transcript } from "./Transcript.ts"

type Values = Readonly<Record<string, string>>

const { ask } = testServer()
const spec = OpenApi.fromApi(Api) as any
const organization = "00000000-0000-4000-8000-000000000001"
const project = "00000000-0000-4000-8000-000000000002"
const agents = `/api/v1/org/${organization}/project/${project}/task-agent`

/** Values of all parameters that paths and queries have: they name records that are there. */
let values: Values

beforeAll(async () => {
  const post = async (path: string, json?: unknown) => (await ask(path, { method: "POST", json })).body
  await post("/tasks", { id: "market-research", name: "Market research", agent_ids: ["researcher"] })
  await post("/agents/tasks/", { id: "refund-1042", title: "Refund order 1042" })
  await post("/agents/tasks/refund-1042/subtasks", { id: "call-customer", title: "Call the customer" })
  const tracker = await post("/tasks/market-research/agents/researcher")
  const event = await post("/tasks/market-research/events", { agent_id: "researcher", content: { text: "Go on." } })
  const agent = await post(agents, {
    name: "Triage",
    instruction: "Sort what comes in.",
    llm_model_id: "00000000-0000-4000-8000-00000000000a"
  })
  values = {
    org_id: organization,
    project_id: project,
    task_id: "market-research",
    agent_id: "researcher",
    tracker_id: tracker.id,
    event_id: event.id,
    child_id: "call-customer",
    task_agent_id: agent.id,
    revision_id: agent.active_revision.id,
    other_revision_id: "active",
    name: "Market research",
    from: "1",
    code: "record-missing"
  }
})

const documented = ({ method, path }: Operation): any =>
  spec.paths[path.replace(/:(\w+)/g, "{$1}")][method.toLowerCase()]

const fill = (operation: Operation, changed: Values = {}): Ask & { readonly path: string } => {
  const own = operation.path.startsWith("/agents/tasks/") ? { task_id: "refund-1042" } : {}
  const { path, ...asked } = request(operation, { ...values, ...own, ...changed })
  return { path, ...asked, ...(needsBody(operation) ? {} : { json: undefined }) }
}

const needsBody = (operation: Operation): boolean => documented(operation).requestBody?.required === true

const parameters = (operation: Operation, place: string): ReadonlyArray<any> =>
  documented(operation).parameters.filter((one: any) => one.in === place)

const has = (operation: Operation, place: string, name: string): boolean =>
  parameters(operation, place).some((one) => one.name === name)

/** Whether a parameter is a UUID, or a word in the place of one. */
const isUuid = ({ schema }: any): boolean => JSON.stringify(schema).includes("\"uuid\"")

const withQuery = (path: string, search: string): string => `${path}${path.includes("?") ? "&" : "?"}${search}`

const store = (answer: Effect.Effect<never, RecordStore.StoreUnavailable>) => ({
  store: Layer.merge(
    MemoryStore.layer(),
    Layer.succeed(RecordStore.RecordStore)({
      commit: () => answer,
      get: () => answer,
      find: () => answer,
      count: () => answer,
      reach: () => answer,
      history: () => answer,
      past: () => answer,
      recall: () => answer,
      remember: () => answer,
      ping: answer
    })
  )
})

const { path: keysPath, publish } = keyFile()
const signer = await key("one")
await publish(signer)
const identified = (keys: KeySource.KeySource) => ({
  extra: Layer.succeed(Identity)(JsonWebTokens.make({ keys, issuer, audience }))
})

const servers = {
  identity: testServer({ localOnly: false }, identified(KeySource.file(keysPath))),
  unkeyed: testServer({ localOnly: false }, identified(KeySource.file(`${keysPath}.none`))),
  small: testServer({ maxBodyBytes: 64 }),
  away: testServer({}, store(Effect.fail(new RecordStore.StoreUnavailable({ message: "away" })))),
  hung: testServer({ requestMillis: 2 }, store(Effect.never)),
  broken: testServer({}, store(Effect.die("broken"))),
  busy: testServer({ maxRequests: 0 }),
  stopping: testServer({}, { extra: Layer.succeed(Lifecycle)({ phase: "stopping" }) }),
  demanding: testServer({ updateCondition: "required" }),
  uncounted: testServer({ metrics: false })
}

/** Names of nothing in the place of those that name records. */
const nobody = (operation: Operation): Values =>
  Object.fromEntries(
    [...parameters(operation, "path"), ...parameters(operation, "query").filter(({ required }) => required)]
      .filter(({ name, schema }) => !["org_id", "project_id", "code"].includes(name) && schema.type !== "integer")
      .map(({ name, schema }) => [name, isUuid({ schema }) ? "00000000-0000-4000-8000-000000000404" : "unknown"])
  )

/** A request that an operation refuses with a status, or undefined where only a state of its record brings it about. */
const refused: Readonly<Record<number, (operation: Operation) => Ask & { readonly path: string } | undefined>> = {
  304: (operation) =>
    has(operation, "header", "if-none-match") ? { ...fill(operation), headers: { "if-none-match": "*" } } : undefined,
  400: (operation) => {
    const asked = fill(operation)
    if (has(operation, "header", "change-reason")) return { ...asked, headers: { "change-reason": "100%" } }
    if (has(operation, "header", "if-none-match")) return { ...asked, headers: { "if-none-match": "1" } }
    if (has(operation, "query", "cursor")) return { ...asked, path: withQuery(asked.path, "cursor=none") }
    const last = parameters(operation, "path").at(-1)
    if (last === undefined) return undefined
    if (!isUuid(last) && last.schema.enum === undefined) return fill(operation, { [last.name]: "\u0007" })
    const { path, ...rest } = fill(operation, { [last.name]: "~" })
    // No text in UTF-8.
    return { path: path.replace("~", "%ff"), ...rest }
  },
  404: (operation) => {
    const names = nobody(operation)
    return Object.keys(names).length === 0 ? undefined : fill(operation, names)
  },
  412: (operation) => ({ ...fill(operation), headers: { "if-match": "\"99\"" } }),
  422: (operation) => {
    const asked = fill(operation)
    const number = parameters(operation, "query").find(({ schema }) => schema.type === "integer")
    const uuid = parameters(operation, "path").findLast(isUuid)
    return operation.body !== undefined
      ? { ...asked, json: { surprise: true } }
      : number !== undefined
      ? { ...asked, path: withQuery(asked.path, `${number.name}=0`) }
      : uuid !== undefined
      ? fill(operation, { [uuid.name]: "7" })
      : has(operation, "header", "change-reason")
      ? { ...asked, headers: { "change-reason": "a".repeat(1100) } }
      : undefined
  }
}

const groups = Object.groupBy(operations, ({ name }) => name.split(".")[0]!)

describe("what is refused", () => {
  for (const [group, members] of Object.entries(groups)) {
    it(`of ${group}`, async () => {
      const { exchange, text } = transcript(ask)
      for (const operation of members!) {
        for (const status of Object.keys(documented(operation).responses).map(Number)) {
          const asked = refused[status]?.(operation)
          if (asked === undefined) continue
          const { method, path, ...rest } = asked
          const reply = await exchange(method!, path, rest)
          expect(reply.status, `${operation.name}: ${reply.text}`).toBe(status)
        }
      }
      await expect(text()).toMatchFileSnapshot(`./golden/refused-${group}.http`)
    })
  }

  it("of any operation, whatever it is", async () => {
    let server: keyof typeof servers = "identity"
    const { exchange, text } = transcript((path, asked) => servers[server].ask(path, asked))
    const on = (name: keyof typeof servers, method: string, path: string, asked?: Ask) => {
      server = name
      return exchange(method, path, asked)
    }
    const token = `Bearer ${await sign(signer, { organization, projects: [project], roles: ["viewer"] })}`
    const owner = `Bearer ${await sign(signer, { organization, projects: [project] })}`
    const foreign = agents.replace(organization, "00000000-0000-4000-8000-000000000009")
    const agent = { name: "Triage", instruction: "Sort what comes in.", llm_model_id: project }
    const replies = [
      await on("identity", "GET", "/tasks/market-research"),
      await on("identity", "GET", "/tasks/market-research", { headers: { authorization: "Bearer none" } }),
      await on("identity", "DELETE", "/tasks/market-research", { headers: { authorization: token } }),
      await on("identity", "POST", foreign, { headers: { authorization: owner }, json: agent }),
      await on("unkeyed", "GET", "/tasks/market-research", { headers: { authorization: token } }),
      await on("small", "POST", "/tasks", { json: { name: "Market research", params: { text: "a".repeat(64) } } }),
      await on("small", "POST", "/tasks", {
        json: { name: "Market research" },
        headers: { "content-type": "text/plain" }
      }),
      await on("demanding", "PUT", "/tasks/market-research", { json: { merge_params: { model: "large" } } }),
      await on("away", "GET", "/tasks/market-research"),
      await on("hung", "GET", "/tasks/market-research"),
      await on("broken", "GET", "/tasks/market-research"),
      await on("busy", "GET", "/tasks/market-research"),
      await on("stopping", "GET", "/tasks/market-research"),
      await on("uncounted", "GET", "/metrics")
    ]
    expect(replies.map(({ status }) => status)).toEqual([
      401,
      401,
      403,
      404,
      503,
      413,
      415,
      428,
      503,
      503,
      500,
      429,
      503,
      404
    ])
    await expect(text()).toMatchFileSnapshot("./golden/refused-generally.http")
  })
})
