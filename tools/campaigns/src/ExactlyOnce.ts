/** Updates through a meddler: whether each that was asked for is in a history, and is there once. */
import { Task, Tasks } from "@emend/domain"
import { HttpServices, Walks } from "@emend/http"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import * as Meddler from "./Meddler.ts"
import { source } from "./Operation.ts"

export interface Options {
  /** The port of the server. */
  readonly port: number
  readonly updates: number
  readonly writers: number
  readonly seed: number
}

export interface Outcome {
  readonly acknowledged: number
  /** Updates that are in no history; in one more than once; and entries that no update asked for. */
  readonly lost: number
  readonly doubled: number
  readonly unasked: number
  /** Tasks whose version is not one more than the number of their updates. */
  readonly miscounted: number
  readonly seconds: number
  readonly mischiefs: Readonly<Record<Meddler.Mischief, number>>
}

const tasks = 8

/** How the client goes on: it is given up by no number of failures, and comes back soon. */
const client = { callMillis: 120_000, attemptMillis: 5_000, attempts: 1_000, firstWaitMillis: 5, maxWaitMillis: 200 }

/**
 * Each update writes a value that no other one writes into the same key of one of a few tasks: applied twice it would be
 * in the history twice, as others come between.
 */
export const run = async ({ port, seed, updates, writers }: Options): Promise<Outcome> => {
  const meddler = await Meddler.make(port, source(seed))
  const at = (port: number) => HttpServices.layer({ baseUrl: `http://127.0.0.1:${port}`, ...client })
  const idOf = (n: number) => `once ${seed} ${n % tasks}`
  const began = performance.now()

  const write = Effect.gen(function*() {
    const service = yield* Tasks
    yield* Effect.forEach(Array.from({ length: tasks }), (_, n) => service.create({ id: idOf(n) }))
    const done = yield* Effect.forEach(
      Array.from({ length: updates }),
      (_, n) => service.update(idOf(n), Task.Task.fromBody({ merge_params: { value: n } })),
      { concurrency: writers }
    )
    return done.filter(({ changed }) => changed).length
  })
  const acknowledged = await Effect.runPromise(Effect.provide(write, at(meddler.port)))
  // What was doubled comes late, and must have come before the histories are read.
  await meddler.close()
  const seconds = (performance.now() - began) / 1000

  const check = Effect.forEach(Array.from({ length: tasks }), (_, n) =>
    Effect.gen(function*() {
      const entries = yield* Stream.runCollect(Walks.history(Tasks, idOf(n)))
      const { version } = yield* (yield* Tasks).get(idOf(n))
      const values = entries.flatMap(({ patch, version }) => version === 1 ? [] : [patch["params"]?.merge?.set?.value])
      const asked = Array.from({ length: updates }, (_, m) => m).filter((m) => idOf(m) === idOf(n))
      const distinct = new Set(values)
      return {
        lost: asked.filter((value) => !distinct.has(value)).length,
        doubled: values.length - distinct.size,
        unasked: [...distinct].filter((value) => !asked.includes(value)).length,
        miscounted: version === asked.length + 1 && entries.length === version ? 0 : 1
      }
    }))
  const found = await Effect.runPromise(Effect.provide(check, at(port)))
  const sum = (name: "lost" | "doubled" | "unasked" | "miscounted") =>
    found.reduce((total, one) => total + one[name], 0)
  return {
    acknowledged,
    lost: sum("lost"),
    doubled: sum("doubled"),
    unasked: sum("unasked"),
    miscounted: sum("miscounted"),
    seconds,
    mischiefs: meddler.counts
  }
}
