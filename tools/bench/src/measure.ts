/** One process of measures A and B for one size: prints nanoseconds per operation as JSON. */
import { strict as assert } from "node:assert"
import { contestants, emend } from "./contestants.ts"
import { summarise } from "./Figure.ts"
import { bare, folded, guarded, pieces } from "./floor.ts"
import { idle, type Intent, intents, task, type TaskState } from "./Workload.ts"

const keys = Number(process.argv[2])
const state = task(keys)
const updates = intents(keys, 100)
const metadata = { ...state.task_metadata }

/** What is timed: an operation, and what it is done with in turn. */
interface Work {
  readonly name: string
  readonly operation: (state: TaskState, item: any, metadata: any) => unknown
  readonly items: ReadonlyArray<unknown>
}
const works: Array<Work> = []

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value))
/** What must come out, made by none of the contestants: who meets the state first would be optimised for what it is then. */
const expected = updates.map(({ key, metadata, value }) =>
  plain({
    ...state,
    params: Object.fromEntries([...Object.entries(state.params!), [key, value]]),
    task_metadata: metadata
  })
)

// The differs take seconds for one round of what is larger.
for (const { apply, name, prepare } of keys <= 1000 ? contestants : contestants.slice(0, 5)) {
  const items = updates.map(prepare)
  items.forEach((update, i) => assert.deepEqual(plain(apply(state, update)), expected[i], name))
  works.push({ name: `apply: ${name}`, operation: apply, items })
}

for (const { apply, name, prepare } of [bare, guarded, { name: "emend", ...emend }]) {
  const noop = prepare(idle)
  assert.equal(apply(state, noop), state, name)
  works.push({ name: `no-op: ${name}`, operation: apply, items: updates.map(() => noop) })
}

type Queue = { readonly intents: ReadonlyArray<Intent>; readonly updates: ReadonlyArray<any> }
const each = (state: TaskState, { updates }: Queue): TaskState => updates.reduce(emend.apply, state)
const fold = (state: TaskState, { updates }: Queue): TaskState => emend.apply(state, emend.combineAll(updates))
const byHand = (state: TaskState, { intents }: Queue): TaskState => folded(state, intents)

for (const [name, spread] of [["spread over the keys", keys], ["on five keys", 5]] as const) {
  const wanted = intents(spread, 100)
  const queue: Queue = { intents: wanted, updates: wanted.map(emend.prepare) }
  assert.deepEqual(fold(state, queue), each(state, queue))
  assert.deepEqual(byHand(state, queue), each(state, queue))
  const ways = { "applying each": each, "folding, then applying": fold, "by hand, for these keys only": byHand }
  for (const [way, operation] of Object.entries(ways)) {
    works.push({ name: `queue of 100 ${name}: ${way}`, operation, items: [queue] })
  }
}

for (const [name, operation] of Object.entries(pieces)) {
  works.push({ name: `piece: ${name}`, operation, items: updates.map(guarded.prepare) })
}

/** Kept, so that no loop's work can be thrown away. */
const kept: { last?: unknown } = {}

/**
 * The loop over a work's items. Each is compiled from a text of its own: the engine would optimise one that they share
 * for all operations together, now for one of them better and now for another.
 */
const loop = ({ items, name, operation }: Work): () => void =>
  new Function(
    "operation",
    "state",
    "items",
    "metadata",
    "kept",
    `return () => { /* ${name} */ for (let i = 0; i < items.length; i++) kept.last = operation(state, items[i], metadata) }`
  )(operation, state, items, metadata, kept)

/** The median time of one operation of each work in nanoseconds. All take turns, so that a slow spell falls on all. */
const time = (works: ReadonlyArray<Work>): Readonly<Record<string, number>> => {
  const rounds = 101
  const budget = 800_000
  const timed = works.map((work) => {
    const run = loop(work)
    const start = process.hrtime.bigint()
    let runs = 0
    // Warms the compiler up, too.
    while (runs < 3 || process.hrtime.bigint() - start < 100_000_000n) {
      run()
      runs++
    }
    const once = Number(process.hrtime.bigint() - start) / runs
    // What takes long is not disturbed by short spells, and gets a turn now and then.
    return { run, every: once > 5 * budget ? 10 : 1, repeat: Math.ceil(budget / once), taken: [] as Array<number> }
  })
  for (let round = 0; round < rounds; round++) {
    for (const [i, { every, repeat, run, taken }] of timed.entries()) {
      if (round % every !== 0) continue
      const begin = process.hrtime.bigint()
      for (let n = 0; n < repeat; n++) run()
      taken.push(Number(process.hrtime.bigint() - begin) / repeat / works[i]!.items.length)
    }
  }
  return Object.fromEntries(works.map(({ name }, i) => [name, summarise(timed[i]!.taken).median]))
}

process.stdout.write(`${JSON.stringify(time(works))}\n`)
assert.notEqual(kept.last, undefined)
