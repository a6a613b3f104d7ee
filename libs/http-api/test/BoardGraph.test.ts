/** Subtasks, the lists along them, the counts of the board and the activity of its tasks, seen from outside. */
import { beforeAll, describe, expect, it } from "vitest"
import { type Reply, testServer } from "./TestServer.ts"

const { ask } = testServer()
const path = (id: string, rest = "") => `/agents/tasks/${encodeURIComponent(id)}${rest}`
const create = (id: string, json: object = {}) =>
  ask("/agents/tasks/", { method: "POST", json: { id, title: id, ...json } })
const link = (parent: string, child_id: unknown, options = {}) =>
  ask(path(parent, "/subtasks/link"), { method: "POST", json: { child_id }, ...options })
const ids = ({ body }: Reply): ReadonlyArray<string> => body.map(({ depth, id }: any) => depth ? `${id} ${depth}` : id)

beforeAll(async () => {
  for (const id of ["a", "b", "c", "d"]) await create(id)
  for (const [parent, child] of [["a", "b"], ["b", "c"], ["a", "d"], ["d", "c"]] as const) await link(parent, child)
})

describe("links", () => {
  it("a link is made with 201, is there with 200, and is taken away with 204 once", async () => {
    await create("p")
    const first = await link("p", "c", { headers: { "change-reason": "fits" } })
    expect(first).toMatchObject({
      status: 201,
      headers: { etag: "\"1\"" },
      body: { parent_id: "p", child_id: "c", linked: true, created_by: "local" }
    })
    expect(Object.keys(first.body)).not.toContain("child_created_at")
    expect(await link("p", "c")).toMatchObject({ status: 200, body: first.body })
    const unlink = () => ask(path("p", "/subtasks/c"), { method: "DELETE" })
    expect(await unlink()).toMatchObject({ status: 204, text: "" })
    expect(await unlink()).toMatchObject({ status: 404, body: { code: "record-missing", kind: "subtask", id: "c" } })
    expect((await link("p", "c")).status).toBe(201)
    await ask(path("p"), { method: "DELETE" })
  })

  it("a link to itself, or one that would close a cycle, is 409 with the cycle and must not be repeated", async () => {
    for (
      const [parent, child, cycle] of [["a", "a", ["a"]], ["b", "a", ["b", "a"]], ["c", "a", ["c", "a", "b"]]] as const
    ) {
      expect(await link(parent, child), `${parent} ${child}`).toMatchObject({
        status: 409,
        headers: { "x-should-retry": "false" },
        body: { code: "cycle-refused", kind: "BoardTask", id: parent, cycle }
      })
    }
  })

  it("a task that is not there is 404, as either end", async () => {
    for (
      const [parent, child, id] of [["none", "a", "none"], ["a", "none", "none"], ["none", "none", "none"]] as const
    ) {
      expect(await link(parent, child)).toMatchObject({ status: 404, body: { kind: "BoardTask", id } })
    }
    expect(await ask(path("none", "/subtasks/a"), { method: "DELETE" })).toMatchObject({
      status: 404,
      body: { kind: "BoardTask", id: "none" }
    })
    for (const list of ["subtasks", "parents", "ancestors", "descendants", "activity"]) {
      expect((await ask(path("none", `/${list}`))).status, list).toBe(404)
    }
  })

  it("a body that names no task is 422 with its place, and nothing is done", async () => {
    for (
      const [json, loc, type] of [
        [{}, ["body", "child_id"], "missing"],
        [{ child_id: null }, ["body", "child_id"], "string_type"],
        [{ child_id: 1 }, ["body", "child_id"], "string_type"],
        [{ child_id: "" }, ["body", "child_id"], "string_too_short"],
        [{ child_id: "x".repeat(256) }, ["body", "child_id"], "string_too_long"],
        [{ child_id: "a\u0000" }, ["body", "child_id"], "value_error"],
        [{ child_id: "\ud800" }, ["body", "child_id"], "value_error"],
        [{ child_id: "board" }, ["body", "child_id"], "value_error"],
        [{ child_id: "b", depth: 1 }, ["body", "depth"], "extra_forbidden"],
        [[], ["body"], "model_attributes_type"]
      ] as const
    ) {
      const reply = await ask(path("c", "/subtasks/link"), { method: "POST", json })
      expect(reply, JSON.stringify(json)).toMatchObject({ status: 422, body: { detail: [{ loc, type }] } })
    }
    expect((await ask(path("c", "/subtasks/link"), { method: "POST" })).status).toBe(422)
    expect(await ask(path("a", "/subtasks/%00"), { method: "DELETE" })).toMatchObject({
      status: 400,
      body: { code: "malformed-path", parameter: "child_id" }
    })
    expect((await ask(path("c", "/subtasks"))).body).toEqual([])
  })

  it("ids of any form are linked and listed", async () => {
    const [parent, child] = ["a b/%c?d#e;f", "ü".repeat(255)]
    await create(parent)
    await create(child)
    expect((await link(parent, child)).status).toBe(201)
    expect(ids(await ask(path(parent, "/subtasks")))).toEqual([child])
    expect(ids(await ask(path(child, "/ancestors")))).toEqual([`${parent} 1`])
    expect((await ask(path(parent, `/subtasks/${encodeURIComponent(child)}`), { method: "DELETE" })).status).toBe(204)
  })

  it("a dry run of a link tells of it, and nothing is done", async () => {
    await create("lone")
    expect(await link("c", "lone", { headers: { "dry-run": "true" } })).toMatchObject({
      status: 200,
      headers: { changes: "1" },
      body: { child_id: "lone" }
    })
    expect((await ask(path("lone", "/parents"))).body).toEqual([])
  })
})

describe("subtasks", () => {
  it("a subtask is made with its link, and takes what is not given from its parent", async () => {
    await create("parent", { priority: 1, assigned_to_user_id: "u" })
    const made = await ask(path("parent", "/subtasks"), { method: "POST", json: { title: "Part", priority: null } })
    expect(made).toMatchObject({
      status: 201,
      headers: { etag: "\"1\"", location: path(made.body.id) },
      body: { title: "Part", status: "backlog", priority: 1, assigned_to_user_id: "u", source: "manual" }
    })
    expect((await ask(path("parent", "/subtasks/"))).body).toEqual([made.body])
    expect((await ask(made.headers.location!)).body).toEqual(made.body)
  })

  it("a body that is wrong, an id that is taken or a parent that is missing makes nothing", async () => {
    await create("empty")
    const make = (parent: string, json: object) => ask(path(parent, "/subtasks"), { method: "POST", json })
    expect(await make("empty", { priority: 9, status: "done" })).toMatchObject({
      status: 422,
      body: {
        detail: expect.arrayContaining([
          expect.objectContaining({ loc: ["body", "title"], type: "missing" }),
          expect.objectContaining({ loc: ["body", "priority"], type: "less_than_equal" }),
          expect.objectContaining({ loc: ["body", "status"], type: "extra_forbidden" })
        ])
      }
    })
    expect(await make("empty", { id: "a", title: "x" })).toMatchObject({ status: 409, body: { fields: ["id"] } })
    expect(await make("none", { id: "fresh", title: "x" })).toMatchObject({ status: 404, body: { id: "none" } })
    expect((await ask(path("fresh"))).status).toBe(404)
    expect((await ask(path("empty", "/subtasks"))).body).toEqual([])
  })

  it("lists are told by distance, in pages that lead on, with and without a slash at the end", async () => {
    expect(ids(await ask(path("a", "/subtasks")))).toEqual(["b", "d"])
    expect(ids(await ask(path("c", "/parents")))).toEqual(["b", "d"])
    expect(ids(await ask(path("a", "/descendants/")))).toEqual(["b 1", "d 1", "c 2"])
    expect(ids(await ask(path("a", "/descendants?depth=1")))).toEqual(["b 1", "d 1"])
    expect(ids(await ask(path("c", "/ancestors")))).toEqual(["b 1", "d 1", "a 2"])
    for (const list of [path("a", "/descendants?depth=2&limit=1"), path("c", "/ancestors?limit=1")]) {
      const seen: Array<string> = []
      let next: string | undefined = list
      while (next !== undefined) {
        const page: Reply = await ask(next)
        seen.push(...ids(page))
        next = /^<(.+)>; rel="next"$/.exec(String(page.headers["link"] ?? ""))?.[1]
      }
      expect(seen).toEqual(ids(await ask(list.replace("limit=1", "limit=9"))))
    }
  })

  it("a page, a distance or a cursor that is none is refused with its place", async () => {
    for (
      const [query, parameter, type] of [
        ["limit=0", "limit", "greater_than_equal"],
        ["limit=-1", "limit", "greater_than_equal"],
        ["limit=1e2", "limit", "int_parsing"],
        ["limit=NaN", "limit", "int_parsing"],
        ["depth=0", "depth", "greater_than_equal"],
        ["depth=101", "depth", "less_than_equal"],
        ["depth=1.5", "depth", "int_parsing"],
        ["depth=", "depth", "int_parsing"]
      ] as const
    ) {
      expect(await ask(path("a", `/descendants?${query}`)), query).toMatchObject({
        status: 422,
        body: { detail: [{ loc: ["query", parameter], type }] }
      })
    }
    const { headers } = await ask(path("a", "/descendants?limit=1"))
    const own = /cursor=([^&>]+)/.exec(String(headers["link"]))![1]!
    for (const cursor of ["", "x", "%00", "bm9uZQ", own]) {
      for (const list of ["a/subtasks", "b/descendants", "a/ancestors", "a/activity", "a/parents"]) {
        expect(await ask(`/agents/tasks/${list}?cursor=${cursor}`), `${list} ${cursor}`).toMatchObject({
          status: 400,
          body: { code: "malformed-cursor", parameter: "cursor" }
        })
      }
    }
    expect((await ask(path("a", `/descendants?depth=2&cursor=${own}`))).status).toBe(400)
    expect(ids(await ask(path("a", `/descendants?cursor=${own}`)))).toEqual(["d 1", "c 2"])
  })

  it("a deleted task has no links, and its subtasks stay", async () => {
    for (const id of ["x", "y", "z"]) await create(id)
    await link("x", "y")
    await link("y", "z")
    expect((await ask(path("y"), { method: "DELETE", headers: { "if-match": "\"7\"" } })).status).toBe(412)
    expect((await ask(path("y"), { method: "DELETE", headers: { "dry-run": "true" } })).status).toBe(204)
    expect(ids(await ask(path("x", "/descendants")))).toEqual(["y 1", "z 2"])
    expect((await ask(path("y"), { method: "DELETE", headers: { "change-reason": "done" } })).status).toBe(204)
    expect((await ask(path("x", "/descendants"))).body).toEqual([])
    expect((await ask(path("z", "/parents"))).body).toEqual([])
    expect((await ask(path("z"))).headers.etag).toBe("\"1\"")
    expect((await link("z", "x")).status).toBe(201)
    expect((await link("x", "y")).status).toBe(404)
    expect((await ask(path("x", "/activity?limit=2"))).body).toMatchObject([
      { changes: ["becomes a subtask of \"z\""], version: null, reason: null },
      { changes: ["unlinks the subtask \"y\""], version: null, reason: "done" }
    ])
  })
})

describe("the board as a whole", () => {
  it("counts every status, and is no task", async () => {
    const before = (await ask("/agents/tasks/board")).body
    expect(Object.keys(before.counts)).toEqual(["backlog", "assigned", "running", "review", "done"])
    await create("counted")
    await ask(path("counted", "/claim"), { method: "POST", json: { user_id: "u" } })
    const { counts, total } = (await ask("/agents/tasks/board/")).body
    expect([counts, total]).toEqual([{ ...before.counts, running: before.counts.running + 1 }, before.total + 1])
    await ask(path("counted"), { method: "DELETE" })
    expect((await ask("/agents/tasks/board")).body).toEqual(before)
    expect((await ask("/agents/tasks/board", { method: "DELETE" })).status).toBe(400)
  })
})
