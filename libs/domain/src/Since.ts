/**
 * What was committed to a record since a version.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import { had } from "./Conditions.ts"
import type { RecordKind } from "./RecordKind.ts"
import type { RecordKey, RecordStore, Stored, StoreUnavailable } from "./RecordStore.ts"
import { RevisionRedacted, VersionUnknown } from "./Refusals.ts"
import { effect, type Row } from "./Revision.ts"

/**
 * What was committed to a record since a version: as one update, with the state that it started from as far as updates
 * lead, and for each field that was moved since, its value then.
 *
 * @category models
 * @since 0.1.0
 */
export interface Since {
  readonly committed: Row
  readonly base: Row
  readonly moved: Row
}

/** How many revisions are read at a time. */
const pageSize = 100

/**
 * Reads what was committed to a record since a version, up to the present one given.
 *
 * @category operations
 * @since 0.1.0
 */
export const read = Effect.fnUntraced(function*(
  store: RecordStore["Service"],
  recordKind: RecordKind,
  key: RecordKey,
  present: Stored,
  version: number
): Effect.fn.Return<Since, VersionUnknown | RevisionRedacted | StoreUnavailable> {
  if (!had(present, version)) {
    return yield* new VersionUnknown({ kind: key.kind, id: key.id, present: present.version, given: version })
  }
  const { kind } = recordKind
  const found = { committed: {} as Row, base: present.state, moved: {} as Record<string, unknown> }
  // Page by page, each folded into what is kept: a long history takes time and no more memory than its outcome.
  for (let newest = present.version; newest > version; newest -= pageSize) {
    const page = yield* store.history(key, { before: newest + 1, limit: Math.min(pageSize, newest - version) })
    if (page.some(({ redacted }) => redacted)) {
      return yield* new RevisionRedacted({ kind: key.kind, id: key.id, present: present.version, given: version })
    }
    const effects = page.toReversed().map((revision) => effect(recordKind, revision))
    found.committed = kind.combineAll([...effects, found.committed])
    found.base = kind.apply(found.base, kind.combineAll(page.map(({ inverse }) => inverse)))
    for (const { moves } of page) for (const field of Object.keys(moves)) found.moved[field] = moves[field]!.from
  }
  return found
})
