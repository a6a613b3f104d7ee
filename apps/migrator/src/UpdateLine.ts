/**
 * A line of a file of updates.
 *
 * @since 0.1.0
 */
import { BoardTask, Task, TaskAgent, Text } from "@emend/domain"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { type Flaw, ofSchema } from "./Flaw.ts"
import { parsed } from "./Reading.ts"
import type { Piece } from "./Splitter.ts"
import { algebras, type Step } from "./Step.ts"
import * as Strict from "./Strict.ts"

/**
 * What is asked of one record.
 *
 * @category models
 * @since 0.1.0
 */
export interface UpdateLine {
  readonly kind: string
  readonly id: string
  readonly step: Step
  readonly reason: string | null
  /** The version that the record must have. */
  readonly version: number | undefined
}

/**
 * What lines need not say each for itself.
 *
 * @category models
 * @since 0.1.0
 */
export interface Defaults {
  readonly kind: string | undefined
  /** Where task agents live. */
  readonly organization: string | undefined
  readonly project: string | undefined
}

/** What each kind is asked, and what else may stand beside it. */
const verbs: ReadonlyMap<string, ReadonlyMap<string, ReadonlyArray<string>>> = new Map(
  Object.entries({
    Task: { update: [], move: ["status_reason"], delete: ["status_reason"] },
    AgentTaskTracker: { update: [] },
    BoardTask: { update: [], move: [], assign: [], claim: [], delete: [] },
    TaskAgent: { update: ["organization", "project", "base", "annotation"], delete: ["organization", "project"] }
  }).map(([kind, known]) => [kind, new Map(Object.entries(known))])
)

/**
 * The kinds of records that are updated.
 *
 * @category kinds
 * @since 0.1.0
 */
export const kinds: ReadonlyArray<string> = [...verbs.keys()]

/** Its fields are checked by the kind's own schema. */
const Body = Schema.Unknown.check(
  Schema.makeFilter((value) =>
    typeof value === "object" && value !== null && !Array.isArray(value) || "Expected a JSON object"
  )
)
const Line = Schema.Struct({
  kind: Schema.optionalKey(Schema.Literals(kinds)),
  id: Text.Id,
  update: Schema.optionalKey(Body),
  move: Schema.optionalKey(Text.Text),
  status_reason: Schema.optionalKey(Text.Text),
  assign: Schema.optionalKey(Body),
  claim: Schema.optionalKey(Body),
  delete: Schema.optionalKey(Schema.Literal(true)),
  organization: Schema.optionalKey(Text.Uuid),
  project: Schema.optionalKey(Text.Uuid),
  base: Schema.optionalKey(Text.Uuid),
  annotation: Schema.optionalKey(Text.Text.check(Schema.isMaxLength(255))),
  reason: Schema.optionalKey(Text.Text),
  version: Schema.optionalKey(Schema.Int.check(Schema.isGreaterThan(0)))
})
type Line = typeof Line.Type

const decode = Strict.decoder(Line)
const bodies = new Map([...algebras].map(([name, kind]) => [name, Strict.decoder(kind.Update)]))
const agentBody = Strict.decoder(TaskAgent.Update)
const uuid = Schema.decodeUnknownResult(Text.Uuid)

type Read<A> = Result.Result<A, string>

/**
 * Reads a line: the record by `kind` and `id`, and one of `update` (the body that the API takes, checked like it),
 * `move`, `assign`, `claim` and `delete`; or a rejected line that was mended.
 *
 * @category operations
 * @since 0.1.0
 */
export const read = (piece: Piece, defaults: Defaults): Result.Result<UpdateLine, Flaw> => {
  if ("flaw" in piece) return Result.fail({ reason: piece.flaw })
  if ("row" in piece) return Result.fail({ reason: "Updates are lines of JSON" })
  const value = parsed(piece.text)
  return Result.isFailure(value) ? Result.fail(value.failure) : ofValue(value.success, defaults)
}

const ofValue = (value: any, defaults: Defaults): Result.Result<UpdateLine, Flaw> => {
  if (typeof value?.line === "number") {
    if (typeof value.record === "object") return ofValue(value.record, defaults)
    if (typeof value.text === "string") return Result.flatMap(parsed(value.text), (text) => ofValue(text, defaults))
    if (typeof value.bytes === "string") return Result.fail({ reason: "A rejected update that was not mended" })
  }
  const found = decode(value)
  if (Result.isFailure(found)) return Result.fail({ reason: ofSchema(found.failure) })
  const line = found.success
  const { kind = defaults.kind, reason = null, version } = line
  if (kind === undefined) return Result.fail({ reason: "The kind of the record is missing; --kind names it for all" })
  const step = stepOf(kind, line, defaults)
  if (Result.isFailure(step)) return Result.fail({ kind, reason: step.failure })
  // One UUID has one form.
  const id = kind === "TaskAgent" ? line.id.toLowerCase() : line.id
  return Result.succeed({ kind, id, step: step.success, reason, version })
}

const everywhere: ReadonlySet<string> = new Set(["kind", "id", "reason", "version"])

const stepOf = (kind: string, line: Line, defaults: Defaults): Read<Step> => {
  const known = verbs.get(kind)!
  let verb = ""
  let count = 0
  const others: Array<string> = []
  for (const key in line) {
    if (known.has(key)) {
      verb = key
      count++
    } else if (!everywhere.has(key)) others.push(key)
  }
  if (count !== 1) {
    const names = [...known.keys()]
    return Result.fail(names.length === 1 ? `/${names[0]}: Missing key` : `Expected one of ${names.join(", ")}`)
  }
  const beside = known.get(verb)!
  const strange = others.filter((key) => !beside.includes(key))
  if (strange.length > 0) return Result.fail(`The ${verb} of a ${kind} takes no ${strange.join(", ")}`)
  switch (verb) {
    case "update":
      return kind === "TaskAgent" ? commandOf(line, defaults) : updateOf(kind, line)
    case "move":
      return moveOf(kind, line)
    case "assign":
      return Result.map(
        theOne(line.assign, ["instance_id", "user_id", "type_id"]),
        (to) => ({ _tag: "Assign" as const, to })
      )
    case "claim":
      return Result.map(
        theOne(line.claim, ["instance_id", "user_id"]),
        (by) => ({ _tag: "Claim" as const, by })
      )
    default:
      return deletion(kind, line, defaults)
  }
}

const updateOf = (kind: string, { update }: Line): Read<Step> => {
  const body = bodies.get(kind)!(update)
  return Result.isFailure(body)
    ? Result.fail(ofSchema(body.failure))
    : Result.succeed({ _tag: "Update", draft: algebras.get(kind)!.fromBody(body.success) })
}

/** An edit or an activation, never both (law Q6). */
const commandOf = (line: Line, defaults: Defaults): Read<Step> => {
  const { annotation, base } = line
  const scope = scopeOf(line, defaults)
  if (Result.isFailure(scope)) return Result.fail(scope.failure)
  const body = agentBody(line.update)
  if (Result.isFailure(body)) return Result.fail(ofSchema(body.failure))
  const command = TaskAgent.command(body.success)
  if (Result.isFailure(command)) {
    return Result.fail(
      `/update/${command.failure.join(", /update/")}: Nothing else may be changed where a revision is activated`
    )
  }
  if (command.success._tag === "Activate" && (base !== undefined || annotation !== undefined)) {
    return Result.fail("A base and an annotation belong to an edit")
  }
  return Result.succeed({
    _tag: "Command",
    scope: scope.success,
    command: command.success,
    ...(base !== undefined && { base }),
    ...(annotation !== undefined && { annotation })
  })
}

const moveOf = (kind: string, { move, status_reason }: Line): Read<Step> => {
  if (kind === "BoardTask") {
    const to = BoardTask.Status.literals.find((status) => status === move)
    return to === undefined
      ? Result.fail(`/move: Expected one of ${BoardTask.Status.literals.join(", ")}`)
      : Result.succeed({ _tag: "Transition", to })
  }
  const to = Task.lifecycle.statuses.find((status) => status === move)
  return to === undefined
    ? Result.fail(`/move: Expected one of ${Task.lifecycle.statuses.join(", ")}`)
    : Result.succeed({ _tag: "Move", to, ...(status_reason !== undefined && { status_reason }) })
}

/** A task is deleted by a move like any other. */
const deletion = (kind: string, line: Line, defaults: Defaults): Read<Step> => {
  const { status_reason } = line
  if (kind === "Task") {
    return Result.succeed({ _tag: "Move", to: "DELETED", ...(status_reason !== undefined && { status_reason }) })
  }
  return kind === "TaskAgent"
    ? Result.map(scopeOf(line, defaults), (scope) => ({ _tag: "Delete" as const, scope }))
    : Result.succeed({ _tag: "Delete" })
}

const scopeOf = (line: Line, defaults: Defaults) => {
  const organization = uuid(line.organization ?? defaults.organization)
  const project = uuid(line.project ?? defaults.project)
  return Result.isFailure(organization) || Result.isFailure(project)
    ? Result.fail(
      "Where the agent lives is missing: organization and project are UUIDs; --organization and --project say them for all"
    )
    : Result.succeed({ organization_id: organization.success, project_id: project.success })
}

const isId = Schema.is(Text.Id)

/** The one key of a body that is given; null counts as absent, as it does for the API. */
const theOne = <const Key extends "instance_id" | "user_id" | "type_id">(
  body: unknown,
  keys: ReadonlyArray<Key>
): Read<{ readonly field: `assigned_to_${Key}`; readonly id: string }> => {
  const given = Object.entries(body as object).filter(([, value]) => value !== null)
  const key = keys.find((key) => key === given[0]?.[0])
  const id = given[0]?.[1]
  return given.length !== 1 || key === undefined || !isId(id)
    ? Result.fail(`Expected the id of exactly one of ${keys.join(", ")}`)
    : Result.succeed({ field: `assigned_to_${key}`, id })
}
