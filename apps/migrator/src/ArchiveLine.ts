/**
 * The form in which whole records are exported and taken back without loss: one JSON object a line, keys sorted.
 *
 * @since 0.1.0
 */
import { Equality } from "@emend/algebra"
import { ContentHash, RecordArchive, type RecordKind, type RecordStore, Revision, Text } from "@emend/domain"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Flaw from "./Flaw.ts"
import * as Strict from "./Strict.ts"

const kinds = new Map(RecordArchive.archivedKinds.map((kind) => [kind.kind.name, kind]))

const Row = Schema.Record(Schema.String, Schema.Json)
const Version = Schema.Int.check(Schema.isGreaterThan(0))

const Line = Schema.Struct({
  kind: Schema.Literals(RecordArchive.archivedKinds.map((kind) => kind.kind.name)),
  tenant: Schema.optionalKey(Text.Id),
  version: Schema.optionalKey(Version),
  state: Row,
  history: Schema.optionalKey(Schema.Array(Schema.Struct({
    version: Version,
    at: Text.Timestamp,
    by: Text.Text,
    reason: Schema.NullOr(Text.Text),
    initial: Schema.NullOr(Row),
    patch: Row,
    inverse: Row,
    moves: Schema.Record(Schema.String, Schema.Struct({ from: Schema.Json, to: Schema.Json })),
    redacted: Schema.optionalKey(Schema.Literal(true))
  }))),
  snapshots: Schema.optionalKey(Schema.Array(Schema.Struct({ version: Version, state: Row })))
})

const decode = Strict.decoder(Line)
const states = new Map(RecordArchive.archivedKinds.map((kind) => [
  kind.kind.name,
  Strict.decoder(kind.kind.State as Schema.Codec<Revision.Row, Revision.Row>)
]))

/**
 * Checks a state by the declaration of its kind, and tells all that is wrong with it.
 *
 * @category conversions
 * @since 0.1.0
 */
export const state = (kind: string, value: unknown): Result.Result<Revision.Row, string> =>
  Result.mapError(states.get(kind)!(value), Flaw.ofSchema)

/**
 * Tells whether a JSON object has the form of an exported record.
 *
 * @category queries
 * @since 0.1.0
 */
export const isLine = (value: Revision.Row): boolean =>
  typeof value["kind"] === "string" && Object.hasOwn(value, "state")

/**
 * Writes a record as a line, without its end.
 *
 * @category conversions
 * @since 0.1.0
 */
export const write = ({ history, key, snapshots, state, version }: RecordArchive.Archived): string =>
  ContentHash.canonical({
    kind: key.kind,
    tenant: key.tenant,
    version,
    state,
    ...(history.length === 0 ? undefined : { history }),
    ...(snapshots.length === 0 ? undefined : { snapshots })
  })

/**
 * Reads a line that {@link write} wrote, without a check.
 *
 * @category conversions
 * @since 0.1.0
 */
export const ofWritten = (line: string): RecordArchive.Archived => {
  const { history = [], kind, snapshots = [], state, tenant, version } = JSON.parse(line)
  return { key: { kind, tenant, id: state.id }, version, state, history, snapshots }
}

/**
 * Reads a line, with the tenant given where it has none. Its history must lead to its state, version by version.
 *
 * @category conversions
 * @since 0.1.0
 */
export const read = (value: unknown, tenant: string): Result.Result<RecordArchive.Archived, string> => {
  const line = decode(value)
  if (Result.isFailure(line)) return Result.fail(Flaw.ofSchema(line.failure))
  const { history = [], kind, snapshots = [], version = 1 } = line.success
  const checked = state(kind, line.success.state)
  if (Result.isFailure(checked)) return Result.fail(checked.failure)
  const record: RecordArchive.Archived = {
    key: { kind, tenant: line.success.tenant ?? tenant, id: checked.success["id"] },
    version,
    state: checked.success,
    history: history as ReadonlyArray<Revision.Revision>,
    snapshots
  }
  const flaw = historyFlaw(kinds.get(kind)!, record)
  return flaw === undefined ? Result.succeed(record) : Result.fail(flaw)
}

/** Says what is wrong with a history. */
const historyFlaw = (kind: RecordKind.RecordKind, record: RecordArchive.Archived): string | undefined => {
  const { history, snapshots, version } = record
  if (kind.touched === undefined) {
    if (history.length > 0 || snapshots.length > 0 || version !== 1) return `A ${kind.kind.name} has no history`
    return undefined
  }
  if (history.length !== version || history.some((revision, i) => revision.version !== i + 1)) {
    return `Expected a history with each version from 1 to ${version}`
  }
  if (history.some(({ initial }, i) => (initial === null) !== (i > 0))) return "Expected one initial state, the first"
  for (
    const whole of [...snapshots.map(({ state }) => state), ...(history[0]!.redacted ? [] : [history[0]!.initial])]
  ) {
    const checked = state(kind.kind.name, whole)
    if (Result.isFailure(checked)) return `A state of the history: ${checked.failure}`
  }
  if (
    snapshots.some((snapshot, i) => snapshot.version > version || snapshot.version <= (snapshots[i - 1]?.version ?? 0))
  ) {
    return "Expected whole states at versions that the record has, in order"
  }
  try {
    return leads(kind, record) ? undefined : "The history does not lead to the state"
  } catch {
    // The algebra takes what its schemas let through; what is no update at all fails in it.
    return "A revision holds something that is no update"
  }
}

const leads = (kind: RecordKind.RecordKind, { history, snapshots, state }: RecordArchive.Archived): boolean => {
  for (const { inverse, patch } of history) {
    if (
      !kind.kind.equal(kind.kind.normalise(patch), patch) || !kind.kind.equal(kind.kind.normalise(inverse), inverse)
    ) {
      return false
    }
  }
  // From each whole state to the next one, or to the present.
  const first = history[0]!.redacted ? [] : [{ version: 1, state: history[0]!.initial! }]
  const whole: ReadonlyArray<RecordStore.Stored> = [...first, ...snapshots, { version: history.length, state }]
  return whole.every((to, i) => {
    const from = whole[i - 1]
    if (from === undefined) return true
    const between = history.slice(from.version, to.version)
    return between.some(({ redacted }) => redacted) ||
      Equality.same(Revision.replayAll(kind, from.state, between), to.state)
  })
}
