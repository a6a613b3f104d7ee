/** What belongs to one tenant does not exist for another: on every operation, byte for byte. */
import { Identity } from "@emend/http-api"
import { JsonWebTokens, KeySource } from "@emend/http-api/identity"
import * as Layer from "effect/Layer"
import { beforeAll, describe, expect, it } from "vitest"
import { audience, issuer, key, keyFile, sign } from "./Issuer.ts"
import { type Operation, operations, request } from "./Requests.ts"
import { type Ask, type Reply, testServer } from "./TestServer.ts"

const { path, publish } = keyFile()
const signer = await key("one")
await publish(signer)
const identity = JsonWebTokens.make({ keys: KeySource.file(path), issuer, audience })
const { ask } = testServer({ localOnly: false }, { extra: Layer.succeed(Identity)(identity) })

const organizations = { ours: uuid(1), theirs: uuid(2), third: uuid(3) } as const
const [project, otherProject, foreignProject] = [uuid(11), uuid(12), uuid(13)]

/** The same text for each number, but for the number. */
function uuid(number: number): string {
  return `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`
}

type Tenant = keyof typeof organizations
const tokens: Partial<Record<Tenant, string>> = {}
beforeAll(async () => {
  for (const [tenant, organization] of Object.entries(organizations)) {
    const projects = tenant === "ours" ? [project, otherProject] : [project]
    tokens[tenant as Tenant] = await sign(signer, { organization, projects })
  }
  // What the smallest body of a link names.
  await as("ours", "/agents/tasks/", { method: "POST", json: { id: "text", title: "x" } })
})

const as = (tenant: Tenant, path: string, options: Ask = {}): Promise<Reply> =>
  ask(path, {
    ...options,
    headers: { authorization: `Bearer ${tokens[tenant]}`, "x-request-id": "same", ...options.headers }
  })

const agentsOf = (organization: string, of = project): string => `/api/v1/org/${organization}/project/${of}/task-agent`

/** What tenants are told must not hold: it is in all that is made below. */
const secret = "s3cret"

let made = 0

/** Makes a record of every kind, and gives what names them, by the parameters that operations have. */
const records = async (tenant: Tenant): Promise<Readonly<Record<string, string>>> => {
  const id = `${secret}-${String(++made).padStart(4, "0")}`
  const post = async (path: string, json: unknown): Promise<Reply> => {
    const reply = await as(tenant, path, { method: "POST", json })
    expect(reply.status, `${path}: ${reply.text}`).toBe(201)
    return reply
  }
  await post("/tasks", { id, name: id, params: { note: secret }, agent_ids: [id] })
  const tracker = await as(tenant, `/tasks/${id}/agents/${id}`, { method: "POST" })
  const event = await post(`/tasks/${id}/events`, { agent_id: id, content: secret })
  await post("/agents/tasks/", { id, title: secret })
  await post(`/agents/tasks/${id}/subtasks`, { id: `${id}-child`, title: secret })
  const agent = await post(agentsOf(organizations[tenant]), {
    name: secret,
    instruction: secret,
    llm_model_id: uuid(99)
  })
  return {
    org_id: organizations[tenant],
    project_id: project,
    task_id: id,
    child_id: `${id}-child`,
    agent_id: id,
    tracker_id: tracker.body.id,
    event_id: event.body.id,
    task_agent_id: agent.body.id,
    revision_id: agent.body.active_revision.id,
    other_revision_id: agent.body.active_revision.id,
    name: id,
    from: "1",
    code: "record-missing"
  }
}

/** As many names of nothing, each as long as the one that it stands for. */
const absent = (of: Readonly<Record<string, string>>): Readonly<Record<string, string>> => ({
  ...of,
  ...Object.fromEntries(
    Object.entries(of).filter(([name]) => !["org_id", "project_id", "from", "code"].includes(name)).map((
      [name, value]
    ) => [name, /^[0-9a-f]{8}-/.test(value) ? uuid(404) : value.replace(secret, "absent")])
  )
})

/** All of an answer that a client sees, with what names records taken out. */
const told = ({ headers, status, text }: Reply, values: Readonly<Record<string, string>>): string => {
  const { date: _, ...rest } = headers
  return [...new Set(Object.values(values))].filter((value) => value.length > 3).reduce(
    (all, value) => all.replaceAll(value, "…").replaceAll(encodeURIComponent(value), "…"),
    `${status} ${JSON.stringify(rest)} ${text}`
  )
}

const named = ({ parameters, query }: Operation): boolean =>
  [...parameters, ...query].some((parameter) => !["org_id", "project_id", "from", "code"].includes(parameter))

const send = (tenant: Tenant, operation: Operation, values: Readonly<Record<string, string>>) => {
  const { path, ...asked } = request(operation, values)
  return as(tenant, path, asked)
}

describe("what names a record of another tenant", () => {
  for (const operation of operations.filter(named)) {
    it(`${operation.name}: is answered as what names nothing`, async () => {
      const ours = await records("ours")
      // In the other's own organization and project, where there is one in the path.
      const theirs = { ...ours, org_id: organizations.theirs }
      const none = absent(theirs)
      const [foreign, missing] = [await send("theirs", operation, theirs), await send("theirs", operation, none)]
      expect(foreign.status, foreign.text).toBe(404)
      expect(told(foreign, theirs)).toBe(told(missing, none))
      // And it is there: the same request of the tenant whose it is finds it, whatever becomes of it then.
      const own = await send("ours", operation, ours)
      expect(own.status, own.text).not.toBe(404)
    })
  }
})

describe("what names no record", () => {
  for (const operation of operations.filter((one) => one.method === "GET" && !named(one) && one.access !== "open")) {
    it(`${operation.name}: tells nothing of what others have`, async () => {
      const ours = await records("ours")
      const [theirs, thirds] = [
        { ...ours, org_id: organizations.theirs },
        { ...ours, org_id: organizations.third }
      ]
      const [one, other] = [await send("theirs", operation, theirs), await send("third", operation, thirds)]
      expect(one.status).toBe(200)
      expect(one.text).not.toContain(secret)
      expect(told(one, theirs)).toBe(told(other, thirds))
      expect((await send("ours", operation, ours)).text).not.toBe(one.text)
      // Nor does the link to the next page of a list lead into it.
      const first = await send("ours", { ...operation, query: ["limit", "page_limit"] }, {
        ...ours,
        limit: "1",
        page_limit: "1"
      })
      const [, next] = /<([^>]+)>/.exec(String(first.headers.link ?? "")) ?? []
      if (next === undefined) return
      const onward = await as("theirs", next.replace(organizations.ours, organizations.theirs))
      expect(onward.text).not.toContain(secret)
    })
  }

  for (const operation of operations.filter((one) => one.method === "POST" && !named(one))) {
    it(`${operation.name}: may use the ids and names that others use`, async () => {
      const ours = await records("ours")
      const theirs = { ...ours, org_id: organizations.theirs }
      const given = Object.fromEntries(
        ["id", "name"].filter((key) => operation.keys.includes(key)).map((key) => [
          key,
          ours["name"]!
        ])
      )
      const body = { ...operation, body: { ...operation.body, ...given } }
      expect(await send("theirs", body, theirs)).toMatchObject({ status: 201 })
      if (given["id"] !== undefined) expect((await send("ours", body, ours)).status).toBe(409)
    })
  }
})

describe("records with the same id and name in two tenants", () => {
  it("are two: each changes, and is deleted, by itself", async () => {
    for (const tenant of ["ours", "theirs"] as const) {
      await as(tenant, "/tasks", { method: "POST", json: { id: "twin", name: "twin", params: { of: tenant } } })
      await as(tenant, "/agents/tasks", { method: "POST", json: { id: "twin", title: tenant } })
    }
    await as("theirs", "/tasks/twin", { method: "PUT", json: { merge_params: { more: 1 } } })
    expect((await as("ours", "/tasks/twin")).body.params).toEqual({ of: "ours" })
    expect((await as("theirs", "/tasks/twin", { method: "DELETE" })).status).toBe(200)
    expect(await as("ours", "/tasks/twin")).toMatchObject({ status: 200, headers: { etag: "\"1\"" } })
    expect((await as("ours", "/agents/tasks/twin")).body).toMatchObject({
      organization_id: organizations.ours,
      title: "ours"
    })
  })

  it("have cursors of their own: an event of another tenant is none", async () => {
    const ours = await records("ours")
    const task = { id: ours["task_id"], agent_ids: [ours["agent_id"]] }
    await as("theirs", "/tasks", { method: "POST", json: task })
    const tracker = await as("theirs", `/tasks/${task.id}/agents/${ours["agent_id"]}`, { method: "POST" })
    const advance = (id: string) =>
      as("theirs", `/tracker/${tracker.body.id}`, { method: "PUT", json: { last_processed_event_id: id } })
    const events = (id: string) =>
      as("theirs", `/events?task_id=${task.id}&agent_id=${ours["agent_id"]}&last_processed_event_id=${id}`)
    for (const attempt of [advance, events]) {
      const [foreign, missing] = [await attempt(ours["event_id"]!), await attempt(uuid(404))]
      expect(foreign.status).toBe(400)
      expect(told(foreign, ours)).toBe(told(missing, { id: uuid(404) }))
    }
  })
})

describe("the path of an agent", () => {
  it("of another organization, or of a project that the caller has not, is 404 whether it exists or not", async () => {
    const ours = await records("ours")
    const agents = agentsOf(organizations.ours)
    const creation = { name: "x", instruction: "x", llm_model_id: uuid(99) }
    for (
      const [tenant, path, kind, id] of [
        ["theirs", agents, "Organization", organizations.ours],
        ["theirs", agentsOf(uuid(77)), "Organization", uuid(77)],
        ["ours", agentsOf(organizations.ours, foreignProject), "Project", foreignProject],
        ["theirs", agentsOf(organizations.theirs, otherProject), "Project", otherProject]
      ] as const
    ) {
      for (
        const [method, rest, json] of [
          ["GET", `/${ours["task_agent_id"]}`, undefined],
          ["POST", `/${ours["task_agent_id"]}`, { name: "taken" }],
          ["DELETE", `/${ours["task_agent_id"]}`, undefined],
          ["POST", "", creation]
        ] as const
      ) {
        expect(await as(tenant, path + rest, { method, json }), `${tenant} ${method} ${path}`).toMatchObject({
          status: 404,
          body: { code: "record-missing", kind, id, detail: `There is no ${kind} "${id}"` }
        })
      }
    }
    const elsewhere = `${agentsOf(organizations.ours, otherProject)}/${ours["task_agent_id"]}`
    expect(await as("ours", elsewhere)).toMatchObject({ status: 404, body: { kind: "TaskAgent" } })
    expect((await as("ours", `${agents}/${ours["task_agent_id"]}`)).body.name).toBe(secret)
  })

  it("may be written in capitals, and one claim stands for all projects", async () => {
    const ours = await records("ours")
    const path = `${agentsOf(organizations.ours, foreignProject)}`
    const organization = organizations.ours
    const headers = { authorization: `Bearer ${await sign(signer, { organization, projects: "*" })}` }
    const creation = { name: "x", instruction: "x", llm_model_id: uuid(99) }
    expect((await ask(path, { method: "POST", json: creation, headers })).status).toBe(201)
    const agent = `${agentsOf(organization)}/${ours["task_agent_id"]}`.toUpperCase().replace(
      /^\/API\/V1\/ORG\/(.*)\/PROJECT\/(.*)\/TASK-AGENT\//,
      "/api/v1/org/$1/project/$2/task-agent/"
    )
    expect((await as("ours", agent)).status).toBe(200)
  })
})
