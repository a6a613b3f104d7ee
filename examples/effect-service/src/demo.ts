/** Places and cancels orders over an embedded PostgreSQL, and prints what came of it. */
import * as PgClient from "@effect/sql-pg/PgClient"
import { Services, Tasks } from "@emend/domain"
import { Database, EmbeddedPostgres, PostgresStore } from "@emend/postgres"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Orders } from "./Orders.ts"

const dataDir = await mkdtemp(join(tmpdir(), "effect-service-"))

/** One client for all: the orders use it, and so does the store of Emend, which joins its transactions. */
const client = Layer.unwrap(
  Effect.map(
    EmbeddedPostgres.make({ dataDir, durable: false, exclusive: true }),
    ({ url }) => PgClient.layer({ url, startupParameters: Database.parameters })
  )
)
const emend = Services.layer.pipe(Layer.provide(PostgresStore.layerClient()))
const layer = Orders.layer.pipe(Layer.provideMerge(emend), Layer.provide(client))

const program = Effect.gen(function*() {
  const orders = yield* Orders
  const tasks = yield* Tasks
  yield* orders.stock("lamp", 1)

  const task = yield* orders.place("1", "lamp")
  yield* Console.log(`order 1 placed: ${task.id} is ${task.status}, ${yield* orders.left("lamp")} left`)

  const refused = yield* Effect.flip(orders.place("2", "lamp"))
  const missing = yield* Effect.flip(tasks.get("order-2"))
  yield* Console.log(`order 2 refused: ${refused._tag}, and its task is ${missing._tag}`)

  yield* orders.cancel("1")
  const { state } = yield* tasks.get("order-1")
  yield* Console.log(`order 1 canceled: ${state.id} is ${state.status}, ${yield* orders.left("lamp")} left`)
  for (const { by, reason, version } of (yield* tasks.history("order-1")).toReversed()) {
    yield* Console.log(`  version ${version} by ${by}: ${reason ?? "no reason given"}`)
  }
})

await Effect.runPromise(Effect.provide(program, layer)).finally(() => rm(dataDir, { recursive: true }))
