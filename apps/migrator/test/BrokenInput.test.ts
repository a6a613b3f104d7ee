import { execFileSync } from "node:child_process"
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { open, writeFile } from "node:fs/promises"
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
  const named = given("named.ndjson", readFileSync(at("rejects")))
  expect((await load(named, "--kind", "Agent")).code).toBe(0)
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

test("a row that was not taken is kept as it came, or as its cells mean it, and mended, it is taken", async () => {
  const file = given(
    "tasks.csv",
    Buffer.concat([
      Buffer.from(
        `id,status,params,created_at\nt1,NONE,"{""n"":\n1}",${time}\nt2,,"{""n"":12345678901234567890}",${time}\n`
      ),
      Buffer.from(`t3,short\n\nt4,,"{""text"":""\ufffd""}",${time}\nt5,,"{""text"":""`),
      Buffer.from([0xff]),
      Buffer.from(`""}",${time}\n`)
    ])
  )
  expect((await load(file)).code).toBe(3)
  expect(stored().map(({ state }) => [state.id, state.params])).toEqual([["t4", { text: "\ufffd" }]])
  expect(
    rejected().map(({ bytes, line, reason, record, text }) => [line, reason.slice(0, 34), record ?? text ?? bytes])
  ).toEqual([
    [2, "/status: Expected \"CANCELED\" | \"CO", { id: "t1", status: "NONE", params: { n: 1 }, created_at: time }],
    [4, "params: /n: the number 12345678901", { id: "t2", params: "{\"n\":12345678901234567890}", created_at: time }],
    [5, "The row has 2 cells for 4 columns", "t3,short\n"],
    [8, "The row is not valid UTF-8", Buffer.from(`t5,,"{""text"":""\xff""}",${time}\n`, "latin1").toString("base64")]
  ])
  const mended = given(
    "mended.ndjson",
    readFileSync(at("rejects"), "utf8").split("\n")[0]!.replaceAll("NONE", "FAILED")
  )
  expect((await load(mended)).code).toBe(0)
  expect(stored()[0].state).toMatchObject({ id: "t1", status: "FAILED", params: { n: 1 } })
})

test("a table with a column twice, or with a row that does not end, fails by name; no column is like another", async () => {
  const twice = await load(given("twice.csv", `id,params,params,created_at\na,{},{},${time}\n`))
  expect(twice).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("twice.csv cannot be read: it has two columns params")
  })
  const endless = given("endless.csv", `id,title,created_at\na,"${"x\n".repeat(2000)}b,y,${time}\n`)
  const ended = await load(endless, "--max-record-bytes", "1000")
  expect(ended).toMatchObject({ code: 1, stderr: expect.stringContaining("has more bytes than the limit of 1000") })
  expect((await load(given("proto.csv", `id,params,__proto__,created_at\na,{},x,${time}\n`))).code).toBe(3)
  expect(rejected()[0].reason).toContain("A Task has no field __proto__")
})

test("what stands around an array is rejected, and what comes behind it is taken", async () => {
  const file = given("tasks.json", `[${JSON.stringify(task("a"))}] {"b": 1}\n[${JSON.stringify(task("c"))}]`)
  expect((await load(file)).code).toBe(3)
  expect(stored().map(({ state }) => state.id)).toEqual(["a", "c"])
  expect(rejected()).toMatchObject([{ line: 1, reason: "There is text outside of the array", text: "{\"b\": 1}" }])
})

test("a number that would change is kept as it was written, and is refused until it is mended", async () => {
  const file = given("tasks.ndjson", `{"id": "a", "params": {"n": 123.456789012345678}, "created_at": "${time}"}\n`)
  expect((await load(file)).code).toBe(3)
  expect(rejected()[0].text).toContain("123.456789012345678")
  expect((await load(given("again.ndjson", readFileSync(at("rejects"))))).code).toBe(3)
  expect(stored()).toEqual([])
})

test("a value over 1 MiB is refused by its field, but for the content of an event, which is what its log held", async () => {
  const long = "x".repeat(1_048_576)
  const event = { id: "e", sequence_id: 1, task_id: "a", agent_id: "b", content: { long }, created_at: time }
  expect((await load(given("in.ndjson", lines(task("a"), task("c", { params: { long } }), event)))).code).toBe(3)
  expect(rejected()).toMatchObject([{ line: 2, reason: "params is larger than 1048576 bytes" }])
  expect(stored().flatMap(({ kind, state }) => kind === "Event" ? [state.content.long === long] : [])).toEqual([true])
})

test("the file of rejects is never one that is read, can be written from the beginning, and is that of this run", async () => {
  const content = lines(task("a"), task("b", { status: "NONE" }))
  const file = given("tasks.ndjson", content)
  const to = ["--to", `file:${at("store")}`]
  const same = await run(["import", file, ...to, "--rejects", file])
  expect(same).toMatchObject({ code: 1, stderr: expect.stringContaining("it is read by this very run") })
  expect(readFileSync(file, "utf8")).toBe(content)
  const nowhere = await run(["import", given("good.ndjson", lines(task("a"))), ...to, "--rejects", at("no/rejects")])
  expect(nowhere).toMatchObject({ code: 1, stderr: expect.stringContaining("no/rejects cannot be written: ENOENT") })
  expect((await load(file)).code).toBe(3)
  expect((await load(at("good.ndjson"))).code).toBe(0)
  expect(readFileSync(at("rejects"), "utf8")).toBe("")
})

test("a day or an hour that there is not is refused in every zone; hours alone are a zone", async () => {
  const times = [
    "2026-02-30T10:00:00+01:00",
    "2026-11-21T24:00:00+01:00",
    "2026-11-21T10:00:00+25",
    "9999-12-31T23:30:00-01:00"
  ]
  const good = ["2026-11-21 10:00:00.123456+00", "2026-11-21 10:00:00.123456-03", "2026-02-28T23:30:00.5-0130"]
  const file = given(
    "tasks.ndjson",
    lines(...[...good, ...times].map((created_at, i) => task(`t${i}`, { created_at })))
  )
  expect((await load(file)).code).toBe(3)
  expect(rejected().map(({ line }) => line)).toEqual([4, 5, 6, 7])
  expect(stored().map(({ state }) => state.created_at)).toEqual([
    "2026-11-21T10:00:00.123456Z",
    "2026-11-21T13:00:00.123456Z",
    "2026-03-01T01:00:00.500000Z"
  ])
})

test("a snapshot that somebody else wrote meanwhile is not overwritten", async () => {
  const [one, two] = [given("one.ndjson", lines(task("one"))), given("two.ndjson", lines(task("two")))]
  execFileSync("mkfifo", [at("pipe")])
  // The pipe is opened when its reader has the store.
  const first = load(at("pipe"))
  const pipe = await open(at("pipe"), "w")
  expect((await load(two)).code).toBe(0)
  await pipe.writeFile(lines(task("one")))
  await pipe.close()
  expect(await first).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("was written by somebody else meanwhile")
  })
  expect((await load(one)).code).toBe(0)
  expect(stored().map(({ state }) => state.id)).toEqual(["one", "two"])
})

test("updates that come by a pipe are applied, and a dry run makes no snapshot", async () => {
  expect((await load(given("tasks.ndjson", lines(task("a"))))).code).toBe(0)
  execFileSync("mkfifo", [at("pipe")])
  const update = { kind: "Task", id: "a", update: { merge_params: { n: 1 } } }
  const ended = run(["apply", at("pipe"), "--to", `file:${at("store")}`, "--json"])
  await writeFile(at("pipe"), lines(update))
  expect(JSON.parse((await ended).stdout)).toMatchObject({ read: 1, applied: 1 })
  expect(stored()[0].state.params).toEqual({ n: 1 })
  const updates = given("updates.ndjson", lines(update))
  expect((await run(["apply", updates, "--to", `file:${at("none")}`, "--dry-run"])).code).toBe(3)
  expect(existsSync(at("none"))).toBe(false)
})

test("an update that was rejected as a text is mended and applied", async () => {
  expect((await load(given("tasks.ndjson", lines(task("a"))))).code).toBe(0)
  const args = ["--to", `file:${at("store")}`, "--rejects", at("rejects")]
  const file = given(
    "updates.ndjson",
    "{\"kind\": \"Task\", \"id\": \"a\", \"update\": {\"merge_params\": {\"n\": 1e400}}}\n"
  )
  expect((await run(["apply", file, ...args])).code).toBe(3)
  const mended = given("mended.ndjson", readFileSync(at("rejects"), "utf8").replaceAll("1e400", "4"))
  expect((await run(["apply", mended, ...args])).code).toBe(0)
  expect(stored()[0].state.params).toEqual({ n: 4 })
})

test("a tenant, or an address, that names nothing is refused", async () => {
  const file = given("tasks.ndjson", lines(task("a")))
  expect(await load(file, "--tenant", "")).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("the name of a tenant")
  })
  for (const address of ["embedded:", "file:", "env:SELF", `embedded:${at("none")}`]) {
    const ended = await run(["verify", "--from", address, "--to", address], { env: { SELF: "env:SELF" } })
    expect(ended).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/names no place|names another variable|there is no such folder/)
    })
  }
})

test("records come from the standard input too, compressed or not, and an array may end too early", async () => {
  const args = ["import", "-", "--to", `file:${at("store")}`, "--rejects", at("rejects"), "--json"]
  expect((await run(args, { input: gzipSync(lines(task("a"))) })).code).toBe(0)
  expect((await run(args, { input: Buffer.from(`[${JSON.stringify(task("b"))}, {"id": "c", `) })).code).toBe(3)
  expect(stored().map(({ state }) => state.id)).toEqual(["a", "b"])
  expect(rejected()).toMatchObject([{ file: "-", line: 1, reason: "The text ends before the array does" }])
})

test("a store that cannot be opened is told without its password, whatever that holds and wherever it stands", async () => {
  const file = given("t.ndjson", lines(task("a")))
  for (
    const [address, shown] of [
      ["postgres://ann:topsecret@127.0.0.1:1/none", "postgres://ann:***@127.0.0.1:1/none cannot be used"],
      ["postgres://ann:a@topsecret@127.0.0.1:1/none", "postgres://ann:***@127.0.0.1:1/none cannot be used"],
      ["postgres://127.0.0.1:1/none?user=ann&password=topsecret", "none?user=ann&password=*** cannot be used"],
      ["http://ann:topsecret@127.0.0.1:1", "http://ann:***@127.0.0.1:1 holds credentials"],
      ["http://ann:top/topsecret@127.0.0.1:1", "http://ann:***@127.0.0.1:1 is no address of a server"]
    ] as const
  ) {
    const ended = await run(["import", file, "--to", "env:STORE"], { env: { STORE: address } })
    expect(ended.code).toBe(1)
    expect(ended.stderr).toContain(shown)
    expect(ended.stdout + ended.stderr).not.toContain("topsecret")
  }
})
