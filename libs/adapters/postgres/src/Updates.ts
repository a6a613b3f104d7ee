/**
 * Updates of one kind, executed as one statement.
 *
 * @since 0.1.0
 */
import { Json, type RecordStore } from "@emend/domain"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type { SqlError } from "effect/sql/SqlError"
import { jsons, type Run, texts } from "./Database.ts"
import * as Memos from "./Memos.ts"
import * as Relation from "./Relation.ts"
import * as UpdateStatement from "./UpdateStatement.ts"

/**
 * What a write led to.
 *
 * @category models
 * @since 0.1.0
 */
export type Outcome = Result.Result<RecordStore.Written, RecordStore.Rejection>

/**
 * Executes updates of different records of one kind, and answers each, in order.
 *
 * @category models
 * @since 0.1.0
 */
export type Execute = (
  run: Run,
  updates: ReadonlyArray<RecordStore.Update>
) => Effect.Effect<ReadonlyArray<Outcome>, SqlError>

/**
 * Prepares the execution of the updates of a kind.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (relation: Relation.Relation): Execute => {
  const statements = new Map<string, string>()
  const { assigned, patched } = UpdateStatement.writable(relation)
  const all = patched.map(({ field }) => field)
  const assignable = new Set(assigned.map(({ field }) => field))

  const statement = (shape: UpdateStatement.Shape): string => {
    const name = JSON.stringify(shape)
    const known = statements.get(name)
    if (known !== undefined) return known
    const made = UpdateStatement.make(relation, shape)
    statements.set(name, made)
    return made
  }

  return (run, updates) => {
    const { name } = relation.kind.kind
    if (relation.kind.touched === undefined) return Effect.die(new Error(`${name} is immutable`))
    const patches = updates.map(({ patch }) => relation.kind.kind.normalise(patch))
    const extras = updates.map(extrasOf)
    const touched = new Set(patches.flatMap((patch) => Object.keys(patch)))
    for (const field of touched) {
      if (!all.includes(field)) return Effect.die(new Error(`A patch of ${name} has the cursor ${field}`))
    }
    for (const extra of extras) {
      const field = Object.keys(extra?.a ?? {}).find((field) => !assignable.has(field))
      if (field !== undefined) return Effect.die(new Error(`${name}.${field} cannot be assigned`))
    }
    const remembers = updates.some(({ memo }) => memo !== undefined)
    const text = statement({
      patched: touched.size <= 1 ? [...touched] : all,
      assigns: extras.some((extra) => extra?.a !== undefined),
      advances: extras.some((extra) => extra?.e !== undefined),
      demands: extras.some((extra) => extra?.v !== undefined || extra?.w !== undefined),
      rehearses: updates.some(({ dry }) => dry === true),
      remembers,
      redacts: updates.some(({ redact }) => redact === true)
    })
    const parameters = [
      texts(updates.map(({ key }) => key.tenant)),
      texts(updates.map(({ key }) => key.id)),
      jsons(patches),
      jsons(extras),
      texts(updates.map(({ author }) => author.at)),
      texts(updates.map(({ author }) => author.by)),
      texts(updates.map(({ author }) => author.reason)),
      ...(remembers ? Memos.parameters(updates.map(({ memo }) => memo)) : [])
    ]
    return Effect.map(run(text, parameters), (rows) => {
      const outcomes: Array<Outcome> = updates.map(({ key }) => Result.fail({ _tag: "Missing", key }))
      for (const row of rows) {
        const at = (row[0] as number) - 1
        outcomes[at] = outcome(relation, updates[at]!, row)
      }
      return outcomes
    })
  }
}

const extrasOf = (
  { advance, assign, backwards, dry, versions, where }: RecordStore.Update
): UpdateStatement.Extras | null => {
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
  const stored = () => ({ version: row[5] as number, state: Relation.read(relation, row, 6) })
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
        present: { sequence: row[2] as number, id: row[3] as string },
        given: { sequence: row[4] as number, id: advance![field]! }
      })
    case "large":
      return Result.fail({ _tag: "TooLarge", key, field, limit: Json.maxBytes })
    default:
      return Result.succeed({ ...stored(), changed: tag === "done" })
  }
}
