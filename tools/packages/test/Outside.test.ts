import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { expect, inject, test } from "vitest"
import type {} from "../src/globalSetup.ts"
import { install } from "../src/Outside.ts"
import { attempt } from "../src/Program.ts"

const root = fileURLToPath(new URL("../../..", import.meta.url))

test("a project that asks for another version than is packed is refused by name", () => {
  const folder = mkdtempSync(join(tmpdir(), "emend-old-"))
  const project = join(folder, "old")
  mkdirSync(project)
  const asking = { name: "old", dependencies: { "@emend/domain": "0.0.9" } }
  writeFileSync(join(project, "package.json"), JSON.stringify(asking))
  expect(() => install(root, inject("packed"), [project])).toThrow(
    "old asks for @emend/domain 0.0.9; 0.1.0 is packed"
  )
  rmSync(folder, { recursive: true })
})

test("a project finds the packages that it declares, and not what those bring along", () => {
  const folder = join(inject("outside"), "algebra-alone")
  expect(readdirSync(join(folder, "node_modules/@emend"))).toEqual(["algebra"])
  const { output, status } = attempt(folder, process.execPath, ["--input-type=module", "-e", `import "@emend/domain"`])
  expect(status).not.toBe(0)
  expect(output).toContain("ERR_MODULE_NOT_FOUND")
})
