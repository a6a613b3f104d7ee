/**
 * Brings generated cases under the side conditions of a law, so that few cases are wasted.
 *
 * @since 0.1.0
 */
import { type Entity, type Field, Mask } from "@emend/algebra"
import type { Row } from "../Generate.ts"

type AnyEntity = Entity.Entity<any>

/** The names of the fields of the given kinds. */
export const fieldsOf = (entity: AnyEntity, ...kinds: ReadonlyArray<Field.Kind>): ReadonlyArray<string> =>
  Object.keys(entity.fields).filter((name) => kinds.includes(entity.fields[name].kind))

/** Picks keys, own ones only. */
export const pick = (row: Row, names: ReadonlyArray<string>): Row =>
  Object.fromEntries(names.filter((name) => Object.hasOwn(row, name)).map((name) => [name, row[name]]))

/** Lays one object over another, whatever the keys are called. */
export const over = (under: Row, top: Row): Row => ({ ...under, ...top })

/** The update without its cursors, which cannot be taken back. */
export const backable = (entity: AnyEntity, patch: Row): Row => pick(patch, fieldsOf(entity, "replace", "map"))

/** A state that differs from `state` in `replace` and `map` fields only, where it is like `like`. */
export const reachable = (entity: AnyEntity, state: Row, like: Row): Row =>
  over(state, pick(like, fieldsOf(entity, "replace", "map")))

/** The state with an empty object in place of every null map. */
export const filled = (entity: AnyEntity, state: Row): Row =>
  over(
    state,
    Object.fromEntries(fieldsOf(entity, "map").filter((name) => state[name] === null).map((name) => [name, {}]))
  )

/** The part of an update outside a mask. */
export const outside = (entity: AnyEntity, patch: Row, mask: Mask.Mask): Row =>
  Object.fromEntries(
    Object.entries(entity.normalise(patch) as Row).flatMap(([name, op]) => {
      const touched = Object.hasOwn(mask, name) ? mask[name] : undefined
      if (touched === undefined) return [[name, op]]
      if (touched === true || !Object.hasOwn(op, "merge")) return []
      const set = Object.entries(op.merge.set ?? {}).filter(([key]) => !touched.includes(key))
      const unset = ((op.merge.unset ?? []) as ReadonlyArray<string>).filter((key) => !touched.includes(key))
      return [[name, { merge: { set: Object.fromEntries(set), unset } }]]
    })
  )

/** States that tell two updates apart wherever anything does: what they touch is there, absent, null and otherwise. */
export const witnesses = (
  entity: AnyEntity,
  states: ReadonlyArray<Row>,
  patches: ReadonlyArray<Row>
): ReadonlyArray<Row> => {
  const touched = patches.reduce<Mask.Mask>((mask, patch) => Mask.join(mask, entity.mask(patch)), Mask.empty)
  const other = { otherThan: "every value" }
  const replaced = fieldsOf(entity, "replace").filter((name) => entity.fields[name].equals === undefined)
  const maps = fieldsOf(entity, "map")
  const keysOf = (name: string) => {
    const keys = Object.hasOwn(touched, name) ? touched[name] : undefined
    const named = patches.flatMap((patch) => {
      const op = Object.hasOwn(patch, name) ? patch[name] : undefined
      return Object.keys(op?.set ?? op?.merge?.set ?? {})
    })
    return [...(keys === true || keys === undefined ? [] : keys), ...named, "a key that no update names"]
  }
  const withMaps = (value: (name: string) => unknown): Row =>
    over(
      states[0]!,
      Object.fromEntries([
        ...maps.map((name) => [name, value(name)] as const),
        ...replaced.map((name) => [name, other] as const),
        ...fieldsOf(entity, "forward").map((name) => [name, null] as const)
      ])
    )
  return [
    ...states,
    withMaps(() => ({})),
    withMaps((name) => Object.fromEntries(keysOf(name).map((key) => [key, other]))),
    // A map that cannot be null has no such state.
    ...(states.some((state) => maps.some((name) => state[name] === null)) ? [withMaps(() => null)] : [])
  ]
}
