/**
 * Stores that something is done with.
 *
 * @since 0.1.0
 */
import { RecordArchive } from "@emend/domain"
import { MemoryStore } from "@emend/memory"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import { statSync } from "node:fs"
import { resolve } from "node:path"
import * as Export from "./Export.ts"
import * as Flaw from "./Flaw.ts"
import * as Source from "./Source.ts"
import * as Store from "./Store.ts"

/**
 * Does something with the store of an address. `file:PATH` is a snapshot in a file: it is held in memory meanwhile, and
 * written anew at the end, whole or not at all; and not at all where somebody else wrote it meanwhile, or where nothing
 * is to be written.
 *
 * @category operations
 * @since 0.1.0
 */
export const use = <A, E>(
  given: string,
  environment: Store.Environment,
  what: Effect.Effect<A, E, Store.Services>,
  writes = true
): Effect.Effect<A, E | Source.Failure> =>
  Effect.scoped(Effect.gen(function*() {
    const address = yield* Store.resolved(given, environment)
    if (!address.startsWith("file:")) return yield* Effect.provide(what, yield* Store.context(address, environment))
    const path = resolve(address.slice("file:".length))
    const held = yield* Layer.build(MemoryStore.layer())
    const archive = Context.get(held, RecordArchive.RecordArchive)
    const before = mark(path)
    if (before !== undefined) {
      const pull = yield* Source.open(`file:${path}`, environment)
      for (let records = yield* pull; records.length > 0; records = yield* pull) {
        for (const result of yield* archive.put(records.map((record) => ({ record })))) {
          if (Result.isSuccess(result)) continue
          const why = Flaw.ofRejection(result.failure).reason
          return yield* new Store.StoreFailed({ message: `${path} is no whole snapshot: ${why}` })
        }
      }
    }
    const done = yield* Effect.provide(what, held)
    if (!writes) return done
    if (mark(path) !== before) {
      const message = `${path} was written by somebody else meanwhile; nothing was saved: run it again`
      return yield* new Store.StoreFailed({ message })
    }
    yield* Export.run(yield* Source.ofArchive(archive, undefined), path)
    return done
  }))

/** What tells whether a file was written since. */
const mark = (path: string): string | undefined => {
  const found = statSync(path, { bigint: true, throwIfNoEntry: false })
  return found && `${found.ino} ${found.mtimeNs} ${found.size}`
}
