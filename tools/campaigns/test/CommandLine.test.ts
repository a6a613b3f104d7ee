import { spawnSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { expect, it } from "vitest"
import { parse } from "../src/CommandLine.ts"

const folder = fileURLToPath(new URL("..", import.meta.url))
const { scripts } = JSON.parse(readFileSync(`${folder}package.json`, "utf8"))

it.each(Object.keys(scripts))("%s refuses an option that it does not have, in one line, and starts nothing", (name) => {
  const { status, stderr, stdout } = spawnSync(`exec ${scripts[name]} --wings 2`, {
    shell: true,
    cwd: folder,
    encoding: "utf8"
  })
  expect(stderr).toMatch(/^Unknown option '--wings'\. The options, with what they are otherwise: --[^\n]+\n$/)
  expect({ status, stdout }).toEqual({ status: 2, stdout: "" })
})

const defaults = { updates: 100, servers: [2, 4] }

it("what is not given is as it is otherwise, and lists have commas", () => {
  expect(parse([], defaults)).toEqual(defaults)
  expect(parse(["--updates", "7", "--servers", "1,3"], defaults)).toEqual({ updates: 7, servers: [1, 3] })
})

it.each([
  [["--updates", "many"], `--updates has "many", which is no whole number from 1 to 999999999`],
  [["--updates", "0"], `--updates has "0", which is no whole number from 1 to 999999999`],
  [["--updates", "1.5"], `--updates has "1.5", which is no whole number from 1 to 999999999`],
  [["--updates", "1000000000"], `--updates has "1000000000", which is no whole number from 1 to 999999999`],
  [["--updates="], `--updates has "", which is no whole number from 1 to 999999999`],
  [["--updates", "1,2"], `--updates has "1,2", which is no whole number from 1 to 999999999`],
  [["--servers", "2,"], `--servers has "", which is no whole number from 1 to 999999999`],
  [["--updates"], "Option '--updates <value>' argument missing"],
  [["7"], "Unexpected argument '7'"]
])("%j is refused with its place", (args, what) => {
  expect(() => parse(args, defaults)).toThrow(
    new Error(`${what}. The options, with what they are otherwise: --updates 100, --servers 2,4`)
  )
})
