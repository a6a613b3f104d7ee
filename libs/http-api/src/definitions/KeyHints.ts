/**
 * Why a body may not hold some keys.
 *
 * @since 0.1.0
 */
import type { Declare } from "@emend/algebra/schema"
import * as Context from "effect/Context"

/**
 * What is said of keys that a body may not hold, by key: why, and what to do instead.
 *
 * @category annotations
 * @since 0.1.0
 */
export const KeyHints = Context.Reference<Readonly<Record<string, string>>>("@emend/http-api/KeyHints", {
  defaultValue: () => ({})
})

/**
 * Says for each field that updates cannot touch why, and for a status what moves it.
 *
 * @category annotations
 * @since 0.1.0
 */
export const unwritable = (fields: Declare.Fields, status: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(fields).flatMap(([name, field]) =>
      field.kind === "guarded"
        ? [[name, status]]
        : field.kind === "fixed" && field.internal !== true
        ? [[name, "no update changes this field"]]
        : "wireName" in field && field.wireName !== undefined
        ? [[name, `an update says ${field.wireName}`]]
        : []
    )
  )
