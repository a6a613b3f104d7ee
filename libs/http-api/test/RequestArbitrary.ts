/** Requests made of the document alone: right ones, and ones that are wrong in one of many ways. */
import * as Fc from "fast-check"
import type { Contract } from "./Contract.ts"

/** A request in words: what stands between `~` names a record of the servers, which has another id in each. */
export interface Asked {
  readonly operation: string
  readonly method: string
  readonly path: string
  readonly params: Readonly<Record<string, string>>
  readonly query: ReadonlyArray<readonly [name: string, value: string]>
  readonly headers: Readonly<Record<string, string>>
  /** JSON text, or what shall be taken for it. */
  readonly body: string | undefined
}

/** Stands in a value for a text that is no value of JavaScript. */
const raw = (text: string): string => `@@${text}@@`
const textOf = (value: unknown): string => JSON.stringify(value).replace(/"@@(.*?)@@"/g, "$1")

/** What names something, by the parameter or field that does. */
const names: Readonly<Record<string, ReadonlyArray<string>>> = {
  task_id: ["~t1~", "~t2~", "~t3~", "~b1~", "~b2~", "~b3~"],
  parent_id: ["~b1~", "~b2~"],
  child_id: ["~b1~", "~b2~", "~b3~"],
  agent_id: ["a1", "a2"],
  agent_name: ["Reader"],
  tracker_id: ["~tracker~"],
  event_id: ["~event~", "~later~"],
  last_processed_event_id: ["~event~", "~later~", "~foreign~"],
  task_agent_id: ["~agent~"],
  revision_id: ["~revision~", "~edited~"],
  other_revision_id: ["~revision~", "~edited~", "active"],
  active_revision_id: ["~revision~", "~edited~"],
  org_id: ["00000000-0000-4000-8000-000000000001"],
  project_id: ["00000000-0000-4000-8000-000000000002"],
  name: ["~t1~", "~t2~", "~t3~"],
  code: ["version-mismatch"]
}

const headerValues: Readonly<Record<string, ReadonlyArray<string>>> = {
  "if-match": ["*", "\"1\"", "\"2\", \"1\"", "\"9\"", "W/\"1\"", "1", "\"\"", "\"1", "\"99999999999999999999\""],
  "if-none-match": ["*", "\"1\"", "\"7\"", "1", "\"\u00e9\""],
  "rebase-from": ["\"1\"", "\"2\"", "\"0\"", "\"99\"", "\"99999999999999999999\"", "*", "1"],
  "change-reason": ["why%20not", "\u00c3\u00a9", "100%", "%00", "%ff", "a".repeat(1001), " "],
  "dry-run": ["true", "TRUE", "false", "maybe", "1"],
  "revision-base": ["~revision~", "~edited~", "00000000-0000-4000-8000-000000000404", "none"],
  "revision-annotation": ["clearer", "%", "a".repeat(256)],
  "idempotency-key": ["k1", "k2", "\u00e9", "a".repeat(256), "a b"]
}

const texts = ["", " ", "a", "\u00e9\u{1f600}", "__proto__", "null", "a".repeat(256), ".", "name"]
const badTexts = ["\u0000", "a\u0000b", "\ud800", "\udc00x", "\u0007"]
const absurd = [
  "-1",
  "0",
  "1e3",
  "0x10",
  "NaN",
  "Infinity",
  "",
  " 1",
  "1.5",
  "\u0663",
  "9".repeat(30),
  "{\"a\":",
  "[]",
  "\u0000"
]
const hugeNumbers = ["1e400", "-1e400", "12345678901234567890", "0.1000000000000000055511151231257827", "1e-400", "-0"]

const anyJson: Fc.Arbitrary<unknown> = Fc.letrec((tie) => ({
  value: Fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    Fc.constantFrom<unknown>(null, true, 0, -1.5, "", "text", {}, []),
    Fc.array(tie("value"), { maxLength: 3 }),
    Fc.dictionary(Fc.constantFrom("a", "b", "", "__proto__", "toString"), tie("value"), { maxKeys: 3 })
  )
})).value

const deep = (depth: number): unknown => depth === 0 ? 1 : { a: deep(depth - 1) }

/** Values that are wrong almost anywhere. */
const wrong: Fc.Arbitrary<unknown> = Fc.oneof(
  Fc.constantFrom<unknown>(null, true, {}, [], "", -1, 0, 1.5, 2 ** 53, deep(70), Array(1001).fill("a")),
  Fc.constantFrom(...badTexts),
  Fc.constantFrom(...hugeNumbers.map(raw))
)

const valueOf = (contract: Contract, given: any, name: string): Fc.Arbitrary<unknown> => {
  const schema = contract.resolve(given)
  if (schema.anyOf !== undefined) {
    return Fc.oneof(...schema.anyOf.map((one: any) => valueOf(contract, one, name)) as Array<Fc.Arbitrary<unknown>>)
  }
  if (schema.const !== undefined) return Fc.constant(schema.const)
  if (schema.enum !== undefined) return Fc.constantFrom(...schema.enum)
  switch (schema.type) {
    case "null":
      return Fc.constant(null)
    case "boolean":
      return Fc.boolean()
    case "integer":
    case "number": {
      const { maximum = 3, minimum = 0 } = schema
      return Fc.integer({ min: Math.max(minimum, -5), max: Math.min(maximum, minimum + 5) })
    }
    case "string": {
      const own = names[name]
      if (schema.format === "uuid") {
        return Fc.constantFrom(...own ?? [], "00000000-0000-4000-8000-00000000000a", "~made~")
      }
      const known = own === undefined ? [] : [{ weight: 6, arbitrary: Fc.constantFrom(...own) }]
      return Fc.oneof(...known, {
        weight: 2,
        arbitrary: Fc.constantFrom(
          ...texts.filter(({ length }) => length >= (schema.minLength ?? 0) && length <= (schema.maxLength ?? Infinity))
        )
      }, { weight: 1, arbitrary: Fc.constant("~made~") })
    }
    case "array":
      return Fc.array(valueOf(contract, schema.items ?? {}, name), { maxLength: 3 })
    case "object": {
      if (schema.properties === undefined) return Fc.dictionary(Fc.constantFrom("a", "b", "__proto__"), anyJson)
      const keys = Object.keys(schema.properties)
      const fields = Object.fromEntries(keys.map((key) => [key, valueOf(contract, schema.properties[key], key)]))
      return Fc.record(fields, { requiredKeys: schema.required ?? [] })
    }
    default:
      return anyJson
  }
}

/** Puts a wrong value, or an unknown key, somewhere into a body, or takes a key out. */
const broken = (body: unknown): Fc.Arbitrary<string> => {
  const places = placesIn(body)
  return Fc.oneof(
    Fc.tuple(Fc.constantFrom(...places), wrong).map(([place, value]) => textOf(replaced(body, place, value))),
    Fc.constantFrom("surprise", "__proto__", "status", "id", "updated_at").map((key) =>
      textOf({ ...body as object, [key]: 1 })
    ),
    Fc.constantFrom(...places).map((place) => textOf(replaced(body, place, undefined))),
    wrong.map(textOf),
    Fc.constantFrom("", "{", "{\"a\":1,}", "{\"a\":1}{}", "\ufeff{}", "nul", "{\"a\":\"\\ud800\"}", "{\"a\":1,\"a\":2}")
  )
}

type At = ReadonlyArray<string>

const placesIn = (value: unknown, at: At = []): ReadonlyArray<At> => [
  at,
  ...typeof value === "object" && value !== null
    ? Object.entries(value).flatMap(([key, inner]) => placesIn(inner, [...at, key]))
    : []
]

const replaced = (value: unknown, [key, ...rest]: At, by: unknown): unknown => {
  if (key === undefined) return by ?? {}
  if (Array.isArray(value)) return value.map((item, i) => String(i) === key ? replaced(item, rest, by) : item)
  const entries = Object.entries(value as object).map((
    [own, inner]
  ) => [own, own !== key ? inner : rest.length === 0 ? by : replaced(inner, rest, by)])
  return Object.fromEntries(entries)
}

const oddParams = ["\u0007", "\u0000", "unknown", ".", "x".repeat(256), "7", "%", "a;b", "a/b"]

/** Gives requests for one operation of a document: half of them are right by what it says, the others in parts. */
export const requestsFor = (contract: Contract, name: string, operation: any): Fc.Arbitrary<Asked> =>
  Fc.boolean().chain((right) => requests(contract, name, operation, right))

const requests = (contract: Contract, name: string, operation: any, right: boolean): Fc.Arbitrary<Asked> => {
  const [method, path] = name.split(" ") as [string, string]
  const of = (place: string): ReadonlyArray<any> => operation.parameters.filter((one: any) => one.in === place)
  const text = ({ name, schema }: any) => valueOf(contract, schema, name).map(String)
  /** The ids of tasks, of which a path says whether they are on a board. */
  const named = (one: any): Fc.Arbitrary<string> =>
    one.name === "task_id"
      ? Fc.constantFrom(...names["task_id"]!.filter((id) => id.startsWith(path.startsWith("/agents/") ? "~b" : "~t")))
      : Fc.constantFrom(...names[one.name] ?? ["unknown"])
  const odds = (weight: number) => right ? 0 : weight

  const params = Fc.record(
    Object.fromEntries(
      of("path").map((one) => [
        one.name,
        Fc.oneof(
          { weight: 6, arbitrary: named(one) },
          { weight: odds(3), arbitrary: text(one).filter((value) => value !== "") },
          { weight: odds(1), arbitrary: Fc.constantFrom(...oddParams) }
        )
      ])
    ) as Readonly<Record<string, Fc.Arbitrary<string>>>
  )
  const query = Fc.tuple(
    ...of("query").map((one) =>
      Fc.oneof<Array<Fc.WeightedArbitrary<Asked["query"]>>>(
        { weight: one.required ? 0 : 5, arbitrary: Fc.constant([]) },
        {
          // No cursor can be made up.
          weight: one.name === "cursor" ? odds(1) : 4,
          arbitrary: (names[one.name] === undefined ? text(one) : named(one)).map((value) => [[one.name, value]])
        },
        { weight: odds(1), arbitrary: text(one).map((value) => [[one.name, "7"], [one.name, value]]) },
        { weight: odds(2), arbitrary: Fc.constantFrom(...absurd).map((value) => [[one.name, value]]) }
      )
    )
  ).map((lists) => lists.flat())
  const headers = Fc.tuple(
    ...of("header").map((one) =>
      Fc.oneof<Array<Fc.WeightedArbitrary<ReadonlyArray<readonly [string, string]>>>>(
        { weight: 8, arbitrary: Fc.constant([]) },
        { weight: 1, arbitrary: Fc.constant([[one.name, headerValues[one.name]![0]!]]) },
        { weight: odds(2), arbitrary: Fc.constantFrom(...headerValues[one.name]!).map((value) => [[one.name, value]]) }
      )
    )
  ).map((lists) => Object.fromEntries(lists.flat()) as Asked["headers"])
  const schema = operation.requestBody?.content["application/json"]?.schema
  const body: Fc.Arbitrary<string | undefined> = schema === undefined
    ? Fc.constant(undefined)
    : valueOf(contract, schema, "").chain((value) =>
      Fc.oneof({ weight: 1, arbitrary: Fc.constant(textOf(value)) }, { weight: odds(1), arbitrary: broken(value) })
    )
  return Fc.record({
    operation: Fc.constant(name),
    method: Fc.constant(method),
    path: Fc.constant(path),
    params,
    query,
    headers,
    body
  })
}
