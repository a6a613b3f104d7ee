import { TaskAgent } from "@emend/domain"
import * as Schema from "effect/Schema"
import { describe, expect, test } from "vitest"

const revision = "01930000-0000-7000-8000-000000000001"
const command = (body: object) =>
  TaskAgent.command(Schema.decodeUnknownSync(TaskAgent.Update)(body, { onExcessProperty: "error" }))

describe("a change of an agent", () => {
  test("an activation stands alone, but for nulls that mean keep", () => {
    for (const field of [{ name: "A" }, { instruction: "i" }, { task_tools: [] }, { description: null }]) {
      expect(command({ active_revision_id: revision, ...field })).toMatchObject({
        _tag: "Failure",
        failure: Object.keys(field)
      })
    }
    for (const fields of [{}, { name: null, task_agent_run_visibility: null, mode: null, skills: null }]) {
      expect(command({ active_revision_id: revision, ...fields })).toMatchObject({
        _tag: "Success",
        success: { _tag: "Activate", revision_id: revision }
      })
    }
  })

  test("a null in place of the revision activates nothing", () => {
    expect(command({ active_revision_id: null })).toMatchObject({
      success: { _tag: "Edit", draft: { patch: {}, advance: {} } }
    })
    expect(command({ active_revision_id: null, name: "A" })).toMatchObject({
      success: { _tag: "Edit", draft: { patch: { name: { set: "A" } } } }
    })
  })
})
