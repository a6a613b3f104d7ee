/**
 * The `map` field: a JSON object, or null, under shallow merge and whole replacement.
 *
 * Keys are own properties throughout, so `__proto__` and `constructor` are keys like any other. The masked keys are
 * compared first and the object is copied only when one of them changes, so a no-op costs nothing that grows with the
 * object.
 *
 * @internal
 */
import type { Outcome } from "../Conflict.ts"
import { holds, type Keyed, owns, same } from "../Equality.ts"
import { sorted } from "../Mask.ts"
import type { Merge, Set } from "../Patch.ts"
import type { Behaviour, Clash, Fold } from "./Behaviour.ts"
import { quote } from "./quote.ts"

type Value = Keyed | null
type Operation = Set<Value> | Merge

const none: Keyed = {}
const noKeys: ReadonlyArray<string> = []

const isSet = (op: Operation): op is Set<Value> => (op as Set<Value>).set !== undefined
const isMerge = (op: Operation): op is Merge => (op as Merge).merge !== undefined
const written = (op: Merge): Keyed => op.merge.set ?? none
const removed = (op: Merge): ReadonlyArray<string> => op.merge.unset ?? noKeys
const outcome = (value: Keyed, key: string): Outcome => Object.hasOwn(value, key) ? { value: value[key] } : undefined

const merged = (value: Value, { merge }: Merge): Value => {
  const set = merge.set ?? none
  const unset = merge.unset ?? noKeys
  if (value === null) return unset.length === 0 && isEmpty(set) ? null : { ...set }
  if (!changes(value, set) && (unset.length === 0 || !removes(value, set, unset))) return value
  return unset.length === 0 ? { ...value, ...set } : { ...without(value, unset), ...set }
}

const isEmpty = (set: Keyed): boolean => {
  for (const key in set) if (owns(set, key)) return false
  return true
}

const changes = (value: Keyed, set: Keyed): boolean => {
  for (const key in set) if (owns(set, key) && !holds(value, key, set[key])) return true
  return false
}

const removes = (value: Keyed, set: Keyed, unset: ReadonlyArray<string>): boolean =>
  unset.some((key) => owns(value, key) && !owns(set, key))

const without = (value: Keyed, keys: Iterable<string>): Keyed => {
  const dropped = new globalThis.Set(keys)
  return select(value, (key) => !dropped.has(key))
}

/**
 * Copies the chosen keys. Built from entries and not key by key: an engine keeps an object that grows by more than a few
 * computed keys in a form that is many times slower to read and to copy.
 */
const select = (value: Keyed, chosen: (key: string) => boolean): Keyed =>
  Object.fromEntries(Object.entries(value).filter(([key]) => chosen(key)))

const merge = (set: Keyed, unset: ReadonlyArray<string>): Merge | undefined =>
  isEmpty(set)
    ? unset.length === 0 ? undefined : { merge: { unset } }
    : { merge: unset.length === 0 ? { set } : { set, unset } }

const normalise = (op: Operation): Operation | undefined => {
  if (isSet(op)) return op
  if (!isMerge(op)) return undefined
  const set = written(op)
  return merge(set, sorted(removed(op).filter((key) => !Object.hasOwn(set, key))))
}

interface Gathered {
  base: Value | undefined
  /** The latest write of each key. */
  readonly set: Map<string, unknown>
  /** The keys whose latest write is a removal. */
  readonly unset: globalThis.Set<string>
}

const fold: Fold<Operation, Gathered> = {
  add: (before, op) => {
    const gathered = before ?? { base: undefined, set: new Map(), unset: new globalThis.Set() }
    const { set, unset } = gathered
    if (isSet(op)) {
      gathered.base = op.set
      set.clear()
      unset.clear()
    } else if (isMerge(op)) {
      for (const key of removed(op)) {
        unset.add(key)
        set.delete(key)
      }
      const wanted = written(op)
      for (const key in wanted) {
        if (!owns(wanted, key)) continue
        set.set(key, wanted[key])
        if (unset.size > 0) unset.delete(key)
      }
    }
    return gathered
  },
  composed: ({ base, set, unset }) => {
    const rest = merge(set.size === 0 ? none : Object.fromEntries(set), [...unset].sort())
    return base === undefined ? rest : { set: rest === undefined ? base : merged(base, rest) }
  }
}

const reduce = (value: Value, op: Operation): Operation | undefined => {
  if (isSet(op)) return same(value, op.set) ? undefined : op
  if (value === null) return normalise(op)
  const set = written(op)
  return merge(
    select(set, (key) => !holds(value, key, set[key])),
    sorted(removed(op).filter((key) => owns(value, key) && !owns(set, key)))
  )
}

const diff = (from: Value, to: Value): Operation | undefined => {
  if (from === to) return undefined
  if (from === null || to === null) return { set: to }
  return merge(
    select(to, (key) => !holds(from, key, to[key])),
    sorted(Object.keys(from).filter((key) => !owns(to, key)))
  )
}

const invert = (value: Value, op: Operation): Operation | undefined => {
  if (isSet(op) || value === null) return normalise(op) === undefined ? undefined : { set: value }
  const keys = touchedKeys(op)
  return merge(
    Object.fromEntries(keys.filter((key) => owns(value, key)).map((key) => [key, value[key]])),
    keys.filter((key) => !owns(value, key))
  )
}

const touchedKeys = (op: Merge): ReadonlyArray<string> => sorted([...Object.keys(written(op)), ...removed(op)])

const clashes = (left: Operation, right: Operation): ReadonlyArray<Clash> => {
  if (isSet(left)) {
    if (!isSet(right)) {
      return clashesWithSet(right, left.set).map(({ left, right, ...at }) => ({ ...at, left: right, right: left }))
    }
    return same(left.set, right.set) ? [] : [{ left: { value: left.set }, right: { value: right.set } }]
  }
  if (isSet(right)) return clashesWithSet(left, right.set)
  const after = written(right)
  return touchedKeys(left).flatMap((key) => {
    if (!Object.hasOwn(after, key) && !removed(right).includes(key)) return []
    return clash(key, outcome(written(left), key), outcome(after, key))
  })
}

/** A merge commutes with a replacement exactly when it changes nothing there. */
const clashesWithSet = (left: Merge, right: Value): ReadonlyArray<Clash> =>
  right === null
    ? [{ left: { value: { ...written(left) } }, right: { value: null } }]
    : touchedKeys(left).flatMap((key) => clash(key, outcome(written(left), key), outcome(right, key)))

const clash = (key: string, left: Outcome, right: Outcome): ReadonlyArray<Clash> =>
  left === right || (left !== undefined && right !== undefined && same(left.value, right.value))
    ? []
    : [{ key, left, right }]

export const behaviour: Behaviour<Value, Operation> = {
  normalise,
  apply: (value, op) => isSet(op) ? (same(value, op.set) ? value : op.set) : isMerge(op) ? merged(value, op) : value,
  fold,
  reduce,
  diff,
  invert,
  touches: (op) => isSet(op) ? true : touchedKeys(op),
  clashes,
  explain: (field, op) =>
    isSet(op)
      ? [op.set === null ? `clears ${field}` : `replaces ${field} by ${quote(op.set)}`]
      : touchedKeys(op).map((key) =>
        Object.hasOwn(written(op), key)
          ? `sets ${field}.${key} to ${quote(written(op)[key])}`
          : `removes ${field}.${key}`
      )
}
