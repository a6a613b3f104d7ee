/**
 * Taking the content of a record away: from its present state, and from its history. Ids, times, versions, paths and
 * authors stay.
 *
 * @since 0.1.0
 */
import type { RecordKind } from "./RecordKind.ts"
import type { Update } from "./RecordStore.ts"
import type { Revision, Row } from "./Revision.ts"

/**
 * Gives the update that clears the content of a record.
 *
 * @category rules
 * @since 0.1.0
 */
export const clearing = (recordKind: RecordKind): Required<Pick<Update, "patch" | "assign">> => {
  const fields = contentOf(recordKind)
  const assigned = fields.filter((name) => isAssigned(recordKind, name))
  return {
    patch: Object.fromEntries(fields.filter((name) => !assigned.includes(name)).map((name) => [name, { set: null }])),
    assign: Object.fromEntries(assigned.map((name) => [name, null]))
  }
}

/**
 * Takes the content out of a revision. What it touched stays told (`mask(redacted(p)) = mask(p)`), and twice is once.
 *
 * @category operations
 * @since 0.1.0
 */
export const redacted = (recordKind: RecordKind, revision: Revision): Revision => {
  const fields = contentOf(recordKind)
  return {
    ...revision,
    reason: null,
    initial: revision.initial === null
      ? null
      : { ...revision.initial, ...Object.fromEntries(fields.map((name) => [name, null])) },
    patch: withoutValues(fields, revision.patch),
    inverse: withoutValues(fields, revision.inverse),
    moves: {
      ...revision.moves,
      ...Object.fromEntries(
        fields.filter((name) => Object.hasOwn(revision.moves, name)).map((name) => [name, { from: null, to: null }])
      )
    },
    redacted: true
  }
}

/**
 * Redacts a history, oldest first. Of what is redacted already nothing changes; the change by which the record was
 * cleared, where there is one, keeps its reason.
 *
 * @category operations
 * @since 0.1.0
 */
export const redactedAll = (
  recordKind: RecordKind,
  history: ReadonlyArray<Revision>,
  cleared?: number
): ReadonlyArray<Revision> =>
  history.map((revision) =>
    revision.redacted
      ? revision
      : {
        ...redacted(recordKind, revision),
        ...(revision.version === cleared ? { reason: revision.reason } : undefined)
      }
  )

/**
 * Lists the kinds whose records are cleaned with a record of a kind: those with content that refer to it, and by which
 * field.
 *
 * @category queries
 * @since 0.1.0
 */
export const referring = (
  kinds: Iterable<RecordKind>,
  name: string
): ReadonlyArray<{ readonly kind: string; readonly field: string }> =>
  [...kinds].filter(({ content }) => content !== undefined).flatMap(({ kind, references = {} }) =>
    Object.keys(references).filter((field) => references[field] === name).map((field) => ({ kind: kind.name, field }))
  )

const contentOf = ({ content }: RecordKind): ReadonlyArray<string> => content?.fields ?? []

const isAssigned = ({ kind }: RecordKind, name: string): boolean =>
  ["guarded", "fixed"].includes(kind.fields[name].kind)

const withoutValues = (fields: ReadonlyArray<string>, patch: Row): Row => ({
  ...patch,
  ...Object.fromEntries(
    fields.filter((name) => Object.hasOwn(patch, name)).map((name) => [name, withoutValue(patch[name])])
  )
})

const withoutValue = (operation: Row): Row => {
  const merge: Row | undefined = operation["merge"]
  if (merge === undefined) return { set: null }
  if (merge["set"] === undefined) return { merge }
  return { merge: { ...merge, set: Object.fromEntries(Object.keys(merge["set"]).map((key) => [key, null])) } }
}
