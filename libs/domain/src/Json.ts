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

/**
 * How many bytes one stored JSON value may take, measured by {@link textBytes}.
 *
 * @category limits
 * @since 0.1.0
 */
export const maxBytes = 1_048_576

/**
 * A reason why a value cannot be stored, and where in it.
 *
 * @category models
 * @since 0.1.0
 */
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

/**
 * Measures a JSON value: the bytes of its text in UTF-8 as a database with decimal numbers writes it, with `, ` and
 * `: ` as separators and every number written out in full (`1e21` takes 22 bytes, `1e-7` takes 9, `-0` takes 1).
 *
 * In PostgreSQL it is `octet_length(value::jsonb::text)`. The work stays proportional to the JSON text of the value.
 *
 * @category checks
 * @since 0.1.0
 */
export const textBytes = (value: unknown): number => {
  switch (typeof value) {
    case "string":
      return stringBytes(value)
    case "number":
      return numberBytes(value)
    case "object": {
      if (value === null) return 4
      // Two brackets, and two bytes between members, make two for each member.
      let bytes = 0
      if (Array.isArray(value)) { for (const item of value) bytes += 2 + textBytes(item) }
      else {
        for (const key of Object.keys(value)) {
          bytes += 4 + stringBytes(key) + textBytes((value as Record<string, unknown>)[key])
        }
      }
      return Math.max(bytes, 2)
    }
    default:
      return String(value).length
  }
}

/**
 * Tells whether a JSON value takes at most so many bytes, measured by {@link textBytes}. Values that are far from it are
 * told without a look at each of their characters.
 *
 * @category checks
 * @since 0.1.0
 */
export const fits = (value: unknown, limit: number): boolean => atMost(value) <= limit || textBytes(value) <= limit

/** Six bytes is the longest form of a code unit, as an escape; 343 that of a number, written out in full. */
const atMost = (value: unknown): number => {
  switch (typeof value) {
    case "string":
      return 2 + 6 * value.length
    case "number":
      return 343
    case "object": {
      if (value === null) return 4
      let bytes = 2
      if (Array.isArray(value)) { for (const item of value) bytes += 2 + atMost(item) }
      else {
        for (const key of Object.keys(value)) {
          bytes += 6 + 6 * key.length + atMost((value as Record<string, unknown>)[key])
        }
      }
      return bytes
    }
    default:
      return 5
  }
}

/** `JSON.stringify` escapes what PostgreSQL escapes, with as many characters, as long as the text is well-formed. */
const stringBytes = (text: string): number => {
  const quoted = JSON.stringify(text)
  let bytes = quoted.length
  for (let i = 0; i < quoted.length; i++) {
    const unit = quoted.charCodeAt(i)
    // A code unit takes one byte, two or three; a pair of surrogates takes four for two units.
    if (unit >= 0x80) bytes += unit < 0x800 || (unit >= 0xd800 && unit < 0xe000) ? 1 : 2
  }
  return bytes
}

const numberBytes = (value: number): number => {
  // `String(-0)` is "0".
  const text = String(value)
  const e = text.indexOf("e")
  if (e < 0) return text.length
  const sign = value < 0 ? 1 : 0
  const mantissa = text.slice(sign, e)
  const dot = mantissa.indexOf(".")
  const digits = dot < 0 ? mantissa.length : mantissa.length - 1
  // Where the decimal point stands, counted in digits from the first.
  const point = (dot < 0 ? digits : dot) + Number(text.slice(e + 1))
  return sign + (point <= 0 ? 2 - point + digits : point >= digits ? point : digits + 1)
}

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

const storable = Schema.makeFilter<unknown>((value) => flaws(value), {
  identifier: "storable",
  // JSON Schema cannot say it; the titles given to the schema have a place all the same.
  toJsonSchema: () => ({})
})

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
