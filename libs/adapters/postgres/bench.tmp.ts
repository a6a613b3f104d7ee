import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { RecordStore } from "@emend/domain"
import { make } from "./src/EmbeddedPostgres.ts"
import * as PostgresStore from "./src/PostgresStore.ts"
import * as Database from "./src/Database.ts"
import * as US from "./src/UpdateStatement.ts"
import * as Relation from "./src/Relation.ts"
import { tables } from "./src/tables.ts"
import { kinds } from "@emend/domain"
const at = "2026-11-21T10:00:00.000001Z"
const author = { at, by: "tester", reason: null }
const params = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`key${i}`, { a: i, b: "some text value " + i }]))
const task = (id: string) => ({ id, name: null, status: "RUNNING", status_reason: null, created_at: at, updated_at: at, cleaned_at: null, params, task_metadata: null })
const key = (id: string) => ({ kind: "Task", tenant: "t", id })
await Effect.runPromise(Effect.scoped(Effect.gen(function*() {
  const pg = yield* make({ dataDir: "/tmp/pgx/data" })
  yield* Effect.gen(function*() {
    const store = yield* RecordStore.RecordStore
    const N = 20000
    let t = performance.now()
    for (let i = 0; i < N; i += 1000) yield* store.commit(Array.from({ length: 1000 }, (_, j) => [{ _tag: "Insert", key: key(`id${i + j}`), state: task(`id${i + j}`), author, ifAbsent: true } as const] as const))
    console.log("insert µs", (performance.now() - t) / N * 1000)
    for (const size of [1, 8, 64, 256]) {
      let n = 0; const cpu = process.cpuUsage(); t = performance.now()
      while (performance.now() - t < 3000) {
        yield* store.commit(Array.from({ length: size }, (_, j) => {
          const k = Math.floor(Math.random() * N)
          return [{ _tag: "Update", key: key(`id${k}`), patch: { params: { merge: { set: { ["key" + (n % 20)]: { a: Math.random(), b: "x" } } } } }, author } as const] as const
        }))
        n += size
      }
      const el = performance.now() - t, c = process.cpuUsage(cpu)
      console.log(size, "µs/row", (el / n * 1000).toFixed(1), "node cpu µs/row", ((c.user + c.system) / n).toFixed(1))
    }
  }).pipe(Effect.provide(PostgresStore.layer({ url: pg.url })))
  const rel = Relation.join(kinds, tables).get("Task")!
  const text = US.make(rel, { patched: ["params"], assigns: false, advances: false, demands: false })
  
  const pool = yield* Database.make({ url: pg.url })
  const ids = Array.from({ length: 64 }, (_, j) => `id${j * 7}`)

  const fs = yield* Effect.promise(() => import("node:fs"))
  const cpu = (pid: number) => { const f = fs.readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]!.split(" "); return (Number(f[11]) + Number(f[12])) * 10 }
  const conn = yield* pool.reserve
  const run = Database.on(conn)
  const variants: Record<string, string> = {
    full: text,
    noInverse: text.replace(/CASE WHEN p \? 'params' THEN jsonb_build_object\('params', CASE[\s\S]*?ELSE '\{\}'::jsonb END, '\{\}'::jsonb\n/, "'{}', '{}'::jsonb\n"),
    noHist: text.replace("FROM j WHERE outcome = 'done'\n)\nSELECT i_ord", "FROM j WHERE outcome = 'none'\n)\nSELECT i_ord"),
    noUpd: text.replace("d7, n7 FROM j WHERE outcome = 'done' OFFSET", "d7, n7 FROM j WHERE outcome = 'none' OFFSET").replace("FROM j WHERE outcome = 'done'\n)\nSELECT i_ord", "FROM j WHERE outcome = 'none'\n)\nSELECT i_ord"),
    noAnswer: text.replace(/SELECT i_ord::int4[\s\S]*FROM j$/, "SELECT i_ord::int4 FROM j WHERE outcome='no'").replace("FROM j WHERE outcome = 'done'\n)\nSELECT i_ord", "FROM j WHERE outcome = 'none'\n)\nSELECT i_ord"),
  }
  yield* run("ANALYZE tasks", [])
  for (const round of [1, 2]) for (const [name, sql] of Object.entries(variants)) {
    let n = 0; const c0 = cpu(conn.processId); const t = performance.now()
    while (performance.now() - t < 2000) {
      const ids = Array.from({ length: 64 }, () => `id${Math.floor(Math.random() * 20000)}`)
      yield* run(sql, [
        Database.texts(ids.map(() => "t")), Database.texts([...new Set(ids)]), Database.jsons([...new Set(ids)].map((i) => ({ params: { merge: { set: { ["key" + n % 20]: { a: Math.random(), b: "x" } } } } }))), Database.jsons(ids.map(() => null)),
        Database.texts(ids.map(() => at)), Database.texts(ids.map(() => "x")), Database.texts(ids.map(() => null))
      ])
      n += 64
    }
    console.log(name, "pg cpu µs/row", ((cpu(conn.processId) - c0) * 1000 / n).toFixed(1), "wall", (2000 * 1000 / n).toFixed(1))
  }
})).pipe(Effect.tapCause((c) => Effect.sync(() => console.log(c)))))
