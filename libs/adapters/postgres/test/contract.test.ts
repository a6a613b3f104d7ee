import { expect, it } from "@effect/vitest"
import { Services } from "@emend/domain"
import * as TestDatabase from "@emend/postgres/testing"
import { ServiceContract, StoreContract } from "@emend/testkit"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Metric from "effect/Metric"
import * as Observed from "../src/Observed.ts"

for (const groupCommit of [true, false]) {
  const name = groupCommit ? "PostgreSQL" : "PostgreSQL, each commit by itself"
  StoreContract.suite(`records in ${name}`, TestDatabase.layer({ groupCommit }))
  ServiceContract.suite(name, Services.layer.pipe(Layer.provide(TestDatabase.layer({ groupCommit }))))
}

// Executed one by one, a statement that is wrong for several would give the same answers.
it.effect("of all that, no statement for several was one that the database does not take", () =>
  Effect.gen(function*() {
    expect((yield* Metric.value(Observed.halvings.statement)).count).toBe(0)
    // What the contract asks for and the database refuses is told from what is not a statement.
    expect((yield* Metric.value(Observed.halvings.values)).count).toBeGreaterThan(0)
  }))
