/** A transport that drops a setting which a session asks for when it connects, as a pooler does. */
import { connect, type Socket } from "node:net"

export const make = (url: string, setting: string) => (): Socket => {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  const write = socket.write.bind(socket) as (...args: ReadonlyArray<unknown>) => boolean
  // The message that starts the session is the first: its length, the protocol, and names and values by turns.
  socket.write = ((chunk: Uint8Array, ...rest: ReadonlyArray<unknown>) => {
    socket.write = write as Socket["write"]
    const pairs = Buffer.from(chunk.subarray(8)).toString().split("\0")
    const at = pairs.indexOf(setting)
    if (at < 0) throw new Error(`A session does not ask for ${setting}`)
    const body = Buffer.from(pairs.toSpliced(at, 2).join("\0"))
    const head = Buffer.from(chunk.subarray(0, 8))
    head.writeInt32BE(8 + body.length)
    return write(Buffer.concat([head, body]), ...rest)
  }) as Socket["write"]
  return socket
}
