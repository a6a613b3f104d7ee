import { MemoryStore } from "@emend/memory"
import { ServiceContract } from "@emend/testkit"
import { overHttp } from "./Serving.ts"

ServiceContract.suite("HTTP before memory", overHttp(MemoryStore.layer()))
