import { PostgresStore } from "@emend/postgres"
import * as PostgresArchive from "@emend/postgres/archive"
import * as TestDatabase from "@emend/postgres/testing"
import { ArchiveContract } from "@emend/testkit"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

const layer = Layer.unwrap(
  Effect.map(
    TestDatabase.make(),
    (url) =>
      Layer.merge(PostgresStore.layer({ url, migrate: false, maxConnections: 2 }), PostgresArchive.layer({ url }))
  )
)

ArchiveContract.suite("whole records in PostgreSQL", layer)
