/**
 * JSON that can be stored and read back with the same value.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"

/**
 * How deeply arrays and objects may be nested.
 *
 * @category limits
 * @since 0.1.0
 */
export const maxDepth = 64

/** A reason why a value cannot be stored, and where in it. */
export interface Flaw {
  readonly path: ReadonlyArray<string | number>
  readonly issue: string
}

/**
 * Lists what in a JSON value cannot be stored and read back with the same value: NUL, lone surrogates, numbers that
 * are not finite, and nesting deeper than {@link maxDepth}.
 *
 * A number whose decimal text would change value is found earlier, in the text: after parsing it is too late.
 *
 * @category checks
 * @since 0.1.0
 */
export const flaws = (value: unknown): ReadonlyArray<Flaw> => {
  const found: Array<Flaw> = []
  visit(value, [], found)
  return found
}

/**
 * Tells what in a string cannot be stored.
 *
 * @category checks
 * @since 0.1.0
 */
export const textFlaw = (text: string): string | undefined =>
  text.includes("\u0000")
    ? "Expected text without NUL characters"
    : text.isWellFormed()
    ? undefined
    : "Expected well-formed Unicode text, got a lone surrogate"

const visit = (value: unknown, path: Array<string | number>, found: Array<Flaw>): void => {
  switch (typeof value) {
    case "string": {
      const issue = textFlaw(value)
      if (issue !== undefined) found.push({ path: [...path], issue })
      return
    }
    case "number":
      if (!Number.isFinite(value)) found.push({ path: [...path], issue: "Expected a finite number" })
      return
    case "object": {
      if (value === null) return
      if (path.length >= maxDepth) {
        found.push({ path: [...path], issue: `Expected nesting of at most ${maxDepth} levels` })
        return
      }
      if (Array.isArray(value)) {
        for (let i = 0; i < value.length; i++) step(value[i], i, path, found)
        return
      }
      for (const key of Object.keys(value)) {
        const issue = textFlaw(key)
        if (issue !== undefined) found.push({ path: [...path, key], issue: `${issue} in a key` })
        step((value as Record<string, unknown>)[key], key, path, found)
      }
    }
  }
}

const step = (value: unknown, at: string | number, path: Array<string | number>, found: Array<Flaw>): void => {
  path.push(at)
  visit(value, path, found)
  path.pop()
}

const storable = Schema.makeFilter<unknown>((value) => flaws(value), { identifier: "storable" })

/**
 * A JSON object that can be stored and read back with the same value.
 *
 * @category schemas
 * @since 0.1.0
 */
export const JsonObject = Schema.JsonObject.check(storable)

/**
 * Any JSON value that can be stored and read back with the same value.
 *
 * @category schemas
 * @since 0.1.0
 */
export const JsonValue = Schema.Json.check(storable)
