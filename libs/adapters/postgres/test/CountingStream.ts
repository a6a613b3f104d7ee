/** A transport that counts the statements that a client has executed. */
import { connect, type Socket } from "node:net"

export interface Counter {
  readonly stream: () => Socket
  /** How many statements were executed since the last call. */
  readonly take: () => number
}

/** Messages that execute: `Execute` of the extended protocol and `Query` of the simple one. */
const executing = new Set(["E", "Q"])

export const make = (url: string): Counter => {
  const { hostname, port } = new URL(url)
  let count = 0
  const stream = () => {
    const socket = connect(Number(port), hostname)
    let pending = Buffer.alloc(0)
    // The first message, which starts the session, has no type.
    let typed = false
    const write = socket.write.bind(socket) as (...args: ReadonlyArray<unknown>) => boolean
    socket.write = ((chunk: Uint8Array, ...rest: ReadonlyArray<unknown>) => {
      pending = Buffer.concat([pending, chunk])
      while (pending.length >= (typed ? 5 : 4)) {
        const length = pending.readInt32BE(typed ? 1 : 0) + (typed ? 1 : 0)
        if (pending.length < length) break
        if (typed && executing.has(String.fromCharCode(pending[0]!))) count++
        typed = true
        pending = pending.subarray(length)
      }
      return write(chunk, ...rest)
    }) as Socket["write"]
    return socket
  }
  return {
    stream,
    take: () => {
      const taken = count
      count = 0
      return taken
    }
  }
}
