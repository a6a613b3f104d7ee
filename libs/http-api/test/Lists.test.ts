/** Lists over HTTP: filters, orders, pages, and what is wrong with a request for one. */
import { beforeAll, describe, expect, it } from "vitest"
import { type Reply, testServer } from "./TestServer.ts"

const { ask } = testServer()

const uuid = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`
const project = `/api/v1/org/${uuid(1)}/project/${uuid(2)}/task-agent`
const make = (path: string, json: object) => ask(path, { method: "POST", json })
const next = ({ headers }: Reply): string | undefined =>
  /^<([^>]*)>; rel="next"$/.exec(String(headers["link"] ?? ""))?.[1]

const entries = ({ body }: Reply): ReadonlyArray<any> => Array.isArray(body) ? body : body.results

/** Follows the links from a path to the end, and gives the ids of each page. */
const walk = async (path: string, between: (page: number) => Promise<unknown> = async () => {}) => {
  const pages: Array<ReadonlyArray<string>> = []
  for (let at: string | undefined = path; at !== undefined;) {
    const reply: Reply = await ask(at)
    expect(reply.status, reply.text).toBe(200)
    pages.push(entries(reply).map(({ id }) => id))
    at = next(reply)
    if (at !== undefined) await between(pages.length)
  }
  return pages
}

const ids = async (path: string) => (await walk(path)).flat()

beforeAll(async () => {
  for (let n = 1; n <= 7; n++) {
    await make("/tasks", {
      id: `t${n}`,
      ...(n % 2 === 0 ? { name: `name ${8 - n}` } : {}),
      params: { large: "x" },
      task_metadata: { team: n < 4 ? "a" : "b", n, tags: [{ k: n }, "all"] },
      agent_ids: n < 6 ? ["ag", `ag${n}`] : []
    })
    await make("/agents/tasks/", {
      id: `b${n}`,
      title: "T",
      priority: (n % 4) + 1,
      source: n < 3 ? "triage" : "manual",
      ...(n === 2 ? { assigned_to_user_id: "u", correlation_bucket_id: "c" } : {})
    })
    await make(project, { name: `a${n}`, instruction: "i", llm_model_id: uuid(3) })
  }
  await make("/tasks/t6/agents/named", { name: "Named" })
  await make("/tasks/t2/complete", {})
  await ask("/tasks/t5", { method: "DELETE" })
})

describe("the list of tasks", () => {
  it("is a bare array of what is not deleted, the newest first, without params and without agents", async () => {
    const reply = await ask("/tasks")
    expect(reply.body.map(({ id }: any) => id)).toEqual(["t7", "t6", "t4", "t3", "t2", "t1"])
    expect(reply.headers["link"]).toBeUndefined()
    for (const task of reply.body) {
      expect(Object.keys(task)).not.toContain("params")
      expect(Object.keys(task)).not.toContain("agents")
    }
  })

  it("has the agents of each task where they are asked for", async () => {
    const { body } = await ask("/tasks?relationships=agents&order_by=id&order_direction=asc")
    expect(body.map(({ agents }: any) => agents.map(({ id }: any) => id))).toEqual([
      ["ag", "ag1"],
      ["ag", "ag2"],
      ["ag", "ag3"],
      ["ag", "ag4"],
      ["named"],
      []
    ])
    expect(body[4].agents).toEqual([{ id: "named", name: "Named", created_at: expect.any(String) }])
  })

  it("has the tasks of which all the filters hold", async () => {
    const rows: ReadonlyArray<readonly [query: string, ids: ReadonlyArray<string>]> = [
      ["agent_id=ag", ["t4", "t3", "t2", "t1"]],
      ["agent_id=nobody", []],
      ["agent_id=ag&agent_id=ag3", ["t3"]],
      ["agent_name=Named", ["t6"]],
      ["agent_id=named&agent_name=Named", ["t6"]],
      ["agent_id=ag&agent_name=Named", []],
      ["status=COMPLETED", ["t2"]],
      ["status=DELETED", []],
      [`task_metadata=${encodeURIComponent(`{"team":"a"}`)}`, ["t3", "t2", "t1"]],
      [`task_metadata=${encodeURIComponent(`{"tags":[{"k":4}]}`)}`, ["t4"]],
      [`task_metadata=${encodeURIComponent(`{"team":"a"}`)}&agent_id=ag&status=RUNNING`, ["t3", "t1"]],
      ["task_metadata=%7B%7D&limit=1000", ["t7", "t6", "t4", "t3", "t2", "t1"]],
      ["colour=red&limit=1&page_number=3", ["t4"]],
      ["limit=2&page_number=4", []]
    ]
    for (const [query, expected] of rows) {
      expect((await ask(`/tasks?${query}`)).body.map(({ id }: any) => id), query).toEqual(expected)
    }
  })

  it("comes in every order, and following the links gives the same", async () => {
    const rows: ReadonlyArray<readonly [order: string, ids: ReadonlyArray<string>]> = [
      ["created_at", ["t1", "t2", "t3", "t4", "t6", "t7"]],
      ["updated_at", ["t1", "t3", "t4", "t6", "t7", "t2"]],
      ["name", ["t6", "t4", "t2", "t1", "t3", "t7"]],
      ["status", ["t2", "t1", "t3", "t4", "t6", "t7"]],
      ["id", ["t1", "t2", "t3", "t4", "t6", "t7"]]
    ]
    for (const [order, expected] of rows) {
      for (const direction of ["asc", "desc"]) {
        const path = `/tasks?order_by=${order}&order_direction=${direction}`
        const whole = direction === "asc" ? expected : expected.toReversed()
        expect(await ids(path), path).toEqual(whole)
        expect(await walk(`${path}&limit=4`), path).toEqual([whole.slice(0, 4), whole.slice(4)])
        expect(await walk(`${path}&limit=3&relationships=agents`), path).toEqual([whole.slice(0, 3), whole.slice(3)])
        expect(await walk(`${path}&limit=1`), path).toEqual(whole.map((id) => [id]))
      }
    }
  })
})

describe("the other lists", () => {
  it("trackers come by agent, by task and by both", async () => {
    const trackers = async (query: string) =>
      (await ask(`/tracker?${query}`)).body.map(({ agent_id, task_id }: any) => `${task_id} ${agent_id}`)
    expect((await trackers("")).length).toBe(11)
    expect(await trackers("agent_id=ag")).toEqual(["t5 ag", "t4 ag", "t3 ag", "t2 ag", "t1 ag"])
    expect(await trackers("agent_id=ag&order_direction=asc&limit=2&page_number=2")).toEqual(["t3 ag", "t4 ag"])
    expect((await trackers("task_id=t3")).sort()).toEqual(["t3 ag", "t3 ag3"])
    expect(await trackers("task_id=t3&agent_id=ag3")).toEqual(["t3 ag3"])
    expect(await trackers("task_id=t3&agent_id=ag1")).toEqual([])
    expect((await walk("/tracker?limit=4&order_by=created_at")).map((page) => page.length)).toEqual([4, 4, 3])
  })

  it("trackers come in every order that they have, and following the links gives the same", async () => {
    const oldest = (await ask("/tracker?order_direction=asc")).body
    const by = (...fields: ReadonlyArray<string>) =>
      oldest.toSorted((a: any, b: any) => fields.map((field) => compare(a[field], b[field])).find((n) => n !== 0) ?? 0)
        .map(({ id }: any) => id)
    const compare = (a: string, b: string) => a < b ? -1 : a > b ? 1 : 0
    for (
      const [order, expected] of [["created_at", by()], ["id", by("id")], ["agent_id", by("agent_id")], [
        "task_id",
        by("task_id")
      ]]
    ) {
      for (const direction of ["asc", "desc"]) {
        const path = `/tracker?order_by=${order}&order_direction=${direction}`
        const whole = direction === "asc" ? expected : expected.toReversed()
        expect(await ids(path), path).toEqual(whole)
        expect(await walk(`${path}&limit=4`), path).toEqual([whole.slice(0, 4), whole.slice(4, 8), whole.slice(8)])
      }
    }
    expect((await ask("/tracker?order_by=task_id&agent_id=ag&limit=2")).body.map(({ task_id }: any) => task_id))
      .toEqual([
        "t5",
        "t4"
      ])
  })

  it("the tasks of the board come by each of their filters", async () => {
    const board = (query: string) => ids(`/agents/tasks?${query}`)
    expect(await board("")).toEqual(["b7", "b6", "b5", "b4", "b3", "b2", "b1"])
    expect(await board("status=backlog&limit=3")).toEqual(["b7", "b6", "b5", "b4", "b3", "b2", "b1"])
    expect(await board("status=done")).toEqual([])
    expect(await board("priority=2")).toEqual(["b5", "b1"])
    expect(await board("source=triage")).toEqual(["b2", "b1"])
    expect(await board("source=triage&priority=3")).toEqual(["b2"])
    for (const filter of ["assigned_to_user_id=u", "correlation_bucket_id=c"]) {
      expect(await board(filter)).toEqual(["b2"])
    }
    for (const filter of ["assigned_to_instance_id=u", "assigned_to_type_id=u"]) expect(await board(filter)).toEqual([])
  })

  it("agents and revisions come with their place in the list", async () => {
    const first = await ask(`${project}?page_limit=5`)
    expect(first.body.results.map(({ name }: any) => name)).toEqual(["a7", "a6", "a5", "a4", "a3"])
    expect(first.body.results[0].active_revision).toMatchObject({ number: 1, active: true })
    const { next_cursor, page_limit } = first.body.pagination
    expect(page_limit).toBe(5)
    expect(next(first)).toContain(next_cursor)
    const last = await ask(`${project}?page_limit=5&cursor=${next_cursor}`)
    expect(last.body.results.map(({ name }: any) => name)).toEqual(["a2", "a1"])
    expect(last.body.pagination).toEqual({ next_cursor: null, page_limit: 5 })
    expect((await ask(project.replace(uuid(2), uuid(9)))).body.results).toEqual([])
    expect(await ask(project.replace(uuid(2), uuid(9)) + `?cursor=${next_cursor}`)).toMatchObject({
      status: 400,
      body: { code: "malformed-cursor" }
    })

    const agent = `${project}/${first.body.results[0].id}`
    for (let n = 0; n < 3; n++) await make(agent, { instruction: `edit ${n}` })
    expect(await ids(`${agent}/revision?page_limit=3`)).toHaveLength(4)
    const { body } = await ask(`${agent}/revision`)
    expect(body.results.map(({ active, number }: any) => [number, active])).toEqual([
      [4, false],
      [3, false],
      [2, false],
      [
        1,
        true
      ]
    ])
    expect((await ask(agent)).body.revisions).toEqual(body.results)
    expect((await ask(`${project}/${uuid(77)}/revision`)).status).toBe(404)
  })
})

describe("a task that is read", () => {
  it("has its agents where they are asked for, also those that were assigned since its last change", async () => {
    await make("/tasks", { id: "r1", name: "reading", params: { a: 1 }, agent_ids: ["ag"] })
    const paths = ["/tasks/r1", "/tasks/name/reading", "/tasks/r1?version=1"]
    const asking = (path: string) => `${path}${path.includes("?") ? "&" : "?"}relationships=agents`
    const headers = { "if-none-match": "\"1\"" }
    for (const [n, agents] of [["ag"], ["ag", "new"]].entries()) {
      if (n === 1) await make("/tasks/r1/agents/new", { name: "New" })
      for (const path of paths) {
        const plain = await ask(path)
        expect(Object.keys(plain.body), path).not.toContain("agents")
        expect((await ask(path, { headers })).status, path).toBe(304)
        const told = await ask(asking(path), { headers })
        expect([told.status, told.headers.etag], path).toEqual([200, "\"1\""])
        const { agents: given, ...task } = told.body
        expect([task, given.map(({ id }: any) => id)], path).toEqual([plain.body, agents])
      }
    }
    expect((await ask("/tasks/t7?relationships=agents")).body.agents).toEqual([])
    for (const path of [...paths, "/tasks/none"].map((path) => asking(path).replace("=agents", "=params"))) {
      expect((await ask(path)).body.detail[0].loc, path).toEqual(["query", "relationships"])
    }
    expect((await ask("/tasks/none?relationships=agents")).status).toBe(404)
    await ask("/tasks/r1", { method: "DELETE" })
    expect((await ask("/tasks/r1?relationships=agents")).status).toBe(404)
  })
})

describe("a wrong request for a list", () => {
  const refused: ReadonlyArray<readonly [path: string, parameter: string, type: string]> = [
    ...["/tasks", "/tracker", "/agents/tasks"].flatMap((path) =>
      ([
        ["limit=0", "limit", "greater_than_equal"],
        ["limit=-1", "limit", "greater_than_equal"],
        ["limit=1001", "limit", "less_than_equal"],
        ["limit=1e2", "limit", "int_parsing"],
        ["limit=NaN", "limit", "int_parsing"],
        ["limit=", "limit", "int_parsing"],
        ["limit=99999999999999999999", "limit", "int_parsing"]
      ] as const).map(([query, ...told]) => [`${path}?${query}`, ...told] as const)
    ),
    ...["/tasks", "/tracker"].flatMap((path) =>
      ([
        ["page_number=0", "page_number", "greater_than_equal"],
        ["page_number=-1", "page_number", "greater_than_equal"],
        ["page_number=20002", "page_number", "less_than_equal"],
        ["page_number=1000002&limit=1", "page_number", "less_than_equal"],
        ["page_number=9007199254740993", "page_number", "int_parsing"],
        ["page_number=x", "page_number", "int_parsing"],
        ["order_by=nonsense", "order_by", "enum"],
        ["order_by=task_metadata", "order_by", "enum"],
        ["order_by=id;DROP TABLE tasks", "order_by", "enum"],
        ["order_by=__proto__", "order_by", "enum"],
        ["order_direction=up", "order_direction", "enum"],
        ["agent_id=%00", "agent_id", "value_error"]
      ] as const).map(([query, ...told]) => [`${path}?${encodeURI(query).replaceAll("%25", "%")}`, ...told] as const)
    ),
    ["/tasks?status=nonsense", "status", "enum"],
    ["/tracker?order_by=updated_at", "order_by", "enum"],
    ["/tracker?order_by=status", "order_by", "enum"],
    ["/tasks?relationships=params", "relationships", "enum"],
    ["/tasks?agent_name=a%00b", "agent_name", "value_error"],
    ["/tasks?task_metadata=", "task_metadata", "value_error"],
    ["/tasks?task_metadata=x", "task_metadata", "value_error"],
    ["/tasks?task_metadata=%7B%22a%22:1e400%7D", "task_metadata", "value_error"],
    ["/tasks?task_metadata=%7B%22a%22:12345678901234567890%7D", "task_metadata", "value_error"],
    ["/tasks?task_metadata=%7B%22a%22:%22%5Cu0000%22%7D", "task_metadata", "value_error"],
    ["/tasks?task_metadata=%7B%22a%22:%22%5Cud800%22%7D", "task_metadata", "value_error"],
    [`/tasks?task_metadata=${"[".repeat(99)}`, "task_metadata", "value_error"],
    ["/tasks?task_metadata=%5B%5D", "task_metadata", "dict_type"],
    ["/tasks?task_metadata=null", "task_metadata", "dict_type"],
    [`/tasks?task_metadata=%7B%22a%22:%22${"x".repeat(4100)}%22%7D`, "task_metadata", "string_too_long"],
    ["/agents/tasks?status=DONE", "status", "enum"],
    ["/agents/tasks?priority=5", "priority", "less_than_equal"],
    ["/agents/tasks?priority=1.0", "priority", "int_parsing"],
    ["/agents/tasks?source=rumour", "source", "enum"],
    ["/agents/tasks?assigned_to_user_id=%00", "assigned_to_user_id", "value_error"],
    [`${project}?page_limit=0`, "page_limit", "greater_than_equal"],
    [`${project}?page_limit=101`, "page_limit", "less_than_equal"]
  ]

  for (const [path, parameter, type] of refused) {
    it(`GET ${path.slice(0, 100)} is 422 at ${parameter}`, async () => {
      const { body, status } = await ask(path)
      expect({ status, body }).toMatchObject({ status: 422, body: { detail: [{ type }] } })
      expect(body.detail[0].loc.slice(0, 2)).toEqual(["query", parameter])
      expect(body.detail).toHaveLength(1)
    })
  }

  it("tells all that is wrong at once", async () => {
    const { body } = await ask("/tasks?limit=0&order_by=x&order_direction=y&status=z")
    expect(body.detail.map(({ loc }: any) => loc[1]).sort()).toEqual(["limit", "order_by", "order_direction", "status"])
  })

  it("a cursor that is none, or belongs to another list, is 400", async () => {
    const cursorOf = async (path: string) =>
      new URL(next(await ask(path))!, "http://localhost").searchParams.get("cursor")!
    const good = await cursorOf("/tasks?limit=1&agent_id=ag")
    expect((await ask(`/tasks?agent_id=ag&cursor=${good}`)).status).toBe(200)
    const text = Buffer.from(good, "base64url").toString()
    const forged = (change: (parts: any) => unknown) =>
      Buffer.from(JSON.stringify(change(JSON.parse(text)))).toString("base64url")
    const bad = [
      "",
      "x",
      "%00",
      "a".repeat(5000),
      good.slice(0, -3),
      `${good}x`,
      await cursorOf("/tracker?limit=1"),
      await cursorOf("/agents/tasks?limit=1"),
      await cursorOf("/tasks?limit=1"),
      await cursorOf("/tasks?limit=1&agent_id=ag&order_direction=asc"),
      await cursorOf("/tasks?limit=1&agent_id=ag&order_by=id"),
      forged(([name]) => [name, []]),
      forged(([name]) => [name]),
      forged(([name, [place]]) => [name, [place, place, place]]),
      forged(([name, [[at]]]) => [name, [[at]]]),
      forged(([name, [[, id]]]) => [name, [["yesterday", id]]]),
      forged(([name, [[, id]]]) => [name, [[null, id]]]),
      forged(([name, [[, id]]]) => [name, [["2026-02-31T00:00:00.000000Z", id]]]),
      forged(([name, [[at]]]) => [name, [[at, "a\u0000"]]]),
      forged(([name, [[at]]]) => [name, [[at, "\ud800"]]]),
      forged(([name, [[at]]]) => [name, [[at, 1]]]),
      forged(([name, [[at]]]) => [name, [[at, null]]]),
      forged(([name, [[at, id]]]) => [name, [[at, id, id]]]),
      forged(() => null)
    ]
    for (const cursor of bad) {
      const reply = await ask(`/tasks?agent_id=ag&cursor=${cursor}`)
      expect([reply.status, reply.body.code, reply.body.parameter], cursor).toEqual([400, "malformed-cursor", "cursor"])
    }
  })
})

describe("access by name", () => {
  it("reads, updates and deletes the task that has the name, and the name is free afterwards", async () => {
    await make("/tasks", { id: "n1", name: "a/b ü", params: { a: 1 } })
    const path = `/tasks/name/${encodeURIComponent("a/b ü")}`
    const got = await ask(path)
    expect(got).toMatchObject({ status: 200, headers: { etag: "\"1\"" }, body: { id: "n1", params: { a: 1 } } })
    expect((await ask(path, { headers: { "if-none-match": "\"1\"" } })).status).toBe(304)
    const put = await ask(path, { method: "PUT", json: { merge_params: { b: 2 } }, headers: { "if-match": "\"1\"" } })
    expect(put).toMatchObject({ status: 200, headers: { etag: "\"2\"" }, body: { params: { a: 1, b: 2 } } })
    expect((await ask(path, { method: "PUT", json: {}, headers: { "if-match": "\"1\"" } })).status).toBe(412)
    expect((await ask(path, { method: "PUT", json: { name: "x" } })).body.detail[0].loc).toEqual(["body", "name"])
    expect((await ask(path, { method: "DELETE", headers: { "dry-run": "true" } })).body.message).toMatch(/would be/)
    expect((await ask(path, { method: "DELETE" })).body).toEqual({ id: "n1", message: "Task n1 is deleted" })
    for (const [method, json] of [["GET"], ["PUT", {}], ["DELETE"]] as const) {
      expect(await ask(path, { method, json }), method).toMatchObject({
        status: 404,
        body: { code: "record-missing", kind: "Task", id: "a/b ü" }
      })
    }
    await make("/tasks", { id: "n2", name: "a/b ü" })
    expect((await ask(path)).body.id).toBe("n2")
  })

  it("refuses what cannot be a name", async () => {
    for (const name of ["%00", "x".repeat(256), "%ff"]) {
      expect((await ask(`/tasks/name/${name}`)).status, name).toBe(400)
    }
    for (const name of ["board", "history", "..%2F", "%25"]) {
      expect((await ask(`/tasks/name/${name}`)).status, name).toBe(404)
    }
  })
})
