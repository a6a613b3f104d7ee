import { Agent, AgentTaskTracker, BoardLink, BoardTask, Configuration, kinds, Task, TaskAgent } from "@emend/domain"
import { Laws } from "@emend/testkit"
import { expect, test } from "vitest"

const updated = [
  ["a task", Task.Task],
  ["a tracker", AgentTaskTracker.AgentTaskTracker],
  ["a task on the board", BoardTask.BoardTask],
  ["a link between such tasks", BoardLink.BoardLink],
  ["the root of a task agent", TaskAgent.TaskAgent],
  ["an edit of a task agent", TaskAgent.Edit]
] as const

const cases = 2_000

for (const [name, kind] of updated) Laws.suite(name, kind, { cases })

Laws.suite("a configuration", Configuration.Configuration, {
  cases,
  valid: (state) => Configuration.problems(state as Configuration.Configuration).length === 0
})

Laws.suite("an agent, which nothing updates", Agent.Agent, { cases })

test("every kind with something to update is among them", () => {
  const tested: ReadonlyArray<string> = updated.map(([, kind]) => kind.name)
  expect(
    kinds.filter(({ touched }) => touched !== undefined).map(({ kind }) => kind.name).filter((name) =>
      !tested.includes(name)
    )
  )
    .toStrictEqual([])
})

test("what succeeds composed need not succeed step by step: the converse of V1, for a configuration", () => {
  const { apply, compose } = Configuration.Configuration
  const configuration: Configuration.Configuration = {
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
  const strategy = { memory_strategy: { set: "sliding_window" as const } }
  const config = { memory_config: { set: { max_events: 5 } } }
  expect(Configuration.problems(apply(configuration, strategy))).not.toStrictEqual([])
  expect(Configuration.problems(apply(configuration, compose(strategy, config)))).toStrictEqual([])
})
