/**
 * What became of an update.
 *
 * @since 0.1.0
 */

/**
 * It was done and changed something or nothing, was done before, or was refused.
 *
 * @category models
 * @since 0.1.0
 */
export type Outcome =
  | { readonly _tag: "Done"; readonly changed: boolean }
  | { readonly _tag: "Repeated" }
  | { readonly _tag: "Refused"; readonly reason: string }
