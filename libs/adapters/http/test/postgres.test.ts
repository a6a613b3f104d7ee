import * as TestDatabase from "@emend/postgres/testing"
import { ServiceContract } from "@emend/testkit"
import { overHttp } from "./Serving.ts"

ServiceContract.suite("HTTP before PostgreSQL", overHttp(TestDatabase.layer()))
