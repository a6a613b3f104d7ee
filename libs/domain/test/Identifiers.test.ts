import { Identifiers, Text, uuid7 } from "@emend/domain"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as TestClock from "effect/testing/TestClock"
import { expect, test } from "vitest"

test("a new id is a UUID of version 7, with the time in front", async () => {
  const next = Effect.flatMap(Identifiers, (ids) => ids.next)
  const [one, other] = await Effect.runPromise(Effect.all([next, next]))
  for (const id of [one!, other!]) {
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    expect(Schema.is(Text.Uuid)(id)).toBe(true)
  }
  expect(one).not.toBe(other)
})

test("new ids are in the order in which they were made", async () => {
  const next = Effect.flatMap(Identifiers, (ids) => ids.next)
  const some = Effect.all(Array.from({ length: 500 }, () => next))
  // Also by a clock that was set back, and stands.
  const made = await Effect.runPromise(
    Effect.all([some, Effect.provide(some, TestClock.layer()), some]).pipe(Effect.map((parts) => parts.flat()))
  )
  expect(made.toSorted()).toEqual(made)
  expect(new Set(made).size).toBe(made.length)
})

test.each([
  // The time of the example in RFC 9562, A.6.
  [0x017f22e279b0, 0xff, "017f22e2-79b0-7000-bfff-ffffffffffff"],
  [0x017f22e279b0 + 4095 / 4096, 0xff, "017f22e2-79b0-7fff-bfff-ffffffffffff"],
  [0, 0x00, "00000000-0000-7000-8000-000000000000"],
  [0xffffffffffff + 0.5, 0x55, "ffffffff-ffff-7800-9555-555555555555"]
])("the time %d and bytes of %i make %s", (millis, byte, uuid) => {
  expect(uuid7(millis, new Uint8Array(8).fill(byte))).toBe(uuid)
})
