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

const pattern = /^(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(?:\.(\d+))?([Zz]|[+-]\d\d(?::?\d\d)?)?$/

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
  // Whether there is such a day and hour is checked with the record.
  if (zone === undefined || /^[Zz]$|^[+-]00(?::?00)?$/.test(zone)) return Result.succeed(`${day}T${time}.${micros}Z`)
  const local = new Date(`${day}T${time}Z`)
  // What there is not, a 30th of February or an hour 24, is read as something near it.
  if (Number.isNaN(local.getTime()) || !local.toISOString().startsWith(`${day}T${time}`)) {
    return Result.fail("Expected a day and an hour that there are")
  }
  const [, sign, hours, minutes = "00"] = /([+-])(\d\d):?(\d\d)?/.exec(zone)!
  if (Number(hours) > 23 || Number(minutes) > 59) return Result.fail("Expected a zone that there is")
  const ahead = (sign === "+" ? 1 : -1) * (Number(hours) * 60 + Number(minutes)) * 60_000
  const utc = new Date(local.getTime() - ahead).toISOString()
  return utc.length > "2026-11-21T10:00:00.000Z".length
    ? Result.fail("Expected a time in the years from 1 to 9999")
    : Result.succeed(`${utc.slice(0, 19)}.${micros}Z`)
}
