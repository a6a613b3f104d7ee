/** The first command of the README, as somebody types it. */
import { spawn } from "node:child_process"
import { once } from "node:events"
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterAll, expect, it } from "vitest"
import { send } from "./ServerProcess.ts"
import { readme } from "./Transcript.ts"

const root = fileURLToPath(new URL("../../..", import.meta.url))
const dataDir = mkdtempSync(join(tmpdir(), "emend-start-"))

afterAll(() => rmSync(dataDir, { recursive: true, force: true }))

it("npm start brings a database along and answers, and a signal to npm ends all of it with code 0", async () => {
  expect(readFileSync(readme, "utf8")).toContain("\nnpm ci && npm start\n")
  const npm = spawn("npm", ["start"], {
    cwd: root,
    // npm itself runs on whatever Node there is; its scripts find the one that was installed.
    env: { PATH: process.env["PATH"], HOME: dirname(dataDir), PORT: "0", EMEND_DATA_DIR: dataDir },
    stdio: ["ignore", "pipe", "pipe"]
  })
  try {
    const said = { stdout: "", stderr: "" }
    npm.stderr.setEncoding("utf8").on("data", (text: string) => (said.stderr += text))
    npm.stdout.setEncoding("utf8").on("data", (text: string) => (said.stdout += text))
    const closed = once(npm, "close")
    const listening = async (): Promise<string> => {
      for (;;) {
        const [, address] = /^listening on (\S+)\n/m.exec(said.stdout) ?? []
        if (address !== undefined) return address
        await Promise.race([once(npm.stdout, "data"), closed.then(() => Promise.reject(new Error(said.stderr)))])
      }
    }
    const address = await listening()
    expect((await send(address, "POST", "/tasks", { id: "t1" })).status).toBe(201)
    // PostgreSQL keeps this file while it runs.
    const database = join(dataDir, "cluster/data/postmaster.pid")
    expect(existsSync(database)).toBe(true)

    npm.kill("SIGTERM")
    // Closed are the pipes that the server inherited: it is gone, too.
    expect(await closed).toEqual([0, null])
    await expect(fetch(address)).rejects.toThrow()
    expect(existsSync(database)).toBe(false)
  } finally {
    npm.kill("SIGKILL")
  }
})
