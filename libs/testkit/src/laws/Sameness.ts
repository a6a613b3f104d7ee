/**
 * The sameness by which the laws judge: written anew and as simply as can be, so that a fault in the equality of the
 * algebra cannot hide itself and everything else.
 *
 * @since 0.1.0
 */

/** Tells whether two values are the same JSON value; what is not JSON is the same only as the same reference. */
export const same = (a: unknown, b: unknown): boolean => {
  if (a === b || Object.is(a, b)) return true
  if (!isData(a) || !isData(b) || Array.isArray(a) !== Array.isArray(b)) return false
  const keys = Object.keys(a)
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && same(a[key], b[key]))
}

/** Tells whether a value is a plain object or a list. */
export const isData = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null &&
  (Array.isArray(value) || [Object.prototype, null].includes(Object.getPrototypeOf(value)))
