/**
 * What an update makes of the value of one attribute, within the statement that executes it.
 *
 * There `p` is the patch, `x` what else the update asks for, `o…` an old value, `n…` the new one, and `g…` the sequence of
 * the entry that a cursor is to advance to.
 *
 * @since 0.1.0
 */
import { type Attribute, column, fromJson, literal, quoted, type Relation } from "./Relation.ts"
import type { Shape } from "./UpdateInputs.ts"

/**
 * The names of an attribute's values within the statement, without the letter that says which: `o` for the old value, `n`
 * for the new one.
 *
 * @category names
 * @since 0.1.0
 */
export const slots = ({ column, index }: Attribute): ReadonlyArray<string> =>
  column.type === "cursor" ? [`${index}`, `${index}_id`] : [`${index}`]

/**
 * The name of an attribute's old value.
 *
 * @category names
 * @since 0.1.0
 */
export const old = (of: Attribute): string => `o${of.index}`

/**
 * The value of an attribute's column in the table `t`; of a cursor's two, the one at `part`.
 *
 * @category sql
 * @since 0.1.0
 */
export const stored = (of: Attribute, part: number): string =>
  `t.${column(of, part)}${of.column.type === "timestamp" ? "::timestamptz" : ""}`

/**
 * The old value of a map that an update may touch, brought into memory once however often it is looked into.
 *
 * @category sql
 * @since 0.1.0
 */
export const flat = (of: Attribute, shape: Shape): string =>
  // The table may have a column of any name.
  wherePatched(of, shape, `${stored(of, 0)} || '{}'::jsonb`, stored(of, 0), "i.p")

/**
 * A value for updates that touch a field, and another one for those that do not, given the name of the patch.
 *
 * @category sql
 * @since 0.1.0
 */
export const wherePatched = (
  { field }: Attribute,
  { covers }: Shape,
  value: string,
  other: string,
  patch = "p"
): string => covers ? value : `CASE WHEN ${patch} ? ${literal(field)} THEN ${value} ELSE ${other} END`

const operation = ({ field }: Attribute): string => `p->${literal(field)}`

/**
 * The value that a patch `p` makes of an attribute's old one. Unless something `removes`, maps only get keys.
 *
 * @category sql
 * @since 0.1.0
 */
export const patched = (of: Attribute, shape: Shape): string => {
  const { column, declared, field } = of
  if (column.type === "cursor") throw new Error(`The field ${field} is not a cursor`)
  const set = fromJson(column.type, `(${operation(of)}->'set')`)
  if (declared.kind === "replace") return wherePatched(of, shape, set, "NULL")
  const base = `coalesce(${old(of)}, '{}'::jsonb)`
  const merge = `${operation(of)}->'merge'`
  // A patch is in normal form: a merge that is there is not empty, so a null map becomes an object.
  if (!shape.removes) return wherePatched(of, shape, `${base} || (${merge}->'set')`, "NULL")
  return `CASE WHEN NOT p ? ${literal(field)} THEN NULL WHEN ${operation(of)} ? 'set' THEN ${set} ` +
    `WHEN ${merge} ? 'unset' THEN ${without(base, `${merge}->'unset'`)} ` +
    `|| coalesce(${merge}->'set', '{}'::jsonb) ELSE ${base} || (${merge}->'set') END`
}

/**
 * An object without the keys of a list. These are hashed: the operator `-` compares each key with each, which takes
 * minutes where both are many.
 */
const without = (object: string, keys: string): string =>
  `(SELECT coalesce(jsonb_object_agg(key, value), '{}'::jsonb) FROM jsonb_each(${object}) ` +
  `WHERE key NOT IN (SELECT jsonb_array_elements_text(${keys})))`

/**
 * The value that is assigned to an attribute.
 *
 * @category sql
 * @since 0.1.0
 */
export const assigned = ({ column, field }: Attribute): string => {
  if (column.type === "cursor") throw new Error(`The field ${field} is not a cursor`)
  const value = fromJson(column.type, `(x->'a'->${literal(field)})`)
  return `CASE WHEN x->'a' ? ${literal(field)} THEN ${value} END`
}

/**
 * Joins the entry of the log that a cursor is to advance to, if it is one of the record's.
 *
 * @category sql
 * @since 0.1.0
 */
export const entryJoin = (relation: Relation, of: Attribute): string => {
  const { field, index } = of
  const scope = of.declared.kind === "forward" ? of.declared.scope : []
  const same = scope.map((name) => ` AND e${index}.${quoted(name)} = ${old(relation.byField.get(name)!)}`).join("")
  return ` LEFT JOIN events e${index} ON e${index}.tenant = i_tenant ` +
    `AND e${index}.id = x->'e'->>${literal(field)}${same}`
}

/**
 * Whether the value of an attribute really changes.
 *
 * @category sql
 * @since 0.1.0
 */
export const differs = (of: Attribute, shape: Shape): string => {
  const { declared, field, index } = of
  switch (declared.kind) {
    case "replace":
    case "map":
      return `(${shape.covers ? "" : `p ? ${literal(field)} AND `}n${index} IS DISTINCT FROM o${index})`
    case "forward":
      return `(g${index} IS NOT NULL AND (o${index} IS NULL OR g${index} > o${index}))`
    case "guarded":
    case "fixed":
      // Without `x` nothing is assigned, and NULL is not true.
      return `coalesce(x->'a' ? ${literal(field)} AND n${index} IS DISTINCT FROM o${index}, false)`
  }
}
