/** What is wrong with a request is told place by place, and the record is as it was. */
import { beforeAll, describe, expect, it } from "vitest"
import { type Ask, testServer } from "./TestServer.ts"

const { ask } = testServer()

const project =
  "/api/v1/org/00000000-0000-4000-8000-000000000001/project/00000000-0000-4000-8000-000000000002/task-agent"
const model = "00000000-0000-4000-8000-00000000000a"
const record: Record<string, string> = {}

beforeAll(async () => {
  await ask("/tasks", {
    method: "POST",
    json: { id: "t1", params: { a: 1 }, task_metadata: { b: 2 }, agent_ids: ["ag"] }
  })
  record["task"] = "/tasks/t1"
  record["tracker"] = (await ask("/tasks/t1/agents/ag", { method: "POST" })).body.id
  record["tracker"] = `/tracker/${record["tracker"]}`
  record["board task"] = (await ask("/agents/tasks/", { method: "POST", json: { id: "b1", title: "One" } })).headers
    .location!
  record["task agent"] =
    (await ask(project, { method: "POST", json: { name: "A", instruction: "i", llm_model_id: model } })).headers
      .location!
})

const methods: Record<string, string> = { task: "PUT", tracker: "PUT", "board task": "PATCH", "task agent": "POST" }

type Row = readonly [
  json: unknown,
  ...errors: ReadonlyArray<readonly [loc: ReadonlyArray<string | number>, type: string]>
]

const surrogate = JSON.parse("\"\\ud800\"") as string
const deep = (depth: number): unknown => depth === 0 ? 1 : [deep(depth - 1)]

const tables: Readonly<Record<string, ReadonlyArray<Row>>> = {
  task: [
    [{ task_metadata: [] }, [["task_metadata"], "dict_type"]],
    [{ task_metadata: "x", merge_params: 1 }, [["merge_params"], "dict_type"], [["task_metadata"], "dict_type"]],
    [{ merge_params: true }, [["merge_params"], "dict_type"]],
    [{ nothing: 1 }, [["nothing"], "extra_forbidden"]],
    [{ params: { a: 2 } }, [["params"], "extra_forbidden"]],
    [{ status: "COMPLETED" }, [["status"], "extra_forbidden"]],
    [{ status: null, id: "t2" }, [["status"], "extra_forbidden"], [["id"], "extra_forbidden"]],
    [{ created_at: "2026-01-01T00:00:00.000000Z", merge_params: { x: 1 } }, [["created_at"], "extra_forbidden"]],
    [{ merge_params: { "a\u0000": 1 } }, [["merge_params", "a\u0000"], "value_error"]],
    [{ merge_params: { a: [{ b: "\u0000" }] }, task_metadata: { c: surrogate } }, [
      ["merge_params", "a", 0, "b"],
      "value_error"
    ], [["task_metadata", "c"], "value_error"]],
    [{ task_metadata: { [surrogate]: 1 } }, [["task_metadata", surrogate], "value_error"]],
    [[], [[], "model_attributes_type"]],
    ["x", [[], "model_attributes_type"]],
    [null, [[], "model_attributes_type"]],
    [JSON.parse("{\"__proto__\":{\"merge_params\":{}}}"), [["__proto__"], "extra_forbidden"]]
  ],
  tracker: [
    [{ status: 1, status_reason: [] }, [["status"], "string_type"], [["status_reason"], "string_type"]],
    [{ status: "a\u0000" }, [["status"], "value_error"]],
    [{ last_processed_event_id: 7 }, [["last_processed_event_id"], "string_type"]],
    [{ last_processed_event_id: "" }, [["last_processed_event_id"], "string_too_short"]],
    [{ last_processed_event_id: "x".repeat(256) }, [["last_processed_event_id"], "string_too_long"]],
    [{ agent_id: "other" }, [["agent_id"], "extra_forbidden"]],
    [{ status: "x", nothing: {} }, [["nothing"], "extra_forbidden"]]
  ],
  "board task": [
    [{ title: "" }, [["title"], "string_too_short"]],
    [{ title: 1, description: {} }, [["title"], "string_type"], [["description"], "string_type"]],
    [{ priority: 0 }, [["priority"], "greater_than_equal"]],
    [{ priority: 5 }, [["priority"], "less_than_equal"]],
    [{ priority: 2.5 }, [["priority"], "int_from_float"]],
    [{ priority: "2" }, [["priority"], "int_type"]],
    [{ priority: true }, [["priority"], "int_type"]],
    [{ source: "email" }, [["source"], "enum"]],
    [{ source: 1 }, [["source"], "enum"]],
    [{ status: "done" }, [["status"], "extra_forbidden"]],
    [{ is_deleted: true }, [["is_deleted"], "extra_forbidden"]],
    [{ organization_id: "x", created_by: "y", title: "Two" }, [["organization_id"], "extra_forbidden"], [
      ["created_by"],
      "extra_forbidden"
    ]],
    [{ assigned_to_user_id: "a\u0001b" }, [["assigned_to_user_id"], "value_error"]],
    [{ assigned_to_user_id: "" }, [["assigned_to_user_id"], "string_too_short"]],
    [{ title: surrogate }, [["title"], "value_error"]]
  ],
  "task agent": [
    [{ name: "" }, [["name"], "string_too_short"]],
    [{ name: "x".repeat(256) }, [["name"], "string_too_long"]],
    [{ name: "a\u0000", description: "\u0000", instruction: "b\u0000c" }, [["name"], "value_error"], [
      ["description"],
      "value_error"
    ], [["instruction"], "value_error"]],
    [{ instruction: surrogate }, [["instruction"], "value_error"]],
    [{ memory_config: { "a\u0000": 1 } }, [["memory_config", "a\u0000"], "value_error"]],
    [{ memory_config: { max_events: 1, a: ["\u0000"] } }, [["memory_config", "a", 0], "value_error"]],
    [{ task_tools: [{ task_id: "a\u0000" }], skills: [{ skill_id: "s", skill_revision_id: "\u0000" }] }, [
      ["task_tools", 0, "task_id"],
      "value_error"
    ], [["skills", 0, "skill_revision_id"], "value_error"]],
    [{ integrations: [{ project_integration_id: "i", allowed_tool_ids: ["\u0000"] }] }, [[
      "integrations",
      0,
      "allowed_tool_ids",
      0
    ], "value_error"]],
    [{ llm_model_id: "x" }, [["llm_model_id"], "uuid_parsing"]],
    [{ llm_model_id: 1 }, [["llm_model_id"], "string_type"]],
    [{ mode: "fast" }, [["mode"], "enum"]],
    [{ max_turns: 0 }, [["max_turns"], "greater_than_equal"]],
    [{ max_turns: 501 }, [["max_turns"], "less_than_equal"]],
    [{ memory_config: [] }, [["memory_config"], "dict_type"]],
    [{ task_tools: {} }, [["task_tools"], "list_type"]],
    [{ task_tools: [{}, 1, { task_id: "a", is_output_formatter: "yes" }] }, [["task_tools", 0, "task_id"], "missing"], [
      ["task_tools", 1],
      "model_attributes_type"
    ], [["task_tools", 2, "is_output_formatter"], "bool_type"]],
    [{ task_tools: [{ task_id: "a", order: 1 }] }, [["task_tools", 0, "order"], "extra_forbidden"]],
    [{ mcp_servers: [{ task_mcp_server_id: "a", allowed_tool_ids: ["b", 1] }] }, [[
      "mcp_servers",
      0,
      "allowed_tool_ids",
      1
    ], "string_type"]],
    [{ active_revision_id: "x" }, [["active_revision_id"], "uuid_parsing"]],
    [{ active_revision_id: model, name: "B", instruction: "j" }, [["name"], "value_error"], [
      ["instruction"],
      "value_error"
    ]],
    [{ is_deleted: true }, [["is_deleted"], "extra_forbidden"]],
    [{ created: "x", revisions: [] }, [["created"], "extra_forbidden"], [["revisions"], "extra_forbidden"]]
  ]
}

const update = (kind: string, options: Ask) => ask(record[kind]!, { method: methods[kind]!, ...options })

/** Makes a request that is refused, and shows that it left the record and its version alone. */
const refused = async (kind: string, options: Ask, status: number) => {
  const before = await ask(record[kind]!)
  const reply = await update(kind, options)
  const after = await ask(record[kind]!)
  expect(reply.status, reply.text).toBe(status)
  expect([after.headers.etag, after.text]).toEqual([before.headers.etag, before.text])
  return reply
}

for (const [kind, rows] of Object.entries(tables)) {
  describe(`an update of a ${kind}`, () => {
    for (const [json, ...errors] of rows) {
      it(`${JSON.stringify(json).slice(0, 90)} is refused at ${errors.map(([loc]) => `/${loc.join("/")}`).join(" and ").slice(0, 80)}`, async () => {
        const { body } = await refused(kind, { json }, 422)
        const told = body.detail.map(({ loc, type }: any) => JSON.stringify([loc, type])).sort()
        expect(told).toEqual(errors.map(([loc, type]) => JSON.stringify([["body", ...loc], type])).sort())
        for (const { msg } of body.detail) expect(msg).toBeTypeOf("string")
      })
    }

    const [field] = Object.keys(rows[0]![0] as object) as [string]
    for (
      const [what, raw, type] of [
        ["broken JSON", "{\"a\":", "json_invalid"],
        ["bytes that are not UTF-8", Uint8Array.of(0x7b, 0xff, 0x7d), "json_invalid"],
        ["a number that would change", `{"${field}":12345678901234567890}`, "value_error"],
        ["a number beyond all doubles", `{"${field}":1e400}`, "value_error"],
        ["a hundred thousand levels", `{"${field}":${"[".repeat(100_000)}`, "value_error"],
        ["one level too many", JSON.stringify({ [field]: deep(65) }), "value_error"]
      ] as const
    ) {
      it(`${what} is refused and names the place`, async () => {
        const { body } = await refused(kind, { raw }, 422)
        expect([body.detail[0].type, ...body.detail[0].loc.slice(0, 2)]).toEqual([
          type,
          "body",
          type === "json_invalid" ? expect.any(Number) : field
        ])
      })
    }

    it("another media type and a huge body are refused", async () => {
      await refused(kind, { raw: "{}", headers: { "content-type": "text/plain" } }, 415)
      await refused(kind, { raw: `{"${field}":"${"x".repeat(1_048_576)}"}` }, 413)
    })

    it("malformed headers are refused and named", async () => {
      for (
        const [name, header] of [["if-match", "If-Match"], ["rebase-from", "Rebase-From"], [
          "change-reason",
          "Change-Reason"
        ]] as const
      ) {
        const { body } = await refused(kind, { json: {}, headers: { [name]: "50%" } }, 400)
        expect(body).toMatchObject({ code: "malformed-header", header })
      }
    })

    it("errors of headers and of the body are told together", async () => {
      const { body } = await refused(
        kind,
        { json: { nothing: 1 }, headers: { "change-reason": "x".repeat(1001) } },
        422
      )
      expect(body.detail).toMatchObject([
        { loc: ["header", "change-reason"], type: "string_too_long", ctx: { max_length: 1000 } },
        { loc: ["body", "nothing"], type: "extra_forbidden", input: 1 }
      ])
    })

    it("a record that does not exist is 404 for every body that is right", async () => {
      const missing = record[kind]!.replace(/[^/]{1,8}$/, kind === "task agent" ? "00000000" : "none")
      expect(await ask(missing, { method: methods[kind]!, json: {} })).toMatchObject({
        status: 404,
        body: { code: "record-missing" }
      })
    })

    it("a number that would change does not hide what else is wrong with the body", async () => {
      const { body } = await refused(kind, { raw: `{"${field}":1e400,"nothing":12345678901234567890,"none":1}` }, 422)
      const told = body.detail.map(({ loc, type }: any) => [loc[1], type])
      expect(told).toEqual([
        [field, "value_error"],
        ["nothing", "value_error"],
        ["none", "extra_forbidden"]
      ])
    })

    it("{} is no change", async () => {
      const before = await ask(record[kind]!)
      expect((await update(kind, { json: {} })).headers.etag).toBe(before.headers.etag)
    })
  })
}

describe("a refusal", () => {
  it("says in pydantic's words what is wrong, what was given and what was demanded", async () => {
    const { body } = await update("board task", { json: { priority: 9, title: "", source: "x", status: "done" } })
    expect(body).toEqual({
      detail: [
        {
          loc: ["body", "status"],
          msg: "Extra inputs are not permitted: use the transition endpoint, POST /agents/tasks/{task_id}/transition",
          type: "extra_forbidden",
          input: "done"
        },
        {
          loc: ["body", "title"],
          msg: "String should have at least 1 character",
          type: "string_too_short",
          input: "",
          ctx: { min_length: 1 }
        },
        {
          loc: ["body", "priority"],
          msg: "Input should be less than or equal to 4",
          type: "less_than_equal",
          input: 9,
          ctx: { le: 4 }
        },
        {
          loc: ["body", "source"],
          msg: "Input should be 'triage', 'conversation' or 'manual'",
          type: "enum",
          input: "x",
          ctx: { expected: "'triage', 'conversation' or 'manual'" }
        }
      ]
    })
  })

  it("does not repeat a large input", async () => {
    const { text } = await update("board task", { json: { priority: "x".repeat(100_000) } })
    expect(text.length).toBeLessThan(1000)
  })
})

describe("other operations", () => {
  const rows: ReadonlyArray<
    readonly [method: string, path: string, json: unknown, loc: ReadonlyArray<string | number>, type: string]
  > = [
    ["POST", "/tasks", { id: "a\u0001" }, ["body", "id"], "value_error"],
    ["POST", "/tasks", { id: "board" }, ["body", "id"], "value_error"],
    ["POST", "/tasks", { agent_ids: ["a", 1] }, ["body", "agent_ids", 1], "string_type"],
    ["POST", "/tasks", { status: "RUNNING" }, ["body", "status"], "extra_forbidden"],
    ["POST", "/tasks/t1/complete", { reason: 1 }, ["body", "reason"], "string_type"],
    ["POST", "/tasks/t1/complete", { reason: "\u0000" }, ["body", "reason"], "value_error"],
    ["POST", "/tasks/t1/agents/ag", { nothing: 1 }, ["body", "nothing"], "extra_forbidden"],
    ["POST", "/tasks/t1/events", { agent_id: "ag" }, ["body", "content"], "missing"],
    ["POST", "/tasks/t1/events", { agent_id: "ag", content: { a: "\u0000" } }, ["body", "content", "a"], "value_error"],
    ["GET", "/events?task_id=t1&agent_id=ag&limit=x", undefined, ["query", "limit"], "int_parsing"],
    ["GET", "/events?task_id=t1&agent_id=ag&limit=1.5", undefined, ["query", "limit"], "int_parsing"],
    ["GET", "/events?task_id=t1&agent_id=ag&limit=1001", undefined, ["query", "limit"], "less_than_equal"],
    ["GET", "/events?task_id=t1", undefined, ["query", "agent_id"], "missing"],
    ["GET", "/tasks/t1/history?limit=0", undefined, ["query", "limit"], "greater_than_equal"],
    ["GET", "/tasks/t1/history?limit=101", undefined, ["query", "limit"], "less_than_equal"],
    ["POST", "/agents/tasks/", {}, ["body", "title"], "missing"],
    ["POST", "/agents/tasks/", { title: "x", status: "done" }, ["body", "status"], "extra_forbidden"],
    ["POST", "/agents/tasks/b1/transition", {}, ["body", "status"], "missing"],
    ["POST", "/agents/tasks/b1/transition", { status: "gone" }, ["body", "status"], "enum"],
    ["POST", "/agents/tasks/b1/assign", {}, ["body"], "value_error"],
    ["POST", "/agents/tasks/b1/assign", { user_id: "a", type_id: "b" }, ["body"], "value_error"],
    ["POST", "/agents/tasks/b1/claim", { type_id: "b" }, ["body", "type_id"], "extra_forbidden"],
    ["POST", project, { name: "A", instruction: "i" }, ["body", "llm_model_id"], "missing"],
    [
      "POST",
      project,
      { name: "A", instruction: "i", llm_model_id: model, mode: "sequential" },
      ["body", "task_tools"],
      "value_error"
    ],
    ["POST", project, { name: "A", instruction: "i", llm_model_id: model, memory_strategy: "compaction" }, [
      "body",
      "memory_config"
    ], "value_error"]
  ]
  for (const [method, path, json, loc, type] of rows) {
    it(`${method} ${path.replace(project, "…")} ${JSON.stringify(json) ?? ""} is refused at ${loc.join("/")}`, async () => {
      const reply = await ask(path, { method, json })
      expect(reply.status, reply.text).toBe(422)
      expect(reply.body.detail).toEqual([expect.objectContaining({ loc, type })])
    })
  }

  it("a cursor that no page gave is 400", async () => {
    for (const cursor of ["x", "YmVmb3JlOi0x", "%00", "YmVmb3JlOjA"]) {
      expect(await ask(`/tasks/t1/history?cursor=${cursor}`), cursor).toMatchObject({
        status: 400,
        body: { code: "malformed-cursor" }
      })
    }
  })
})

describe("a server that ignores unknown keys", () => {
  const { ask } = testServer({ unknownKeys: "ignore" })

  it("drops unknown, fixed and guarded keys, and still checks the others", async () => {
    await ask("/tasks", { method: "POST", json: { id: "t1" } })
    const reply = await ask("/tasks/t1", {
      method: "PUT",
      json: { status: "COMPLETED", id: "x", nothing: 1, merge_params: { a: 1 } }
    })
    expect(reply.body).toMatchObject({ id: "t1", status: "RUNNING", params: { a: 1 } })
    expect((await ask("/tasks/t1", { method: "PUT", json: { nothing: 1, merge_params: 1 } })).body.detail)
      .toMatchObject([{ loc: ["body", "merge_params"] }])
  })
})
