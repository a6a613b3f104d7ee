/**
 * Starts an app of this checkout from its bundle: `node --conditions=@emend/source tools/bundles/start.js server`. Where
 * a source is not the one that the bundle was made of, it is made anew first. Where it cannot be made, as in a folder
 * that nobody may write to, the app starts from its sources, which takes longer.
 *
 * It is JavaScript because every start runs it: what takes the types out of a program takes time and memory.
 *
 * @since 0.1.0
 */
import { spawnSync } from "node:child_process"
import { readFileSync, statSync } from "node:fs"
import { fileURLToPath } from "node:url"

const root = new URL("../../", import.meta.url)
const app = process.argv[2]
const bundle = new URL(`apps/${app}/bundle/`, root)

/** Tells whether each file that the bundle was made of is as it was. */
const isFresh = () => {
  try {
    const inputs = Object.entries(JSON.parse(readFileSync(new URL("inputs.json", bundle), "utf8")))
    return inputs.every(([path, [size, millis]]) => {
      const now = statSync(new URL(path, root))
      return now.size === size && now.mtimeMs === millis
    })
  } catch {
    return false
  }
}

const make = () => {
  const program = fileURLToPath(new URL("src/makeBundles.ts", import.meta.url))
  // What the app says on its standard output is all that stands there.
  return spawnSync(process.execPath, [program, app], { stdio: ["ignore", 2, "inherit"] }).status === 0
}

if (app === undefined || !/^[a-z]+$/.test(app)) throw new Error("start.js takes the name of an app: server or migrator")

const isMade = isFresh() || make()
if (!isMade) process.stderr.write(`emend-${app}: there is no bundle; it starts from its sources, which takes longer\n`)

const main = new URL(isMade ? "main.js" : "../src/main.ts", bundle)
process.argv.splice(1, 2, fileURLToPath(main))
await import(main.href)
