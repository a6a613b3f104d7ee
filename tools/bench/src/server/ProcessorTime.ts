/** The processor time of processes, of Linux's `/proc`. */
import { readdirSync, readFileSync } from "node:fs"

/** Of `/proc`: what the kernel counts processor time in, on every Linux. */
const ticksPerSecond = 100

interface Times {
  readonly parent: number
  readonly own: number
  /** Of children that have ended and were waited for. */
  readonly children: number
}

const times = (pid: number | string): Times | undefined => {
  try {
    // The name of the process, in parentheses, may hold spaces.
    const [, rest = ""] = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")
    const fields = rest.split(" ").map(Number)
    return {
      parent: fields[1]!,
      own: (fields[11]! + fields[12]!) / ticksPerSecond,
      children: (fields[13]! + fields[14]!) / ticksPerSecond
    }
  } catch {
    // It has ended.
    return undefined
  }
}

/** Seconds that a process has used. */
export const ofProcess = (pid: number): number => times(pid)!.own

/** Seconds that a process and its children have used, those that have ended included. */
export const ofFamily = (pid: number): number => {
  const parent = times(pid)!
  let seconds = parent.own + parent.children
  for (const name of readdirSync("/proc")) {
    const child = /^\d+$/.test(name) ? times(name) : undefined
    if (child?.parent === pid) seconds += child.own
  }
  return seconds
}

/** Nanoseconds that a process of one thread has used, which the scheduler counts exactly. */
export const nanosOfThread = (pid: number): number =>
  Number(readFileSync(`/proc/${pid}/schedstat`, "utf8").split(" ")[0])

/** Megabytes that a process holds now, and held at most. */
export const memory = (pid: number): { readonly now: number; readonly peak: number } => {
  const status = readFileSync(`/proc/${pid}/status`, "utf8")
  const megabytes = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(status)![1]) / 1024
  return { now: megabytes("VmRSS"), peak: megabytes("VmHWM") }
}
