import { Graph } from "@emend/algebra"
import { RecordKind, Task } from "@emend/domain"
import { describe, expect, test } from "vitest"

const ends = ["COMPLETED", "FAILED", "CANCELED", "TERMINATED", "TIMED_OUT"] as const
const statuses = [...ends, "RUNNING", "INTERRUPTED", "DELETED"] as const

const table: { readonly [From in Task.Status]: ReadonlyArray<Task.Status> } = {
  RUNNING: [...ends, "INTERRUPTED", "DELETED"],
  INTERRUPTED: ["RUNNING", ...ends, "DELETED"],
  COMPLETED: ["DELETED"],
  FAILED: ["DELETED"],
  CANCELED: ["DELETED"],
  TERMINATED: ["DELETED"],
  TIMED_OUT: ["DELETED"],
  DELETED: []
}

describe("the lifecycle of a task", () => {
  test("has the seven statuses of the contract, and INTERRUPTED", () => {
    expect([...Task.lifecycle.statuses].sort()).toStrictEqual([...statuses].sort())
  })

  for (const from of statuses) {
    for (const to of statuses) {
      const legal = table[from].includes(to)
      test(`from ${from} to ${to}: ${legal ? "may move" : "may not"}`, () => {
        expect(Graph.hasEdge(Task.lifecycle, { from, to })).toBe(legal)
        expect(Task.allowed(from).includes(to)).toBe(legal)
        expect(Task.sources(to).includes(from)).toBe(legal)
      })
    }
  }

  test("treats a null status, known from imports, like RUNNING", () => {
    expect(Task.allowed(null)).toStrictEqual(Task.allowed("RUNNING"))
    for (const to of statuses) expect(Task.sources(to).includes(null)).toBe(Task.sources(to).includes("RUNNING"))
  })

  test("ends with a reason, whatever the end", () => {
    expect(Object.keys(Task.defaultReason).sort()).toStrictEqual([...statuses].sort())
    expect([Task.defaultReason.COMPLETED, Task.defaultReason.TIMED_OUT]).toStrictEqual([
      "Task completed",
      "Task timed out"
    ])
  })

  test("is over when it is deleted, and not before", () => {
    const task = Task.initial({}, "t1", "2026-11-21T10:00:00.000000Z")
    for (const status of [...statuses, null]) {
      expect(RecordKind.isDeleted(Task.taskKind, { ...task, status })).toBe(status === "DELETED")
    }
  })
})

describe("an update of a task", () => {
  test("merges params from nothing, and an empty merge is no update", () => {
    const task = Task.initial({}, "t1", "2026-11-21T10:00:00.000000Z")
    const update = (body: Record<string, unknown>) => Task.Task.apply(task, Task.Task.fromBody(body).patch)
    expect(update({ merge_params: { a: null } }).params).toStrictEqual({ a: null })
    expect(update({ merge_params: {} })).toBe(task)
    expect(update({ merge_params: null, task_metadata: null })).toBe(task)
    expect(update({ task_metadata: {} }).task_metadata).toStrictEqual({})
  })
})
