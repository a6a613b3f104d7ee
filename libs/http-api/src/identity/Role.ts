/**
 * What a caller may do, in three steps.
 *
 * @since 0.1.0
 */

/**
 * The roles, each of which may do what those before it may: a `viewer` reads; an `editor` creates, changes, moves and
 * takes back; an `owner` deletes, cleans, and decides which configuration of an agent is at work.
 *
 * @category models
 * @since 0.1.0
 */
export const roles = ["viewer", "editor", "owner"] as const

/**
 * A role.
 *
 * @category models
 * @since 0.1.0
 */
export type Role = (typeof roles)[number]

/**
 * Tells whether who has the role `held`, or none, may do what `needed` may.
 *
 * @category checks
 * @since 0.1.0
 */
export const covers = (held: Role | null, needed: Role): boolean =>
  held !== null && roles.indexOf(held) >= roles.indexOf(needed)
