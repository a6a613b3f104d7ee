/**
 * What updates are applied to: a store, or what a server serves.
 *
 * @since 0.1.0
 */
import { Services } from "@emend/domain"
import { HttpServices, RemoteFailure, Tokens } from "@emend/http"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Apply from "./Apply.ts"
import type { Ending } from "./Ending.ts"
import type * as Source from "./Source.ts"
import * as Store from "./Store.ts"
import * as Target from "./Target.ts"

/**
 * How long a request to a server is sent again before an application is given up, in milliseconds.
 *
 * @category limits
 * @since 0.1.0
 */
export const patienceMillis = 300_000

/**
 * Applies updates to what an address names. A server is sent a request for each write; `EMEND_TOKEN` is its bearer token.
 *
 * @category operations
 * @since 0.1.0
 */
export const apply = (
  to: string,
  environment: Store.Environment,
  files: ReadonlyArray<string>,
  { by, tenant, ...options }: Apply.Options & { readonly by: string | undefined; readonly tenant: string | undefined }
): Effect.Effect<Ending, Apply.Failure | Source.Failure> =>
  Effect.gen(function*() {
    const address = yield* Store.resolved(to, environment)
    if (!/^https?:/.test(address)) {
      const applied = Apply.toStore(files, { ...options, by: by ?? "migrator", tenant: tenant ?? "local" })
      return yield* Target.use(address, environment, Effect.provide(applied, Services.layer), !options.dryRun)
    }
    if (by !== undefined || tenant !== undefined) {
      return yield* new Store.StoreFailed({
        message: "Who asks a server, and whose the records are, it knows by the token: --by and --tenant are for stores"
      })
    }
    const server = yield* Effect.mapError(
      Layer.build(HttpServices.layer({ baseUrl: address, tokens: tokens(environment), ...patient })),
      ({ message }) =>
        new Store.StoreFailed({ message: `${Store.shown(address)} is no address of a server: ${message}` })
    )
    return yield* Apply.toServices(files, options).pipe(
      Effect.provide(server),
      Effect.catchTag("StoreUnavailable", ({ cause, message }) => {
        const what = cause instanceof RemoteFailure.RequestRefused ? `answers ${cause.status}` : "cannot be used"
        return Effect.fail(new Store.StoreFailed({ message: `${Store.shown(address)} ${what}: ${message}` }))
      })
    )
  }).pipe(Effect.scoped)

const patient = { attempts: 1000, callMillis: patienceMillis, maxWaitMillis: 15_000 } as const

const tokens = ({ EMEND_TOKEN: token }: Store.Environment): Tokens.Tokens =>
  token === undefined ? Tokens.none : Tokens.perCall(Effect.succeed(Redacted.make(token)))
