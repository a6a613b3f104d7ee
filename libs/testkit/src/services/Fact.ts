/** A fact about the services, as a sentence and a program that fails where it does not hold. */
import type { Board, TaskAgents, Tasks, Trackers } from "@emend/domain"
import { Caller } from "@emend/domain"
import * as Effect from "effect/Effect"
import { strict as assert } from "node:assert"

export type Services = Tasks | Trackers | Board | TaskAgents

export type Facts = Readonly<Record<string, Effect.Effect<void, unknown, Services>>>

/** Runs a program as another caller. */
export const as = (tenant: string, subject = "tester") =>
  Effect.provideService(Caller, { tenant, subject })

/** Expects a refusal with a tag, and gives it. */
export const refusal = <A, E extends { readonly _tag: string }, R, T extends E["_tag"]>(
  program: Effect.Effect<A, E, R>,
  tag: T
): Effect.Effect<Extract<E, { readonly _tag: T }>, A, R> =>
  Effect.map(Effect.flip(program), (error) => {
    assert.equal(error._tag, tag)
    return error as Extract<E, { readonly _tag: T }>
  })

export const equal: (actual: unknown, expected: unknown, message?: string) => void = assert.deepEqual
