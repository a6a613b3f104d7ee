import { Graph } from "@emend/algebra"
import { BoardTask } from "@emend/domain"
import { describe, expect, test } from "vitest"

const statuses = BoardTask.Status.literals
const task: BoardTask.BoardTask = {
  organization_id: "org",
  title: "Write the report",
  created_at: "2026-11-21T10:00:00.000000Z",
  updated_at: "2026-11-21T10:00:00.000000Z",
  id: "b1",
  description: null,
  status: "backlog",
  priority: 3,
  assigned_to_type_id: null,
  assigned_to_instance_id: null,
  assigned_to_user_id: null,
  correlation_bucket_id: null,
  created_by: null,
  source: "manual",
  is_deleted: false
}
const worker = { assigned_to_user_id: "u1" }
const none = (from: string, to: string) => `there is no move from ${from} to ${to}`
const anyone = "one of assigned_to_type_id, assigned_to_instance_id, assigned_to_user_id must be set"
const aWorker = "one of assigned_to_instance_id, assigned_to_user_id must be set"

/** What blocks each move of a task that somebody works on; null where nothing does. */
const table: { readonly [From in BoardTask.Status]: { readonly [To in BoardTask.Status]: string | null } } = {
  backlog: {
    backlog: "the task is already backlog",
    assigned: null,
    running: none("backlog", "running"),
    review: none("backlog", "review"),
    done: none("backlog", "done")
  },
  assigned: {
    backlog: null,
    assigned: "the task is already assigned",
    running: null,
    review: none("assigned", "review"),
    done: none("assigned", "done")
  },
  running: {
    backlog: none("running", "backlog"),
    assigned: null,
    running: "the task is already running",
    review: null,
    done: none("running", "done")
  },
  review: {
    backlog: none("review", "backlog"),
    assigned: null,
    running: null,
    review: "the task is already review",
    done: null
  },
  done: {
    backlog: none("done", "backlog"),
    assigned: none("done", "assigned"),
    running: none("done", "running"),
    review: none("done", "review"),
    done: "the task is already done"
  }
}

describe("a task on the board", () => {
  for (const from of statuses) {
    for (const to of statuses) {
      const blocked = table[from][to]
      test(`from ${from} to ${to}: ${blocked ?? "may move"}`, () => {
        expect(BoardTask.blocks(BoardTask.workflow, { ...task, ...worker, status: from }, to)).toBe(blocked)
      })
    }
  }

  test("leaves the backlog for nobody, and for a type, an instance or a user", () => {
    const blocks = (who: Partial<BoardTask.BoardTask>) =>
      BoardTask.blocks(BoardTask.workflow, { ...task, ...who }, "assigned")
    expect(blocks({})).toBe(anyone)
    expect(blocks({ assigned_to_type_id: "t" })).toBeNull()
    expect(blocks({ assigned_to_instance_id: "i" })).toBeNull()
    expect(blocks({ assigned_to_user_id: "u" })).toBeNull()
  })

  test("runs with an instance or a user, not with a type alone", () => {
    const blocks = (who: Partial<BoardTask.BoardTask>) =>
      BoardTask.blocks(BoardTask.workflow, { ...task, status: "assigned", ...who }, "running")
    expect(blocks({})).toBe(aWorker)
    expect(blocks({ assigned_to_type_id: "t" })).toBe(aWorker)
    expect(blocks({ assigned_to_instance_id: "i" })).toBeNull()
    expect(blocks({ assigned_to_user_id: "u" })).toBeNull()
  })

  test("needs nobody to go back to the backlog, to be released, reviewed or done", () => {
    for (
      const [from, to] of [["assigned", "backlog"], ["running", "assigned"], ["running", "review"], [
        "review",
        "done"
      ]] as const
    ) {
      expect(BoardTask.blocks(BoardTask.workflow, { ...task, status: from }, to)).toBeNull()
    }
  })

  test("tells of every status whether it may move there, and if not, why", () => {
    for (const from of statuses) {
      expect(BoardTask.options(BoardTask.workflow, { ...task, ...worker, status: from })).toStrictEqual(
        statuses.map((to) => ({ to, legal: table[from][to] === null, blocked_by: table[from][to] }))
      )
    }
  })

  test("moves along another workflow where one is given", () => {
    const direct: BoardTask.Workflow = {
      moves: Graph.make({ backlog: ["done"], assigned: [], running: [], review: [], done: [] }),
      guards: []
    }
    expect(BoardTask.options(direct, task).filter(({ legal }) => legal).map(({ to }) => to)).toStrictEqual(["done"])
    expect(BoardTask.blocks(direct, { ...task, ...worker }, "assigned")).toBe(none("backlog", "assigned"))
  })

  test("is given to one worker: instance and user exclude each other, a type stays beside them", () => {
    const given = (who: Partial<BoardTask.BoardTask>, assignment: BoardTask.Assignment) => {
      const after = BoardTask.BoardTask.apply({ ...task, ...who }, BoardTask.assign(assignment))
      return [after.assigned_to_type_id, after.assigned_to_instance_id, after.assigned_to_user_id]
    }
    const both = { assigned_to_type_id: "t", assigned_to_instance_id: "i" }
    expect(given(both, { field: "assigned_to_user_id", id: "u" })).toStrictEqual(["t", null, "u"])
    expect(given({ assigned_to_user_id: "u" }, { field: "assigned_to_instance_id", id: "i" })).toStrictEqual([
      null,
      "i",
      null
    ])
    expect(given({ ...both, ...worker }, { field: "assigned_to_type_id", id: "t2" })).toStrictEqual(["t2", null, null])
  })
})
