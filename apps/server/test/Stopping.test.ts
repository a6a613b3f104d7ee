/** How a server ends: seen by those who ask it, by those who balance load, and by who told it to. */
import { once } from "node:events"
import { connect, type Socket } from "node:net"
import { expect, it } from "vitest"
import { send, type ServerProcess, start } from "./ServerProcess.ts"

const open = async (server: ServerProcess, text: string): Promise<Socket> => {
  const { hostname, port } = new URL(await server.address)
  const socket = connect(Number(port), hostname)
  socket.on("error", () => {})
  socket.write(text)
  return socket
}

const readAll = async (socket: Socket): Promise<string> => {
  let answer = ""
  socket.setEncoding("utf8").on("data", (text: string) => (answer += text))
  await once(socket, "close")
  return answer
}

/** Waits until nobody is let in any more: the server stops. */
const closed = async (server: ServerProcess): Promise<void> => {
  for (;;) {
    const probe = await open(server, "")
    const refused = await new Promise((resolve) => {
      probe.once("connect", () => resolve(false))
      probe.once("close", () => resolve(true))
    })
    probe.destroy()
    if (refused) return
  }
}

/** Waits until the server counts so many connections: what was sent on them has reached it. */
const hasConnections = async (server: ServerProcess, most: number): Promise<void> => {
  for (;;) {
    const text = await (await fetch(`${await server.address}/metrics`, { headers: { connection: "close" } })).text()
    if (Number(/^emend_http_connections (\d+)$/m.exec(text)![1]) >= most) return
  }
}

it("readiness goes first: while it drains a server serves, and each answer is the last on its connection", async () => {
  const server = start(["--store", "memory"], { EMEND_DRAIN_MILLIS: "3600000" })
  const address = await server.address
  server.process.kill("SIGTERM")
  let ready: Awaited<ReturnType<typeof send>>
  do ready = await send(address, "GET", "/health/ready")
  while (ready.status === 200)
  expect(ready).toMatchObject({ status: 503, body: { code: "server-stopping" } })
  expect((await send(address, "GET", "/health/live")).status).toBe(200)
  const answer = await send(address, "POST", "/tasks", { id: "t1" })
  expect([answer.status, answer.headers.get("connection")]).toEqual([201, "close"])

  // Whoever does not want to wait says so, and is heard when it cannot be the first signal passed on.
  const again = setInterval(() => server.process.kill("SIGINT"), 50)
  expect(await server.exit.finally(() => clearInterval(again))).toMatchObject({ code: 130, signal: null })
})

it("a request that is whole after the stop began is 503 and nothing is done; one that had begun is answered", async () => {
  const server = start(["--store", "memory"])
  const body = JSON.stringify({ id: "t1" })
  const head = `POST /tasks HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n`
  // The server asks for the body: this request is in its hands.
  const begun = await open(server, `${head}expect: 100-continue\r\ncontent-length: ${body.length}\r\n\r\n`)
  await once(begun, "data")
  const late = await open(server, `${head}content-length: ${body.length}\r\n`)
  await hasConnections(server, 3)
  server.process.kill("SIGTERM")
  await closed(server)

  const refused = readAll(late)
  late.write(`\r\n${body}`)
  expect(await refused).toMatch(
    /^HTTP\/1\.1 503 [^]*\r\nconnection: close\r\nretry-after: 1\r\n[^]*"code":"server-stopping"/
  )
  const answered = readAll(begun)
  begun.write(body)
  expect(await answered).toMatch(/^HTTP\/1\.1 201 [^]*connection: close\r\n/i)
  expect(await server.exit).toMatchObject({ code: 0, stderr: "" })
})

it("an idle connection is closed, and half a request is waited for no longer than its grace", async () => {
  const server = start(["--store", "memory"], { EMEND_GRACE_MILLIS: "1" })
  const idle = await open(server, "GET /health/live HTTP/1.1\r\nhost: localhost\r\n\r\n")
  await once(idle, "data")
  const halves = [
    await open(server, "GET /health/live HTTP/1.1\r\nho"),
    await open(
      server,
      "POST /tasks HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{"
    )
  ]
  await hasConnections(server, 4)
  const ends = [idle, ...halves].map((socket) => once(socket, "close"))
  server.process.kill("SIGTERM")
  await Promise.all(ends)
  expect(await server.exit).toMatchObject({ code: 0, signal: null })
})

it("a half-sent request is waited for as long as its grace lasts", async () => {
  const server = start(["--store", "memory"], { EMEND_GRACE_MILLIS: "3600000" })
  const half = await open(server, "GET /health/live HTTP/1.1\r\nho")
  await hasConnections(server, 2)
  server.process.kill("SIGTERM")
  await closed(server)
  const answer = readAll(half)
  half.write("st: localhost\r\n\r\n")
  expect(await answer).toMatch(/^HTTP\/1\.1 200 /)
  expect((await server.exit).code).toBe(0)
})
