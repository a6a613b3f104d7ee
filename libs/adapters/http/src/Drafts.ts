/**
 * Updates as bodies of requests.
 *
 * @internal
 */
import type { Kind } from "@emend/algebra/schema"
import { Refusals } from "@emend/domain"
import * as Effect from "effect/Effect"

/**
 * Writes an update as a body, or refuses it with the fields of which it asks what no body can say: to take a key of a
 * map away, to set a map as a whole, or to clear what a null keeps.
 */
export const body = (
  kind: Kind.Any,
  draft: Kind.Draft<any>
): Effect.Effect<Kind.Body, Refusals.InputInvalid> => {
  const said = kind.toBody(draft)
  if (said !== undefined) return Effect.succeed(said)
  const patch = draft.patch as Readonly<Record<string, any>>
  const unsaid = Object.keys(patch).filter((key) =>
    kind.toBody({ patch: { [key]: patch[key] }, advance: {} }) === undefined
  )
  return Effect.fail(
    new Refusals.InputInvalid({
      problems: unsaid.map((field) => ({
        path: [kind.fields[field]?.wireName ?? field],
        message: "Expected an update that can be asked for over HTTP"
      }))
    })
  )
}
