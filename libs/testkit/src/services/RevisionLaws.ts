/**
 * The laws of an agent's revisions (Q1 to Q8), of random edits and activations.
 *
 * @internal
 */
import { Configuration, TaskAgent } from "@emend/domain"
import * as Arbitrary from "effect/Arbitrary"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { strict as assert } from "node:assert"
import { element, oneOf, struct } from "../Choice.ts"
import * as Generate from "../Generate.ts"
import { activate, edit, make, scope } from "./AgentScene.ts"
import { equal, type Facts, type Services } from "./Fact.ts"

type Scene = Effect.Success<typeof make>

/** A change of an agent: an edit, or the activation of one of its newest revisions, by its place among them. */
type Change = { readonly body: Generate.Row } | { readonly revision: number }

const full = Generate.body(TaskAgent.Edit)
const named = Arbitrary.array(element(Object.keys(TaskAgent.Edit.fields)), { maxLength: 3 })

/** Most bodies have few fields: an agent of many that are random breaks a rule across fields, and is activated never. */
const body = oneOf<Generate.Row>([
  [
    3,
    Arbitrary.map(
      Arbitrary.all([full, named]),
      ([body, fields]) => Object.fromEntries(Object.entries(body).filter(([field]) => fields.includes(field)))
    )
  ],
  [1, full]
])
const place = element([0, 1, 2, 3])
const life: Arbitrary.Arbitrary<ReadonlyArray<Change>> = Arbitrary.array(
  oneOf<Change>([
    [3, Arbitrary.map(body, (body) => ({ body }))],
    [2, Arbitrary.map(place, (revision) => ({ revision }))]
  ]),
  { minLength: 2, maxLength: 8 }
)

/** Fails where a law does not hold of an agent after some of the lives generated, with the smallest case found. */
const after = <A>(
  cases: Arbitrary.Arbitrary<A>,
  holds: (scene: Scene, given: A) => Effect.Effect<void, unknown, Services>
): Effect.Effect<void, unknown, Services> =>
  Effect.gen(function*() {
    const result = yield* Arbitrary.checkEffect(Arbitrary.all([life, cases]), ([changes, given]) =>
      Effect.gen(function*() {
        const scene = yield* make
        yield* live(scene, changes)
        yield* holds(scene, given)
        return true
      }), { runs: 25, seed: "revisions", maxShrinks: 100 })
    const failure = Arbitrary.formatCheckFailure(result)
    assert.equal(failure, undefined, failure)
  })

const get = ({ agents, id }: Scene) => agents.get(scope, id)

/** Carries changes out, and gives the id of the revision that the last activation made the active one, if any. */
const live = Effect.fnUntraced(function*(scene: Scene, changes: ReadonlyArray<Change>) {
  let last: string | undefined
  for (const change of changes) {
    if ("body" in change) yield* scene.update(edit(change.body))
    else {
      const { revisions } = yield* get(scene)
      const { id } = revisions[change.revision % revisions.length]!
      const outcome = yield* Effect.result(scene.update(activate(id)))
      if (Result.isSuccess(outcome)) last = id
      // What breaks a rule across fields may not be active.
      else equal(outcome.failure._tag, "InputInvalid")
    }
  }
  return last
})

/** The revision on which the next edit builds, and its configuration. */
const tip = Effect.fnUntraced(function*(scene: Scene) {
  const { state: { tip_revision_id: id } } = yield* get(scene)
  return { id, configuration: yield* scene.configuration(id) }
})

const lists = Object.keys(Configuration.identities) as ReadonlyArray<keyof typeof Configuration.identities>

const allowed = { allowed_tool_ids: ["y", "x"] }
const more = {
  task_tools: { is_output_formatter: false },
  mcp_servers: allowed,
  integrations: allowed,
  skills: { skill_revision_id: null }
}

/** Bodies that replace lists by others of the same few items, in any order. */
const listed = struct(
  lists.map((list) => [
    list,
    oneOf<unknown>([
      [1, element([undefined, null, []])],
      [
        2,
        Arbitrary.map(
          Arbitrary.array(element(["c", "a", "b", "d"]), { minLength: 2, maxLength: 4 }),
          (ids) => [...new Set(ids)].map((id) => ({ [Configuration.identities[list]]: id, ...more[list] }))
        )
      ]
    ])
  ])
)

const decode = Schema.decodeUnknownSync(TaskAgent.Update)

/** What holds of the revisions of an agent that was edited and activated at random, by sentence. */
export const revisionLaws: Facts = {
  "whatever was done before, an edit never changes the active configuration (Q1)": after(
    body,
    (scene, body) =>
      Effect.gen(function*() {
        const { active_revision } = yield* get(scene)
        const before = yield* scene.configuration(active_revision!.id)
        equal((yield* scene.update(edit(body))).active_revision, active_revision)
        equal(yield* scene.configuration(active_revision!.id), before)
      })
  ),
  "whatever was done before, the same edit twice makes what it makes once (Q2)": after(
    body,
    (scene, body) =>
      Effect.gen(function*() {
        yield* scene.update(edit(body))
        const once = yield* get(scene)
        const again = yield* scene.update(edit(body))
        equal([again.changed, again.revision_id], [false, null])
        equal(yield* get(scene), once)
      })
  ),
  "whatever was done before, two edits lead to the tip to which the two as one lead (Q3)": after(
    Arbitrary.all([body, body]),
    (scene, [first, second]) =>
      Effect.gen(function*() {
        const base = (yield* tip(scene)).id
        const whole = TaskAgent.Edit.compose(
          TaskAgent.Edit.fromBody(first).patch,
          TaskAgent.Edit.fromBody(second).patch
        )
        yield* scene.update(edit(first))
        const { state } = yield* scene.update(edit(second))
        const stepwise = (yield* tip(scene)).configuration
        const { revision_id, state: composed } = yield* scene.update(
          { _tag: "Edit", draft: { patch: whole, advance: {} } },
          { base }
        )
        // An edit that has no effect on its base makes no revision.
        equal(yield* scene.configuration(revision_id ?? base), stepwise)
        equal([composed.name, composed.task_agent_run_visibility], [state.name, state.task_agent_run_visibility])
      })
  ),
  "whatever was done before, an edit makes a revision exactly when it has an effect on the configuration, and one (Q4)":
    after(body, (scene, body) =>
      Effect.gen(function*() {
        const before = yield* get(scene)
        const base = yield* tip(scene)
        const { configuration: patch } = TaskAgent.split(TaskAgent.Edit.fromBody(body).patch)
        const expected = Configuration.Configuration.apply(base.configuration, patch)
        const edited = yield* scene.update(edit(body))
        const made = expected === base.configuration ? 0 : 1
        equal(edited.state.revision_count, before.state.revision_count + made)
        equal(edited.revisions.slice(made), before.revisions)
        if (made === 0) return equal(edited.revision_id, null)
        const [newest] = edited.revisions
        equal([newest!.id, newest!.active, newest!.parent_revision_id], [edited.revision_id, false, base.id])
        equal(yield* scene.configuration(newest!.id), expected)
      })),
  "whatever was done before, the last activation that was not refused is the one that counts (Q5)": after(
    life,
    (scene, changes) =>
      Effect.gen(function*() {
        const before = (yield* get(scene)).active_revision!.id
        const last = (yield* live(scene, changes)) ?? before
        equal((yield* get(scene)).active_revision!.id, last)
        equal((yield* scene.agents.activations(scope, scene.id, { limit: 1 }))[0]!.to, last)
      })
  ),
  "whatever was done before, an activation with anything else is no command (Q6)": after(
    Arbitrary.all([body, place]),
    (scene, [body, at]) =>
      Effect.gen(function*() {
        const before = yield* get(scene)
        const { id } = before.revisions[at % before.revisions.length]!
        const read = TaskAgent.command(decode({ ...body, active_revision_id: id }, { onExcessProperty: "error" }))
        const fields = Object.keys(TaskAgent.Edit.fromBody(body).patch)
        if (fields.length > 0) return equal(read, Result.fail(fields))
        equal(read, Result.succeed(activate(id)))
        yield* live(scene, [{ revision: at }])
        equal((yield* get(scene)).revisions.length, before.revisions.length)
      })
  ),
  "whatever was done before, an edit keeps the order of a list, clears it by an empty one and keeps it by none (Q7)":
    after(listed, (scene, body) =>
      Effect.gen(function*() {
        const base = yield* tip(scene)
        yield* scene.update(edit(body))
        const { configuration } = yield* tip(scene)
        for (const list of lists) equal(configuration[list], body[list] ?? base.configuration[list])
        const empty = Object.fromEntries(lists.map((list) => [list, []]))
        yield* scene.update(edit(empty))
        const cleared = (yield* tip(scene)).configuration
        for (const list of lists) equal(cleared[list], [])
      })),
  "whatever is done afterwards, a revision never changes (Q8)": after(life, (scene, changes) =>
    Effect.gen(function*() {
      const all = (ids: ReadonlyArray<string>) =>
        Effect.forEach(ids, (id) => Effect.map(scene.agents.revision(scope, scene.id, id), ({ revision }) => revision))
      const ids = (yield* get(scene)).revisions.map(({ id }) => id)
      const before = yield* all(ids)
      yield* live(scene, changes)
      yield* scene.agents.restore(scope, scene.id, 1)
      equal(yield* all(ids), before)
    }))
}
