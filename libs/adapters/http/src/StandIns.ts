/**
 * Names that the wire cannot say.
 *
 * A path, a query or a header has no room for every text and number that the services take. What it cannot say names
 * nothing that exists: a name of the right form that nothing has is sent in its place, and in the refusal that follows,
 * the one that was asked for is put back.
 *
 * @internal
 */
import { randomUUID } from "node:crypto"

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
      const standIn = typeof name === "string" ? randomUUID() : never - asked.size
      asked.set(standIn, name)
      return standIn as Name
    },
    restore: (answered) => asked.size === 0 ? answered : restore(answered)
  }
}
