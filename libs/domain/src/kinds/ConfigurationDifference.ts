/**
 * How two configurations of a task agent differ, field by field; lists by the identity of their items, and order.
 *
 * @since 0.1.0
 */
import { Equality } from "@emend/algebra"
import { type Configuration, identities } from "./Configuration.ts"

type Item = Readonly<Record<string, unknown>>

/**
 * A list that differs. `at` and `to` are places in the later list, `from` and the places of what is removed are in the
 * earlier one, all counted from 0. Items that are in both, with the same identity, and have kept their order are not
 * told of; of those that have not, the fewest that explain the new order are `moved`. Where an identity occurs more
 * than once, the first is compared with the first, the second with the second, and so on.
 *
 * @category models
 * @since 0.1.0
 */
export interface ListDifference {
  readonly added: ReadonlyArray<{ readonly at: number; readonly item: Item }>
  readonly removed: ReadonlyArray<{ readonly at: number; readonly item: Item }>
  readonly changed: ReadonlyArray<{ readonly at: number; readonly from: Item; readonly to: Item }>
  readonly moved: ReadonlyArray<{ readonly id: string; readonly from: number; readonly to: number }>
}

/**
 * The fields at which two configurations differ.
 *
 * @category models
 * @since 0.1.0
 */
export interface ConfigurationDifference {
  /** The fields that hold one value, by name. */
  readonly fields: Readonly<Record<string, { readonly from: unknown; readonly to: unknown }>>
  /** The fields that hold a list, by name. */
  readonly lists: Readonly<Record<string, ListDifference>>
}

/**
 * Compares two configurations. `between(a, a)` is empty, and `apply(a, between(a, b))` is `b`.
 *
 * @category operations
 * @since 0.1.0
 */
export const between = (a: Configuration, b: Configuration): ConfigurationDifference => {
  const differing = (Object.keys(a) as ReadonlyArray<keyof Configuration>).filter((name) =>
    !Equality.same(a[name], b[name])
  )
  return {
    fields: Object.fromEntries(
      differing.filter((name) => !isList(name)).map((name) => [name, { from: a[name], to: b[name] }])
    ),
    lists: Object.fromEntries(
      differing.filter(isList).map((name) => [name, betweenLists(identities[name], itemsOf(a, name), itemsOf(b, name))])
    )
  }
}

/**
 * Leads the configuration from which a difference was taken to the one to which it was.
 *
 * @category operations
 * @since 0.1.0
 */
export const apply = (configuration: Configuration, { fields, lists }: ConfigurationDifference): Configuration => ({
  ...configuration,
  ...Object.fromEntries(Object.entries(fields).map(([name, { to }]) => [name, to])),
  ...Object.fromEntries(
    Object.entries(lists).map(([name, list]) => [name, applyToList(itemsOf(configuration, name), list)])
  )
})

const isList = (name: string): name is keyof typeof identities => Object.hasOwn(identities, name)

const itemsOf = (configuration: Configuration, name: string): ReadonlyArray<Item> =>
  configuration[name as keyof typeof identities]

const betweenLists = (key: string, a: ReadonlyArray<Item>, b: ReadonlyArray<Item>): ListDifference => {
  const places = new Map<string, Array<number>>()
  a.forEach((item, at) => {
    const id = String(item[key])
    places.set(id, [...places.get(id) ?? [], at])
  })
  /** For each item of the later list, its place in the earlier one. */
  const origin = b.map((item) => places.get(String(item[key]))?.shift())
  const kept = origin.flatMap((from, to) => from === undefined ? [] : [{ from, to }])
  const inOrder = new Set(longestRising(kept.map(({ from }) => from)))
  return {
    added: b.flatMap((item, at) => origin[at] === undefined ? [{ at, item }] : []),
    removed: [...places.values()].flat().sort((x, y) => x - y).map((at) => ({ at, item: a[at]! })),
    changed: kept.flatMap(({ from, to }) =>
      Equality.same(a[from], b[to]) ? [] : [{ at: to, from: a[from]!, to: b[to]! }]
    ),
    moved: kept.filter((_, index) => !inOrder.has(index)).map(({ from, to }) => ({
      id: String(b[to]![key]),
      from,
      to
    }))
  }
}

const applyToList = (
  items: ReadonlyArray<Item>,
  { added, changed, moved, removed }: ListDifference
): ReadonlyArray<Item> => {
  const gone = new Set([...removed.map(({ at }) => at), ...moved.map(({ from }) => from)])
  const arriving = [
    ...added.map(({ at, item }) => ({ at, item })),
    ...moved.map(({ from, to }) => ({ at: to, item: items[from]! }))
  ].sort((x, y) => x.at - y.at)
  const out = items.filter((_, at) => !gone.has(at))
  // In rising order each one arrives where it will stay.
  for (const { at, item } of arriving) out.splice(at, 0, item)
  for (const { at, to } of changed) out[at] = to
  return out
}

/** The indexes of a longest strictly rising subsequence (patience sorting). */
const longestRising = (values: ReadonlyArray<number>): ReadonlyArray<number> => {
  /** For each length, the index of the least value that ends a rising subsequence of it. */
  const ends: Array<number> = []
  const before: Array<number | undefined> = []
  values.forEach((value, index) => {
    const length = ends.findIndex((end) => values[end]! >= value)
    const place = length < 0 ? ends.length : length
    before[index] = ends[place - 1]
    ends[place] = index
  })
  const found: Array<number> = []
  for (let index = ends.at(-1); index !== undefined; index = before[index]) found.push(index)
  return found
}
