/**
 * A verb of random commands: how often it is chosen, what it is given, and what it does.
 *
 * @internal
 */
import * as Arbitrary from "effect/Arbitrary"
import * as Effect from "effect/Effect"
import { element, oneOf } from "../Choice.ts"
import type { Services } from "./Fact.ts"

/** The records made so far, by kind, in order. A place with no record yet names none. */
export interface Made {
  readonly tasks: Array<string>
  readonly trackers: Array<string>
  readonly events: Array<string>
  readonly board: Array<string>
  readonly agents: Array<string>
  readonly revisions: Array<string>
}

/** One thing that a service can be asked to do. */
export interface Verb {
  /** How often the verb is chosen: 4 unless said. What makes or deletes records is rare, so that they live to change. */
  readonly weight?: number
  readonly arguments: ReadonlyArray<readonly [string, Arbitrary.Arbitrary<any>]>
  readonly run: (given: Readonly<Record<string, any>>, made: Made) => Effect.Effect<unknown, unknown, Services>
}

/** The id of a record made earlier; one that names none where there is none at the place. */
export const idAt = (ids: ReadonlyArray<string>, at: number): string => ids[at] ?? "none"

/** Notes the id of a record, once. */
export const note = (ids: Array<string>, id: string): unknown => ids.includes(id) || ids.push(id)

/** Runs a program, and notes the id of the record that it made; a rehearsal makes none. */
export const noting = <A extends { readonly state: { readonly id: string }; readonly changes?: number }, E, R>(
  ids: Array<string>,
  program: Effect.Effect<A, E, R>
): Effect.Effect<A, E, R> =>
  Effect.tap(program, ({ changes, state }) => Effect.sync(() => changes === undefined && note(ids, state.id)))

/** Generates a value, and mostly none. */
export const maybe = <A>(from: Arbitrary.Arbitrary<A>) =>
  oneOf<A | undefined>([[2, Arbitrary.Constant(undefined)], [1, from]])

/** The project whose agents the commands are about. */
export const scope = {
  organization_id: "00000000-0000-4000-8000-000000000001",
  project_id: "00000000-0000-4000-8000-000000000002"
}

/** Names a record by its place among those made so far, mostly the first. */
export const place = oneOf([[6, Arbitrary.Constant(0)], [1, element([1, 2])]])
