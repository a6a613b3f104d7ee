/**
 * The writes of the graph of board tasks: links, and what comes into being or goes with them.
 *
 * @internal
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type { BoardLinks } from "./BoardLinks.ts"
import { idOf } from "./BoardLinks.ts"
import { Caller } from "./Caller.ts"
import { type CommitRefusal, refusal } from "./CommitRefusal.ts"
import { type Authoring, type Conditions, demanded } from "./Conditions.ts"
import type { BoardChange } from "./kinds/BoardChange.ts"
import { type BoardLink, boardLinkKind } from "./kinds/BoardLink.ts"
import { type BoardTask, boardTaskKind } from "./kinds/BoardTask.ts"
import * as Once from "./Once.ts"
import { isDeleted, type RecordKind } from "./RecordKind.ts"
import { type Changed, type Created, filled, maxAttempts } from "./Records.ts"
import type { Commit, Each, Insert, RecordStore, Stored, Update, Write } from "./RecordStore.ts"
import { CycleRefused, type GraphTooLarge, RecordMissing, TooContended } from "./Refusals.ts"
import type { Authorship } from "./Revision.ts"
import { timestamp } from "./Text.ts"
import * as Turns from "./Turns.ts"

/**
 * What a write of the graph can be refused for.
 *
 * @category errors
 * @since 0.1.0
 */
export type GraphRefusal = CommitRefusal | GraphTooLarge | TooContended

/** The writes of the graph. */
export interface BoardGraph {
  readonly link: (
    parent: string,
    child: string,
    conditions: Authoring
  ) => Effect.Effect<Created<BoardLink> & { readonly created: boolean }, GraphRefusal | CycleRefused>
  readonly unlink: (
    parent: string,
    child: string,
    conditions: Authoring
  ) => Effect.Effect<Pick<Created<BoardLink>, "changes">, GraphRefusal>
  /** Inserts a task that is made of its parent, with the link to it. */
  readonly insert: (
    parent: string,
    make: (parent: BoardTask, author: Authorship) => BoardTask,
    conditions: Authoring
  ) => Effect.Effect<Created<BoardTask>, GraphRefusal>
  /** Deletes a task with all its links, however many. */
  readonly remove: (
    id: string,
    conditions: Conditions
  ) => Effect.Effect<Changed<BoardTask>, CommitRefusal | TooContended>
}

type Happening = Pick<BoardChange, "change" | "task_id" | "subtask_id">

/** What shall happen: a commit and the place of the write that it is about; or nothing, as the record is so already. */
type Intent =
  | { readonly present: Stored & { readonly state: BoardLink } }
  | { readonly commit: Commit; readonly main: number }

/** Tells what happens, as the change behind so many others of the same commit. */
type Tell = (happening: Happening, behind?: number) => Insert

/** Prepares the writes over a store. */
export const make = (store: RecordStore["Service"], links: BoardLinks): BoardGraph => {
  const turns = Turns.of(store)

  /**
   * Writes to the graph of the caller's tenant. Who writes takes the next number of its changes, so that what was
   * decided still holds; where another one has taken it, it is decided anew.
   */
  const write = <S>(kind: RecordKind, id: string, conditions: Conditions) =>
  <E, R>(
    decide: (author: Authorship, tenant: string, tell: Tell) => Effect.Effect<Intent, E, R>
  ): Effect.Effect<Changed<S>, E | CommitRefusal | TooContended, R> =>
    Effect.gen(function*() {
      const { subject, tenant } = yield* Caller
      const { name } = kind.kind
      const before = yield* Once.again<S>(store, kind, { kind: name, tenant, id: "" })
      if (before !== undefined) return before
      const memo = yield* Once.memo({})
      const more = {
        ...(conditions.dryRun === true ? { dry: true } : undefined),
        ...(memo === undefined ? undefined : { memo })
      }
      const attempts = Effect.gen(function*() {
        for (let attempt = 0; attempt < maxAttempts; attempt++) {
          const last = yield* lastChange(tenant)
          const now = timestamp(yield* Clock.currentTimeNanos)
          // The changes are in the order of their times, whatever clocks those have who make them.
          const at = last !== undefined && last.at > now ? last.at : now
          const author = { at, by: subject, reason: conditions.reason ?? null }
          const tell: Tell = (happening, behind = 0) =>
            told(tenant, (last?.number ?? 0) + 1 + behind, happening, author)
          const intent = yield* decide(author, tenant, tell)
          if ("present" in intent) {
            const { state, version } = intent.present
            yield* Once.leave(store, { kind: name, tenant, id: state.id }, version)
            return { version, state: state as S, changed: false }
          }
          const { main } = intent
          // That a list keeps its length its type does not tell.
          const commit = intent.commit.with(main, { ...intent.commit[main] as Write, ...more }) as unknown as Commit
          const [result] = yield* store.commit([commit])
          if (Result.isSuccess(result!)) {
            const { changed, state, version } = result.success[main]!
            return { version, state: state as S, changed }
          }
          const { failure } = result!
          if (failure._tag !== "Taken" || failure.key.kind !== "BoardChange") {
            return yield* refusal(boardTaskKind, failure, conditions)
          }
        }
        return yield* new TooContended({ kind: "BoardTask", id, attempts: maxAttempts })
      })
      return yield* turns(tenant)(attempts)
    })

  const lastChange = (tenant: string) =>
    Effect.map(
      store.find({
        kind: "BoardChange",
        tenant,
        where: {},
        order: [{ field: "number", direction: "desc" }],
        limit: 1
      }),
      ([found]) => found?.state as BoardChange | undefined
    )

  const tasks = Effect.fnUntraced(function*(tenant: string, ids: ReadonlyArray<string>) {
    const found = yield* store.get(ids.map((id) => ({ kind: "BoardTask", tenant, id })))
    const missing = found.findIndex((task) => task === undefined || isDeleted(boardTaskKind, task.state))
    if (missing >= 0) return yield* new RecordMissing({ kind: "BoardTask", id: ids[missing]! })
    return found.map((task) => task!.state as BoardTask)
  })

  const linkOf = Effect.fnUntraced(function*(tenant: string, parent: string, child: string) {
    const key = { kind: "BoardLink", tenant, id: yield* idOf(parent, child) }
    const [present] = yield* store.get([key])
    return { key, present: present as Stored & { readonly state: BoardLink } | undefined }
  })

  const link: BoardGraph["link"] = (parent_id, child_id, conditions) =>
    write<BoardLink>(boardLinkKind, parent_id, conditions)((author, tenant, tell) =>
      Effect.gen(function*(): Effect.fn.Return<Intent, GraphRefusal | CycleRefused> {
        const [parent, child] = yield* tasks(tenant, [parent_id, child_id])
        const { key, present } = yield* linkOf(tenant, parent_id, child_id)
        if (present?.state.linked) return { present }
        const cycle = yield* links.cycle(parent_id, child_id)
        if (cycle !== undefined) return yield* new CycleRefused({ kind: "BoardTask", id: parent_id, cycle })
        const linked: Insert | Update = present === undefined
          ? inserted(key, parent!, child!, author)
          : { _tag: "Update", key, patch: {}, assign: { linked: true }, author }
        return { commit: [tell({ change: "linked", task_id: parent_id, subtask_id: child_id }), linked], main: 1 }
      })
    ).pipe(
      Effect.map(({ changed, ...link }) => ({ ...rehearsed(link, conditions, Number(changed)), created: changed }))
    )

  const unlink: BoardGraph["unlink"] = (parent_id, child_id, conditions) =>
    write<BoardLink>(boardLinkKind, parent_id, conditions)((author, tenant, tell) =>
      Effect.gen(function*(): Effect.fn.Return<Intent, GraphRefusal> {
        yield* tasks(tenant, [parent_id])
        const { key, present } = yield* linkOf(tenant, parent_id, child_id)
        if (!present?.state.linked) return yield* new RecordMissing({ kind: "subtask", id: child_id })
        const unlinked = tell({ change: "unlinked", task_id: parent_id, subtask_id: child_id })
        return { commit: [unlinked, severed(key, author)], main: 1 }
      })
    ).pipe(Effect.as(rehearsed({}, conditions, 1)))

  const insert: BoardGraph["insert"] = (parent_id, make, conditions) =>
    write<BoardTask>(boardTaskKind, parent_id, conditions)((author, tenant, tell) =>
      Effect.gen(function*(): Effect.fn.Return<Intent, GraphRefusal> {
        const [parent] = yield* tasks(tenant, [parent_id])
        const child = make(parent!, author)
        const task: Insert = {
          _tag: "Insert",
          key: { kind: "BoardTask", tenant, id: child.id },
          state: child,
          author
        }
        const key = { kind: "BoardLink", tenant, id: yield* idOf(parent_id, child.id) }
        const linked = tell({ change: "linked", task_id: parent_id, subtask_id: child.id })
        // Nothing leads on from a new task, so there can be no cycle. What is told refers to it, so it comes first.
        return { commit: [task, linked, inserted(key, parent!, child, author)], main: 0 }
      })
    ).pipe(Effect.map(({ state, version }) => rehearsed({ state, version }, conditions, filled(state))))

  const remove: BoardGraph["remove"] = (id, conditions) =>
    write<BoardTask>(boardTaskKind, id, conditions)((author, tenant, tell) =>
      Effect.gen(function*(): Effect.fn.Return<Intent, CommitRefusal> {
        yield* tasks(tenant, [id])
        const versions = demanded(conditions)
        const task: Update = {
          _tag: "Update",
          key: { kind: "BoardTask", tenant, id },
          patch: {},
          assign: { is_deleted: true },
          ...(versions === undefined ? undefined : { versions }),
          author
        }
        // As long as the numbers are free, the links are those that were counted.
        const down = yield* links.of("down", id)
        const up = yield* links.of("up", id)
        const severing = (of: Each["of"], behind: number): Each => ({
          _tag: "Each",
          of,
          writes: ({ state: { child_id, id, parent_id } }, at) => [
            tell({ change: "unlinked", task_id: parent_id, subtask_id: child_id }, behind + at),
            severed({ kind: "BoardLink", tenant, id }, author)
          ]
        })
        const gone = tell({ change: "deleted", task_id: id, subtask_id: null }, down.count + up.count)
        return { commit: [task, severing(down.links, 0), severing(up.links, down.count), gone], main: 0 }
      })
    )

  return { link, unlink, insert, remove }
}

/** Says after a rehearsal how much would change. */
const rehearsed = <A>(answer: A, { dryRun }: Authoring, changes: number): A & { readonly changes?: number } => ({
  ...answer,
  ...(dryRun === true ? { changes } : undefined)
})

const told = (tenant: string, number: number, happening: Happening, { at, by, reason }: Authorship): Insert => {
  const id = String(number)
  const state: BoardChange = { id, number, ...happening, at, by, reason }
  return { _tag: "Insert", key: { kind: "BoardChange", tenant, id }, state, author: { at, by, reason } }
}

const inserted = (key: Insert["key"], parent: BoardTask, child: BoardTask, author: Authorship): Insert => {
  const state: BoardLink = {
    id: key.id,
    parent_id: parent.id,
    child_id: child.id,
    parent_created_at: parent.created_at,
    child_created_at: child.created_at,
    linked: true,
    created_at: author.at,
    updated_at: author.at,
    created_by: author.by
  }
  return { _tag: "Insert", key, state, author }
}

const severed = (key: Update["key"], author: Authorship): Update => ({
  _tag: "Update",
  key,
  patch: {},
  assign: { linked: false },
  author
})
