/**
 * Whatever is asked, the answer is one that the document describes, and the same from each store and on each way that a
 * request can go: the first server sends all the general way, the second those that are plain the short one; without
 * identity, and with callers who bear tokens. The requests are made of the document; `EMEND_CONFORMANCE_CASES` asks for
 * more of them, `EMEND_CONFORMANCE_SEED` for others.
 */
import { Identifiers, uuid7 } from "@emend/domain"
import { Identity } from "@emend/http-api"
import { JsonWebTokens, KeySource } from "@emend/http-api/identity"
import { MemoryStore } from "@emend/memory"
import * as Effect from "effect/Effect"
import * as OpenApi from "effect/http-api/OpenApi"
import * as Layer from "effect/Layer"
import * as Fc from "fast-check"
import { describe, expect, it } from "vitest"
import { Api } from "../src/openapi/Document.ts"
import { Contract } from "./Contract.ts"
import { operationAt } from "./GoldenFiles.ts"
import { audience, issuer, key, keyFile, sign } from "./Issuer.ts"
import { type Asked, requestsFor } from "./RequestArbitrary.ts"
import { ask, type Reply, testServer } from "./TestServer.ts"

const cases = Number(process.env["EMEND_CONFORMANCE_CASES"] ?? 600)
const seed = Number(process.env["EMEND_CONFORMANCE_SEED"] ?? 20261122)

const contract = Contract.make(JSON.parse(JSON.stringify(OpenApi.fromApi(Api))))
const operations = contract.operations().filter(({ name }) =>
  !["GET /docs", "GET /openapi.json", "GET /openapi.whole.json"].includes(name)
)
  // What deletes comes last, so that there is something to ask the others for.
  .sort((a, b) => Number(a.name.startsWith("DELETE")) - Number(b.name.startsWith("DELETE")))

/** A server, and what it made: by the names that requests have for it, and in the order of its appearance. */
interface Side {
  readonly server: ReturnType<typeof testServer>
  readonly named: Record<string, string>
  readonly made: Array<string>
  /** Hashes of what may have such ids in it. */
  readonly hashes: Array<string>
  /** What the requests bear, in turn; the first may do everything. */
  readonly tokens: ReadonlyArray<string>
}

/** Ids in the order in which they are made: by chance those of one moment would be in another order on each side. */
const rising = () => {
  let made = 1_790_000_000_000
  return Layer.succeed(Identifiers)({
    next: Effect.sync(() => uuid7(made++, new Uint8Array(8)))
  })
}

const organization = "00000000-0000-4000-8000-000000000001"
const agents = `/api/v1/org/${organization}/project/00000000-0000-4000-8000-000000000002/task-agent`

const { path, publish } = keyFile()
const signing = await key("one")
await publish(signing)
const identity = JsonWebTokens.make({ keys: KeySource.file(path), issuer, audience })
/** The tokens hold until the year 2100: however many requests are asked for, none expires on the way. */
const exp = 4_102_444_800
const token = (role: string, claims = {}) =>
  sign(signing, { organization, projects: "*", roles: [role], exp, ...claims })
const tokens = await Promise.all([
  token("owner"),
  token("editor"),
  token("owner", { sub: "bob" }),
  token("viewer"),
  token("owner", { organization: "another" })
])

/** The headers of one who bears a token, if there is one. */
const bearing = (token: string | undefined): Readonly<Record<string, string>> =>
  token === undefined ? {} : { authorization: `Bearer ${token}` }

/** Makes records on each side that requests can name, now and then anew: requests move and delete them. */
const settle = async (sides: ReadonlyArray<Side>, generation: number): Promise<void> => {
  for (const { made, named, server, tokens: [owner] } of sides) {
    const headers = bearing(owner)
    const post = async (path: string, json?: unknown) =>
      (await ask(server.port(), path, { method: "POST", headers, json })).body
    for (const one of ["t1", "t2", "t3"]) {
      const id = named[one] = `${one}-${generation}`
      await post("/tasks", { id, name: id, params: { a: 1 }, agent_ids: ["a1", "a2"] })
    }
    for (const one of ["b1", "b2", "b3"]) {
      const id = named[one] = `${one}-${generation}`
      await post("/agents/tasks/", { id, title: id, assigned_to_user_id: "u" })
    }
    const event = async (task: string, content: number) =>
      (await post(`/tasks/${named[task]}/events`, { agent_id: "a1", content })).id
    const { active_revision, id: agent } = await post(agents, {
      name: "A",
      instruction: "i",
      llm_model_id: "00000000-0000-4000-8000-00000000000a"
    })
    const ids = {
      tracker: (await post(`/tasks/${named["t1"]}/agents/a1`)).id,
      event: await event("t1", 1),
      later: await event("t1", 2),
      foreign: await event("t2", 3),
      agent,
      revision: active_revision.id,
      edited: (await post(`${agents}/${agent}`, { instruction: "j" })).revisions[0].id
    }
    Object.assign(named, ids)
    made.push(...Object.values(ids))
  }
}

const sent = (asked: Asked, { made, named, server, tokens }: Side, number: number): Promise<Reply> => {
  const filled = (text: string) =>
    text.replace(/~(\w+)~/g, (_, name: string) => name === "made" ? made[number % made.length]! : named[name]!)
  const encoded = (text: string) => encodeURIComponent(filled(text).toWellFormed())
  // For those who bear tokens there is one organization.
  const params = tokens.length === 0 ? asked.params : { ...asked.params, org_id: organization }
  const path = asked.path.replace(/{(\w+)}/g, (_, name: string) => encoded(params[name]!))
  const search = asked.query.map(([name, value]) => `${name}=${encoded(value)}`).join("&")
  return ask(server.port(), search === "" ? path : `${path}?${search}`, {
    method: asked.method,
    headers: {
      ...bearing(tokens[number % tokens.length]),
      ...(asked.body === undefined ? {} : { "content-type": "application/json" }),
      ...Object.fromEntries(Object.entries(asked.headers).map(([name, value]) => [name, filled(value)])),
      "x-request-id": "conformance"
    },
    ...(asked.body === undefined ? {} : { raw: filled(asked.body) })
  })
}

const id = /[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}/g

/** An answer without what differs from server to server: ids and times that were made, and cursors that hold them. */
const alike = ({ body, headers, status }: Reply, { hashes, made }: Side): string => {
  const told = Object.entries(headers)
    // What each server counts is its own.
    .filter(([name]) => name !== "date" && (name !== "content-length" || body !== undefined))
    .map(([name, value]) => `${name}: ${value}`)
  return `${status}\n${told.join("\n")}\n${JSON.stringify(sorted(body), null, 1)}`
    .replace(id, numbered(made))
    .replace(/[0-9a-f]{64}/g, numbered(hashes))
    // An id that a sentence cuts off.
    .replace(/[0-9a-f-]+…/g, "…")
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z/g, "<time>")
    .replace(/(cursor=|"next_cursor": ")[\w-]+/g, "$1<cursor>")
}

const numbered = (known: Array<string>) => (one: string): string => {
  if (!known.includes(one)) known.push(one)
  return `<${known.indexOf(one)}>`
}

/** JSON objects have no order, and a database keeps none. */
const sorted = (value: any): any =>
  Array.isArray(value)
    ? value.map(sorted)
    : typeof value === "object" && value !== null
    ? Object.fromEntries(Object.keys(value).sort().map((key) => [key, sorted(value[key])]))
    : value

/** Asks all; of the operations at least the part `least` succeeds once. */
const answered = async (sides: ReadonlyArray<Side>, least: number): Promise<void> => {
  const each = Math.ceil(cases / operations.length)
  const requests = operations.map(({ name, operation }, i) =>
    Fc.sample(requestsFor(contract, name, operation), { numRuns: each, seed: seed + i })
  )
  const served: Array<string> = []
  for (let round = 0; round < each; round++) {
    if (round % 2 === 0) await settle(sides, round / 2)
    for (const [i] of operations.entries()) {
      const asked = requests[i]![round]!
      const number = round * operations.length + i
      const replies = await Promise.all(sides.map((side) => sent(asked, side, number)))
      const [memory, postgres] = replies.map((reply, i) => alike(reply, sides[i]!))
      const where = `seed ${seed}, case ${number}: ${JSON.stringify(asked)}\n${memory}`
      const reply = replies[0]!
      expect(reply.status, where).toBeLessThan(500)
      expect(postgres, where).toBe(memory)
      const operation = operationAt(asked.method, urlOf(asked))
      if (operation === undefined || isNoPath(reply)) continue
      const { body, headers, status } = reply
      expect(contract.problemsOfAnswer(operation, { status, headers, body: body ?? (reply.text || undefined) }), where)
        .toEqual([])
      if (status < 300) {
        served.push(asked.operation)
        expect(refusedByDocument(asked), where).toEqual([])
      }
    }
  }
  // A run in which nothing succeeds would show little.
  expect(served.length).toBeGreaterThan(cases / 3)
  expect(new Set(served).size).toBeGreaterThan(operations.length * least)
  expect(sides.map(({ server: { taken } }) => taken() > cases / 3)).toEqual([false, true])
  // What they left is the same, too.
  const [general, short] = await Promise.all(sides.map(left))
  expect(short).toEqual(general)
}

for (
  const [whom, extra, tokensOf, least] of [
    ["without identity", Layer.empty, [], 0.8],
    // Some may not do what they ask for.
    ["with tokens", Layer.succeed(Identity)(identity), tokens, 0.6]
  ] as const
) {
  describe(whom, () => {
    const sides = [
      testServer({ localOnly: false }, {
        store: MemoryStore.layer(),
        extra: Layer.merge(rising(), extra),
        general: true
      }),
      testServer({ localOnly: false }, { extra: Layer.merge(rising(), extra) })
    ].map((server): Side => ({ server, named: {}, made: [], hashes: [], tokens: tokensOf }))
    it(`${cases} requests are answered as the document says, alike from both stores and on both ways`, {
      timeout: 3_600_000
    }, () => answered(sides, least))
  })
}

/** There is no such path: for nobody, or for none but those of another organization. */
const isNoPath = ({ body }: Reply): boolean =>
  body?.code === "route-unknown" || (body?.code === "record-missing" && body.kind === "Organization")

/** The records that requests could name, and their histories. */
const left = async (side: Side): Promise<ReadonlyArray<string>> => {
  const { named, server, tokens: [owner] } = side
  const tasks = ["t1", "t2", "t3"].map((name) => `/tasks/${named[name]}`)
  const boardTasks = ["b1", "b2", "b3"].map((name) => `/agents/tasks/${named[name]}`)
  const records = [...tasks, ...boardTasks, `/tracker/${named["tracker"]}`, `${agents}/${named["agent"]}`]
  const paths = records.flatMap((path) => [path, `${path}/history`])
  return Promise.all(
    paths.map(async (path) =>
      alike(await ask(server.port(), path, { headers: { ...bearing(owner), "x-request-id": "conformance" } }), side)
    )
  )
}

const urlOf = ({ params, path }: Asked): string =>
  path.replace(/{(\w+)}/g, (_, name: string) => encodeURIComponent(params[name]!.toWellFormed()))

/** What the document has against a request that was served. */
const refusedByDocument = ({ body, headers, operation, params, query }: Asked): ReadonlyArray<string> =>
  contract.problemsOfRequest(operation, {
    path: withIds(params),
    query: withIds(Object.fromEntries(query)),
    headers,
    ...(body === undefined || body === "" ? {} : { body: JSON.parse(text(body).replace(/^\ufeff/, "")) })
  })

const text = (value: string): string => value.replace(/~\w+~/g, "019a5f0c-4e00-7000-8000-000000000001")
const withIds = (values: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, text(value)]))
