import { expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Redacted from "effect/Redacted"
import { readFileSync } from "node:fs"
import { Database, PostgresStore } from "../src/index.ts"
import * as TestDatabase from "../src/testing/TestDatabase.ts"
import * as DroppingStream from "./DroppingStream.ts"

const settings = Database.settings({})

/** A block of the page for who runs the server, by its language and a word in it. */
const block = (language: string, word: string): string => {
  const page = readFileSync(new URL("../../../../docs/operating.md", import.meta.url), "utf8")
  const blocks = [...page.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, "gms"))]
  return blocks.map(([, text]) => text!).find((text) => text.includes(word))!
}

it.effect("every session has the settings that it asks for", () =>
  Effect.gen(function*() {
    const url = yield* TestDatabase.make()
    const pool = yield* Database.make({ url, statementTimeoutMillis: 12_345 })
    const wanted = Database.settings({ statementTimeoutMillis: 12_345 })
    expect(yield* Database.unapplied(Database.through(pool), wanted)).toEqual({})
  }))

it.effect("what a session lacks of its settings is told with its present value", () =>
  Effect.gen(function*() {
    const url = yield* TestDatabase.make()
    const pool = yield* Database.make({ url, maxConnections: 1 })
    const run = Database.through(pool)
    yield* run("SET plan_cache_mode = 'auto'", [], true)
    yield* run("SET statement_timeout = '1min'", [], true)
    expect(yield* Database.unapplied(run, settings)).toEqual({ plan_cache_mode: "auto", statement_timeout: "60000" })
  }))

it.effect("a store says when it is opened which settings a pooler dropped, and says nothing where none are lacking", () =>
  Effect.gen(function*() {
    const url = yield* TestDatabase.make()
    const logged: Array<unknown> = []
    const open = (stream: Partial<Database.Config>) =>
      Effect.scoped(Layer.build(PostgresStore.layer({ url, ...stream }))).pipe(
        Effect.provideService(
          Logger.CurrentLoggers,
          new Set([
            Logger.map(Logger.formatStructured, ({ annotations, level }) => void logged.push([level, annotations]))
          ])
        )
      )
    yield* open({})
    expect(logged).toEqual([])
    yield* open({ stream: DroppingStream.make(Redacted.value(url), "plan_cache_mode") })
    expect(logged).toEqual([
      ["WARN", { setting: "plan_cache_mode", value: "auto", wanted: "force_generic_plan" }]
    ])
  }))

it.effect("the statements that the page on operating gives for a pooler are those settings, and no others", () =>
  Effect.gen(function*() {
    const url = yield* TestDatabase.make()
    const pool = yield* Database.make({ url, maxConnections: 1 })
    const run = Database.through(pool)
    const given = [...block("sql", "plan_cache_mode").matchAll(/^ALTER ROLE emend SET (\S+) = (.*);$/gm)]
    expect(given.map(([, name]) => name).sort()).toEqual(
      Object.keys(settings).map((name) => name.toLowerCase()).filter((name) => name !== "standard_conforming_strings")
        .sort()
    )
    yield* run("RESET ALL", [], true)
    for (const [, name, value] of given) yield* run(`SET ${name} = ${value}`, [], true)
    expect(yield* Database.unapplied(run, settings)).toEqual({})
  }))

it("the pooler of the page on operating ignores what it does not know itself", () => {
  const [, ignored] = /^ignore_startup_parameters = (.*)$/m.exec(block("ini", "pool_mode"))!
  // These it passes on.
  const known = ["TimeZone", "standard_conforming_strings"]
  expect(ignored!.split(", ").sort()).toEqual(Object.keys(settings).filter((name) => !known.includes(name)).sort())
})
