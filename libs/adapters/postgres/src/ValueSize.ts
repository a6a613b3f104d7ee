/**
 * How large a JSON value may be that is stored.
 *
 * @since 0.1.0
 */
import { Json } from "@emend/domain"
import type { Attribute } from "./Relation.ts"

/** Above this many bytes in memory, the length of a JSON value's text is looked at. */
const looksLarge = 32_768
// No value's text is more than 32 times as long as it is in memory: the worst are numbers such as 5e-324, which take
// at least 12 bytes and 328 characters.
const tooLarge = (value: string): string =>
  `(pg_column_size(${value}) > ${looksLarge} AND octet_length(${value}::text) > ${Json.maxBytes})`

/**
 * The condition under which the JSON value of an attribute is too large to be stored.
 *
 * @category sql
 * @since 0.1.0
 */
export const exceeds = (of: Attribute, value: string): string | undefined =>
  of.column.type === "object" || of.column.type === "list" ? tooLarge(value) : undefined
