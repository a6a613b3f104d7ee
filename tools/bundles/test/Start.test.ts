/** What `npm start` runs: the bundle where it is as its sources are. */
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterAll, expect, it } from "vitest"
import { start } from "./Started.ts"

const own = fileURLToPath(new URL("..", import.meta.url))
const root = mkdtempSync(join(tmpdir(), "emend-start-"))
const folder = join(root, "apps/tiny")
const bundle = join(folder, "bundle")

afterAll(() => rmSync(root, { recursive: true }))

const write = (text: string): void =>
  writeFileSync(join(folder, "src/Word.ts"), `export const word: string = "${text}"\n`)
const run = (...args: ReadonlyArray<string>) => start([join(root, "tools/bundles/start.js"), "tiny", ...args]).ended
const made = () => statSync(join(bundle, "main.js")).mtimeMs

it("an app starts from its bundle, which is made where it is not there, and anew where a source changed", async () => {
  mkdirSync(join(folder, "src"), { recursive: true })
  for (const part of ["start.js", "src", "package.json"]) {
    cpSync(join(own, part), join(root, "tools/bundles", part), { recursive: true })
  }
  symlinkSync(join(own, "../../node_modules"), join(root, "node_modules"))
  writeFileSync(
    join(folder, "src/main.ts"),
    "import { word } from \"./Word.ts\"\nconsole.log(word, process.argv.slice(2).join(), import.meta.url.split(\"/\").slice(-2).join(\"/\"))\n"
  )
  write("one")
  expect(await run("--a", "b")).toEqual({ code: 0, stdout: "one --a,b bundle/main.js\n", stderr: "" })
  const first = made()
  expect((await run()).stdout).toBe("one  bundle/main.js\n")
  expect(made()).toBe(first)

  write("two")
  expect((await run()).stdout).toBe("two  bundle/main.js\n")
  expect(made()).toBeGreaterThan(first)
})

it("two starts at the same time both start", async () => {
  write("three")
  for (const { code, stdout } of await Promise.all([run(), run()])) {
    expect([code, stdout]).toEqual([0, "three  bundle/main.js\n"])
  }
  expect(readdirSync(bundle).filter((name) => !/\.(js|map|json|txt)$/.test(name))).toEqual([])
})

it("where the bundle cannot be made, the app starts from its sources, and says so", async () => {
  rmSync(bundle, { recursive: true })
  writeFileSync(bundle, "in the way")
  const { code, stderr, stdout } = await run("x")
  expect([code, stdout]).toEqual([0, "three x src/main.ts\n"])
  expect(stderr).toContain("emend-tiny: there is no bundle; it starts from its sources, which takes longer\n")
})

it("what is no name of an app is refused", async () => {
  const { code, stderr } = await start([join(root, "tools/bundles/start.js"), "../tiny"]).ended
  expect(code).toBe(1)
  expect(stderr).toContain("start.js takes the name of an app")
})
