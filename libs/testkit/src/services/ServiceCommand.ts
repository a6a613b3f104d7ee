/**
 * Random sequences of commands to the services, as data, and their execution: what two stores must answer equally.
 *
 * @since 0.1.0
 */
import { AgentTaskTracker, Board, BoardTask, Task, TaskAgent, TaskAgents, Tasks, Trackers } from "@emend/domain"
import * as Arbitrary from "effect/Arbitrary"
import * as Effect from "effect/Effect"
import { element, oneOf, struct } from "../Choice.ts"
import * as Generate from "../Generate.ts"
import type { Services } from "./Fact.ts"
import { graphVerbs } from "./GraphVerbs.ts"
import { listVerbs } from "./ListVerbs.ts"
import { idAt, type Made, maybe, note, noting, place, scope, type Verb } from "./Verb.ts"

/**
 * A command: what to do, with the records named by their place among those made so far, and the second at which the
 * caller's clock stands, which may go back. Some come with an idempotency key, of which there are few.
 *
 * @category models
 * @since 0.1.0
 */
export interface ServiceCommand {
  readonly verb: string
  readonly at: number
  readonly arguments: Readonly<Record<string, any>>
  readonly key?: string
}

const model = "00000000-0000-4000-8000-00000000000a"

const dry = oneOf<boolean | undefined>([[5, Arbitrary.Constant(undefined)], [1, element([true, false])]])
const version = element([1, 2, 3, 4, 5, 6, 7])
const conditions = struct([
  ["ifMatch", maybe(element([[1], [2], [1, 2, 3], "*"]))],
  ["rebaseFrom", maybe(element([1, 2, 3]))],
  ["reason", maybe(element(["because"]))],
  ["dryRun", dry]
])
const onlyIfMatch = struct([["ifMatch", maybe(element([[1], [2], "*"]))], ["dryRun", dry]])
const agent = element(["a", "b"])
const assignees = ["assigned_to_type_id", "assigned_to_instance_id", "assigned_to_user_id"] as const

/** The past of any kind: the verbs are the same, and take what names a record first. */
interface Pasts {
  readonly at: (...given: ReadonlyArray<any>) => Effect.Effect<unknown, unknown, Services>
  readonly diff: Pasts["at"]
  readonly restore: Pasts["at"]
  readonly undo: Pasts["at"]
  readonly history: Pasts["at"]
}

const past = (
  name: string,
  among: (made: Made) => ReadonlyArray<string>,
  service: Effect.Effect<Pasts, never, Services>,
  ...scope: ReadonlyArray<unknown>
): Readonly<Record<string, Verb>> => {
  const verb = (
    more: Verb["arguments"],
    run: (
      service: Pasts,
      address: ReadonlyArray<unknown>,
      given: Readonly<Record<string, any>>
    ) => ReturnType<Pasts["at"]>
  ): Verb => ({
    weight: 2,
    arguments: [["place", place], ...more],
    run: (given, made) =>
      Effect.flatMap(service, (service) => run(service, [...scope, idAt(among(made), given["place"])], given))
  })
  return {
    [`${name}At`]: verb([["version", version]], (service, to, { version }) => service.at(...to, version)),
    [`${name}Diff`]: verb(
      [["from", version], ["to", maybe(version)]],
      (service, to, given) => service.diff(...to, given["from"], given["to"])
    ),
    [`restore${name}`]: verb(
      [["version", version], ["conditions", onlyIfMatch]],
      (service, to, given) => service.restore(...to, given["version"], given["conditions"])
    ),
    [`undo${name}`]: verb(
      [["revision", version], ["conditions", onlyIfMatch]],
      (service, to, given) => service.undo(...to, given["revision"], given["conditions"])
    ),
    [`${name}History`]: verb(
      [["before", maybe(element([2, 3]))], ["limit", maybe(element([1, 2]))]],
      (service, to, { before, limit }) => service.history(...to, { before, limit })
    )
  }
}

const taskVerbs: Readonly<Record<string, Verb>> = {
  ...past("Task", ({ tasks }) => tasks, Tasks),
  createTask: {
    weight: 1,
    arguments: [
      ["name", maybe(element(["one", "two"]))],
      ["params", maybe(Generate.jsonObject)],
      ["agent_ids", maybe(element([["a"], ["a", "b"]]))],
      ["dryRun", dry]
    ],
    run: ({ dryRun, ...given }, { tasks }) =>
      noting(tasks, Effect.flatMap(Tasks, (service) => service.create(given, { dryRun })))
  },
  updateTask: {
    arguments: [["task", place], ["body", Generate.body(Task.Task)], ["conditions", conditions]],
    run: (given, { tasks }) =>
      Effect.flatMap(
        Tasks,
        (service) => service.update(idAt(tasks, given["task"]), Task.Task.fromBody(given["body"]), given["conditions"])
      )
  },
  moveTask: {
    arguments: [
      ["task", place],
      ["to", element(["INTERRUPTED", "RUNNING", "INTERRUPTED", "RUNNING", ...Task.lifecycle.statuses])],
      ["status_reason", maybe(element(["x", "y"]))],
      ["ifMatch", maybe(element([[1], [2]]))],
      ["dryRun", dry]
    ],
    run: ({ task, to, ...options }, { tasks }) =>
      Effect.flatMap(Tasks, (service) => service.move(idAt(tasks, task), to, options))
  },
  cleanTask: {
    weight: 2,
    arguments: [["task", place], ["conditions", onlyIfMatch]],
    run: (given, { tasks }) =>
      Effect.flatMap(Tasks, (service) => service.clean(idAt(tasks, given["task"]), given["conditions"]))
  }
}

const trackerVerbs: Readonly<Record<string, Verb>> = {
  ...past("Tracker", ({ trackers }) => trackers, Trackers),
  assignAgent: {
    arguments: [["task", place], ["agent", agent], ["dryRun", dry]],
    run: ({ agent, dryRun, task }, { tasks, trackers }) =>
      noting(
        trackers,
        Effect.flatMap(
          Trackers,
          (service) => service.assign({ task_id: idAt(tasks, task), agent_id: agent }, { dryRun })
        )
      )
  },
  appendEvent: {
    arguments: [["task", place], ["agent", agent], ["content", Generate.json], ["dryRun", dry]],
    run: ({ agent, content, dryRun, task }, { events, tasks }) =>
      Effect.flatMap(
        Trackers,
        (service) => service.append(idAt(tasks, task), { agent_id: agent, content }, { dryRun })
      ).pipe(
        Effect.tap(({ id }) => Effect.sync(() => dryRun === true || note(events, id)))
      )
  },
  readEvents: {
    arguments: [["task", place], ["agent", agent], ["after", maybe(place)]],
    run: (given, { events, tasks }) =>
      Effect.flatMap(Trackers, (service) =>
        service.events({
          task_id: idAt(tasks, given["task"]),
          agent_id: given["agent"],
          ...(given["after"] === undefined ? undefined : { last_processed_event_id: idAt(events, given["after"]) })
        }))
  },
  updateTracker: {
    arguments: [
      ["tracker", place],
      ["status", maybe(element(["busy", null]))],
      ["event", maybe(element([0, 1, 2, 3, 4]))],
      ["conditions", conditions]
    ],
    run: (given, { events, trackers }) =>
      Effect.flatMap(Trackers, (service) =>
        service.update(
          idAt(trackers, given["tracker"]),
          AgentTaskTracker.AgentTaskTracker.fromBody({
            ...(given["status"] === undefined ? undefined : { status: given["status"] }),
            ...(given["event"] === undefined ? undefined : { last_processed_event_id: idAt(events, given["event"]) })
          }),
          given["conditions"]
        ))
  }
}

const boardVerbs: Readonly<Record<string, Verb>> = {
  ...graphVerbs,
  ...past("BoardTask", ({ board }) => board, Board),
  createBoardTask: {
    weight: 1,
    arguments: [["priority", maybe(element([1, 4]))], ["assigned_to_type_id", maybe(element(["t"]))], ["dryRun", dry]],
    run: ({ dryRun, ...given }, { board }) =>
      noting(board, Effect.flatMap(Board, (service) => service.create({ title: "Work", ...given }, { dryRun })))
  },
  updateBoardTask: {
    arguments: [["task", place], ["body", Generate.body(BoardTask.BoardTask)], ["conditions", conditions]],
    run: (given, { board }) =>
      Effect.flatMap(
        Board,
        (service) =>
          service.update(idAt(board, given["task"]), BoardTask.BoardTask.fromBody(given["body"]), given["conditions"])
      )
  },
  assignBoardTask: {
    arguments: [["task", place], ["field", element(assignees)], ["conditions", onlyIfMatch]],
    run: (given, { board }) =>
      Effect.flatMap(
        Board,
        (service) => service.assign(idAt(board, given["task"]), { field: given["field"], id: "w" }, given["conditions"])
      )
  },
  claimBoardTask: {
    arguments: [["task", place], ["field", element(assignees.slice(1))], ["conditions", onlyIfMatch]],
    run: (given, { board }) =>
      Effect.flatMap(
        Board,
        (service) => service.claim(idAt(board, given["task"]), { field: given["field"], id: "c" }, given["conditions"])
      )
  },
  moveBoardTask: {
    arguments: [["task", place], ["to", element(BoardTask.Status.literals)], ["conditions", onlyIfMatch]],
    run: (given, { board }) =>
      Effect.flatMap(
        Board,
        (service) => service.transition(idAt(board, given["task"]), given["to"], given["conditions"])
      )
  },
  removeBoardTask: {
    weight: 1,
    arguments: [["task", place]],
    run: (given, { board }) => Effect.flatMap(Board, (service) => service.remove(idAt(board, given["task"])))
  }
}

const agentVerbs: Readonly<Record<string, Verb>> = {
  ...past("Agent", ({ agents }) => agents, TaskAgents, scope),
  createAgent: {
    weight: 1,
    arguments: [["description", maybe(element(["d"]))], ["dryRun", dry]],
    run: ({ dryRun, ...given }, { agents, revisions }) =>
      noting(
        agents,
        Effect.flatMap(TaskAgents, (service) =>
          service.create(scope, { name: "Ada", instruction: "Do", llm_model_id: model, ...given }, { dryRun }))
      ).pipe(Effect.tap((made) =>
        Effect.sync(() =>
          made.changes === undefined && note(revisions, made.active_revision!.id)
        )
      ))
  },
  editAgent: {
    arguments: [
      ["agent", place],
      ["body", Generate.body(TaskAgent.Edit)],
      ["base", maybe(place)],
      ["conditions", conditions]
    ],
    run: (given, { agents, revisions }) =>
      Effect.flatMap(TaskAgents, (service) =>
        service.update(scope, idAt(agents, given["agent"]), {
          _tag: "Edit",
          draft: TaskAgent.Edit.fromBody(given["body"])
        }, {
          ...given["conditions"],
          ...(given["base"] === undefined ? undefined : { base: idAt(revisions, given["base"]) })
        })).pipe(
          Effect.tap(({ revision_id }) => Effect.sync(() => revision_id === null || note(revisions, revision_id)))
        )
  },
  compareRevisions: {
    weight: 2,
    arguments: [["agent", place], ["from", maybe(element([0, 1, 2, 3]))], ["to", maybe(element([0, 1, 2, 3]))]],
    run: (given, { agents, revisions }) => {
      const named = (at: number | undefined) => at === undefined ? "active" : idAt(revisions, at)
      return Effect.flatMap(
        TaskAgents,
        (service) => service.compare(scope, idAt(agents, given["agent"]), named(given["from"]), named(given["to"]))
      )
    }
  },
  activations: {
    weight: 2,
    arguments: [["agent", place], ["before", maybe(element([2, 5]))], ["limit", maybe(element([1, 2]))]],
    run: ({ agent, before, limit }, { agents }) =>
      Effect.flatMap(TaskAgents, (service) => service.activations(scope, idAt(agents, agent), { before, limit }))
  },
  activateRevision: {
    arguments: [["agent", place], ["revision", element([0, 1, 2, 3, 4])], ["conditions", onlyIfMatch]],
    run: (given, { agents, revisions }) =>
      Effect.flatMap(TaskAgents, (service) =>
        service.update(scope, idAt(agents, given["agent"]), {
          _tag: "Activate",
          revision_id: idAt(revisions, given["revision"])
        }, given["conditions"]))
  },
  removeAgent: {
    weight: 1,
    arguments: [["agent", place], ["conditions", onlyIfMatch]],
    run: (given, { agents }) =>
      Effect.flatMap(TaskAgents, (service) => service.remove(scope, idAt(agents, given["agent"]), given["conditions"]))
  }
}

/** Everything that the services can be asked to do. */
export const verbs: Readonly<Record<string, Verb>> = {
  ...listVerbs,
  ...taskVerbs,
  ...trackerVerbs,
  ...boardVerbs,
  ...agentVerbs
}

const alone = (verbs: Readonly<Record<string, Verb>>, ...lists: ReadonlyArray<string>): ReadonlyArray<string> => [
  ...Object.keys(verbs),
  ...lists
]

/**
 * The verbs by what they are about: sequences of one subject lead its records through a long life.
 *
 * @category generators
 * @since 0.1.0
 */
export const subjects: Readonly<Record<string, ReadonlyArray<string>>> = {
  everything: Object.keys(verbs),
  tasks: alone(taskVerbs, "listTasks"),
  trackers: alone(trackerVerbs, "listTrackers"),
  "the board": alone(boardVerbs, "listBoard"),
  agents: alone(agentVerbs, "listAgents", "listRevisions")
}

/**
 * Generates a sequence of commands, of the verbs named, that begins with what most of them need.
 *
 * @category generators
 * @since 0.1.0
 */
export const sequence = (
  length: number,
  names: ReadonlyArray<string> = Object.keys(verbs)
): Arbitrary.Arbitrary<ReadonlyArray<ServiceCommand>> => {
  const command = (name: string) =>
    Arbitrary.map(
      Arbitrary.all([element([0, 1, 2, 3]), struct(verbs[name]!.arguments), maybe(element(["k", "l"]))]),
      ([at, given, key]): ServiceCommand => ({
        verb: name,
        at,
        arguments: given,
        ...(key === undefined ? undefined : { key })
      })
    )
  const first = [
    "createTask",
    "createBoardTask",
    "createBoardTask",
    "createBoardTask",
    "createAgent",
    "assignAgent",
    "assignAgent",
    "appendEvent",
    "appendEvent"
  ]
  return Arbitrary.map(
    Arbitrary.all([
      Arbitrary.all(first.map(command)),
      Arbitrary.array(oneOf(names.map((name) => [verbs[name]!.weight ?? 4, command(name)] as const)), {
        minLength: length,
        maxLength: length
      })
    ]),
    ([beginning, rest]) => [...beginning, ...rest]
  )
}
