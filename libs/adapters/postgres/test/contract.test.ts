import { Services } from "@emend/domain"
import * as TestDatabase from "@emend/postgres/testing"
import { ServiceContract, StoreContract } from "@emend/testkit"
import * as Layer from "effect/Layer"

for (const groupCommit of [true, false]) {
  const name = groupCommit ? "PostgreSQL" : "PostgreSQL, each commit by itself"
  StoreContract.suite(`records in ${name}`, TestDatabase.layer({ groupCommit }))
  ServiceContract.suite(name, Services.layer.pipe(Layer.provide(TestDatabase.layer({ groupCommit }))))
}
