/** A client that sends every field that it knows, those it does not mean as null, changes only what null clears. */
import { Api } from "@emend/http-api"
import * as OpenApi from "effect/http-api/OpenApi"
import { expect, it } from "vitest"
import { testServer } from "./TestServer.ts"

const { ask } = testServer()
const spec = OpenApi.fromApi(Api) as any
const model = "00000000-0000-4000-8000-00000000000a"
const project =
  "/api/v1/org/00000000-0000-4000-8000-000000000001/project/00000000-0000-4000-8000-000000000002/task-agent"

/** The fields of the body of an operation, and what a null in each means, as the document says it. */
const fieldsOf = (path: string, method: string): ReadonlyArray<readonly [name: string, clears: boolean]> => {
  const { $ref } = spec.paths[path][method].requestBody.content["application/json"].schema
  const { properties } = spec.components.schemas[$ref.split("/").at(-1)]
  return Object.entries<any>(properties).map(([name, { description }]) => {
    const [, meaning] = /`null` (clears it|leaves it unchanged)/.exec(description)!
    return [name, meaning === "clears it"] as const
  })
}

interface Kind {
  readonly path: string
  readonly method: string
  /** A value for every field that is not null in the record. */
  readonly values: Readonly<Record<string, unknown>>
  /** Makes a record without any of the values that can be null, and gives its address. */
  readonly create: () => Promise<string>
  /** What the record has in the fields of an update. */
  readonly read: (address: string) => Promise<Readonly<Record<string, unknown>>>
}

const read = async (address: string) => (await ask(address)).body

const kinds: Readonly<Record<string, Kind>> = {
  task: {
    path: "/tasks/{task_id}",
    method: "put",
    values: { task_metadata: { a: 1 }, merge_params: { b: 2 } },
    create: async () => (await ask("/tasks", { method: "POST", json: {} })).headers.location!,
    read: async (address) => {
      const { params, task_metadata } = await read(address)
      return { merge_params: params, task_metadata }
    }
  },
  tracker: {
    path: "/tracker/{tracker_id}",
    method: "put",
    values: { status: "busy", status_reason: "why" },
    create: async () => {
      const task = (await ask("/tasks", { method: "POST", json: {} })).headers.location!
      return (await ask(`${task}/agents/a`, { method: "POST" })).headers.location!
    },
    read
  },
  "board task": {
    path: "/agents/tasks/{task_id}",
    method: "patch",
    values: {
      title: "One",
      description: "D",
      priority: 1,
      assigned_to_type_id: "ty",
      assigned_to_instance_id: "in",
      assigned_to_user_id: "us",
      correlation_bucket_id: "bu",
      source: "triage"
    },
    create: async () => (await ask("/agents/tasks/", { method: "POST", json: { title: "T" } })).headers.location!,
    read
  },
  "task agent": {
    path: "/api/v1/org/{org_id}/project/{project_id}/task-agent/{task_agent_id}",
    method: "post",
    values: {
      name: "A",
      description: "D",
      instruction: "I",
      mode: "agentic",
      llm_model_id: model,
      fallback_llm_model_id: model,
      task_tools: [{ task_id: "t", is_output_formatter: true }],
      mcp_servers: [{ task_mcp_server_id: "m", allowed_tool_ids: null }],
      integrations: [{ project_integration_id: "i", allowed_tool_ids: ["x"] }],
      skills: [{ skill_id: "s", skill_revision_id: null }],
      memory_strategy: "compaction",
      memory_config: { a: null },
      max_turns: 7,
      task_agent_run_visibility: "all_viewers"
    },
    create: async () => {
      const json = { name: "N", instruction: "i", llm_model_id: model }
      return (await ask(project, { method: "POST", json })).headers.location!
    },
    read: async (address) => {
      const agent = await read(address)
      return { ...await read(`${address}/revision/${agent.revisions[0].id}`), ...agent }
    }
  }
}

for (const [name, { create, method, path, read, values }] of Object.entries(kinds)) {
  const fields = fieldsOf(path, method)
  const nulls = Object.fromEntries(fields.map(([field]) => [field, null]))
  const update = (address: string, json: unknown) => ask(address, { method: method.toUpperCase(), json })

  it(`a ${name} keeps, of a dump of nulls, each field that null leaves unchanged, and loses each that null clears`, async () => {
    const address = await create()
    expect((await update(address, values)).status).toBe(200)
    expect(await read(address)).toMatchObject(values)
    expect((await update(address, nulls)).status).toBe(200)
    const after = await read(address)
    const expected = fields.flatMap(([field, clears]) =>
      field in values ? [[field, clears ? null : values[field]]] : []
    )
    expect(Object.fromEntries(expected.map(([field]) => [field, after[field as string]]))).toEqual(
      Object.fromEntries(expected)
    )
    expect(expected.length).toBe(Object.keys(values).length)
  })

  it(`a dump of nulls of a ${name} that has none of what they clear is no change`, async () => {
    const address = await create()
    await update(address, nulls)
    const before = await ask(address)
    const reply = await update(address, nulls)
    expect([reply.status, reply.headers.etag, reply.body]).toEqual([200, before.headers.etag, before.body])
  })
}
