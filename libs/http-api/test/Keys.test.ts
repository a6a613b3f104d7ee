/** When keys are read, how long they and what was verified with them count, and what is said while there are none. */
import { Identity } from "@emend/http-api"
import { JsonWebTokens, KeySource } from "@emend/http-api/identity"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as References from "effect/References"
import * as TestClock from "effect/testing/TestClock"
import { once } from "node:events"
import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { createServer, type ServerResponse } from "node:http"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, describe, expect, it } from "vitest"
import * as VerifiedTokens from "../src/identity/VerifiedTokens.ts"
import { audience, issuer, type Key, key, keySet, sign } from "./Issuer.ts"
import { testServer } from "./TestServer.ts"

const [one, two] = await Promise.all([key("one"), key("two")])
const sets = { one: await keySet([one]), two: await keySet([two]), both: await keySet([one, two]) }

/** A place of keys that counts its readers. What it gives, or why it fails, can be changed. */
const source = (periods: Omit<KeySource.KeySource, "read">) => {
  const place = { text: sets.one, fails: undefined as string | undefined, reads: 0 }
  const read = Effect.suspend(() => {
    place.reads++
    return place.fails === undefined ? Effect.succeed(place.text) : Effect.fail(place.fails)
  })
  return { place, source: { ...periods, read } satisfies KeySource.KeySource }
}

const remote = { freshMillis: 300_000, pauseMillis: 10_000, keptMillis: 3_600_000 }

const setup = (options: Partial<JsonWebTokens.Options> = {}, periods = remote) => {
  const { place, source: keys } = source(periods)
  const identity = JsonWebTokens.make({ keys, issuer, audience, ...options })
  const known = (token: string) =>
    Effect.map(Clock.currentTimeMillis, (millis) => identity.known!({ authorization: `Bearer ${token}` }, millis))
  const status = (token: string) =>
    Effect.flatMap(known(token), (before) =>
      Effect.match(identity.authenticate({ authorization: `Bearer ${token}` }), {
        onSuccess: (grant) => {
          // What is known at once is what is found out.
          if (before !== undefined) expect(before).toEqual(grant)
          return "accepted"
        },
        onFailure: ({ code, detail, headers }) => {
          expect(before).toBe(undefined)
          return code === "identity-unavailable" ? `${code}, again in ${headers!["retry-after"]} s` : detail
        }
      }))
  return { place, identity, known, status }
}

const unsigned = "The signature of the token is not accepted"

/** Runs a program at noon of a day, when nothing moves but what it moves. */
const at = (now: number) => <A, E>(program: Effect.Effect<A, E>): Promise<A> =>
  Effect.runPromise(
    Effect.andThen(TestClock.setTime(now * 1000), program).pipe(
      Effect.provide(TestClock.layer()),
      Effect.provideService(References.MinimumLogLevel, "None")
    )
  )

const noon = 1_795_262_400
const token = (signer: Key, claims: object = {}) => sign(signer, { exp: noon + 100_000, ...claims })

describe("a token", () => {
  it("is known at once from when it was verified until it expires, or its keys must be read anew", async () => {
    const { known, status } = setup()
    const [short, long] = await Promise.all([
      token(one, { sub: "short", exp: noon + 10 }),
      token(one, { sub: "long", roles: ["viewer"] })
    ])
    await at(noon)(Effect.gen(function*() {
      expect(yield* known(short)).toBe(undefined)
      for (const one of [short, long]) expect(yield* status(one)).toBe("accepted")
      expect(yield* known("nonsense")).toBe(undefined)
      yield* TestClock.adjust(9_999)
      expect(yield* known(short)).toMatchObject({ caller: { subject: "short" } })
      yield* TestClock.adjust(1)
      expect(yield* known(short)).toBe(undefined)
      expect(yield* known(long)).toMatchObject({ caller: { subject: "long" }, role: "viewer" })
      yield* TestClock.adjust(289_999)
      expect(yield* known(long)).toMatchObject({ caller: { subject: "long" } })
      yield* TestClock.adjust(1)
      expect(yield* known(long)).toBe(undefined)
    }))
  })
})

describe("keys", () => {
  it("are read once for any number of requests, and again after five minutes", async () => {
    const { place, status } = setup()
    const tokens = await Promise.all(Array.from({ length: 20 }, (_, i) => token(one, { sub: `s${i}` })))
    await at(noon)(Effect.gen(function*() {
      expect(place.reads).toBe(0)
      expect(new Set(yield* Effect.all(tokens.map(status), { concurrency: 20 }))).toEqual(new Set(["accepted"]))
      expect(place.reads).toBe(1)
      yield* TestClock.adjust(299_999)
      yield* status(tokens[0]!)
      expect(place.reads).toBe(1)
      yield* TestClock.adjust(1)
      yield* status(tokens[0]!)
      expect(place.reads).toBe(2)
    }))
  })

  it("are looked for when a token names another, though not within ten seconds of the last time", async () => {
    const { place, status } = setup()
    const [old, next] = await Promise.all([token(one), token(two)])
    await at(noon)(Effect.gen(function*() {
      expect(yield* status(old)).toBe("accepted")
      place.text = sets.both
      for (let i = 0; i < 5; i++) expect(yield* status(next)).toBe(unsigned)
      expect(place.reads).toBe(1)
      yield* TestClock.adjust(10_000)
      expect(yield* status(next)).toBe("accepted")
      expect(yield* status(old)).toBe("accepted")
      expect(place.reads).toBe(2)
    }))
  })

  it("that are gone from the set are refused when it was read again, whatever was verified with them", async () => {
    const { place, status } = setup()
    const old = await token(one)
    await at(noon)(Effect.gen(function*() {
      expect(yield* status(old)).toBe("accepted")
      place.text = sets.two
      yield* TestClock.adjust(299_999)
      expect(yield* status(old)).toBe("accepted")
      yield* TestClock.adjust(1)
      expect(yield* status(old)).toBe(unsigned)
    }))
  })

  it("that were read count for an hour while they cannot be read again, and then there are none", async () => {
    const { place, status } = setup()
    const old = await token(one)
    const next = await token(two)
    await at(noon)(Effect.gen(function*() {
      expect(yield* status(old)).toBe("accepted")
      place.fails = "it is gone"
      yield* TestClock.adjust(300_000)
      expect(yield* status(old)).toBe("accepted")
      // Whether another key is there now cannot be said.
      expect(yield* status(next)).toBe("identity-unavailable, again in 10 s")
      yield* TestClock.adjust(3_299_999)
      expect(yield* status(old)).toBe("accepted")
      yield* TestClock.adjust(1)
      expect(yield* status(old)).toMatch(/^identity-unavailable/)
      place.fails = undefined
      yield* TestClock.adjust(10_000)
      expect(yield* status(old)).toBe("accepted")
    }))
  })

  it("that never could be read are 503 with the seconds until the next look, and not a fault of the token", async () => {
    const { identity, place, status } = setup()
    place.fails = "it is gone"
    const [some, nonsense] = [await token(one), "nonsense"]
    await at(noon)(Effect.gen(function*() {
      expect(yield* status(some)).toBe("identity-unavailable, again in 10 s")
      yield* TestClock.adjust(7_500)
      expect(yield* status(nonsense)).toBe("identity-unavailable, again in 3 s")
      expect((yield* Effect.flip(identity.ready)).code).toBe("identity-unavailable")
      expect(place.reads).toBe(1)
      place.fails = undefined
      yield* TestClock.adjust(2_500)
      yield* identity.ready
      expect(yield* status(some)).toBe("accepted")
    }))
  })

  it("in a form that is none, or with a private one among them, are none", async () => {
    const { exportJWK } = await import("jose")
    const secret = JSON.stringify({ keys: [await exportJWK(one.privateKey)] })
    const some = await token(one)
    for (const text of ["", "{", "[]", "{}", "{\"keys\":{}}", "{\"keys\":[1]}", secret]) {
      const { place, status } = setup()
      place.text = text
      expect(await at(noon)(status(some)), text).toMatch(/^identity-unavailable/)
    }
  })

  it("that are there and cannot be used are 503 for tokens that name them, and the others go on", async () => {
    const { place, status } = setup()
    const short = { kty: "RSA", kid: "short", n: "AQAB", e: "AQAB" }
    place.text = JSON.stringify({ keys: [...JSON.parse(sets.one).keys, short] })
    const rsa = await token({ ...(await key("short", "RS256")) })
    const good = await token(one)
    expect(await at(noon)(status(rsa))).toMatch(/^identity-unavailable/)
    expect(await at(noon)(status(good))).toBe("accepted")
  })

  it("that are secrets verify nothing: the set does not decide which algorithms there are", async () => {
    const { place, status } = setup()
    const { SignJWT } = await import("jose")
    const secret = new Uint8Array(32).fill(7)
    const k = Buffer.from(secret).toString("base64url")
    place.text = JSON.stringify({ keys: [{ kty: "oct", k, kid: "s", alg: "HS256" }] })
    const given = await new SignJWT({ iss: issuer, aud: audience, sub: "a", exp: noon + 60 })
      .setProtectedHeader({ alg: "HS256", kid: "s" }).sign(secret)
    expect(await at(noon)(status(given))).toBe("The algorithm of the token is not accepted")
  })
})

describe("a token", () => {
  it("counts until its end and not a second longer than clocks may differ, also when it was verified before", async () => {
    for (const toleranceSeconds of [0, 5]) {
      const { status } = setup({ toleranceSeconds })
      const given = await token(one, { nbf: noon, exp: noon + 60 })
      await at(noon - toleranceSeconds - 1)(Effect.gen(function*() {
        expect(yield* status(given)).toBe("The token is not valid yet")
        yield* TestClock.adjust(1000)
        expect(yield* status(given)).toBe("accepted")
        yield* TestClock.adjust((59 + 2 * toleranceSeconds) * 1000)
        expect(yield* status(given)).toBe("accepted")
        yield* TestClock.adjust(1000)
        expect(yield* status(given)).toBe("The token has expired")
      }))
    }
  })
})

describe("verified tokens", () => {
  const grant = { caller: { tenant: "t", subject: "s" }, role: null, scope: null }

  it("are remembered until they expire", () => {
    const verified = VerifiedTokens.make(2)
    verified.put("a", grant, 1000)
    expect(verified.get("a", 999)).toBe(grant)
    expect(verified.get("a", 1000)).toBeUndefined()
    expect(verified.get("b", 0)).toBeUndefined()
  })

  it("are no more than there is room for: the one that was not used for longest goes", () => {
    const verified = VerifiedTokens.make(2)
    verified.put("a", grant, 1000)
    verified.put("b", grant, 1000)
    expect(verified.get("a", 0)).toBe(grant)
    verified.put("c", grant, 1000)
    expect(["a", "b", "c"].map((token) => verified.get(token, 0) !== undefined)).toEqual([true, false, true])
  })
})

describe("keys of a file", () => {
  it("are those that the file has after it was replaced, and a file that is gone is told", async () => {
    const folder = mkdtempSync(join(tmpdir(), "emend-file-"))
    const path = join(folder, "jwks.json")
    writeFileSync(path, sets.one)
    const identity = JsonWebTokens.make({ keys: KeySource.file(path), issuer, audience })
    const [old, next] = await Promise.all([sign(one, {}), sign(two, {})])
    const accepts = (token: string) =>
      Effect.runPromise(Effect.exit(identity.authenticate({ authorization: `Bearer ${token}` }))).then(({ _tag }) =>
        _tag === "Success"
      )
    expect([await accepts(old), await accepts(next)]).toEqual([true, false])
    writeFileSync(`${path}.new`, sets.two)
    renameSync(`${path}.new`, path)
    expect([await accepts(next), await accepts(old)]).toEqual([true, false])
    rmSync(folder, { recursive: true })
    expect(await Effect.runPromise(Effect.flip(KeySource.file(path).read))).toBe(`${path} cannot be read (ENOENT)`)
  })
})

describe("keys of an address", async () => {
  let answer = (response: ServerResponse): unknown => response.end(sets.one)
  let asked = 0
  const publisher = createServer((_, response) => {
    asked++
    answer(response)
  }).listen(0, "127.0.0.1")
  await once(publisher, "listening")
  const { port } = publisher.address() as { readonly port: number }
  const keys = KeySource.url(`http://127.0.0.1:${port}/jwks`)
  // Without a pause what changes is seen at once.
  const identity = JsonWebTokens.make({ keys: { ...keys, pauseMillis: 0 }, issuer, audience })
  const server = testServer({}, { extra: Layer.succeed(Identity)(identity) })
  afterAll(() => void publisher.close())
  const ask = (token: string) => server.ask("/tasks/none", { headers: { authorization: `Bearer ${token}` } })

  it("that cannot be read are 503 with Retry-After, readiness says so, and liveness does not", async () => {
    const failing: ReadonlyArray<(response: ServerResponse) => unknown> = [
      (response) => response.writeHead(500).end(sets.one),
      (response) => response.writeHead(302, { location: `http://127.0.0.1:${port}/elsewhere` }).end(),
      (response) => response.end("<html>"),
      (response) => response.destroy()
    ]
    const token = await sign(one, {})
    for (answer of failing) {
      expect(await ask(token)).toMatchObject({
        status: 503,
        headers: { "retry-after": "1" },
        body: { code: "identity-unavailable" }
      })
      expect(await server.ask("/health/ready")).toMatchObject({ status: 503, body: { code: "identity-unavailable" } })
      expect((await server.ask("/health/live")).status).toBe(200)
    }
    expect(asked).toBe(2 * failing.length)
  })

  it("are fetched when they are there, and when a token names another", async () => {
    answer = (response) => response.end(sets.one)
    expect((await server.ask("/health/ready")).status).toBe(200)
    const before = asked
    expect((await ask(await sign(one, {}))).status).toBe(404)
    expect(asked).toBe(before)
    expect((await ask(await sign(two, {}))).status).toBe(401)
    answer = (response) => response.end(sets.both)
    expect((await ask(await sign(two, {}))).status).toBe(404)
    expect(asked).toBe(before + 2)
  })

  it("tell in one clause why they cannot be read", async () => {
    const why = (address: string) => Effect.runPromise(Effect.flip(KeySource.url(address).read))
    answer = (response) => response.writeHead(404).end()
    expect(await why(`http://127.0.0.1:${port}/jwks`)).toBe(`http://127.0.0.1:${port}/jwks answered 404`)
    expect(await why("http://127.0.0.1:1/jwks")).toMatch(/^http:\/\/127\.0\.0\.1:1\/jwks cannot be reached \(\S.*\)$/)
  })
})
