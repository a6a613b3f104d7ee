/**
 * The account of the operating system under which an embedded server runs: PostgreSQL refuses to run as root.
 *
 * @since 0.1.0
 */
import * as Fs from "node:fs"
import * as Path from "node:path"

/**
 * An account by its numbers.
 *
 * @category models
 * @since 0.1.0
 */
export interface Account {
  readonly name: string
  readonly uid: number
  readonly gid: number
}

/**
 * Gives the account to which a server is dropped: `undefined` where this process is not root and the server runs as
 * the same user; otherwise `postgres` where there is such a user, else `nobody`.
 *
 * @category queries
 * @since 0.1.0
 */
export const ofServer = (): Account | undefined => {
  if (process.getuid?.() !== 0) return undefined
  const accounts = Fs.readFileSync("/etc/passwd", "utf8").split("\n").map((line) => line.split(":"))
  const found = ["postgres", "nobody"].flatMap((name) => accounts.filter((fields) => fields[0] === name))[0]
  return found === undefined
    ? { name: "nobody", uid: 65534, gid: 65534 }
    : { name: found[0]!, uid: Number(found[2]), gid: Number(found[3]) }
}

/**
 * Gives the folder, of `path` and its parents, that keeps an account from reaching `path`; `undefined` where it can.
 * What is checked are the permission bits; what does not exist yet keeps nobody out.
 *
 * @category queries
 * @since 0.1.0
 */
export const blockedAt = (account: Account, path: string): string | undefined => {
  const real = Fs.existsSync(path) ? Fs.realpathSync(path) : Path.resolve(path)
  const parents = [real]
  while (parents[0] !== Path.dirname(parents[0]!)) parents.unshift(Path.dirname(parents[0]!))
  return parents.find((folder) => {
    const stat = Fs.statSync(folder, { throwIfNoEntry: false })
    if (stat === undefined) return false
    const bit = stat.uid === account.uid ? 0o100 : stat.gid === account.gid ? 0o010 : 0o001
    return (stat.mode & bit) === 0
  })
}
