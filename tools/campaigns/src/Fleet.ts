/** Several servers on one database, and a balancer in front of them. */
import * as ServerProcess from "@emend/bench/ServerProcess"
import * as Balancer from "./Balancer.ts"

export interface Fleet {
  /** Of the balancer. */
  readonly port: number
  readonly balancer: Balancer.Balancer
  readonly size: number
  /** Of the servers themselves. */
  readonly ports: () => ReadonlyArray<number>
  /** Ends a server as a crash would, and starts another in its place, which is awaited. */
  readonly crash: (n: number) => Promise<void>
  readonly pid: (n: number) => number
  readonly stop: () => Promise<void>
}

export const start = async (
  size: number,
  env: Readonly<Record<string, string>>,
  options: ServerProcess.Options = {}
): Promise<Fleet> => {
  const start = () => ServerProcess.emend(env, options)
  // The first brings the database to the present form.
  const servers = [await start()]
  servers.push(...await Promise.all(Array.from({ length: size - 1 }, start)))
  const ports = () => servers.map(({ port }) => port)
  const balancer = await Balancer.make(ports)
  return {
    port: balancer.port,
    balancer,
    size,
    ports,
    pid: (n) => servers[n]!.pid,
    crash: async (n) => {
      await servers[n]!.kill()
      servers[n] = await start()
    },
    stop: async () => {
      balancer.close()
      await Promise.all(servers.map((server) => server.stop()))
    }
  }
}
