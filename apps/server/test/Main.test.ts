/** How the server starts and stops. */
import { once } from "node:events"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { connect, createServer } from "node:net"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { describe, expect, it } from "vitest"
import { send, start } from "./ServerProcess.ts"

describe("what it cannot be told", () => {
  const refused: ReadonlyArray<readonly [args: ReadonlyArray<string>, env: Record<string, string>, says: RegExp]> = [
    [["--nothing"], {}, /--nothing/],
    [["stray"], {}, /stray/],
    [["--store"], {}, /store/],
    [["--store", "papyrus", "--port", "1"], {}, /--port/],
    [["--store", "papyrus"], {}, /papyrus; it may be embedded, memory, postgres or http/],
    [["--store", "postgres"], {}, /DATABASE_URL/],
    [["--store", "memory"], { HOST: "0.0.0.0" }, /HOST is 0\.0\.0\.0.*--insecure/],
    [["--store", "memory"], { HOST: "128.0.0.1" }, /HOST is 128\.0\.0\.1.*--insecure/],
    [["--store", "memory"], { PORT: "http" }, /PORT is http/],
    [["--store", "memory"], { EMEND_CURSOR_POLICY: "maybe" }, /EMEND_CURSOR_POLICY is maybe; it may be reject or join/]
  ]
  for (const [args, env, says] of refused) {
    it(`${args.join(" ")} ${JSON.stringify(env)} is refused with code 2`, async () => {
      const { code, stderr, stdout } = await start(args, env).exit
      expect({ code, stdout }).toEqual({ code: 2, stdout: "" })
      expect(stderr).toMatch(says)
      expect(stderr).not.toMatch(/\n\s+at /)
    })
  }

  it("everything that is wrong is told at once", async () => {
    const { stderr } = await start(["--store", "papyrus"], { PORT: "65536", EMEND_UNKNOWN_KEYS: "drop" }).exit
    for (const word of ["papyrus", "PORT is 65536", "EMEND_UNKNOWN_KEYS is drop"]) expect(stderr).toContain(word)
  })
})

it("--help tells the flags and the environment, with code 0", async () => {
  const { code, stdout } = await start(["--help"]).exit
  expect(code).toBe(0)
  for (const word of ["--store", "--insecure", "HOST", "PORT", "DATABASE_URL", "EMEND_DATA_DIR"]) {
    expect(stdout).toContain(word)
  }
})

it("a port in use is told in one sentence, with code 1", async () => {
  const other = createServer().listen(0, "127.0.0.1")
  await once(other, "listening")
  const { port } = other.address() as { readonly port: number }
  const { code, stderr, stdout } = await start(["--store", "memory"], { PORT: String(port) }).exit
  other.close()
  expect({ code, stdout, stderr }).toEqual({
    code: 1,
    stdout: "",
    stderr: `emend-server: Port ${port} of 127.0.0.1 is in use\n`
  })
})

it("a data folder that cannot be made is told as such, and not as a port that may not be used", async () => {
  const file = join(mkdtempSync(join(tmpdir(), "emend-main-")), "file")
  writeFileSync(file, "")
  const { code, stderr } = await start([], { EMEND_DATA_DIR: join(file, "data") }).exit
  rmSync(dirname(file), { recursive: true })
  expect(code).toBe(1)
  expect(stderr).toMatch(/^emend-server: The data folder could not be prepared: E/)
  expect(stderr).not.toMatch(/[Pp]ort/)
})

it("a database that cannot be reached is told, with code 1", async () => {
  const { code, stderr } = await start([], { DATABASE_URL: "postgres://nobody:secret@127.0.0.1:1/none" }).exit
  expect(code).toBe(1)
  expect(stderr).toMatch(/^emend-server: \S/)
  expect(stderr).not.toContain("secret")
})

it("it answers as soon as it says so, in one line, and a signal ends it with code 0", async () => {
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    const server = start(["--store", "memory"])
    const address = await server.address
    expect((await send(address, "GET", "/health/ready")).body).toEqual({ status: "ok" })
    server.process.kill(signal)
    expect(await server.exit).toMatchObject({ code: 0, signal: null, stdout: `listening on ${address}\n`, stderr: "" })
  }
})

it("at whatever loopback address it listens, it answers to that address", async () => {
  const server = start(["--store", "memory"], { HOST: "127.0.0.2" })
  const address = await server.address
  expect(address).toMatch(/^http:\/\/127\.0\.0\.2:\d+$/)
  expect(await send(address, "GET", "/tasks/none")).toMatchObject({ status: 404, body: { code: "record-missing" } })
})

it("a request in flight is answered after the signal, and a new one is refused", async () => {
  const server = start(["--store", "memory"])
  const { hostname, port } = new URL(await server.address)
  const socket = connect(Number(port), hostname)
  let answer = ""
  socket.on("data", (data) => (answer += data))
  const body = JSON.stringify({ id: "t1" })
  socket.write(
    `POST /tasks HTTP/1.1\r\nhost: localhost\r\nexpect: 100-continue\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n`
  )
  // The server asks for the body: the request is in its hands.
  while (!answer.includes("100 Continue")) await once(socket, "data")
  server.process.kill("SIGTERM")
  for (;;) {
    const probe = connect(Number(port), hostname)
    const refused = await new Promise((resolve) => {
      probe.once("connect", () => resolve(false))
      probe.once("error", () => resolve(true))
    })
    probe.destroy()
    if (refused) break
  }
  socket.write(body)
  await once(socket, "close")
  expect(answer).toMatch(/HTTP\/1\.1 201 /)
  expect((await server.exit).code).toBe(0)
})

it("a client that keeps its connection open and goes on asking does not keep the server", async () => {
  const server = start(["--store", "memory"])
  const { hostname, port } = new URL(await server.address)
  const socket = connect(Number(port), hostname)
  const ask = () => socket.writable && socket.write("GET /health/live HTTP/1.1\r\nhost: localhost\r\n\r\n")
  let answers = 0
  socket.on("error", () => {})
  socket.on("data", () => {
    if (++answers === 5) server.process.kill("SIGTERM")
    ask()
  })
  ask()
  expect((await server.exit).code).toBe(0)
  expect(answers).toBeGreaterThanOrEqual(5)
})

it("the environment sets the wire", async () => {
  const server = start(["--store", "memory"], {
    EMEND_UNKNOWN_KEYS: "ignore",
    EMEND_TRACKER_STATUS_NULL: "keep",
    EMEND_CURSOR_POLICY: "join"
  })
  const address = await server.address
  await send(address, "POST", "/tasks", { id: "t1", agent_ids: ["ag"], nothing: 1 })
  const events: Array<string> = []
  for (const content of [1, 2]) {
    events.push((await send(address, "POST", "/tasks/t1/events", { agent_id: "ag", content })).body.id)
  }
  const tracker = `/tracker/${(await send(address, "POST", "/tasks/t1/agents/ag")).body.id}`
  await send(address, "PUT", tracker, { last_processed_event_id: events[1], status: "busy" })
  const back = await send(address, "PUT", tracker, { last_processed_event_id: events[0], status: null })
  expect(back).toMatchObject({ status: 200, body: { last_processed_event_id: events[1], status: "busy" } })
})

it("with --insecure it answers to every host", async () => {
  const server = start(["--store", "memory", "--insecure"], { HOST: "0.0.0.0" })
  const address = await server.address
  expect(address).toMatch(/^http:\/\/0\.0\.0\.0:\d+$/)
  const { port } = new URL(address)
  const socket = connect(Number(port), "127.0.0.1")
  socket.end("GET /health/live HTTP/1.1\r\nhost: emend.example\r\nconnection: close\r\n\r\n")
  const [data] = await once(socket, "data")
  expect(String(data)).toMatch(/^HTTP\/1\.1 200 /)
})

it("where it is asked for, each request is one JSON line on the standard error", async () => {
  const server = start(["--store", "memory"], { EMEND_LOG_REQUESTS: "all" })
  const address = await server.address
  await fetch(`${address}/health/live`, { headers: { "x-request-id": "abc" } })
  server.process.kill("SIGTERM")
  const { stderr } = await server.exit
  expect(stderr.trim().split("\n").map((line) => JSON.parse(line))).toMatchObject([
    { level: "INFO", message: "GET /health/live", annotations: { request_id: "abc", status: 200 } }
  ])
})
