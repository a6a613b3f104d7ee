import { describe, expect, layer } from "@effect/vitest"
import { type Cursor, Equality } from "@emend/algebra"
import type { Declare } from "@emend/algebra/schema"
import { kinds, type RecordKind, RecordStore, type Revision } from "@emend/domain"
import * as TestDatabase from "@emend/postgres/testing"
import { Generate } from "@emend/testkit"
import * as Arbitrary from "effect/Arbitrary"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { agent, append, at, author, event, insert, task, tenant, update, write } from "./Records.ts"

const cases = 1_000
/** One pair at a time makes a statement of its own form; many at once share one. */
const batches = [1, 7, 250]

interface Pair {
  readonly id: string
  readonly before: Revision.Row
  readonly patch: Revision.Row
  readonly advance?: string
}

const sample = <A>(from: Arbitrary.Arbitrary<A>, seed: string): ReadonlyArray<A> =>
  Effect.runSync(Arbitrary.sampleEffect(from, { count: cases, seed, size: 20 }))

const uuid = (count: number): string => `00000000-0000-7000-8000-${String(count).padStart(12, "0")}`

/** Random states and raw updates of a kind, made valid: distinct, alive, with what they refer to. */
const pairs = (kind: RecordKind.RecordKind): ReadonlyArray<Pair> => {
  const patches = sample(Generate.patch(kind.kind), `${kind.kind.name} patches`)
  return sample(Generate.state(kind.kind), `${kind.kind.name} states`).map((state, n) => {
    const id = uuid(n)
    const own = {
      ...state,
      id,
      [kind.touched!]: at(),
      ...(state["status"] === "DELETED" ? { status: "RUNNING" } : undefined),
      ...(Object.hasOwn(state, "is_deleted") ? { is_deleted: false } : undefined)
    }
    if (kind.kind.name !== "AgentTaskTracker") {
      return { id, before: kind.kind.name === "Task" ? { ...own, name: null } : own, patch: patches[n]! }
    }
    // Of the entries 1, 2 and 3 of a log, the record stands at none or one, and is to advance to none or one.
    const stands = n % 4
    const to = (n >> 2) % 4
    const { last_processed_event_id: _, ...patch } = patches[n]!
    return {
      id,
      before: {
        ...own,
        task_id: "task",
        agent_id: `agent ${n}`,
        last_processed_event_id: stands === 0 ? null : { sequence: 3 * n + stands, id: `${n}-${stands}` }
      },
      patch,
      ...(to === 0 ? undefined : { advance: `${n}-${to}` })
    }
  })
}

/** Trackers, with what they refer to and three events for each, brought to where they stand. */
const settle = Effect.fnUntraced(function*(all: ReadonlyArray<Pair>) {
  const numbers = all.map((_, n) => n)
  yield* write(insert("Task", task("task")), ...numbers.map((n) => insert("Agent", agent(`agent ${n}`))))
  yield* write(...all.map(({ before }) => insert("AgentTaskTracker", { ...before, last_processed_event_id: null })))
  yield* append(...numbers.flatMap((n) => [1, 2, 3].map((e) => event(`${n}-${e}`, "task", `agent ${n}`))))
  const standing = all.filter(({ before }) => before["last_processed_event_id"] !== null)
  yield* write(...standing.map(({ before, id }) =>
    update(id, {
      key: { kind: "AgentTaskTracker", tenant, id },
      advance: { last_processed_event_id: before["last_processed_event_id"].id },
      author: author()
    })
  ))
})

/** A link of the board is moved, and has no field that a patch can name. */
const updatable = kinds.filter(({ kind, touched }) =>
  touched !== undefined && Object.values<Declare.Any>(kind.fields).some((field) => "onNull" in field)
)

describe("what the database does to a record is what the algebra does", () => {
  for (const kind of updatable) {
    for (const size of batches) {
      const name = kind.kind.name
      layer(TestDatabase.layer())(`${name}, ${size} at a time`, (it) => {
        it.effect(
          "row(s)·sql(p) = row(s·p), and nothing is written exactly where p changes nothing",
          () =>
            Effect.gen(function*() {
              const store = yield* RecordStore.RecordStore
              const all = pairs(kind).slice(0, size === 1 ? 200 : cases)
              if (name === "AgentTaskTracker") yield* settle(all)
              else yield* write(...all.map(({ before }) => insert(name, before)))
              for (let from = 0; from < all.length; from += size) {
                const batch = all.slice(from, from + size)
                const results = yield* store.commit(batch.map(({ advance, id, patch }) => [{
                  _tag: "Update",
                  key: { kind: name, tenant, id },
                  patch,
                  ...(advance === undefined ? undefined : { advance: { last_processed_event_id: advance } }),
                  backwards: "join",
                  author: author(60)
                }]))
                const keys = batch.map(({ id }) => ({ kind: name, tenant, id }))
                const present = yield* store.get(keys)
                for (const [n, pair] of batch.entries()) {
                  const revisions = yield* store.history(keys[n]!, { limit: 9 })
                  compare(kind, pair, results[n]!, present[n]!, revisions)
                }
              }
            }),
          120_000
        )
      })
    }
  }
})

const compare = (
  { kind, touched }: RecordKind.RecordKind,
  { advance, before, patch }: Pair,
  result: RecordStore.CommitResult,
  present: RecordStore.Stored,
  revisions: ReadonlyArray<Revision.Revision>
): void => {
  const [number, place] = (advance ?? "").split("-").map(Number)
  const given: Cursor.Cursor | undefined = advance === undefined
    ? undefined
    : { sequence: 3 * number! + place!, id: advance }
  const stands = before["last_processed_event_id"] as Cursor.Cursor | null | undefined
  const ahead = given !== undefined && !(stands && given.sequence <= stands.sequence)
  const asked = kind.normalise({ ...patch, ...(ahead ? { last_processed_event_id: { advance: given } } : undefined) })
  const applied = kind.apply(before, asked)
  const changed = applied !== before
  const after = changed ? { ...applied, [touched!]: at(60) } : before
  // It took an update to bring a cursor to where it stands.
  const version = (stands ? 2 : 1) + (changed ? 1 : 0)
  expect(result).toEqual(Result.succeed([{ version, state: expect.anything(), changed }]))
  same(Result.getOrThrow(result as Result.Result<ReadonlyArray<RecordStore.Written>>)[0]!.state, after)
  expect(present.version).toBe(version)
  same(present.state, after)
  expect(revisions.length).toBe(version)
  if (!changed) return
  const [revision] = revisions
  same(revision!.patch, asked)
  same(kind.normalise(revision!.inverse), kind.normalise(kind.invert(before, asked)))
  same({ at: revision!.at, by: revision!.by, moves: revision!.moves, initial: revision!.initial }, {
    at: at(60),
    by: "tester",
    moves: {},
    initial: null
  })
}

const same = (actual: unknown, wanted: unknown): void => {
  if (!Equality.same(actual, wanted)) expect(actual).toEqual(wanted)
}
