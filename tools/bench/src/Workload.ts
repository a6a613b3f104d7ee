/** The work that measures A and B time: updates of a task with many keys in `params`. */

export type Params = Readonly<Record<string, unknown>>

export interface TaskState {
  readonly id: string
  readonly name: string | null
  readonly status: string | null
  readonly status_reason: string | null
  readonly created_at: string
  readonly updated_at: string
  readonly cleaned_at: string | null
  readonly params: Params | null
  readonly task_metadata: Params | null
}

/** One update: a key of `params` and the whole of `task_metadata`. */
export interface Intent {
  readonly key: string
  readonly value: number
  readonly metadata: Params
}

/** A task with `keys` keys in `params`: numbers, texts and small objects in turn. */
export const task = (keys: number): TaskState => ({
  id: "0193f2a0-0000-7000-8000-000000000001",
  name: "nightly",
  status: "RUNNING",
  status_reason: null,
  created_at: "2026-11-21T10:00:00.000000Z",
  updated_at: "2026-11-21T10:00:00.000000Z",
  cleaned_at: null,
  params: Object.fromEntries(Array.from({ length: keys }, (_, i) => [`key_${i}`, value(i)])),
  task_metadata: { attempt: 0, owner: "scheduler" }
})

const value = (i: number): unknown => i % 3 === 0 ? i : i % 3 === 1 ? `text ${i}` : { nested: [i, i + 1] }

/** Updates that each change something, spread over the keys. */
export const intents = (keys: number, count: number): ReadonlyArray<Intent> =>
  Array.from({ length: count }, (_, i) => ({
    key: `key_${(i * 7) % keys}`,
    value: 1_000_000 + i,
    metadata: { attempt: i + 1, owner: "scheduler" }
  }))

/** An update that writes what is there already. */
export const idle: Intent = { key: "key_0", value: 0, metadata: { attempt: 0, owner: "scheduler" } }
