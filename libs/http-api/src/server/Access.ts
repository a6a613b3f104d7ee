/**
 * What may reach a server at all, whoever sends it.
 *
 * @since 0.1.0
 */
import { isLoopback } from "../Loopback.ts"
import { Problem } from "../Problem.ts"

/**
 * Gives the problem with a request that a web page of another site could have caused: its `Host` is not this machine
 * (DNS rebinding), or its `Origin` is not. Undefined where there is none.
 *
 * @category checks
 * @since 0.1.0
 */
export const foreign = (headers: Readonly<Record<string, string | undefined>>): Problem | undefined => {
  const host = headers["host"]
  if (host === undefined || !isOurs(host)) {
    return refuse("foreign-host", "This server answers to localhost, 127.0.0.0/8 and [::1] only", {
      host: host ?? null
    })
  }
  const origin = headers["origin"]
  if (origin === undefined || isOurs(origin.replace(/^https?:\/\//i, ""))) return undefined
  return refuse("foreign-origin", "This server answers no pages of other sites", { origin })
}

/** Of which a request has one, in lower case and as they are told. */
const single: Readonly<Record<string, string>> = {
  host: "Host",
  authorization: "Authorization",
  "content-type": "Content-Type"
}

const lengths = new Set(Object.keys(single).map(({ length }) => length))

/**
 * Gives the problem with a request that names two hosts, two callers or two media types, or no host where HTTP demands
 * one: what is meant, a proxy before this server and the server could see differently (RFC 9112, 3.2; RFC 6750, 2;
 * RFC 9110, 5.3). `source` is the request of Node, which keeps what it was sent.
 *
 * @category checks
 * @since 0.1.0
 */
export const ambiguous = (source: object): Problem | undefined => {
  const { headers = {}, httpVersion, rawHeaders = [] } = source as {
    readonly headers?: Readonly<Record<string, unknown>>
    readonly httpVersion?: string
    readonly rawHeaders?: ReadonlyArray<string>
  }
  // As many names as headers: none came twice.
  if (headers["host"] !== undefined && Object.keys(headers).length * 2 === rawHeaders.length) return undefined
  const seen: Array<string> = []
  for (let i = 0; i < rawHeaders.length; i += 2) {
    // By its length alone most others are told apart.
    if (!lengths.has(rawHeaders[i]!.length)) continue
    const name = rawHeaders[i]!.toLowerCase()
    if (!Object.hasOwn(single, name)) continue
    if (seen.includes(name)) return demanded(single[name]!)
    seen.push(name)
  }
  return httpVersion === "1.1" && !seen.includes("host") ? demanded("Host") : undefined
}

const demanded = (header: string): Problem =>
  new Problem({
    code: "malformed-header",
    detail: `A request has one header ${header}`,
    facts: { header },
    headers: { connection: "close" }
  })

/** Reads a host with or without a port; an IPv6 address stands in brackets. */
const isOurs = (authority: string): boolean => {
  // Nearly all requests name the same one.
  if (authority === lastOfOurs) return true
  const [, v6, name = ""] = /^(?:\[([^\]]*:[^\]]*)\]|([^:[\]]+))(?::\d{1,5})?$/.exec(authority) ?? []
  if (!isLoopback(v6 ?? name)) return false
  lastOfOurs = authority
  return true
}

let lastOfOurs: string | undefined

const refuse = (reason: string, detail: string, facts: Readonly<Record<string, unknown>>): Problem =>
  new Problem({ code: "access-refused", detail, facts: { reason, ...facts } })
