import * as TestDatabase from "@emend/postgres/testing"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Redacted from "effect/Redacted"
import * as Scope from "effect/Scope"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import * as Crowd from "../src/Crowd.ts"
import { sql } from "../src/Database.ts"
import * as Fleet from "../src/Fleet.ts"
import * as Ledger from "../src/Ledger.ts"

const scope = Effect.runSync(Scope.make())
const ledger = Ledger.make()
let url = ""
let unexpected: unknown

// A short campaign: what it leaves is what the facts below are about.
beforeAll(async () => {
  url = Redacted.value(await Effect.runPromise(Scope.provide(scope)(TestDatabase.make())))
  const fleet = await Fleet.start(2, { DATABASE_URL: url })
  await Crowd.create(fleet.port, 20)
  const outcome = await Crowd.run({
    port: fleet.port,
    connections: 16,
    records: 20,
    goesOn: () => ledger.updates() < 300,
    insists: true,
    run: "test",
    seed: 1,
    ledger,
    say: () => {}
  })
  unexpected = outcome.unexpected
  await fleet.stop()
})

afterAll(() => Effect.runPromise(Scope.close(scope, Exit.void)))

const none = Object.fromEntries(Ledger.names.map((name) => [name, 0]))

/** What is found, of what must not be. */
const found = async (): Promise<Readonly<Record<string, number>>> => {
  const findings = await ledger.check(url)
  return Object.fromEntries(Ledger.names.map((name) => [name, findings[name]]))
}

it("two servers lose nothing that they acknowledged to sixteen writers, and show no state that never was", async () => {
  const findings = await ledger.check(url)
  expect(unexpected).toEqual({})
  expect(findings).toMatchObject(none)
  expect(findings.updates).toBeGreaterThanOrEqual(300)
  expect(findings.entries).toBe(findings.updates + 20)
})

/** The busiest task, and an entry in the middle of its history that merges one number. */
const entry = async (): Promise<{ readonly record: string; readonly version: number }> => {
  const [row] = await sql(
    url,
    `SELECT record_id AS record, version::int FROM record_history WHERE record_id = 't0' AND version > 3
      AND patch #> '{params,merge,set}' IS NOT NULL AND NOT patch ? 'task_metadata' ORDER BY version LIMIT 1`
  )
  return row
}

describe("what is made wrong in the database is found", () => {
  it("an entry that is gone", async () => {
    const { record, version } = await entry()
    const where = `record_id = '${record}' AND version = ${version}`
    await sql(url, `CREATE TABLE kept AS SELECT * FROM record_history WHERE ${where}`)
    await sql(url, `DELETE FROM record_history WHERE ${where}`)
    expect(await found()).toMatchObject({ lost: 1, broken: 1, unasked: 0 })
    await sql(url, "INSERT INTO record_history SELECT * FROM kept")
    expect(await found()).toEqual(none)
  })

  it("a task that is not what its history gives", async () => {
    await sql(url, `UPDATE tasks SET params = params || '{"x": 1}' WHERE id = 't0'`)
    expect(await found()).toEqual({ ...none, broken: 1 })
    await sql(url, `UPDATE tasks SET params = params - 'x' WHERE id = 't0'`)
    expect(await found()).toEqual(none)
  })

  it("an entry of another update than the one that was acknowledged", async () => {
    const { record, version } = await entry()
    const [{ patch }] = await sql(
      url,
      `SELECT patch::text FROM record_history WHERE record_id = '${record}' AND version = ${version}`
    )
    const change = (text: string) =>
      sql(url, `UPDATE record_history SET patch = '${text}' WHERE record_id = '${record}' AND version = ${version}`)
    await change(patch.replace(/: \d+\}/, ": 99999999}"))
    const findings = await found()
    expect(findings).toMatchObject({ lost: 1, unasked: 1 })
    expect(findings["wrong"]).toBeGreaterThan(0)
    await change(patch)
    expect(await found()).toEqual(none)
  })

  it("an entry whose time is before its predecessor's", async () => {
    const { record, version } = await entry()
    const move = (sign: "+" | "-") =>
      sql(
        url,
        `UPDATE record_history SET at = at ${sign} interval '1 hour' WHERE record_id = '${record}' AND version = ${version}`
      )
    await move("-")
    expect((await found())["timeBackwards"]).toBe(1)
    await move("+")
    expect(await found()).toEqual(none)
  })
})

it("an answer that is older than one that was there before the request is found", async () => {
  const own = Ledger.make()
  const read = (version: number) => ({
    status: 200,
    version,
    mayRetry: false,
    replayed: false,
    body: `{"params":null,"task_metadata":null}`
  })
  const operation = { number: 1, kind: "read", record: "t0", request: { method: "GET", path: "/tasks/t0" } } as const
  own.note(operation, read(3), own.seen("t0"))
  own.note(operation, read(2), own.seen("t0"))
  expect((await own.check(url)).backwards).toBe(1)
})
