/** A server of this project as its own process. */
import { spawn } from "node:child_process"
import { once } from "node:events"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"

const main = fileURLToPath(new URL("../../server/bundle/main.js", import.meta.url))

export interface Serving {
  readonly address: string
  /** Sends a request that must succeed, and gives what is answered. */
  readonly send: (method: string, path: string, body?: unknown) => Promise<any>
}

/** Does something with a server over a store, in memory or the database of an address. */
export const serving = async <A>(store: "memory" | { readonly url: string }, use: (serving: Serving) => Promise<A>) => {
  const kind = store === "memory" ? store : "postgres"
  const child = spawn(process.execPath, [main, "--store", kind], {
    env: { PATH: process.env["PATH"], PORT: "0", ...(store === "memory" ? undefined : { DATABASE_URL: store.url }) },
    stdio: ["ignore", "pipe", "inherit"]
  })
  try {
    for await (const line of createInterface(child.stdout)) {
      const address = /^listening on (\S+)/.exec(line)?.[1]
      if (address === undefined) continue
      child.stdout.resume()
      const send = async (method: string, path: string, body: unknown = {}) => {
        const headers = { "content-type": "application/json" }
        const sent = method === "GET" || method === "DELETE" ? {} : { body: JSON.stringify(body) }
        const answer = await fetch(`${address}${path}`, { method, headers, ...sent })
        if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`)
        return answer.status === 204 ? undefined : await answer.json() as any
      }
      return await use({ address, send })
    }
    throw new Error("The server did not start")
  } finally {
    child.kill("SIGKILL")
    await once(child, "close")
  }
}
