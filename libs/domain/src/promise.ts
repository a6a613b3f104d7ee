/**
 * The services for programs that know promises and not Effect: the same verbs, derived from the services themselves.
 *
 * @since 0.1.0
 */
export { type Call } from "./promise/Call.ts"
export { type Bound, type Emend, open, openStore, type Settings } from "./promise/Emend.ts"
export { read } from "./promise/Input.ts"
export { type Promised } from "./promise/Promised.ts"
export * as Walk from "./promise/Walk.ts"
