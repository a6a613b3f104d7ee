/**
 * What holds of reading records of every kind, and leading them back, in time.
 *
 * @internal
 */
import * as Effect from "effect/Effect"
import { equal, type Facts, refusal } from "./Fact.ts"
import type { Life, lives } from "./Life.ts"

/** Takes all steps of a record and gives what was answered at each version. */
const live = Effect.fnUntraced(function*({ get, steps, write }: Life) {
  const seen = [yield* get]
  for (const step of [write("one"), ...steps]) {
    yield* step
    seen.push(yield* get)
  }
  equal(seen.map(({ version }) => version), seen.map((_, at) => at + 1))
  return seen
})

/** The record, its version and its history: what a dry run and a refusal leave as they are. */
const whole = ({ get, history }: Life) => Effect.all([get, history])

/** What holds of a kind's history, by sentence. */
export const historyFacts = (make: (typeof lives)[keyof typeof lives]): Facts => ({
  "at every version it is read as it was answered then, and a version that never was is unknown": Effect.gen(
    function*() {
      const life = yield* make
      const seen = yield* live(life)
      for (const then of seen) equal(yield* life.at(then.version), then)
      for (const never of [0, -1, seen.length + 1, 1.5, 1e20, NaN, Infinity]) {
        const { given, present } = yield* refusal(life.at(never), "VersionUnknown")
        equal([given, present], [never, seen.length])
        equal((yield* refusal(life.diff(never), "VersionUnknown")).given, never)
        equal((yield* refusal(life.restore(never), "VersionUnknown")).given, never)
        equal((yield* refusal(life.undo(never), "VersionUnknown")).given, never)
      }
    }
  ),
  "the differences of its versions say what changed, in both directions": Effect.gen(function*() {
    const life = yield* make
    const seen = yield* live(life)
    for (const { version } of seen.slice(1)) {
      const { changes, from, moves, patch, to } = yield* life.diff(version - 1, version)
      equal([from, to], [version - 1, version])
      equal(Object.keys(patch).length + Object.keys(moves).length > 0, true, `version ${version} differs`)
      equal(changes.length >= Object.keys(patch).length + Object.keys(moves).length, true, `sentences of ${version}`)
      const back = yield* life.diff(version, version - 1)
      equal(
        new Set([...Object.keys(back.patch), ...Object.keys(back.moves)]),
        new Set([...Object.keys(patch), ...Object.keys(moves)])
      )
    }
    equal(yield* life.diff(1), yield* life.diff(1, seen.length))
    const none = yield* life.diff(seen.length)
    equal([none.patch, none.moves, none.changes], [{}, {}, []])
    yield* refusal(life.diff(1, seen.length + 1), "VersionUnknown")
    yield* refusal(life.diff(0), "VersionUnknown")
  }),
  "restored to a version its fields are as they were then, and restored back as they were before": Effect.gen(
    function*() {
      const life = yield* make
      const seen = yield* live(life)
      const now = seen.at(-1)!
      for (const then of seen.slice(0, -1)) {
        const restored = yield* life.restore(then.version)
        equal(life.own(restored.state), life.own(then.state))
        equal((yield* life.get).state, restored.state)
        equal(life.own((yield* life.restore(now.version)).state), life.own(now.state))
      }
      const { version } = yield* life.get
      const same = yield* life.restore(version)
      equal([same.version, same.changed, same.leftAlone], [version, false, []])
      yield* refusal(life.restore(version + 1), "VersionUnknown")
      yield* refusal(life.restore(0), "VersionUnknown")
    }
  ),
  "undone and redone it is as it was": Effect.gen(function*() {
    const life = yield* make
    const before = yield* life.get
    const written = yield* life.write("one")
    const undone = yield* life.undo(written.version)
    equal([life.own(undone.state), undone.version, undone.changed], [life.own(before.state), 3, true])
    const redone = yield* life.undo(undone.version)
    equal(life.own(redone.state), life.own(written.state))
    const again = yield* life.undo(undone.version)
    equal([again.version, again.changed], [redone.version, false], "what is undone already is no change")
  }),
  "a revision is undone under later ones that touch other paths, and a later write of its path is a conflict": Effect
    .gen(function*() {
      const life = yield* make
      yield* life.write("one")
      yield* life.write("two")
      const before = yield* whole(life)
      const { conflicts, present } = yield* refusal(life.undo(2), "RebaseConflict")
      equal([present, conflicts.length], [3, 1])
      equal([conflicts[0]!.path, conflicts[0]!.base, conflicts[0]!.theirs], [life.path, "one", "two"])
      equal(yield* whole(life), before)
      equal((yield* life.undo(3)).changed, true)
      yield* life.steps[0]!
      const kept = life.own((yield* life.get).state)
      const undone = yield* life.undo(2)
      equal(undone.changed, true)
      const [field] = life.path.split("/").slice(1)
      equal({ ...life.own(undone.state), [field!]: null }, { ...kept, [field!]: null })
    }),
  "every revision but the first can be undone at once, and the first and those that never were cannot": Effect.gen(
    function*() {
      const life = yield* make
      const count = (yield* live(life)).length
      for (let revision = count; revision > 1; revision--) {
        const now = yield* life.get
        const undone = yield* life.undo(revision)
        equal(undone.version, now.version + Number(undone.changed))
      }
      equal(life.own((yield* life.get).state), life.own((yield* life.at(1)).state))
      const before = yield* whole(life)
      yield* refusal(life.undo(1), "InputInvalid")
      yield* refusal(life.undo(0), "VersionUnknown")
      yield* refusal(life.undo(before[0].version + 1), "VersionUnknown")
      equal(yield* whole(life), before)
    }
  ),
  "a dry run answers what would be and how much would change, and writes nothing": Effect.gen(function*() {
    const life = yield* make
    yield* live(life)
    const before = yield* whole(life)
    const dry = { dryRun: true }
    const [now] = before
    const write = yield* life.write("other", dry)
    equal([write.version, write.changed, write.changes], [now.version, true, 1])
    const restore = yield* life.restore(1, dry)
    const undo = yield* life.undo(3, dry)
    equal(restore.changes! > 0, true)
    equal((yield* life.restore(now.version, dry)).changes, 0)
    yield* refusal(life.write("other", { ...dry, ifMatch: [1] }), "VersionMismatch")
    yield* refusal(life.restore(99, dry), "VersionUnknown")
    equal(yield* whole(life), before)
    equal(life.own((yield* life.undo(3)).state), life.own(undo.state))
    equal(life.own((yield* life.restore(1)).state), life.own(restore.state))
  }),
  "of an update of several fields of which one is refused, none is written": Effect.gen(function*() {
    const life = yield* make
    yield* life.write("theirs")
    const before = yield* whole(life)
    for (const update of life.wrong) {
      const { _tag } = yield* Effect.flip(update)
      equal(["InputInvalid", "ReferenceUnknown"].includes(_tag), true, _tag)
      equal(yield* whole(life), before)
    }
    const { conflicts } = yield* refusal(life.both("mine", { rebaseFrom: 1 }), "RebaseConflict")
    equal(conflicts.map(({ path }) => path), [life.path])
    yield* refusal(life.both("mine", { ifMatch: [1] }), "VersionMismatch")
    equal(yield* whole(life), before)
    equal((yield* life.both("mine")).version, 3)
  }),
  "who led it back and why is told, and a demand on the version is heard": Effect.gen(function*() {
    const life = yield* make
    yield* life.write("one")
    yield* refusal(life.restore(1, { ifMatch: [1] }), "VersionMismatch")
    yield* refusal(life.undo(2, { ifMatch: [1] }), "VersionMismatch")
    yield* life.restore(1, { ifMatch: [2] })
    yield* life.undo(3, { reason: "mine" })
    yield* life.undo(2)
    equal((yield* life.history).map(({ by, reason }) => [by, reason]).slice(0, 3), [
      ["tester", "Undoes revision 2"],
      ["tester", "mine"],
      ["tester", "Restores version 1"]
    ])
  })
})

/** What holds of records that are led back while others change them, by sentence. */
export const historyRaces = (make: (typeof lives)[keyof typeof lives]): Facts => ({
  "an undo and changes elsewhere at the same time both have their effect, and nothing else has": Effect.gen(
    function*() {
      for (const round of rounds) {
        const life = yield* make
        yield* life.write("one")
        const twin = yield* make
        const undo = life.undo(2)
        const programs = round % 2 === 0 ? [undo, ...life.elsewhere] : [...life.elsewhere, undo]
        yield* Effect.all(programs, { concurrency: "unbounded" })
        yield* Effect.all(twin.elsewhere)
        const [now, expected] = [yield* life.get, yield* twin.get]
        equal(life.lasting(now.state), twin.lasting(expected.state))
        equal([now.version, expected.version], [life.elsewhere.length + 3, life.elsewhere.length + 1])
        equal(yield* life.at(now.version), now)
      }
    }
  ),
  "a restore and changes at the same time come one after the other": Effect.gen(function*() {
    for (const _ of rounds) {
      const life = yield* make
      yield* life.write("one")
      const [restored, ...steps] = yield* Effect.all([life.restore(1), ...life.elsewhere], { concurrency: "unbounded" })
      const versions = (yield* life.history).map(({ version }) => version)
      equal(versions, Array.from({ length: steps.length + 3 }, (_, n) => steps.length + 3 - n))
      // What came before the restore is led back too, and what came after it stays.
      equal(life.own(restored.state), life.own((yield* life.at(1)).state))
      equal((yield* life.at(restored.version)).state, restored.state)
      equal(yield* life.at(versions[0]!), yield* life.get)
    }
  }),
  "of changes of one field against one version exactly one is made, and of updates carried over it one": Effect.gen(
    function*() {
      for (const _ of rounds) {
        const life = yield* make
        for (
          const [demand, refused] of [[{ ifMatch: [1] }, "VersionMismatch"], [
            { rebaseFrom: 2 },
            "RebaseConflict"
          ]] as const
        ) {
          const writes = yield* Effect.forEach(
            ["a", "b", "c", "d"].map((text) => text + refused),
            (text) => Effect.result(life.write(text, demand)),
            { concurrency: "unbounded" }
          )
          equal(writes.map((write) => write._tag === "Success" ? "made" : write.failure._tag).sort(), [
            refused,
            refused,
            refused,
            "made"
          ])
        }
        equal((yield* life.get).version, 3)
      }
    }
  )
})

/** Races are run anew, as their outcome may hang on luck. */
const rounds = [0, 1, 2, 3]
