/**
 * The update algebra: updates as values, knowing no kind of record. No dependencies.
 *
 * @since 0.1.0
 */
export type { Conflict } from "./Conflict.ts"
export * as Cursor from "./Cursor.ts"
export * as Entity from "./Entity.ts"
export * as Equality from "./Equality.ts"
export * as Field from "./Field.ts"
export type { Gathering } from "./Gathering.ts"
export * as Graph from "./Graph.ts"
export * as Mask from "./Mask.ts"
export type * as Patch from "./Patch.ts"
