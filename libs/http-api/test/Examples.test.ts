/** What the document shows was answered, what it says is valid, and nothing that an operation can answer is left out. */
import { Validator } from "@seriousme/openapi-schema-validator"
import * as OpenApi from "effect/http-api/OpenApi"
import { describe, expect, it } from "vitest"
import { Api } from "../src/openapi/Document.ts"
import { admitsNull } from "../src/openapi/Nulls.ts"
import { Contract } from "./Contract.ts"
import { examples, missing, pairs, written } from "./GoldenFiles.ts"

const spec = JSON.parse(JSON.stringify(OpenApi.fromApi(Api)))
const contract = Contract.make(spec)
const found = pairs()

describe("the examples", () => {
  it("are those of the golden files", async () => {
    await expect(written(examples(found))).toMatchFileSnapshot("../src/openapi/examples.json")
  })

  it("show every answer of every operation", () => {
    expect(missing(spec, found)).toEqual([])
  })
})

describe("the golden files", () => {
  it("hold answers as the document describes them, with their headers", () => {
    for (const { answer, file, operation } of found) {
      expect(contract.problemsOfAnswer(operation, answer), `${file}: ${operation} ${answer.status}`).toEqual([])
    }
  })

  it("hold requests as the document describes them, where they are served", () => {
    const served = found.filter(({ answer }) => answer.status < 300)
    for (const { body, file, headers, operation, path, query } of served) {
      const problems = contract.problemsOfRequest(operation, { body, headers, path, query })
      expect(problems, `${file}: ${operation}`).toEqual([])
    }
  })
})

describe("the document", () => {
  it("is valid OpenAPI 3.1", async () => {
    const { errors, valid } = await new Validator().validate(structuredClone(spec))
    expect(errors).toBeUndefined()
    expect(valid).toBe(true)
  })

  it("shows examples that its schemas take", () => {
    expect(contract.examples().length).toBeGreaterThan(300)
    for (const { place, problems } of contract.examples()) expect(problems, place).toEqual([])
  })

  it("says what null means in each field of each body of a request, and in each field of an answer that can be null", () => {
    const silent = [...contract.requestFields(), ...contract.answerFields().filter(({ schema }) => nullable(schema))]
      .filter(({ schema }) => !(schema.description ?? "").includes("`null`"))
    expect(silent.map(({ place }) => place)).toEqual([])
  })

  it("has a summary and a description of each operation, and describes each parameter and each header", () => {
    const silent = contract.operations().flatMap(({ name, operation }) => [
      ...["summary", "description"].flatMap((key) => typeof operation[key] === "string" ? [] : [`${name} ${key}`]),
      ...operation.parameters.filter((one: any) => one.in !== "path" && one.description === undefined)
        .map((one: any) => `${name} ${one.name}`),
      ...Object.entries<any>(operation.responses).flatMap(([status, answer]) =>
        Object.entries<any>(contract.resolve(answer).headers).filter(([, header]) =>
          contract.resolve(header).description === undefined
        )
          .map(([header]) => `${name} ${status} ${header}`)
      )
    ])
    expect(silent).toEqual([])
  })
})

/** A field of any JSON has null among its values, which needs no word in an answer. */
const nullable = (schema: any): boolean => admitsNull(schema) && (schema.type ?? schema.anyOf) !== undefined
