/** Which callers are accepted, and what is said to the others. */
import { Identity } from "@emend/http-api"
import { JsonWebTokens, KeySource } from "@emend/http-api/identity"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { type CryptoKey, exportSPKI, type JWTPayload, SignJWT } from "jose"
import { createHmac, createPrivateKey, sign as signature } from "node:crypto"
import * as Net from "node:net"
import { beforeAll, describe, expect, it } from "vitest"
import * as Claims from "../src/identity/Claims.ts"
import { audience, issuer, type Key, key, keyFile, keySet, sign } from "./Issuer.ts"
import { type Reply, testServer } from "./TestServer.ts"

const { path, publish } = keyFile()
const [one, rsa, stranger] = await Promise.all([key("one"), key("rsa", "RS256"), key("one")])
await publish(one, rsa)

const identity = JsonWebTokens.make({ keys: KeySource.file(path), issuer, audience })
const server = testServer({ localOnly: false }, { extra: Layer.succeed(Identity)(identity) })

const ask = (token: string, scheme = "Bearer"): Promise<Reply> =>
  server.ask("/tasks/none", { headers: { authorization: `${scheme} ${token}` } })

const base64 = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url")
const seconds = (from = 0): number => Math.floor(Date.now() / 1000) + from
const claims = { iss: issuer, aud: audience, sub: "ann", organization: "acme", roles: ["owner"], exp: seconds(600) }

/** Signs by hand what no library would sign. */
const forged = (header: object, sealed: (text: string) => string, payload: unknown = claims): string => {
  const text = `${base64(header)}.${base64(payload)}`
  return `${text}.${sealed(text)}`
}
const withOne = async (): Promise<(text: string) => string> => {
  const { exportPKCS8 } = await import("jose")
  const pem = createPrivateKey(await exportPKCS8(one.privateKey))
  return (text) => signature("sha256", Buffer.from(text), { key: pem, dsaEncoding: "ieee-p1363" }).toString("base64url")
}

beforeAll(async () => {
  const accepted = await ask(await sign(one, {}))
  expect(accepted).toMatchObject({ status: 404, body: { code: "record-missing" } })
})

describe("a token that is not accepted", () => {
  type Row = readonly [what: string, token: () => string | Promise<string>, says: RegExp]
  const rows: ReadonlyArray<Row> = [
    ["no token at all", () => "x", /no signed JSON Web Token/],
    ["three parts of nothing", () => "a.b.c", /no signed JSON Web Token/],
    [
      "a payload that is no JSON",
      async () => forged({ alg: "ES256", kid: "one" }, await withOne(), "text"),
      /no signed/
    ],
    ["an expired one", () => sign(one, { exp: seconds(-60) }), /has expired/],
    ["one without an end", () => sign(one, { exp: undefined }), /has no claim exp/],
    [
      "one whose end is no time",
      async () => forged({ alg: "ES256" }, await withOne(), { ...claims, exp: "soon" }),
      /exp/
    ],
    ["one that is not valid yet", () => sign(one, { nbf: seconds(60) }), /not valid yet/],
    ["one of another issuer", () => sign(one, { iss: `${issuer}/` }), /another issuer/],
    ["one without an issuer", () => sign(one, { iss: undefined }), /no claim iss/],
    ["one for another audience", () => sign(one, { aud: "others" }), /another audience/],
    ["one for several others", () => sign(one, { aud: ["a", "b"] }), /another audience/],
    ["one without an audience", () => sign(one, { aud: undefined }), /no claim aud/],
    ["an unsigned one", () => forged({ alg: "none" }, () => ""), /algorithm/],
    ["an unsigned one in capitals", () => forged({ alg: "NONE", kid: "one" }, () => ""), /algorithm/],
    ["one whose signature was cut off", async () => `${(await sign(one, {})).replace(/[^.]*$/, "")}`, /signature/],
    ["one of which a byte was changed", async () => tampered(await sign(one, { roles: ["viewer"] })), /signature/],
    ["the public key taken for a secret, as PEM", () => confused("pem"), /algorithm/],
    ["the public key taken for a secret, as JWK", () => confused("jwk"), /algorithm/],
    ["a key that nobody knows", async () => sign(await key("unknown"), {}), /signature/],
    ["a stranger's key under a known name", () => sign(stranger, {}), /signature/],
    ["a known key by another algorithm", () => renamed(rsa, "PS256"), /signature/],
    ["a known key under the name of another", () => sign({ ...one, kid: "rsa" }, {}), /signature/],
    [
      "a critical header that is not known",
      async () => forged({ alg: "ES256", kid: "one", crit: ["x"], x: 1 }, await withOne()),
      /demands/
    ],
    [
      "a critical header that is not there",
      async () => forged({ alg: "ES256", kid: "one", crit: ["x"] }, await withOne()),
      /demands|no signed/
    ],
    [
      "a payload that is not encoded",
      async () => forged({ alg: "ES256", kid: "one", crit: ["b64"], b64: false }, await withOne()),
      /no signed|demands/
    ],
    [
      "a key of its own in its header",
      async () => sign(stranger, {}, { jwk: JSON.parse(await keySet([stranger])).keys[0] }),
      /signature/
    ],
    ["one that is encrypted", () => "eyJhbGciOiJkaXIiLCJlbmMiOiJBMTI4R0NNIn0..a.b.c", /no signed/],
    ["no subject", () => sign(one, { sub: undefined }), /claim sub/],
    ["an empty subject", () => sign(one, { sub: "" }), /claim sub/],
    ["a subject with a line end", () => sign(one, { sub: "a\nb" }), /claim sub/],
    ["no organization", () => sign(one, { organization: undefined }), /claim organization/],
    ["an organization that is no id", () => sign(one, { organization: ".." }), /claim organization/],
    ["an organization that is too long", () => sign(one, { organization: "o".repeat(256) }), /claim organization/],
    ["several organizations", () => sign(one, { organization: ["a", "b"] }), /claim organization/],
    ["a role that there is not", () => sign(one, { roles: ["owner", "root"] }), /roles viewer, editor, owner/],
    ["a role of Object", () => sign(one, { roles: ["constructor"] }), /claim roles/],
    ["roles as an object", () => sign(one, { roles: { owner: true } }), /claim roles/],
    ["projects that are no ids", () => sign(one, { projects: ["p", ""] }), /claim projects/]
  ]
  const tampered = (token: string): string => {
    const [header, , seal] = token.split(".")
    return `${header}.${base64({ ...claims, roles: ["owner"] })}.${seal}`
  }
  const confused = async (form: "pem" | "jwk"): Promise<string> => {
    const secret = form === "pem"
      ? await exportSPKI(rsa.publicKey)
      : JSON.stringify(JSON.parse(await keySet([rsa])).keys[0])
    return forged(
      { alg: "HS256", kid: "rsa" },
      (text) => createHmac("sha256", secret).update(text).digest("base64url")
    )
  }
  const renamed = async ({ kid, privateKey }: Key, alg: string): Promise<string> => {
    const again = await crypto.subtle.importKey(
      "pkcs8",
      await crypto.subtle.exportKey("pkcs8", privateKey),
      { name: "RSA-PSS", hash: "SHA-256" },
      true,
      ["sign"]
    )
    return new SignJWT(claims as JWTPayload).setProtectedHeader({ alg, kid }).sign(again as CryptoKey)
  }

  for (const [what, token, says] of rows) {
    it(`${what} is 401 with the reason`, async () => {
      const { body, headers, status } = await ask(await token())
      expect({ status, code: body.code }).toEqual({ status: 401, code: "token-invalid" })
      expect(body.detail).toMatch(says)
      expect(headers["www-authenticate"]).toBe(
        `Bearer realm="emend", error="invalid_token", error_description="${body.detail}"`
      )
    })
  }

  it("is told nothing of keys: an unknown name, a wrong signature and a wrong algorithm are one answer", async () => {
    const replies = await Promise.all(
      [await sign(await key("unknown"), {}), await sign(stranger, {}), await renamed(rsa, "PS256")].map((token) =>
        server.ask("/tasks/none", { headers: { authorization: `Bearer ${token}`, "x-request-id": "same" } })
      )
    )
    expect(new Set(replies.map(({ text }) => text)).size).toBe(1)
  })
})

describe("a request", () => {
  it("without a token is 401 with a challenge that names no error", async () => {
    for (const authorization of ["", "Basic YTpi", "Bearer", "Bearer ", "Bearertoken", "Token abc"]) {
      const { body, headers, status } = await server.ask("/tasks/none", { headers: { authorization } })
      expect({ authorization, status, code: body.code, challenge: headers["www-authenticate"] }).toEqual({
        authorization,
        status: 401,
        code: "token-missing",
        challenge: "Bearer realm=\"emend\""
      })
    }
  })

  it("may write the scheme in any case", async () => {
    const token = await sign(one, {})
    for (const scheme of ["bearer", "BEARER", "Bearer  "]) expect((await ask(token, scheme)).status, scheme).toBe(404)
  })

  it("with a token in its query has none, and what stands there is not repeated", async () => {
    const token = await sign(one, {})
    const reply = await server.ask(`/tasks/none?access_token=${token}`)
    expect(reply).toMatchObject({ status: 401, body: { code: "token-missing" } })
    expect(reply.text).not.toContain(token)
  })

  it("with two Authorization headers is 400, whichever of them comes first", async () => {
    const [good, bad] = [await sign(one, {}), "x"]
    for (const tokens of [[good, bad], [bad, good], [good, good]]) {
      const reply = await raw(
        `GET /tasks/none HTTP/1.1\r\nhost: x\r\n${
          tokens.map((token, i) => `${i === 0 ? "Authorization" : "authorization"}: Bearer ${token}\r\n`).join("")
        }connection: close\r\n\r\n`
      )
      expect(reply).toMatch(/^HTTP\/1\.1 400 [\s\S]*"header":"Authorization"/)
    }
  })

  const raw = (text: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const socket = Net.connect(server.port(), "127.0.0.1")
      let answer = ""
      socket.on("data", (data) => (answer += String(data)))
      socket.on("end", () => resolve(answer))
      socket.on("error", reject)
      socket.end(text)
    })

  it("to an unknown path or method is answered as without identity", async () => {
    expect((await server.ask("/nothing")).status).toBe(404)
    expect((await server.ask("/tasks/none", { method: "PATCH", json: {} })).status).toBe(405)
  })

  it("is not read any further without a token", async () => {
    expect((await server.ask("/tasks", { method: "POST", raw: "{" })).status).toBe(401)
    expect((await server.ask("/tasks/%00")).status).toBe(401)
    expect((await server.ask("/tasks/none", { method: "HEAD" })).status).toBe(401)
  })

  it("may come from anywhere: it is not its host that makes a caller", async () => {
    const headers = { host: "emend.example", origin: "https://elsewhere.example" }
    const reply = await server.ask("/tasks/none", {
      headers: { ...headers, authorization: `Bearer ${await sign(one, {})}` }
    })
    expect(reply.status).toBe(404)
    expect(Object.keys(reply.headers).filter((name) => name.startsWith("access-control"))).toEqual([])
  })
})

describe("a token that is accepted", () => {
  it("is looked at once, and then goes the short way, where its role is enough", async () => {
    const [owner, viewer] = [await sign(one, {}), await sign(one, { roles: ["viewer"] })]
    const put = (token: string) =>
      server.ask("/tasks/none", { method: "PUT", headers: { authorization: `Bearer ${token}` }, json: {} })
    const taken = async (asked: Promise<Reply>): Promise<[number, number]> => {
      const before = server.taken()
      const { status } = await asked
      return [status, server.taken() - before]
    }
    expect(await taken(put(owner))).toEqual([404, 0])
    expect(await taken(put(owner))).toEqual([404, 1])
    expect(await taken(ask(viewer))).toEqual([404, 0])
    expect(await taken(put(viewer))).toEqual([403, 0])
    expect(await taken(ask(viewer))).toEqual([404, 1])
    expect(await taken(ask(`${viewer}x`))).toEqual([401, 0])
  })

  it("may be signed by any key of the set, of any kind, also one that it does not name", async () => {
    const more = await Promise.all(
      ["RS512", "PS256", "ES384", "ES512", "EdDSA"].map((alg) => key(`k-${alg}`, alg))
    )
    await publish(one, rsa, ...more)
    for (const each of [one, rsa, ...more]) expect((await ask(await sign(each, {}))).status, each.alg).toBe(404)
    const twin = await key("twin")
    await publish(one, twin)
    for (const each of [one, twin]) expect((await ask(await sign(each, {}, { kid: undefined }))).status).toBe(404)
    expect((await ask(await sign(stranger, {}, { kid: undefined }))).status).toBe(401)
    await publish(one, rsa)
  })

  it("is for this audience, also among others", async () => {
    expect((await ask(await sign(one, { aud: ["others", audience] }))).status).toBe(404)
  })

  it("names the author of a change and the tenant of a record", async () => {
    const headers = { authorization: `Bearer ${await sign(one, { sub: "auth0|42 Zoë", organization: "zeta" })}` }
    const { body } = await server.ask("/agents/tasks/", { method: "POST", json: { title: "x" }, headers })
    expect(body).toMatchObject({ organization_id: "zeta", created_by: "auth0|42 Zoë" })
    const history = await server.ask(`/agents/tasks/${body.id}/history`, { headers })
    expect(history.body[0].by).toBe("auth0|42 Zoë")
  })

  it("names one organization by a UUID in either case", async () => {
    const organization = "ABCDEF00-0000-4000-8000-000000000001"
    const [capital, small] = await Promise.all(
      [organization, organization.toLowerCase()].map((organization) => sign(one, { organization }))
    )
    await server.ask("/tasks", {
      method: "POST",
      json: { id: "shared" },
      headers: { authorization: `Bearer ${capital}` }
    })
    const reply = await server.ask("/tasks/shared", { headers: { authorization: `Bearer ${small}` } })
    expect(reply.status).toBe(200)
  })

  it("may say who it is elsewhere", async () => {
    const elsewhere = JsonWebTokens.make({
      keys: KeySource.file(path),
      issuer,
      audience,
      claims: {
        subject: "email",
        organization: "/ext/tenant~1id",
        projects: "https://emend.example/projects",
        roles: "/realm_access/roles"
      }
    })
    const token = await sign(one, {
      email: "ann@example.org",
      ext: { "tenant/id": "acme" },
      "https://emend.example/projects": "*",
      realm_access: { roles: "editor" }
    })
    expect(await Effect.runPromise(elsewhere.authenticate({ authorization: `Bearer ${token}` }))).toEqual({
      caller: { tenant: "acme", subject: "ann@example.org" },
      role: "editor",
      scope: { organization: "acme", projects: null }
    })
    const wrong = await Effect.runPromise(
      Effect.flip(elsewhere.authenticate({ authorization: `Bearer ${await sign(one, { email: "a" })}` }))
    )
    expect(wrong.detail).toBe("The claim /ext/tenant~1id is not an organization: an id of 1 to 255 characters")
  })

  it("gives the highest of its roles, and none where it has none", () => {
    const role = (roles: unknown) => {
      const grant = Claims.read(Claims.defaultNames, { ...claims, roles })
      return grant._tag === "Success" ? grant.success.role : "refused"
    }
    expect(role(["editor", "viewer"])).toBe("editor")
    expect(role(["viewer", "owner", "editor"])).toBe("owner")
    for (const none of [undefined, null, []]) expect(role(none)).toBeNull()
  })

  it("says nothing that every object has by itself", () => {
    const names = { ...Claims.defaultNames, organization: "/ext/constructor/name" }
    expect(Claims.read(names, { ...claims, ext: {} })._tag).toBe("Failure")
    expect(Claims.read(names, { ...claims, ext: { constructor: { name: "acme" } } })._tag).toBe("Success")
  })

  it("is refused where its algorithm is not among those that are allowed", async () => {
    const narrow = JsonWebTokens.make({ keys: KeySource.file(path), issuer, audience, algorithms: ["RS256"] })
    const given = async (signer: Key) =>
      Effect.runPromise(Effect.exit(narrow.authenticate({ authorization: `Bearer ${await sign(signer, {})}` })))
    expect((await given(rsa))._tag).toBe("Success")
    expect((await given(one))._tag).toBe("Failure")
  })
})

describe("keys that rotate", () => {
  it("a new key is accepted at once, also while the old one is", async () => {
    const next = await key("next")
    const token = await sign(next, {})
    expect((await ask(token)).status).toBe(401)
    await publish(one, rsa, next)
    expect((await ask(token)).status).toBe(404)
    expect((await ask(await sign(one, {}))).status).toBe(404)
    await publish(one, rsa)
  })

  it("a key that changed under its name is accepted, and the old one is not, though its token was", async () => {
    const token = await sign(one, {})
    expect((await ask(token)).status).toBe(404)
    await publish(stranger, rsa)
    expect((await ask(await sign(stranger, {}))).status).toBe(404)
    expect((await ask(token)).status).toBe(401)
    await publish(one, rsa)
    expect((await ask(token)).status).toBe(404)
  })
})
