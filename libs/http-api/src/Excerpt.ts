/**
 * What of a list of errors is told: a wrong request is answered in bounded space, however much of it is wrong.
 *
 * @since 0.1.0
 */
import type { ValidationError } from "./ValidationError.ts"

/**
 * How many errors an answer tells at most. Whoever collects them may stop at one more.
 *
 * @category limits
 * @since 0.1.0
 */
export const maxErrors = 100

/**
 * How many UTF-16 code units a text in an error has at most, without the "…" of one that was cut.
 *
 * @category limits
 * @since 0.1.0
 */
export const maxText = 256

/**
 * How many characters of JSON all errors of an answer have at most, but for the first and the last.
 *
 * @category limits
 * @since 0.1.0
 */
export const maxLength = 262_144

/**
 * Tells whether as many errors were found as are needed: those that are told, and one to know that there are more.
 *
 * @category checks
 * @since 0.1.0
 */
export const isFull = (found: ReadonlyArray<unknown>): boolean => found.length > maxErrors

/**
 * Gives the errors to tell: at most {@link maxErrors}, every text in them cut, and at the end that there are more, where
 * there are.
 *
 * @category conversions
 * @since 0.1.0
 */
export const of = (errors: ReadonlyArray<ValidationError>): ReadonlyArray<ValidationError> => {
  const told: Array<ValidationError> = []
  let length = 0
  for (const error of errors) {
    const short = cut(error) as ValidationError
    length += JSON.stringify(short).length
    if (told.length === maxErrors || (told.length > 0 && length > maxLength)) return [...told, more(told.length)]
    told.push(short)
  }
  return told
}

/**
 * Cuts a text that is longer than {@link maxText}, never within a surrogate pair.
 *
 * @category conversions
 * @since 0.1.0
 */
export const cutText = (text: string): string => {
  if (text.length <= maxText) return text
  const last = text.charCodeAt(maxText - 1)
  return `${text.slice(0, last >= 0xd800 && last < 0xdc00 ? maxText - 1 : maxText)}…`
}

/** What an error repeats of a body is short already: the depth of this is bounded. */
const cut = (value: unknown): unknown => {
  if (typeof value === "string") return cutText(value)
  if (Array.isArray(value)) return value.map(cut)
  if (typeof value !== "object" || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [cutText(key), cut(inner)]))
}

const more = (told: number): ValidationError => {
  const error = `more is wrong than these ${told} places, which are told first`
  return { loc: [], msg: `Value error, ${error}`, type: "value_error", ctx: { error, told } }
}
