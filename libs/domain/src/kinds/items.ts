/**
 * Lists in bodies.
 *
 * @internal
 */
import * as Schema from "effect/Schema"

/** How many items a declared list has at most. */
export const maxItems = 1000

/** A list of at most `most` items, {@link maxItems} unless said. */
export const items = <S extends Schema.Top>(item: S, most = maxItems) =>
  Schema.Array(item).check(Schema.isMaxLength(most))
