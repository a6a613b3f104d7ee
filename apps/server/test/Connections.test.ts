/** Clients that are slow, or speak no HTTP, on a real socket. */
import { once } from "node:events"
import type { IncomingMessage } from "node:http"
import { type AddressInfo, connect, type Socket } from "node:net"
import { afterEach, describe, expect, it } from "vitest"
import * as Connections from "../src/Connections.ts"
import * as Limits from "../src/Limits.ts"

const refused: Array<string> = []
let cut = 0
let opened: Connections.Connections | undefined

afterEach(() => {
  refused.length = 0
  cut = 0
  opened?.listener.closeAllConnections()
  opened?.listener.close()
})

/** Starts a server that answers when a whole request is there, or when `answer` says so. */
const start = async (
  answer: Promise<unknown> = Promise.resolve(),
  bounds: Partial<Connections.Bounds> = {}
): Promise<Connections.Connections["listener"]> => {
  opened = Connections.make({ ...Limits.standard, ...bounds }, (code) => void refused.push(code), () => void cut++)
  opened.listener.on("request", (request, response) => {
    request.resume().once("end", () => void answer.then(() => response.end("done")))
  })
  opened.listener.listen(0, "127.0.0.1")
  await once(opened.listener, "listening")
  return opened.listener
}

const send = (text: string): Socket => {
  const { port } = opened!.listener.address() as AddressInfo
  const socket = connect(port, "127.0.0.1")
  socket.write(text)
  return socket
}

const read = async (socket: Socket): Promise<string> => {
  let answer = ""
  try {
    for await (const chunk of socket) answer += chunk
  } catch {
    // What was said before the end counts.
  }
  return answer
}

const problem = (answer: string) => {
  const [head = "", body = ""] = answer.split("\r\n\r\n")
  const headers = new Map(head.split("\r\n").slice(1).map((line) => line.split(": ") as [string, string]))
  return { status: Number(head.split(" ")[1]), headers, body: JSON.parse(body) }
}

it("what is taken does not reach those who listen; of all requests it is told that they have their turn", async () => {
  const listener = await start()
  const turns: Array<string> = []
  listener.on("turn", ({ method }: IncomingMessage) => turns.push(method!))
  listener.take = (request, response) => {
    if (request.method !== "GET") return false
    response.end("taken")
    return true
  }
  const get = "GET / HTTP/1.1\r\nhost: a\r\n\r\n"
  const last = "DELETE / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n"
  const answers = await read(send(`${get}${get}${last}`))
  expect(answers.match(/taken|done/g)).toEqual(["taken", "taken", "done"])
  expect(turns).toEqual(["GET", "GET", "DELETE"])
})

describe("what is no request is told as a problem, and the connection ends", () => {
  const rows: ReadonlyArray<readonly [what: string, text: string, status: number, code: string]> = [
    ["no HTTP", "HELLO\r\n\r\n", 400, "malformed-request"],
    ["a length that is none", "PUT / HTTP/1.1\r\nhost: a\r\ncontent-length: x\r\n\r\n", 400, "malformed-request"],
    [
      "a head that is too large",
      `GET / HTTP/1.1\r\nhost: a\r\nx: ${"x".repeat(20_000)}\r\n\r\n`,
      431,
      "head-too-large"
    ],
    [
      "an expectation",
      "PUT / HTTP/1.1\r\nhost: a\r\nexpect: tea\r\ncontent-length: 1\r\n\r\n",
      417,
      "expectation-refused"
    ]
  ]
  for (const [what, text, status, code] of rows) {
    it(`${what} is ${status}`, async () => {
      await start()
      const said = problem(await read(send(text)))
      expect(said).toMatchObject({ status, body: { status, code, title: expect.any(String) } })
      expect(refused).toEqual([code])
      expect(said.headers.get("content-type")).toBe("application/problem+json")
      expect(said.headers.get("connection")).toBe("close")
      expect(said.headers.get("x-request-id")).toBe(said.body.request_id)
    })
  }

  it("a request of which no more comes is 408, as soon as it is looked at", async () => {
    const listener = await start()
    // A millisecond is over before the next look.
    listener.headersTimeout = 1
    const socket = send("GET / HTTP/1.1\r\nhost: a\r\n")
    expect(problem(await read(socket))).toMatchObject({ status: 408, body: { code: "request-incomplete" } })
  })
})

it("the times that are set are those that Node keeps", async () => {
  const listener = await start(undefined, { headMillis: 11, receiveMillis: 12, requestMillis: 13, keepAliveMillis: 14 })
  expect(listener).toMatchObject({ headersTimeout: 11, requestTimeout: 12, keepAliveTimeout: 14, timeout: 25 })
})

it("what the parser refuses is told to who counts", async () => {
  await start()
  expect(problem(await read(send("HELLO\r\n\r\n"))).status).toBe(400)
  expect(refused).toEqual(["malformed-request"])
})

it("a connection too many is refused, and told to who counts", async () => {
  await start(undefined, { maxConnections: 1 })
  const first = send("GET / HTTP/1.1\r\nhost: a\r\n\r\n")
  await once(first, "data")
  expect(problem(await read(send("GET / HTTP/1.1\r\nhost: a\r\n\r\n")))).toMatchObject({
    status: 503,
    body: { code: "too-many-connections", limit: 1 }
  })
  first.destroy()
  expect(refused).toEqual(["too-many-connections"])
})

describe("a server that stops", () => {
  it("does not wait for requests that are half sent: a head, and a body", async () => {
    const listener = await start()
    for (const text of ["GET / HTTP/1.1\r\nho", "PUT / HTTP/1.1\r\nhost: a\r\ncontent-length: 9\r\n\r\nhalf"]) {
      const socket = send(text)
      socket.on("error", () => {})
      await (text.startsWith("PUT") ? once(listener, "request") : once(listener, "connection"))
    }
    const closed = once(listener, "close")
    listener.close()
    opened!.letGo(0)
    await closed
  })

  it("waits for the answer to a request that is there, however long that takes", async () => {
    let answer = (_: unknown): void => {}
    const listener = await start(new Promise((resolve) => (answer = resolve)))
    const whole = send("GET / HTTP/1.1\r\nhost: a\r\n\r\n")
    await once(listener, "request")
    const half = send("GET / HTTP/1.1\r\nho")
    half.on("error", () => {})
    await once(listener, "connection")
    const closed = once(listener, "close")
    listener.close()
    opened!.letGo(0)
    // That the half request was cut off shows that the others are past their time.
    // `once` of events fails on an error, and being cut off may be one.
    await new Promise((resolve) => half.once("close", resolve))
    answer(undefined)
    expect(await read(whole)).toMatch(/^HTTP\/1\.1 200 [^]*done/)
    await closed
  })
})

describe("answers that a client does not take", () => {
  /** Much more than the system holds for a connection. */
  const large = Buffer.alloc(24 * 1_048_576, "x")
  const get = (path: string, end = "") => `GET ${path} HTTP/1.1\r\nhost: a\r\n${end}\r\n`

  /** Starts a server whose answers are large where the path says so, and that notes what it was asked for. */
  const serve = async (bounds: Partial<Connections.Bounds> = {}) => {
    const asked: Array<string> = []
    opened = Connections.make({ ...Limits.standard, ...bounds }, undefined, () => void cut++)
    opened.listener.on("request", ({ url }, response) => {
      asked.push(url!)
      response.end(url!.startsWith("/large") ? large : url)
    })
    opened.listener.listen(0, "127.0.0.1")
    await once(opened.listener, "listening")
    return asked
  }

  /** Asks for something on another connection: meanwhile the server has read what came before. */
  const others = async () => {
    for (let n = 0; n < 3; n++) expect(await read(send(get("/other", "connection: close\r\n")))).toMatch(/other$/)
  }

  it("hold up the requests behind them, which are carried out in their order when they are taken", async () => {
    const asked = await serve()
    const paths = Array.from({ length: 20 }, (_, n) => n % 2 === 0 ? `/large${n}` : `/${n}`)
    const socket = send(paths.map((path) => get(path)).join("") + get("/last", "connection: close\r\n"))
    await others()
    expect(asked.filter((path) => path !== "/other")).toEqual(["/large0"])
    expect(opened!.unreadBytes()).toBeGreaterThan(0)
    expect(opened!.unreadBytes()).toBeLessThanOrEqual(large.length + 1_000)
    let bytes = 0
    for await (const chunk of socket) bytes += chunk.length
    expect(bytes).toBeGreaterThan(10 * large.length)
    expect(asked.filter((path) => path !== "/other")).toEqual([...paths, "/last"])
    expect([opened!.unreadBytes(), cut]).toEqual([0, 0])
  })

  it("are no reason to carry out what was asked for behind them by a client that is gone", async () => {
    const asked = await serve()
    const socket = send(get("/large") + get("/never"))
    await others()
    const closed = once(opened!.listener, "connection").then(([last]) => last)
    socket.destroy()
    await others()
    await closed
    expect(asked).not.toContain("/never")
    expect(opened!.unreadBytes()).toBe(0)
  })

  it("are dropped with their connections, the oldest first, when too much of them waits, and others are served", async () => {
    const maxUnreadBytes = 2.5 * large.length
    await serve({ maxUnreadBytes })
    const ended: Array<number> = []
    const sockets: Array<Socket> = []
    for (let n = 0; n < 10; n++) {
      const socket = send(get("/large"))
      socket.on("error", () => {}).once("close", () => ended.push(n))
      sockets.push(socket)
      await others()
      expect(opened!.unreadBytes()).toBeLessThanOrEqual(maxUnreadBytes)
    }
    // That a connection was cut shows when what the system holds of the answer is read.
    for (const socket of sockets.slice(0, cut)) socket.resume()
    await Promise.all(sockets.slice(0, cut).map((socket) => once(socket, "close")))
    expect(ended.toSorted((a, b) => a - b)).toEqual(Array.from({ length: cut }, (_, n) => n))
    expect(cut).toBeGreaterThanOrEqual(7)
    // Those that are left have all of theirs.
    for (const socket of sockets.slice(cut)) {
      let bytes = 0
      for await (const chunk of socket) if ((bytes += chunk.length) > large.length) break
      expect(bytes).toBeGreaterThan(large.length)
    }
  })

  it("are as many as a connection may wait for: one that asks for many more is closed", async () => {
    const asked = await serve()
    const socket = send(get("/large") + get("/more").repeat(1_000))
    socket.on("error", () => {})
    await others()
    socket.resume()
    await once(socket, "close")
    expect(asked).not.toContain("/more")
  })
})
