import type { Revision } from "@emend/domain"
import { kinds, Redaction } from "@emend/domain"
import { Generate } from "@emend/testkit"
import * as Arbitrary from "effect/Arbitrary"
import * as Effect from "effect/Effect"
import { describe, expect, test } from "vitest"

const sample = <A>(from: Arbitrary.Arbitrary<A>, seed: string) =>
  Effect.runSync(Arbitrary.sampleEffect(from, { count: 300, seed, size: 20 }))

for (const recordKind of kinds.filter(({ content }) => content !== undefined)) {
  const { kind } = recordKind
  const content = recordKind.content!.fields
  const states = sample(Generate.state(kind), "states")
  const revisions = sample(Generate.patch(kind), "patches").map((raw, n): Revision.Revision => {
    const patch = kind.normalise(raw)
    const moves = Object.fromEntries(
      Object.keys(kind.fields).filter((name) => kind.fields[name].kind === "guarded")
        .map((name) => [name, { from: states[n]![name], to: states[(n + 1) % 300]![name] }])
    )
    return {
      version: n + 1,
      at: "2026-11-21T10:00:00.000000Z",
      by: "tester",
      reason: "because",
      initial: n % 3 === 0 ? states[n]! : null,
      patch,
      inverse: kind.invert(states[n]!, patch),
      moves
    }
  })
  const taken = revisions.map((revision) => [revision, Redaction.redacted(recordKind, revision)] as const)

  describe(`a redacted revision of ${kind.name}`, () => {
    test("has no content: it is the same whatever the values were", () => {
      const values = (patch: Revision.Row) =>
        content.flatMap((name) => {
          const { merge = {}, set } = patch[name] ?? {}
          return [set, ...Object.values(merge.set ?? {})]
        }).filter((value) => value !== undefined && value !== null)
      for (const [, { initial, inverse, moves, patch, reason }] of taken) {
        expect([...values(patch), ...values(inverse), reason].filter((value) => value !== null)).toStrictEqual([])
        expect(content.map((name) => initial?.[name] ?? null).filter((value) => value !== null)).toStrictEqual([])
        expect(content.flatMap((name) => Object.values(moves[name] ?? {})).filter((value) => value !== null))
          .toStrictEqual([])
      }
    })

    test("has touched what it touched, in normal form, at the same time by the same author", () => {
      for (const [before, after] of taken) {
        expect(kind.mask(after.patch)).toStrictEqual(kind.mask(before.patch))
        expect(kind.mask(after.inverse)).toStrictEqual(kind.mask(before.inverse))
        expect(kind.normalise(after.patch)).toEqual(after.patch)
        expect([after.version, after.at, after.by]).toStrictEqual([before.version, before.at, before.by])
        expect(Object.keys(after.moves)).toStrictEqual(Object.keys(before.moves))
      }
    })

    test("keeps what is no content", () => {
      const others = (row: Revision.Row) => Object.entries(row).filter(([name]) => !content.includes(name))
      for (const [before, after] of taken) {
        expect(others(after.patch)).toStrictEqual(others(before.patch))
        expect(others(after.moves)).toStrictEqual(others(before.moves))
        expect(others(after.initial ?? {})).toStrictEqual(others(before.initial ?? {}))
      }
    })

    test("is the same redacted twice", () => {
      for (const [, after] of taken) expect(Redaction.redacted(recordKind, after)).toStrictEqual(after)
    })
  })

  test(`what is cleared of ${kind.name} is its content, which is null afterwards, and nothing else`, () => {
    const { assign, patch } = Redaction.clearing(recordKind)
    expect([...Object.keys(patch), ...Object.keys(assign)].sort()).toStrictEqual(content.toSorted())
    for (const name of content) expect(kind.fields[name].nullable).toBe(true)
    for (const state of states) {
      const after = { ...kind.apply(state, patch), ...assign }
      expect(after).toStrictEqual({ ...state, ...Object.fromEntries(content.map((name) => [name, null])) })
    }
  })
}
