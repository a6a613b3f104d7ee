/** Servers behind TLS, on a real socket: whose certificate is trusted, and whose is not. */
import { it } from "@effect/vitest"
import { Tasks } from "@emend/domain"
import { wholeType } from "@emend/http-api/operations"
import * as Effect from "effect/Effect"
import { once } from "node:events"
import { readFileSync } from "node:fs"
import { createServer as plainServer, type Server } from "node:http"
import { createServer } from "node:https"
import type { AddressInfo } from "node:net"
import * as Tls from "node:tls"
import { expect } from "vitest"
import { over } from "./Calling.ts"
import * as Stub from "./Stub.ts"

const get = Effect.flatMap(Tasks, (tasks) => tasks.get("t"))
const read = (file: string) => readFileSync(new URL(`tls/${file}`, import.meta.url), "utf8")

// Self-signed, for `localhost` alone, until 2126: see tls/README.md.
const cert = read("certificate.pem")
const key = read("key.pem")

/** Serves while the scope is open, and counts the connections. */
const serve = (make: () => Server) =>
  Effect.acquireRelease(
    Effect.promise(async () => {
      const server = make()
      const seen = { connections: 0 }
      server.on("connection", () => seen.connections++)
      server.listen(0, "127.0.0.1")
      await once(server, "listening")
      return { server, seen, port: (server.address() as AddressInfo).port }
    }),
    ({ server }) =>
      Effect.sync(() => {
        server.close()
        server.closeAllConnections()
      })
  )

const secured = () =>
  createServer({ key, cert }, (_, response) => {
    response.writeHead(200, { "content-type": wholeType }).end(JSON.stringify(Stub.task()))
  })

const failure = (url: string) =>
  Effect.map(Effect.flip(over(url, { attempts: 5, firstWaitMillis: 1 })(get)), (error) => (error as Error).cause)

it.live("a certificate that nobody trusts is told as that, and the server is not asked again", () =>
  Effect.gen(function*() {
    const { port, seen } = yield* serve(secured)
    expect(yield* failure(`https://localhost:${port}`)).toMatchObject({
      _tag: "CertificateRefused",
      code: "DEPTH_ZERO_SELF_SIGNED_CERT"
    })
    expect(seen.connections).toBe(1)
  }))

it.live("one that the program trusts serves, over a connection that is kept, and under its own name only", () =>
  Effect.gen(function*() {
    const before = Tls.getCACertificates("default")
    yield* Effect.acquireRelease(
      Effect.sync(() => Tls.setDefaultCACertificates([...before, cert])),
      () => Effect.sync(() => Tls.setDefaultCACertificates(before))
    )
    const { port, seen } = yield* serve(secured)
    const found = yield* over(`https://localhost:${port}`)(Effect.forEach([1, 2, 3], () => get))
    expect([found.map(({ state }) => state.id), seen.connections]).toEqual([["t", "t", "t"], 1])
    expect(yield* failure(`https://127.0.0.1:${port}`)).toMatchObject({
      _tag: "CertificateRefused",
      code: "ERR_TLS_CERT_ALTNAME_INVALID"
    })
  }))

it.live("a server without TLS is none of ours under https, and is not asked again", () =>
  Effect.gen(function*() {
    const { port, seen } = yield* serve(() => plainServer())
    expect(yield* failure(`https://localhost:${port}`)).toMatchObject({
      _tag: "AnswerForeign",
      message: expect.stringContaining("does not speak TLS")
    })
    expect(seen.connections).toBe(1)
  }))
