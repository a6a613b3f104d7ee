/** A balancer in front of several servers: each connection goes to the next that lets it in. */
import { once } from "node:events"
import { connect, createServer, type Socket } from "node:net"

export interface Balancer {
  readonly port: number
  /** Breaks all connections that are open, and tells how many there were. */
  readonly cut: () => number
  readonly close: () => void
}

/** Balances over what `ports` says at the time of each connection. */
export const make = async (ports: () => ReadonlyArray<number>): Promise<Balancer> => {
  const open = new Set<Socket>()
  let turn = 0
  const server = createServer((client) => {
    open.add(client.setNoDelay(true))
    client.on("error", () => client.destroy()).on("close", () => open.delete(client))
    pass(client, ports().length)
  })
  const pass = (client: Socket, attempts: number): void => {
    const all = ports()
    const port = all[turn++ % all.length]
    if (port === undefined || attempts === 0) {
      client.destroy()
      return
    }
    const backend = connect(port, "127.0.0.1").setNoDelay(true)
    const refused = () => pass(client, attempts - 1)
    backend.once("error", refused).once("connect", () => {
      backend.off("error", refused).on("error", () => client.destroy()).on("close", () => client.destroy())
      client.on("close", () => backend.destroy())
      client.pipe(backend).pipe(client)
    })
  }
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  const cut = () => {
    const many = open.size
    for (const socket of open) socket.destroy()
    return many
  }
  return {
    port: (server.address() as { readonly port: number }).port,
    cut,
    close: () => {
      server.close()
      cut()
    }
  }
}
