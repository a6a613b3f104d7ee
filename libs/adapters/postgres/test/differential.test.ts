import { Services } from "@emend/domain"
import { MemoryStore } from "@emend/memory"
import * as TestDatabase from "@emend/postgres/testing"
import { ServiceContract, StoreContract } from "@emend/testkit"
import * as Layer from "effect/Layer"

StoreContract.differential("memory and PostgreSQL", MemoryStore.layer(), TestDatabase.layer(), { cases: 60 })
ServiceContract.differential(
  "the services over memory and PostgreSQL",
  Services.layer.pipe(Layer.provide(MemoryStore.layer())),
  Services.layer.pipe(Layer.provide(TestDatabase.layer())),
  { runs: 10 }
)
