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
  if (Array.isArray(a)) return Array.isArray(b) && sameItems(a, b)
  return isPlain(a) && isPlain(b) && !Array.isArray(b) && sameKeys(a as Keyed, b as Keyed)
}

const sameItems = (a: ReadonlyArray<unknown>, b: ReadonlyArray<unknown>): boolean => {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (!same(a[i], b[i])) return false
  return true
}

const sameKeys = (a: Keyed, b: Keyed): boolean => {
  let keys = 0
  for (const key in a) {
    if (!owns(a, key)) continue
    if (!holds(b, key, a[key])) return false
    keys++
  }
  for (const key in b) if (owns(b, key)) keys--
  return keys === 0
}

/**
 * Tells whether an object has its own `key` with the same value. What is inherited is a function or a prototype, never
 * the same as a scalar, so whose the property is has to be asked only about objects and about `undefined`.
 *
 * @internal
 */
export const holds = (object: Keyed, key: string, value: unknown): boolean => {
  const present = object[key]
  if (present === value) return value !== undefined || owns(object, key)
  if (typeof present !== "object" || typeof value !== "object") return present !== present && value !== value
  return owns(object, key) && same(present, value)
}

/**
 * Tells whether an object has an own key. Engines remove this call inside a `for … in` over the same object, but only
 * where they can see which function it is: a constant of this module is seen, one that is imported is not.
 *
 * @internal
 */
export const owns = (object: Keyed, key: string): boolean => hasOwnProperty.call(object, key)

const { hasOwnProperty } = Object.prototype

/**
 * An object read by key. Reading is safe only behind `Object.hasOwn`: `x["__proto__"]` is inherited otherwise.
 *
 * @internal
 */
export type Keyed = Readonly<Record<string, unknown>>

/**
 * Writes an own property whatever the key: plain assignment to `__proto__` would change the prototype instead.
 *
 * @internal
 */
export const put = (target: Record<string, unknown>, key: string, value: unknown): void => {
  if (key === "__proto__") {
    Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true })
  } else target[key] = value
}

const isPlain = (value: object): boolean => {
  const prototype = Object.getPrototypeOf(value)
  // Data of another realm has another `Object.prototype`; like ours, it inherits from nothing.
  return prototype === Object.prototype || prototype === null || Object.getPrototypeOf(prototype) === null
}
