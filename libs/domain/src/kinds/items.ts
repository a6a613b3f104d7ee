/**
 * Lists in bodies.
 *
 * @internal
 */
import * as Schema from "effect/Schema"

/** How many items a declared list has at most. */
export const maxItems = 1000

/** A list of at most {@link maxItems} items. */
export const items = <S extends Schema.Top>(item: S) => Schema.Array(item).check(Schema.isMaxLength(maxItems))
