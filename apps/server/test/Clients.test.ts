/** Clients that send slowly, too much, or that are too many, and what the server counts of them. */
import { once } from "node:events"
import { connect, type Socket } from "node:net"
import { expect, it } from "vitest"
import { parse } from "./Exposition.ts"
import { type ServerProcess, start } from "./ServerProcess.ts"

const open = async (server: ServerProcess, text: string): Promise<Socket> => {
  const { hostname, port } = new URL(await server.address)
  const socket = connect(Number(port), hostname)
  socket.on("error", () => {})
  socket.write(text)
  return socket
}

const answer = async (socket: Socket) => {
  let text = ""
  socket.setEncoding("utf8").on("data", (part: string) => (text += part))
  await once(socket, "close")
  const [head = "", body = ""] = text.split("\r\n\r\n")
  return {
    status: Number(head.split(" ")[1]),
    head: head.toLowerCase(),
    body: body === "" ? undefined : JSON.parse(body)
  }
}

const metrics = async (server: ServerProcess) => parse(await (await fetch(`${await server.address}/metrics`)).text())
const refusals = async (server: ServerProcess, limit: string) =>
  (await metrics(server)).get("emend_http_refused_total")!.samples.get(`{limit="${limit}"}`)

const task = "POST /tasks HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n"

it("a head, and a body, that do not arrive in time are 408 and the connection is closed, however busy it is", async () => {
  const server = start(["--store", "memory"], { EMEND_HEAD_MILLIS: "50", EMEND_RECEIVE_MILLIS: "100" })
  for (const [begin, drop] of [[task, "x"], [`${task}content-length: 100000\r\n\r\n{`, " "]] as const) {
    const socket = await open(server, begin)
    // A drop at a time is no progress that counts.
    const drip = setInterval(() => socket.write(drop), 5)
    const { body, head, status } = await answer(socket)
    clearInterval(drip)
    expect({ status, body }).toMatchObject({ status: 408, body: { code: "request-incomplete", status: 408 } })
    expect(head).toContain("content-type: application/problem+json")
    expect(head).toContain("connection: close")
  }
  expect(await refusals(server, "receive")).toBe(2)
})

it("a client that goes on sending after it was refused is cut off, and others are served", async () => {
  const server = start(["--store", "memory"], {
    EMEND_MAX_REQUESTS: "1",
    EMEND_HEAD_MILLIS: "50",
    EMEND_RECEIVE_MILLIS: "100"
  })
  const { hostname, port } = new URL(await server.address)
  const socket = connect({ port: Number(port), host: hostname, allowHalfOpen: true })
  socket.on("error", () => {})
  socket.write(`${task}content-length: 100000\r\n\r\n{`)
  const drip = setInterval(() => socket.writable && socket.write(" "), 5)
  const [told] = await once(socket, "data") as [Buffer]
  expect(told.toString()).toMatch(/^HTTP\/1\.1 408 /)
  await new Promise((resolve) => socket.once("close", resolve))
  clearInterval(drip)
  expect((await fetch(`${await server.address}/tasks/none`)).status).toBe(404)
})

it("a head that is too large is 431 with the limit that is set", async () => {
  const server = start(["--store", "memory"], { EMEND_MAX_HEADER_BYTES: "2000" })
  const large = await answer(await open(server, `${task}x: ${"x".repeat(2_000)}\r\n\r\n`))
  expect(large).toMatchObject({ status: 431, body: { code: "head-too-large", max_bytes: 2_000 } })
  expect(large.body.detail).toBe("The head of a request has at most 2000 bytes")
  expect(await refusals(server, "header")).toBe(1)
})

it("a request that names no host is a problem like any other, with an id", async () => {
  const server = start(["--store", "memory"])
  const { body, head, status } = await answer(await open(server, "GET /tasks HTTP/1.1\r\n\r\n"))
  expect({ status, body }).toMatchObject({ status: 400, body: { code: "malformed-header", header: "Host" } })
  expect(head).toContain("content-type: application/problem+json")
  expect(head).toContain(`x-request-id: ${body.request_id}`)
})

it("a body that is too large is 413 with the limit that is set", async () => {
  const server = start(["--store", "memory"], { EMEND_MAX_BODY_BYTES: "10" })
  const large = await answer(await open(server, `${task}content-length: 11\r\n\r\n`))
  expect(large).toMatchObject({ status: 413, body: { code: "body-too-large", max_bytes: 10 } })
  expect(large.head).toContain("connection: close")
  expect(await refusals(server, "body")).toBe(1)
})

it("a body is read whole however it is cut, also within a character, and one that breaks off costs nobody else anything", async () => {
  const server = start(["--store", "memory"])
  const live = async () => expect((await fetch(`${await server.address}/health/live`)).status).toBe(200)
  const body = Buffer.from("{\"name\":\"nächtlich\"}")
  const whole = await open(server, `${task}connection: close\r\ncontent-length: ${body.length}\r\n\r\n`)
  for (const [from, to] of [[0, 11], [11, 12], [12, body.length]]) {
    // Between two pieces the server has answered somebody else: they come one by one.
    await live()
    whole.write(body.subarray(from, to))
  }
  expect(await answer(whole)).toMatchObject({ status: 201, body: { name: "nächtlich" } })

  const broken = await open(server, `${task}content-length: ${body.length}\r\n\r\n${body.subarray(0, 9)}`)
  await live()
  broken.destroy()
  await live()
  expect(await (await fetch(`${await server.address}/tasks`)).json()).toHaveLength(1)
})

it("a connection too many is told so and closed, those that are there go on, and then there is room again", async () => {
  const server = start(["--store", "memory"], { EMEND_MAX_CONNECTIONS: "1" })
  const live = "GET /health/live HTTP/1.1\r\nhost: localhost\r\n\r\n"
  const first = await open(server, live)
  await once(first, "data")
  const second = await answer(await open(server, live))
  expect(second).toMatchObject({ status: 503, body: { code: "too-many-connections", limit: 1 } })
  expect(second.head).toContain("retry-after: 1")
  expect(second.head).toContain("connection: close")
  first.write(live)
  expect(String((await once(first, "data"))[0])).toMatch(/^HTTP\/1\.1 200 /)
  first.destroy()
  let status: number
  do ({ status } = await answer(await open(server, live.replace("\r\n\r\n", "\r\nconnection: close\r\n\r\n"))))
  while (status === 503)
  expect(status).toBe(200)
})

it("an idle connection is closed after the time that is set", async () => {
  const server = start(["--store", "memory"], { EMEND_KEEP_ALIVE_MILLIS: "1" })
  const { status } = await answer(await open(server, "GET /health/live HTTP/1.1\r\nhost: localhost\r\n\r\n"))
  expect(status).toBe(200)
})

it("every request is a line of text where that is asked for", async () => {
  const server = start(["--store", "memory"], { EMEND_LOG_REQUESTS: "all", EMEND_LOG_FORMAT: "text" })
  await fetch(`${await server.address}/tasks/none?secret=1`, { headers: { "x-request-id": "abc" } })
  server.process.kill("SIGTERM")
  expect((await server.exit).stderr).toMatch(
    /^timestamp=\S+ level=INFO fiber=\S+ message="GET \/tasks\/none" request_id=abc status=404 duration_ms=[\d.]+ route=\/tasks\/:task_id\n$/
  )
})

it("a request of which a part is missing when the server stops is a line too", async () => {
  const server = start(["--store", "memory"], { EMEND_LOG_REQUESTS: "all", EMEND_GRACE_MILLIS: "50" })
  const socket = await open(server, `${task}x-request-id: half\r\ncontent-length: 100000\r\n\r\n{`)
  // Until it is under way.
  do await new Promise(setImmediate)
  while ((await metrics(server)).get("emend_http_requests_in_flight")!.samples.get("") !== 1)
  server.process.kill("SIGTERM")
  expect((await server.exit).stderr).toMatch(/"message":"POST \/tasks".*"request_id":"half","status":499/)
  socket.destroy()
})

it("what cannot be read as a request is a line too, with the id of its answer", async () => {
  for (const log of ["all", "failures"]) {
    const server = start(["--store", "memory"], { EMEND_LOG_REQUESTS: log })
    const { body, status } = await answer(await open(server, "HELLO\r\n\r\n"))
    expect(status).toBe(400)
    server.process.kill("SIGTERM")
    const lines = (await server.exit).stderr.split("\n").filter((line) => line !== "").map((line) => JSON.parse(line))
    expect(lines).toMatchObject(
      log === "failures" ? [] : [{
        level: "INFO",
        message: "A request was refused before it was read: malformed-request",
        annotations: { request_id: body.request_id, status: 400 }
      }]
    )
  }
})
