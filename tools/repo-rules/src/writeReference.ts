/**
 * Writes the API reference of the folder that it is started in to `.reference`, from the sources and from what
 * `npm run build` wrote.
 *
 * @since 0.1.0
 */
import { mkdirSync, rmSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import * as Compiled from "./reference/Compiled.ts"
import * as Pages from "./reference/Pages.ts"
import { read } from "./Repository.ts"

const root = process.cwd()
const folder = join(root, ".reference")
const pages = Pages.write(read(root), Compiled.read(root), "..")
rmSync(folder, { recursive: true, force: true })
for (const [file, text] of pages) {
  mkdirSync(dirname(join(folder, file)), { recursive: true })
  writeFileSync(join(folder, file), text)
}
process.stdout.write(`${pages.size} pages, beginning with .reference/README.md\n`)
