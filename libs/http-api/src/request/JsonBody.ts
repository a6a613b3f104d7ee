/**
 * Reading a JSON body so that what is stored is what was sent.
 *
 * @since 0.1.0
 */
import { Json } from "@emend/domain"
import * as Excerpt from "../Excerpt.ts"
import type { ValidationError } from "../ValidationError.ts"
import { type Flaw, flaws } from "./JsonText.ts"

/**
 * What was read of a body: its value, where the bytes have one, and what is wrong with it as JSON.
 *
 * @category models
 * @since 0.1.0
 */
export type Parsed =
  | { readonly _tag: "Value"; readonly value: unknown; readonly errors: ReadonlyArray<ValidationError> }
  | { readonly _tag: "NoValue"; readonly errors: ReadonlyArray<ValidationError> }

/**
 * Parses the bytes of a JSON body (RFC 8259). A byte order mark is ignored, and of duplicate keys the last counts.
 *
 * Tells all that is wrong: bytes that are not UTF-8 and broken syntax (`json_invalid`, with the position as
 * FastAPI tells it), values that nest deeper than `maxValueDepth`, and numbers whose double does not print back the same decimal
 * value, each with its path. With such numbers alone the body still has a value, of which more may be wrong.
 *
 * @category conversions
 * @since 0.1.0
 */
export const parse = (bytes: Uint8Array, maxValueDepth: number = Json.maxDepth): Parsed => {
  // A value of the greatest depth stands inside the body's own object.
  const maxDepth = maxValueDepth + 1
  let text: string
  try {
    text = utf8.decode(bytes)
  } catch {
    return { _tag: "NoValue", errors: [invalid(0, "Expecting UTF-8")] }
  }
  try {
    // Nesting is counted before anything is parsed.
    if (isPlain(text, maxDepth)) return { _tag: "Value", value: JSON.parse(text), errors: [] }
  } catch {
    // The walk below tells where.
  }
  const found = flaws(text, maxDepth, Excerpt.maxErrors + 1)
  const errors = found.map((flaw) => toError(flaw, maxDepth))
  return found.every(({ _tag }) => _tag === "Inexact")
    ? { _tag: "Value", value: JSON.parse(text), errors }
    : { _tag: "NoValue", errors }
}

// `fatal` throws on bytes that are not UTF-8; a byte order mark is dropped.
const utf8 = new TextDecoder("utf-8", { fatal: true })

/** Tells cheaply that a text nests little enough and has no number that could lose its value. */
const isPlain = (text: string, maxDepth: number): boolean => {
  let depth = 0
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i)
    if (c === 0x22) i = endOfString(text, i)
    else if (c === 0x7b || c === 0x5b) {
      if (++depth > maxDepth) return false
    } else if (c === 0x7d || c === 0x5d) depth--
    else if (c >= 0x30 && c <= 0x39) {
      const start = i
      while (isNumeric(text.charCodeAt(i + 1))) i++
      if (i - start >= 15 || (text.charCodeAt(i + 1) | 0x20) === 0x65) return false
    }
  }
  return true
}

const isNumeric = (c: number): boolean => (c >= 0x30 && c <= 0x39) || c === 0x2e

const endOfString = (text: string, from: number): number => {
  for (let i = from + 1; i < text.length; i++) {
    const c = text.charCodeAt(i)
    if (c === 0x5c) i++
    else if (c === 0x22) return i
  }
  return text.length
}

const invalid = (position: number, error: string): ValidationError => ({
  loc: ["body", position],
  msg: "JSON decode error",
  type: "json_invalid",
  input: {},
  ctx: { error }
})

const locOf = (path: ReadonlyArray<string | number>): ReadonlyArray<string | number> => [
  "body",
  ...path.map((key) => typeof key === "string" ? Excerpt.cutText(key) : key)
]

const toError = (flaw: Flaw, maxDepth: number): ValidationError => {
  switch (flaw._tag) {
    case "Syntax":
      return invalid(flaw.position, flaw.message)
    case "TooDeep":
      return {
        loc: locOf(flaw.path),
        msg: `Value error, Expected nesting of at most ${maxDepth} levels`,
        type: "value_error",
        ctx: { max_depth: maxDepth }
      }
    case "Inexact":
      return {
        loc: locOf(flaw.path),
        msg: "Value error, Expected a number that a double holds exactly as it is written",
        type: "value_error",
        input: flaw.literal.length > 64 ? `${flaw.literal.slice(0, 64)}…` : flaw.literal,
        ctx: { read_as: String(Number(flaw.literal)) }
      }
  }
}
