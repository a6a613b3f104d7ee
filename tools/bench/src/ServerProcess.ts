/** A server under test, as a process of its own. */
import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { readFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"

export interface ServerProcess {
  readonly pid: number
  readonly port: number
  /** From starting the process to the line that says that it listens. */
  readonly listeningMillis: number
  readonly stop: () => Promise<void>
  /** Ends it at once, as a crash would. */
  readonly kill: () => Promise<void>
}

const root = fileURLToPath(new URL("../../..", import.meta.url))

export interface Options {
  readonly args?: ReadonlyArray<string>
  /** What becomes of its log. Default `inherit`. */
  readonly log?: "inherit" | "ignore"
}

/** Starts what `npm start` starts, by the same command, without npm around it. */
export const emend = (env: Readonly<Record<string, string>>, options: Options = {}): Promise<ServerProcess> => {
  const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"))
  return start("sh", ["-c", `${scripts.start} ${(options.args ?? []).join(" ")}`], env, options.log)
}

/** Starts a program of this package. */
export const program = (path: URL, env: Readonly<Record<string, string>>): Promise<ServerProcess> =>
  start(process.execPath, ["--conditions=@emend/source", fileURLToPath(path)], env)

const running = new Set<ChildProcess>()
process.on("exit", () => running.forEach((child) => child.kill("SIGKILL")))

const start = async (
  command: string,
  args: ReadonlyArray<string>,
  env: Readonly<Record<string, string>>,
  log: "inherit" | "ignore" = "inherit"
): Promise<ServerProcess> => {
  const began = performance.now()
  const child = spawn(command, args, {
    cwd: root,
    env: {
      ...settings(),
      PATH: `${dirname(process.execPath)}:${join(root, "node_modules/.bin")}:${process.env["PATH"]}`,
      PORT: "0",
      ...env
    },
    stdio: ["ignore", "pipe", log]
  })
  running.add(child)
  const exited = once(child, "exit").then(() => running.delete(child))
  const port = await new Promise<number>((resolve, reject) => {
    let text = ""
    child.stdout.setEncoding("utf8").on("data", (part: string) => {
      text += part
      const line = /^listening on http:\/\/127\.0\.0\.1:(\d+)\n/m.exec(text)
      if (line !== null) resolve(Number(line[1]))
    })
    child.once("exit", (code) => reject(new Error(`The server exited with ${code} before it listened`)))
  })
  const listeningMillis = performance.now() - began
  const end = (signal: NodeJS.Signals) => async () => {
    child.kill(signal)
    await exited
  }
  return { pid: child.pid!, port, listeningMillis, stop: end("SIGTERM"), kill: end("SIGKILL") }
}

/** The settings of the server in this process' own environment, so that a benchmark can be run under others. */
const settings = (): Record<string, string> =>
  Object.fromEntries(
    Object.entries(process.env).filter((entry): entry is [string, string] => entry[0].startsWith("EMEND_"))
  )
