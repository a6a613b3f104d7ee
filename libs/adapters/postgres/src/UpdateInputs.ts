/**
 * What the statement that executes updates is given: what of it is used, and in which parameters it comes.
 *
 * @since 0.1.0
 */
import type { RecordStore } from "@emend/domain"
import * as Memos from "./Memos.ts"

/**
 * What the updates of a batch make use of. A statement contains only that; few shapes occur, and each is prepared once.
 *
 * @category models
 * @since 0.1.0
 */
export interface Shape {
  /** The fields that a patch touches: none, one alone, or all that can be. */
  readonly patched: ReadonlyArray<string>
  /** Patches may take keys out of maps, and replace maps; where they do neither, they only put keys into maps. */
  readonly removes: boolean
  /** Each update touches each of the fields that are `patched`. */
  readonly covers: boolean
  readonly assigns: boolean
  readonly advances: boolean
  readonly demands: boolean
  readonly rehearses: boolean
  readonly remembers: boolean
  /** Deleted records are written too. */
  readonly redacts: boolean
  /** There is one update: the parameters are its values, and not arrays. */
  readonly alone: boolean
  /** Some are of the same record: then each goes on from what the one before it left, and the row is written once. */
  readonly folds: boolean
  /** A row that another transaction has locked is not waited for: its update is not done. */
  readonly skips: boolean
  /** The whole state is kept where that is due; otherwise an update for which it is due is not done. */
  readonly keeps: boolean
}

/**
 * Names a shape: two shapes with the same name are the same.
 *
 * @category conversions
 * @since 0.1.0
 */
export const nameOf = (
  { advances, alone, assigns, covers, demands, folds, keeps, patched, redacts, rehearses, remembers, removes, skips }:
    Shape
): string =>
  `${patched.join()} ${
    (removes ? 1 : 0) | (covers ? 2 : 0) | (assigns ? 4 : 0) | (advances ? 8 : 0) | (demands ? 16 : 0) |
    (rehearses ? 32 : 0) | (remembers ? 64 : 0) | (redacts ? 128 : 0) | (alone ? 256 : 0) | (folds ? 512 : 0) |
    (skips ? 1024 : 0) | (keeps ? 2048 : 0)
  }`

/**
 * The parts of an update that the statement's column `x` carries, each where it is used: the versions and values
 * demanded, the values assigned, the entries to advance to, whether a step back is no change, and whether nothing is written.
 *
 * @category models
 * @since 0.1.0
 */
export interface Extras {
  readonly v?: ReadonlyArray<number>
  readonly w?: RecordStore.Update["where"]
  readonly a?: RecordStore.Update["assign"]
  readonly e?: RecordStore.Update["advance"]
  readonly j?: true
  readonly d?: true
}

/**
 * Tells whether a statement of a shape is given {@link Extras}.
 *
 * @category queries
 * @since 0.1.0
 */
export const hasExtras = ({ advances, assigns, demands, rehearses }: Shape): boolean =>
  advances || assigns || demands || rehearses

/**
 * What a statement is given for each update: its name, the parameter that it comes in, and what is read out of an element
 * of that where it is an array, which is a text unless it is a number.
 *
 * @category models
 * @since 0.1.0
 */
export interface Input {
  readonly name: string
  readonly parameter: string
  readonly read: (element: string) => string
}

/**
 * What a statement is given, in the order of its parameters: `i_tenant`, `i_id`, `i_at`, `i_by` and `i_reason`, the patch
 * `p`, the extras `x`, the columns of its memo, and `i_next`, the ordinal of the next update of the same record.
 *
 * @category parameters
 * @since 0.1.0
 */
export const parameters = (shape: Shape): ReadonlyArray<Input> =>
  [
    "i_tenant text",
    "i_id text",
    "i_at timestamptz",
    "i_by text",
    "i_reason text",
    "p jsonb",
    ...hasExtras(shape) ? ["x jsonb"] : [],
    ...shape.remembers ? Memos.columns.split(", ").map((name) => `${name} text`) : [],
    ...shape.folds ? ["i_next bigint"] : []
  ].map((input, at) => {
    const [name, type] = input.split(" ") as [string, string]
    const element = type === "bigint" ? type : "text"
    return {
      name,
      parameter: `$${at + 1}::${shape.alone ? type : `${element}[]`}`,
      read: (value) => type === element ? value : `${value}::${type}`
    }
  })

/**
 * Adds to the rows of a part the updates that they are of, where they do not carry them along: one alone stands beside
 * whatever looks at it, which costs nothing.
 *
 * @category sql
 * @since 0.1.0
 */
export const beside = ({ alone }: Shape, rows: string): string => alone ? `${rows} CROSS JOIN i` : rows

/**
 * Derives the part of a statement that has the updates as its rows `i`; where records have several, the first of each.
 *
 * @category sql
 * @since 0.1.0
 */
export const rows = (shape: Shape): string => {
  const given = parameters(shape)
  // One row of parameters becomes a part of whatever reads it.
  if (shape.alone) {
    const values = given.map(({ name, parameter }) => `${parameter} AS ${name}`)
    return `i AS NOT MATERIALIZED (\n  SELECT 1::bigint AS i_ord, ${values.join(", ")}\n)`
  }
  return `i AS MATERIALIZED (
  SELECT i_ord, ${given.map(({ name, read }) => `${read(name)} AS ${name}`).join(", ")}
  FROM unnest(${given.map(({ parameter }) => parameter).join(", ")}) WITH ORDINALITY
    AS u (${given.map(({ name }) => name).join(", ")}, i_ord)${
    shape.folds ? `\n  WHERE i_ord <= $${given.length + 1}::bigint` : ""
  }
)`
}
