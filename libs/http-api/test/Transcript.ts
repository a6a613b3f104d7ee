/** Exchanges as text, to compare with golden files. */
import type { Ask, Reply } from "./TestServer.ts"

/** JSON objects have no order, and a database keeps none. */
const sorted = (value: any): any =>
  Array.isArray(value)
    ? value.map(sorted)
    : typeof value === "object" && value !== null
    ? Object.fromEntries(Object.keys(value).sort().map((key) => [key, sorted(value[key])]))
    : value

/** Writes an exchange as text; ids and times that are made are numbered in the order of their first appearance. */
export const transcript = (
  ask: (path: string, options?: Ask) => Promise<Reply>
): {
  readonly exchange: (method: string, path: string, options?: Ask) => Promise<Reply>
  readonly text: () => string
} => {
  const lines: Array<string> = []
  const ids = new Map<string, string>()
  const numbered = (text: string) =>
    text
      .replace(/[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}/g, (id) => {
        if (!ids.has(id)) ids.set(id, `<id ${ids.size + 1}>`)
        return ids.get(id)!
      })
      .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z/g, "<time>")
  const exchange = async (method: string, path: string, { headers = {}, json }: Ask = {}): Promise<Reply> => {
    const reply = await ask(path, { method, json, headers: { "x-request-id": "golden", ...headers } })
    const shown = ["content-type", "etag", "changes", "location", "x-should-retry"].flatMap((name) =>
      reply.headers[name] === undefined ? [] : [`${name}: ${String(reply.headers[name])}`]
    )
    lines.push(
      [
        `${method} ${path}`,
        ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
        ...(json === undefined ? [] : ["", JSON.stringify(json, null, 2)]),
        "",
        `HTTP/1.1 ${reply.status}`,
        ...shown,
        ...(reply.body === undefined ? [] : ["", JSON.stringify(sorted(reply.body), null, 2)])
      ].join("\n")
    )
    return reply
  }
  return { exchange, text: () => numbered(lines.join("\n\n---\n\n")) + "\n" }
}
