/** What a writer asks for. Each operation has a number, and leaves it in the history where it is carried out. */
import type { Request } from "./Client.ts"

export type Kind = "merge" | "metadata" | "both" | "move" | "delete" | "nothing" | "read"

export interface Operation {
  readonly number: number
  readonly kind: Kind
  readonly record: string
  readonly request: Request
}

const moves = ["interrupt", "resume", "complete", "interrupt", "resume", "fail"] as const

/** A source of numbers below 1 that is the same for the same seed (mulberry32). */
export const source = (seed: number): () => number => {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

/**
 * Chooses an operation. Records are chosen unevenly: of a thousand, the first takes a sixth of all. Only records of the
 * colder half are deleted, and the first ten are never moved to an end.
 */
export const choose = (random: () => number, number: number, records: number): Operation => {
  const at = Math.floor(records * random() ** 4)
  const record = `t${at}`
  const path = `/tasks/${record}`
  const put = (body: unknown): Request => ({ method: "PUT", path, body })
  const key = `k${Math.floor(random() * 10)}`
  const of = (kind: Kind, request: Request): Operation => ({ number, kind, record, request })
  const reason = { "change-reason": `#${number}` }
  const dice = random()
  if (dice < 0.55) return of("merge", put({ merge_params: { [key]: number } }))
  if (dice < 0.7) return of("metadata", put({ task_metadata: { by: number } }))
  if (dice < 0.8) {
    return of("both", put({ merge_params: { [key]: number, [`l${key}`]: [number] }, task_metadata: { by: number } }))
  }
  if (dice < 0.9) {
    const move = moves[Math.floor(random() * (at < 10 ? 2 : moves.length))]!
    return of("move", {
      method: "POST",
      path: `${path}/${move}`,
      body: { reason: `because of ${number}` },
      headers: reason
    })
  }
  if (dice < 0.91 && at > records / 2) return of("delete", { method: "DELETE", path, headers: reason })
  if (dice < 0.95) return of("nothing", put({ merge_params: {} }))
  return of("read", { method: "GET", path })
}
