/**
 * What is wrong with a record of a source.
 *
 * @since 0.1.0
 */
import type { RecordArchive } from "@emend/domain"

/**
 * Why a record was not taken, and its kind where that was told.
 *
 * @category models
 * @since 0.1.0
 */
export interface Flaw {
  readonly reason: string
  readonly kind?: string
}

/**
 * Says in words why a store did not take a record.
 *
 * @category conversions
 * @since 0.1.0
 */
export const ofRejection = (rejection: RecordArchive.Rejection): Flaw => {
  const { key: { id, kind } } = rejection
  switch (rejection._tag) {
    case "Different":
      return { kind, reason: `The store has a ${kind} ${id} that is not the same; it is left as it is` }
    case "Taken":
      return { kind, reason: `Another ${kind} has the same ${rejection.fields.join(" and ")}` }
    case "Dangling":
      return { kind, reason: `${rejection.field} names a record that does not exist` }
    case "Cycle":
      return { kind, reason: "The link would close a cycle of subtasks" }
    case "TooLarge":
      return { kind, reason: `${rejection.field} is larger than ${rejection.limit} bytes` }
    case "Refused":
      return { kind, reason: rejection.reason }
  }
}

/**
 * Says in one line what a schema found: each place, as a JSON Pointer, with what is wrong there.
 *
 * @category conversions
 * @since 0.1.0
 */
export const ofSchema = ({ message }: { readonly message: string }): string =>
  message.split(/\n(?!  at )/).map((flaw) => {
    const [what, place] = flaw.split(/\n  at (.*)/s)
    const path = [...(place ?? "").matchAll(/\[("(?:[^"\\]|\\.)*"|\d+)\]/g)].map(([, key]) => String(JSON.parse(key!)))
    return path.length === 0 ? what! : `/${path.join("/")}: ${what}`
  }).join("; ")
