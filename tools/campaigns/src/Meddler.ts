/** What stands between a client and a server and spoils requests: it cuts, delays and doubles them, by a seed. */
import { once } from "node:events"
import { type AddressInfo, connect, createServer, type Socket } from "node:net"
import { setTimeout as pause } from "node:timers/promises"

/** What can happen to a request, and out of a hundred how often it does. */
export const mischiefs = {
  "passed on": 45,
  "passed on late": 15,
  "cut before it arrived": 8,
  "cut before its answer": 10,
  "cut within its answer": 6,
  "doubled, both at once": 10,
  "doubled, the second much later": 6
} as const

export type Mischief = keyof typeof mischiefs

export interface Meddler {
  readonly port: number
  readonly counts: Readonly<Record<Mischief, number>>
  /** Waits until nothing is on its way any more, and ends. */
  readonly close: () => Promise<void>
}

/** Stands before a server of this machine. */
export const make = async (server: number, random: () => number): Promise<Meddler> => {
  const counts = Object.fromEntries(Object.keys(mischiefs).map((name) => [name, 0])) as Record<Mischief, number>
  const open = new Set<Socket>()
  const underway = new Set<Promise<unknown>>()
  const track = <A>(work: Promise<A>): Promise<A> => {
    underway.add(work)
    void work.then(() => underway.delete(work), () => underway.delete(work))
    return work
  }

  const spoil = async (client: Socket, request: Buffer): Promise<void> => {
    const mischief = choose(random)
    counts[mischief]++
    if (mischief === "cut before it arrived") return void client.destroy()
    if (mischief === "passed on late") await pause(60 * random())
    const answers = mischief === "doubled, both at once"
      ? [track(ask(server, request)), track(ask(server, request))]
      : [track(ask(server, request))]
    const answer = await answers.at(-1)!
    await Promise.all(answers)
    if (mischief === "cut before its answer") return void client.destroy()
    if (mischief === "cut within its answer") {
      return void client.write(answer.subarray(0, Math.ceil(answer.length * random())), () => client.destroy())
    }
    client.write(answer)
    if (mischief === "doubled, the second much later") {
      track(pause(20 + 400 * random()).then(() => ask(server, request))).catch(() => {})
    }
  }

  const listener = createServer((client) => {
    open.add(client)
    client.on("close", () => open.delete(client))
    client.on("error", () => {})
    let read = Buffer.alloc(0)
    client.on("data", (chunk: Buffer) => {
      read = Buffer.concat([read, chunk])
      for (let end = endOf(read); end !== undefined; end = endOf(read)) {
        const request = read.subarray(0, end)
        read = read.subarray(end)
        track(spoil(client, request)).catch(() => client.destroy())
      }
    })
  })
  listener.listen(0, "127.0.0.1")
  await once(listener, "listening")
  return {
    port: (listener.address() as AddressInfo).port,
    counts,
    close: async () => {
      while (underway.size > 0) await Promise.allSettled(underway)
      listener.close()
      for (const socket of open) socket.destroy()
    }
  }
}

const choose = (random: () => number): Mischief => {
  let left = 100 * random()
  for (const [name, often] of Object.entries(mischiefs)) if ((left -= often) < 0) return name as Mischief
  return "passed on"
}

/** Where the first message of HTTP ends that was read as a whole; all that pass here say their length. */
const endOf = (read: Buffer): number | undefined => {
  const head = read.indexOf("\r\n\r\n")
  if (head < 0) return undefined
  const length = /^content-length: *(\d+)/im.exec(read.toString("latin1", 0, head))?.[1]
  const end = head + 4 + Number(length ?? 0)
  return read.length < end ? undefined : end
}

/** Sends a request on a connection of its own, and gives the whole answer. */
const ask = (port: number, request: Buffer): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1")
    let read = Buffer.alloc(0)
    socket.on("data", (chunk: Buffer) => {
      read = Buffer.concat([read, chunk])
      const end = endOf(read)
      if (end === undefined) return
      socket.destroy()
      resolve(read.subarray(0, end))
    })
    socket.on("error", reject)
    socket.on("close", () => reject(new Error("The server hung up")))
    socket.write(request)
  })
