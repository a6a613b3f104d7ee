import { once } from "node:events"
import { createReadStream, mkdtempSync, rmSync, statSync } from "node:fs"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { expect, test } from "vitest"
import { run } from "./Command.ts"

const [count, size, heapMiB] = [1800, 60_000, 96]

test("a server that shows more than the memory has is exported in order", { timeout: 240_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), "emend-bounded-"))
  // The server's order is the reverse of that of the export.
  const idOf = (i: number) => `t${String(count - i).padStart(6, "0")}`
  const server = createServer((request, response) => {
    const url = new URL(request.url!, "http://here")
    const one = /^\/tasks\/(\w+)$/.exec(url.pathname)?.[1]
    const from = (Number(url.searchParams.get("page_number") ?? 1) - 1) * Number(url.searchParams.get("limit"))
    const length = Math.max(0, Math.min(Number(url.searchParams.get("limit")), count - from))
    const body = one !== undefined
      ? { id: one, status: "RUNNING", params: { text: one.padEnd(size, "x") }, created_at: "2026-11-21T10:00:00Z" }
      : url.pathname === "/tasks"
      ? Array.from({ length }, (_, i) => ({ id: idOf(from + i) }))
      : []
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body))
  }).listen(0, "127.0.0.1")
  try {
    await once(server, "listening")
    const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const out = join(folder, "out")
    const env = { NODE_OPTIONS: `--max-old-space-size=${heapMiB}` }
    expect(await run(["export", "--from", address, "-o", out], { env })).toMatchObject({ code: 0 })
    expect(statSync(out).size).toBeGreaterThan(heapMiB * 2 ** 20)
    let [records, last] = [0, ""]
    for await (const line of createInterface(createReadStream(out))) {
      const { id } = JSON.parse(line).state
      expect(id > last).toBe(true)
      last = id
      records++
    }
    expect(records).toBe(count)
  } finally {
    server.close()
    rmSync(folder, { recursive: true, force: true })
  }
})
