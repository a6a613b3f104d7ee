/**
 * The stores that records come from and go to, named by an address.
 *
 * @since 0.1.0
 */
import type { EventLog, RecordArchive, RecordStore } from "@emend/domain"
import { EmbeddedPostgres, PostgresStore } from "@emend/postgres"
import * as PostgresArchive from "@emend/postgres/archive"
import type * as Context from "effect/Context"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import { resolve } from "node:path"

/**
 * A store cannot be opened, and why, without what is secret in its address.
 *
 * @category errors
 * @since 0.1.0
 */
export class StoreFailed extends Data.TaggedError("StoreFailed")<{ readonly message: string }> {}

/**
 * What an open store can do.
 *
 * @category models
 * @since 0.1.0
 */
export type Services = RecordArchive.RecordArchive | RecordStore.RecordStore | EventLog.EventLog

/**
 * The variables of the process.
 *
 * @category models
 * @since 0.1.0
 */
export type Environment = Readonly<Record<string, string | undefined>>

/**
 * Gives the address itself, where it stands in a variable. One that names nothing, or a server with credentials, is
 * refused.
 *
 * @category conversions
 * @since 0.1.0
 */
export const resolved = (address: string, environment: Environment): Effect.Effect<string, StoreFailed> => {
  const name = address.startsWith("env:") ? address.slice("env:".length) : undefined
  const found = name === undefined ? address : environment[name]
  const failed = (message: string) => Effect.fail(new StoreFailed({ message }))
  if (found === undefined || found === "") return failed(`The variable ${name} is not set`)
  if (found.startsWith("env:")) return failed(`The variable ${name} names another variable`)
  if (/^(file|embedded):$/.test(found)) return failed(`${found} names no place`)
  if (/^https?:/.test(found)) {
    if (!URL.canParse(found)) return failed(`${shown(found)} is no address of a server`)
    const { password, username } = new URL(found)
    if (username + password !== "") return failed(`${shown(found)} holds credentials: a token comes from EMEND_TOKEN`)
  }
  return Effect.succeed(found)
}

/**
 * Opens the store of an address while the scope is open:
 *
 * - `postgres://user@host/database`: the password is taken from `PGPASSWORD` where the address has none
 * - `embedded:DIR`: the PostgreSQL whose data are in a folder
 * - `env:NAME`: the address that the variable `NAME` holds
 *
 * @category constructors
 * @since 0.1.0
 */
export const context = Effect.fnUntraced(function*(
  given: string,
  environment: Environment
): Effect.fn.Return<Context.Context<Services>, StoreFailed, Scope.Scope> {
  const address = yield* resolved(given, environment)
  const [scheme, rest = ""] = address.split(/:(.*)/s) as [string, string?]
  switch (scheme) {
    case "postgres":
    case "postgresql":
      return yield* postgres(withPassword(address, environment["PGPASSWORD"]))
    case "embedded": {
      const { url } = yield* Effect.mapError(
        EmbeddedPostgres.make({ dataDir: resolve(rest) }),
        ({ message }) => new StoreFailed({ message })
      )
      return yield* postgres(url)
    }
    case "http":
    case "https":
      return yield* new StoreFailed({
        message: `${shown(address)} is a server, which takes no whole records: ids, times and histories cannot be ` +
          "given to its API. Import into its database; apply sends updates to a server"
      })
    default: {
      const expected = "expected postgres://…, embedded:DIR, file:PATH, http(s)://… or env:NAME"
      return yield* new StoreFailed({ message: `${shown(address)} is no store for this: ${expected}` })
    }
  }
})

/**
 * An address as it may be shown: without its password.
 *
 * @category conversions
 * @since 0.1.0
 */
export const shown = (address: string): string =>
  // A password may hold an @, and may stand among the parameters.
  address.replace(/(:\/\/[^:@/]*):.*@/s, "$1:***@").replace(/([?&][^=&]*password=)[^&]*/gi, "$1***")

const withPassword = (address: string, password: string | undefined): Redacted.Redacted => {
  if (password === undefined || !URL.canParse(address)) return Redacted.make(address)
  const url = new URL(address)
  if (url.password === "") url.password = encodeURIComponent(password)
  return Redacted.make(url.href)
}

const postgres = (url: Redacted.Redacted): Effect.Effect<Context.Context<Services>, StoreFailed, Scope.Scope> =>
  Effect.catchCause(
    Layer.build(Layer.merge(PostgresStore.layer({ url, maxConnections: 2 }), PostgresArchive.layer({ url }))),
    (cause) => {
      const reason = cause.reasons.find((reason) => reason._tag === "Fail")?.error
      const why = reason?._tag === "DatabaseUnsuitable"
        ? reason.message
        : "it cannot be reached or does not let this user in"
      const message = `The database ${shown(Redacted.value(url))} cannot be used: ${why}`
      return Effect.fail(new StoreFailed({ message }))
    }
  )
