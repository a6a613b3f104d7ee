/**
 * Timestamps as other systems write them.
 *
 * @since 0.1.0
 */
import * as Result from "effect/Result"

/**
 * What is done with a time that has no zone, and with what is below a microsecond.
 *
 * @category models
 * @since 0.1.0
 */
export interface Policy {
  /** A time without a zone is in UTC; refused otherwise. */
  readonly assumeUtc: boolean
  /** What is below a microsecond is cut off; refused otherwise where it is not zero. */
  readonly cutNanoseconds: boolean
}

const pattern = /^(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(?:\.(\d+))?([Zz]|[+-]\d\d:?\d\d)?$/

/**
 * Reads a timestamp of RFC 3339 or ISO 8601 as the one of the domain, in UTC with microseconds.
 *
 * @category conversions
 * @since 0.1.0
 */
export const read = (text: unknown, { assumeUtc, cutNanoseconds }: Policy): Result.Result<string, string> => {
  const found = typeof text === "string" ? pattern.exec(text) : null
  if (found === null) return Result.fail("Expected a timestamp such as 2026-11-21T10:00:00.000000Z")
  const [, day, time, fraction = "", zone] = found
  if (zone === undefined && !assumeUtc) {
    return Result.fail("Expected a timestamp with its zone; --assume-utc takes one without a zone as UTC")
  }
  if (/[1-9]/.test(fraction.slice(6)) && !cutNanoseconds) {
    return Result.fail("Expected at most microseconds; --cut-nanoseconds cuts off what is below")
  }
  const micros = fraction.slice(0, 6).padEnd(6, "0")
  if (zone === undefined || /^[Zz]$|^[+-]00:?00$/.test(zone)) return Result.succeed(`${day}T${time}.${micros}Z`)
  const offset = zone.length === 5 ? `${zone.slice(0, 3)}:${zone.slice(3)}` : zone
  const moment = new Date(`${day}T${time}${offset}`)
  return Number.isNaN(moment.getTime())
    ? Result.fail("Expected a day and an hour that there are")
    : Result.succeed(`${moment.toISOString().slice(0, 19)}.${micros}Z`)
}
