/**
 * The field mask of an update: which paths it touches, without what it does there.
 *
 * Masks form a join-semilattice that absorbs by prefix: a whole field absorbs its keys. Compare AIP-161 (field masks).
 *
 * @since 0.1.0
 */
import { put } from "./Equality.ts"

/**
 * For each field touched, `true` for the whole of it or the sorted keys of a map. Never an empty list of keys.
 *
 * @category models
 * @since 0.1.0
 */
export type Mask = Readonly<Record<string, true | ReadonlyArray<string>>>

/**
 * A place in a record: a field, or a key of a map.
 *
 * @category models
 * @since 0.1.0
 */
export type Path = readonly [field: string] | readonly [field: string, key: string]

/**
 * The mask that touches nothing.
 *
 * @category constructors
 * @since 0.1.0
 */
export const empty: Mask = {}

/**
 * Joins two masks: what either touches. Law S1: `mask(p;q) = join(mask p, mask q)`.
 *
 * @category combining
 * @since 0.1.0
 */
export const join = (a: Mask, b: Mask): Mask => {
  const out: Record<string, true | ReadonlyArray<string>> = { ...a }
  for (const field of Object.keys(b)) {
    const x = at(a, field)
    const y = at(b, field)!
    put(out, field, x === undefined ? y : x === true || y === true ? true : sorted([...x, ...y]))
  }
  return out
}

/**
 * Tells whether `a` touches everything that `b` touches (`b ⊑ a`).
 *
 * @category queries
 * @since 0.1.0
 */
export const covers = (a: Mask, b: Mask): boolean =>
  Object.keys(b).every((field) => {
    const x = at(a, field)
    const y = at(b, field)!
    return x === true || (x !== undefined && y !== true && y.every((key) => x.includes(key)))
  })

/**
 * Tells whether no path of one mask is a path, or a prefix of a path, of the other.
 *
 * Law C1: updates with disjoint masks commute.
 *
 * @category queries
 * @since 0.1.0
 */
export const disjoint = (a: Mask, b: Mask): boolean =>
  Object.keys(b).every((field) => {
    const x = at(a, field)
    const y = at(b, field)!
    return x === undefined || (x !== true && y !== true && !y.some((key) => x.includes(key)))
  })

/**
 * Lists the paths of a mask, fields in the order of the mask and keys sorted.
 *
 * @category conversions
 * @since 0.1.0
 */
export const paths = (mask: Mask): ReadonlyArray<Path> =>
  Object.keys(mask).flatMap((field): ReadonlyArray<Path> => {
    const keys = at(mask, field)!
    return keys === true ? [[field]] : keys.map((key) => [field, key] as const)
  })

/**
 * Writes a path as a JSON Pointer (RFC 6901): `/params/a~1b` is the key `a/b` of `params`.
 *
 * @category conversions
 * @since 0.1.0
 */
export const pointer = (path: Path): string =>
  path.map((part) => `/${part.replaceAll("~", "~0").replaceAll("/", "~1")}`).join("")

/**
 * Sorts by UTF-16 code unit and drops repetitions.
 *
 * @internal
 */
export const sorted = (keys: Iterable<string>): ReadonlyArray<string> => [...new Set(keys)].sort()

const at = (mask: Mask, field: string): true | ReadonlyArray<string> | undefined =>
  Object.hasOwn(mask, field) ? mask[field] : undefined
