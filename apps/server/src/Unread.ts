/**
 * Answers that their clients do not take: what of them waits in memory, and what happens when that is too much.
 *
 * @since 0.1.0
 */
import type { Socket } from "node:net"

/**
 * Counts the answers that the system has no room for, because their clients do not take them.
 *
 * @category models
 * @since 0.1.0
 */
export interface Unread {
  /** How many bytes wait. */
  readonly bytes: () => number
  /** An answer was written to a connection. Where too much waits now, those connections are closed that wait longest. */
  readonly written: (socket: Socket) => void
  /** The answer was taken, or is no more. */
  readonly gone: (socket: Socket) => void
}

/**
 * Makes a counter that lets at most `maxBytes` wait, but always one answer, however large it is. `cut` learns of each
 * connection that is closed.
 *
 * To refuse requests instead would let a few clients that take nothing keep all others out.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (maxBytes: number, cut: () => void): Unread => {
  /** By when it was written, the oldest first. */
  const waiting = new Map<Socket, number>()
  let total = 0

  const gone = (socket: Socket): void => {
    total -= waiting.get(socket) ?? 0
    waiting.delete(socket)
  }

  const note = (socket: Socket): void => {
    const before = waiting.get(socket) ?? 0
    const now = socket.writableLength
    total += now - before
    waiting.set(socket, now)
  }

  return {
    bytes: () => total,
    gone,
    written: (socket) => {
      if (socket.writableLength === 0) return
      note(socket)
      if (total <= maxBytes) return
      // What was taken meanwhile is not noted as it is taken, but when it counts.
      for (const one of waiting.keys()) note(one)
      for (const one of waiting.keys()) {
        if (total <= maxBytes || one === socket) return
        gone(one)
        one.destroy()
        cut()
      }
    }
  }
}
