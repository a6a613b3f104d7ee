import { MemoryStore } from "@emend/memory"
import { ServiceContract } from "@emend/testkit"
import { overHttp, through } from "./Serving.ts"

ServiceContract.suite("a gateway", through(overHttp(MemoryStore.layer())))
