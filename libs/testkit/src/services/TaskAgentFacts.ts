/**
 * What holds of task agents.
 *
 * @internal
 */
import * as Effect from "effect/Effect"
import { activate, edit, elsewhere, make, model, scope } from "./AgentScene.ts"
import { equal, type Facts, refusal } from "./Fact.ts"

/** What holds of task agents, by sentence. */
export const taskAgentFacts: Facts = {
  "a created agent has revision 1, active": Effect.gen(function*() {
    const { agents, id, made } = yield* make
    equal([made.version, made.revisions.length, made.active_revision?.number], [1, 1, 1])
    equal(made.active_revision, made.revisions[0])
    equal(yield* agents.get(scope, id), made)
    yield* refusal(agents.get(elsewhere, id), "RecordMissing")
  }),
  "an edit makes one inactive revision and leaves the active configuration as it is (Q1)": Effect.gen(function*() {
    const { configuration, made, update } = yield* make
    const before = yield* configuration(made.active_revision!.id)
    const after = yield* update(edit({ instruction: "Do better", max_turns: 3 }))
    equal([after.version, after.revisions.length, after.active_revision], [2, 2, made.active_revision])
    equal(after.revisions[0]!.id, after.revision_id)
    equal([after.revisions[0]!.active, after.revisions[0]!.parent_revision_id], [false, made.active_revision!.id])
    equal(yield* configuration(made.active_revision!.id), before)
    equal(yield* configuration(after.revision_id!), { ...before, instruction: "Do better", max_turns: 3 })
  }),
  "the same edit twice makes one revision (Q2), and an edit without effect none (Q4)": Effect.gen(function*() {
    const { made, update } = yield* make
    const first = yield* update(edit({ description: "d" }))
    const again = yield* update(edit({ description: "d" }))
    equal([again.changed, again.revision_id, again.version], [false, null, first.version])
    const renamed = yield* update(edit({ name: "Eve", description: "d" }))
    equal([renamed.revision_id, renamed.state.name, renamed.revisions.length], [null, "Eve", 2])
    equal(made.state.name, "Ada")
  }),
  "edits in a row accumulate on the tip (Q3)": Effect.gen(function*() {
    const { configuration, update } = yield* make
    yield* update(edit({ description: "d" }))
    const { revision_id } = yield* update(edit({ max_turns: 7 }))
    const { description, max_turns } = yield* configuration(revision_id!)
    equal([description, max_turns], ["d", 7])
  }),
  "root and configuration fields of one edit are one change": Effect.gen(function*() {
    const { update } = yield* make
    const after = yield* update(edit({ name: "Eve", task_agent_run_visibility: "all_viewers", instruction: "x" }))
    equal([after.version, after.state.name, after.state.task_agent_run_visibility], [2, "Eve", "all_viewers"])
    equal(after.revisions.length, 2)
  }),
  "the last activation wins (Q5), is logged, and the tip follows it": Effect.gen(function*() {
    const { agents, configuration, id, made, update } = yield* make
    const second = yield* update(edit({ description: "bad" }))
    yield* update(activate(second.revision_id!))
    const back = yield* update(activate(made.active_revision!.id), { reason: "roll back" })
    equal([back.active_revision?.number, back.revision_id], [1, null])
    const third = yield* update(edit({ max_turns: 2 }))
    equal((yield* configuration(third.revision_id!)).description, null)
    const [, activation] = yield* agents.history(scope, id)
    equal(activation!.moves["active_revision_id"], { from: second.revision_id, to: made.active_revision!.id })
    equal(activation!.reason, "roll back")
  }),
  "activating the active revision changes nothing, and a foreign one is missing": Effect.gen(function*() {
    const { made, update } = yield* make
    equal((yield* update(activate(made.active_revision!.id))).changed, false)
    const other = yield* make
    yield* refusal(update(activate(other.made.active_revision!.id)), "RecordMissing")
    yield* refusal(update(activate("00000000-0000-4000-8000-0000000000ff")), "RecordMissing")
  }),
  "lists are replaced as a whole, keep their order, and an empty one clears (Q7)": Effect.gen(function*() {
    const { configuration, update } = yield* make
    const tools = ["c", "a", "b"].map((task_id) => ({ task_id, is_output_formatter: false }))
    const listed = yield* update(edit({ task_tools: tools }))
    equal((yield* configuration(listed.revision_id!)).task_tools, tools)
    const kept = yield* update(edit({ task_tools: null, max_turns: 1 }))
    equal((yield* configuration(kept.revision_id!)).task_tools, tools)
    const cleared = yield* update(edit({ task_tools: [] }))
    equal((yield* configuration(cleared.revision_id!)).task_tools, [])
  }),
  "an edit builds on the revision that it names": Effect.gen(function*() {
    const { configuration, made, update } = yield* make
    yield* update(edit({ description: "d" }))
    const branch = yield* update(edit({ max_turns: 1 }), { base: made.active_revision!.id, annotation: "branch" })
    equal((yield* configuration(branch.revision_id!)).description, null)
    equal([branch.revisions[0]!.parent_revision_id, branch.revisions[0]!.annotation], [
      made.active_revision!.id,
      "branch"
    ])
    const other = yield* make
    yield* refusal(update(edit({ max_turns: 2 }), { base: other.made.active_revision!.id }), "ReferenceUnknown")
  }),
  "the rules across fields are checked at creation and at activation, not at an edit": Effect.gen(function*() {
    const { agents, made, update } = yield* make
    const refused = yield* refusal(
      agents.create(scope, { name: "x", instruction: "x", llm_model_id: model, mode: "sequential" }),
      "InputInvalid"
    )
    equal(refused.problems.map(({ path }) => path), [["task_tools"]])
    const broken = yield* update(edit({ memory_strategy: "sliding_window" }))
    yield* refusal(update(activate(broken.revision_id!)), "InputInvalid")
    const mended = yield* update(edit({ memory_config: { max_events: 1 } }))
    equal((yield* update(activate(mended.revision_id!))).active_revision?.number, 3)
    equal(made.version, 1)
  }),
  "an edit is carried over other fields and refused on the same ones": Effect.gen(function*() {
    const { update } = yield* make
    yield* update(edit({ name: "Eve", description: "theirs" }))
    equal((yield* update(edit({ max_turns: 4 }), { rebaseFrom: 1 })).version, 3)
    const refused = yield* refusal(
      update(edit({ name: "Mine", description: "mine" }), { rebaseFrom: 1 }),
      "RebaseConflict"
    )
    equal(refused.conflicts, [
      { path: "/name", base: "Ada", theirs: "Eve", mine: "Mine" },
      { path: "/description", base: null, theirs: "theirs", mine: "mine" }
    ])
  }),
  "an activation is refused when another became active since it was written, and not when the same did": Effect.gen(
    function*() {
      const { made, update } = yield* make
      const first = made.active_revision!.id
      const second = (yield* update(edit({ description: "2" }))).revision_id!
      const third = (yield* update(edit({ description: "3" }))).revision_id!
      yield* update(activate(second))
      equal((yield* update(activate(second), { rebaseFrom: 3 })).changed, false)
      const refused = yield* refusal(update(activate(third), { rebaseFrom: 3 }), "RebaseConflict")
      equal(refused.conflicts, [{ path: "/active_revision_id", base: first, theirs: second, mine: third }])
      equal((yield* update(activate(third), { rebaseFrom: 4 })).active_revision?.id, third)
      yield* refusal(update(activate(first), { rebaseFrom: 99 }), "VersionUnknown")
      yield* refusal(update(activate(first), { annotation: "of an edit" }), "InputInvalid")
    }
  ),
  "the history of an edit tells what it asked of the configuration": Effect.gen(function*() {
    const { agents, id, update } = yield* make
    yield* update(edit({ name: "Eve", instruction: "Do better", max_turns: 3 }))
    const [entry] = yield* agents.history(scope, id)
    equal(entry!.patch, { name: { set: "Eve" }, instruction: { set: "Do better" }, max_turns: { set: 3 } })
    equal(entry!.inverse, { name: { set: "Ada" }, instruction: { set: "Do" }, max_turns: { set: null } })
  }),
  "revisions never change (Q8)": Effect.gen(function*() {
    const { agents, configuration, id, made, update } = yield* make
    const first = made.active_revision!
    const before = yield* configuration(first.id)
    const second = yield* update(edit({ instruction: "x", skills: [{ skill_id: "s", skill_revision_id: null }] }))
    yield* update(activate(second.revision_id!))
    yield* update(edit({ instruction: "y" }), { base: first.id })
    equal(yield* configuration(first.id), before)
    const { revision } = yield* agents.revision(scope, id, first.id)
    equal([revision.number, revision.content_hash, revision.created], [1, first.content_hash, first.created])
  }),
  "nothing about a deleted agent can change or be seen": Effect.gen(function*() {
    const { agents, id, made, update } = yield* make
    equal((yield* agents.remove(scope, id)).state.is_deleted, true)
    yield* refusal(agents.get(scope, id), "RecordMissing")
    yield* refusal(agents.revision(scope, id, made.active_revision!.id), "RecordMissing")
    yield* refusal(update(edit({ name: "x" })), "RecordMissing")
    yield* refusal(update(activate(made.active_revision!.id)), "RecordMissing")
    yield* refusal(agents.remove(scope, id), "RecordMissing")
  }),
  "equal configurations have equal hashes, and different ones different hashes (Y1, Y2)": Effect.gen(function*() {
    const { made, update } = yield* make
    const first = yield* update(edit({ memory_config: { a: 1, b: [1, 2] } }))
    yield* update(edit({ memory_config: null }))
    const again = yield* update(edit({ memory_config: { b: [1, 2], a: 1 } }))
    equal(again.revisions[0]!.content_hash, first.revisions[0]!.content_hash)
    equal(again.revisions[1]!.content_hash, made.revisions[0]!.content_hash)
    equal(again.revisions[0]!.content_hash === again.revisions[1]!.content_hash, false)
  }),
  "restoring a version brings its name back and activates the revision that was active then, and makes none": Effect
    .gen(function*() {
      const { agents, id, made, update } = yield* make
      const second = yield* update(edit({ description: "d", name: "Eve" }))
      const activated = yield* update(activate(second.revision_id!))
      const restored = yield* agents.restore(scope, id, 1, { reason: "roll back" })
      equal([restored.version, restored.state.name, restored.active_revision?.id, restored.revisions.length], [
        4,
        "Ada",
        made.active_revision!.id,
        2
      ])
      equal(restored.leftAlone, [])
      equal((yield* agents.history(scope, id, { limit: 1 }))[0]!.reason, "roll back")
      const again = yield* agents.restore(scope, id, 3)
      equal([again.state.name, again.active_revision], ["Eve", activated.active_revision])
      equal((yield* agents.restore(scope, id, 3)).changed, false)
      equal((yield* update(edit({ max_turns: 2 }))).revisions[0]!.parent_revision_id, second.revision_id)
      yield* refusal(agents.restore(elsewhere, id, 1), "RecordMissing")
      yield* refusal(agents.at(elsewhere, id, 1), "RecordMissing")
      yield* refusal(agents.diff(elsewhere, id, 1), "RecordMissing")
    }),
  "undoing an edit takes the root fields back and leaves its revision alone": Effect.gen(function*() {
    const { agents, id, update } = yield* make
    const edited = yield* update(edit({ name: "Eve", description: "d" }))
    const activated = yield* update(activate(edited.revision_id!))
    const undone = yield* agents.undo(scope, id, 2)
    equal([undone.state.name, undone.active_revision, undone.leftAlone], [
      "Ada",
      activated.active_revision,
      ["configuration"]
    ])
    const pointer = yield* agents.undo(scope, id, 3)
    equal([pointer.changed, pointer.leftAlone], [false, ["active_revision"]])
    yield* refusal(agents.undo(elsewhere, id, 2), "RecordMissing")
  }),
  "a dry edit makes no revision, and a dry activation activates none": Effect.gen(function*() {
    const { agents, id, made, update } = yield* make
    const dry = { dryRun: true }
    const edited = yield* update(edit({ name: "Eve", description: "d", max_turns: 2 }), dry)
    equal([edited.version, edited.changed, edited.changes, edited.revision_id], [1, true, 3, null])
    equal([edited.state.name, edited.revisions], ["Eve", made.revisions])
    equal((yield* update(edit({ name: "Ada" }), dry)).changes, 0)
    equal(yield* agents.get(scope, id), made)
    const second = yield* update(edit({ description: "d" }))
    equal(second.revisions.length, 2)
    const activated = yield* update(activate(second.revision_id!), dry)
    equal([activated.changes, activated.active_revision?.id], [1, second.revision_id])
    equal((yield* agents.get(scope, id)).active_revision, made.active_revision)
    equal((yield* agents.remove(scope, id, dry)).changed, true)
    equal((yield* agents.get(scope, id)).version, 2)
  }),
  "an agent of many revisions is read as it was when it had few": Effect.gen(function*() {
    const { agents, id, made, update } = yield* make
    for (let turns = 1; turns <= 103; turns++) yield* update(edit({ max_turns: turns }))
    equal(yield* agents.at(scope, id, 1), made)
    equal(
      (yield* agents.at(scope, id, 103)).revisions.map(({ number }) => number),
      Array.from(
        { length: 100 },
        (_, at) => 103 - at
      )
    )
  })
}

/** What holds of agents that are changed at once, by sentence. */
export const taskAgentRaces: Facts = {
  "however many edit at once, each makes its revision": Effect.gen(function*() {
    const { agents, id, update } = yield* make
    const edits = yield* Effect.all(Array.from({ length: 64 }, (_, n) => update(edit({ max_turns: n + 1 }))), {
      concurrency: "unbounded"
    })
    equal(new Set(edits.map(({ revision_id }) => revision_id)).size, 64)
    const { revisions, version } = yield* agents.get(scope, id)
    equal([version, revisions.length, revisions[0]!.number], [65, 65, 65])
  }),
  "concurrent edits each make their revision, numbered without gaps, none lost": Effect.gen(function*() {
    const { agents, configuration, id, update } = yield* make
    yield* Effect.all(
      [{ description: "d" }, { max_turns: 9 }, { name: "N" }, { mcp_servers: [{ task_mcp_server_id: "m" }] }].map(
        (body) => update(edit(body))
      ),
      { concurrency: "unbounded" }
    )
    const { revisions, state, version } = yield* agents.get(scope, id)
    equal([version, state.name, revisions.map(({ number }) => number)], [5, "N", [4, 3, 2, 1]])
    const tip = yield* configuration(revisions[0]!.id)
    equal([tip.description, tip.max_turns, tip.mcp_servers.length], ["d", 9, 1])
  })
}
