/**
 * Names that the wire cannot say.
 *
 * A path, a query or a header has no room for every text and number that the services take. What it cannot say names
 * nothing that exists: a name of the right form that nothing has is sent in its place, and in the refusal that follows,
 * the one that was asked for is put back.
 *
 * @internal
 */
import { createHash } from "node:crypto"

/** The names of one request that others stand for. */
export interface StandIns {
  /** Gives what stands for a name: for a text a UUID, for a number a version that no record has. */
  readonly of: <Name extends string | number>(name: Name) => Name
  /** Puts the names that were asked for back into what was answered. */
  readonly restore: (answered: unknown) => unknown
}

/** No record has so many versions: they are 32-bit integers. */
const never = 999_999_999_999_999

/** Makes the names of one request. */
export const make = (): StandIns => {
  const asked = new Map<unknown, unknown>()
  const restore = (answered: unknown): unknown => {
    if (asked.has(answered)) return asked.get(answered)
    if (Array.isArray(answered)) return answered.map(restore)
    if (typeof answered !== "object" || answered === null) return answered
    return Object.fromEntries(Object.entries(answered).map(([key, value]) => [key, restore(value)]))
  }
  return {
    of: <Name extends string | number>(name: Name): Name => {
      const standIn = typeof name === "string" ? uuid(name) : never - asked.size
      asked.set(standIn, name)
      return standIn as Name
    },
    restore: (answered) => asked.size === 0 ? answered : restore(answered)
  }
}

/**
 * A UUID of version 8 (RFC 9562) made of a text: nobody makes it but for this text, for which it is always the same. A
 * refusal that a server remembers under a key names it, and is read again later.
 */
const uuid = (text: string): string => {
  const hex = createHash("sha256").update(`stands for ${text}`).digest("hex")
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}
