/**
 * Stores to read whole records from, in one order: by kind, tenant and id.
 *
 * @since 0.1.0
 */
import { RecordArchive, type RecordStore, Text } from "@emend/domain"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type * as Scope from "effect/Scope"
import { existsSync } from "node:fs"
import * as ArchiveLine from "./ArchiveLine.ts"
import { ChangeNumbers } from "./ChangeNumbers.ts"
import * as Import from "./Import.ts"
import { failure, InputFailed, pieces } from "./Input.ts"
import * as Reading from "./Reading.ts"
import * as Shelf from "./Shelf.ts"
import * as ShelfArchive from "./ShelfArchive.ts"
import * as Store from "./Store.ts"

/**
 * Why a source cannot be read.
 *
 * @category errors
 * @since 0.1.0
 */
export type Failure = RecordStore.StoreUnavailable | Store.StoreFailed | InputFailed

/**
 * Gives the next records, in order; none at the end.
 *
 * @category models
 * @since 0.1.0
 */
export type Pull = Effect.Effect<ReadonlyArray<RecordArchive.Archived>, Failure>

const order = new Map(RecordArchive.archivedKinds.map(({ kind }, at) => [kind.name, at]))

/**
 * Compares two keys in the order of sources.
 *
 * @category comparisons
 * @since 0.1.0
 */
export const compare = (a: RecordStore.RecordKey, b: RecordStore.RecordKey): number =>
  order.get(a.kind)! - order.get(b.kind)! || Text.byCodePoint(a.tenant, b.tenant) || Text.byCodePoint(a.id, b.id)

/**
 * How many records a source gives at once, at most.
 *
 * @category limits
 * @since 0.1.0
 */
export const page = 1000

/**
 * How many bytes of JSON the states of the records take that a source gives at once, and how many their histories, before
 * the last of them.
 *
 * @category limits
 * @since 0.1.0
 */
export const pageBytes = 4_194_304

/**
 * How a source that is a server is read.
 *
 * @category models
 * @since 0.1.0
 */
export type Served = Pick<
  Parameters<typeof Import.fromServer>[1],
  "organization" | "project" | "unknown" | "assumeUtc" | "cutNanoseconds" | "spool"
>

/**
 * Opens the source of an address while the scope is open; with a tenant, its records only. What a server shows is taken
 * as a copy takes it, and waits on the disk; its records get the tenant.
 *
 * @category constructors
 * @since 0.1.0
 */
export const open = (
  address: string,
  environment: Store.Environment,
  tenant?: string,
  served: Served = asServed
): Effect.Effect<Pull, Failure, Scope.Scope> =>
  Effect.gen(function*() {
    const resolved = yield* Store.resolved(address, environment)
    if (resolved.startsWith("file:")) return ofFile(resolved.slice("file:".length), tenant)
    if (/^https?:/.test(resolved)) return yield* ofServer(resolved, environment, tenant, served)
    if (resolved.startsWith("embedded:") && !existsSync(resolved.slice("embedded:".length))) {
      return yield* new Store.StoreFailed({ message: `${resolved} cannot be read: there is no such folder` })
    }
    const archive = yield* Effect.provide(RecordArchive.RecordArchive, yield* Store.context(resolved, environment))
    return yield* ofArchive(archive, tenant)
  })

/**
 * Reads an archive in pages.
 *
 * @category constructors
 * @since 0.1.0
 */
export const ofArchive = Effect.fnUntraced(function*(
  archive: RecordArchive.RecordArchive["Service"],
  tenant: string | undefined,
  limit = page,
  bytes = pageBytes
): Effect.fn.Return<Pull, RecordStore.StoreUnavailable> {
  const tenants = tenant === undefined ? yield* archive.tenants : [tenant]
  const parts = RecordArchive.archivedKinds.flatMap(({ kind: { name } }) =>
    tenants.map((tenant) => ({ kind: name, tenant }))
  )
  let [at, after, next] = [0, "", limit]
  return Effect.gen(function*() {
    while (at < parts.length) {
      const records = yield* archive.read({ ...parts[at]!, after, limit: next, bytes })
      const last = records.at(-1)
      if (last !== undefined) {
        after = last.key.id
        // Where few records take the bytes, the store need not look at many more to tell which they are.
        next = Math.min(limit, 4 * records.length)
        return records
      }
      at++
      after = ""
      next = limit
    }
    return []
  })
})

const asServed: Served = {
  organization: undefined,
  project: undefined,
  unknown: "refuse",
  assumeUtc: false,
  cutNanoseconds: false,
  spool: undefined
}

/** Puts what a server shows on a shelf: its lists are not in the order of sources. */
const ofServer = Effect.fnUntraced(function*(
  address: string,
  environment: Store.Environment,
  tenant: string | undefined,
  served: Served
): Effect.fn.Return<Pull, Failure, Scope.Scope> {
  const shelf = yield* Effect.acquireRelease(
    Effect.sync(() => Shelf.open(served.spool)),
    (shelf) => Effect.sync(() => shelf.close())
  )
  const archive = ShelfArchive.make(shelf)
  const { data, lines } = yield* Import.fromServer(address, {
    ...served,
    kind: undefined,
    surreal: false,
    createdAt: undefined,
    token: environment["EMEND_TOKEN"],
    tenant,
    batch: servedPage,
    maxRejects: -1,
    rejects: undefined
  }).pipe(
    Effect.provideService(RecordArchive.RecordArchive, archive),
    Effect.provideService(ChangeNumbers, {
      last: (tenant) => Effect.sync(() => shelf.lastNumber("BoardChange", tenant))
    }),
    Effect.catchTag("TooManyRejects", ({ message }) => Effect.fail(new InputFailed({ message })))
  )
  if (data["rejected"] !== 0) {
    return yield* new InputFailed({
      message: `${Store.shown(address)} serves what cannot be taken:\n${lines.join("\n")}`
    })
  }
  return yield* ofArchive(archive, undefined, servedPage)
})

/** A server is slower than any batch: few records are held at once. */
const servedPage = 100

/** Reads an exported file, which has the order of sources: so it is never held whole. */
const ofFile = (path: string, tenant: string | undefined): Pull => {
  const source = pieces(path, { format: "ndjson", maxRecordBytes: Infinity })
  let last: RecordStore.RecordKey | undefined
  const failed = (line: number, why: string) =>
    Effect.fail(new InputFailed({ message: `${path}, line ${line}: ${why}` }))
  return Effect.gen(function*() {
    while (true) {
      const next = yield* Effect.tryPromise({
        try: () => source.next(),
        catch: failure
      })
      if (next.done === true) return []
      const records: Array<RecordArchive.Archived> = []
      for (const piece of next.value) {
        if (!("text" in piece)) return yield* failed(piece.line, "flaw" in piece ? piece.flaw : "Expected JSON")
        const value = Reading.parsed(piece.text)
        if (Result.isFailure(value)) return yield* failed(piece.line, value.failure.reason)
        const record = ArchiveLine.read(value.success, "local")
        if (Result.isFailure(record)) return yield* failed(piece.line, record.failure)
        if (last !== undefined && compare(last, record.success.key) >= 0) {
          return yield* failed(piece.line, "The records are not in the order of an export; import the file instead")
        }
        last = record.success.key
        if (tenant === undefined || tenant === last.tenant) records.push(record.success)
      }
      if (records.length > 0) return records
    }
  })
}
