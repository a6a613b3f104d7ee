/**
 * The use cases of a service as spans of a trace.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as References from "effect/References"

type Verb = Effect.Effect<any, any, any> | ((...args: ReadonlyArray<any>) => Effect.Effect<any, any, any>)

/**
 * Gives the verbs of a service such that each call is a span named after both, such as `Tasks.update`. Where tracing is
 * turned off (`References.TracerEnabled`) no span is made, and a call costs as much as without.
 *
 * @category constructors
 * @since 0.1.0
 */
export const spans =
  (service: string) => <Verbs extends { readonly [Name in keyof Verbs]: Verb }>(verbs: Verbs): Verbs =>
    Object.fromEntries(
      Object.entries<Verb>(verbs).map(([verb, carryOut]): [string, Verb] => {
        const name = `${service}.${verb}`
        return [
          verb,
          typeof carryOut === "function"
            ? (...args) => within(name, () => carryOut(...args))
            : within(name, () => carryOut)
        ]
      })
    ) as unknown as Verbs

const within = <A, E, R>(name: string, carryOut: () => Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.withFiber((fiber) => fiber.getRef(References.TracerEnabled) ? Effect.withSpan(carryOut(), name) : carryOut())
