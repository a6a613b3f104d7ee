/** A server whose store is another server. */
import { generateKeyPairSync, type KeyObject, sign } from "node:crypto"
import { once } from "node:events"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, describe, expect, it } from "vitest"
import { send, start } from "./ServerProcess.ts"

const folder = mkdtempSync(join(tmpdir(), "emend-gateway-"))
afterAll(() => rmSync(folder, { recursive: true }))

const { privateKey, publicKey } = generateKeyPairSync("ed25519")
writeFileSync(
  join(folder, "jwks.json"),
  JSON.stringify({ keys: [{ ...publicKey.export({ format: "jwk" }), kid: "one" }] })
)
const identity = {
  EMEND_JWKS: join(folder, "jwks.json"),
  EMEND_ISSUER: "https://login.example",
  EMEND_AUDIENCE: "emend"
}

const token = (organization: string, sub: string, role: string, key: KeyObject = privateKey): string => {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url")
  const claims = { iss: "https://login.example", aud: "emend", sub, organization, roles: [role] }
  const text = `${part({ alg: "EdDSA", kid: "one" })}.${part({ ...claims, exp: Math.floor(Date.now() / 1000) + 3600 })}`
  return `${text}.${sign(null, Buffer.from(text), key).toString("base64url")}`
}
const bearer = (...given: Parameters<typeof token>) => ({ authorization: `Bearer ${token(...given)}` })

const upstream = (env: Record<string, string> = {}) => start(["--store", "memory"], env)
const gateway = (url: string, env: Record<string, string> = {}) =>
  start(["--store", "http"], { EMEND_UPSTREAM_URL: url, ...env })

describe("what a gateway cannot be told", () => {
  const refused: ReadonlyArray<readonly [env: Record<string, string>, says: RegExp]> = [
    [{}, /EMEND_UPSTREAM_URL is not set; it may be an https address, or an http address of this machine/],
    [{ EMEND_UPSTREAM_URL: "upstream" }, /EMEND_UPSTREAM_URL is upstream; it may be/],
    [{ EMEND_UPSTREAM_URL: "ftp://127.0.0.1" }, /is ftp:/],
    [{ EMEND_UPSTREAM_URL: "http://emend.example" }, /an http address of this machine/],
    [{ EMEND_UPSTREAM_URL: "https://ann:pw@emend.example" }, /has a user, a password/],
    [{ EMEND_UPSTREAM_URL: "https://emend.example", EMEND_CURSOR_POLICY: "join" }, /EMEND_CURSOR_POLICY is set; with/],
    [{ EMEND_UPSTREAM_URL: "https://emend.example", EMEND_IDEMPOTENCY_MILLIS: "1000" }, /EMEND_IDEMPOTENCY_MILLIS is/]
  ]
  for (const [env, says] of refused) {
    it(`${JSON.stringify(env)} is refused with code 2`, async () => {
      const { code, stderr, stdout } = await start(["--store", "http"], env).exit
      expect({ code, stdout }).toEqual({ code: 2, stdout: "" })
      expect(stderr).toMatch(says)
      expect(stderr).not.toContain("ann")
    })
  }
})

it("a gateway answers as the server behind it does, and says so when that is gone", async () => {
  const behind = upstream()
  const url = await behind.address
  const address = await gateway(url).address
  const made = await send(address, "POST", "/tasks", { id: "t", params: { a: 1 } })
  expect([made.status, made.headers.get("etag"), made.headers.get("location")]).toEqual([201, "\"1\"", "/tasks/t"])
  expect((await send(url, "GET", "/tasks/t")).body).toEqual(made.body)
  const taken = await send(address, "POST", "/tasks", { id: "t" })
  expect([taken.status, taken.body.code, taken.body.fields]).toEqual([409, "already-taken", ["id"]])
  const key = { "idempotency-key": "k" }
  const update = () => send(address, "PUT", "/tasks/t", { merge_params: { b: 2 } }, key)
  const [first, again] = [await update(), await update()]
  expect(again.body).toEqual(first.body)
  expect([first.headers.get("idempotent-replayed"), again.headers.get("idempotent-replayed")]).toEqual([null, "true"])
  // The key means the same to the server behind.
  const direct = await send(url, "PUT", "/tasks/t", { merge_params: { b: 2 } }, key)
  expect([direct.body, direct.headers.get("idempotent-replayed")]).toEqual([first.body, "true"])
  expect((await send(address, "GET", "/health/ready")).status).toBe(200)
  behind.process.kill("SIGKILL")
  await behind.exit
  expect((await send(address, "GET", "/health/ready")).status).toBe(503)
  const lost = await send(address, "GET", "/tasks/t")
  expect([lost.status, lost.body.code, lost.headers.get("retry-after")]).toEqual([503, "store-unavailable", "1"])
})

describe("callers of a gateway", () => {
  it("are whom their tokens say at the server behind it too: the tenant, the subject and the role", async () => {
    const url = await upstream(identity).address
    const address = await gateway(url, identity).address
    const ann = bearer("acme", "ann", "editor")
    const bob = bearer("other", "bob", "owner")
    const made = await send(address, "POST", "/agents/tasks/", { id: "b", title: "Work" }, ann)
    expect([made.status, made.body.organization_id, made.body.created_by]).toEqual([201, "acme", "ann"])
    expect((await send(url, "GET", "/agents/tasks/b", undefined, ann)).body).toEqual(made.body)
    for (const server of [address, url]) {
      expect((await send(server, "GET", "/agents/tasks/b", undefined, bob)).status).toBe(404)
      expect((await send(server, "GET", "/agents/tasks/b")).status).toBe(401)
      expect((await send(server, "DELETE", "/agents/tasks/b", undefined, ann)).status).toBe(403)
    }
    const { body: history } = await send(address, "GET", "/agents/tasks/b/history", undefined, ann)
    expect(history.map(({ by }: { by: string }) => by)).toEqual(["ann"])
  })

  it("who bear what the issuer did not sign are nobody, whatever else they say", async () => {
    const address = await gateway(await upstream(identity).address, identity).address
    const forged = bearer("acme", "ann", "owner", generateKeyPairSync("ed25519").privateKey)
    const says = { "x-emend-tenant": "acme", "x-emend-subject": "ann", forwarded: "for=ann" }
    for (const headers of [forged, says]) {
      expect((await send(address, "GET", "/tasks", undefined, headers)).status).toBe(401)
    }
  })

  it("at once each act in their own names", async () => {
    const address = await gateway(await upstream(identity).address, identity).address
    const tenants = Array.from({ length: 8 }, (_, n) => `tenant ${n}`)
    await Promise.all(
      tenants.flatMap((tenant) =>
        Array.from(
          { length: 5 },
          (_, n) =>
            send(address, "POST", "/agents/tasks/", { title: tenant }, bearer(tenant, `${tenant} ${n}`, "editor"))
        )
      )
    )
    for (const tenant of tenants) {
      const { body } = await send(address, "GET", "/agents/tasks/", undefined, bearer(tenant, "reader", "viewer"))
      expect(body.map(({ created_by, title }: any) => [title, created_by]).sort()).toEqual(
        Array.from({ length: 5 }, (_, n) => [tenant, `${tenant} ${n}`])
      )
    }
  })

  const unsuitable: ReadonlyArray<
    readonly [what: string, behind: Record<string, string>, here: Record<string, string>, says: RegExp]
  > = [
    ["knows its callers and the server behind it none", {}, identity, /lets callers in without a token: the tenants/],
    ["knows no callers and the server behind it does", identity, {}, /asks for tokens, and this one has no identity/]
  ]
  for (const [what, behind, here, says] of unsuitable) {
    it(`would be lost where a gateway ${what}: it does not start`, async () => {
      const { code, stderr, stdout } = await gateway(await upstream(behind).address, here).exit
      expect({ code, stdout }).toEqual({ code: 1, stdout: "" })
      expect(stderr).toMatch(says)
    })
  }

  it("would be lost where the server behind stops asking for tokens: the gateway is not ready", async () => {
    const before = upstream(identity)
    const url = await before.address
    const address = await gateway(url, identity).address
    expect((await send(address, "GET", "/health/ready")).status).toBe(200)
    before.process.kill("SIGKILL")
    await before.exit
    expect(await upstream({ PORT: new URL(url).port }).address).toBe(url)
    expect((await send(address, "GET", "/health/ready")).status).toBe(503)
  })
})

it("a gateway before nothing does not start, and says why", async () => {
  const { code, stderr } = await gateway("http://127.0.0.1:1").exit
  expect(code).toBe(1)
  expect(stderr).toMatch(/emend-server: The server cannot be reached.*ECONNREFUSED/)
})

it("the trace of a request goes on behind a gateway, where traces are wanted, and only there", async () => {
  const seen: Array<string | undefined> = []
  // It answers lists as an empty server does, and takes what a collector is sent.
  const stub = createServer((request, response) => {
    if (request.url!.startsWith("/tasks?")) seen.push(request.headers["traceparent"] as string | undefined)
    response.writeHead(200, { "content-type": "application/json" })
    request.resume().on("end", () => response.end(request.url!.startsWith("/tasks?") ? "[]" : "{}"))
  }).listen(0, "127.0.0.1")
  await once(stub, "listening")
  const url = `http://127.0.0.1:${(stub.address() as AddressInfo).port}`
  const trace = "0af7651916cd43dd8448eb211c80319c"
  const asked = { traceparent: `00-${trace}-b7ad6b7169203331-01` }
  for (
    const [env, expected] of [
      [
        { OTEL_EXPORTER_OTLP_ENDPOINT: url },
        expect.stringMatching(`^00-${trace}-(?!b7ad6b7169203331)[0-9a-f]{16}-01$`)
      ],
      [{}, undefined]
    ] as const
  ) {
    seen.length = 0
    const address = await gateway(url, env).address
    seen.length = 0
    expect((await send(address, "GET", "/tasks", undefined, asked)).body).toEqual([])
    expect(seen).toEqual([expected])
  }
  stub.closeAllConnections()
  stub.close()
})
