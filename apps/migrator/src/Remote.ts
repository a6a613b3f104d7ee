/**
 * A server that speaks the four APIs, as a source of records.
 *
 * @since 0.1.0
 */
import { setTimeout } from "node:timers/promises"
import { InputFailed } from "./Input.ts"
import type { Origin } from "./Rejects.ts"
import { shown } from "./Store.ts"

/**
 * How a server is read.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options {
  /** Sent as a bearer token. */
  readonly token: string | undefined
  /** The organization and project whose task agents are read; without them none are. */
  readonly organization: string | undefined
  readonly project: string | undefined
  /** Told, list by list, how it was made sure that nothing was missed. */
  readonly onList?: (sentence: string) => void
}

/**
 * How often a list without cursors is walked, until two walks in a row give the same records and the last one nothing
 * new.
 *
 * @category limits
 * @since 0.1.0
 */
export const maxWalks = 10

const pageSize = 100
const atOnce = 8

type Json = any

/**
 * Reads what a server shows: tasks, their events and trackers, the board with its links, and task agents with their
 * revisions. Histories are not read. Every list gives ids only, each record is then read by its id, and one that is gone
 * meanwhile is left out.
 *
 * A list with `Link: rel="next"` is followed, as its cursors neither skip nor repeat. One that is paged by numbers may skip
 * a record that moves between pages: it is walked again until two walks in a row agree.
 *
 * @category operations
 * @since 0.1.0
 */
export async function* records(address: string, options: Options): AsyncGenerator<ReadonlyArray<Origin>> {
  const base = address.replace(/\/+$/, "")
  const ask = asking(base, options.token)
  const file = shown(base)
  let line = 0
  const origins = (values: ReadonlyArray<Json>): ReadonlyArray<Origin> =>
    values.map((value) => ({ file, piece: { line: ++line, text: JSON.stringify(value) } }))
  const list = (path: string, what: string) => walked(ask, path, what, options.onList ?? (() => {}))

  for (const ids of inParts(await list("/tasks?order_by=id&order_direction=asc", "tasks"))) {
    yield origins(await all(ids.map((id) => () => ask.one(`/tasks/${encodeURIComponent(id)}`))))
  }
  for (const ids of inParts(await list("/tracker?order_by=id&order_direction=asc", "trackers"))) {
    const trackers = await all(ids.map((id) => () => ask.one(`/tracker/${encodeURIComponent(id)}`)))
    yield origins(trackers)
    for (const { agent_id, task_id } of trackers) yield* eventsOf(ask, origins, { agent_id, task_id })
  }
  for (const ids of inParts(await list("/agents/tasks/?order_by=id&order_direction=asc", "board tasks"))) {
    yield origins(await all(ids.map((id) => () => ask.one(`/agents/tasks/${encodeURIComponent(id)}`))))
    for (const id of ids) {
      const children = await walked(ask, `/agents/tasks/${encodeURIComponent(id)}/subtasks`, undefined, () => {})
      if (children.length > 0) yield origins(children.map((child_id) => ({ parent_id: id, child_id })))
    }
  }
  const { organization, project } = options
  if (organization !== undefined && project !== undefined) yield* agents(ask, origins, list, organization, project)
}

async function* eventsOf(
  ask: Asking,
  origins: (values: ReadonlyArray<Json>) => ReadonlyArray<Origin>,
  of: { readonly agent_id: string; readonly task_id: string }
): AsyncGenerator<ReadonlyArray<Origin>> {
  let after: string | undefined
  while (true) {
    const query = new URLSearchParams({ ...of, limit: String(pageSize) })
    if (after !== undefined) query.set("last_processed_event_id", after)
    const { items } = await ask.page(`/events?${query}`)
    if (items.length === 0) return
    yield origins(items)
    after = items.at(-1).id
  }
}

async function* agents(
  ask: Asking,
  origins: (values: ReadonlyArray<Json>) => ReadonlyArray<Origin>,
  list: (path: string, what: string) => Promise<ReadonlyArray<string>>,
  organization: string,
  project: string
): AsyncGenerator<ReadonlyArray<Origin>> {
  const base = `/api/v1/org/${organization}/project/${project}/task-agent`
  for (const id of await list(base, "task agents")) {
    const [agent] = await all([() => ask.one(`${base}/${id}`)])
    if (agent === undefined) continue
    const revisions = await list(`${base}/${id}/revision`, `revisions of ${id}`)
    yield origins([agent])
    yield origins(await all(revisions.map((revision) => () => ask.one(`${base}/${id}/revision/${revision}`))))
  }
}

/** All ids of a list, made sure of; `what` names it for who is told. */
const walked = async (
  ask: Asking,
  path: string,
  what: string | undefined,
  onList: (sentence: string) => void
): Promise<ReadonlyArray<string>> => {
  const seen = new Set<string>()
  let before: string | undefined
  for (let walk = 1; walk <= maxWalks; walk++) {
    const known = seen.size
    const { hasCursors, ids } = await walkedOnce(ask, path)
    for (const id of ids) seen.add(id)
    if (hasCursors) {
      onList(`${what}: ${ids.size} by cursors, which neither skip nor repeat`)
      return [...ids]
    }
    const now = JSON.stringify([...ids].sort())
    if (now === before && seen.size === known) {
      onList(`${what}: ${ids.size} by page numbers, the same in two walks in a row, of ${walk}`)
      return [...ids]
    }
    before = now
  }
  throw new InputFailed({
    message: `The list ${path} was another one at each of ${maxWalks} walks: copy while fewer records come and go`
  })
}

const walkedOnce = async (ask: Asking, path: string) => {
  const ids = new Set<string>()
  /** Whether any of them is new. */
  const add = (items: ReadonlyArray<Json>): boolean => {
    const known = ids.size
    items.forEach((item) => ids.add(item.id))
    return ids.size > known
  }
  const sized = `${path}${path.includes("?") ? "&" : "?"}limit=${pageSize}`
  let { items, next } = await ask.page(sized)
  add(items)
  // A page that is not full has no next one, with cursors as well.
  const hasCursors = next !== undefined || (ask.hasLinks() && items.length < pageSize)
  if (hasCursors) {
    while (next !== undefined) {
      ;({ items, next } = await ask.page(next))
      add(items)
    }
    return { ids, hasCursors }
  }
  // The server may give fewer than it was asked for, and one that knows no page numbers gives the same again.
  for (let number = 2; number === 2 ? items.length > 0 : add(items); number++) {
    ;({ items } = await ask.page(`${sized}&page_number=${number}`))
  }
  return { ids, hasCursors }
}

interface Page {
  readonly items: ReadonlyArray<Json>
  readonly next: string | undefined
}

interface Asking {
  readonly one: (path: string) => Promise<Json | undefined>
  readonly page: (path: string) => Promise<Page>
  /** Whether the server was seen to lead on by links. */
  readonly hasLinks: () => boolean
}

const asking = (base: string, token: string | undefined): Asking => {
  const headers = {
    accept: "application/json",
    ...(token === undefined ? undefined : { authorization: `Bearer ${token}` })
  }
  let links = false
  const ask = async (path: string): Promise<Response | undefined> => {
    for (let attempt = 1;; attempt++) {
      const answer = await fetch(path.startsWith("http") ? path : `${base}${path}`, { headers }).catch(
        (error: Error) => {
          throw new InputFailed({ message: `${shown(base)} does not answer: ${error.message}` })
        }
      )
      if (answer.ok) return answer
      await answer.body?.cancel()
      if (answer.status === 404) return undefined
      if (![429, 502, 503, 504].includes(answer.status) || attempt === 6) {
        throw new InputFailed({ message: `${shown(base)} answers ${answer.status} to ${path.split("?")[0]}` })
      }
      const seconds = Number(answer.headers.get("retry-after"))
      await setTimeout(1000 * (Number.isFinite(seconds) && seconds > 0 ? Math.min(seconds, 60) : attempt))
    }
  }
  return {
    one: async (path) => await (await ask(path))?.json(),
    page: async (path) => {
      const answer = await ask(path)
      if (answer === undefined) return { items: [], next: undefined }
      const body = await answer.json() as Json
      const link = /<([^>]*)>\s*;[^,]*rel="?next"?/.exec(answer.headers.get("link") ?? "")?.[1]
      if (link !== undefined) links = true
      const items = Array.isArray(body) ? body : body.results ?? []
      return { items, next: link === undefined ? undefined : new URL(link, `${base}/`).href }
    },
    hasLinks: () => links
  }
}

/** Some requests at once, in order; what is not there is left out. */
const all = async (requests: ReadonlyArray<() => Promise<Json | undefined>>): Promise<ReadonlyArray<Json>> => {
  const out: Array<Json> = []
  for (let from = 0; from < requests.length; from += atOnce) {
    out.push(...await Promise.all(requests.slice(from, from + atOnce).map((request) => request())))
  }
  return out.filter((value) => value !== undefined)
}

function* inParts(ids: ReadonlyArray<string>): Generator<ReadonlyArray<string>> {
  for (let from = 0; from < ids.length; from += pageSize) yield ids.slice(from, from + pageSize)
}
