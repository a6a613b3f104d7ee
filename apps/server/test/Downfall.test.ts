/** Why a server does not run, in one sentence. */
import { EmbeddedPostgres } from "@emend/postgres"
import { ServeError } from "effect/http/HttpServerError"
import { expect, it } from "vitest"
import * as Downfall from "../src/Downfall.ts"

const denied = Object.assign(new Error("EACCES: permission denied"), { code: "EACCES" })
const here = { host: "127.0.0.1", port: 80 }

it("what may not be done in the data folder is no matter of the port", () => {
  const message = "The data folder could not be prepared: EACCES: permission denied"
  expect(Downfall.sentence(new EmbeddedPostgres.EmbeddedPostgresError({ message, cause: denied }), here)).toBe(message)
})

it("a port that may not be used is one", () => {
  expect(Downfall.sentence(new ServeError({ cause: denied }), here)).toBe(
    "Port 80 of 127.0.0.1 may not be used by this user"
  )
})
