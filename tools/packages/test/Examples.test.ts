/** Each example is a project of its own, installed from the packed packages outside of the workspace, and tested there. */
import { globSync } from "node:fs"
import { basename, dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { expect, inject, test } from "vitest"
import type {} from "../src/globalSetup.ts"
import { attempt } from "../src/Program.ts"

const root = fileURLToPath(new URL("../../..", import.meta.url))
const examples = globSync("examples/*/package.json", { cwd: root }).map((path) => basename(dirname(path))).sort()

test.each(examples)("%s does what it says, outside of the workspace", (example) => {
  const { output, status } = attempt(join(inject("outside"), example), "npm", ["test"])
  expect(status, output).toBe(0)
})
