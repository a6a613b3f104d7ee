/** Each operation by each role: refused exactly where the table says, and open exactly where it says. */
import { Identity } from "@emend/http-api"
import { JsonWebTokens, KeySource } from "@emend/http-api/identity"
import * as Context from "effect/Context"
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as Layer from "effect/Layer"
import { beforeAll, describe, expect, it } from "vitest"
import { local } from "../src/identity/Grant.ts"
import { Identity as IdentityReference } from "../src/identity/Identity.ts"
import { make } from "../src/server/Admission.ts"
import { audience, issuer, key, keyFile, sign } from "./Issuer.ts"
import { type Operation, operations, request } from "./Requests.ts"
import { testServer } from "./TestServer.ts"

const { path, publish } = keyFile()
const signer = await key("one")
await publish(signer)
const identity = JsonWebTokens.make({ keys: KeySource.file(path), issuer, audience })
const { ask } = testServer({ localOnly: false }, { extra: Layer.succeed(Identity)(identity) })

const organization = "00000000-0000-4000-8000-000000000001"
const project = "00000000-0000-4000-8000-000000000002"
const nothing = "00000000-0000-4000-8000-000000000009"
const values = new Proxy<Record<string, string>>(
  { org_id: organization, project_id: project, from: "1", code: "record-missing" },
  { get: (known, name: string) => known[name] ?? nothing }
)

/** What each role may do, told once more, by what operations are called and do. */
const open = ["live", "ready", "metrics", "problem", "document", "wholeDocument", "docs"].map((name) =>
  `service.${name}`
)
const ownersAlone = [/\.remove(ByName)?$/, /\.clean$/, /^taskAgents\.restore$/]
const expected = ({ method, name }: Operation): string =>
  open.includes(name)
    ? "open"
    : ownersAlone.some((pattern) => pattern.test(name))
    ? "owner"
    : method === "GET"
    ? "viewer"
    : "editor"

const callers = ["none", "viewer", "editor", "owner"] as const
const tokens: Record<string, string> = {}
beforeAll(async () => {
  for (const role of callers) {
    const roles = role === "none" ? [] : [role]
    tokens[role] = await sign(signer, { organization, projects: [project], roles })
  }
})

const as = (role: string) => ({ authorization: `Bearer ${tokens[role]}` })

describe("an operation", () => {
  for (const operation of operations) {
    const needed = expected(operation)
    it(`${operation.name} is for ${needed}`, async () => {
      expect(operation.access).toBe(needed)
      const { path, ...asked } = request(operation, values)
      const without = await ask(path, asked)
      expect(without.status === 401, `without a token: ${without.status}`).toBe(needed !== "open")
      for (const role of callers) {
        const { body, status } = await ask(path, { ...asked, headers: as(role) })
        const refused = needed !== "open" && callers.indexOf(role) < callers.indexOf(needed as typeof role)
        expect({ role, refused: status === 403 }).toEqual({ role, refused })
        expect(status, role).not.toBe(401)
        if (refused) {
          expect(body).toMatchObject({
            code: "access-refused",
            reason: "insufficient-role",
            required_role: needed,
            role: role === "none" ? null : role
          })
        }
      }
    })
  }

  it("that does not say who may carry it out is not served", () => {
    const endpoint = HttpApiEndpoint.get("x", "/x") as unknown as HttpApiEndpoint.Top
    const nobody = Context.get(Context.empty(), IdentityReference)
    expect(() => make(endpoint, nobody)).toThrow("GET /x does not say who may carry it out")
  })

  it("that is open asks for no token, and minds none that is wrong", async () => {
    expect((await ask("/health/live", { headers: { authorization: "Bearer x" } })).status).toBe(200)
  })

  it("is everybody's where no identity is configured", () => {
    expect(local).toEqual({ caller: { tenant: "local", subject: "local" }, role: "owner", scope: null })
  })
})

describe("putting a configuration to work", () => {
  const agents = `/api/v1/org/${organization}/project/${project}/task-agent`
  const creation = { name: "A", instruction: "one", llm_model_id: nothing }

  it("is the owner's, by activation and by restoring, and an editor may do all else", async () => {
    const created = await ask(agents, { method: "POST", json: creation, headers: as("editor") })
    const agent = created.headers.location!
    const first = created.body.active_revision.id
    const edited = await ask(agent, { method: "POST", json: { instruction: "two" }, headers: as("editor") })
    const second = edited.body.revisions[0].id
    const activate = (role: string, json: object) => ask(agent, { method: "POST", json, headers: as(role) })

    expect(await activate("editor", { active_revision_id: second })).toMatchObject({
      status: 403,
      body: { reason: "insufficient-role", required_role: "owner", field: "active_revision_id" }
    })
    const restoring = { method: "POST", json: { version: 1 }, headers: as("editor") }
    expect((await ask(`${agent}/restore`, restoring)).status).toBe(403)
    expect((await ask(agent, { headers: as("viewer") })).body.active_revision.id).toBe(first)
    expect((await activate("editor", { active_revision_id: null, name: "B" })).body.name).toBe("B")
    expect((await activate("owner", { active_revision_id: second })).body.active_revision.id).toBe(second)
  })
})
