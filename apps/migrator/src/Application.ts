/**
 * An application of updates, known again.
 *
 * @since 0.1.0
 */
import { RecordStore, Text } from "@emend/domain"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { createHash } from "node:crypto"
import { InputFailed } from "./Input.ts"
import type * as UpdateLine from "./UpdateLine.ts"

/**
 * What decides which lines are updates, and of which records.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options extends UpdateLine.Defaults {
  readonly maxRecordBytes: number
}

/** Twice as long as the marks of its writes, of which the last one is younger than the application. */
const lifetimeNanos = 2n * 86_400_000_000_000n

/**
 * Begins an application, or goes on with it. With other options the updates would be composed otherwise, so that what is
 * done could not be told by its marks and would be done again: that fails with {@link InputFailed}, for 48 hours.
 *
 * @category operations
 * @since 0.1.0
 */
export const begin = Effect.fnUntraced(function*(
  tenant: string,
  application: string,
  { kind, maxRecordBytes, organization, project }: Options
): Effect.fn.Return<void, InputFailed | RecordStore.StoreUnavailable, RecordStore.RecordStore> {
  const store = yield* RecordStore.RecordStore
  const now = yield* Clock.currentTimeNanos
  const id = `apply-${createHash("sha256").update(`options\n${application}`).digest("hex")}`
  const made = Text.timestamp(now)
  const flags = Object.entries({ kind, organization, project, "max-record-bytes": maxRecordBytes })
    .map(([flag, value]) => value === undefined ? `no --${flag}` : `--${flag} ${value}`).join(", ")
  const [found] = yield* store.recall([{ tenant, id }], made)
  const before = found?.note["flags"]
  if (before === flags) return
  if (before !== undefined) {
    return yield* new InputFailed({
      message: `The same was applied with other flags (${before}; now ${flags}), so that what is done could be done ` +
        "again: give the same flags, apply the rejects file alone, or name another run by --run"
    })
  }
  const memo = { id, fingerprint: id, made, expires: Text.timestamp(now + lifetimeNanos), note: { flags } }
  yield* store.remember(tenant, memo, null)
})
