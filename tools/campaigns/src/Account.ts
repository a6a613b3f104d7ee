/** The account for programs that refuse to run as root. */
import { readFileSync } from "node:fs"

/** Undefined where this process is not root, and they run as the same user. */
export const unprivileged = (): { readonly uid: number; readonly gid: number } | undefined => {
  if (process.getuid?.() !== 0) return undefined
  const accounts = readFileSync("/etc/passwd", "utf8").split("\n").map((line) => line.split(":"))
  const found = ["postgres", "nobody"].flatMap((name) => accounts.filter((fields) => fields[0] === name))[0]
  return { uid: Number(found?.[2] ?? 65534), gid: Number(found?.[3] ?? 65534) }
}
