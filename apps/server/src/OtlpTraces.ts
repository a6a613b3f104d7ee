/**
 * The export of traces over OTLP. Loaded only where traces are wanted.
 *
 * @since 0.1.0
 */
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as HttpMiddleware from "effect/http/HttpMiddleware"
import * as Layer from "effect/Layer"
import * as OtlpSerialization from "effect/observability/OtlpSerialization"
import * as OtlpTracer from "effect/observability/OtlpTracer"
import * as Tracer from "effect/Tracer"
import * as Sampler from "./Sampler.ts"
import type { Traces } from "./Traces.ts"

/**
 * Provides the tracer that sends spans to a collector, in batches. What the collector does not take is dropped; the
 * server never waits for it but when it stops, for a bounded time.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = ({ environment, protocol, sampler }: Traces): Layer.Layer<never> =>
  Layer.merge(
    (sampler === undefined
      ? OtlpTracer.layerFromConfig()
      : Layer.provideMerge(sampling(sampler), OtlpTracer.layerFromConfig())).pipe(
        Layer.provide(protocol === "http/json" ? OtlpSerialization.layerJson : OtlpSerialization.layerProtobuf),
        Layer.provide(FetchHttpClient.layer),
        Layer.provide(ConfigProvider.layer(ConfigProvider.fromEnv({ env: environment })))
      ),
    // The id of a request leads from an answer to its trace. No other header is told: they may hold secrets.
    Layer.succeed(HttpMiddleware.TracerHeaderFilter)((name, phase) => phase === "response" && name === "x-request-id")
  )

const sampling = (sampler: Sampler.Sampler) =>
  Layer.effect(Tracer.Tracer, Effect.map(Tracer.Tracer, (tracer) => Sampler.sampled(tracer, sampler)))
