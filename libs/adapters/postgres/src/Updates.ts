/**
 * Updates of one kind, executed by one statement.
 *
 * @since 0.1.0
 */
import { Json, type RecordStore, type Revision } from "@emend/domain"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type { SqlError } from "effect/sql/SqlError"
import { bigints, type Run, texts } from "./Database.ts"
import * as Encoded from "./Encoded.ts"
import * as Memos from "./Memos.ts"
import * as Relation from "./Relation.ts"
import * as UpdateInputs from "./UpdateInputs.ts"
import * as UpdateStatement from "./UpdateStatement.ts"

/**
 * What a write led to.
 *
 * @category models
 * @since 0.1.0
 */
export type Outcome = Result.Result<RecordStore.Written, RecordStore.Rejection>

/**
 * Executes updates of one kind, those of the same record in the order given, and answers each, in order. With `skips`, a
 * record that another transaction has locked is not waited for: its updates are not done, and answered by `undefined`.
 *
 * @category models
 * @since 0.1.0
 */
export interface Execute {
  (run: Run, updates: ReadonlyArray<RecordStore.Update>): Effect.Effect<ReadonlyArray<Outcome>, SqlError>
  (
    run: Run,
    updates: ReadonlyArray<RecordStore.Update>,
    skips: boolean
  ): Effect.Effect<ReadonlyArray<Outcome | undefined>, SqlError>
}

/**
 * Prepares the execution of the updates of a kind.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (relation: Relation.Relation): Execute => {
  const statements = new Map<string, string>()
  const encode = encoding(relation)
  const { patched } = UpdateStatement.writable(relation)
  const all = patched.map(({ field }) => field)
  const maps = patched.filter(({ declared }) => declared.kind === "map").map(({ field }) => field)

  const statement = (shape: UpdateInputs.Shape): string => {
    const name = UpdateInputs.nameOf(shape)
    const known = statements.get(name)
    if (known !== undefined) return known
    const made = UpdateStatement.make(relation, shape)
    statements.set(name, made)
    return made
  }

  const execute = (run: Run, given: ReadonlyArray<RecordStore.Update>, skips: boolean) => {
    const { firsts, folds, next, order } = chained(given)
    const updates = order.map((place) => given[place]!)
    const encoded = updates.map((update) => Encoded.of(update, encode))
    const touched = touchedBy(encoded)
    const fields = touched.length <= 1 ? touched : all
    const shape = shapeOf(updates, encoded, { patched: fields, alone: updates.length === 1, folds, skips }, maps)
    const text = shape.alone ? only : texts
    const each = (read: (update: RecordStore.Update, encoded: Ready) => string | null) =>
      shape.alone ? read(updates[0]!, encoded[0]!) : texts(updates.map((update, at) => read(update, encoded[at]!)))
    const parameters: Array<unknown> = [
      each(({ key }) => key.tenant),
      each(({ key }) => key.id),
      each(({ author }) => author.at),
      each(({ author }) => author.by),
      each(({ author }) => author.reason),
      each((_, { json }) => json)
    ]
    if (UpdateInputs.hasExtras(shape)) parameters.push(each((_, { more }) => more))
    if (shape.remembers) {
      const notes = encoded.map(({ note }) => note)
      parameters.push(...Memos.parameters(updates.map(({ memo }) => memo), notes, text))
    }
    if (folds) parameters.push(bigints(next), String(firsts))
    const outcomesOf = (rows: ReadonlyArray<ReadonlyArray<unknown>>): ReadonlyArray<Outcome | undefined> => {
      const outcomes: Array<Outcome | undefined> = given.map(({ key }) => Result.fail({ _tag: "Missing", key }))
      for (const row of rows) {
        const ordinal = row[0] as number
        if (row[1] !== "locked") outcomes[order[ordinal - 1]!] = outcome(relation, updates[ordinal - 1]!, row)
        else for (let of = ordinal; of > 0; of = next[of - 1]!) outcomes[order[of - 1]!] = undefined
      }
      return outcomes
    }
    // What keeps the whole state is prepared for each execution, and one in so many needs it: so one alone asks without.
    return Effect.flatMap(run(statement(shape), parameters), (rows) =>
      rows[0]?.[1] === "due"
        ? Effect.map(run(statement({ ...shape, keeps: true }), parameters), outcomesOf)
        : Effect.succeed(outcomesOf(rows)))
  }
  return ((run: Run, given: ReadonlyArray<RecordStore.Update>, skips: boolean = false) =>
    Effect.suspend(() => execute(run, given, skips))) as Execute
}

/** What updates make use of. */
const shapeOf = (
  updates: ReadonlyArray<RecordStore.Update>,
  encoded: ReadonlyArray<Ready>,
  known: Pick<UpdateInputs.Shape, "patched" | "alone" | "folds" | "skips">,
  maps: ReadonlyArray<string>
): UpdateInputs.Shape => {
  const shape = {
    ...known,
    keeps: !known.alone,
    removes: false,
    covers: true,
    assigns: false,
    advances: false,
    demands: false,
    rehearses: false,
    remembers: false,
    redacts: false
  }
  for (let at = 0; at < updates.length; at++) {
    const { extras, patch } = encoded[at]!
    const { dry, memo, redact } = updates[at]!
    shape.removes ||= removes(patch, maps)
    shape.covers &&= known.patched.every((field) => Object.hasOwn(patch, field))
    shape.assigns ||= extras?.a !== undefined
    shape.advances ||= extras?.e !== undefined
    shape.demands ||= extras?.v !== undefined || extras?.w !== undefined
    shape.rehearses ||= dry === true
    shape.remembers ||= memo !== undefined
    shape.redacts ||= redact === true
  }
  return shape
}

/** The fields that patches touch, each once. */
const touchedBy = (encoded: ReadonlyArray<Ready>): ReadonlyArray<string> => {
  const [first] = encoded
  return encoded.length === 1
    ? Object.keys(first!.patch)
    : [...new Set(encoded.flatMap(({ patch }) => Object.keys(patch)))]
}

const only = (values: ReadonlyArray<string | null>): string | null => values[0]!

interface Ready extends Encoded.Encoded {
  readonly patch: Revision.Row
  readonly extras: UpdateInputs.Extras | null
}

/**
 * Gives what encodes updates of a kind. What no caller may ask for, or JSON cannot write, is a defect, which it throws.
 *
 * @category constructors
 * @since 0.1.0
 */
export const encoding = (relation: Relation.Relation): (update: RecordStore.Update) => Ready => {
  const check = checking(relation)
  return (update) => {
    const defect = check(update)
    if (defect !== undefined) throw defect
    const patch = relation.kind.kind.normalise(update.patch)
    const extras = extrasOf(update)
    return { ...Encoded.make(patch, extras, update.memo), patch, extras }
  }
}

const checking = (relation: Relation.Relation): (update: RecordStore.Update) => Error | undefined => {
  const { name } = relation.kind.kind
  const { assigned, patched } = UpdateStatement.writable(relation)
  const [patchable, assignable] = [patched, assigned].map((of) => new Set(of.map(({ field }) => field)))
  return ({ assign = {}, patch }) => {
    if (relation.kind.touched === undefined) return new Error(`${name} is immutable`)
    const cursor = Object.keys(patch).find((field) => !patchable!.has(field))
    if (cursor !== undefined) return new Error(`A patch of ${name} has the cursor ${cursor}`)
    const fixed = Object.keys(assign).find((field) => !assignable!.has(field))
    return fixed === undefined ? undefined : new Error(`${name}.${fixed} cannot be assigned`)
  }
}

/**
 * Orders updates so that the first of each record stands before all others, and links each to the next one of its record.
 */
const chained = (updates: ReadonlyArray<RecordStore.Update>) => {
  if (updates.length === 1) return { order: [0], next: [0], firsts: 1, folds: false }
  const byRecord = new Map<string, Array<number>>()
  updates.forEach(({ key }, place) => {
    const name = JSON.stringify([key.tenant, key.id])
    const chain = byRecord.get(name)
    chain === undefined ? byRecord.set(name, [place]) : chain.push(place)
  })
  const chains = [...byRecord.values()]
  const order = [...chains.map(([first]) => first!), ...chains.flatMap(([, ...others]) => others)]
  const ordinals: Array<number> = []
  order.forEach((place, at) => (ordinals[place] = at + 1))
  const next = order.map(() => 0)
  for (const chain of chains) {
    for (let i = 1; i < chain.length; i++) next[ordinals[chain[i - 1]!]! - 1] = ordinals[chain[i]!]!
  }
  return { order, next, firsts: chains.length, folds: chains.length < updates.length }
}

/** Whether a patch takes keys out of a map, or replaces one. */
const removes = (patch: Revision.Row, maps: ReadonlyArray<string>): boolean =>
  maps.some((field) => {
    if (!Object.hasOwn(patch, field)) return false
    const { merge } = patch[field] as { readonly merge?: Revision.Row }
    return merge === undefined || Object.hasOwn(merge, "unset")
  })

const extrasOf = (
  { advance, assign, backwards, dry, versions, where }: RecordStore.Update
): UpdateInputs.Extras | null => {
  const used = <A extends object>(value: A | undefined) => value !== undefined && Object.keys(value).length > 0
  const extras = {
    ...(versions === undefined ? undefined : { v: versions }),
    ...(used(where) ? { w: where } : undefined),
    ...(used(assign) ? { a: assign } : undefined),
    ...(dry === true ? { d: true as const } : undefined),
    ...(used(advance) ? { e: advance, ...(backwards === "join" ? { j: true as const } : undefined) } : undefined)
  }
  return used(extras) ? extras : null
}

const outcome = (
  relation: Relation.Relation,
  { advance, key }: RecordStore.Update,
  row: ReadonlyArray<unknown>
): Outcome => {
  const [tag, place] = (row[1] as string).split(":")
  const field = place === undefined ? "" : relation.attributes[Number(place)]!.field
  const stored = () => ({ version: row[2] as number, state: Relation.read(relation, row, 3) })
  switch (tag) {
    case "missing":
      return Result.fail({ _tag: "Missing", key })
    case "stale":
      return Result.fail({ _tag: "Stale", key, record: stored() })
    case "unknown":
      return Result.fail({ _tag: "UnknownEntry", key, field, id: advance![field]! })
    case "backwards":
      return Result.fail({
        _tag: "Backwards",
        key,
        field,
        present: { sequence: row.at(-3) as number, id: row.at(-2) as string },
        given: { sequence: row.at(-1) as number, id: advance![field]! }
      })
    case "large":
      return Result.fail({ _tag: "TooLarge", key, field, limit: Json.maxBytes })
    default:
      return Result.succeed({ ...stored(), changed: tag === "done" })
  }
}
