import { Services } from "@emend/domain"
import { MemoryStore } from "@emend/memory"
import { ServiceContract } from "@emend/testkit"
import * as Layer from "effect/Layer"

ServiceContract.suite("memory", Services.layer.pipe(Layer.provide(MemoryStore.layer())))
ServiceContract.suite(
  "several servers on one memory",
  ServiceContract.crowded(3, MemoryStore.layer()),
  ServiceContract.races
)
ServiceContract.interleaved("memory", MemoryStore.layer())
ServiceContract.differential(
  "memory and memory",
  Services.layer.pipe(Layer.provide(MemoryStore.layer())),
  Services.layer.pipe(Layer.provide(MemoryStore.layer())),
  { runs: 10 }
)
