/** What is wrong with a request about the past is told, and the record is as it was. */
import { beforeAll, describe, expect, it } from "vitest"
import { type Ask, testServer } from "./TestServer.ts"

const { ask } = testServer()

const project =
  "/api/v1/org/00000000-0000-4000-8000-000000000001/project/00000000-0000-4000-8000-000000000002/task-agent"
const agent = { name: "A", instruction: "i", llm_model_id: "00000000-0000-4000-8000-00000000000a" }
const records: Record<string, { path: string; missing: string; method: string; json: object }> = {}

beforeAll(async () => {
  await ask("/tasks", { method: "POST", json: { id: "t1", agent_ids: ["ag"] } })
  for (const id of ["b1", "b2"]) await ask("/agents/tasks/", { method: "POST", json: { id, title: "One" } })
  const tracker = (await ask("/tasks/t1/agents/ag", { method: "POST" })).body.id
  const { headers } = await ask(project, { method: "POST", json: agent })
  records["task"] = { path: "/tasks/t1", missing: "/tasks/no", method: "PUT", json: { merge_params: { a: 1 } } }
  records["tracker"] = { path: `/tracker/${tracker}`, missing: "/tracker/no", method: "PUT", json: { status: "s" } }
  records["board task"] = {
    path: "/agents/tasks/b1",
    missing: "/agents/tasks/no",
    method: "PATCH",
    json: { priority: 1 }
  }
  records["task agent"] = {
    path: headers.location!,
    missing: headers.location!.replace(/.{8}$/, "00000000"),
    method: "POST",
    json: { name: "B" }
  }
})

type Refused = readonly [
  request: string,
  json: unknown,
  status: number,
  told: readonly [loc: ReadonlyArray<string>, type: string] | string
]

const rows: ReadonlyArray<Refused> = [
  ["GET ?version=0", undefined, 422, [["query", "version"], "greater_than_equal"]],
  ["GET ?version=-1", undefined, 422, [["query", "version"], "greater_than_equal"]],
  ["GET ?version=", undefined, 422, [["query", "version"], "int_parsing"]],
  ["GET ?version=x", undefined, 422, [["query", "version"], "int_parsing"]],
  ["GET ?version=1.5", undefined, 422, [["query", "version"], "int_parsing"]],
  ["GET ?version=NaN", undefined, 422, [["query", "version"], "int_parsing"]],
  ["GET ?version=99", undefined, 400, "version-unknown"],
  ["GET ?version=9007199254740991", undefined, 400, "version-unknown"],
  ["GET /diff", undefined, 422, [["query", "from"], "missing"]],
  ["GET /diff?from=0", undefined, 422, [["query", "from"], "greater_than_equal"]],
  ["GET /diff?from=1&to=x", undefined, 422, [["query", "to"], "int_parsing"]],
  ["GET /diff?from=1&to=99", undefined, 400, "version-unknown"],
  ["GET /diff?from=99", undefined, 400, "version-unknown"],
  ["POST /restore", undefined, 422, [["body"], "missing"]],
  ["POST /restore", {}, 422, [["body", "version"], "missing"]],
  ["POST /restore", { version: null }, 422, [["body", "version"], "int_type"]],
  ["POST /restore", { version: "1" }, 422, [["body", "version"], "int_type"]],
  ["POST /restore", { version: 1.5 }, 422, [["body", "version"], "int_from_float"]],
  ["POST /restore", { version: 0 }, 422, [["body", "version"], "greater_than_equal"]],
  ["POST /restore", { version: 1, revision: 1 }, 422, [["body", "revision"], "extra_forbidden"]],
  ["POST /restore", { version: 99 }, 400, "version-unknown"],
  ["POST /undo", undefined, 422, [["body"], "missing"]],
  ["POST /undo", {}, 422, [["body", "revision"], "missing"]],
  ["POST /undo", { revision: true }, 422, [["body", "revision"], "int_type"]],
  ["POST /undo", { revision: -1 }, 422, [["body", "revision"], "greater_than_equal"]],
  ["POST /undo", { revision: 1 }, 422, [["body", "revision"], "value_error"]],
  ["POST /undo", { revision: 99 }, 400, "version-unknown"]
]

/** Makes a request that is refused, and shows that it left the record and its version alone. */
const refused = async (path: string, target: string, options: Ask, status: number) => {
  const before = await ask(path)
  const reply = await ask(target, options)
  const after = await ask(path)
  expect(reply.status, reply.text).toBe(status)
  expect([after.headers.etag, after.text]).toEqual([before.headers.etag, before.text])
  return reply
}

for (const kind of ["task", "tracker", "board task", "task agent"]) {
  describe(`the past of a ${kind}`, () => {
    for (const [request, json, status, told] of rows) {
      it(`${request} ${JSON.stringify(json) ?? ""} is ${status}`, async () => {
        const [method, rest] = request.split(" ") as [string, string]
        const { path } = records[kind]!
        const { body } = await refused(path, path + rest, { method, json }, status)
        if (typeof told === "string") expect(body.code).toBe(told)
        else expect(body.detail).toEqual([expect.objectContaining({ loc: told[0], type: told[1] })])
      })
    }

    it("of a record that does not exist is 404", async () => {
      const { missing } = records[kind]!
      for (
        const [method, rest, json] of [
          ["GET", "?version=1", undefined],
          ["GET", "/diff?from=1", undefined],
          ["POST", "/restore", { version: 1 }],
          ["POST", "/undo", { revision: 2 }]
        ] as const
      ) {
        expect(await ask(missing + rest, { method, json }), rest).toMatchObject({
          status: 404,
          body: { code: "record-missing" }
        })
      }
    })

    it("a Dry-Run that is neither true nor false is 400, and nothing is done", async () => {
      const { json, method, path } = records[kind]!
      for (const value of ["yes", "1", "?1", "tru", "true, false", "\"true\"", " "]) {
        for (
          const [target, options] of [
            [path, { method, json }],
            [`${path}/restore`, { method: "POST", json: { version: 1 } }],
            [`${path}/undo`, { method: "POST", json: { revision: 1 } }],
            ...(kind === "tracker" ? [] : [[path, { method: "DELETE" }] as const])
          ] as const
        ) {
          const { body } = await refused(path, target, { ...options, headers: { "dry-run": value } }, 400)
          expect(body, value).toMatchObject({ code: "malformed-header", header: "Dry-Run" })
        }
      }
    })

    it("a dry run in any spelling of true writes nothing, and false is none", async () => {
      const { json, method, path } = records[kind]!
      for (const value of ["true", "True", " TRUE "]) {
        const reply = await refused(path, path, { method, json, headers: { "dry-run": value } }, 200)
        expect(reply.headers).toMatchObject({ changes: "1", etag: "\"1\"" })
      }
      const reply = await ask(path, { method, json, headers: { "dry-run": "false" } })
      expect([reply.headers.etag, reply.headers["changes"]]).toEqual(["\"2\"", undefined])
    })
  })
}

describe("a dry run of what makes something", () => {
  const rows = [
    ["/tasks", { id: "dry", params: { a: 1 }, agent_ids: ["ag", "new"] }],
    ["/tasks/t1/agents/other", { name: "Other" }],
    ["/tasks/t1/events", { agent_id: "ag", content: 1 }],
    ["/agents/tasks/", { id: "dry", title: "x" }],
    ["/agents/tasks/b1/subtasks", { id: "dry too", title: "x" }],
    ["/agents/tasks/b1/subtasks/link", { child_id: "b2" }],
    [project, agent]
  ] as const
  const post = (path: string, json: object, value = "true") =>
    ask(path, { method: "POST", json, headers: { "dry-run": value } })

  /** What differs between two runs: ids and times that are made. */
  const alike = (body: unknown) =>
    JSON.parse(JSON.stringify(body).replace(/[0-9a-f]{8}-[0-9a-f-]{27}|\d{4}-\d\d-\d\dT[\d:.]+Z/g, "made"))

  it("answers 200 with what would be made, tells how much of it, and makes nothing", async () => {
    for (const [path, json] of rows) {
      const dry = await post(path, json)
      expect(dry.status, dry.text).toBe(200)
      expect([dry.headers.etag, dry.headers.location], path).toEqual([undefined, undefined])
      expect(Number(dry.headers["changes"]), path).toBeGreaterThan(0)
      const again = await post(path, json)
      expect(alike(again.body), path).toEqual(alike(dry.body))
    }
    for (const path of ["/tasks/dry", "/agents/tasks/dry"]) expect((await ask(path)).status).toBe(404)
    expect((await ask("/events?task_id=t1&agent_id=ag")).body).toEqual([])
    expect((await ask("/agents/tasks/b1/subtasks")).body).toEqual([])
    expect((await ask(project)).body.results.length).toBe(1)
    expect((await ask("/tasks?agent_id=other")).body).toEqual([])
    const malformed = await post("/tasks", { id: "dry" }, "x")
    expect(malformed).toMatchObject({ status: 400, body: { code: "malformed-header", header: "Dry-Run" } })
  })

  it("refuses what would be refused", async () => {
    const refused = [
      ["/tasks", { id: "t1" }, 409],
      ["/tasks", { id: "" }, 422],
      ["/tasks/none/agents/other", {}, 404],
      ["/tasks/t1/events", { agent_id: "nobody", content: 1 }, 400],
      ["/agents/tasks/", { id: "b1", title: "x" }, 409],
      ["/agents/tasks/none/subtasks", { title: "x" }, 404],
      ["/agents/tasks/b1/subtasks/link", { child_id: "b1" }, 409],
      [project, { ...agent, mode: "sequential" }, 422]
    ] as const
    for (const [path, json, status] of refused) {
      const dry = await post(path, json)
      expect([path, dry.status]).toEqual([path, status])
      const real = await ask(path, { method: "POST", json })
      expect({ ...real.body, request_id: "" }).toEqual({ ...dry.body, request_id: "" })
    }
  })

  it("is followed by what it said", async () => {
    for (const [path, json] of rows) {
      const dry = await post(path, json)
      const real = await ask(path, { method: "POST", json })
      expect(real.status, real.text).toBe(201)
      expect(alike(real.body), path).toEqual(alike(dry.body))
    }
    const assigned = await post("/tasks/t1/agents/other", {})
    expect([assigned.status, assigned.headers["changes"], assigned.headers.etag]).toEqual([200, "0", "\"1\""])
  })
})

describe("a dry run of every change of a board task and a task", () => {
  it("writes nothing", async () => {
    const headers = { "dry-run": "true" }
    await ask("/tasks", { method: "POST", json: { id: "t9" } })
    await ask("/agents/tasks/", { method: "POST", json: { id: "b9", title: "Nine" } })
    for (const move of ["complete", "fail", "cancel", "interrupt", "terminate", "timeout"]) {
      const reply = await refused("/tasks/t9", `/tasks/t9/${move}`, { method: "POST", headers }, 200)
      expect([reply.headers["changes"], reply.body.status]).not.toContain("RUNNING")
    }
    const board: ReadonlyArray<readonly [string, object, string]> = [
      ["assign", { user_id: "u" }, "assigned"],
      ["claim", { user_id: "u" }, "running"]
    ]
    for (const [verb, json, status] of board) {
      const reply = await refused(
        "/agents/tasks/b9",
        `/agents/tasks/b9/${verb}`,
        { method: "POST", json, headers },
        200
      )
      expect([reply.headers["changes"], reply.headers.etag, reply.body.status]).toEqual(["2", "\"1\"", status])
    }
    const move = { method: "POST", json: { status: "running" }, headers }
    await refused("/agents/tasks/b9", "/agents/tasks/b9/transition", move, 409)
    const gone = await refused("/agents/tasks/b9", "/agents/tasks/b9", { method: "DELETE", headers }, 204)
    expect(gone.headers["changes"]).toBe("1")
    const deleted = await refused("/tasks/t9", "/tasks/t9", { method: "DELETE", headers }, 200)
    expect(deleted.body.message).toBe("Task t9 would be deleted")
  })
})

it("a version that the client has is not sent again", async () => {
  await ask("/tasks", { method: "POST", json: { id: "t8", params: { a: 1 } } })
  await ask("/tasks/t8", { method: "PUT", json: { merge_params: { a: 2 } } })
  const old = await ask("/tasks/t8?version=1")
  expect([old.headers.etag, old.body.params]).toEqual(["\"1\"", { a: 1 }])
  expect((await ask("/tasks/t8?version=1", { headers: { "if-none-match": "\"1\"" } })).status).toBe(304)
  expect((await ask("/tasks/t8", { headers: { "if-none-match": "\"1\"" } })).status).toBe(200)
})
