import { describe, expect, it } from "@effect/vitest"
import { MemoryStore } from "@emend/memory"
import { Database, PostgresStore } from "@emend/postgres"
import * as TestDatabase from "@emend/postgres/testing"
import { Laws, StoreContract } from "@emend/testkit"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { note, options, reader, spoken, statements } from "./FifthKind.ts"
import { agent, append, at, commit, event, insert, key, task, tracker, update, write } from "./Records.ts"

const store = Layer.unwrap(Effect.gen(function*() {
  const url = yield* TestDatabase.make()
  const pool = yield* Database.make({ url, maxConnections: 1 })
  for (const statement of statements) yield* Database.through(pool)(statement, [])
  return PostgresStore.layer({ ...options, url, migrate: false })
}))

describe("a kind that the domain does not have needs its declaration and its table, and nothing else", () => {
  // With a note go the kinds that it refers to, and those that the facts about cursors, events and edges are about.
  const beside = ["Task", "Agent", "AgentTaskTracker", "BoardTask", "BoardChange"]
  const kinds = [...options.kinds.filter(({ kind }) => beside.includes(kind.name)), note]
  StoreContract.suite("the contract", store, { kinds })
  StoreContract.differential("memory and PostgreSQL", MemoryStore.layer(options.kinds), store, { kinds })

  Laws.suite("the laws", spoken, { cases: 100 })

  it("its updates are read from the wire, and what they may not do is refused by name", () => {
    const decode = Schema.decodeUnknownResult(spoken.Update, { errors: "all", onExcessProperty: "error" })
    const body = { small: null, due: null, left: { a: null }, labels: [] }
    const read = decode(body)
    expect(read).toMatchObject({ _tag: "Success", success: body })
    expect(spoken.fromBody(body).patch).toEqual({
      due: { set: null },
      left: { merge: { set: { a: null } } },
      labels: { set: [] }
    })
    const refused = decode({ state: "shut", gone: true, small: 4 })
    expect(String(refused._tag === "Failure" && refused.failure)).toMatch(/state[^]*gone[^]*small/)
  })

  it.effect("a cursor of it follows the log", () =>
    Effect.gen(function*() {
      const { kind: { name } } = reader
      yield* write(
        insert("Task", task("a")),
        insert("Agent", agent("g")),
        insert("AgentTaskTracker", tracker("r", "a", "g")),
        insert(name, {
          id: "n",
          task_id: "a",
          agent_id: "g",
          order: 1,
          constructor: null,
          "it's": null,
          small: 1,
          due: null,
          labels: [],
          left: {},
          right: null,
          state: "open",
          gone: false,
          changed: at(),
          seen: null
        })
      )
      yield* append(event("e1", "a", "g"), event("e2", "a", "g"))
      const advance = (id: string) =>
        update("n", { key: key("n", name), advance: { seen: id }, patch: { left: { merge: { set: { id } } } } })
      const [first] = yield* write(advance("e2"))
      expect(first).toMatchObject({ version: 2, state: { seen: { sequence: 2, id: "e2" }, left: { id: "e2" } } })
      expect((yield* commit([advance("e1")]))[0]).toMatchObject({ failure: { _tag: "Backwards", field: "seen" } })
      expect((yield* commit([advance("e3")]))[0]).toMatchObject({
        failure: { _tag: "UnknownEntry", field: "seen", id: "e3" }
      })
    }).pipe(Effect.provide(store)))
})
