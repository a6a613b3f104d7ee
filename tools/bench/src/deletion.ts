/** What it takes to delete a board task with many links: time, and memory of the process that does it. */
import { Board, Caller, Services } from "@emend/domain"
import { PostgresStore } from "@emend/postgres"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { writeFileSync } from "node:fs"
import { described, environment } from "./environment.ts"
import { migrated, use } from "./server/Postgres.ts"

const sizes = [1_000, 10_000, 25_000, 100_000]
const mebibyte = 2 ** 20

/** Tasks with a link of one of them to each of the others. */
const load = (links: number): ReadonlyArray<string> => [
  `INSERT INTO board_tasks (tenant, id, version, organization_id, title, created_at, updated_at, status, priority, source,
      is_deleted)
    SELECT 't', CASE n WHEN 0 THEN 'root' ELSE 'child' || n END, 1, 'o', 'title',
      timestamptz '2026-01-01' + n * interval '1 second', now(), 'backlog', 3, 'manual', false
    FROM generate_series(0, ${links}) n`,
  `INSERT INTO board_links (tenant, id, version, parent_id, child_id, parent_created_at, child_created_at, linked,
      created_at, updated_at, created_by)
    SELECT 't', md5(n::text), 1, 'root', 'child' || n, '2026-01-01', timestamptz '2026-01-01' + n * interval '1 second',
      true, now(), now(), 'u' FROM generate_series(1, ${links}) n`,
  "ANALYZE"
]

/** The most that the heap held, over what it held before, looked at between statements. */
const watched = async <A>(body: () => Promise<A>): Promise<readonly [A, number]> => {
  const held = () => {
    const { arrayBuffers, heapUsed } = process.memoryUsage()
    return heapUsed + arrayBuffers
  }
  global.gc!()
  const before = held()
  let most = before
  const timer = setInterval(() => (most = Math.max(most, held())), 5)
  try {
    return [await body(), most - before]
  } finally {
    clearInterval(timer)
  }
}

const remove = (url: string) =>
  Effect.gen(function*() {
    const board = yield* Board
    // The first statements of each form are prepared with a small one.
    yield* board.create({ id: "small", title: "x" })
    yield* board.createSubtask("small", { title: "x" })
    yield* board.remove("small")
    const from = performance.now()
    const [, bytes] = yield* Effect.promise(() =>
      watched(() => Effect.runPromise(board.remove("root").pipe(Effect.provideService(Caller, caller))))
    )
    return { seconds: (performance.now() - from) / 1000, mebibytes: bytes / mebibyte }
  }).pipe(
    Effect.provideService(Caller, caller),
    Effect.provide(Layer.provideMerge(Services.layer, PostgresStore.layer({ url: Redacted.make(url) }))),
    Effect.scoped
  )

const caller = { tenant: "t", subject: "u" }

await use(async (postgres) => {
  const results = []
  for (const links of sizes) {
    const name = `deletion_${links}`
    await migrated(postgres, name)
    await postgres.sql(name, ...load(links))
    results.push({ links, ...await Effect.runPromise(remove(postgres.url(name))) })
  }
  const where = environment(["effect"])
  const text = [
    "# Deleting a board task with many links",
    "",
    "`npm run bench:deletion -w @emend/bench` writes this page. One deletion each, on a database of its own, with durable",
    "commits. Memory is the most that the process held beside what it held before; garbage is a part of it.",
    "",
    `${described(where)} PostgreSQL ${postgres.version}.`,
    "",
    "| links | seconds | ms for each thousand | MiB |",
    "|---|---|---|---|",
    ...results.map(({ links, mebibytes, seconds }) =>
      `| ${links} | ${seconds.toFixed(2)} | ${(seconds / links * 1e6).toFixed(0)} | ${mebibytes.toFixed(0)} |`
    ),
    ""
  ].join("\n")
  writeFileSync(
    new URL("../results/deletion.json", import.meta.url),
    `${JSON.stringify({ environment: where, results }, null, 2)}\n`
  )
  writeFileSync(new URL("../results/deletion.md", import.meta.url), text)
  process.stdout.write(text)
})
