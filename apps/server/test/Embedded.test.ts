/** The server with a PostgreSQL of its own. */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, expect, it } from "vitest"
import { send, start } from "./ServerProcess.ts"

let dataDir = ""

beforeAll(() => {
  dataDir = mkdtempSync(join(tmpdir(), "emend-server-"))
})

afterAll(async () => {
  // The last server to stop takes the database with it.
  const last = start([], { EMEND_DATA_DIR: dataDir })
  await last.address
  last.process.kill("SIGTERM")
  await last.exit
  rmSync(dataDir, { recursive: true, force: true })
})

it("what was acknowledged is there after the server is killed, and after it is stopped", async () => {
  const first = start([], { EMEND_DATA_DIR: dataDir })
  const one = await first.address
  await send(one, "POST", "/tasks", { id: "t1" })
  let acknowledged = 0
  const writing = (async () => {
    for (let n = 1; n <= 200; n++) {
      const reply = await send(one, "PUT", "/tasks/t1", { merge_params: { [`k${n}`]: n } })
      if (reply.status === 200) acknowledged = n
      if (n === 50) first.process.kill("SIGKILL")
    }
  })()
  await expect(writing).rejects.toThrow()
  expect((await first.exit).signal).toBe("SIGKILL")
  expect(acknowledged).toBeGreaterThanOrEqual(49)

  const second = start([], { EMEND_DATA_DIR: dataDir })
  const read = await send(await second.address, "GET", "/tasks/t1")
  for (let n = 1; n <= acknowledged; n++) expect(read.body.params[`k${n}`]).toBe(n)
  second.process.kill("SIGTERM")
  expect((await second.exit).code).toBe(0)

  const third = start([], { EMEND_DATA_DIR: dataDir })
  expect((await send(await third.address, "GET", "/tasks/t1")).body).toEqual(read.body)
  third.process.kill("SIGTERM")
  expect((await third.exit).code).toBe(0)
})

it("two servers on one folder share the records, and the one that stays goes on", async () => {
  const servers = [start([], { EMEND_DATA_DIR: dataDir }), start([], { EMEND_DATA_DIR: dataDir })]
  const [one, two] = await Promise.all(servers.map(({ address }) => address))
  await send(one!, "POST", "/tasks", { id: "shared", params: { a: 1 } })
  expect((await send(two!, "PUT", "/tasks/shared", { merge_params: { b: 2 } })).body.params).toEqual({ a: 1, b: 2 })
  servers[0]!.process.kill("SIGTERM")
  expect((await servers[0]!.exit).code).toBe(0)
  expect((await send(two!, "PUT", "/tasks/shared", { merge_params: { c: 3 } })).body.params).toEqual({
    a: 1,
    b: 2,
    c: 3
  })
  servers[1]!.process.kill("SIGTERM")
  expect((await servers[1]!.exit).code).toBe(0)
})
