/** What was stored, sent and kept in histories once must be read for ever: these files are added to, never changed. */
import { type Kind } from "@emend/algebra/schema"
import { kinds, Revision, TaskAgent } from "@emend/domain"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { readdirSync, readFileSync } from "node:fs"
import { describe, expect, test } from "vitest"

const folder = new URL("golden/", import.meta.url)
const files = readdirSync(folder)
const read = (file: string) => JSON.parse(readFileSync(new URL(file, folder), "utf8"))
const strict = { onExcessProperty: "error", errors: "all" } as const

/** Reads an update body of a kind as its endpoint does. */
const draft = (kind: Kind.Any, body: unknown): Kind.Draft<any> => {
  if (kind.name !== "TaskAgent") return kind.fromBody(Schema.decodeUnknownSync(kind.Update)(body, strict))
  const command = TaskAgent.command(Schema.decodeUnknownSync(TaskAgent.Update)(body, strict))
  return (Result.getOrThrow(command) as Extract<TaskAgent.Command, { readonly _tag: "Edit" }>).draft as Kind.Draft<any>
}

for (const recordKind of kinds) {
  const { kind } = recordKind
  const named = (part: string) =>
    files.filter((file) =>
      file === `${kind.name}.${part}.json` || (file.startsWith(`${kind.name}.${part}.`) && file.endsWith(".json"))
    )

  describe(`the golden files of ${kind.name}`, () => {
    test("are there for every shape that the kind has", () => {
      const shapes = recordKind.touched === undefined ? ["state", "wire"] : ["state", "wire", "update", "revision"]
      expect(shapes.filter((shape) => named(shape).length === 0)).toStrictEqual([])
    })

    test("states are read, and served as they were", () => {
      for (const file of named("state")) {
        const state = read(file)
        expect(Schema.decodeUnknownSync(kind.State)(state, strict)).toStrictEqual(state)
        const wire = read(file.replace(".state.", ".wire."))
        expect(kind.toWire(state)).toStrictEqual(wire)
        expect(Schema.decodeUnknownSync(kind.Wire)(wire, strict)).toStrictEqual(wire)
      }
    })

    test("update bodies mean what they meant", () => {
      for (const file of named("update")) {
        const { advance, body, patch } = read(file)
        expect(draft(kind, body)).toEqual({ patch, advance })
      }
    })

    test("histories are replayed, taken back and told as they were", () => {
      for (const file of named("revision")) {
        const { after, before, effect, revision } = read(file)
        expect(Revision.replay(recordKind, before, revision)).toStrictEqual(after)
        expect(Revision.replay(recordKind, undefined, { ...revision, initial: before })).toStrictEqual(before)
        expect(Revision.effect(recordKind, revision)).toStrictEqual(effect)
        expect(kind.normalise(revision.patch)).toEqual(revision.patch)
        expect(kind.invert(before, revision.patch)).toEqual(revision.inverse)
      }
    })
  })
}

test("every golden file belongs to a kind", () => {
  const names = kinds.map(({ kind }) => kind.name)
  expect(files.filter((file) => !names.includes(file.split(".")[0]!))).toStrictEqual([])
})
