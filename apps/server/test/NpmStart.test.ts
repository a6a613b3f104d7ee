/** The first command of the README, as somebody types it. */
import { spawn } from "node:child_process"
import { once } from "node:events"
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs"
import { connect } from "node:net"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterAll, expect, it } from "vitest"
import { readme } from "./Transcript.ts"

const root = fileURLToPath(new URL("../../..", import.meta.url))
const dataDir = mkdtempSync(join(tmpdir(), "emend-start-"))

afterAll(() => rmSync(dataDir, { recursive: true, force: true }))

/** The answer to a request that is in the server's hands when `meanwhile` is done, and whole only then. */
const answered = async (address: string, body: string, meanwhile: () => void): Promise<string> => {
  const { hostname, port } = new URL(address)
  const socket = connect(Number(port), hostname)
  const head = `content-type: application/json\r\nexpect: 100-continue\r\ncontent-length: ${body.length}\r\n`
  socket.write(`POST /tasks HTTP/1.1\r\nhost: localhost\r\n${head}\r\n`)
  let answer = ""
  socket.setEncoding("utf8").on("data", (text: string) => (answer += text))
  while (!answer.includes("100 Continue")) await once(socket, "data")
  meanwhile()
  // Nobody is let in any more: the signal arrived.
  for (;;) if (await fetch(address).then(() => false, () => true)) break
  socket.write(body)
  await once(socket, "close")
  return answer
}

// A terminal sends Ctrl-C to all that runs in its foreground, and npm passes it on to the server, which has it then twice.
it.each([["npm", "SIGTERM"], ["its group", "SIGTERM"], ["its group", "SIGINT"]] as const)(
  "npm start brings a database along and answers; to %s, %s ends all of it with code 0 when what is in work is answered",
  async (whom, signal) => {
    expect(readFileSync(readme, "utf8")).toContain("\nnpm ci && npm start\n")
    const npm = spawn("npm", ["start"], {
      cwd: root,
      // npm itself runs on whatever Node there is; its scripts find the one that was installed.
      env: { PATH: process.env["PATH"], HOME: dirname(dataDir), PORT: "0", EMEND_DATA_DIR: dataDir },
      stdio: ["ignore", "pipe", "pipe"],
      detached: true
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
      // PostgreSQL keeps this file while it runs.
      const database = join(dataDir, "cluster/data/postmaster.pid")
      expect(existsSync(database)).toBe(true)

      const body = JSON.stringify({ id: `t-${whom}-${signal}` })
      const stop = () => process.kill(whom === "npm" ? npm.pid! : -npm.pid!, signal)
      expect(await answered(address, body, stop)).toMatch(/HTTP\/1\.1 201 /)
      // Closed are the pipes that the server inherited: it is gone, too.
      expect(await closed).toEqual([0, null])
      expect(existsSync(database)).toBe(false)
    } finally {
      npm.kill("SIGKILL")
    }
  }
)
