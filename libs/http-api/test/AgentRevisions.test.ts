/** What a client is told of the revisions of an agent: how they differ, and which was active when. */
import { describe, expect, it } from "vitest"
import { testServer } from "./TestServer.ts"
import { transcript } from "./Transcript.ts"

const { ask } = testServer()

const project = (last: number) =>
  `/api/v1/org/00000000-0000-4000-8000-000000000001/project/00000000-0000-4000-8000-00000000000${last}/task-agent`
const input = { name: "Helper", instruction: "Help.", llm_model_id: "00000000-0000-4000-8000-00000000000a" }
const nobody = "00000000-0000-4000-8000-0000000000ff"

const created = async (at: string) => {
  const { body, headers } = await ask(at, { method: "POST", json: input })
  return { path: headers.location!, first: body.active_revision.id as string }
}
const edited = async (path: string, json: object) =>
  (await ask(path, { method: "POST", json })).body.revisions[0].id as string
const activated = (path: string, active_revision_id: string) =>
  ask(path, { method: "POST", json: { active_revision_id } })

describe("the difference of two revisions", () => {
  it("is asked for in either order, by ids in either case and by `active`", async () => {
    const { first, path } = await created(project(2))
    const second = await edited(path, { instruction: "Help well." })
    const { body } = await ask(`${path}/revision/${first}/diff/${second}`)
    expect(body).toMatchObject({
      from: { id: first, number: 1, active: true },
      to: { id: second, number: 2, active: false },
      fields: { instruction: { from: "Help.", to: "Help well." } },
      lists: {}
    })
    expect((await ask(`${path}/revision/${first.toUpperCase()}/diff/${second}`)).body).toEqual(body)
    expect((await ask(`${path}/revision/active/diff/${second}`)).body).toEqual(body)
    expect((await ask(`${path}/revision/${second}/diff/active`)).body.fields).toEqual({
      instruction: { from: "Help well.", to: "Help." }
    })
    expect((await ask(`${path}/revision/active/diff/active`)).body).toMatchObject({ fields: {}, lists: {} })
  })

  it("is not found for a revision of another agent, in another project and of a deleted agent", async () => {
    const { first, path } = await created(project(2))
    const other = await created(project(2))
    for (const [one, two] of [[first, other.first], [other.first, first], [nobody, "active"], ["active", nobody]]) {
      const reply = await ask(`${path}/revision/${one}/diff/${two}`)
      expect(reply).toMatchObject({ status: 404, body: { code: "record-missing", kind: "TaskAgentRevision" } })
    }
    const elsewhere = path.replace(project(2), project(3))
    expect((await ask(`${elsewhere}/revision/active/diff/active`)).status).toBe(404)
    await ask(path, { method: "DELETE" })
    expect((await ask(`${path}/revision/active/diff/active`)).status).toBe(404)
    expect((await ask(`${path}/activations`)).status).toBe(404)
  })

  it("is refused for what is no id", async () => {
    const { path } = await created(project(2))
    for (
      const [part, at] of [["none/diff/active", "revision_id"], ["active/diff/ACTIVE", "other_revision_id"], [
        "active/diff/%00",
        "other_revision_id"
      ]]
    ) {
      const reply = await ask(`${path}/revision/${part}`)
      expect(reply).toMatchObject({ status: 422, body: { detail: [{ loc: ["path", at], type: "uuid_parsing" }] } })
    }
    expect((await ask(`${path}/revision/active/diff`)).status).toBe(404)
  })
})

describe("the activations of an agent", () => {
  it("are listed newest first, page by page, without loss", async () => {
    const { first, path } = await created(project(2))
    const ids = [first]
    for (let n = 2; n <= 6; n++) {
      ids.push(await edited(path, { max_turns: n }))
      expect((await activated(path, ids.at(-1)!)).status).toBe(200)
    }
    const whole = await ask(`${path}/activations`)
    expect(whole.headers.link).toBeUndefined()
    expect(whole.body.map(({ from, to }: any) => [from, to])).toEqual(
      ids.map((id, at) => [at === 0 ? null : ids[at - 1], id]).reverse()
    )
    const paged: Array<unknown> = []
    let next: string | undefined = `${path}/activations?limit=2`
    for (let pages = 0; next !== undefined; pages++) {
      expect(pages).toBeLessThan(4)
      const { body, headers } = await ask(next)
      expect(body.length).toBeLessThanOrEqual(2)
      paged.push(...body)
      next = /<(.*)>; rel="next"/.exec(String(headers.link ?? ""))?.[1]
      // What becomes active meanwhile is not a part of later pages.
      await activated(path, pages % 2 === 0 ? first : ids[1]!)
    }
    expect(paged).toEqual(whole.body)
  })

  it("are refused with a cursor or a limit that is none", async () => {
    const { path } = await created(project(2))
    for (const cursor of ["nonsense", "%00", "", "YmVmb3JlOjA"]) {
      expect(await ask(`${path}/activations?cursor=${cursor}`)).toMatchObject({
        status: 400,
        body: { code: "malformed-cursor" }
      })
    }
    for (const limit of ["0", "-1", "101", "x", "1e2"]) {
      const reply = await ask(`${path}/activations?limit=${limit}`)
      expect(reply).toMatchObject({ status: 422, body: { detail: [{ loc: ["query", "limit"] }] } })
    }
  })
})

it("GET …/revision/{a}/diff/{b} and GET …/activations", async () => {
  const { exchange, text } = transcript(ask)
  const tool = (task_id: string) => ({ task_id })
  const { headers } = await exchange("POST", project(4), {
    json: { ...input, task_tools: [tool("search"), tool("read")], skills: [{ skill_id: "s" }] }
  })
  const path = headers.location!
  const { body } = await exchange("POST", path, {
    json: {
      instruction: "Help well.",
      max_turns: 5,
      task_tools: [{ task_id: "read", is_output_formatter: true }, tool("search"), tool("write")],
      skills: []
    }
  })
  await exchange("GET", `${path}/revision/active/diff/${body.revisions[0].id}`)
  await exchange("POST", path, {
    json: { active_revision_id: body.revisions[0].id },
    headers: { "change-reason": "it helps better" }
  })
  await exchange("GET", `${path}/revision/active/diff/${body.revisions[0].id}`)
  await exchange("GET", `${path}/revision/active/diff/${nobody}`)
  await exchange("GET", `${path}/activations?limit=1`)
  await exchange("GET", `${path}/activations`)
  await expect(text()).toMatchFileSnapshot("./golden/revisions-task-agent.http")
})
