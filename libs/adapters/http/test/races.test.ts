/** Several servers on one database, each asked over HTTP in turn: what is asked at once comes one after the other. */
import { PostgresStore } from "@emend/postgres"
import * as TestDatabase from "@emend/postgres/testing"
import { ServiceContract } from "@emend/testkit"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { overHttp, through } from "./Serving.ts"

const servers = (server: (url: Effect.Success<ReturnType<typeof TestDatabase.make>>) => ReturnType<typeof overHttp>) =>
  Layer.unwrap(Effect.map(TestDatabase.make(), (url) => ServiceContract.servers(3, server(url))))

ServiceContract.suite(
  "several servers over HTTP",
  servers((url) => overHttp(PostgresStore.layer({ url, maxConnections: 3, migrate: false }))),
  ServiceContract.races
)

ServiceContract.suite(
  "several gateways",
  servers((url) => through(overHttp(PostgresStore.layer({ url, maxConnections: 3, migrate: false })))),
  ServiceContract.races
)
