/**
 * Completes the package-lock.json of the folder that it is started in.
 *
 * @since 0.1.0
 */
import { readFileSync, writeFileSync } from "node:fs"
import { complete, gaps, type Lock } from "./Lock.ts"

const path = "package-lock.json"
const lock = complete(JSON.parse(readFileSync(path, "utf8")) as Lock)
writeFileSync(path, `${JSON.stringify(lock, undefined, 2)}\n`)
for (const { name } of gaps(lock)) console.error(`${path} has no entry of ${name}`)
process.exitCode = gaps(lock).length === 0 ? 0 : 1
