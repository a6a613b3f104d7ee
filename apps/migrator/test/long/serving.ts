/**
 * What is held in memory while a server is exported: a server with few tasks, and one with many.
 *
 * `npm run bench:served -w @emend/migrator -- [FEW] [MANY]`, by default 10,000 and 50,000 tasks of about 2 KB with their
 * histories, once with cursors in the whole form, once in numbered pages as another server gives them.
 */
import { wholeType } from "@emend/http-api/operations"
import { once } from "node:events"
import { mkdtempSync, rmSync } from "node:fs"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Bench from "./Bench.ts"

const [few, many] = [Number(process.argv[2] ?? 10_000), Number(process.argv[3] ?? 50_000)]

const at = "2026-11-21T10:00:00.000000Z"
// The server's order is not that of the export: it gives the last ids first.
const idOf = (i: number, count: number) => `t${String(count - i).padStart(9, "0")}`
const task = (id: string) => ({
  id,
  name: null,
  status: "RUNNING",
  status_reason: null,
  created_at: at,
  updated_at: at,
  cleaned_at: null,
  params: { prompt: id.repeat(200) },
  task_metadata: null
})
const revision = (id: string) => ({
  version: 1,
  at,
  by: "bench",
  reason: null,
  initial: task(id),
  patch: {},
  inverse: {},
  moves: {}
})

/** Serves so many tasks that nothing holds. */
const serving = async (count: number, isWhole: boolean, use: (address: string) => Promise<void>): Promise<void> => {
  const server = createServer((request, response) => {
    const url = new URL(request.url!, "http://here")
    const size = Math.min(100, Number(url.searchParams.get("limit")))
    const from = Number(url.searchParams.get("cursor") ?? (Number(url.searchParams.get("page_number") ?? 1) - 1) * size)
    const [, one, history] = /^\/tasks\/(\w+)(\/history)?$/.exec(url.pathname) ?? []
    const headers: Record<string, string> = { "content-type": isWhole ? wholeType : "application/json" }
    let body: unknown = []
    if (one !== undefined) {
      body = history !== undefined ? [revision(one)] : isWhole ? { version: 1, state: task(one) } : task(one)
    } else if (url.pathname === "/tasks") {
      const length = Math.max(0, Math.min(size, count - from))
      body = Array.from({ length }, (_, i) => ({ id: idOf(from + i, count) }))
      if (isWhole && from + size < count) headers["link"] = `</tasks?limit=${size}&cursor=${from + size}>; rel="next"`
    }
    response.writeHead(200, headers).end(JSON.stringify(body))
  })
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  server.close()
}

const folder = mkdtempSync(join(tmpdir(), "emend-bench-served-"))
const found: Array<object> = []
try {
  for (const isWhole of [true, false]) {
    for (const count of [few, many]) {
      await serving(count, isWhole, async (address) => {
        const args = ["export", "--from", "env:STORE", "-o", join(folder, "out"), "--json"]
        const { peakMiB, seconds, stdout } = await Bench.migrate(args, address)
        if (JSON.parse(stdout).records !== count) throw new Error(`Expected ${count} records: ${stdout}`)
        found.push({ pages: isWhole ? "cursors" : "numbers", records: count, seconds, peakMiB })
      })
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}
Bench.report("served", { benchmark: "served", found })
