import { execFileSync } from "node:child_process"
import { copyFileSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { gzipSync } from "node:zlib"
import { rolldown } from "rolldown"
import { afterAll, beforeAll, describe, expect, it } from "vitest"

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url))
const tsc = at("../../../node_modules/typescript/bin/tsc")

describe("the package, packed and installed into an empty project", () => {
  let project: string
  const run = (command: string, ...args: ReadonlyArray<string>): string =>
    execFileSync(command, args, { cwd: project, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] })

  beforeAll(() => {
    project = mkdtempSync(join(tmpdir(), "algebra-consumer-"))
    execFileSync(process.execPath, [tsc, "-b", at("..")])
    execFileSync("npm", ["pack", "--pack-destination", project], { cwd: at(".."), stdio: "ignore" })
    const tarball = readdirSync(project).find((file) => file.endsWith(".tgz"))!
    writeFileSync(join(project, "package.json"), JSON.stringify({ name: "consumer", type: "module", private: true }))
    run("npm", "install", "--offline", "--no-audit", "--no-fund", "--omit=peer", `./${tarball}`)
    for (const file of ["plain.mjs", "typed.ts"]) copyFileSync(at(`consumer/${file}`), join(project, file))
  })
  afterAll(() => rmSync(project, { recursive: true, force: true }))

  it("brings nothing else", () => {
    expect(readdirSync(join(project, "node_modules")).filter((name) => !name.startsWith("."))).toEqual(["@emend"])
  })

  it("works from plain JavaScript", () => {
    expect(JSON.parse(run(process.execPath, "plain.mjs"))).toEqual([
      { id: "n1", title: "Final", tags: { done: true } },
      true,
      ["/title", "/tags/done"],
      ["sets title to \"Final\"", "sets tags.done to true"]
    ])
  })

  it("works from TypeScript, which refuses misuse", () => {
    const options = ["--noEmit", "--strict", "--module", "nodenext", "--target", "es2023", "--types", ""]
    expect(run(process.execPath, tsc, ...options, "typed.ts")).toBe("")
  })
})

describe("the core entry", () => {
  it("is below 6 kB, minified and gzipped", async () => {
    const bundle = await rolldown({ input: at("../src/index.ts"), logLevel: "silent" })
    const { output } = await bundle.generate({ format: "esm", minify: true })
    await bundle.close()
    expect(output.length).toBe(1)
    expect(output[0].imports).toEqual([])
    const bytes = gzipSync(output[0].code).length
    expect(bytes).toBeGreaterThan(1000)
    expect(bytes).toBeLessThan(6000)
  })
})
