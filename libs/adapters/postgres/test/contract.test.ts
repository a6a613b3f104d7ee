import { Services } from "@emend/domain"
import * as TestDatabase from "@emend/postgres/testing"
import { ServiceContract, StoreContract } from "@emend/testkit"
import * as Layer from "effect/Layer"

StoreContract.suite("records in PostgreSQL", TestDatabase.layer())
ServiceContract.suite("PostgreSQL", Services.layer.pipe(Layer.provide(TestDatabase.layer())))
