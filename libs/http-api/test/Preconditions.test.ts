/** A writer says what it knows of a record, and never overwrites what it does not know of. */
import { CursorPolicy } from "@emend/domain"
import * as Layer from "effect/Layer"
import { beforeEach, describe, expect, it } from "vitest"
import { type Reply, testServer } from "./TestServer.ts"

const { ask } = testServer()

let count = 0
let path = ""
let first: Reply

beforeEach(async () => {
  first = await ask("/tasks", {
    method: "POST",
    json: { id: `t${++count}`, params: { a: 1, b: 1 }, task_metadata: { m: 1 } }
  })
  path = first.headers.location!
})

const put = (json: unknown, headers: Record<string, string> = {}) => ask(path, { method: "PUT", json, headers })

describe("If-Match", () => {
  it("a stale writer is 412, is told the present version, and nothing is written", async () => {
    await put({ merge_params: { a: 2 } })
    const reply = await put({ merge_params: { a: 3 } }, { "if-match": "\"1\"" })
    expect(reply).toMatchObject({
      status: 412,
      headers: { etag: "\"2\"", "x-should-retry": "false" },
      body: { code: "version-mismatch", present: 2, demanded: [1] }
    })
    expect((await ask(path)).body.params).toEqual({ a: 2, b: 1 })
  })

  it("a weak tag, another tag and an update without effect at another version are 412 too", async () => {
    for (const tag of ["W/\"1\"", "\"2\"", "\"x\"", "\"\"", "\"2\", W/\"1\""]) {
      expect((await put({ merge_params: { a: 1 } }, { "if-match": tag })).status, tag).toBe(412)
      expect((await put({}, { "if-match": tag })).status, tag).toBe(412)
    }
    expect((await ask(path)).headers.etag).toBe("\"1\"")
  })

  it("the present version, alone or in a list, and * are let through", async () => {
    expect((await put({ merge_params: { a: 2 } }, { "if-match": "\"1\"" })).headers.etag).toBe("\"2\"")
    expect((await put({ merge_params: { a: 3 } }, { "if-match": "\"9\", \"2\"" })).headers.etag).toBe("\"3\"")
    expect((await put({ merge_params: { a: 4 } }, { "if-match": "*" })).headers.etag).toBe("\"4\"")
  })

  it("holds for moves and deletions", async () => {
    await put({ merge_params: { a: 2 } })
    expect((await ask(`${path}/complete`, { method: "POST", headers: { "if-match": "\"1\"" } })).status).toBe(412)
    expect((await ask(path, { method: "DELETE", headers: { "if-match": "\"1\"" } })).status).toBe(412)
    expect((await ask(path, { method: "DELETE", headers: { "if-match": "\"2\"" } })).status).toBe(200)
    expect((await ask(path, { method: "PUT", json: {}, headers: { "if-match": "*" } })).status).toBe(404)
  })
})

describe("Rebase-From", () => {
  it("a conflict is told path by path, and nothing is written", async () => {
    await put({ merge_params: { a: 2, c: 2 } })
    const reply = await put({ merge_params: { a: 3, b: 3, c: 3 } }, { "rebase-from": "\"1\"" })
    expect(reply).toMatchObject({
      status: 409,
      headers: { "x-should-retry": "false" },
      body: { code: "rebase-conflict", present: 2 }
    })
    expect(reply.body.conflicts).toEqual([
      { path: "/params/a", base: 1, theirs: 2, mine: 3 },
      { path: "/params/c", theirs: 2, mine: 3 }
    ])
    expect((await ask(path)).body.params).toEqual({ a: 2, b: 1, c: 2 })
  })

  it("an update of other paths is carried over what came since", async () => {
    await put({ merge_params: { a: 2 } })
    expect(await put({ merge_params: { b: 3 } }, { "rebase-from": "\"1\"" })).toMatchObject({
      status: 200,
      headers: { etag: "\"3\"" },
      body: { params: { a: 2, b: 3 } }
    })
  })

  it("a version that never was is 400", async () => {
    for (const version of ["2", "999999999999999"]) {
      expect(await put({ merge_params: { a: 2 } }, { "rebase-from": `"${version}"` })).toMatchObject({
        status: 400,
        body: { code: "version-unknown", present: 1 }
      })
    }
  })
})

describe("a condition of updates", () => {
  const demanding = testServer({ updateCondition: "required" })
  const project =
    "/api/v1/org/00000000-0000-4000-8000-000000000001/project/00000000-0000-4000-8000-000000000002/task-agent"
  const post = (path: string, json?: unknown, headers: Record<string, string> = {}) =>
    demanding.ask(path, { method: "POST", json, headers })

  /** A record of each kind at version 1: its path, the method of its update, and an update of it. */
  const records = async (): Promise<ReadonlyArray<readonly [path: string, method: string, json: object]>> => {
    const id = crypto.randomUUID()
    await post("/tasks", { id, name: id })
    const tracker = (await post(`/tasks/${id}/agents/a`)).body.id
    await post("/agents/tasks/", { id, title: "Work" })
    const agent = await post(project, { name: "A", instruction: "i", llm_model_id: id })
    return [
      [`/tasks/${id}`, "PUT", { merge_params: { a: 1 } }],
      [`/tasks/name/${id}`, "PUT", { merge_params: { b: 1 } }],
      [`/tracker/${tracker}`, "PUT", { status: "busy" }],
      [`/agents/tasks/${id}`, "PATCH", { priority: 1 }],
      [agent.headers.location!, "POST", { name: "B" }]
    ]
  }

  it("is 428 where it is demanded and missing, names the headers, and does nothing", async () => {
    for (const [path, method, json] of await records()) {
      const before = await demanding.ask(path)
      for (const headers of [{}, { "dry-run": "true" }, { "idempotency-key": "k" }, { "change-reason": "because" }]) {
        expect(await demanding.ask(path, { method, json, headers }), path).toMatchObject({
          status: 428,
          headers: { "x-should-retry": "false" },
          body: { code: "condition-required", accepted: ["If-Match", "Rebase-From"] }
        })
      }
      expect(await demanding.ask(path)).toMatchObject({ headers: { etag: before.headers.etag }, body: before.body })
      // A key that came with what was refused so is free.
      const headers = { "idempotency-key": "k", "rebase-from": before.headers.etag! }
      expect((await demanding.ask(path, { method, json, headers })).status, path).toBe(200)
      expect((await demanding.ask(path, { method, json, headers: { "if-match": "*" } })).status, path).toBe(200)
      expect((await demanding.ask(path, { method, json, headers: { "if-match": "\"99\"" } })).status, path).toBe(412)
      if (path.includes("/name/")) continue
      expect(await post(`${path}/restore`, { version: 1 }), path).toMatchObject({
        status: 428,
        body: { accepted: ["If-Match"] }
      })
      const { etag } = (await demanding.ask(path)).headers
      expect((await post(`${path}/restore`, { version: 1 }, { "if-match": etag! })).status, path).toBe(200)
    }
  })

  it("is asked of updates and restorations alone", async () => {
    const [[task], , [tracker], [board], [agent]] = await records() as any
    const others: ReadonlyArray<readonly [method: string, path: string, json?: object]> = [
      ["POST", `${task}/interrupt`],
      ["POST", `${task}/events`, { agent_id: "a", content: 1 }],
      ["POST", `${board}/claim`, { user_id: "u" }],
      ["POST", `${board}/transition`, { status: "review" }],
      ["POST", `${board}/subtasks`, { title: "Part" }],
      ["POST", `${board}/undo`, { revision: 2 }],
      ["POST", `${task}/clean`],
      ["DELETE", task],
      ["DELETE", board],
      ["DELETE", agent]
    ]
    for (const [method, path, json] of others) {
      const { status, text } = await demanding.ask(path, { method, json })
      expect(status, `${method} ${path} ${text}`).toBeLessThan(300)
    }
    expect((await demanding.ask(tracker)).status).toBe(200)
  })

  it("is not asked for without the setting", async () => {
    expect((await put({ merge_params: { a: 9 } })).status).toBe(200)
  })
})

describe("If-None-Match", () => {
  it("a version that the client has is 304 without a body, also weak, in a list and by *", async () => {
    for (const tag of ["\"1\"", "W/\"1\"", "\"7\", \"1\"", "*"]) {
      expect(await ask(path, { headers: { "if-none-match": tag } }), tag).toMatchObject({
        status: 304,
        text: "",
        headers: { etag: "\"1\"" }
      })
    }
  })

  it("another version is answered in full, and a malformed one is 400", async () => {
    expect((await ask(path, { headers: { "if-none-match": "\"2\", \"x\"" } })).body).toEqual(first.body)
    expect(await ask(path, { headers: { "if-none-match": "1" } })).toMatchObject({
      status: 400,
      body: { header: "If-None-Match" }
    })
  })
})

describe("versions and history", () => {
  it("an update without effect changes nothing: no version, no time, no entry", async () => {
    for (
      const json of [{}, { merge_params: {} }, { merge_params: { a: 1 } }, { task_metadata: { m: 1 } }, {
        task_metadata: null,
        merge_params: null
      }]
    ) {
      const reply = await put(json)
      expect([reply.status, reply.headers.etag, reply.body]).toEqual([200, "\"1\"", first.body])
    }
    expect((await ask(`${path}/history`)).body).toHaveLength(1)
  })

  it("the reason of a creation is kept, with that of every record that it creates", async () => {
    const headers = { "change-reason": "asked by J%C3%B6rg" }
    const agents =
      "/api/v1/org/00000000-0000-4000-8000-000000000001/project/00000000-0000-4000-8000-000000000002/task-agent"
    const created = [
      await ask("/tasks", { method: "POST", headers, json: { id: "reasoned", agent_ids: ["a"] } }),
      await ask("/tasks/reasoned/agents/a", { method: "POST" }),
      await ask("/tasks/reasoned/agents/b", { method: "POST", headers }),
      await ask("/agents/tasks/", { method: "POST", headers, json: { title: "x" } }),
      await ask(agents, {
        method: "POST",
        headers,
        json: { name: "A", instruction: "i", llm_model_id: "00000000-0000-4000-8000-00000000000a" }
      })
    ]
    for (const { body, headers: { location } } of created) {
      const history = await ask(`${location ?? `/tracker/${body.id}`}/history`)
      expect(history.body).toMatchObject([{ version: 1, reason: "asked by Jörg" }])
    }
    expect(await ask("/tasks", { method: "POST", headers: { "change-reason": "50%" }, json: {} })).toMatchObject({
      status: 400,
      body: { code: "malformed-header", header: "Change-Reason" }
    })
  })

  it("the history says what was asked, what took effect, who and why, newest first, page by page", async () => {
    await put({ merge_params: { a: 1, b: 2 } }, { "change-reason": "asked by J%C3%B6rg" })
    await ask(`${path}/complete`, { method: "POST", json: { reason: "done" } })
    const page = await ask(`${path}/history?limit=2`)
    expect(page.body).toMatchObject([
      {
        version: 3,
        by: "local",
        moves: { status: { from: "RUNNING", to: "COMPLETED" }, status_reason: { from: null, to: "done" } },
        initial: null
      },
      {
        version: 2,
        reason: "asked by Jörg",
        patch: { params: { merge: { set: { a: 1, b: 2 } } } },
        effect: { params: { merge: { set: { b: 2 } } } },
        changes: ["sets params.b to 2"]
      }
    ])
    const next = /^<([^>]+)>; rel="next"$/.exec(page.headers.link as string)![1]!
    const last = await ask(next)
    expect(last.body).toMatchObject([{ version: 1, initial: { id: first.body.id } }])
    expect(last.headers.link).toBeUndefined()
  })
})

describe("a cursor that goes back", () => {
  const track = async (server: typeof ask) => {
    await server("/tasks", { method: "POST", json: { id: "t", agent_ids: ["ag"] } })
    const events: Array<string> = []
    for (const content of [1, 2]) {
      events.push((await server("/tasks/t/events", { method: "POST", json: { agent_id: "ag", content } })).body.id)
    }
    const tracker = `/tracker/${(await server("/tasks/t/agents/ag", { method: "POST" })).body.id}`
    await server(tracker, { method: "PUT", json: { last_processed_event_id: events[1], status: "busy" } })
    return { events, tracker }
  }

  it("is 409 by default, and the tracker stays", async () => {
    const { events, tracker } = await track(ask)
    const reply = await ask(tracker, { method: "PUT", json: { last_processed_event_id: events[0], status: "other" } })
    expect(reply).toMatchObject({
      status: 409,
      headers: { "x-should-retry": "false" },
      body: { code: "cursor-backwards", present: { sequence: 2 }, given: { sequence: 1 } }
    })
    expect((await ask(tracker)).body).toMatchObject({ last_processed_event_id: events[1], status: "busy" })
    expect(await ask(tracker, { method: "PUT", json: { last_processed_event_id: "none" } })).toMatchObject({
      status: 400,
      body: { code: "reference-unknown", field: "last_processed_event_id", given: "none" }
    })
  })

  const joining = testServer({ trackerStatusNull: "keep" }, { extra: Layer.succeed(CursorPolicy)("join") })

  it("is the furthest under the policy join", async () => {
    const { events, tracker } = await track(joining.ask)
    const reply = await joining.ask(tracker, {
      method: "PUT",
      json: { last_processed_event_id: events[0], status: "other" }
    })
    expect(reply).toMatchObject({ status: 200, body: { last_processed_event_id: events[1], status: "other" } })
  })

  it("null clears a tracker's status, or keeps it where the server is set so; absent always keeps", async () => {
    for (const [server, status] of [[ask, null], [joining.ask, "busy"]] as const) {
      await server("/tasks", { method: "POST", json: { id: "u", agent_ids: ["ag"] } })
      const tracker = `/tracker/${(await server("/tasks/u/agents/ag", { method: "POST" })).body.id}`
      await server(tracker, { method: "PUT", json: { status: "busy" } })
      await server(tracker, { method: "PUT", json: { status_reason: "why" } })
      const reply = await server(tracker, { method: "PUT", json: { status: null, last_processed_event_id: null } })
      expect(reply.body).toMatchObject({ status, status_reason: "why" })
    }
  })
})
