/**
 * Whole states that a store keeps in a history, so that an old version is read from near by.
 *
 * @since 0.1.0
 */

/**
 * Every so many versions a state of ordinary size is kept whole.
 *
 * @category limits
 * @since 0.1.0
 */
export const every = 128

/**
 * How many bytes of JSON a state of ordinary size has at most. A state twice as large is kept half as often, and so on:
 * what snapshots take is at most `ordinaryBytes / every` bytes for each revision, whatever the size of the record.
 *
 * @category limits
 * @since 0.1.0
 */
export const ordinaryBytes = 16_384

/**
 * Tells whether a state of so many bytes of JSON is kept whole at a version. The intervals are powers of two times
 * {@link every}, so that a state that grows and shrinks meets one all the same.
 *
 * @category rules
 * @since 0.1.0
 */
export const isDue = (version: number, bytes: number): boolean => {
  let interval = every
  for (let room = ordinaryBytes; room < bytes; room *= 2) interval *= 2
  return version % interval === 0
}
