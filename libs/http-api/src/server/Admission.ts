/**
 * Who is let in to an operation, by what its definition says.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import { Access, FieldRoles } from "../definitions/Access.ts"
import { type Grant, local, roleProblem } from "../identity/Grant.ts"
import type { Identity } from "../identity/Identity.ts"
import { covers, type Role } from "../identity/Role.ts"
import type { Problem } from "../Problem.ts"

/**
 * Lets callers in to one operation.
 *
 * @category models
 * @since 0.1.0
 */
export interface Admission {
  /** Gives what the sender may; fails with 401 where that is nobody, and with 403 where it has not the role. */
  readonly admit: (headers: Readonly<Record<string, string | undefined>>) => Effect.Effect<Grant, Problem>
  /** Gives the same where it is known at once, at a time in milliseconds since 1970, and nothing is wrong. */
  readonly known: (headers: Readonly<Record<string, string | undefined>>, millis: number) => Grant | undefined
  /** Gives the problem with a body that has keys for which the sender has not the role. */
  readonly refuses: (grant: Grant, payload: unknown) => Problem | undefined
}

/**
 * Makes the admission to an operation. Throws where its definition does not say who may carry it out.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (
  { annotations, method, path }: Pick<HttpApiEndpoint.Top, "annotations" | "method" | "path">,
  identity: Identity
): Admission => {
  const access = Context.get(annotations, Access)
  const fields = Object.entries(Context.get(annotations, FieldRoles))
  if (access === undefined) throw new Error(`${method} ${path} does not say who may carry it out`)
  return {
    ...(access === "open" ? everybody : bearers(identity, access)),
    refuses: (grant, payload) => {
      for (const [key, role] of fields) {
        const value = (payload as Readonly<Record<string, unknown>> | undefined)?.[key]
        const problem = value === undefined || value === null ? undefined : roleProblem(grant, role, key)
        if (problem !== undefined) return problem
      }
      return undefined
    }
  }
}

type Found = Pick<Admission, "admit" | "known">

const everybody: Found = { admit: () => Effect.succeed(local), known: () => local }

const bearers = ({ authenticate, known }: Identity, role: Role): Found => ({
  admit: (headers) =>
    // What is known already needs no fiber.
    Effect.flatMapEager(authenticate(headers), (grant) => {
      const problem = roleProblem(grant, role)
      return problem === undefined ? Effect.succeed(grant) : Effect.fail(problem)
    }),
  known: (headers, millis) => {
    const grant = known?.(headers, millis)
    return grant !== undefined && covers(grant.role, role) ? grant : undefined
  }
})
