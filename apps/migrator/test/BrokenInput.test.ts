import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { gzipSync } from "node:zlib"
import { afterEach, beforeEach, expect, test } from "vitest"
import { type Ended, run } from "./Command.ts"

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "emend-broken-"))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const at = (name: string): string => join(folder, name)
const given = (name: string, content: string | Buffer): string => {
  writeFileSync(at(name), content)
  return at(name)
}
const lines = (...records: ReadonlyArray<unknown>): string =>
  records.map((record) => `${typeof record === "string" ? record : JSON.stringify(record)}\n`).join("")
const load = (...args: ReadonlyArray<string>): Promise<Ended> =>
  run(["import", ...args, "--to", `file:${at("store")}`, "--rejects", at("rejects"), "--json"])
const stored = (): ReadonlyArray<any> =>
  readFileSync(at("store"), "utf8").trimEnd().split("\n").filter((line) => line !== "").map((line) => JSON.parse(line))
const rejected = (): ReadonlyArray<any> =>
  readFileSync(at("rejects"), "utf8").trimEnd().split("\n").map((line) => JSON.parse(line))

const time = "2026-11-21T10:00:00.000001Z"
const task = (id: string, more: object = {}) => ({ id, params: {}, created_at: time, ...more })
const card = (id: string) => ({ id, title: id, organization_id: "acme", created_at: time })

test("a compressed file that is cut off fails by name, with what came before it kept; mended, it goes on", async () => {
  const whole = gzipSync(
    lines(...Array.from({ length: 20_000 }, (_, i) => task(`t${i}`, { params: { i, x: Math.sin(i) } })))
  )
  const file = given("tasks.ndjson.gz", whole.subarray(0, whole.length >> 1))
  const ended = await load(file)
  expect(ended.code).toBe(1)
  expect(ended.stderr).toContain("tasks.ndjson.gz cannot be read: the compressed data end before they should")
  writeFileSync(file, whole)
  expect(JSON.parse((await load(file)).stdout)).toMatchObject({ read: 20_000, rejected: 0 })
  expect(stored().length).toBe(20_000)
})

test("a record that is not UTF-8, not JSON, too long, or no object is rejected with its line, and its neighbours are taken", async () => {
  const file = given(
    "tasks.ndjson",
    Buffer.concat([
      Buffer.from(lines(task("a"))),
      Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d, 0x0a]),
      Buffer.from(
        lines("{\"id\": ", "[1]", task("b"), task("big", { params: { text: "x".repeat(50_000_000) } }), task("c"))
      )
    ])
  )
  const ended = await load(file)
  expect(ended.code).toBe(3)
  expect(stored().map(({ state }) => state.id)).toEqual(["a", "b", "c"])
  expect(rejected().map(({ line, reason }) => [line, reason.replace(/\d{5,}/g, "n")])).toEqual([
    [2, "The record is not valid UTF-8"],
    [3, "This is not JSON: Expecting value at character 7"],
    [4, "Expected a JSON object"],
    [6, "The record has n bytes, more than the limit of n"]
  ])
  expect(Buffer.from(rejected()[0].bytes, "base64").toString("latin1")).toBe("{\"\xff\xfe\"}")
})

test("an id that comes twice is taken once; with another content it is rejected, whatever the store held before", async () => {
  const file = given("tasks.ndjson", lines(task("a"), task("a"), task("a", { params: { other: 1 } })))
  const ended = await load(file)
  expect(JSON.parse(ended.stdout)).toMatchObject({ added: 1, present: 1, rejected: 1 })
  expect(rejected()).toMatchObject([{ line: 3, kind: "Task", reason: expect.stringContaining("is not the same") }])
  expect(stored()[0].state.params).toEqual({})
})

test("an edge that would close a cycle is rejected, and so is one whose end is not there", async () => {
  const edge = (from: string, to: string) => ({ in: `card:${from}`, out: `card:${to}` })
  const cards = ["x", "y", "z"].map((id) => card(`card:${id}`))
  const file = given(
    "board.ndjson",
    lines(edge("x", "y"), edge("y", "z"), edge("z", "x"), edge("x", "nobody"), edge("x", "x"), ...cards)
  )
  const ended = await load(file, "--surreal")
  expect(ended.code).toBe(3)
  expect(rejected().map(({ line, reason }) => [line, reason])).toEqual([
    [4, "child_id names a record that does not exist"],
    [3, "The link would close a cycle of subtasks"],
    [5, "The link would close a cycle of subtasks"]
  ])
  expect(stored().filter(({ kind }) => kind === "BoardLink").length).toBe(2)
})

test("kinds may be mixed in one file; a record of no kind is rejected until it is named", async () => {
  const bare = { id: "who", name: "Ann", created_at: time }
  const file = given("mixed.ndjson", lines(task("t"), card("c"), bare))
  expect((await load(file)).code).toBe(3)
  expect(rejected()).toMatchObject([{ line: 3, reason: expect.stringContaining("--kind names it"), record: bare }])
  expect((await load(at("rejects"), "--kind", "Agent")).code).toBe(0)
  expect(stored().map(({ kind }) => kind)).toEqual(["Task", "Agent", "BoardTask"])
})

test("a rejects file that was mended is imported as it is", async () => {
  const file = given(
    "tasks.ndjson",
    lines(
      task("a", { status: "NONE" }),
      "{\"id\": \"b\", \"params\": {\"n\": 1e400}, \"created_at\": \"2026-11-21T10:00:00Z\"}"
    )
  )
  expect((await load(file)).code).toBe(3)
  const mended = readFileSync(at("rejects"), "utf8").replaceAll("NONE", "FAILED").replaceAll("1e400", "1e40")
  expect((await load(given("mended.ndjson", mended))).code).toBe(0)
  expect(stored().map(({ state }) => [state.id, state.status, state.params])).toEqual([
    ["a", "FAILED", {}],
    ["b", null, { n: 1e40 }]
  ])
})

test("unknown fields are refused by name, or those of tasks are kept where they were told to be", async () => {
  const file = given(
    "tasks.ndjson",
    lines(task("a", { colour: "red", task_metadata: { x: 1 } }), { ...card("c"), colour: "red" })
  )
  expect((await load(file)).code).toBe(3)
  expect(rejected().map(({ reason }) => reason.split(";")[0])).toEqual([
    "A Task has no field colour",
    "A BoardTask has no field colour"
  ])
  expect((await load(file, "--unknown", "keep")).code).toBe(3)
  expect(stored()).toMatchObject([{ state: { task_metadata: { x: 1, imported: { colour: "red" } } } }])
})

test("a time without a zone, or with more than microseconds, is refused until it is said what it means", async () => {
  const file = given(
    "tasks.ndjson",
    lines(
      task("a", { created_at: "2026-11-21T10:00:00.5" }),
      task("b", { created_at: "2026-11-21T10:00:00.123456789Z" })
    )
  )
  expect((await load(file)).code).toBe(3)
  expect(rejected().map(({ reason }) => /--[a-z-]+/.exec(reason)![0])).toEqual(["--assume-utc", "--cut-nanoseconds"])
  expect((await load(file, "--assume-utc", "--cut-nanoseconds")).code).toBe(0)
  expect(stored().map(({ state }) => state.created_at)).toEqual([
    "2026-11-21T10:00:00.500000Z",
    "2026-11-21T10:00:00.123456Z"
  ])
})

test("a run with more rejects than allowed stops and says so; what it took stays for the next one", async () => {
  const file = given("tasks.ndjson", lines(task("a"), ...Array.from({ length: 5 }, () => "nothing")))
  const ended = await load(file, "--max-rejects", "4")
  expect(ended).toMatchObject({ code: 1, stderr: expect.stringContaining("More than 4 records were refused") })
})

test("a table is read by its columns, quoted cells and JSON included; a row of another width is rejected", async () => {
  const file = given(
    "cards.csv",
    `id,title,organization_id,priority,created_at\nc1,"A, ""b""\nline",acme,2,${time}\nc2,short\nc3,Z,acme,9,${time}\n`
  )
  expect((await load(file)).code).toBe(3)
  expect(stored()).toMatchObject([{ kind: "BoardTask", state: { id: "c1", title: "A, \"b\"\nline", priority: 2 } }])
  expect(rejected().length).toBe(2)
})

test("records come from the standard input too, compressed or not, and an array may end too early", async () => {
  const args = ["import", "-", "--to", `file:${at("store")}`, "--rejects", at("rejects"), "--json"]
  expect((await run(args, { input: gzipSync(lines(task("a"))) })).code).toBe(0)
  expect((await run(args, { input: Buffer.from(`[${JSON.stringify(task("b"))}, {"id": "c", `) })).code).toBe(3)
  expect(stored().map(({ state }) => state.id)).toEqual(["a", "b"])
  expect(rejected()).toMatchObject([{ file: "-", line: 1, reason: "The text ends before the array does" }])
})

test("a store that cannot be opened is told without its password", async () => {
  const env = { STORE: "postgres://ann:topsecret@127.0.0.1:1/none" }
  const ended = await run(["import", given("t.ndjson", lines(task("a"))), "--to", "env:STORE"], { env })
  expect(ended.code).toBe(1)
  expect(ended.stderr).toContain("postgres://ann:***@127.0.0.1:1/none cannot be used")
  expect(ended.stdout + ended.stderr).not.toContain("topsecret")
})
