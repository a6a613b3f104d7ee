/**
 * The page to read and try the operations.
 *
 * @since 0.1.0
 */
import * as HttpApiScalar from "effect/http-api/HttpApiScalar"
import * as HttpRouter from "effect/http/HttpRouter"
import { Api } from "./openapi/Document.ts"

/**
 * Gives the page as HTML. All that it needs is in it: it works without internet.
 *
 * @category conversions
 * @since 0.1.0
 */
export const page = (): Promise<string> => made ??= make()

let made: Promise<string> | undefined

const make = async (): Promise<string> => {
  const { dispose, handler } = HttpRouter.toWebHandler(
    HttpApiScalar.layer(Api, { path: "/docs", scalar: { withDefaultFonts: false } }),
    { disableLogger: true }
  )
  const response = await handler(new Request("http://localhost/docs"))
  const html = await response.text()
  await dispose()
  return html
}
