import { readFileSync } from "node:fs"
import { expect, it } from "vitest"
import { start } from "./ServerProcess.ts"
import { readme, replay, steady } from "./Transcript.ts"

it("the first use in the README prints what it says there", async () => {
  const document = readFileSync(readme, "utf8")
  const { address } = start(["--store", "memory"])
  const server = (await address).replace("http://", "")
  expect(steady(replay(document, server))).toBe(steady(document))
  expect(document.match(/^\$ /gm)!.length).toBeGreaterThan(10)
})
