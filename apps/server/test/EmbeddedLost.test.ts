/** The server whose own PostgreSQL goes away for good. */
import { mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, expect, it } from "vitest"
import { send, start } from "./ServerProcess.ts"

const dataDir = mkdtempSync(join(tmpdir(), "emend-lost-"))

afterAll(() => rmSync(dataDir, { recursive: true, force: true }))

it("a server exits with code 1 and says why, once its database is gone and cannot be started again", async () => {
  const server = start([], { EMEND_DATA_DIR: dataDir })
  const address = await server.address
  expect((await send(address, "POST", "/tasks", { id: "t1" })).status).toBe(201)
  const data = join(dataDir, "cluster/data")
  const pid = Number(readFileSync(join(data, "postmaster.pid"), "utf8").split("\n")[0])
  // Without its control file PostgreSQL never starts.
  renameSync(join(data, "global/pg_control"), join(data, "global/gone"))
  process.kill(pid, "SIGKILL")
  const { code, signal, stderr } = await server.exit
  expect({ code, signal }).toEqual({ code: 1, signal: null })
  expect(stderr).toMatch(/"message":"The embedded PostgreSQL is gone and cannot be started again"/)
  expect(stderr).toMatch(/\nemend-server: PostgreSQL does not start in [^]*pg_control[^]*$/)
  await expect(fetch(address)).rejects.toThrow()
})
