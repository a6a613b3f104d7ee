/**
 * Which traces are kept: what `OTEL_TRACES_SAMPLER` says.
 *
 * @since 0.1.0
 */
import * as Option from "effect/Option"
import * as Tracer from "effect/Tracer"

/**
 * The samplers by the names that OpenTelemetry gives them. Those that are based on the parent keep a span where its
 * parent is kept, and decide by themselves where there is none.
 *
 * @category models
 * @since 0.1.0
 */
export const names = [
  "always_on",
  "always_off",
  "traceidratio",
  "parentbased_always_on",
  "parentbased_always_off",
  "parentbased_traceidratio"
] as const

/**
 * A sampler, and the part of all traces that it keeps, from 0 to 1.
 *
 * @category models
 * @since 0.1.0
 */
export interface Sampler {
  readonly parentBased: boolean
  readonly ratio: number
}

/**
 * Reads a sampler by its name; `argument` is the ratio of those that have one.
 *
 * @category constructors
 * @since 0.1.0
 */
export const named = (name: typeof names[number], argument: number): Sampler => ({
  parentBased: name.startsWith("parentbased_"),
  ratio: name.endsWith("always_on") ? 1 : name.endsWith("always_off") ? 0 : argument
})

/**
 * Gives a tracer that keeps what a sampler says. Whether a trace is kept hangs on the last 56 bits of its id, which are
 * random (W3C Trace Context Level 2), so that all who see a trace decide alike.
 *
 * @category constructors
 * @since 0.1.0
 */
export const sampled = (tracer: Tracer.Tracer, { parentBased, ratio }: Sampler): Tracer.Tracer =>
  Tracer.make({
    ...tracer,
    span: (options) => {
      const parent = Option.getOrUndefined(options.parent)
      // Of a trace that is left out here no part is kept.
      if (parent !== undefined && (parentBased || parent._tag === "Span")) return tracer.span(options)
      const span = tracer.span({ ...options, sampled: true })
      return isKept(span.traceId, ratio) ? span : tracer.span({ ...options, sampled: false })
    }
  })

const isKept = (traceId: string, ratio: number): boolean => Number.parseInt(traceId.slice(-14), 16) < ratio * 2 ** 56
