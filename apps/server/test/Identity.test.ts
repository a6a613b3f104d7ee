/** The server with callers who bear tokens. */
import { execFileSync } from "node:child_process"
import { once } from "node:events"
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { createServer } from "node:http"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterAll, describe, expect, it } from "vitest"
import { start } from "./ServerProcess.ts"
import { operating } from "./Transcript.ts"

const folder = mkdtempSync(join(tmpdir(), "emend-identity-"))
afterAll(() => rmSync(folder, { recursive: true }))

const whole = { EMEND_JWKS: "jwks.json", EMEND_ISSUER: "https://login.example", EMEND_AUDIENCE: "emend" }
const memory = ["--store", "memory"]

describe("a configuration", () => {
  const { EMEND_AUDIENCE, EMEND_ISSUER, EMEND_JWKS } = whole
  const refused: ReadonlyArray<readonly [env: Record<string, string>, says: RegExp]> = [
    [{ EMEND_JWKS }, /EMEND_JWKS is set and EMEND_ISSUER and EMEND_AUDIENCE not/],
    [{ EMEND_ISSUER, EMEND_AUDIENCE }, /EMEND_ISSUER is set and EMEND_JWKS not/],
    [{ EMEND_JWKS, EMEND_ISSUER, EMEND_AUDIENCE: "" }, /EMEND_AUDIENCE not/],
    [{ EMEND_CLAIM_ROLES: "groups" }, /EMEND_CLAIM_ROLES is set and EMEND_JWKS/],
    [
      { ...whole, EMEND_JWKS: "http://login.example/keys" },
      /http:\/\/login\.example\/keys; it may be a file, an https/
    ],
    [{ ...whole, EMEND_JWKS: "http://127.0.0.1.example/keys" }, /an http address of this machine/],
    [{ ...whole, EMEND_JWKS: "ftp://127.0.0.1/keys" }, /it may be a file/],
    [{ ...whole, EMEND_JWKS: "https://" }, /it may be a file/],
    [{ ...whole, EMEND_JWKS: "https://user@login.example/keys" }, /has a user or a password/],
    [{ ...whole, EMEND_ALGORITHMS: "RS256,none,HS256" }, /names "none", "HS256"; it may name RS256, /],
    [{ ...whole, EMEND_CLOCK_TOLERANCE: "1h" }, /EMEND_CLOCK_TOLERANCE is 1h; it may be a number of seconds/],
    [{ ...whole, EMEND_CLOCK_TOLERANCE: "301" }, /from 0 to 300/]
  ]
  for (const [env, says] of refused) {
    it(`${JSON.stringify(env)} is refused with code 2`, async () => {
      const { code, stderr, stdout } = await start(memory, env, folder).exit
      expect({ code, stdout }).toEqual({ code: 2, stdout: "" })
      expect(stderr).toMatch(says)
    })
  }

  it("that names a file without keys is told before anything starts, with code 1", async () => {
    const path = join(folder, "text")
    for (const [text, says] of [[undefined, `${path} cannot be read (ENOENT)`], ["{}", "it is no JSON Web Key Set"]]) {
      if (text !== undefined) writeFileSync(path, text)
      const { code, stderr, stdout } = await start(memory, { ...whole, EMEND_JWKS: path }).exit
      expect({ code, stdout }).toEqual({ code: 1, stdout: "" })
      expect(stderr).toContain(`emend-server: EMEND_JWKS cannot be used: ${says}`)
    }
  })

  it("is told by --help", async () => {
    const { stdout } = await start(["--help"]).exit
    const source = readFileSync(new URL("../src/IdentityConfiguration.ts", import.meta.url), "utf8")
    for (const [name] of source.matchAll(/EMEND_[A-Z_]+/g)) expect(stdout).toContain(name)
  })
})

describe("keys at an address", () => {
  it("that cannot be reached let the server start and say so: it is not ready, and no token is called invalid", async () => {
    const server = start(memory, { ...whole, EMEND_JWKS: "http://127.0.0.1:1/jwks" })
    const address = await server.address
    const headers = { authorization: "Bearer x" }
    for (const path of ["/health/ready", "/tasks/none"]) {
      const response = await fetch(`${address}${path}`, { headers })
      expect(response.status).toBe(503)
      expect(response.headers.get("retry-after")).toMatch(/^[1-9]\d*$/)
    }
    expect((await fetch(`${address}/health/live`)).status).toBe(200)
    server.process.kill("SIGTERM")
    const { code, stderr } = await server.exit
    expect(code).toBe(0)
    expect(stderr.match(/127\.0\.0\.1:1\/jwks cannot be reached/g)).toHaveLength(1)
  })

  it("are fetched at first use", async () => {
    let asked = 0
    const publisher = createServer((_, response) => {
      asked++
      response.end("{\"keys\":[]}")
    }).listen(0, "127.0.0.1")
    await once(publisher, "listening")
    const { port } = publisher.address() as { readonly port: number }
    const address = await start(memory, { ...whole, EMEND_JWKS: `http://localhost:${port}/jwks` }).address
    expect(asked).toBe(0)
    expect((await fetch(`${address}/health/ready`)).status).toBe(200)
    expect((await fetch(`${address}/tasks/none`, { headers: { authorization: "Bearer x" } })).status).toBe(401)
    expect(asked).toBe(1)
    publisher.close()
  })
})

describe("the example of docs/operating.md", () => {
  const section = readFileSync(operating, "utf8").split("## Identity")[1]!.split("\n## ")[0]!
  const [make, serve, call] = [...section.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, text]) => text!)
  const sh = (script: string): string =>
    execFileSync("sh", ["-eu"], {
      input: script,
      cwd: folder,
      encoding: "utf8",
      env: {
        PATH: [fileURLToPath(new URL("bin", import.meta.url)), dirname(process.execPath), process.env["PATH"]].join(":")
      }
    })

  it("makes a token that the server accepts, from wherever it is reached, and does what is said of it", async () => {
    sh(make!)
    expect(existsSync(join(folder, "jwks.json"))).toBe(true)
    const [settings] = /^(\w+=\S+ )+(?=npm start$)/m.exec(serve!)!
    const env = Object.fromEntries(settings.trim().split(" ").map((setting) => setting.split("=") as [string, string]))
    const server = start(memory, { ...env, HOST: "0.0.0.0" }, folder)
    const address = (await server.address).replace("http://0.0.0.0", "127.0.0.1")
    const here = (script: string) => JSON.parse(sh(script.replace("localhost:8080", address)))

    const task = here(call!)
    expect(task).toMatchObject({ title: "Check the logs", organization_id: "acme", created_by: "ann" })
    expect(here(call!.replace(/ -H "authorization.*/, ""))).toMatchObject({ status: 401, code: "token-missing" })
    const remove = call!.replace(/-d '.*?'/, "-X DELETE").replace("/agents/tasks", `/agents/tasks/${task.id}`)
    expect(here(remove)).toMatchObject({ status: 403, required_role: "owner", role: "editor" })
    expect(here("curl -s localhost:8080/health/ready")).toEqual({ status: "ok" })
  })
})
