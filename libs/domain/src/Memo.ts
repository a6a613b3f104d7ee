/**
 * What a store keeps of a request, so that it is carried out once however often it comes.
 *
 * @since 0.1.0
 */
import type { Row } from "./Revision.ts"

/**
 * Goes with a write: the write happens only where no memo of this name is in force in its tenant, and the memo is kept
 * with it, both or neither. It is in force from `made` until `expires`, both timestamps; then its name is free again.
 *
 * @category models
 * @since 0.1.0
 */
export interface Memo {
  /** Names the request: 1 to 255 characters. */
  readonly id: string
  /** Tells the request from another one that comes under the same name. */
  readonly fingerprint: string
  readonly made: string
  readonly expires: string
  /** What the answer says beside the record: names and ids, never values of the record. */
  readonly note: Row
}

/**
 * What a write that had a memo left.
 *
 * @category models
 * @since 0.1.0
 */
export interface Outcome {
  readonly kind: string
  readonly id: string
  readonly version: number
  readonly changed: boolean
}

/**
 * A memo in force, with what its write left; null where nothing was written.
 *
 * @category models
 * @since 0.1.0
 */
export interface Remembered extends Pick<Memo, "fingerprint" | "note"> {
  readonly written: Outcome | null
}
