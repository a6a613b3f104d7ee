/**
 * A server that speaks the four APIs, as a source of records.
 *
 * @since 0.1.0
 */
import * as Asking from "./Asking.ts"
import type { Origin } from "./Rejects.ts"
import * as RemoteLinks from "./RemoteLinks.ts"
import * as Shelf from "./Shelf.ts"
import { shown } from "./Store.ts"
import * as Walk from "./Walk.ts"
import * as Whole from "./Whole.ts"

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
  /** The folder below which ids are kept meanwhile. */
  readonly spool: string | undefined
  /** Told, list by list, how it was made sure that nothing was missed. */
  readonly onList?: (sentence: string) => void
}

const atOnce = 8

type Json = any
type Origins = AsyncGenerator<ReadonlyArray<Origin>>

/** What reading a server takes. */
interface Way extends Walk.Options {
  /** Makes lines of records. */
  readonly origins: (values: ReadonlyArray<Json>) => ReadonlyArray<Origin>
}

/**
 * Reads what a server shows: tasks with their agents, events and trackers, the board with its links, and task agents with
 * their revisions; with histories, as lines of an export, where the server answers in the whole form. Every list gives
 * ids only, each record is then read by its id, and one that is gone meanwhile is left out. Ids are kept on the disk.
 *
 * @category operations
 * @since 0.1.0
 */
export async function* records(address: string, options: Options): Origins {
  const base = address.replace(/\/+$/, "")
  const ask = Asking.make(base, options.token)
  const shelf = Shelf.open(options.spool)
  const file = shown(base)
  let line = 0
  try {
    const way: Way = {
      ask,
      shelf,
      tell: options.onList ?? (() => {}),
      // A server of this project answers in the whole form.
      hasCursors: await ask.isWhole("/tasks?limit=1"),
      origins: (values) => values.map((value) => ({ file, piece: { line: ++line, text: JSON.stringify(value) } }))
    }
    yield* tasks(way)
    yield* trackers(way)
    yield* board(way)
    yield* way.hasCursors ? links(way) : edges(way)
    const { organization, project } = options
    if (organization !== undefined && project !== undefined) yield* agents(way, organization, project)
  } finally {
    shelf.close()
  }
}

/** Lists on the shelf: what was given so far. */
const given = { tasks: "given tasks", agents: "given agents", board: "given board tasks" } as const

const path = (base: string, id: string): string => `${base}/${encodeURIComponent(id)}`
const stateOf = (record: Json): Json => record.state ?? record

async function* tasks({ ask, hasCursors, origins, shelf, ...way }: Way): Origins {
  const ordered = `/tasks?order_by=id&order_direction=asc${hasCursors ? "&relationships=agents" : ""}`
  let found: Array<Json> = []
  const onItem = ({ agents = [] }: Json) => {
    for (const agent of hasCursors ? agents : []) {
      if (shelf.mark(given.agents, agent.id, 0) === undefined) found.push({ kind: "Agent", state: agent })
    }
  }
  for await (const ids of Walk.ids({ ask, hasCursors, shelf, ...way }, ordered, "tasks", onItem)) {
    yield origins(found)
    found = []
    for await (const read of some(ids.map((id) => () => Whole.read(ask, "Task", path("/tasks", id))))) {
      for (const task of read) shelf.mark(given.tasks, stateOf(task).id, 0)
      yield origins(read)
    }
  }
}

async function* trackers({ ask, origins, shelf, tell, ...way }: Way): Origins {
  let leftOut = 0
  const ordered = "/tracker?order_by=id&order_direction=asc"
  for await (const ids of Walk.ids({ ask, shelf, tell, ...way }, ordered, "trackers")) {
    const read = await all(ids.map((id) => () => Whole.read(ask, "AgentTaskTracker", path("/tracker", id))))
    const shownOnes = read.filter((tracker) => shelf.note(given.tasks, stateOf(tracker).task_id) !== undefined)
    leftOut += read.length - shownOnes.length
    yield origins(shownOnes)
    for (const tracker of shownOnes) {
      const { agent_id, task_id } = stateOf(tracker)
      yield* eventsOf(ask, origins, { agent_id, task_id })
    }
  }
  if (leftOut > 0) tell(`${leftOut} trackers left out, of tasks that the server does not show`)
}

async function* eventsOf(
  ask: Asking.Asking,
  origins: Way["origins"],
  of: { readonly agent_id: string; readonly task_id: string }
): Origins {
  let after: string | undefined
  while (true) {
    const query = new URLSearchParams({ ...of, limit: String(Walk.pageSize) })
    if (after !== undefined) query.set("last_processed_event_id", after)
    const { items } = await ask.page(`/events?${query}`)
    if (items.length === 0) return
    yield origins(items)
    after = items.at(-1).id
  }
}

async function* board({ ask, origins, shelf, ...way }: Way): Origins {
  const ordered = "/agents/tasks/?order_by=id&order_direction=asc"
  for await (const ids of Walk.ids({ ask, shelf, ...way }, ordered, "board tasks")) {
    for await (const read of some(ids.map((id) => () => Whole.read(ask, "BoardTask", path("/agents/tasks", id))))) {
      for (const task of read) shelf.mark(given.board, stateOf(task).id, 0, stateOf(task).created_at ?? "")
      yield origins(read)
    }
  }
}

/** The links of a board with their histories, once all tasks are known. */
async function* links({ ask, origins, shelf, tell, ...way }: Way): Origins {
  let [links, anew, leftOut] = [0, 0, 0]
  for (const parents of Walk.parts(shelf, given.board)) {
    const read = await all(
      parents.map((parent) => () => RemoteLinks.read(ask, parent, (id) => shelf.note(given.board, id)))
    )
    for (const [i, { children, leftOut: gone, lines }] of (read as ReadonlyArray<RemoteLinks.Told>).entries()) {
      leftOut += gone
      links += children.size
      if (lines.length > 0) yield origins(lines)
      // Links that no activity tells of, as they came into the store without it.
      for await (const present of childrenOf({ ask, shelf, tell, ...way }, parents[i]!)) {
        const untold = present.filter((id) => !children.has(id))
        anew += untold.length
        yield origins(untold.map((child_id) => ({ parent_id: parents[i]!, child_id })))
      }
    }
  }
  tell(`links: ${links} with their histories, as the activity of board tasks tells them`)
  if (anew > 0) tell(`${anew} links whose histories begin anew, as no activity tells of them`)
  if (leftOut > 0) tell(`${leftOut} changes of links left out, of tasks that the server does not show`)
}

/** The links of a board, once all tasks are known. */
async function* edges({ origins, shelf, ...way }: Way): Origins {
  for (const parents of Walk.parts(shelf, given.board)) {
    for (const parent_id of parents) {
      for await (const ids of childrenOf({ shelf, ...way }, parent_id)) {
        yield origins(ids.map((child_id) => ({ parent_id, child_id })))
      }
    }
  }
}

const childrenOf = (way: Walk.Options, id: string) =>
  Walk.ids({ ...way, tell: () => {} }, `${path("/agents/tasks", id)}/subtasks`, "subtasks")

async function* agents(way: Way, organization: string, project: string): Origins {
  const { ask, origins } = way
  const base = `/api/v1/org/${organization}/project/${project}/task-agent`
  for await (const ids of Walk.ids(way, base, "task agents")) {
    for (const id of ids) {
      const [agent] = await all([() => Whole.read(ask, "TaskAgent", path(base, id))])
      if (agent === undefined) continue
      yield origins([agent])
      const own = `${path(base, id)}/revision`
      for await (const revisions of Walk.ids(way, own, `revisions of ${id}`)) {
        for await (const found of some(revisions.map((revision) => () => ask.one(path(own, revision))))) {
          yield origins(
            found.map(({ body, isWhole }) => isWhole ? { kind: "TaskAgentRevision", state: body.revision } : body)
          )
        }
      }
    }
  }
}

/** Answers in order, as they come, some at once; what is not there is left out. */
async function* some(requests: ReadonlyArray<() => Promise<Json | undefined>>): AsyncGenerator<ReadonlyArray<Json>> {
  for (let from = 0; from < requests.length; from += atOnce) {
    const found = await Promise.all(requests.slice(from, from + atOnce).map((request) => request()))
    yield found.filter((value) => value !== undefined)
  }
}

/** All answers, for what is small. */
const all = async (requests: ReadonlyArray<() => Promise<Json | undefined>>): Promise<ReadonlyArray<Json>> => {
  const out: Array<Json> = []
  for await (const found of some(requests)) out.push(...found)
  return out
}
