/**
 * Which updates leave a row that the database allows, by the declarations of their fields.
 *
 * @since 0.1.0
 */
import type { RecordStore } from "@emend/domain"
import * as Schema from "effect/Schema"
import type { Relation } from "./Relation.ts"

/**
 * Tells whether the values of an update are values of their fields. Where another update of the record goes on from what
 * this one leaves before it is a row, the database never sees it; so only what it would allow may be gone on from. Of values
 * that refer to other records, which only the database can check, none is.
 *
 * @category checks
 * @since 0.1.0
 */
export const holds = (relation: Relation, { assign = {}, patch }: RecordStore.Update): boolean => {
  const checks = checksOf(relation)
  const isLegal = (field: string, value: unknown) => checks.get(field)?.(value) === true
  return Object.entries(assign).every(([field, value]) => isLegal(field, value)) &&
    Object.entries<Readonly<Record<string, unknown>>>(patch).every(([field, operation]) =>
      !Object.hasOwn(operation, "set") || isLegal(field, operation["set"])
    )
}

type Checks = ReadonlyMap<string, (value: unknown) => boolean>

const known = new WeakMap<Relation, Checks>()

const checksOf = (relation: Relation): Checks => {
  const found = known.get(relation)
  if (found !== undefined) return found
  const made: Checks = new Map(relation.attributes.flatMap(({ declared, field }) => {
    if (declared.kind === "fixed") return []
    const isValue = Schema.is(declared.schema as Schema.Schema<unknown>)
    return [[field, (value: unknown) => value === null ? declared.nullable === true : isValue(value)] as const]
  }))
  known.set(relation, made)
  return made
}
