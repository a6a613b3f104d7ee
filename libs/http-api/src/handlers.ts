/**
 * The service over HTTP: the routes of every operation over the services of the domain.
 *
 * @since 0.1.0
 */
export { layer, make } from "./server/Application.ts"
