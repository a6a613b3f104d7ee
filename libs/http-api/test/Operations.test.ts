/** What each group of operations does, seen from outside. */
import { describe, expect, it } from "vitest"
import { testServer } from "./TestServer.ts"

const { ask } = testServer()

describe("tasks", () => {
  it("a lifecycle goes along its edges, and every move off them is 409 with what is allowed", async () => {
    await ask("/tasks", { method: "POST", json: { id: "t1", name: "one" } })
    const moves: ReadonlyArray<readonly [move: string, status: string, reason: string]> = [
      ["interrupt", "INTERRUPTED", "Task interrupted"],
      ["resume", "RUNNING", "Task resumed"],
      ["timeout", "TIMED_OUT", "Task timed out"]
    ]
    for (const [move, status, status_reason] of moves) {
      expect((await ask(`/tasks/t1/${move}`, { method: "POST" })).body).toMatchObject({ status, status_reason })
    }
    for (
      const [move, to] of [
        ["resume", "RUNNING"],
        ["complete", "COMPLETED"],
        ["fail", "FAILED"],
        ["cancel", "CANCELED"],
        ["terminate", "TERMINATED"]
      ]
    ) {
      expect(await ask(`/tasks/t1/${move}`, { method: "POST", json: { reason: "x" } }), move).toMatchObject({
        status: 409,
        headers: { "x-should-retry": "false" },
        body: {
          code: "transition-refused",
          from: "TIMED_OUT",
          to,
          allowed: ["DELETED"],
          blocked_by: expect.any(String)
        }
      })
    }
    expect((await ask("/tasks/t1/timeout", { method: "POST" })).headers.etag).toBe("\"4\"")
    expect((await ask("/tasks/t1/timeout", { method: "POST", json: { reason: "slow" } })).body.status_reason).toBe(
      "slow"
    )
  })

  it("a deleted task is 404 to everything, its name is free and its id is not", async () => {
    await ask("/tasks", { method: "POST", json: { id: "gone", name: "n" } })
    expect(await ask("/tasks", { method: "POST", json: { name: "n" } })).toMatchObject({
      status: 409,
      body: { code: "already-taken", fields: ["name"] }
    })
    expect((await ask("/tasks/gone", { method: "DELETE" })).body).toEqual({
      id: "gone",
      message: "Task gone is deleted"
    })
    for (
      const [method, path, json] of [
        ["GET", "/tasks/gone", undefined],
        ["PUT", "/tasks/gone", {}],
        ["DELETE", "/tasks/gone", undefined],
        ["POST", "/tasks/gone/complete", undefined],
        ["GET", "/tasks/gone/history", undefined],
        ["POST", "/tasks/gone/agents/a", undefined],
        ["POST", "/tasks/gone/events", { agent_id: "a", content: 1 }]
      ] as const
    ) {
      expect(await ask(path, { method, json }), `${method} ${path}`).toMatchObject({
        status: 404,
        body: { code: "record-missing", kind: "Task", id: "gone" }
      })
    }
    expect((await ask("/tasks", { method: "POST", json: { name: "n" } })).status).toBe(201)
    expect(await ask("/tasks", { method: "POST", json: { id: "gone" } })).toMatchObject({
      status: 409,
      body: { fields: ["id"] }
    })
  })
})

describe("trackers and events", () => {
  it("an assignment is 201 the first time and 200 with the same tracker afterwards", async () => {
    await ask("/tasks", { method: "POST", json: { id: "e1" } })
    const first = await ask("/tasks/e1/agents/ag", { method: "POST", json: { name: "Agent" } })
    const again = await ask("/tasks/e1/agents/ag", { method: "POST" })
    expect([first.status, again.status]).toEqual([201, 200])
    expect(first.headers).toMatchObject({ location: `/tracker/${first.body.id}`, etag: "\"1\"" })
    expect(again.body).toEqual(first.body)
    expect((await ask(first.headers.location!)).body).toEqual(first.body)
  })

  it("events are read in order after a cursor, and an unknown cursor is 400, not a full list", async () => {
    const append = async (content: unknown) =>
      (await ask("/tasks/e1/events", { method: "POST", json: { agent_id: "ag", content } })).body
    const events = [await append(1), await append({ a: null }), await append("three")]
    expect(events.map(({ sequence_id }) => sequence_id)).toEqual([1, 2, 3])
    const list = "/events?task_id=e1&agent_id=ag"
    expect((await ask(list)).body).toEqual(events)
    expect((await ask(`${list}&last_processed_event_id=${events[0].id}&limit=1`)).body).toEqual([events[1]])
    expect(await ask(`${list}&last_processed_event_id=none`)).toMatchObject({
      status: 400,
      body: { field: "last_processed_event_id", given: "none" }
    })
    expect((await ask(`/events/${events[2].id}`)).body).toEqual(events[2])
    expect((await ask("/events/none")).status).toBe(404)
    expect(await ask("/events?task_id=none&agent_id=ag")).toMatchObject({
      status: 404,
      body: { kind: "Task", id: "none" }
    })
    expect((await ask("/events?task_id=e1&agent_id=stranger")).body).toEqual([])
    expect(await ask("/tasks/e1/events", { method: "POST", json: { agent_id: "stranger", content: 1 } })).toMatchObject(
      { status: 400, body: { field: "agent_id" } }
    )
  })
})

describe("the board", () => {
  it("a task moves along the workflow, and what blocks a move is named", async () => {
    const created = await ask("/agents/tasks", { method: "POST", json: { id: "b1", title: "One", description: null } })
    expect(created).toMatchObject({
      status: 201,
      headers: { location: "/agents/tasks/b1" },
      body: { status: "backlog", priority: 3, source: "manual" }
    })
    const move = (status: string, reason?: string) =>
      ask("/agents/tasks/b1/transition", { method: "POST", json: { status, reason } })
    expect(await move("assigned")).toMatchObject({
      status: 409,
      body: {
        code: "transition-refused",
        from: "backlog",
        to: "assigned",
        allowed: [],
        blocked_by: expect.stringContaining("assigned_to_type_id")
      }
    })
    expect((await ask("/agents/tasks/b1/assign", { method: "POST", json: { type_id: "ty" } })).body).toMatchObject({
      status: "assigned",
      assigned_to_type_id: "ty"
    })
    expect((await move("running")).body).toMatchObject({ status: 409, allowed: ["backlog"] })
    expect((await ask("/agents/tasks/b1/claim", { method: "POST", json: { instance_id: "in" } })).body).toMatchObject({
      status: "running",
      assigned_to_instance_id: "in"
    })
    expect((await ask("/agents/tasks/b1/claim", { method: "POST", json: { user_id: "late" } })).status).toBe(409)
    expect((await ask("/agents/tasks/b1/transitions")).body.transitions).toContainEqual({
      to: "review",
      legal: true,
      blocked_by: null
    })
    await move("review", "please look")
    expect((await move("review")).status).toBe(409)
    expect((await move("done")).body.status).toBe("done")
    expect((await move("backlog")).body).toMatchObject({ status: 409, allowed: [] })
    expect((await ask("/agents/tasks/b1/history")).body.map(({ reason }: any) => reason)).toContain("please look")
  })

  it("a patch clears what null clears and keeps what null keeps", async () => {
    await ask("/agents/tasks/", { method: "POST", json: { id: "b2", title: "T", description: "D", priority: 1 } })
    const reply = await ask("/agents/tasks/b2", {
      method: "PATCH",
      json: { title: null, priority: null, source: null, description: null }
    })
    expect(reply.body).toMatchObject({ title: "T", priority: 1, source: "manual", description: null })
  })

  it("a deleted task is gone", async () => {
    expect(await ask("/agents/tasks/b2", { method: "DELETE" })).toMatchObject({ status: 204, text: "" })
    expect((await ask("/agents/tasks/b2")).status).toBe(404)
    expect((await ask("/agents/tasks/b2", { method: "DELETE" })).status).toBe(404)
  })
})

describe("task agents", () => {
  const project =
    "/api/v1/org/00000000-0000-4000-8000-000000000001/project/00000000-0000-4000-8000-000000000002/task-agent"
  const model = "00000000-0000-4000-8000-00000000000a"
  const create = () => ask(project, { method: "POST", json: { name: "A", instruction: "one", llm_model_id: model } })

  it("an edit makes an inactive revision, told in Location, and only an activation makes it the active one", async () => {
    const { body: agent, headers } = await create()
    const path = headers.location!
    expect(agent).toMatchObject({
      name: "A",
      is_deleted: false,
      active_revision: { number: 1, active: true },
      revisions: [{ number: 1 }]
    })
    const edited = await ask(path, {
      method: "POST",
      json: { instruction: "two", name: "B" },
      headers: { "revision-annotation": "n%C3%B6tig", "change-reason": "why" }
    })
    expect(edited.body).toMatchObject({
      name: "B",
      active_revision: { number: 1 },
      revisions: [{ number: 2, active: false, annotation: "nötig", parent_revision_id: agent.active_revision.id }, {
        number: 1,
        active: true
      }]
    })
    const revision = edited.body.revisions[0].id
    expect(edited.headers).toMatchObject({ location: `${path}/revision/${revision}`, etag: "\"2\"" })
    expect((await ask(edited.headers.location!)).body).toMatchObject({
      id: revision,
      instruction: "two",
      active: false,
      task_agent_id: agent.id
    })
    expect(await ask(path, { method: "POST", json: { instruction: "two" } })).toMatchObject({
      status: 200,
      headers: { etag: "\"2\"" }
    })
    const activated = await ask(path, { method: "POST", json: { active_revision_id: revision, name: null } })
    expect(activated.body.active_revision).toMatchObject({ id: revision, active: true })
    expect(activated.headers.location).toBeUndefined()
    expect((await ask(`${path}/history`)).body[0].moves.active_revision_id).toEqual({
      from: agent.active_revision.id,
      to: revision
    })
  })

  it("a base that is no revision of the agent is 400, a revision of another is 404 and a UUID in capitals is the same", async () => {
    const [one, other] = [await create(), await create()]
    const path = one.headers.location!
    const foreign = other.body.active_revision.id
    expect(await ask(path, { method: "POST", json: { instruction: "x" }, headers: { "revision-base": foreign } }))
      .toMatchObject({ status: 400, body: { field: "Revision-Base" } })
    expect(await ask(path, { method: "POST", json: { instruction: "x" }, headers: { "revision-base": "x" } }))
      .toMatchObject({
        status: 422,
        body: { detail: [{ loc: ["header", "revision-base"], type: "uuid_parsing" }] }
      })
    expect(await ask(path, { method: "POST", json: {}, headers: { "revision-annotation": "x".repeat(256) } }))
      .toMatchObject({
        status: 422,
        body: { detail: [{ loc: ["header", "revision-annotation"], type: "string_too_long" }] }
      })
    expect((await ask(path, { method: "POST", json: { active_revision_id: foreign } })).status).toBe(404)
    expect((await ask(`${path}/revision/${foreign}`)).status).toBe(404)
    expect((await ask(path.replace(one.body.id, one.body.id.toUpperCase()))).body.id).toBe(one.body.id)
  })

  it("an agent of another project is not found, and a deleted one is neither", async () => {
    const { headers } = await create()
    const path = headers.location!
    expect((await ask(path.replace("8000-000000000002", "8000-000000000003"))).status).toBe(404)
    expect(await ask(path, { method: "DELETE" })).toMatchObject({ status: 204, text: "" })
    for (const [method, json] of [["GET", undefined], ["POST", {}], ["DELETE", undefined]] as const) {
      expect((await ask(path, { method, json })).status, method).toBe(404)
    }
  })
})

describe("the service", () => {
  it("is alive and ready, and tells what a problem means", async () => {
    expect((await ask("/health/live")).body).toEqual({ status: "ok" })
    expect((await ask("/health/ready")).body).toEqual({ status: "ok" })
    const { body } = await ask("/tasks/none")
    expect((await ask(body.type)).body).toEqual({ code: "record-missing", status: 404, title: body.title })
    expect((await ask("/problems/none")).status).toBe(400)
  })
})
