/** The migrator as its own process. */
import { spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterAll } from "vitest"

/** The bundle, which is made before the tests: what users start. */
export const main = fileURLToPath(new URL("../bundle/main.js", import.meta.url))

const root = fileURLToPath(new URL("../../..", import.meta.url))
const npmStart = ["npm", "start", "--silent", "-w", "@emend/migrator", "--"]

/** What was compiled is kept for the next process: most of them live hardly longer than it takes to compile the program. */
const compiled = mkdtempSync(join(tmpdir(), "emend-compiled-"))
afterAll(() => rmSync(compiled, { recursive: true, force: true }))

export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface Settings {
  readonly env?: Readonly<Record<string, string>>
  readonly input?: Buffer
  /** What comes by the standard input, which is closed behind the last of it; in place of `input`. */
  readonly inputs?: AsyncIterable<Buffer>
  /** Killed after so many milliseconds, if it runs so long. */
  readonly killAfter?: number
  /** By which signal it is killed. */
  readonly signal?: NodeJS.Signals
  /** Started by npm, and signalled with it, as a terminal does it to all that runs in its foreground. */
  readonly group?: boolean
  /** Killed when this is done, if it runs so long; told when it has ended. */
  readonly killWhen?: (ended: AbortSignal) => Promise<void>
}

export const run = async (
  args: ReadonlyArray<string>,
  { env = {}, group = false, input, inputs, killAfter, killWhen, signal = "SIGKILL" }: Settings = {}
): Promise<Ended> => {
  const [program, ...first] = group ? npmStart : [process.execPath, main]
  const child = spawn(program!, [...first, ...args], {
    cwd: group ? root : undefined,
    detached: group,
    env: { PATH: process.env["PATH"], NODE_COMPILE_CACHE: compiled, ...env },
    stdio: ["pipe", "pipe", "pipe"]
  })
  const kill = () => group ? process.kill(-child.pid!, signal) : child.kill(signal)
  let [stdout, stderr] = ["", ""]
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text))
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text))
  // A child that is gone reads nothing more.
  child.stdin.on("error", () => {})
  if (inputs === undefined) child.stdin.end(input)
  else {
    // A child that ends does not wait for what would come.
    void (async () => {
      for await (const chunk of inputs) child.stdin.write(chunk)
      child.stdin.end()
    })()
  }
  const timer = killAfter === undefined ? undefined : setTimeout(() => child.kill("SIGKILL"), killAfter)
  const ended = new AbortController()
  const watch = killWhen?.(ended.signal).then(kill)
  const [code] = await once(child, "close") as [number | null]
  clearTimeout(timer)
  ended.abort()
  await watch
  return { code, stdout, stderr }
}
