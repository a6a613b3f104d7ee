import { Refusals, Task } from "@emend/domain"
import { open } from "@emend/postgres/promise"
import * as TestDatabase from "@emend/postgres/testing"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { expect, test } from "vitest"

const withDatabase = (use: (url: string) => Promise<void>) =>
  Effect.runPromise(Effect.scoped(
    Effect.flatMap(TestDatabase.make({ empty: true }), (url) => Effect.promise(() => use(Redacted.value(url))))
  ))

test("a program that knows promises alone keeps records in an empty database, and finds them when it comes back", () =>
  withDatabase(async (url) => {
    {
      await using emend = await open(url, { maxConnections: 2 })
      await emend.tasks.create({ id: "a" })
      const updates = [1, 2, 3, 4, 5].map((retries) =>
        emend.tasks.update("a", Task.Task.fromBody({ merge_params: { [`p${retries}`]: retries } }))
      )
      await Promise.all(updates)
    }
    await using emend = await open(url)
    expect(await emend.tasks.get("a")).toMatchObject({ version: 6, state: { params: { p1: 1, p5: 5 } } })
    await expect(emend.tasks.create({ id: "a" })).rejects.toBeInstanceOf(Refusals.AlreadyTaken)
  }))

test("a database that cannot be reached is thrown, in words and without the password", async () => {
  const reason = await open("postgres://ann:secret@127.0.0.1:1/none").catch((reason: unknown) => reason)
  expect(reason).toMatchObject({ _tag: "SqlError" })
  expect(String(reason) + (reason as Error).message).not.toContain("secret")
})
