/** Loaded before a server: at each SIGUSR2 its clock jumps, an hour ahead, an hour behind, and back to the time. */
const hour = 3_600_000
const jumps = [hour, -hour, 0]
let offset = 0
let times = 0

const Real = globalThis.Date
globalThis.Date = new Proxy(Real, {
  construct: (target, args) => args.length === 0 ? new target(target.now() + offset) : Reflect.construct(target, args),
  apply: (target) => new target(target.now() + offset).toString(),
  get: (target, name) => name === "now" ? () => target.now() + offset : Reflect.get(target, name)
})

process.on("SIGUSR2", () => (offset = jumps[times++ % jumps.length]!))
