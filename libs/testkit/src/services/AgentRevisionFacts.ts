/**
 * What holds of the revisions of task agents: how they compare, and which are active when.
 *
 * @internal
 */
import * as Effect from "effect/Effect"
import { activate, edit, elsewhere, make, model, scope } from "./AgentScene.ts"
import { as, equal, type Facts, refusal } from "./Fact.ts"

/** What holds of the revisions of task agents, by sentence. */
export const agentRevisionFacts: Facts = {
  "any two revisions are compared, the active one by its name too, and a revision that is none is missing": Effect.gen(
    function*() {
      const { agents, id, made, update } = yield* make
      const first = made.active_revision!.id
      const tool = (task_id: string, is_output_formatter = false) => ({ task_id, is_output_formatter })
      const second = (yield* update(edit({
        instruction: "Do better",
        memory_strategy: "compaction",
        memory_config: { keep: [1, { a: null }] },
        task_tools: [tool("a"), tool("b"), tool("c")]
      }))).revision_id!
      const third = (yield* update(edit({ task_tools: [tool("c", true), tool("a"), tool("d")] }))).revision_id!
      const there = yield* agents.compare(scope, id, "active", second)
      equal([there.from.id, there.from.active, there.to.id, there.to.active], [first, true, second, false])
      equal(there.fields, {
        instruction: { from: "Do", to: "Do better" },
        memory_strategy: { from: null, to: "compaction" },
        memory_config: { from: null, to: { keep: [1, { a: null }] } }
      })
      equal(there.lists, {
        task_tools: {
          added: [tool("a"), tool("b"), tool("c")].map((item, at) => ({ at, item })),
          removed: [],
          changed: [],
          moved: []
        }
      })
      equal((yield* agents.compare(scope, id, second, third)).lists["task_tools"], {
        added: [{ at: 2, item: tool("d") }],
        removed: [{ at: 1, item: tool("b") }],
        changed: [{ at: 0, from: tool("c"), to: tool("c", true) }],
        moved: [{ id: "c", from: 2, to: 0 }]
      })
      const same = yield* agents.compare(scope, id, "active", first)
      equal([same.fields, same.lists], [{}, {}])
      const other = yield* make
      yield* refusal(agents.compare(scope, id, first, other.made.active_revision!.id), "RecordMissing")
      yield* refusal(agents.compare(scope, id, "none", first), "RecordMissing")
      yield* refusal(agents.compare(elsewhere, id, first, second), "RecordMissing")
      yield* agents.remove(scope, id)
      yield* refusal(agents.compare(scope, id, first, second), "RecordMissing")
    }
  ),
  "every move of the active pointer is told, newest first: from, to, who, when and why, the creation as the first":
    Effect
      .gen(function*() {
        const { agents, id, made, update } = yield* make
        const first = made.active_revision!.id
        equal(yield* agents.activations(scope, id), [
          { version: 1, from: null, to: first, at: made.state.created, by: "tester", reason: null }
        ])
        const second = (yield* update(edit({ description: "2" }))).revision_id!
        yield* update(edit({ name: "Eve" }))
        const there = yield* update(activate(second), { reason: "better" }).pipe(as("nobody else", "eve"), Effect.flip)
        equal(there._tag, "RecordMissing")
        const activated = yield* update(activate(second), { reason: "better" })
        yield* update(activate(second))
        yield* update(activate(first), { dryRun: true })
        yield* agents.restore(scope, id, 1, { reason: "worse" })
        const log = yield* agents.activations(scope, id)
        equal(log.map(({ by, from, reason, to, version }) => [version, from, to, by, reason]), [
          [5, second, first, "tester", "worse"],
          [4, first, second, "tester", "better"],
          [1, null, first, "tester", null]
        ])
        equal(log[1]!.at, activated.state.modified)
        equal(yield* agents.activations(scope, id, { limit: 2 }), log.slice(0, 2))
        equal(yield* agents.activations(scope, id, { limit: 2, before: 4 }), log.slice(2))
        yield* refusal(agents.activations(elsewhere, id), "RecordMissing")
        yield* agents.remove(scope, id)
        yield* refusal(agents.activations(scope, id), "RecordMissing")
      }),
  "of an agent that is deleted nothing changes, not by restoring and not by undoing, and nothing is told": Effect.gen(
    function*() {
      const { agents, id, made, update } = yield* make
      yield* update(edit({ name: "Eve", description: "d" }))
      yield* agents.remove(scope, id, { ifMatch: [2] })
      const uses = [
        agents.get(scope, id),
        agents.at(scope, id, 1),
        agents.diff(scope, id, 1),
        agents.history(scope, id),
        agents.restore(scope, id, 1),
        agents.undo(scope, id, 2),
        agents.revision(scope, id, made.active_revision!.id),
        update(edit({ name: "x" })),
        update(edit({ max_turns: 1 }), { base: made.active_revision!.id }),
        update(edit({})),
        update(activate(made.active_revision!.id)),
        agents.remove(scope, id)
      ] as ReadonlyArray<Effect.Effect<unknown, { readonly _tag: string }>>
      for (const use of uses) yield* refusal(use, "RecordMissing")
    }
  ),
  "the runs of an agent are its owner's to see unless it says otherwise; a null keeps that, and no revision is made":
    Effect
      .gen(function*() {
        const { agents, id, made, update } = yield* make
        equal(made.state.task_agent_run_visibility, "owner_only")
        const open = yield* agents.create(scope, {
          name: "Open",
          instruction: "Do",
          llm_model_id: model,
          task_agent_run_visibility: "editors_and_owners"
        })
        equal(open.state.task_agent_run_visibility, "editors_and_owners")
        const wide = yield* update(edit({ task_agent_run_visibility: "all_viewers" }))
        equal([wide.revision_id, wide.revisions.length], [null, 1])
        const kept = yield* update(edit({ task_agent_run_visibility: null }))
        equal([kept.changed, kept.state.task_agent_run_visibility], [false, "all_viewers"])
        equal((yield* agents.at(scope, id, 1)).state.task_agent_run_visibility, "owner_only")
      }),
  "an activation is checked against every rule across fields, and what breaks one stays inactive": Effect.gen(
    function*() {
      const { agents, id, made, update } = yield* make
      const tools = ["a", "b"].map((task_id) => ({ task_id, is_output_formatter: false }))
      const broken: ReadonlyArray<readonly [object, string]> = [
        [{ mode: "sequential", task_tools: tools.slice(1) }, "task_tools: Sequential mode needs"],
        [{ mode: "sequential", task_tools: tools, skills: [{ skill_id: "s", skill_revision_id: null }] }, "skills:"],
        [{
          mode: "sequential",
          task_tools: tools,
          integrations: [{ project_integration_id: "i", allowed_tool_ids: null }]
        }, "integrations:"],
        [
          { mode: "sequential", task_tools: tools, mcp_servers: [{ task_mcp_server_id: "m", allowed_tool_ids: [] }] },
          "mcp_servers:"
        ],
        [{ task_tools: tools.map((tool) => ({ ...tool, is_output_formatter: true })) }, "task_tools: At most one"],
        [{ memory_strategy: "compaction" }, "memory_config:"],
        [{ memory_strategy: "sliding_window", memory_config: { max_events: 0 } }, "memory_config:"]
      ]
      const base = made.active_revision!.id
      for (const [body, message] of broken) {
        const edited = yield* update(edit(body), { base })
        const refused = yield* refusal(update(activate(edited.revision_id!)), "InputInvalid")
        equal(refused.problems.map(({ path }) => path), [["active_revision_id"]])
        equal(refused.problems[0]!.message.startsWith(message), true, refused.problems[0]!.message)
      }
      equal((yield* agents.get(scope, id)).active_revision, made.active_revision)
      const sound = yield* update(edit({ mode: "sequential", task_tools: tools }), { base })
      equal((yield* update(activate(sound.revision_id!))).active_revision?.id, sound.revision_id)
    }
  )
}
