/**
 * Who may carry out an operation.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import type { Role } from "../identity/Role.ts"

/**
 * Who may carry out an operation: whoever has a role, or everybody, without a token.
 *
 * @category models
 * @since 0.1.0
 */
export type Access = Role | "open"

/**
 * What an operation says of who may carry it out. None is served that does not say it.
 *
 * @category annotations
 * @since 0.1.0
 */
export const Access = Context.Reference<Access | undefined>("@emend/http-api/Access", {
  defaultValue: () => undefined
})

/**
 * The roles that single keys of a body need beyond that of the operation, by key. A null counts as absent.
 *
 * @category annotations
 * @since 0.1.0
 */
export const FieldRoles = Context.Reference<Readonly<Record<string, Role>>>("@emend/http-api/FieldRoles", {
  defaultValue: () => ({})
})
