/**
 * How a kind of record lies in a table: for each field its column and the column's type.
 *
 * @since 0.1.0
 */

/**
 * The type of a column that holds one field.
 *
 * - `text`: text in the order of code points
 * - `integer`: 32 bits; `bigint`: any that a double holds exactly
 * - `boolean`
 * - `timestamp`: a moment with microseconds
 * - `object`, `list`: JSON of that form
 *
 * @category models
 * @since 0.1.0
 */
export type ColumnType = "text" | "integer" | "bigint" | "boolean" | "timestamp" | "object" | "list"

/**
 * Where a field lies: in one column, or, for a cursor, in two, which are both null or both filled.
 *
 * @category models
 * @since 0.1.0
 */
export type Column =
  | { readonly type: ColumnType; readonly name: string }
  | { readonly type: "cursor"; readonly sequence: string; readonly id: string }

/**
 * The table of a kind. Besides the columns of the fields it has `tenant` and `version`; its key is the tenant and the
 * column of the field `id`.
 *
 * Its constraints bear names that follow from the declaration of the kind, see {@link primaryKey}, {@link uniqueKey}
 * and {@link foreignKey}: by them a violation is told as what it means.
 *
 * @category models
 * @since 0.1.0
 */
export interface Table {
  /** The name of the kind. */
  readonly kind: string
  readonly name: string
  /** By field. */
  readonly columns: Readonly<Record<string, Column>>
  /**
   * The lists that have an index: its fields after the tenant, the last of them the id. Only living records are in it.
   * It is bounded how much is read for a page of any list that is ordered as one of them, whatever its filters.
   */
  readonly lists?: ReadonlyArray<ReadonlyArray<string>>
  readonly sides?: ReadonlyArray<Side>
}

/**
 * A table beside that of a kind, which the database itself keeps: for each living record it has a row for every value
 * that a filter looks up, with the tenant, the moment of creation and the id, and an index in this order. It may have
 * rows of records that were deleted just then.
 *
 * @category models
 * @since 0.1.0
 */
export interface Side {
  readonly name: string
  /** The column of the value. */
  readonly column: string
  /** The kind whose records have the values in the field named as the column, and the field by which they refer to the record. Neither changes. */
  readonly holds: { readonly kind: string; readonly by: string }
}

/**
 * Makes the column of a field from a type and the column's name.
 *
 * @category constructors
 * @since 0.1.0
 */
export const column = (type: ColumnType, name: string): Column => ({ type, name })

/**
 * Makes a table whose columns are named as the fields are, but for those given as columns. `lists` are those that have
 * an index, `sides` the tables beside it.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (
  kind: string,
  name: string,
  fields: Readonly<Record<string, ColumnType | Column>>,
  lists: ReadonlyArray<ReadonlyArray<string>> = [],
  sides: ReadonlyArray<Side> = []
): Table => ({
  kind,
  name,
  lists,
  sides,
  columns: Object.fromEntries(
    Object.entries(fields).map(([field, of]) => [field, typeof of === "string" ? column(of, field) : of])
  )
})

/**
 * The columns in which a field lies.
 *
 * @category queries
 * @since 0.1.0
 */
export const names = (of: Column): ReadonlyArray<string> => of.type === "cursor" ? [of.sequence, of.id] : [of.name]

/**
 * The name of a table's primary key.
 *
 * @category names
 * @since 0.1.0
 */
export const primaryKey = (table: Table): string => `${table.name}_pkey`

/**
 * The name of the unique index over fields.
 *
 * @category names
 * @since 0.1.0
 */
export const uniqueKey = (table: Table, fields: ReadonlyArray<string>): string =>
  `${table.name}_${fields.join("_")}_key`

/**
 * The name of the foreign key of a field.
 *
 * @category names
 * @since 0.1.0
 */
export const foreignKey = (table: Table, field: string): string => `${table.name}_${field}_fkey`
