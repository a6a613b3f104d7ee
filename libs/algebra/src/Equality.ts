/**
 * Equality of JSON data: the one notion of "the same value" that the whole algebra uses.
 *
 * @since 0.1.0
 */

/**
 * Tells whether two JSON values are the same value: key order does not count, `0` and `-0` are one number, and only
 * own properties are looked at, so `__proto__` is a key like any other.
 *
 * Values that are not JSON (dates, maps, class instances) are the same only when they are the same reference; a field
 * that holds such values declares its own `equals`.
 *
 * @category equality
 * @since 0.1.0
 */
export const same = (a: unknown, b: unknown): boolean => {
  if (a === b) return true
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return a !== a && b !== b
  if (Array.isArray(a)) {
    if (!Array.isArray(b) || a.length !== b.length) return false
    for (let i = 0; i < a.length; i++) if (!same(a[i], b[i])) return false
    return true
  }
  if (!isPlain(a) || !isPlain(b)) return false
  const keys = Object.keys(a)
  if (keys.length !== Object.keys(b).length) return false
  for (const key of keys) {
    if (!Object.hasOwn(b, key) || !same((a as Keyed)[key], (b as Keyed)[key])) return false
  }
  return true
}

/** An object read by key. Reading is safe only behind `Object.hasOwn`: `x["__proto__"]` is inherited otherwise. */
export type Keyed = Readonly<Record<string, unknown>>

/** Writes an own property whatever the key: plain assignment to `__proto__` would change the prototype instead. */
export const put = (target: Record<string, unknown>, key: string, value: unknown): void => {
  if (key === "__proto__") {
    Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true })
  } else target[key] = value
}

const isPlain = (value: object): boolean => {
  if (Array.isArray(value)) return false
  const prototype = Object.getPrototypeOf(value)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}
