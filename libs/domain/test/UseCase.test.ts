/** Use cases as spans, and without any. */
import * as Effect from "effect/Effect"
import * as Tracer from "effect/Tracer"
import { expect, it } from "vitest"
import * as UseCase from "../src/UseCase.ts"

/** A tracer that tells the names of the spans that it was asked for. */
const recording = () => {
  const names: Array<string> = []
  const tracer = Tracer.make({
    span: (options) => {
      names.push(options.name)
      return new Tracer.NativeSpan(options)
    }
  })
  return { names, tracer }
}

const verbs = UseCase.spans("Things")({
  double: (n: number) => Effect.succeed(n * 2),
  refuse: () => Effect.fail("no" as const),
  all: Effect.succeed([1])
})

const program = Effect.all([verbs.double(2), Effect.flip(verbs.refuse()), verbs.all])

it("each use case is a span of its name, and answers as without", async () => {
  const { names, tracer } = recording()
  expect(await Effect.runPromise(Effect.withTracer(program, tracer))).toEqual([4, "no", [1]])
  expect(names).toEqual(["Things.double", "Things.refuse", "Things.all"])
})

it("no tracer is asked for a span where tracing is turned off", async () => {
  const { names, tracer } = recording()
  const off = Effect.withTracerEnabled(Effect.withTracer(program, tracer), false)
  expect(await Effect.runPromise(off)).toEqual([4, "no", [1]])
  expect(names).toEqual([])
})
