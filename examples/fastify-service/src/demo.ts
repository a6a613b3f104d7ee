/** Runs the service over an embedded PostgreSQL and prints what it answers to a few requests. */
import { openEmbedded } from "@emend/postgres/promise"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { build } from "./service.ts"

const dataDir = await mkdtemp(join(tmpdir(), "fastify-service-"))
const emend = await openEmbedded({ dataDir, durable: false, exclusive: true })
const app = build(emend)
const address = await app.listen({ port: 0, host: "127.0.0.1" })

const ask = async (method: string, path: string, body?: object, headers: Readonly<Record<string, string>> = {}) => {
  const response = await fetch(`${address}${path}`, {
    method,
    headers: body === undefined ? headers : { ...headers, "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) })
  })
  const told = Object.entries(headers).map(([name, value]) => ` ${name}: ${value}`).join("")
  const repeated = response.headers.get("repeated") === null ? "" : " (repeated)"
  console.log(`${method} ${path}${told} ${body === undefined ? "" : JSON.stringify(body)}`.trimEnd())
  console.log(`  ${response.status}${repeated} ${await response.text()}`)
}

try {
  await ask("POST", "/runs", { id: "nightly", params: { model: "small" } }, { "x-user": "ann" })
  await ask("PATCH", "/runs/nightly", { merge_params: { retries: 2 } }, { "x-user": "bob", "if-match": "\"1\"" })
  await ask("PATCH", "/runs/nightly", { merge_params: { retries: 3 } }, { "x-user": "ann", "if-match": "\"1\"" })
  await ask("PATCH", "/runs/nightly", { merge_params: 7, state: "DONE" })
  await ask("POST", "/runs/nightly/finish", undefined, { "x-user": "ann", "idempotency-key": "k1" })
  await ask("POST", "/runs/nightly/finish", undefined, { "x-user": "ann", "idempotency-key": "k1" })
  await ask("GET", "/runs/nightly/history")
  await ask("GET", "/runs/weekly")
} finally {
  await app.close()
  await emend.close()
  await rm(dataDir, { recursive: true })
}
