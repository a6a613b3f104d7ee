/** Runs the embedded server of a folder until the process is ended: `holder.ts <folder>` prints its process and address. */
import { EmbeddedPostgres } from "@emend/postgres"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"

const [dataDir] = process.argv.slice(2)

const holding = Effect.gen(function*() {
  const { pid, url } = yield* EmbeddedPostgres.make({ dataDir: dataDir!, durable: false })
  process.stdout.write(`${JSON.stringify({ pid, url: Redacted.value(url) })}\n`)
  return yield* Effect.never
})

const fiber = Effect.runFork(Effect.scoped(holding))
process.once("SIGTERM", () => fiber.interruptUnsafe())
// An effect that only waits does not keep a process alive.
const alive = setInterval(() => undefined, 60_000)
fiber.addObserver(() => clearInterval(alive))
