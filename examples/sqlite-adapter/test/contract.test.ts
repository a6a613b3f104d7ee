import { Services } from "@emend/domain"
import { MemoryStore } from "@emend/memory"
import { ServiceContract, StoreContract } from "@emend/testkit"
import * as Layer from "effect/Layer"
import { layer } from "../src/SqliteStore.ts"

const store = layer(":memory:")

StoreContract.suite("records in SQLite", store)
StoreContract.differential("SQLite and memory", store, MemoryStore.layer(), { cases: 10 })
ServiceContract.suite("SQLite", Services.layer.pipe(Layer.provide(store)))
ServiceContract.suite("several servers on one SQLite", ServiceContract.crowded(3, store), ServiceContract.races)
