import { execFileSync, spawnSync } from "node:child_process"
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterAll, beforeAll, describe, expect, test } from "vitest"

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url))
const installed = at("../../../node_modules")

describe("the packages, packed and installed into an empty project with effect and vitest", () => {
  let project: string
  const run = (...args: ReadonlyArray<string>) => {
    const { status, stderr, stdout } = spawnSync(process.execPath, args, {
      cwd: project,
      encoding: "utf8",
      env: { ...process.env, NO_COLOR: "1" }
    })
    return { status, output: stdout + stderr }
  }

  beforeAll(() => {
    project = mkdtempSync(join(tmpdir(), "testkit-consumer-"))
    execFileSync(process.execPath, [join(installed, "typescript/bin/tsc"), "-b", at("..")])
    for (const name of ["algebra", "domain", "testkit"]) {
      execFileSync("npm", ["pack", "--pack-destination", project], { cwd: at(`../../${name}`), stdio: "ignore" })
    }
    writeFileSync(join(project, "package.json"), JSON.stringify({ name: "consumer", type: "module", private: true }))
    const tarballs = readdirSync(project).filter((file) => file.endsWith(".tgz")).map((file) => `./${file}`)
    execFileSync("npm", ["install", "--offline", "--no-audit", "--no-fund", "--legacy-peer-deps", ...tarballs], {
      cwd: project,
      stdio: ["ignore", "ignore", "pipe"]
    })
    // What the project itself would install.
    for (const name of ["effect", "vitest"]) {
      symlinkSync(join(installed, name), join(project, "node_modules", name), "dir")
    }
    copyFileSync(at("consumer/plain.mjs"), join(project, "plain.mjs"))
    mkdirSync(join(project, "test"))
    copyFileSync(at("consumer/suite.ts"), join(project, "test", "laws.test.ts"))
  })
  afterAll(() => rmSync(project, { recursive: true, force: true }))

  test("check laws in plain Node, and find a broken operation", () => {
    const { output, status } = run("plain.mjs")
    expect(status, output).toBe(0)
    expect(JSON.parse(output)).toStrictEqual({ laws: expect.any(Number), recipe: [], board: [], broken: true })
  })

  test("register laws as tests of vitest, of which those of a broken operation fail", () => {
    const { output, status } = run("node_modules/vitest/vitest.mjs", "run", "--reporter=verbose")
    expect(status, output).toBe(1)
    expect(output).toContain("✓ test/laws.test.ts > a recipe > M1 (Monoid): composition is associative")
    expect(output).toContain("× test/laws.test.ts > a recipe that is composed wrongly > A2 (Action)")
    expect(output.match(/^ × /gm)).toHaveLength(2)
    expect(output).toContain("A2 is broken in case")
    expect(output).toContain(`replay: check(…, { only: ["A2"], replay: "`)
  })
})
