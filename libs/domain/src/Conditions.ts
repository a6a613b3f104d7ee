/**
 * What a caller demands of a record before it is changed.
 *
 * @since 0.1.0
 */

/**
 * Why something is created or changed, and whether it is only asked about.
 *
 * @category models
 * @since 0.1.0
 */
export interface Authoring {
  /** Kept in the history. */
  readonly reason?: string
  /** Asks what would be made or changed. Nothing is written. */
  readonly dryRun?: boolean
}

/**
 * What a caller demands of a record before it is changed, and why it is changed.
 *
 * @category models
 * @since 0.1.0
 */
export interface Conditions extends Authoring {
  /** The versions of which the present one must be one, or `"*"`: the record must exist (RFC 9110, If-Match). */
  readonly ifMatch?: ReadonlyArray<number> | "*"
}

/**
 * The conditions of an update, which may also be carried over what was committed since it was written.
 *
 * @category models
 * @since 0.1.0
 */
export interface UpdateConditions extends Conditions {
  /** The version that the update was written against. */
  readonly rebaseFrom?: number
}

/**
 * Tells whether a record has a version that the conditions demand.
 *
 * @category queries
 * @since 0.1.0
 */
export const meets = ({ version }: { readonly version: number }, conditions: Conditions): boolean =>
  demanded(conditions)?.includes(version) ?? true

/**
 * Tells whether a record had a version: what is no whole number was none, however near.
 *
 * @category queries
 * @since 0.1.0
 */
export const had = (present: { readonly version: number }, version: number): boolean =>
  Number.isInteger(version) && version >= 1 && version <= present.version

/**
 * The versions that the conditions demand; none where any will do.
 *
 * @category queries
 * @since 0.1.0
 */
export const demanded = ({ ifMatch }: Conditions): ReadonlyArray<number> | undefined =>
  ifMatch === "*" ? undefined : ifMatch
