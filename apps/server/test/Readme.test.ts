import { readFileSync } from "node:fs"
import { expect, it } from "vitest"
import { start } from "./ServerProcess.ts"
import { documents, replay, steady } from "./Transcript.ts"

it.each([
  ["the first use in the README", documents.readme],
  ["the tour of the API", documents.tour]
])("%s prints what it says there", async (_, path) => {
  const document = readFileSync(path, "utf8")
  const { address } = start(["--store", "memory"])
  const server = (await address).replace("http://", "")
  expect(steady(replay(document, server))).toBe(steady(document))
  expect(document.match(/^\$ /gm)!.length).toBeGreaterThan(10)
})
