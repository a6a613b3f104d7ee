/**
 * The stores that records come from and go to, named by an address.
 *
 * @since 0.1.0
 */
import { EventLog, RecordArchive, RecordStore } from "@emend/domain"
import { EmbeddedPostgres, PostgresStore } from "@emend/postgres"
import * as PostgresArchive from "@emend/postgres/archive"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
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
 * Opens the store of an address while the layer lives:
 *
 * - `postgres://user@host/database`: the password is taken from `PGPASSWORD` where the address has none
 * - `embedded:DIR`: the PostgreSQL whose data are in a folder
 * - `env:NAME`: the address that the variable `NAME` holds
 *
 * @category layers
 * @since 0.1.0
 */
export const open = (
  address: string,
  environment: Readonly<Record<string, string | undefined>>
): Layer.Layer<Services, StoreFailed> => {
  const [scheme, rest = ""] = address.split(/:(.*)/s) as [string, string?]
  switch (scheme) {
    case "env": {
      const named = environment[rest]
      return named === undefined ? failed(`The variable ${rest} is not set`) : open(named, environment)
    }
    case "postgres":
    case "postgresql":
      return postgres(withPassword(address, environment["PGPASSWORD"]))
    case "embedded":
      return Layer.unwrap(Effect.map(
        Effect.mapError(
          EmbeddedPostgres.make({ dataDir: resolve(rest) }),
          ({ message }) => new StoreFailed({ message })
        ),
        ({ url }) => postgres(url)
      ))
    default:
      return failed(`${shown(address)} is no store: expected postgres://…, embedded:DIR, file:PATH, http(s)://… or env:NAME`)
  }
}

/**
 * An address as it may be shown: without its password.
 *
 * @category conversions
 * @since 0.1.0
 */
export const shown = (address: string): string => address.replace(/(:\/\/[^:@/]*):[^@]*@/, "$1:***@")

const failed = (message: string) => Layer.effectContext(Effect.fail(new StoreFailed({ message })))

const withPassword = (address: string, password: string | undefined): Redacted.Redacted => {
  if (password === undefined || !URL.canParse(address)) return Redacted.make(address)
  const url = new URL(address)
  if (url.password === "") url.password = encodeURIComponent(password)
  return Redacted.make(url.href)
}

const postgres = (url: Redacted.Redacted): Layer.Layer<Services, StoreFailed> =>
  Layer.merge(PostgresStore.layer({ url, maxConnections: 2 }), PostgresArchive.layer({ url })).pipe(
    Layer.catchCause((cause) => {
      const reason = cause.reasons.find((reason) => reason._tag === "Fail")?.error
      const why = reason?._tag === "DatabaseUnsuitable" ? reason.message : "it cannot be reached or does not let this user in"
      return failed(`The database ${shown(Redacted.value(url))} cannot be used: ${why}`)
    })
  )
