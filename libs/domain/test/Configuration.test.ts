import { Configuration } from "@emend/domain"
import { describe, expect, test } from "vitest"

const plain: Configuration.Configuration = {
  description: null,
  instruction: "Help.",
  mode: "agentic",
  llm_model_id: null,
  fallback_llm_model_id: null,
  memory_strategy: null,
  memory_config: null,
  max_turns: null,
  task_tools: [],
  mcp_servers: [],
  integrations: [],
  skills: []
}
const tool = (task_id: string, is_output_formatter = false) => ({ task_id, is_output_formatter })
const sequential = { ...plain, mode: "sequential", task_tools: [tool("a"), tool("b")] } as const
const fields = (configuration: Configuration.Configuration) =>
  Configuration.problems(configuration).map(({ field }) => field)

describe("a configuration", () => {
  test("in sequence needs two task tools, and no skills, integrations or servers", () => {
    expect(fields({ ...sequential, task_tools: [] })).toStrictEqual(["task_tools"])
    expect(fields({ ...sequential, task_tools: [tool("a")] })).toStrictEqual(["task_tools"])
    expect(fields({
      ...sequential,
      skills: [{ skill_id: "s", skill_revision_id: null }],
      integrations: [{ project_integration_id: "i", allowed_tool_ids: null }],
      mcp_servers: [{ task_mcp_server_id: "m", allowed_tool_ids: [] }]
    })).toStrictEqual(["skills", "integrations", "mcp_servers"])
  })

  test("has one output formatter at most, in either mode", () => {
    const two = { task_tools: [tool("a", true), tool("b", true)] }
    expect(fields({ ...plain, ...two })).toStrictEqual(["task_tools"])
    expect(fields({ ...sequential, ...two })).toStrictEqual(["task_tools"])
    expect(fields({ ...plain, task_tools: [tool("a", true), tool("b")] })).toStrictEqual([])
  })

  test("with a memory strategy needs its settings, and a sliding window its size", () => {
    for (const memory_strategy of ["sliding_window", "compaction"] as const) {
      expect(fields({ ...plain, memory_strategy })).toStrictEqual(["memory_config"])
    }
    for (const max_events of [0, -1, 1.5, "5", null, [5]]) {
      expect(fields({ ...plain, memory_strategy: "sliding_window", memory_config: { max_events } })).toStrictEqual([
        "memory_config"
      ])
    }
    expect(fields({ ...plain, memory_strategy: "sliding_window", memory_config: {} })).toStrictEqual(["memory_config"])
  })

  test("is right otherwise, and settings without a strategy are no mistake", () => {
    expect(fields(plain)).toStrictEqual([])
    expect(fields(sequential)).toStrictEqual([])
    expect(fields({ ...plain, memory_strategy: "sliding_window", memory_config: { max_events: 1 } })).toStrictEqual([])
    expect(fields({ ...plain, memory_strategy: "compaction", memory_config: {} })).toStrictEqual([])
    expect(fields({ ...plain, memory_config: { anything: true } })).toStrictEqual([])
  })

  test("tells all that is wrong at once", () => {
    expect(
      fields({
        ...plain,
        mode: "sequential",
        memory_strategy: "compaction",
        skills: [{ skill_id: "s", skill_revision_id: null }]
      })
    )
      .toStrictEqual(["task_tools", "skills", "memory_config"])
  })
})
