/**
 * What a caller may do, and where.
 *
 * @since 0.1.0
 */
import type { Caller } from "@emend/domain"
import { Problem } from "../Problem.ts"
import { covers, type Role } from "./Role.ts"

/**
 * What a caller may do, and where.
 *
 * @category models
 * @since 0.1.0
 */
export interface Grant {
  readonly caller: Caller
  /** The highest role that the caller has; null for none. */
  readonly role: Role | null
  /** The organization and the projects whose paths exist for the caller, of the latter null for all; null for any. */
  readonly scope: { readonly organization: string; readonly projects: ReadonlySet<string> | null } | null
}

/**
 * The grant of every caller where no identity is configured: the local tenant, and all of it.
 *
 * @category models
 * @since 0.1.0
 */
export const local: Grant = { caller: { tenant: "local", subject: "local" }, role: "owner", scope: null }

/**
 * Gives the problem with a caller who needs a role and does not have it (403). `part` is what of the request needs it,
 * where that is not all of it.
 *
 * @category checks
 * @since 0.1.0
 */
export const roleProblem = ({ role }: Grant, needed: Role, part?: string): Problem | undefined =>
  covers(role, needed) ? undefined : new Problem({
    code: "access-refused",
    detail: `${part ?? "This operation"} needs the role ${needed}; the caller ${
      role === null ? "has none" : `is ${role}`
    }`,
    facts: { reason: "insufficient-role", required_role: needed, role, ...(part === undefined ? {} : { field: part }) }
  })

/**
 * Gives the problem with a path that does not exist for the caller: its parameters `org_id` and `project_id` name an
 * organization or a project that is not his. Whether they exist for others is not told (404).
 *
 * @category checks
 * @since 0.1.0
 */
export const scopeProblem = ({ scope }: Grant, params: unknown): Problem | undefined => {
  if (scope === null) return undefined
  const { org_id, project_id } = (params ?? {}) as { readonly org_id?: string; readonly project_id?: string }
  if (org_id !== undefined && org_id !== scope.organization) return missing("Organization", org_id)
  if (project_id !== undefined && scope.projects?.has(project_id) === false) return missing("Project", project_id)
  return undefined
}

const missing = (kind: string, id: string): Problem =>
  new Problem({ code: "record-missing", detail: `There is no ${kind} ${JSON.stringify(id)}`, facts: { kind, id } })
