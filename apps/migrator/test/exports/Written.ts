/** What a record of an export must be in a store, written down without the migrator's help. */
import { ContentHash, RecordArchive, type Revision } from "@emend/domain"

type Row = Revision.Row

const kinds = new Map(RecordArchive.archivedKinds.map((kind) => [kind.kind.name, kind]))

/** One change after the creation. */
export interface Step {
  readonly at: string
  readonly patch?: Row
  readonly assign?: Row
}

export const line = (
  kind: string,
  initial: Row,
  steps: ReadonlyArray<Step> = [],
  { by = "import", reason = "Imported" as string | null, tenant = "local" } = {}
): string => {
  const { kind: algebra, touched } = kinds.get(kind)!
  if (touched === undefined) return ContentHash.canonical({ kind, tenant, version: 1, state: initial })
  let state = initial
  const history: Array<Row> = [
    { version: 1, at: initial[touched], by, reason, initial, patch: {}, inverse: {}, moves: {} }
  ]
  const snapshots: Array<Row> = []
  for (const { assign = {}, at: asked, patch = {} } of steps) {
    const before = state
    const at = before[touched] > asked ? before[touched] : asked
    state = { ...algebra.apply(before, patch), ...assign, [touched]: at }
    const moves = Object.fromEntries(
      Object.entries(assign).map(([field, to]) => [field, { from: before[field], to }])
    )
    const version = history.length + 1
    history.push({
      version,
      at,
      by: "someone",
      reason: version % 2 === 0 ? null : "because \t of \\ this",
      initial: null,
      patch: algebra.normalise(patch),
      inverse: algebra.invert(before, patch),
      moves
    })
    if (version % 5 === 0) snapshots.push({ version, state })
  }
  return ContentHash.canonical({
    kind,
    tenant,
    version: history.length,
    state,
    history,
    ...(snapshots.length === 0 ? undefined : { snapshots })
  })
}
