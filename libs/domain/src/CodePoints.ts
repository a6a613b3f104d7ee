/**
 * The order of texts that a store has.
 *
 * @internal
 */

/** Compares by code point, as a database does: UTF-16 code units order text differently beyond U+D7FF. */
export const compare = (a: string, b: string): number => {
  for (let i = 0; i < a.length && i < b.length;) {
    const x = a.codePointAt(i)!
    const y = b.codePointAt(i)!
    if (x !== y) return x - y
    i += x > 0xffff ? 2 : 1
  }
  return a.length - b.length
}
