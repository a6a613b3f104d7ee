/** Exchanges as text, to compare with golden files; the examples of the OpenAPI document are taken out of them. */
import type { Ask, Reply } from "./TestServer.ts"

/** The headers of an answer that are written, in this order. */
export const shown = [
  "content-type",
  "etag",
  "changes",
  "location",
  "link",
  "allow",
  "accept",
  "retry-after",
  "x-should-retry",
  "www-authenticate",
  "idempotent-replayed"
]

export interface Exchange extends Ask {
  /** One line that tells what is shown. An exchange with a title is an example in the OpenAPI document. */
  readonly title?: string
}

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
  readonly exchange: (method: string, path: string, options?: Exchange) => Promise<Reply>
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
      .replace(/(cursor(?:=|": "))(?=[\w-]{40})[\w-]+/g, "$1<cursor>")
      .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z/g, "<time>")
  const exchange = async (
    method: string,
    path: string,
    { headers = {}, json, title }: Exchange = {}
  ): Promise<Reply> => {
    const reply = await ask(path, { method, json, headers: { "x-request-id": "golden", ...headers } })
    lines.push(
      [
        ...(title === undefined ? [] : [`# ${title}`]),
        `${method} ${path}`,
        ...Object.entries(headers).map(([name, value]) =>
          `${name}: ${/^authorization$/i.test(name) ? value.replace(/(?<= ).{20,}/, "<token>") : value}`
        ),
        ...(json === undefined ? [] : ["", JSON.stringify(json, null, 2)]),
        "",
        `HTTP/1.1 ${reply.status}`,
        ...shown.flatMap((name) =>
          reply.headers[name] === undefined ? [] : [`${name}: ${String(reply.headers[name])}`]
        ),
        ...(reply.body === undefined ? [] : ["", JSON.stringify(sorted(reply.body), null, 2)])
      ].join("\n")
    )
    return reply
  }
  return { exchange, text: () => numbered(lines.join("\n\n---\n\n")) + "\n" }
}
