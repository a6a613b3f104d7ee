/** An issuer of tokens: its keys, where they are published, and what it signs. */
import { type CryptoKey, exportJWK, generateKeyPair, SignJWT } from "jose"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll } from "vitest"

export interface Key {
  readonly kid: string
  readonly alg: string
  readonly privateKey: CryptoKey
  readonly publicKey: CryptoKey
}

export const issuer = "https://login.example"
export const audience = "emend"

export const key = async (kid: string, alg = "ES256"): Promise<Key> => ({
  kid,
  alg,
  ...(await generateKeyPair(alg, { extractable: true }))
})

export const keySet = async (keys: ReadonlyArray<Key>): Promise<string> =>
  JSON.stringify({
    keys: await Promise.all(
      keys.map(async ({ alg, kid, publicKey }) => ({ ...(await exportJWK(publicKey)), kid, alg, use: "sig" }))
    )
  })

/** Signs what is usual and what is given; a claim that is given as undefined is left out. */
export const sign = (
  { alg, kid, privateKey }: Key,
  claims: Readonly<Record<string, unknown>>,
  header: object = {}
): Promise<string> => {
  const now = Math.floor(Date.now() / 1000)
  const usual = { iss: issuer, aud: audience, sub: "ann", exp: now + 600, organization: "acme", roles: ["owner"] }
  const payload = Object.fromEntries(Object.entries({ ...usual, ...claims }).filter(([, value]) => value !== undefined))
  return new SignJWT(payload).setProtectedHeader({ alg, kid, ...header }).sign(privateKey)
}

/** A file of keys that is gone after the tests. */
export const keyFile = (): {
  readonly path: string
  readonly publish: (...keys: ReadonlyArray<Key>) => Promise<void>
} => {
  const folder = mkdtempSync(join(tmpdir(), "emend-keys-"))
  const path = join(folder, "jwks.json")
  afterAll(() => rmSync(folder, { recursive: true }))
  return { path, publish: async (...keys) => writeFileSync(path, await keySet(keys)) }
}
