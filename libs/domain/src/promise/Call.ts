/**
 * What belongs to one call of a verb and not to what is asked.
 *
 * @since 0.1.0
 */
import type { Caller } from "../Caller.ts"

/**
 * How a verb is called: any of these stands in the last argument, beside the conditions or the query where the verb has
 * some.
 *
 * @category models
 * @since 0.1.0
 */
export interface Call {
  /** On whose behalf. Default: the caller that was bound with `as`, or else the local one. */
  readonly caller?: Caller
  /**
   * Carries the call out once, however often it is repeated with the key: the same call gives the first answer again, a
   * refusal too. The key belongs to the caller and the verb.
   */
  readonly idempotencyKey?: string
  /** Runs when the answer is not a new one but the first one again. */
  readonly onRepeat?: () => void
  /**
   * Gives the call up: it is rejected with the reason of the signal. Whether a write happened is unknown then; under an
   * idempotency key the call can be repeated to find out.
   */
  readonly signal?: AbortSignal
}

const check: { readonly [K in keyof Required<Call>]: (value: unknown) => boolean } = {
  caller: (value) => isObject(value) && isName(value["tenant"]) && isName(value["subject"]),
  idempotencyKey: (value) => isName(value),
  onRepeat: (value) => typeof value === "function",
  signal: (value) => value instanceof AbortSignal
}

const demand: { readonly [K in keyof Required<Call>]: string } = {
  caller: "a tenant and a subject, each a text that is not empty",
  idempotencyKey: "a text that is not empty",
  onRepeat: "a function",
  signal: "an AbortSignal"
}

/**
 * Parts the arguments of a verb: what the service is given, and how it is called. Throws a `TypeError` that names the
 * option where one of the call has another form.
 *
 * @category conversions
 * @since 0.1.0
 */
export const part = (args: ReadonlyArray<unknown>): { readonly given: ReadonlyArray<unknown>; readonly call: Call } => {
  const last = args.at(-1)
  if (!isObject(last) || !Object.keys(last).some(isOption)) return { given: args, call: {} }
  const call = Object.fromEntries(
    Object.entries(last).filter(([key, value]) => isOption(key) && value !== undefined)
  ) as Call
  for (const key of Object.keys(call) as ReadonlyArray<keyof Call>) {
    if (!check[key](call[key])) throw new TypeError(`The option ${key} is ${demand[key]}`)
  }
  const rest = Object.fromEntries(Object.entries(last).filter(([key]) => !isOption(key)))
  const given = args.slice(0, -1)
  return { given: Object.keys(rest).length === 0 ? given : [...given, rest], call }
}

const isOption = (key: string): boolean => Object.hasOwn(check, key)
const isName = (value: unknown): boolean => typeof value === "string" && value !== ""
const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)
