/**
 * Asks two stores the same and compares every answer (law P3).
 *
 * @since 0.1.0
 */
import { Equality } from "@emend/algebra"
import { type EventLog, kinds as allKinds, type RecordKind, RecordStore } from "@emend/domain"
import * as Arbitrary from "effect/Arbitrary"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Result from "effect/Result"
import { afterAll, describe, expect, test } from "vitest"
import type * as Generate from "../Generate.ts"
import { at, author, distinct, idOf, make, namesOf } from "./Bench.ts"
import { type Command, commands, type Program, slots } from "./Commands.ts"
import { append } from "./Cursors.ts"

type Both = RecordStore.RecordStore | EventLog.EventLog

/**
 * Registers one test for each kind: random sequences of inserts, updates, moves and deletes, some in batches, give the
 * same results, rejections, states and histories in both stores. `cases` is the number of sequences, 25 unless said.
 *
 * @category suites
 * @since 0.1.0
 */
export const differential = <E1, E2>(
  name: string,
  one: Layer.Layer<Both, E1>,
  other: Layer.Layer<Both, E2>,
  options?: {
    readonly kinds?: ReadonlyArray<RecordKind.RecordKind>
    readonly cases?: number
    readonly seed?: string | number
    readonly replay?: string
  }
): void => {
  const kinds = options?.kinds ?? allKinds
  describe(name, () => {
    const runtimes = [ManagedRuntime.make(one), ManagedRuntime.make(other)] as const
    afterAll(() => Promise.all(runtimes.map((runtime) => runtime.dispose())))
    for (const kind of kinds) {
      test(`${kind.kind.name}: the same requests have the same answers`, async () => {
        const agree = (program: Program) =>
          Effect.promise(async () => {
            const answers = runtimes.map((runtime) => runtime.runPromise(transcript(kind, kinds, program)))
            const [first, second] = await Promise.all(answers)
            return Equality.same(first, second)
          })
        const result = await Effect.runPromise(Arbitrary.checkEffect(commands(kind), agree, {
          runs: options?.cases ?? 25,
          seed: options?.seed ?? kind.kind.name,
          size: 16,
          maxShrinks: 300,
          maxDiscards: 10_000,
          replay: options?.replay
        }))
        if (result._tag === "Falsified") {
          const [first, second] = await Promise.all(
            runtimes.map((runtime) => runtime.runPromise(transcript(kind, kinds, result.shrunkInput)))
          )
          expect({ replay: result.replay, program: result.shrunkInput, answers: second }).toStrictEqual({
            replay: result.replay,
            program: result.shrunkInput,
            answers: first
          })
        }
        expect(result._tag).toBe("Passed")
      })
    }
  })
}

/**
 * Runs a program in a tenant of its own and writes down all answers, and how the store is afterwards.
 *
 * @category checks
 * @since 0.1.0
 */
export const transcript = Effect.fnUntraced(function*(
  kind: RecordKind.RecordKind,
  kinds: ReadonlyArray<RecordKind.RecordKind>,
  program: Program
): Effect.fn.Return<unknown, RecordStore.StoreUnavailable, Both> {
  const store = yield* RecordStore.RecordStore
  const tenant = crypto.randomUUID()
  const bench = make(kind, kinds, tenant)
  // Three records whose references, unique values and logs a program draws on; ids are the same for every run.
  const settled = [yield* bench.given(), yield* bench.given(), yield* bench.given()]
  if (namesOf(kind, "forward").length > 0) {
    for (let round = 0; round < 3; round++) {
      for (const [index, record] of settled.entries()) yield* append(bench, record, 1, `${round}${index}-`)
    }
  }
  const idOfSlot = (slot: number) => slot < settled.length ? settled[slot]!.key.id : idOf(700 + slot)
  const answers: Array<unknown> = []
  for (const [step, batch] of program.entries()) {
    const commits = batch.map((commit) =>
      commit.map((command, place) => ({
        ...toWrite(kind, tenant, idOfSlot(command.slot), settled, command, step),
        ...(place === commit.length - 1 ? asked(command, step) : undefined)
      })) as unknown as RecordStore.Commit
    )
    const results = yield* store.commit(commits)
    answers.push(results.map((result) => Result.isSuccess(result) ? result.success : hideTenant(result.failure)))
  }
  const keys = [...Array.from({ length: slots }, (_, slot) => idOfSlot(slot)), idOf(999)]
    .map((id) => ({ kind: kind.kind.name, tenant, id }))
  return {
    answers,
    present: yield* store.get(keys),
    histories: yield* Effect.forEach(keys, (key) => store.history(key, { limit: 100 })),
    remembered: yield* store.recall(["m2", "none", "m0", "m1", "m2"].map((id) => ({ tenant, id })), at(program.length)),
    found: yield* store.find({ kind: kind.kind.name, tenant, deleted: true, limit: 100 }),
    lists: yield* Effect.forEach(
      Object.keys(kind.kind.fields).filter((field) => isOrdering(kind, field)),
      (field) =>
        Effect.all([
          store.find({ kind: kind.kind.name, tenant, order: [{ field, direction: "asc" }], limit: 3 }),
          store.find({ kind: kind.kind.name, tenant, order: [{ field, direction: "desc" }], skip: 1, limit: 3 }),
          store.count({ kind: kind.kind.name, tenant }, field)
        ])
    )
  }
})

/** Whether a command is only asked about, and its memo, which is soon over. */
const asked = (command: Command, step: number): Pick<RecordStore.Update, "dry" | "memo"> => {
  if (command._tag === "Delete") return {}
  const { dry, memo } = command
  if (memo === null) return { dry }
  const [id, fingerprint] = [`m${memo}`, `print ${step}`]
  return { dry, memo: { id, fingerprint, made: at(step), expires: at(step + 4), note: { step } } }
}

const isOrdering = ({ kind }: RecordKind.RecordKind, field: string): boolean =>
  kind.fields[field].kind !== "forward" &&
  ["String", "Number", "Boolean", "Union", "Literal"].includes(kind.fields[field].schema.ast._tag)

const hideTenant = ({ key: { tenant: _, ...key }, ...rejection }: RecordStore.Rejection): unknown => ({
  ...rejection,
  key
})

const toWrite = (
  kind: RecordKind.RecordKind,
  tenant: string,
  id: string,
  settled: ReadonlyArray<{ readonly state: Generate.Row }>,
  command: Command,
  step: number
): RecordStore.Write => {
  const key = { kind: kind.kind.name, tenant, id }
  switch (command._tag) {
    case "Insert":
      return insertion(kind, key, settled, command, step)
    case "Clean":
      return { _tag: "Update", key, patch: {}, redact: true, author: author(step + command.seconds) }
    case "Delete":
      return {
        _tag: "Update",
        key,
        patch: {},
        assign: { [kind.tombstone!.field]: kind.tombstone!.value },
        author: author(step + command.seconds)
      }
    case "Update": {
      const { assign, backwards, event, patch, versions, where } = command
      const cursors = namesOf(kind, "forward")
      return {
        _tag: "Update",
        key,
        patch,
        assign,
        backwards,
        where,
        author: author(step + command.seconds),
        ...(versions === null ? undefined : { versions }),
        ...(event === null ? undefined : {
          advance: Object.fromEntries(cursors.map((name) => [name, entry(event, command.slot)]))
        })
      }
    }
  }
}

/** The first three events are of the record's own log, the next of another's; the rest do not exist. */
const entry = (event: number, slot: number): string =>
  event < 3 ? `${event}${slot}-1` : `${event - 3}${(slot + 1) % 3}-1`

const insertion = (
  kind: RecordKind.RecordKind,
  key: RecordStore.RecordKey,
  settled: ReadonlyArray<{ readonly state: Generate.Row }>,
  { dangling, ifAbsent, shared, state: sampled }: Extract<Command, { readonly _tag: "Insert" }>,
  step: number
): RecordStore.Insert => {
  const { tombstone, touched } = kind
  const shares = Object.fromEntries(
    (kind.unique ?? []).flatMap(({ fields }) => fields).filter((name) => !Object.hasOwn(kind.references ?? {}, name))
      .map((
        name
      ) => [name, kind.kind.fields[name].nullable && shared === 2 ? null : distinct(kind, name, 500 + shared)])
  )
  // A dangling record clashes with nothing else, so that there is one reason to refuse it.
  const id = dangling && kind.references !== undefined ? idOf(900 + step) : key.id
  const references = Object.keys(kind.references ?? {}).map((name, index) => [
    name,
    dangling ? idOf(999_999) : settled[(shared + index) % settled.length]!.state[name]
  ])
  return {
    _tag: "Insert",
    key: { ...key, id },
    ifAbsent,
    author: author(step),
    state: {
      ...sampled,
      ...Object.fromEntries(namesOf(kind, "forward").map((name) => [name, null])),
      ...shares,
      ...Object.fromEntries(references),
      ...(tombstone === undefined ? undefined : { [tombstone.field]: settled[0]!.state[tombstone.field] }),
      ...(touched === undefined ? undefined : { [touched]: at(step) }),
      id
    }
  }
}
