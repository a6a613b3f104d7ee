/** What can be set, and that it is told where people look for it. */
import { readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import * as Configuration from "../src/Configuration.ts"
import * as Limits from "../src/Limits.ts"
import * as Traces from "../src/Traces.ts"
import { start } from "./ServerProcess.ts"
import { operating } from "./Transcript.ts"

const read = (env: Record<string, string>) => {
  const wrong: Array<string> = []
  return { limits: Limits.read(env, wrong), wrong }
}

const all = Object.entries(Limits.declared)

for (const [name, { least, most, standard, variable }] of all) {
  describe(variable, () => {
    it("is refused where it is no number within its bounds, with one sentence that names it", () => {
      for (const value of [String(least - 1), String(most + 1), "1e3", "0x10", "1.5", " 1", "NaN", "Infinity", "ten"]) {
        const { limits, wrong } = read({ [variable]: value })
        expect(wrong).toEqual([`${variable} is ${value}; it may be a number from ${least} to ${most}`])
        expect(limits[name as keyof Limits.Limits]).toBe(standard)
      }
    })

    it("is what it says, and its standard where it is absent or empty", () => {
      for (const value of [least, most]) {
        // The time for a head is bounded by that for the whole.
        const { limits, wrong } = read({ EMEND_RECEIVE_MILLIS: "3600000", [variable]: String(value) })
        expect([limits[name as keyof Limits.Limits], wrong]).toEqual([value, []])
      }
      for (const env of [{}, { [variable]: "" }]) {
        expect(read(env as Record<string, string>).limits).toEqual(Limits.standard)
      }
    })

    it("is told by --help and in docs/operating.md, with its standard", () => {
      expect(Configuration.help).toMatch(new RegExp(`${variable} .*\\(${standard}\\)\\n`))
      expect(new RegExp(`\\n\\| \`${variable}\` \\| ${standard} \\| `).test(readFileSync(operating, "utf8"))).toBe(true)
    })
  })
}

it("a head may not take longer than its request: one that was set is refused, one that was not is shortened", () => {
  expect(read({ EMEND_RECEIVE_MILLIS: "100" })).toMatchObject({ limits: { headMillis: 100 }, wrong: [] })
  expect(read({ EMEND_RECEIVE_MILLIS: "100", EMEND_HEAD_MILLIS: "101" }).wrong).toEqual([
    "EMEND_HEAD_MILLIS is 101, and EMEND_RECEIVE_MILLIS, which a head is a part of, 100"
  ])
})

it("every variable that --help tells is in docs/operating.md", () => {
  const variables = [...Configuration.help.matchAll(/^ {2}([A-Z][A-Z_]+)/gm)].map(([, name]) => name!)
  expect(variables).toEqual(expect.arrayContaining(["HOST", "EMEND_METRICS", "EMEND_LOG_REQUESTS"]))
  const text = readFileSync(operating, "utf8")
  // In a list of names that begin alike, it writes the beginning once.
  const isTold = (name: string) => text.includes(name) || text.includes(`…${name.slice(name.lastIndexOf("_"))}`)
  expect(variables.filter((name) => !isTold(name))).toEqual([])
})

it("a server with wrong values does not start, and tells all of them at once", async () => {
  const { code, stderr } = await start(["--store", "memory"], {
    EMEND_MAX_BODY_BYTES: "many",
    EMEND_MAX_REQUESTS: "0",
    EMEND_METRICS: "perhaps",
    EMEND_UPDATE_CONDITION: "please",
    EMEND_LOG_REQUESTS: "some",
    EMEND_LOG_FORMAT: "xml",
    OTEL_EXPORTER_OTLP_ENDPOINT: "collector:4318"
  }).exit
  expect(code).toBe(2)
  expect(stderr.trim().split("\n")).toEqual(expect.arrayContaining([
    "emend-server: EMEND_MAX_BODY_BYTES is many; it may be a number from 2 to 67108864",
    "emend-server: EMEND_MAX_REQUESTS is 0; it may be a number from 1 to 1000000",
    "emend-server: EMEND_UPDATE_CONDITION is please; it may be optional or required",
    "emend-server: EMEND_METRICS is perhaps; it may be on or off",
    "emend-server: EMEND_LOG_REQUESTS is some; it may be failures or all",
    "emend-server: EMEND_LOG_FORMAT is xml; it may be json or text",
    "emend-server: OTEL_EXPORTER_OTLP_ENDPOINT is collector:4318; it may be an http or https address"
  ]))
})

describe("traces", () => {
  const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: "http://localhost:4318" }
  const traces = (env: Record<string, string>) => {
    const wrong: Array<string> = []
    return { traces: Traces.read(env, wrong), wrong }
  }

  it("are not made without an address, and not where they are turned off", () => {
    for (
      const env of [
        {},
        { OTEL_EXPORTER_OTLP_ENDPOINT: "" },
        { OTEL_SERVICE_NAME: "x", OTEL_BSP_SCHEDULE_DELAY: "nonsense" },
        { ...endpoint, OTEL_SDK_DISABLED: "true" },
        { ...endpoint, OTEL_TRACES_EXPORTER: "none" },
        { ...endpoint, OTEL_TRACES_SAMPLER: "always_off" }
      ]
    ) expect(traces(env as Record<string, string>)).toEqual({ traces: undefined, wrong: [] })
  })

  it("go where the standard variables say", () => {
    expect(traces(endpoint)).toMatchObject({ traces: { protocol: "http/protobuf" }, wrong: [] })
    expect(traces({ ...endpoint, OTEL_EXPORTER_OTLP_PROTOCOL: "http/json" }).traces?.protocol).toBe("http/json")
  })

  it("are sampled as the standard variables say, and where they say nothing no sampler is in the way", () => {
    const sampler = (name: string, argument = "") =>
      traces({ ...endpoint, OTEL_TRACES_SAMPLER: name, OTEL_TRACES_SAMPLER_ARG: argument }).traces!.sampler
    expect([sampler(""), sampler("parentbased_always_on", "0.5")]).toEqual([undefined, undefined])
    expect(sampler("always_on", "0.5")).toEqual({ parentBased: false, ratio: 1 })
    expect(sampler("parentbased_always_off")).toEqual({ parentBased: true, ratio: 0 })
    expect(sampler("traceidratio", "0.25")).toEqual({ parentBased: false, ratio: 0.25 })
    for (const [argument, ratio] of [["0", 0], ["1", 1], ["1.0", 1], [".5", 0.5], ["", 1]] as const) {
      expect(sampler("parentbased_traceidratio", argument), argument).toEqual({ parentBased: true, ratio })
    }
    for (const argument of ["1.1", "-0.1", "half", "1e-3", "NaN"]) {
      expect(traces({ ...endpoint, OTEL_TRACES_SAMPLER_ARG: argument }).wrong, argument).toEqual([
        `OTEL_TRACES_SAMPLER_ARG is ${argument}; it may be a number from 0 to 1`
      ])
    }
  })

  it("that the server cannot send are refused, each wrong variable by its name", () => {
    const wrong = {
      OTEL_TRACES_EXPORTER: "zipkin",
      OTEL_TRACES_SAMPLER: "sometimes",
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "ftp://localhost",
      OTEL_EXPORTER_OTLP_PROTOCOL: "grpc",
      OTEL_EXPORTER_OTLP_COMPRESSION: "brotli",
      OTEL_EXPORTER_OTLP_TIMEOUT: "soon",
      OTEL_BSP_SCHEDULE_DELAY: "-1",
      OTEL_BSP_MAX_EXPORT_BATCH_SIZE: "0"
    }
    const told = traces({ ...endpoint, ...wrong }).wrong
    expect(told.map((sentence) => sentence.split(" is ")[0]).sort()).toEqual(Object.keys(wrong).sort())
  })
})
