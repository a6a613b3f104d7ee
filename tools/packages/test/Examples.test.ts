/**
 * Each example is a project of its own, installed from the packed packages outside of the workspace, and tested there.
 * What it prints is what its README says.
 */
import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { globSync, readFileSync } from "node:fs"
import { basename, dirname, join } from "node:path"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"
import { afterAll, beforeAll, expect, inject, test } from "vitest"
import type {} from "../src/globalSetup.ts"
import { attempt } from "../src/Program.ts"

const root = fileURLToPath(new URL("../../..", import.meta.url))
const examples = globSync("examples/*/package.json", { cwd: root }).map((path) => basename(dirname(path))).sort()
const text = (example: string, file: string) => readFileSync(join(root, "examples", example, file), "utf8")
const demonstrated = examples.filter((example) => JSON.parse(text(example, "package.json")).scripts.demo !== undefined)

/** The server of this workspace, for the examples that speak to one. */
let server: ChildProcess
let address: string

beforeAll(async () => {
  const main = join(root, "apps/server/src/main.ts")
  server = spawn(process.execPath, ["--conditions=@emend/source", main, "--store", "memory"], {
    env: { PATH: process.env["PATH"], PORT: "0" },
    stdio: ["ignore", "pipe", "inherit"]
  })
  const [line] = await once(createInterface(server.stdout!), "line")
  address = String(line).replace("listening on ", "")
})

afterAll(async () => {
  const exit = server.exitCode === null ? once(server, "exit") : undefined
  server.kill()
  await exit
})

test.each(examples)("%s does what it says, outside of the workspace", (example) => {
  const { output, status } = attempt(join(inject("outside"), example), "npm", ["test"])
  expect(status, output).toBe(0)
})

test.each(demonstrated)("%s prints what its README says", (example) => {
  const folder = join(inject("outside"), example)
  const { output, status } = attempt(folder, "npm", ["run", "--silent", "demo"], { EMEND_URL: address })
  expect(status, output).toBe(0)
  expect(output).toBe(/^```text\n([\s\S]*?)^```$/m.exec(text(example, "README.md"))![1])
})
