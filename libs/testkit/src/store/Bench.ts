/**
 * Records to test with: valid states of any declared kind, with all that they refer to, in a tenant of their own.
 *
 * @since 0.1.0
 */
import type { Field } from "@emend/algebra"
import type { Declare } from "@emend/algebra/schema"
import { type RecordKind, RecordStore, type Revision, Text } from "@emend/domain"
import * as Arbitrary from "effect/Arbitrary"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Generate from "../Generate.ts"
import { same } from "./Fact.ts"

/**
 * A record that is in the store.
 *
 * @category models
 * @since 0.1.0
 */
export interface Given {
  readonly key: RecordStore.RecordKey
  readonly state: Revision.Row
}

type Store<A> = Effect.Effect<A, RecordStore.StoreUnavailable, RecordStore.RecordStore>

/**
 * One kind under test, in one tenant that no other test uses.
 *
 * @category models
 * @since 0.1.0
 */
export interface Bench {
  readonly kind: RecordKind.RecordKind
  readonly tenant: string
  readonly fields: Readonly<Record<string, Declare.Any>>
  /** Commits one write and gives its result. */
  readonly commit: (...writes: RecordStore.Commit) => Store<RecordStore.CommitResult>
  /** Makes a valid state that no record has yet; everything it refers to is inserted. */
  readonly fresh: (like?: Revision.Row) => Store<Given>
  /** Inserts a fresh record. */
  readonly given: (like?: Revision.Row) => Store<Given>
  /** Deletes a record. */
  readonly bury: (record: Given) => Store<void>
  /** Reads a record that must be there. */
  readonly present: (key: RecordStore.RecordKey) => Store<RecordStore.Stored>
  readonly insert: (record: Given, more?: Partial<RecordStore.Insert>) => RecordStore.Insert
  readonly update: (record: Given, more: Partial<RecordStore.Update>) => RecordStore.Update
  /** Generates values; the same for the same seed. */
  readonly sample: <A>(from: Arbitrary.Arbitrary<A>, count: number, seed?: string) => ReadonlyArray<A>
}

/** The moments at which tests write: seconds apart, from one instant on. */
export const at = (seconds: number): string =>
  Text.timestamp(1_760_000_000_000_000_000n + BigInt(seconds) * 1_000_000_000n)

/** Who writes in tests, and when. */
export const author = (seconds: number, reason: string | null = null): Revision.Authorship => ({
  at: at(seconds),
  by: "tester",
  reason
})

/** An id that is valid as a UUID too. */
export const idOf = (count: number): string => `00000000-0000-7000-8000-${String(count).padStart(12, "0")}`

/** Prepares a kind in a tenant. `kinds` are all that the store holds. */
export const make = (
  kind: RecordKind.RecordKind,
  kinds: ReadonlyArray<RecordKind.RecordKind>,
  tenant: string
): Bench => {
  let counter = 0
  const sample: Bench["sample"] = (from, count, seed = "bench") =>
    Effect.runSync(Arbitrary.sampleEffect(from, { count, seed: `${seed} ${counter}`, size: 20 }))

  const commit: Bench["commit"] = (...writes) =>
    Effect.flatMap(RecordStore.RecordStore, (store) => store.commit([writes])).pipe(
      Effect.tap((results) => same("a batch of one has one result", results.length, 1)),
      Effect.map((results) => results[0]!)
    )

  const prepare = Effect.fnUntraced(function*(
    of: RecordKind.RecordKind,
    like: Revision.Row
  ): Effect.fn.Return<Given, RecordStore.StoreUnavailable, RecordStore.RecordStore> {
    const id = idOf(++counter)
    const state: Record<string, unknown> = {
      ...alive(of, sample(Generate.state(of.kind), 40)),
      ...cursorsAtStart(of),
      ...unshared(of, counter),
      id,
      ...(of.touched === undefined ? undefined : { [of.touched]: at(0) }),
      ...like
    }
    for (const [field, target] of Object.entries(of.references ?? {})) {
      if (Object.hasOwn(like, field)) continue
      const referred = yield* insertFresh(kinds.find((other) => other.kind.name === target)!, {})
      state[field] = referred.key.id
    }
    return { key: { kind: of.kind.name, tenant, id: state["id"] as string }, state }
  })

  const insertFresh = Effect.fnUntraced(function*(
    of: RecordKind.RecordKind,
    like: Revision.Row
  ): Effect.fn.Return<Given, RecordStore.StoreUnavailable, RecordStore.RecordStore> {
    const record = yield* prepare(of, like)
    yield* written(yield* commit(insert(record)))
    return record
  })

  const update: Bench["update"] = ({ key }, more) => ({ _tag: "Update", key, patch: {}, author: author(1), ...more })

  return {
    kind,
    tenant,
    fields: kind.kind.fields,
    commit,
    sample,
    insert,
    update,
    fresh: (like = {}) => prepare(kind, like),
    given: (like = {}) => insertFresh(kind, like),
    bury: (record) => {
      const { field, value } = kind.tombstone!
      return Effect.asVoid(Effect.flatMap(commit(update(record, { assign: { [field]: value } })), written))
    },
    present: (key) =>
      Effect.flatMap(RecordStore.RecordStore, (store) => store.get([key])).pipe(
        Effect.tap(([stored]) => same("the record is there", stored !== undefined, true)),
        Effect.map(([stored]) => stored!)
      )
  }
}

const insert: Bench["insert"] = ({ key, state }, more) => ({ _tag: "Insert", key, state, author: author(0), ...more })

/** Demands that a commit was carried out, and gives what its writes left. */
export const written = (
  result: RecordStore.CommitResult
): Effect.Effect<readonly [RecordStore.Written, ...ReadonlyArray<RecordStore.Written>]> =>
  Result.isSuccess(result)
    ? Effect.succeed(result.success as never)
    : Effect.die(new Error(`the commit is carried out, not ${JSON.stringify(result.failure)}`))

/** Demands that a commit was refused as said. */
export const rejected = <Tag extends RecordStore.Rejection["_tag"]>(
  result: RecordStore.CommitResult,
  tag: Tag
): Effect.Effect<Extract<RecordStore.Rejection, { readonly _tag: Tag }>> =>
  Result.isFailure(result) && result.failure._tag === tag
    ? Effect.succeed(result.failure as never)
    : Effect.die(new Error(`the commit is ${tag}, not ${JSON.stringify(result)}`))

/** The names of the fields of a field kind. */
export const namesOf = (kind: RecordKind.RecordKind, of: Field.Kind): ReadonlyArray<string> =>
  Object.keys(kind.kind.fields).filter((name) => kind.kind.fields[name].kind === of)

/** The fields that a move may assign freely: nothing hangs on their values. */
export const assignable = (kind: RecordKind.RecordKind): ReadonlyArray<string> => {
  const bound = new Set([
    "id",
    kind.touched,
    kind.tombstone?.field,
    ...Object.keys(kind.references ?? {}),
    ...(kind.unique ?? []).flatMap(({ fields }) => fields)
  ])
  return [...namesOf(kind, "guarded"), ...namesOf(kind, "fixed")].filter((name) => !bound.has(name))
}

const alive = (kind: RecordKind.RecordKind, samples: ReadonlyArray<Revision.Row>): Revision.Row => {
  const { tombstone } = kind
  if (tombstone === undefined) return samples[0]!
  const { field, value } = tombstone
  const living = samples.map((state) => state[field]).find((present) => present !== value)
  return { ...samples[0]!, [field]: living }
}

const cursorsAtStart = (kind: RecordKind.RecordKind): Revision.Row =>
  Object.fromEntries(namesOf(kind, "forward").map((name) => [name, null]))

/** For every field of a unique set that is no reference, a value that no other record of the test has. */
const unshared = (kind: RecordKind.RecordKind, count: number): Revision.Row =>
  Object.fromEntries(
    (kind.unique ?? []).flatMap(({ fields }) => fields)
      .filter((name) => !Object.hasOwn(kind.references ?? {}, name))
      .map((name) => [name, distinct(kind, name, count)])
  )

/** The value of a field that belongs to a number; another for each number. */
export const distinct = (kind: RecordKind.RecordKind, name: string, count: number): unknown =>
  [idOf(count), count].find(Schema.is(kind.kind.fields[name].schema as Schema.Schema<unknown>))
