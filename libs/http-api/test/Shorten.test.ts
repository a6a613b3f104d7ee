/** Long lists are made short before a schema looks at their items. */
import { Task, TaskAgent } from "@emend/domain"
import * as Schema from "effect/Schema"
import { describe, expect, it } from "vitest"
import * as Shorten from "../src/request/Shorten.ts"

const pair = Schema.Array(Schema.String).check(Schema.isMaxLength(2))
const shorten = Shorten.lists(
  Schema.Struct({ list: Schema.optionalKey(Schema.NullOr(pair)), inner: Schema.Array(Schema.Struct({ pair })) }).ast
)!

describe("a list beyond its bound", () => {
  it("keeps one item more than it may have, so that it is still too long", () => {
    expect(shorten({ list: [1, 2, 3, 4, 5], inner: null })).toEqual({ list: [1, 2, 3], inner: null })
    expect(shorten({ inner: [{ pair: [1, 2, 3, 4] }, 5, {}] })).toEqual({ inner: [{ pair: [1, 2, 3] }, 5, {}] })
  })

  it("is shortened in a copy", () => {
    const input = { list: [1, 2, 3, 4] }
    shorten(input)
    expect(input).toEqual({ list: [1, 2, 3, 4] })
  })
})

it("what is within its bounds, or nothing like the schema, stays as it is", () => {
  for (
    const input of [{ list: ["a", "b"], inner: [] }, { list: null }, {}, { list: "abcdef" }, [1, 2, 3], null, 1, "x"]
  ) {
    expect(shorten(input)).toEqual(input)
  }
  expect(Shorten.lists(Schema.Struct({ a: Schema.Array(Schema.String), b: Schema.Json }).ast)).toBeUndefined()
})

it("every declared list of a body is bounded, and found to be", () => {
  const long = Array(5000).fill(null)
  const lists = ["task_tools", "mcp_servers", "integrations", "skills"]
  for (const { ast } of [TaskAgent.Creation, TaskAgent.Update]) {
    const short = Shorten.lists(ast)!(Object.fromEntries(lists.map((name) => [name, long]))) as Record<string, unknown>
    for (const name of lists) expect(short[name], name).toHaveLength(1001)
  }
  expect(Shorten.lists(Task.Creation.ast)!({ agent_ids: long })).toEqual({ agent_ids: long.slice(0, 101) })
})
