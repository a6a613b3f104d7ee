import { Equality } from "@emend/algebra"
import { Guard } from "@emend/algebra/schema"
import { AgentTaskTracker, BoardTask, Json, Task, TaskAgent, Text } from "@emend/domain"
import { Choice } from "@emend/testkit"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as SchemaGetter from "effect/SchemaGetter"
import { describe, expect, test } from "vitest"

type Decoder = Schema.Codec<unknown, unknown>

const tree: Schema.Codec<unknown, unknown> = Schema.Struct({
  name: Schema.String,
  children: Schema.Array(Schema.suspend(() => tree))
})
const circle = Schema.Struct({ _tag: Schema.Literal("circle"), size: Schema.Int.check(Schema.isGreaterThan(0)) })

/** Schemas that leave what they take as it is. */
const pure: Readonly<Record<string, Schema.Top>> = {
  "an update of a task": Task.Task.Update,
  "an update of a tracker": AgentTaskTracker.AgentTaskTracker.Update,
  "an update of a board task": BoardTask.BoardTask.Update,
  "a task": Task.Task.State,
  "a board task": BoardTask.BoardTask.State,
  "any JSON": Json.JsonValue,
  "a choice": Schema.Union([circle, Schema.Struct({ _tag: Schema.Literal("point") }), Schema.Literals(["a", 1])]),
  "a tree": tree,
  "lists": Schema.Record(Schema.String, Schema.Array(Schema.NullOr(Schema.Boolean)))
}

/** Schemas that change some of what they take, or ask for more than a guard knows of. */
const others: Readonly<Record<string, Schema.Top>> = {
  "an update of an agent": TaskAgent.Update,
  "an agent": TaskAgent.TaskAgent.State,
  "small letters": Schema.Struct({ id: Text.Uuid, other: Schema.optionalKey(Text.Uuid) }),
  "a default": Schema.Struct({
    a: Schema.optionalKey(Schema.String),
    b: Schema.NullOr(Schema.Boolean).pipe(Schema.withDecodingDefaultKey(Effect.succeed(null)))
  }),
  "a default of what may stay away": Schema.Struct({
    a: Schema.optionalKey(Schema.String).pipe(
      Schema.decodeTo(Schema.optionalKey(Schema.String), {
        decode: SchemaGetter.withDefault(Effect.succeed("a")),
        encode: SchemaGetter.passthrough()
      })
    )
  }),
  "a number in a text": Schema.Array(Schema.Union([Schema.NumberFromString, Schema.String])),
  "a pair": Schema.Tuple([Schema.String, Schema.Int]),
  "exactly one": Schema.Union([Schema.Struct({ a: Schema.Unknown }), Schema.Struct({ a: Schema.String })], {
    mode: "oneOf"
  }),
  "no keys": Schema.Struct({}),
  "a pattern of keys": Schema.Record(Schema.String.check(Schema.isPattern(/^a/)), Schema.Int),
  "keys beside others": Schema.StructWithRest(Schema.Struct({ a: Schema.Int }), [
    Schema.Record(Schema.String, Schema.Unknown)
  ])
}

const strange: ReadonlyArray<unknown> = [
  null,
  true,
  0,
  -1,
  1.5,
  "",
  "a",
  "A0000000-0000-4000-8000-00000000000F",
  "\ud800",
  {},
  [],
  { a: "a" },
  { ["__proto__"]: 1 },
  ["a", 1],
  ...["__proto__", "constructor", ""].map((key) => ({ [key]: null }))
]

/** A value with every change at one place: something else there, a key left out, a key more. */
function* changed(value: unknown): Generator<unknown> {
  yield* strange
  if (typeof value !== "object" || value === null) return
  if (Array.isArray(value)) {
    for (const [i, item] of value.slice(0, 3).entries()) {
      for (const other of changed(item)) yield value.with(i, other)
      yield value.toSpliced(i, 1)
    }
    return
  }
  const entries = Object.entries(value)
  for (const key of ["strange", "__proto__", "a"]) yield Object.fromEntries([...entries, [key, "more"]])
  for (const [i, [key, item]] of entries.slice(0, 12).entries()) {
    for (const other of changed(item)) yield Object.fromEntries(entries.with(i, [key, other]))
    yield Object.fromEntries(entries.toSpliced(i, 1))
  }
}

const valuesOf = (schema: Schema.Top): ReadonlyArray<unknown> => {
  const samples = Choice.samples(schema as Decoder, 20).map((sample) => Schema.encodeSync(schema as Decoder)(sample))
  return [...strange, ...samples, ...samples.slice(0, 8).flatMap((sample) => [...changed(sample)].slice(0, 2_000))]
}

const told = (schema: Schema.Top, value: unknown) => {
  const decoded = Schema.decodeUnknownResult(schema as Decoder, { onExcessProperty: "error" })(value)
  return Result.isSuccess(decoded) && Equality.same(decoded.success, value)
}

describe("a guard", () => {
  for (const [name, schema] of Object.entries({ ...pure, ...others })) {
    test(`takes nothing that strict decoding refuses or changes: ${name}`, () => {
      const guard = Guard.make(schema as Decoder)
      for (const value of valuesOf(schema)) {
        if (guard(value)) expect([value, told(schema, value)]).toEqual([value, true])
      }
    })
  }

  for (const [name, schema] of Object.entries(pure)) {
    test(`takes all that strict decoding leaves as it is: ${name}`, () => {
      const guard = Guard.make(schema as Decoder)
      const left = valuesOf(schema).filter((value) => told(schema, value))
      expect(left.length).toBeGreaterThan(10)
      for (const value of left) expect([value, guard(value)]).toEqual([value, true])
    })
  }

  test("tells nothing of what JSON cannot hold", () => {
    const guard = Guard.make(Json.JsonValue)
    const cycle: Record<string, unknown> = {}
    cycle["a"] = cycle
    for (const value of [undefined, () => 1, 1n, Number.NaN, new Date(), { a: [undefined] }, cycle]) {
      expect(guard(value)).toBe(false)
    }
  })
})
