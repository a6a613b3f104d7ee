#!/usr/bin/env -S node --max-semi-space-size=16 --heap-growing-percent=100
/**
 * The migrator's process.
 *
 * @since 0.1.0
 */
import * as NodeServices from "@effect/platform-node/NodeServices"
import * as Cause from "effect/Cause"
import { CliError, Command } from "effect/cli"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import { root } from "./commands.ts"
import { codes } from "./Ending.ts"

const fiber = Effect.runFork(Command.run(root, { version: "0.1.0" }).pipe(Effect.provide(NodeServices.layer)))

/** The milliseconds within which a signal is the first one again: what starts programs may pass on what they get, too. */
const echoMillis = 1_000

let stopped: { readonly signal: string; readonly code: number; readonly at: number } | undefined
// Told to stop, it closes what it opened; told once more after that, it stops at once.
for (const [signal, code] of [["SIGINT", 130], ["SIGTERM", 143]] as const) {
  process.on(signal, () => {
    if (stopped === undefined) {
      stopped = { signal, code, at: performance.now() }
      Effect.runFork(Fiber.interrupt(fiber))
    } else if (performance.now() - stopped.at > echoMillis) process.exit(code)
  })
}

fiber.addObserver((exit) => {
  if (Exit.isSuccess(exit)) return process.exit()
  // What was stopped did not fail.
  if (stopped !== undefined && Cause.hasInterruptsOnly(exit.cause)) {
    process.stderr.write(
      `emend-migrate: stopped by ${stopped.signal}. Give the same command again to go on: what is done is passed over ` +
        "(by apply, updates from a pipe only where --run named them)\n"
    )
    return process.exit(stopped.code)
  }
  const error = Cause.squash(exit.cause)
  // What is wrong with the command line was told with its help.
  if (!CliError.isCliError(error)) {
    process.stderr.write(`emend-migrate: ${error instanceof Error ? error.message : String(error)}\n`)
  }
  process.exit(codes.failed)
})
