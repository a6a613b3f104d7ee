/**
 * What every log of events keeps. The facts are about the kind whose records follow the log.
 *
 * @since 0.1.0
 */
import { EventLog } from "@emend/domain"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { json } from "../AwkwardJson.ts"
import { at, type Bench, type Given, idOf, namesOf } from "./Bench.ts"
import { append } from "./Cursors.ts"
import { changes, type Fact, same } from "./Fact.ts"

const follows: Fact["concerns"] = (kind) => changes(kind) && namesOf(kind, "forward").length > 0

const event = ({ tenant }: Bench, { state }: Given, id: string, content: unknown = {}): EventLog.Append => ({
  tenant,
  id,
  task_id: state["task_id"],
  agent_id: state["agent_id"],
  created_at: at(3),
  content
})

const stored = ({ tenant: _, ...rest }: EventLog.Append, sequence_id: number): EventLog.Event => ({
  ...rest,
  sequence_id
})

/** The results as plain data: the event, or why not. */
const answers = (
  results: ReadonlyArray<Result.Result<EventLog.Event, EventLog.AppendRejection>>
): ReadonlyArray<unknown> => results.map((result) => Result.isSuccess(result) ? result.success : result.failure._tag)

/** The facts about events. */
export const facts: ReadonlyArray<Fact> = [
  {
    name: "an event of a task that is missing or deleted, or of an agent that is not assigned to it, is refused",
    concerns: follows,
    holds: Effect.fnUntraced(function*(bench) {
      const log = yield* EventLog.EventLog
      const record = yield* bench.given()
      const other = yield* bench.given()
      const results = yield* log.append([
        { ...event(bench, record, "a"), task_id: idOf(999_999) },
        { ...event(bench, record, "b"), agent_id: other.state["agent_id"] },
        { ...event(bench, record, "c"), agent_id: idOf(999_999) },
        { ...event(bench, record, "d"), tenant: `${bench.tenant}-other` }
      ])
      yield* same("why", answers(results), [
        "TaskMissing",
        "NotAssigned",
        "NotAssigned",
        "TaskMissing"
      ])
      for (const id of ["a", "b", "c", "d"]) {
        yield* same("what is stored", yield* log.get({ tenant: bench.tenant, id }), undefined)
      }
      const task = { kind: "Task", tenant: bench.tenant, id: record.state["task_id"] as string }
      yield* bench.commit({
        _tag: "Update",
        key: task,
        patch: {},
        assign: { status: "DELETED" },
        author: { at: at(1), by: "tester", reason: null }
      })
      const late = yield* log.append([event(bench, record, "e")])
      yield* same("why", answers(late), ["TaskMissing"])
    })
  },
  {
    name: "an id that is taken is refused, in any task, takes no number, and the event that has it stays",
    concerns: follows,
    holds: Effect.fnUntraced(function*(bench) {
      const log = yield* EventLog.EventLog
      const one = yield* bench.given()
      const two = yield* bench.given()
      const first = event(bench, one, "a", "first")
      yield* log.append([first])
      const results = yield* log.append([
        event(bench, one, "a", "again"),
        event(bench, two, "a", "elsewhere"),
        event(bench, one, "b"),
        event(bench, one, "b")
      ])
      yield* same("the results", answers(results), [
        "Taken",
        "Taken",
        stored(event(bench, one, "b"), 2),
        "Taken"
      ])
      yield* same("what is stored", yield* log.get({ tenant: bench.tenant, id: "a" }), stored(first, 1))
    })
  },
  {
    name: "events are numbered 1, 2, 3 in their task, in the order of the batch, whatever is refused between them",
    concerns: follows,
    holds: Effect.fnUntraced(function*(bench) {
      const log = yield* EventLog.EventLog
      const one = yield* bench.given()
      const two = yield* bench.given()
      yield* same("an empty batch", yield* log.append([]), [])
      const results = yield* log.append([
        event(bench, one, "a"),
        event(bench, two, "b"),
        { ...event(bench, one, "c"), agent_id: idOf(999_999) },
        event(bench, one, "d"),
        event(bench, two, "e")
      ])
      yield* same("the results", answers(results), [
        stored(event(bench, one, "a"), 1),
        stored(event(bench, two, "b"), 1),
        "NotAssigned",
        stored(event(bench, one, "d"), 2),
        stored(event(bench, two, "e"), 2)
      ])
      const next = yield* log.append([event(bench, one, "f")])
      yield* same("the next", answers(next), [stored(event(bench, one, "f"), 3)])
    })
  },
  {
    name: "events appended at once have each a number of their own, without gaps",
    concerns: follows,
    holds: Effect.fnUntraced(function*(bench) {
      const log = yield* EventLog.EventLog
      const record = yield* bench.given()
      const batches = Array.from(
        { length: 8 },
        (_, batch) => Array.from({ length: 4 }, (_, index) => event(bench, record, `${batch}-${index}`))
      )
      yield* Effect.forEach(batches, (batch) => log.append(batch), { concurrency: "unbounded" })
      const all = yield* log.read({ tenant: bench.tenant, task_id: record.state["task_id"], after: 0, limit: 100 })
      yield* same(
        "the numbers",
        all.map(({ sequence_id }) => sequence_id),
        Array.from({ length: 32 }, (_, index) => index + 1)
      )
      yield* same("how many ids", new Set(all.map(({ id }) => id)).size, 32)
    })
  },
  {
    name: "events are read in order from after a number on, up to a limit, of one agent or of all",
    concerns: follows,
    holds: Effect.fnUntraced(function*(bench) {
      const log = yield* EventLog.EventLog
      const one = yield* bench.given()
      const two = yield* bench.given({ task_id: one.state["task_id"] })
      for (let index = 0; index < 3; index++) {
        yield* append(bench, one, 1, `one${index}-`)
        yield* append(bench, two, 1, `two${index}-`)
      }
      const read = (more: { readonly agent_id?: string; readonly after?: number; readonly limit?: number }) =>
        Effect.map(
          log.read({ tenant: bench.tenant, task_id: one.state["task_id"], after: 0, limit: 100, ...more }),
          (events) => events.map(({ id, sequence_id }) => `${sequence_id} ${id}`)
        )
      const all = ["1 one0-1", "2 two0-1", "3 one1-1", "4 two1-1", "5 one2-1", "6 two2-1"]
      yield* same("all", yield* read({}), all)
      yield* same("a page", yield* read({ after: 2, limit: 3 }), all.slice(2, 5))
      yield* same("after the last", yield* read({ after: 6 }), [])
      yield* same("of one agent", yield* read({ agent_id: two.state["agent_id"], after: 2 }), ["4 two1-1", "6 two2-1"])
      yield* same("of one agent, a page", yield* read({ agent_id: one.state["agent_id"], limit: 2 }), [all[0], all[2]])
      yield* same("of nobody", yield* read({ agent_id: "nobody" }), [])
    })
  },
  {
    name: "an event holds any JSON value, and is seen by its own tenant only",
    concerns: follows,
    holds: Effect.fnUntraced(function*(bench) {
      const log = yield* EventLog.EventLog
      const record = yield* bench.given()
      const contents = [null, "", 0, false, [], {}, ...bench.sample(json, 30)]
      const events = contents.map((content, index) => event(bench, record, `e${index}`, content))
      const expected = events.map((each, index) => stored(each, index + 1))
      yield* same("the results", answers(yield* log.append(events)), expected)
      const task_id = record.state["task_id"] as string
      yield* same("what is read", yield* log.read({ tenant: bench.tenant, task_id, after: 0, limit: 100 }), expected)
      for (const each of expected) {
        yield* same("by id", yield* log.get({ tenant: bench.tenant, id: each.id }), each)
        yield* same("to others", yield* log.get({ tenant: `${bench.tenant}-other`, id: each.id }), undefined)
      }
      yield* same("to others", yield* log.read({ tenant: `${bench.tenant}-other`, task_id, after: 0, limit: 9 }), [])
    })
  }
]
