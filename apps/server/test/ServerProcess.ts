/** The server as its own process, started as `npm start` starts it. */
import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { fileURLToPath } from "node:url"
import { afterEach } from "vitest"

const main = fileURLToPath(new URL("../bundle/main.js", import.meta.url))

export interface Exit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

export interface ServerProcess {
  readonly process: ChildProcess
  /** The address of its line, or a failure when it exits before. */
  readonly address: Promise<string>
  readonly exit: Promise<Exit>
}

const running = new Set<ChildProcess>()

afterEach(() => {
  for (const child of running) child.kill("SIGKILL")
})

export const start = (
  args: ReadonlyArray<string>,
  env: Readonly<Record<string, string>> = {},
  cwd?: string
): ServerProcess => {
  const child = spawn(process.execPath, [main, ...args], {
    cwd,
    env: { PATH: process.env["PATH"], PORT: "0", ...env },
    stdio: ["ignore", "pipe", "pipe"]
  })
  running.add(child)
  let stdout = ""
  let stderr = ""
  child.stdout.setEncoding("utf8")
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text))
  const exit = once(child, "close").then(([code, signal]): Exit => {
    running.delete(child)
    return { code, signal, stdout, stderr }
  })
  const address = new Promise<string>((resolve, reject) => {
    child.stdout.on("data", (text: string) => {
      stdout += text
      const line = /^listening on (\S+)\n/.exec(stdout)
      if (line !== null) resolve(line[1]!)
    })
    exit.then(() => reject(new Error(`The server exited before it answered: ${stderr}`)), reject)
  })
  // Who waits for the exit alone does not care for the address.
  address.catch(() => {})
  return { process: child, address, exit }
}

export const send = async (
  address: string,
  method: string,
  path: string,
  json?: unknown,
  headers: Readonly<Record<string, string>> = {}
) => {
  const response = await fetch(`${address}${path}`, {
    method,
    ...(json === undefined
      ? { headers }
      : { body: JSON.stringify(json), headers: { "content-type": "application/json", ...headers } })
  })
  const text = await response.text()
  return { status: response.status, headers: response.headers, body: text === "" ? undefined : JSON.parse(text) }
}
