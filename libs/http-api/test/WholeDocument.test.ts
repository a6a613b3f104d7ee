/** The document of the whole form says what is answered to whoever asks for it, of every operation. */
import { wholeAnswers, wholeType } from "@emend/http-api/operations"
import { Validator } from "@seriousme/openapi-schema-validator"
import * as HttpApi from "effect/http-api/HttpApi"
import * as OpenApi from "effect/http-api/OpenApi"
import { expect, it } from "vitest"
import { Api } from "../src/openapi/Document.ts"
import { WholeApi } from "../src/openapi/WholeDocument.ts"
import { Contract } from "./Contract.ts"
import { operationAt } from "./GoldenFiles.ts"
import { ask as askUnchecked, type Reply, testServer } from "./TestServer.ts"

const { ask, port } = testServer()
const spec = JSON.parse(JSON.stringify(OpenApi.fromApi(WholeApi)))
const served = JSON.parse(JSON.stringify(OpenApi.fromApi(Api)))
const contract = Contract.make(spec)
const answered = new Set<string>()

/** The names of the operations that have whole answers, as documents write them. */
const operations: ReadonlyArray<string> = (() => {
  const names: Array<string> = []
  const groups: Readonly<Record<string, object>> = wholeAnswers
  HttpApi.reflect(Api, {
    onGroup: () => {},
    onEndpoint: ({ endpoint: { identifier, method, path }, group }) => {
      if (!Object.hasOwn(groups[group.identifier] ?? {}, identifier)) return
      names.push(`${method} ${path.replace(/:(\w+)/g, "{$1}")}`)
    }
  })
  return names
})()

const whole = async (line: string, json?: unknown, headers: Record<string, string> = {}): Promise<any> => {
  const [method, path] = line.split(" ") as [string, string]
  const reply: Reply = await askUnchecked(port(), path, {
    method,
    headers: { accept: `${wholeType}, application/problem+json`, ...headers },
    ...(json === undefined ? undefined : { json })
  })
  const operation = operationAt(method, path.split("?")[0]!)!
  expect([line, reply.status < 300, contract.problemsOfAnswer(operation, reply)], reply.text).toEqual([line, true, []])
  answered.add(operation)
  return reply.body
}

it("is served, as valid OpenAPI 3.1, and the other document stays without it", async () => {
  const { body, status } = await ask("/openapi.whole.json")
  expect([status, body]).toEqual([200, spec])
  expect((await new Validator().validate(structuredClone(spec))).errors).toBeUndefined()
  expect((await ask("/openapi.json")).body).toEqual(served)
  expect(JSON.stringify(served)).not.toContain(wholeType)
})

it("has the operations, requests and refusals of the other, and every success of theirs in the whole form alone", () => {
  const others = new Map(Contract.make(served).operations().map(({ name, operation }) => [name, operation]))
  expect(contract.operations().map(({ name }) => name)).toEqual([...others.keys()])
  for (const { name, operation } of contract.operations()) {
    const other = others.get(name)
    const refusals = ({ responses }: any) => Object.entries(responses).filter(([status]) => !status.startsWith("2"))
    expect(operation.operationId).toEqual(other.operationId)
    expect(operation.parameters.map((one: any) => [one.in, one.name, one.schema.type])).toEqual(
      other.parameters.map((one: any) => [one.in, one.name, one.schema.type])
    )
    expect(refusals(operation).map(([status]) => status)).toEqual(refusals(other).map(([status]) => status))
    if (!operations.includes(name)) continue
    const successes = Object.entries<any>(operation.responses).filter(([status]) => status.startsWith("2"))
    expect(successes.length, name).toBeGreaterThan(0)
    for (const [status, { content, headers }] of successes) {
      expect([name, status, Object.keys(content), Object.hasOwn(headers, "etag")]).toEqual([
        name,
        status,
        [wholeType],
        false
      ])
    }
  }
})

it("shows examples that its schemas take", () => {
  expect(contract.examples().length).toBeGreaterThan(100)
  for (const { place, problems } of contract.examples()) expect(problems, place).toEqual([])
})

it("describes the answers of tasks, trackers and events", async () => {
  const task = { id: "t", name: "n", params: { a: 1 }, task_metadata: { m: [1] } }
  await whole("POST /tasks", task, { "dry-run": "true" })
  await whole("POST /tasks", task)
  await whole("GET /tasks?relationships=agents")
  await whole("PUT /tasks/t", { merge_params: { a: 2 } })
  await whole("PUT /tasks/name/n", { task_metadata: null })
  const { state: tracker } = await whole("POST /tasks/t/agents/a")
  await whole("GET /tasks/t?relationships=agents")
  await whole("GET /tasks/name/n")
  const event = await whole("POST /tasks/t/events", { agent_id: "a", content: { any: [null] } })
  await whole(`GET /events/${event.id}`)
  await whole("GET /events?task_id=t&agent_id=a")
  await whole(`PUT /tracker/${tracker.id}`, { status: "busy", last_processed_event_id: event.id })
  await whole("GET /tracker")
  for (const path of ["/tasks/t", `/tracker/${tracker.id}`]) {
    await whole(`GET ${path}`)
    await whole(`GET ${path}/history`)
    await whole(`GET ${path}/diff?from=1&to=2`)
    await whole(`POST ${path}/undo`, { revision: 2 })
    await whole(`POST ${path}/restore`, { version: 1 })
  }
  for (const move of ["interrupt", "resume", "complete"]) await whole(`POST /tasks/t/${move}`, {})
  for (const move of ["fail", "cancel", "terminate", "timeout"]) {
    await whole("POST /tasks", { id: move })
    await whole(`POST /tasks/${move}/${move}`, { reason: "r" })
  }
  await whole("POST /tasks/fail/clean", {})
  await whole("DELETE /tasks/cancel")
  await whole("DELETE /tasks/name/n", undefined, { "dry-run": "true" })
})

it("describes the answers of the board", async () => {
  for (const id of ["a", "b"]) await whole("POST /agents/tasks/", { id, title: id })
  await whole("GET /agents/tasks/")
  await whole("PATCH /agents/tasks/a", { priority: 1 })
  await whole("POST /agents/tasks/a/assign", { user_id: "u" })
  await whole("POST /agents/tasks/b/claim", { user_id: "u" })
  await whole("GET /agents/tasks/b/transitions")
  await whole("POST /agents/tasks/b/transition", { status: "review" })
  await whole("GET /agents/tasks/board")
  await whole("POST /agents/tasks/a/subtasks", { id: "c", title: "c" })
  for (let time = 0; time < 2; time++) await whole("POST /agents/tasks/a/subtasks/link", { child_id: "b" })
  for (const [id, list] of [["a", "subtasks"], ["a", "descendants"], ["b", "parents"], ["b", "ancestors"]]) {
    expect((await whole(`GET /agents/tasks/${id}/${list}`)).length).toBeGreaterThan(0)
  }
  await whole("GET /agents/tasks/a/activity")
  await whole("DELETE /agents/tasks/a/subtasks/b")
  await whole("GET /agents/tasks/a")
  await whole("GET /agents/tasks/a/history")
  await whole("GET /agents/tasks/a/diff?from=1&to=2")
  await whole("POST /agents/tasks/a/undo", { revision: 2 })
  await whole("POST /agents/tasks/a/restore", { version: 1 })
  await whole("DELETE /agents/tasks/a")
})

it("describes the answers of task agents", async () => {
  const root =
    "/api/v1/org/00000000-0000-4000-8000-000000000001/project/00000000-0000-4000-8000-000000000002/task-agent"
  const made = await whole(`POST ${root}/`, { name: "A", instruction: "i", llm_model_id: root.slice(12, 48) })
  const agent = `${root}/${made.state.id}`
  await whole(`GET ${root}/`)
  const { revision_id } = await whole(`POST ${agent}`, { instruction: "j" })
  await whole(`POST ${agent}`, { active_revision_id: revision_id })
  await whole(`POST ${agent}`, { name: "B" })
  await whole(`GET ${agent}`)
  await whole(`GET ${agent}/revision`)
  await whole(`GET ${agent}/revision/${revision_id}`)
  await whole(`GET ${agent}/revision/${revision_id}/diff/${made.active_revision.id}`)
  await whole(`GET ${agent}/activations`)
  const { version } = await whole(`GET ${agent}`)
  await whole(`GET ${agent}/history`)
  await whole(`GET ${agent}/diff?from=1&to=2`)
  await whole(`POST ${agent}/undo`, { revision: version })
  await whole(`POST ${agent}/restore`, { version: 1 })
  await whole(`DELETE ${agent}`)
})

it("has no operation that none of these asked for", () => {
  expect(operations.filter((name) => !answered.has(name))).toEqual([])
})
