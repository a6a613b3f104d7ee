import * as TestDatabase from "@emend/postgres/testing"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { createHash } from "node:crypto"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { run } from "./Command.ts"
import type { Export } from "./exports/ExportFile.ts"
import { exports } from "./exports/Exports.ts"

const records = Number(process.env["EMEND_EXPORT_RECORDS"] ?? 200)
const folder = mkdtempSync(join(tmpdir(), "emend-round-trip-"))
const long = Math.max(120_000, records * 60)
let made: ReadonlyArray<Export>

beforeAll(() => {
  made = exports(folder, records, 20_261_121)
}, long)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const digest = (line: string | Buffer): string => createHash("sha256").update(line).digest("base64")

/** The lines of a file, which may be longer altogether than a string can be. */
function* lines(file: Buffer): Generator<Buffer> {
  for (let from = 0; from < file.length;) {
    const to = file.indexOf(10, from)
    yield file.subarray(from, to)
    from = to + 1
  }
}

describe.each([0, 1, 2])("export %i", (which) => {
  test(
    "is imported, compared and exported again byte for byte; once more changes nothing",
    { timeout: long },
    () =>
      Effect.runPromise(Effect.scoped(Effect.gen(function*() {
        const { expected, files, flags } = made[which]!
        const env = { STORE: Redacted.value(yield* TestDatabase.make()) }
        const go = (...args: ReadonlyArray<string>) => Effect.promise(() => run(args, { env }))
        const [snapshot, out, rejects] = ["snapshot", "out", "rejects"].map((name) => join(folder, `${name}-${which}`))
        const imported = yield* go("import", ...files, ...flags, "--to", "env:STORE", "--json", "--rejects", rejects!)
        expect(imported).toMatchObject({ code: 0 })
        expect(JSON.parse(imported.stdout)).toMatchObject({ present: 0, rejected: 0 })

        expect(yield* go("export", "--from", "env:STORE", "-o", out!)).toMatchObject({ code: 0 })
        const wanted = new Set(expected.map(digest))
        const found = new Set<string>()
        const others: Array<string> = []
        let count = 0
        for (const line of lines(readFileSync(out!))) {
          count++
          const own = digest(line)
          found.add(own)
          if (!wanted.has(own) && others.length < 3) others.push(line.toString())
        }
        expect(others).toEqual([])
        expect({ count, found: found.size }).toEqual({ count: expected.length, found: wanted.size })

        expect(yield* go("copy", "--from", "env:STORE", "--to", `file:${snapshot}`)).toMatchObject({ code: 0 })
        expect(readFileSync(snapshot!).equals(readFileSync(out!))).toBe(true)
        const verified = yield* go("verify", "--from", `file:${snapshot}`, "--to", "env:STORE", "--json")
        expect(verified).toMatchObject({ code: 0 })
        expect(JSON.parse(verified.stdout)).toMatchObject({ records: expected.length, differences: 0 })

        const again = yield* go("import", ...files, ...flags, "--to", "env:STORE", "--json")
        expect(JSON.parse(again.stdout)).toMatchObject({ added: 0, rejected: 0 })
        expect(yield* go("export", "--from", "env:STORE", "-o", `${out!}-again`)).toMatchObject({ code: 0 })
        expect(readFileSync(`${out!}-again`).equals(readFileSync(out!))).toBe(true)
      })))
  )
})

test("what differs between two stores is told record by record, with the parts that differ", () =>
  Effect.runPromise(Effect.scoped(Effect.gen(function*() {
    const env = { STORE: Redacted.value(yield* TestDatabase.make()) }
    const go = (...args: ReadonlyArray<string>) => Effect.promise(() => run(args, { env }))
    const { files } = exports(join(folder, "few"), 200, 20_261_121)[2]!
    yield* go("import", ...files, "--to", "env:STORE")
    const left = join(folder, "left")
    yield* go("export", "--from", "env:STORE", "-o", left)
    const lines = readFileSync(left, "utf8").trimEnd().split("\n")
    const changed = lines[7]!.replace(/"name":(null|"[^"]*")/g, "\"name\":\"other\"")
    writeFileSync(left, lines.with(7, changed).toSpliced(3, 1).join("\n"))
    const found = yield* go("verify", "--from", `file:${left}`, "--to", "env:STORE")
    expect(found.code).toBe(3)
    const [missing, touched] = [JSON.parse(lines[3]!), JSON.parse(lines[7]!)]
    expect(found.stdout).toContain(`only in --to: Task ${missing.state.id} of ${missing.tenant}\n`)
    expect(found.stdout).toContain(`different: Task ${touched.state.id} of ${touched.tenant} state history`)
    expect(found.stdout).toContain("2 differences")
  }))))
