/**
 * Records in the shapes in which the four APIs and their databases give them.
 *
 * @since 0.1.0
 */
import { Json, RecordArchive, type RecordKind, type Revision, Text } from "@emend/domain"
import * as Result from "effect/Result"
import * as ArchiveLine from "./ArchiveLine.ts"
import type { Flaw } from "./Flaw.ts"
import * as Moment from "./Moment.ts"

/**
 * How shapes are read.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options extends Moment.Policy {
  /** The kind of every record; told by its keys without it. */
  readonly kind: string | undefined
  /** What is done with fields that the kind does not have: refused, or of tasks kept in `task_metadata.imported`. */
  readonly unknown: "refuse" | "keep"
  /** Ids are those of SurrealDB, `table:key`, of which the key is taken. */
  readonly surreal: boolean
  /** When a record was made that does not say so. */
  readonly createdAt: string | undefined
  readonly organization: string | undefined
  readonly project: string | undefined
}

/**
 * A record, and what must be looked up before it can be put: the sequence number of the event that a cursor names, or
 * when the ends of a link were made.
 *
 * @category models
 * @since 0.1.0
 */
export interface Item {
  readonly record: RecordArchive.Archived
  readonly lookUp?: "cursor" | "ends"
}

type Value = Readonly<Record<string, unknown>>
type Read = Result.Result<Item, Flaw>

const kinds = new Map(RecordArchive.archivedKinds.map((kind) => [kind.kind.name, kind]))

const has = (value: Value, ...keys: ReadonlyArray<string>): boolean => keys.every((key) => Object.hasOwn(value, key))

/** By which keys a kind is known; the first that fits counts. */
const shapes: ReadonlyArray<readonly [kind: string, fits: (value: Value) => boolean]> = [
  ["BoardLink", (value) => has(value, "in", "out") || has(value, "parent_id", "child_id")],
  ["TaskAgentRevision", (value) => has(value, "task_agent_id", "number")],
  ["Event", (value) => has(value, "task_id", "agent_id") && (has(value, "content") || has(value, "sequence_id"))],
  ["AgentTaskTracker", (value) => has(value, "task_id", "agent_id")],
  ["BoardChange", (value) => has(value, "change", "number")],
  ["TaskAgent", (value) => has(value, "task_agent_run_visibility")],
  ["BoardTask", (value) => has(value, "title")],
  ["Task", (value) => ["params", "task_metadata", "status_reason", "cleaned_at"].some((key) => has(value, key))]
]

/** What a field is that a source leaves out, where it is not null. */
const defaults: Readonly<Record<string, Value>> = {
  BoardTask: { status: "backlog", priority: 3, source: "manual", is_deleted: false },
  BoardLink: { linked: true, created_by: "import" },
  TaskAgent: { task_agent_run_visibility: "owner_only", is_deleted: false },
  TaskAgentRevision: { mode: "agentic", task_tools: [], mcp_servers: [], integrations: [], skills: [] }
}

const jsonFields = new Set([
  "params",
  "task_metadata",
  "content",
  "memory_config",
  "task_tools",
  "mcp_servers",
  "integrations",
  "skills"
])
const numberFields = new Set(["priority", "sequence_id", "number", "max_turns", "revision_count"])
const booleanFields = new Set(["is_deleted", "linked"])

/**
 * Reads a row of a table: an empty cell is absent, JSON, numbers and booleans are in their JSON form where the field
 * holds such. A cell that cannot be read stays as it is, and is told as the flaw.
 *
 * @category operations
 * @since 0.1.0
 */
export const ofRow = (
  row: Readonly<Record<string, string>>,
  parsed: (text: string) => Result.Result<unknown, Flaw>
): { readonly value: Value; readonly flaw: Flaw | undefined } => {
  let flaw: Flaw | undefined
  const cells = Object.entries(row).filter(([, cell]) => cell !== "").map(([field, cell]): [string, unknown] => {
    const isNumber = numberFields.has(field) && /^-?\d+$/.test(cell)
    const isBoolean = booleanFields.has(field) && /^(true|false)$/.test(cell)
    if (!jsonFields.has(field) && !isNumber && !isBoolean) return [field, cell]
    const value = parsed(cell)
    if (Result.isSuccess(value)) return [field, value.success]
    flaw ??= { reason: `${field}: ${value.failure.reason}` }
    return [field, cell]
  })
  return { value: Object.fromEntries(cells), flaw }
}

/**
 * Reads a record by the fields of its kind. What was left out is filled in, and its history begins with it as it is.
 *
 * @category operations
 * @since 0.1.0
 */
export const read = (given: Value, tenant: string, options: Options): Read => {
  const name = options.kind ?? shapes.find(([, fits]) => fits(given))?.[0]
  if (name === undefined) {
    return Result.fail({ reason: "What kind of record this is cannot be told from its fields; --kind names it" })
  }
  const kind = kinds.get(name)
  if (kind === undefined) return Result.fail({ reason: `There is no kind ${name}` })
  const failed = (reason: string): Read => Result.fail({ kind: name, reason })
  const value = translated(name, given, options)
  const known = kind.kind.fields as Readonly<Record<string, unknown>>
  const unknown = Object.keys(value).filter((key) => !Object.hasOwn(known, key))
  if (unknown.length > 0 && (options.unknown === "refuse" || name !== "Task")) {
    const keeping = name === "Task" ? "; --unknown keep keeps them in task_metadata" : ""
    return failed(`A ${name} has no field ${unknown.join(", ")}${keeping}`)
  }
  const state: Record<string, unknown> = {}
  for (const field of Object.keys(known)) {
    const present = Object.hasOwn(value, field) ? value[field] : undefined
    state[field] = present ?? defaults[name]?.[field] ?? null
  }
  const flaw = inTime(kind, state, options) ?? (unknown.length > 0 ? kept(state, value, unknown) : undefined)
  if (flaw !== undefined) return failed(flaw)
  const lookUp = awaiting(name, state)
  const checked = ArchiveLine.state(name, state)
  return Result.isFailure(checked)
    ? failed(checked.failure)
    : Result.succeed({ record: begun(kind, tenant, checked.success), ...(lookUp && { lookUp }) })
}

/** Makes a record whose history begins with the state that it has. */
export const begun = (kind: RecordKind.RecordKind, tenant: string, state: Revision.Row): RecordArchive.Archived => ({
  key: { kind: kind.kind.name, tenant, id: state["id"] },
  version: 1,
  state,
  history: kind.touched === undefined ? [] : [{
    version: 1,
    at: state[kind.touched],
    by: state["created_by"] ?? "import",
    reason: "Imported",
    initial: state,
    patch: {},
    inverse: {},
    moves: {}
  }],
  snapshots: []
})

/** Gives the fields of a source the names and forms that the kind has. */
const translated = (kind: string, given: Value, { organization, project, surreal }: Options): Value => {
  switch (kind) {
    case "BoardLink": {
      if (!has(given, "in", "out")) return given
      const { id: _, in: from, out: to, ...rest } = given
      return { ...rest, parent_id: surreal ? key(from) : from, child_id: surreal ? key(to) : to }
    }
    case "BoardTask":
      return surreal && has(given, "id") ? { ...given, id: key(given["id"]) } : given
    case "TaskAgent": {
      const { active_revision, revisions, ...rest } = given
      if (!has(given, "revisions")) return { organization_id: organization, project_id: project, ...rest }
      // The newest revision counts as the tip: which one was activated last is not told.
      const numbered = (Array.isArray(revisions) ? revisions : []) as ReadonlyArray<Value>
      const tip = numbered.reduce<Value | undefined>(
        (tip, one) => tip === undefined || Number(one["number"]) > Number(tip["number"]) ? one : tip,
        undefined
      )
      return {
        organization_id: organization,
        project_id: project,
        active_revision_id: (active_revision as Value | null | undefined)?.["id"] ?? null,
        tip_revision_id: tip?.["id"],
        revision_count: tip?.["number"],
        ...rest
      }
    }
    case "TaskAgentRevision": {
      const { active: _, ...rest } = given
      return rest
    }
    default:
      return given
  }
}

/** The key of a SurrealDB record id: `task:abc`, ``task:`a b` `` or `task:⟨a b⟩`. */
const key = (id: unknown): unknown => {
  if (typeof id !== "string") return id
  const found = /^[A-Za-z_]\w*:(.+)$/s.exec(id)?.[1]
  return found?.replace(/^[⟨`](.*)[⟩`]$/s, "$1") ?? id
}

const timesOf = new Map(
  RecordArchive.archivedKinds.map(({ kind: { fields, name } }) => [
    name,
    Object.keys(fields).filter((field) => fields[field].schema === Text.Timestamp)
  ])
)

/** Brings all times into one form, and fills in what follows from another one; says what is wrong with them. */
const inTime = (kind: RecordKind.RecordKind, state: Record<string, unknown>, options: Options): string | undefined => {
  const times = timesOf.get(kind.kind.name)!
  for (const field of times) {
    if (state[field] === null) continue
    const moment = Moment.read(state[field], options)
    if (Result.isFailure(moment)) return `${field}: ${moment.failure}`
    state[field] = moment.success
  }
  const created = times.find((field) => field === "created_at" || field === "created")
  if (created === undefined || kind.kind.name === "BoardLink") return undefined
  const touched = kind.touched ?? created
  state[created] ??= state[touched] ?? options.createdAt ?? null
  state[touched] ??= state[created]
  return state[created] === null ? `${created} is missing; --created-at says when such records were made` : undefined
}

const kept = (state: Record<string, unknown>, value: Value, unknown: ReadonlyArray<string>): string | undefined => {
  const metadata = (state["task_metadata"] ?? {}) as Value
  if (has(metadata, "imported")) {
    return `task_metadata.imported is there already, so that ${unknown.join(", ")} has no place`
  }
  const imported = Object.fromEntries(unknown.map((key) => [key, value[key]]))
  const [flaw] = Json.flaws(imported)
  if (flaw !== undefined) return `${flaw.path.join(".")}: ${flaw.issue}`
  state["task_metadata"] = { ...metadata, imported }
  return undefined
}

/** Puts something that the schema lets through where something must be looked up first. */
const awaiting = (kind: string, state: Record<string, unknown>): Item["lookUp"] => {
  if (kind === "AgentTaskTracker" && typeof state["last_processed_event_id"] === "string") {
    state["last_processed_event_id"] = { sequence: 1, id: state["last_processed_event_id"] }
    return "cursor"
  }
  if (kind !== "BoardLink" || state["parent_created_at"] !== null) return undefined
  state["id"] ??= "link"
  const made = state["created_at"] ?? "0001-01-01T00:00:00.000000Z"
  state["parent_created_at"] = state["child_created_at"] = made
  state["created_at"] = made
  state["updated_at"] ??= made
  return "ends"
}
