/** Ports of this machine. */
import { once } from "node:events"
import { connect, createServer } from "node:net"
import { setTimeout as pause } from "node:timers/promises"

/** A port that nobody listens on. */
export const free = async (): Promise<number> => {
  const server = createServer().listen(0, "127.0.0.1")
  await once(server, "listening")
  const { port } = server.address() as { readonly port: number }
  server.close()
  await once(server, "close")
  return port
}

/** Waits until somebody listens. */
export const opened = async (port: number): Promise<void> => {
  for (let attempts = 0; attempts < 200; attempts++) {
    const socket = connect(port, "127.0.0.1")
    const isOpen = await Promise.race([
      once(socket, "connect").then(() => true),
      once(socket, "close").then(() => false)
    ])
      .catch(() => false)
    socket.destroy()
    if (isOpen) return
    await pause(50)
  }
  throw new Error(`Nobody listens on ${port}`)
}
