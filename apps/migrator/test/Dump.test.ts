import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { gzipSync } from "node:zlib"
import { afterAll, expect, test } from "vitest"
import * as Dump from "../src/Dump.ts"
import type { Piece } from "../src/Splitter.ts"
import { run } from "./Command.ts"

const folder = mkdtempSync(join(tmpdir(), "emend-dump-"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** The records of a dump, given in chunks of some bytes. */
const pieces = (dump: string, size = 65_536, maxBytes = 1e6): ReadonlyArray<Piece> => {
  const splitter = Dump.records(maxBytes)
  const bytes = Buffer.from(dump)
  const out: Array<Piece> = []
  for (let from = 0; from < bytes.length; from += size) out.push(...splitter.feed(bytes.subarray(from, from + size)))
  return [...out, ...splitter.end()]
}
const values = (dump: string, size?: number): ReadonlyArray<unknown> =>
  pieces(dump, size).map((piece) =>
    "text" in piece ? JSON.parse(piece.text) : "flaw" in piece ? `${piece.line}: ${piece.flaw}` : piece
  )

/** As versions from 2 on write it. */
const second = `-- ------------------------------
-- OPTION
-- ------------------------------

OPTION IMPORT;

-- ------------------------------
-- USERS
-- ------------------------------

DEFINE USER root ON DATABASE PASSHASH '$argon2id$v=19;it''' ROLES OWNER;

-- ------------------------------
-- FUNCTIONS
-- ------------------------------

DEFINE FUNCTION fn::greet($name: string) { LET $x = "a;b"; IF $x = /it's;/ { RETURN "}" }; RETURN 'Hi; ' + $name; } PERMISSIONS FULL;

-- ------------------------------
-- TABLE: agent_task
-- ------------------------------

DEFINE TABLE agent_task TYPE NORMAL SCHEMAFULL PERMISSIONS NONE;

DEFINE FIELD title ON agent_task TYPE string ASSERT $value != NONE AND $value = /[^']+/ PERMISSIONS FULL;

-- ------------------------------
-- TABLE DATA: agent_task
-- ------------------------------

INSERT [ { created_at: d'2024-05-01T10:00:00.123456Z', created_by: 'ann', id: agent_task:8x2k, organization_id: 'acme', priority: 2, status: 'backlog', title: "it's; \\"quoted\\", [not] {an} -- end" }, { assigned_to_user_id: NULL, correlation_bucket_id: NONE, created_at: d'2024-05-01T10:00:01Z', id: agent_task:⟨018f-a b\\⟩c⟩, organization_id: 'acme', status: 'running', title: 'back\\\\slash ⟨x⟩ # no comment // nor this' }, { created_at: d'2024-05-01T10:00:02Z', id: agent_task:u'018f5b2e-0000-7000-8000-000000000001', organization_id: 'acme', title: '👩‍🚀
second line' } ];
INSERT [ { created_at: d'2024-05-01T10:00:03Z', id: agent_task:17, organization_id: 'acme', title: 's' } ];

-- ------------------------------
-- TABLE DATA: has_subtask
-- ------------------------------

INSERT RELATION [ { __: true, id: has_subtask:1, in: agent_task:8x2k, out: agent_task:⟨018f-a b\\⟩c⟩ }, { id: has_subtask:2, in: agent_task:8x2k, out: agent_task:17 } ];

`

const secondRecords = [
  {
    created_at: "2024-05-01T10:00:00.123456Z",
    created_by: "ann",
    id: "8x2k",
    organization_id: "acme",
    priority: 2,
    status: "backlog",
    title: "it's; \"quoted\", [not] {an} -- end"
  },
  {
    assigned_to_user_id: null,
    created_at: "2024-05-01T10:00:01Z",
    id: "018f-a b⟩c",
    organization_id: "acme",
    status: "running",
    title: "back\\slash ⟨x⟩ # no comment // nor this"
  },
  {
    created_at: "2024-05-01T10:00:02Z",
    id: "018f5b2e-0000-7000-8000-000000000001",
    organization_id: "acme",
    title: "👩‍🚀\nsecond line"
  },
  { created_at: "2024-05-01T10:00:03Z", id: "17", organization_id: "acme", title: "s" },
  { parent_id: "8x2k", child_id: "018f-a b⟩c" },
  { parent_id: "8x2k", child_id: "17" }
]

/** As version 1 writes it. */
const first = `-- ------------------------------
-- OPTION
-- ------------------------------

OPTION IMPORT;

-- ------------------------------
-- TABLE: agent_task
-- ------------------------------

DEFINE TABLE agent_task SCHEMALESS;

-- ------------------------------
-- TRANSACTION
-- ------------------------------

BEGIN TRANSACTION;

-- ------------------------------
-- TABLE DATA: agent_task
-- ------------------------------

UPDATE agent_task:a CONTENT { created_at: '2023-05-01T10:00:00.000001Z', id: agent_task:a, organization_id: 'acme', title: "A" };
UPDATE agent_task:⟨b c⟩ CONTENT { created_at: "2023-05-01T10:00:00Z", id: agent_task:⟨b c⟩, organization_id: 'acme', priority: 1, title: 'B' };

-- ------------------------------
-- TABLE DATA: has_subtask
-- ------------------------------

RELATE agent_task:a -> has_subtask:9 -> agent_task:⟨b c⟩ CONTENT { __: true, id: has_subtask:9, in: agent_task:a, out: agent_task:⟨b c⟩ };

-- ------------------------------
-- TRANSACTION
-- ------------------------------

COMMIT TRANSACTION;
`

test("the records of dumps of versions 1 and 2 are read, however their bytes are cut", () => {
  for (const size of [1, 2, 3, 7, 64, 65_536]) {
    expect(values(second, size), `chunks of ${size}`).toEqual(secondRecords)
    expect(values(first, size), `chunks of ${size}`).toEqual([
      { created_at: "2023-05-01T10:00:00.000001Z", id: "a", organization_id: "acme", title: "A" },
      { created_at: "2023-05-01T10:00:00Z", id: "b c", organization_id: "acme", priority: 1, title: "B" },
      { parent_id: "a", child_id: "b c" }
    ])
  }
  const at = (begin: string) => second.split("\n").findIndex((line) => line.startsWith(begin)) + 1
  const [tasks, last, edges] = [
    "INSERT [ { created_at: d'2024-05-01T10:00:00.1",
    "INSERT [ { created_at: d'2024-05-01T10:00:03Z",
    "INSERT RELATION"
  ].map(at)
  expect(pieces(second).map(({ line }) => line)).toEqual([tasks, tasks, tasks, last, edges, edges])
})

test("each literal is read with its value, and what is no literal is refused by name", () => {
  const one = (literal: string) => {
    const [value] = values(`INSERT [ { v: ${literal} } ];`) as [any]
    return typeof value === "string" ? value.replace("1: ", "") : value.v
  }
  const read: ReadonlyArray<readonly [string, unknown]> = [
    ["1.5f", 1.5],
    ["-3dec", -3],
    ["1.10dec", 1.1],
    ["1e3", 1000],
    ["1_000", 1000],
    ["TRUE", true],
    ["null", null],
    ["NONE", undefined],
    ["1h30m500ms", "1h30m500ms"],
    ["d\"2024-05-01T10:00:00Z\"", "2024-05-01T10:00:00Z"],
    ["s'a:b'", "a:b"],
    ["r'user:ann'", "user:ann"],
    ["user:ann", "user:ann"],
    ["user:⟨ann b⟩", "user:⟨ann b⟩"],
    ["user:`ann`", "user:ann"],
    ["u'018f5b2e-0000-7000-8000-000000000001'", "018f5b2e-0000-7000-8000-000000000001"],
    ["[1, [NONE], { 'a b': {}, `c`: [], 1: 2, }, ]", [1, [null], { "a b": {}, c: [], 1: 2 }]],
    ["'\\n\\t\\u{1F600}\\u00e9\\'\\x'", "\n\t😀é'\\x"],
    ["/* a ' comment */ 1 -- and '\n# another '\n// '\n", 1]
  ]
  for (const [literal, value] of read) expect(one(literal), literal).toEqual(value)
  const refused: ReadonlyArray<readonly [string, string]> = [
    ["$param", "A parameter is no literal"],
    ["time::now()", "A function is no literal"],
    ["rand()", "A function is no literal"],
    ["<datetime> '2024'", "A cast or a future is no literal"],
    ["(1.5, 2)", "An expression or a point is no literal"],
    ["b\"00ff\"", "Bytes have no form in JSON"],
    ["NaN", "NAN is no number of JSON"],
    ["/[a-z'\"]+/", "A regular expression has no form in JSON"],
    ["t:[1, 2]", "The id of a record is no single key"],
    ["t:1..5", "A range is no literal"],
    ["t:rand()", "Expected the key of a record"],
    ["1 + 1", "Expected }"]
  ]
  for (const [literal, reason] of refused) expect(one(literal), literal).toContain(reason)
})

test("what carries data and is not read has a flaw with its line; what stands beside it is read", () => {
  const dump = [
    "INSERT [ { id: t:1, v: fn() }, { id: t:2, title: 'x' } ];",
    "DELETE t:1;",
    "BEGIN",
    "INSERT { id: t:3 };",
    "INSERT { id: t:4 } VERSION d'2024-05-01T10:00:00Z';",
    "UPDATE t:5 SET a = 1;",
    "RELATE user:1->likes:1->post:1 CONTENT { in: user:1, out: post:1, id: likes:1 };",
    "INSERT [ { id: t:6 } ] RETURN NONE;",
    "INSERT INTO t [ { id: t:7 }, ];",
    "CREATE t:8 CONTENT { title: 'x' };",
    "INSERT IGNORE INTO `my t` { id: t:9 };;"
  ].join("\n")
  expect(values(dump)).toEqual([
    "1: A function is no literal at character 17",
    { id: "2", title: "x" },
    "2: A statement DELETE is not read",
    "3: A statement BEGIN is not read",
    "5: This is one of several versions of a record; export without versions",
    "6: A UPDATE is read with CONTENT alone",
    "7: An edge likes is no has_subtask",
    { id: "6" },
    "8: A statement RETURN is not read",
    { id: "7" },
    { id: "8", title: "x" },
    { id: "9" }
  ])
})

test("a dump that is cut off anywhere ends with a flaw, and gives what came before", () => {
  const whole = Buffer.from(second)
  for (const begin of ["DEFINE FUNCTION", "INSERT [", "INSERT RELATION ["]) {
    const from = whole.indexOf(begin)
    const to = whole.indexOf(begin.startsWith("INSERT") ? " ];\n" : "FULL;\n", from)
    for (let length = from + 1; length < to; length += 2) {
      const splitter = Dump.records(1e6)
      const found = [...splitter.feed(whole.subarray(0, length)), ...splitter.end()]
      const read = found.flatMap((piece) => "text" in piece ? [JSON.parse(piece.text)] : [])
      expect(read).toEqual(secondRecords.slice(0, read.length))
      expect(found.slice(read.length)).toMatchObject([{ flaw: expect.stringContaining("cut off") }])
    }
  }
  const inside = whole.subarray(0, whole.indexOf("second line") + 3)
  const splitter = Dump.records(1e6)
  expect([...splitter.feed(inside), ...splitter.end()].map((piece) => "flaw" in piece ? piece.flaw : "read")).toEqual([
    "read",
    "read",
    "The dump ends before the statement does: it is cut off"
  ])
})

test("a hostile dump is refused record by record: too deep, too long, not UTF-8", () => {
  const deep = `INSERT [ { id: t:1, v: ${"[".repeat(200_000)}${"]".repeat(200_000)} }, { id: t:2 } ];`
  expect(values(deep)).toEqual([expect.stringContaining("This is nested too deeply"), { id: "2" }])
  const long = `INSERT [ { id: t:1, v: '${"x".repeat(5_000)}' }, { id: t:2 } ]; DEFINE FIELD x DEFAULT '${
    "y".repeat(9_000)
  }';`
  expect(pieces(long, 100, 1000)).toEqual([
    { line: 1, flaw: expect.stringMatching(/has 50\d\d bytes, more than the limit of 1000/), bytes: expect.anything() },
    { line: 1, text: "{\"id\":\"2\"}" }
  ])
  const splitter = Dump.records(1000)
  const bytes = Buffer.concat([Buffer.from("INSERT [ { v: '"), Buffer.from([0xff]), Buffer.from("' }, { id: t:2 } ];")])
  expect([...splitter.feed(bytes), ...splitter.end()]).toMatchObject([
    { flaw: "The record is not valid UTF-8" },
    { text: "{\"id\":\"2\"}" }
  ])
})

test("a dump is imported as it is, compressed or not, and what was not taken is mended in the rejects file", async () => {
  const dump = join(folder, "board.surql.gz")
  writeFileSync(dump, gzipSync(second.replace("priority: 2", "priority: type::int('2')")))
  const [store, rejects] = [`file:${join(folder, "store")}`, join(folder, "rejects")]
  const ended = await run(["import", dump, "--to", store, "--rejects", rejects, "--json"])
  expect(ended).toMatchObject({ code: 3, stderr: "" })
  // Without its parent neither edge has both ends.
  expect(JSON.parse(ended.stdout)).toMatchObject({ read: 6, added: 3, rejected: 3, byKind: { BoardTask: 3 } })
  const [reject] = readFileSync(rejects, "utf8").trimEnd().split("\n").map((line) => JSON.parse(line))
  expect(reject).toMatchObject({ line: 31, reason: expect.stringContaining("A function is no literal") })
  expect(reject.text).toContain("type::int('2')")
  writeFileSync(dump, gzipSync(second))
  const again = await run(["import", dump, "--to", store, "--json"])
  expect(JSON.parse(again.stdout)).toMatchObject({
    added: 3,
    present: 3,
    rejected: 0,
    byKind: { BoardTask: 1, BoardLink: 2 }
  })
  const stored = readFileSync(join(folder, "store"), "utf8").trimEnd().split("\n").map((line) => JSON.parse(line))
  expect(stored.filter(({ kind }) => kind === "BoardLink").map(({ state }) => [state.parent_id, state.child_id]))
    .toEqual(
      expect.arrayContaining([["8x2k", "018f-a b⟩c"], ["8x2k", "17"]])
    )
})
