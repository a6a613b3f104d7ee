/**
 * The whole OpenAPI document. It is made when it is asked for first: its examples take room, and time to load.
 *
 * @since 0.1.0
 */
import * as OpenApi from "effect/http-api/OpenApi"
import { Api as Operations } from "../Api.ts"
import { complete } from "./Completion.ts"
import examples from "./examples.json" with { type: "json" }
import { type Examples, show } from "./Examples.ts"

const whole = complete(Operations)

/**
 * The definition of the API, with the examples of its document.
 *
 * @category definitions
 * @since 0.1.0
 */
export const Api = Operations.annotate(OpenApi.Transform, (derived) => {
  const spec = whole(derived)
  show(spec, examples as unknown as Examples)
  return spec
})

/**
 * Gives the document as JSON text.
 *
 * @category conversions
 * @since 0.1.0
 */
export const text = (): string => written ??= JSON.stringify(OpenApi.fromApi(Api))

let written: string | undefined
