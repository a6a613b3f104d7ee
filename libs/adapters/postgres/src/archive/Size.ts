/**
 * How much a stored value takes, told without writing it as text.
 *
 * @since 0.1.0
 */

/**
 * The bytes of a JSON value in memory, which are about those of its text; 0 for NULL. One that is stored without being
 * compressed is not read.
 *
 * @category sql
 * @since 0.1.0
 */
export const ofJson = (column: string): string =>
  // How long a compressed value is in whole is told only of one that was read. Joined with nothing it stays as it is.
  `CASE WHEN pg_column_compression(${column}) IS NULL THEN coalesce(pg_column_size(${column}), 0)
    ELSE pg_column_size(${column} || '{}') END`

/**
 * The bytes of a text, compressed or not, which is not read; 0 for NULL.
 *
 * @category sql
 * @since 0.1.0
 */
export const ofText = (column: string): string => `coalesce(octet_length(${column}), 0)`

/**
 * The sum of some sizes, as `float8`.
 *
 * @category sql
 * @since 0.1.0
 */
export const sum = (sizes: ReadonlyArray<string>): string => `(0::float8 + ${sizes.join(" + ")})`
