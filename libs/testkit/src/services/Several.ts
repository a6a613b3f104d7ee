/**
 * Several servers as one, and stores whose callers meet.
 *
 * @internal
 */
import { Board, EventLog, RecordStore, TaskAgents, Tasks, Trackers } from "@emend/domain"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { Services } from "./Fact.ts"

/** The two ports of a store. */
export type Ports = RecordStore.RecordStore | EventLog.EventLog

/** Builds a server so many times; each call goes to the next of them. What they share is what `server` has from outside. */
export const several = <E>(count: number, server: Layer.Layer<Services, E>): Layer.Layer<Services, E> =>
  Layer.effectContext(Effect.gen(function*() {
    const servers = yield* Effect.forEach(Array.from({ length: count }), () => Layer.build(Layer.fresh(server)))
    let calls = 0
    const inTurn = <S extends object>(service: Context.Key<Services, S>): S =>
      each(
        Context.get(servers[0]!, service as Context.Key<any, S>),
        (verb) => Effect.sync(() => Context.get(servers[calls++ % count]!, service as Context.Key<any, S>)[verb])
      )
    return Context.make(Tasks, inTurn(Tasks)).pipe(
      Context.add(Trackers, inTurn(Trackers)),
      Context.add(Board, inTurn(Board)),
      Context.add(TaskAgents, inTurn(TaskAgents))
    )
  }))

/** Has an effect happen before each call of a store; it is given the name of the call. */
export const gated = (ports: Context.Context<Ports>, gate: (call: string) => Effect.Effect<void>) => {
  const behind = <S extends object>(port: S): S => each(port, (call) => Effect.as(gate(call as string), port[call]))
  return Context.make(RecordStore.RecordStore, behind(Context.get(ports, RecordStore.RecordStore))).pipe(
    Context.add(EventLog.EventLog, behind(Context.get(ports, EventLog.EventLog)))
  )
}

/** The same verbs, each looked up when it is carried out. */
const each = <S extends object>(like: S, find: (verb: keyof S) => Effect.Effect<any>): S =>
  Object.fromEntries(
    Object.entries(like).map(([verb, own]) => [
      verb,
      typeof own === "function"
        ? (...given: ReadonlyArray<unknown>) => Effect.flatMap(find(verb as keyof S), (carryOut) => carryOut(...given))
        : Effect.flatten(find(verb as keyof S))
    ])
  ) as S
