/** What stands between client and server may cut, delay and double: each update is applied once. */
import * as ServerProcess from "@emend/bench/ServerProcess"
import { expect, it } from "vitest"
import * as ExactlyOnce from "../src/ExactlyOnce.ts"

it("of hundreds of updates each is applied exactly once", async () => {
  const server = await ServerProcess.emend({}, { log: "ignore", args: ["--store", "memory"] })
  try {
    const { mischiefs, seconds: _, ...found } = await ExactlyOnce.run({
      port: server.port,
      updates: 400,
      writers: 32,
      seed: 7
    })
    expect(found).toEqual({ acknowledged: 400, lost: 0, doubled: 0, unasked: 0, miscounted: 0 })
    // Each of them happened.
    for (const count of Object.values(mischiefs)) expect(count).toBeGreaterThan(10)
  } finally {
    await server.stop()
  }
})
