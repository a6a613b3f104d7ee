/** What the document shows was answered, and nothing that an operation can answer is left out. */
import * as OpenApi from "effect/http-api/OpenApi"
import { describe, expect, it } from "vitest"
import { Api } from "../src/openapi/Document.ts"
import { examples, missing, pairs, written } from "./GoldenFiles.ts"

const spec = OpenApi.fromApi(Api) as any
const found = pairs()

describe("the examples", () => {
  it("are those of the golden files", async () => {
    await expect(written(examples(found))).toMatchFileSnapshot("../src/openapi/examples.json")
  })

  it("show every answer of every operation", () => {
    expect(missing(spec, found)).toEqual([])
  })
})
