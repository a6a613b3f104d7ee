#!/usr/bin/env -S node --max-semi-space-size=16
/**
 * Starts the server, and stops it when it is told to.
 *
 * @since 0.1.0
 */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { constants } from "node:os"
import * as Configuration from "./Configuration.ts"
import * as Downfall from "./Downfall.ts"

const say = (text: string): void => void process.stderr.write(`${text}\n`)

/**
 * The milliseconds within which a signal is the first one again: a terminal sends Ctrl-C to the whole group of `npm start`,
 * and npm passes on what it gets, so that one press arrives twice.
 */
const echoMillis = 1_000

/** Succeeds when the process is told to stop; told once more after that, by whichever signal, it stops at once. */
const told = Effect.callback<void>((resume) => {
  let first: number | undefined
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.on(signal, () => {
      if (first === undefined) {
        first = performance.now()
        resume(Effect.void)
      } else if (performance.now() - first > echoMillis) process.exit(128 + constants.signals[signal])
    })
  }
})

/** Runs until told to stop, which may be while it starts: either way what was opened is closed. */
const run = (configuration: Configuration.Configuration): Effect.Effect<void, unknown> =>
  Effect.raceFirst(
    Effect.scoped(Effect.gen(function*() {
      // Loaded only here: what is wrong with the command line is told without waiting for it.
      const Server = yield* Effect.promise(() => import("./Server.ts"))
      const { address, lost } = yield* Server.make(configuration)
      process.stdout.write(`listening on ${address}\n`)
      yield* lost
    })),
    told
  )

const request = Configuration.read(process.argv.slice(2), process.env, process.cwd())

if (request._tag === "Failure") {
  for (const sentence of request.failure) say(`emend-server: ${sentence}`)
  say("emend-server --help tells how it is used")
  process.exitCode = 2
} else if (request.success._tag === "Help") {
  process.stdout.write(Configuration.help)
} else {
  const { configuration } = request.success
  Effect.runCallback(run(configuration), {
    onExit: (exit) => {
      if (Exit.isFailure(exit)) say(`emend-server: ${Downfall.sentence(Cause.squash(exit.cause), configuration)}`)
      process.exit(Exit.isSuccess(exit) ? 0 : 1)
    }
  })
}
