import { Services } from "@emend/domain"
import { MemoryStore } from "@emend/memory"
import * as TestDatabase from "@emend/postgres/testing"
import { ServiceContract } from "@emend/testkit"
import * as Layer from "effect/Layer"
import { overHttp, through } from "./Serving.ts"

const memory = Services.layer.pipe(Layer.provide(MemoryStore.layer()))
const options = { runs: 4, seed: "over HTTP" }

ServiceContract.differential("memory and HTTP before memory", memory, overHttp(MemoryStore.layer()), options)
ServiceContract.differential("memory and HTTP before PostgreSQL", memory, overHttp(TestDatabase.layer()), options)
ServiceContract.differential("memory and a gateway", memory, through(overHttp(MemoryStore.layer())), options)
