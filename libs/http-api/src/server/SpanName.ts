/**
 * What the span of a request is called.
 *
 * @since 0.1.0
 */
import type { Route } from "effect/http/HttpRouter"
import type { HttpServerRequest } from "effect/http/HttpServerRequest"
import { pathOf } from "./Route.ts"

/**
 * Gives what names the span of a request: its method and the template of its path, such as `PUT /tasks/:task_id`, or
 * the method alone where no route takes it. A span has its name from the start, when the router was not asked yet.
 *
 * Source: OpenTelemetry semantic conventions for HTTP spans, Name.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (routes: ReadonlyArray<Route<any, any>>): (request: HttpServerRequest) => string => {
  const templates = routes
    .map(({ method, path }) => ({ method: method as string, path, pattern: matcher(path) }))
    // As in the router, what is written out goes before what is a parameter.
    .sort((one, other) => parameters(one.path) - parameters(other.path))
  return ({ method, url }) => {
    const path = pathOf(url)
    const wanted = method === "HEAD" ? "GET" : method
    const found = templates.find((template) => template.method === wanted && template.pattern.test(path))
    return found === undefined ? method : `${method} ${found.path}`
  }
}

const parameters = (path: string): number => path.split(":").length

/**
 * Gives the pattern of the paths that a template stands for, with and without a trailing slash.
 *
 * @category conversions
 * @since 0.1.0
 */
export const matcher = (path: string): RegExp =>
  new RegExp(`^${path.replace(/\/$/, "").replace(/[.]/g, "\\$&").replace(/:[^/]+/g, "[^/]+")}/?$`)
