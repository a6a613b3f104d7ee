/** Values that are absurd in their place, in every place of every operation. */
import { Api } from "@emend/http-api"
import * as OpenApi from "effect/http-api/OpenApi"
import { beforeAll, expect, it } from "vitest"
import { type Operation, operations, request } from "./Requests.ts"
import { type Ask, testServer } from "./TestServer.ts"

const { ask } = testServer()

const id = "00000000-0000-4000-8000-000000000001"
const document = OpenApi.fromApi(Api) as any

const texts = [
  "-1",
  "NaN",
  "Infinity",
  "1e400",
  "99999999999999999999",
  "\u0000",
  "'; drop table tasks; --",
  "__proto__"
]
const values = [
  "-1",
  "NaN",
  "1e400",
  "-0",
  "12345678901234567890",
  "\"\\u0000\"",
  "\"\\ud800\"",
  "{\"\\udc00\":\"\\u0000\"}",
  "{\"__proto__\":{\"a\":NaN}}",
  "[[[[]]]]",
  "null",
  "\"'; drop table tasks; --\""
]

const known = (operation: Operation) =>
  request(operation, Object.fromEntries([...operation.parameters, ...operation.query].map((name) => [name, id])))

/** Each text in each part of the path, in each parameter of the query, and each value in each field of the body. */
const absurd = (operation: Operation): ReadonlyArray<Ask & { readonly path: string }> => {
  const asked = known(operation)
  const { parameters } = document.paths[operation.path.replace(/:(\w+)/g, "{$1}")][operation.method.toLowerCase()]
  const named = (place: string): ReadonlyArray<string> =>
    parameters.filter((one: any) => one.in === place).map(({ name }: any) => name)
  const inPath = operation.parameters.flatMap((name) =>
    texts.map((text) => ({
      ...request(operation, {
        ...Object.fromEntries([...operation.parameters, ...operation.query].map((other) => [other, id])),
        [name]: text
      })
    }))
  )
  const inQuery = named("query").flatMap((name) =>
    [...texts.map(encodeURIComponent), "%ed%a0%80", ""].map((text) => {
      const [path, search] = asked.path.split("?")
      return { ...asked, path: `${path}?${search === undefined ? "" : `${search}&`}${name}=${text}` }
    })
  )
  const inBody = operation.keys.flatMap((name) =>
    values.map((value) => {
      const rest = Object.entries(operation.body ?? {}).filter(([key]) => key !== name)
      const fields = [
        ...rest.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`),
        `"${name}":${value}`
      ]
      const { json: _, ...sent } = asked
      return { ...sent, raw: `{${fields.join()}}` }
    })
  )
  return [...inPath, ...inQuery, ...inBody]
}

beforeAll(async () => {
  await ask("/tasks", { method: "POST", json: { id, name: id, agent_ids: [id] } })
  await ask("/agents/tasks/", { method: "POST", json: { id, title: "Work" } })
})

it(
  "a value that is absurd in its place is no fault of the server, and the answer tells nothing of the inside",
  async () => {
    let refused = 0
    // What deletes comes last, so that there is something to ask the others for.
    const order = operations.toSorted((a, b) => Number(a.method === "DELETE") - Number(b.method === "DELETE"))
    for (const operation of order) {
      for (const { path, ...asked } of absurd(operation)) {
        const reply = await ask(path, asked)
        const what = `${asked.method} ${path} ${asked.raw ?? ""}: ${reply.text}`
        expect(reply.status, what).toBeLessThan(500)
        if (reply.status === 422) refused++
        if (reply.status < 300) continue
        expect(reply.text, what).not.toMatch(
          /SELECT|INSERT|UPDATE |TABLE|SQLSTATE|relation "|syntax error at|node_modules|\.ts:\d/
        )
      }
    }
    expect(refused).toBeGreaterThan(1_000)
  },
  120_000
)
