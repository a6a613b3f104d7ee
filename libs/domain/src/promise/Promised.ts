/**
 * The verbs of a service as functions that give promises. No verb is written here: each comes from the service, its
 * types too.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import type { Call } from "./Call.ts"
import { part } from "./Call.ts"

/**
 * The form of a service for promises. Each verb takes what it takes in the service; the last argument may hold a
 * {@link Call} too. A verb that is given a function takes one that gives a promise, and answers what that answers.
 *
 * @category models
 * @since 0.1.0
 */
export type Promised<Service> = { readonly [Verb in keyof Service]: Carried<Service[Verb]> }

type Carried<Verb> = Verb extends Effect.Effect<infer A, any, any> ? (call?: Call) => Promise<A>
  : Verb extends (...given: [...infer Given, use: (...passed: infer Passed) => Effect.Effect<any, any, any>]) => any
    ? <A>(...given: [...Given, use: (...passed: Passed) => Promise<A>, call?: Omit<Call, Keyed>]) => Promise<A>
  : Verb extends (...given: infer Given) => Effect.Effect<infer A, any, any> ? (...given: Called<Given>) => Promise<A>
  : never

/** What tells requests apart does not tell functions apart. */
type Keyed = "idempotencyKey" | "onRepeat"

/** Optional options hold the call too; after any other argument it is one more. */
type Called<Given extends ReadonlyArray<unknown>> = Given extends [...infer _, infer __] ? [...Given, call?: Call]
  : Given extends [...infer Before, (infer Last)?]
    ? NonNullable<Last> extends object ? [...Before, options?: NonNullable<Last> & Call]
    : [...Given, call?: Call]
  : [call?: Call]

type Verb = Effect.Effect<unknown, unknown> | ((...given: ReadonlyArray<any>) => Effect.Effect<unknown, unknown>)

/**
 * Runs an effect under the call named. `request` is what is asked, for telling requests with the same key apart.
 *
 * @category models
 * @since 0.1.0
 */
export type Run = (
  effect: Effect.Effect<unknown, unknown>,
  asked: { readonly scope: string; readonly request: unknown; readonly call: Call }
) => Promise<unknown>

/**
 * Makes the form for promises of a service.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = <Service extends object>(name: string, service: Service, run: Run): Promised<Service> =>
  Object.fromEntries(
    Object.entries<Verb>(service as Readonly<Record<string, Verb>>).map(([verb, carryOut]) => {
      const scope = `${name}.${verb}`
      return [verb, async (...args: ReadonlyArray<unknown>) => {
        const { call, given } = part(args)
        if (typeof carryOut !== "function") return run(carryOut, { scope, request: [], call })
        if (call.idempotencyKey !== undefined && given.some((one) => typeof one === "function")) {
          throw new TypeError(`${scope} takes no idempotencyKey: give it to what the function calls`)
        }
        const effect = Effect.suspend(() => carryOut(...given.map(asEffectful)))
        return run(effect, { scope, request: given, call })
      }]
    })
  ) as Promised<Service>

/** A function that gives promises, as one that gives effects. What it is rejected with is the failure. */
const asEffectful = (given: unknown): unknown =>
  typeof given === "function"
    ? (...passed: ReadonlyArray<unknown>) =>
      Effect.tryPromise({ try: async () => given(...passed), catch: (reason) => reason })
    : given
