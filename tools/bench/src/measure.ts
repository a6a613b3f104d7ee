/** One process of measures A and B for one size: prints nanoseconds per operation as JSON. */
import { strict as assert } from "node:assert"
import { contestants, emend } from "./contestants.ts"
import { idle, intents, task, type TaskState } from "./Workload.ts"

const keys = Number(process.argv[2])
const state = task(keys)
const updates = intents(keys, 100)

/** Kept, so that no loop's work can be thrown away. */
let sink: unknown

/** The median over rounds of the time of one operation, in nanoseconds. */
const time = (run: () => void, operations: number): number => {
  const rounds = 15
  const budget = 8_000_000
  const start = process.hrtime.bigint()
  run()
  const once = Number(process.hrtime.bigint() - start) || 1
  const repeat = Math.max(1, Math.min(100_000, Math.round(budget / once)))
  const samples: Array<number> = []
  for (let round = 0; round < rounds + 5; round++) {
    const begin = process.hrtime.bigint()
    for (let i = 0; i < repeat; i++) run()
    // The first rounds warm the compiler up.
    if (round >= 5) samples.push(Number(process.hrtime.bigint() - begin) / repeat / operations)
  }
  return samples.sort((a, b) => a - b)[rounds >> 1]!
}

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value))
const expected = updates.map((update) => plain(contestants[0]!.apply(state, contestants[0]!.prepare(update))))

const figures: Record<string, number> = {}
// The differs take seconds for one round of what is larger.
for (const { apply, name, prepare } of keys <= 1000 ? contestants : contestants.slice(0, 3)) {
  const prepared = updates.map(prepare)
  prepared.forEach((update, i) => assert.deepEqual(plain(apply(state, update)), expected[i], name))
  figures[`apply: ${name}`] = time(() => {
    for (let i = 0; i < prepared.length; i++) sink = apply(state, prepared[i])
  }, prepared.length)
}

const noop = emend.prepare(idle)
assert.equal(emend.apply(state, noop), state)
figures["no-op: emend"] = time(() => {
  for (let i = 0; i < 100; i++) sink = emend.apply(state, noop)
}, 100)

for (const [name, spread] of [["spread over the keys", keys], ["on five keys", 5]] as const) {
  const queue = intents(spread, 100).map(emend.prepare)
  const each = (): TaskState => queue.reduce(emend.apply, state)
  const folded = (): TaskState => emend.apply(state, emend.combineAll(queue))
  assert.deepEqual(folded(), each())
  figures[`queue of 100 ${name}: applying each`] = time(() => {
    sink = each()
  }, 1)
  figures[`queue of 100 ${name}: folding, then applying`] = time(() => {
    sink = folded()
  }, 1)
}

process.stdout.write(`${JSON.stringify(figures)}\n`)
assert.notEqual(sink, undefined)
