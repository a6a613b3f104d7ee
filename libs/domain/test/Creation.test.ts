import type { Declare } from "@emend/algebra/schema"
import { BoardTask, kinds, Task, TaskAgent } from "@emend/domain"
import * as Schema from "effect/Schema"
import { describe, expect, test } from "vitest"

const at = "2026-11-21T10:00:00.000000Z"
const strict = { onExcessProperty: "error", errors: "all" } as const
const refused = (schema: Schema.Codec<any, any>, body: unknown) =>
  Schema.decodeUnknownResult(schema, strict)(body)._tag === "Failure"

describe("the defaults of a creation", () => {
  test("never get into an update, whatever else it says", () => {
    for (const { kind } of kinds.filter(({ touched }) => touched !== undefined)) {
      const fields = Object.entries(kind.fields as Declare.Fields).filter(([, field]) => "onNull" in field)
      const bodies = [
        {},
        ...fields.map(([name, field]) => ({ [("wireName" in field && field.wireName) || name]: null }))
      ]
      for (const body of bodies) {
        expect(Schema.decodeUnknownSync(kind.Update)(body, strict)).toStrictEqual(body)
        const { advance, patch } = kind.fromBody(body)
        const cleared = fields.filter(([name, field]) =>
          Object.hasOwn(body, ("wireName" in field && field.wireName) || name) && "onNull" in field &&
          field.onNull === "clear"
        )
        expect(patch).toStrictEqual(Object.fromEntries(cleared.map(([name]) => [name, { set: null }])))
        expect(advance).toStrictEqual({})
      }
    }
    expect(TaskAgent.Edit.fromBody(Schema.decodeUnknownSync(TaskAgent.Edit.Update)({}, strict))).toStrictEqual({
      patch: {},
      advance: {}
    })
  })

  test("stand for what is absent, and for null", () => {
    const inBoth = (input: object) => ({ ...BoardTask.initial(input as typeof BoardTask.Creation.Type, given) })
    const given = { id: "b1", at, by: "u", organization: "o" }
    const nulls = {
      description: null,
      priority: null,
      assigned_to_type_id: null,
      assigned_to_instance_id: null,
      assigned_to_user_id: null,
      correlation_bucket_id: null,
      source: null
    }
    expect(inBoth({ title: "Work" })).toStrictEqual(inBoth({ title: "Work", ...nulls }))
    expect(inBoth({ title: "Work" })).toStrictEqual({
      organization_id: "o",
      title: "Work",
      created_at: at,
      updated_at: at,
      id: "b1",
      description: null,
      status: "backlog",
      priority: 3,
      assigned_to_type_id: null,
      assigned_to_instance_id: null,
      assigned_to_user_id: null,
      correlation_bucket_id: null,
      created_by: "u",
      source: "manual",
      is_deleted: false
    })
    expect(inBoth({ title: "Work", priority: 1, source: "triage" })).toMatchObject({ priority: 1, source: "triage" })
  })

  test("make a state that its kind can hold", () => {
    const task = Task.initial({ name: null, params: { a: null } }, "t1", at)
    expect(Schema.decodeUnknownSync(Task.Task.State)(task, strict)).toStrictEqual({
      id: "t1",
      name: null,
      status: "RUNNING",
      status_reason: null,
      created_at: at,
      updated_at: at,
      cleaned_at: null,
      params: { a: null },
      task_metadata: null
    })
    const uuid = "00000000-0000-4000-8000-000000000001"
    const input = { name: "Ada", instruction: "Do", llm_model_id: uuid }
    const root = TaskAgent.initial(input, { id: uuid, organization_id: uuid, project_id: uuid, at, revision: uuid })
    expect(Schema.decodeUnknownSync(TaskAgent.TaskAgent.State)(root, strict)).toMatchObject({
      task_agent_run_visibility: "owner_only",
      is_deleted: false,
      revision_count: 1
    })
    expect(TaskAgent.initialConfiguration(input)).toMatchObject({ mode: "agentic", task_tools: [], max_turns: null })
  })
})

describe("the body of a creation", () => {
  test("refuses what a creation does not say, and a required field that is absent or null", () => {
    expect(refused(Task.Creation, { status: "COMPLETED" })).toBe(true)
    expect(refused(Task.Creation, { merge_params: {} })).toBe(true)
    expect(refused(BoardTask.Creation, {})).toBe(true)
    expect(refused(BoardTask.Creation, { title: null })).toBe(true)
    expect(refused(BoardTask.Creation, { title: "Work", status: "backlog" })).toBe(true)
    expect(refused(BoardTask.Creation, { title: "Work", is_deleted: false })).toBe(true)
    expect(refused(TaskAgent.Creation, { name: "Ada", instruction: "Do" })).toBe(true)
    expect(refused(TaskAgent.Creation, { name: "Ada", instruction: "Do", llm_model_id: null })).toBe(true)
    expect(refused(Task.Creation, {})).toBe(false)
  })
})
