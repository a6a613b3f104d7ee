/**
 * Strings that can be stored: ids, timestamps and free text.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import * as SchemaTransformation from "effect/SchemaTransformation"
import { textFlaw } from "./Json.ts"

// What JSON Schema cannot say still has a place in a document for the titles and formats given to the schema.
const toJsonSchema = () => ({})

/**
 * Free text without NUL characters and lone surrogates.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Text = Schema.String.check(
  Schema.makeFilter((text) => textFlaw(text), { identifier: "storable", toJsonSchema })
)

const routes = new Set([".", "..", "name", "board"])

/**
 * An opaque id of 1 to 255 characters, without control characters, and none of `.`, `..`, `name`, `board`, which are
 * parts of paths.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Id = Text.check(
  Schema.isMinLength(1),
  Schema.isMaxLength(255),
  Schema.makeFilter((id) =>
    /[\u0000-\u001f\u007f-\u009f]/.test(id)
      ? "Expected an id without control characters"
      : routes.has(id)
      ? `Expected an id other than ${[...routes].map((word) => `"${word}"`).join(", ")}`
      : undefined, { identifier: "id", toJsonSchema })
)

/**
 * A UUID in its 8-4-4-4-12 form, of any version. Capitals are read and written small, so that one id has one form
 * (RFC 9562, section 4).
 *
 * @category schemas
 * @since 0.1.0
 */
export const Uuid = Schema.String.check(
  Schema.isPattern(/^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$/, {
    identifier: "uuid"
  })
).annotate({ format: "uuid" }).pipe(
  Schema.decodeTo(
    Schema.String.check(Schema.isPattern(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/)),
    SchemaTransformation.transform({ decode: (text: string) => text.toLowerCase(), encode: (text: string) => text })
  )
)

/**
 * A moment in UTC with microseconds, always written in the same 27 characters: `2026-11-21T10:00:00.000000Z`. Years
 * 0001 to 9999 (RFC 3339), so that the order of the texts is the order of the moments.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Timestamp = Schema.String.check(
  Schema.isPattern(/^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{6}Z$/, {
    identifier: "timestamp"
  }),
  Schema.makeFilter((text) => isDay(text.slice(0, 10)) ? undefined : "Expected a day that the calendar has", {
    identifier: "day",
    toJsonSchema
  })
).annotate({ format: "date-time" })

/** Years begin with 0001, and the 31st of February is the 3rd of March to a lenient reader. */
const isDay = (text: string): boolean => {
  const [year, month, day] = [Number(text.slice(0, 4)), Number(text.slice(5, 7)), Number(text.slice(8))]
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
  const last = month === 2 ? (isLeap ? 29 : 28) : month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
  return year >= 1 && day <= last
}

/**
 * Writes a moment, given in nanoseconds since 1970-01-01T00:00Z, as a {@link Timestamp}; what is below a microsecond
 * is cut off.
 *
 * @category conversions
 * @since 0.1.0
 */
export const timestamp = (nanos: bigint): string => {
  const micros = nanos / 1000n
  // As numbers they are exact: a double holds microseconds of years from 1684 to 2255, and seconds of all.
  const [seconds, fraction] = -mostMicros < micros && micros < mostMicros
    ? parted(Number(micros))
    : partedExactly(micros)
  if (seconds !== lastSecond) {
    lastText = new Date(seconds * 1000).toISOString().slice(0, 20)
    lastSecond = seconds
  }
  return `${lastText}${String(1_000_000 + fraction).slice(1)}Z`
}

const mostMicros = BigInt(Number.MAX_SAFE_INTEGER)

/** The second that was written last, and how: most moments that are written are of the same one. */
let lastSecond = NaN
let lastText = ""

const parted = (micros: number): readonly [seconds: number, fraction: number] => {
  const seconds = Math.floor(micros / 1_000_000)
  return [seconds, micros - seconds * 1_000_000]
}

const partedExactly = (micros: bigint): readonly [seconds: number, fraction: number] => {
  const seconds = micros >= 0n ? micros / 1_000_000n : (micros - 999_999n) / 1_000_000n
  return [Number(seconds), Number(micros - seconds * 1_000_000n)]
}

/**
 * Compares texts by their code points, which is the order of their bytes in UTF-8. The order of JavaScript is another
 * beyond U+D7FF.
 *
 * @category comparisons
 * @since 0.1.0
 */
export const byCodePoint = (a: string, b: string): number => {
  for (let i = 0; i < a.length && i < b.length;) {
    const x = a.codePointAt(i)!
    const y = b.codePointAt(i)!
    if (x !== y) return x - y
    i += x > 0xffff ? 2 : 1
  }
  return a.length - b.length
}
