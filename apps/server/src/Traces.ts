/**
 * Where the traces go: what the standard variables of OpenTelemetry say.
 *
 * @since 0.1.0
 */
import * as Sampler from "./Sampler.ts"

type Environment = Readonly<Record<string, string | undefined>>

/**
 * How traces are exported: in which encoding, and the variables that say the rest.
 *
 * @category models
 * @since 0.1.0
 */
export interface Traces {
  readonly protocol: "http/protobuf" | "http/json"
  readonly environment: Readonly<Record<string, string>>
  /** Undefined where every trace is kept whose client does not say that it is not. */
  readonly sampler: Sampler.Sampler | undefined
}

/**
 * What `--help` prints of traces.
 *
 * @category conversions
 * @since 0.1.0
 */
export const help =
  `  OTEL_EXPORTER_OTLP_ENDPOINT The collector to send traces to, such as http://localhost:4318; none are made without it
  OTEL_…                      The other variables of OpenTelemetry: SERVICE_NAME (emend), RESOURCE_ATTRIBUTES,
                              SDK_DISABLED, TRACES_EXPORTER, TRACES_SAMPLER, TRACES_SAMPLER_ARG, BSP_SCHEDULE_DELAY, BSP_MAX_EXPORT_BATCH_SIZE,
                              EXPORTER_OTLP_PROTOCOL (http/protobuf or http/json), …_HEADERS, …_COMPRESSION, …_TIMEOUT
`

/**
 * Reads the variables of OpenTelemetry; undefined where no traces are wanted. What is wrong is added to `wrong`, a
 * sentence each. A variable that is empty counts as absent.
 *
 * Source: OpenTelemetry specification, Environment Variable Specification and OTLP Exporter Configuration.
 *
 * @category constructors
 * @since 0.1.0
 */
export const read = (env: Environment, wrong: Array<string>): Traces | undefined => {
  const given = Object.fromEntries(
    Object.entries(env).filter((entry): entry is [string, string] =>
      entry[0].startsWith("OTEL_") && entry[1] !== undefined && entry[1].trim() !== ""
    )
  )
  const exporter = given["OTEL_TRACES_EXPORTER"]?.trim().toLowerCase() ?? "otlp"
  const endpoints = ["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT"]
  const samplerName = given["OTEL_TRACES_SAMPLER"]?.trim() ?? "parentbased_always_on"
  const sampler = Sampler.names.find((name) => name === samplerName)
  const isOff = given["OTEL_SDK_DISABLED"]?.trim().toLowerCase() === "true"
  if (
    isOff || exporter === "none" || sampler === "always_off" || endpoints.every((name) => given[name] === undefined)
  ) return undefined

  const expect = (name: string, isRight: (value: string) => boolean, may: string): void => {
    const value = given[name]
    if (value !== undefined && !isRight(value)) wrong.push(`${name} is ${value}; it may be ${may}`)
  }
  expect("OTEL_TRACES_EXPORTER", () => exporter === "otlp", "otlp or none")
  expect("OTEL_TRACES_SAMPLER", () => sampler !== undefined, Sampler.names.join(" or "))
  expect("OTEL_TRACES_SAMPLER_ARG", isRatio, "a number from 0 to 1")
  for (const name of endpoints) {
    expect(name, (value) => /^https?:$/.test(URL.parse(value)?.protocol ?? ""), "an http or https address")
  }
  for (const signal of ["", "TRACES_"]) {
    expect(`OTEL_EXPORTER_OTLP_${signal}COMPRESSION`, (value) => /^(gzip|none)$/.test(value), "gzip or none")
    expect(`OTEL_EXPORTER_OTLP_${signal}PROTOCOL`, isProtocol, "http/protobuf or http/json")
    expect(`OTEL_EXPORTER_OTLP_${signal}TIMEOUT`, isNumber, "a number of milliseconds")
  }
  for (const name of ["OTEL_BSP_SCHEDULE_DELAY", "OTEL_BSP_EXPORT_TIMEOUT", "OTEL_BSP_MAX_EXPORT_BATCH_SIZE"]) {
    expect(name, isNumber, "a number from 1 on")
  }
  const protocol = given["OTEL_EXPORTER_OTLP_TRACES_PROTOCOL"] ?? given["OTEL_EXPORTER_OTLP_PROTOCOL"]
  return {
    sampler: sampler === undefined || sampler === "parentbased_always_on"
      ? undefined
      : Sampler.named(sampler, Number(given["OTEL_TRACES_SAMPLER_ARG"] ?? 1)),
    protocol: protocol !== undefined && isProtocol(protocol) ? protocol : "http/protobuf",
    environment: { OTEL_SERVICE_NAME: "emend", ...given, OTEL_TRACES_EXPORTER: "otlp", OTEL_SDK_DISABLED: "false" }
  }
}

const isProtocol = (value: string): value is Traces["protocol"] => value === "http/protobuf" || value === "http/json"

const isRatio = (value: string): boolean => /^(0|1|[01]?\.\d{1,9})$/.test(value) && Number(value) <= 1

const isNumber = (value: string): boolean => /^[1-9]\d{0,8}$/.test(value)
