/** A program that was started, and what it says. */
import { spawn } from "node:child_process"
import { once } from "node:events"
import { afterEach } from "vitest"

export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

const running = new Set<() => void>()

afterEach(() => running.forEach((kill) => kill()))

/** Runs a program of Node with nothing of this one's environment but the path, and gives what the first line of a server names. */
export const start = (
  args: ReadonlyArray<string>,
  { cwd, env }: { readonly cwd?: string; readonly env?: Readonly<Record<string, string>> } = {}
) => {
  const child = spawn(process.execPath, args, {
    cwd,
    env: { PATH: process.env["PATH"], PORT: "0", ...env },
    stdio: ["ignore", "pipe", "pipe"]
  })
  const kill = () => void child.kill("SIGKILL")
  running.add(kill)
  let [stdout, stderr] = ["", ""]
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text))
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text))
  const ended = once(child, "close").then(([code]): Ended => {
    running.delete(kill)
    return { code: code as number | null, stdout, stderr }
  })
  const address = async (): Promise<string> => {
    for (;;) {
      const [, found] = /^listening on (\S+)\n/m.exec(stdout) ?? []
      if (found !== undefined) return found
      await Promise.race([once(child.stdout, "data"), ended.then(() => Promise.reject(new Error(stderr)))])
    }
  }
  const stop = (): Promise<Ended> => {
    child.kill("SIGTERM")
    return ended
  }
  return { address, ended, stop }
}
