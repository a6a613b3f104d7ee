/**
 * Facts about the services: sentences, each with a program that fails where it does not hold.
 *
 * @internal
 */
import type { Board, TaskAgents, Tasks, Trackers } from "@emend/domain"
import { Caller } from "@emend/domain"
import * as Effect from "effect/Effect"
import { strict as assert } from "node:assert"

/** The services that a fact is about. */
export type Services = Tasks | Trackers | Board | TaskAgents

/** Facts by sentence. */
export type Facts = Readonly<Record<string, Effect.Effect<void, unknown, Services>>>

/** Runs a program as another caller. */
export const as = (tenant: string, subject = "tester") => Effect.provideService(Caller, { tenant, subject })

/** Expects a refusal with a tag, and gives it. */
export const refusal = <A, E extends { readonly _tag: string }, R, T extends E["_tag"]>(
  program: Effect.Effect<A, E, R>,
  tag: T
): Effect.Effect<Extract<E, { readonly _tag: T }>, A, R> =>
  Effect.map(Effect.flip(program), (error) => {
    assert.equal(error._tag, tag)
    return error as Extract<E, { readonly _tag: T }>
  })

/** Expects two values to be deeply equal. */
export const equal: (actual: unknown, expected: unknown, message?: string) => void = assert.deepEqual
