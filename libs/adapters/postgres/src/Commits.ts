/**
 * The execution of batches of commits.
 *
 * @since 0.1.0
 */
import type { PgPool } from "@effect/sql-pg/PgPool"
import { RecordStore } from "@emend/domain"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type { SqlError } from "effect/sql/SqlError"
import * as Attempts from "./Attempts.ts"
import { classify, isImpatient, refusalText, type Run, through } from "./Database.ts"
import type * as Encoded from "./Encoded.ts"
import * as Inserts from "./Inserts.ts"
import * as Memos from "./Memos.ts"
import * as Plan from "./Plan.ts"
import * as Redactions from "./Redactions.ts"
import type { Relation } from "./Relation.ts"
import * as Table from "./Table.ts"
import * as Transaction from "./Transaction.ts"
import * as Updates from "./Updates.ts"

/** As many writes go into one statement. */
const chunk = 256

type Executors = ReadonlyMap<string, {
  readonly relation: Relation
  readonly update: Updates.Execute
  readonly insert: Inserts.Execute
  readonly redact: Redactions.Execute
}>

/**
 * Executes a batch of commits and answers each, in order. With `skips`, another transaction is not waited for: an update
 * of a record that it has locked is not done, nor is any of the inserts of which one has met it for long, and each of these
 * is answered by `undefined`.
 *
 * @category models
 * @since 0.1.0
 */
export interface Execute {
  (commits: ReadonlyArray<RecordStore.Commit>): Effect.Effect<ReadonlyArray<RecordStore.CommitResult>, SqlError>
  (
    commits: ReadonlyArray<RecordStore.Commit>,
    skips: boolean
  ): Effect.Effect<ReadonlyArray<RecordStore.CommitResult | undefined>, SqlError>
}

/**
 * Gives what encodes writes. One that no caller may ask for, or that JSON cannot write, is a defect, which it throws.
 *
 * @category constructors
 * @since 0.1.0
 */
export const encoding = (relations: ReadonlyMap<string, Relation>): (write: RecordStore.Write) => Encoded.Encoded => {
  const updates = new Map([...relations].map(([kind, relation]) => [kind, Updates.encoding(relation)]))
  return (write) => {
    const update = updates.get(write.key.kind)
    if (update === undefined) throw new Error(`There is no kind ${write.key.kind}`)
    return write._tag === "Update" ? update(write) : Inserts.encode(write)
  }
}

/**
 * Prepares the execution of commits over a pool. Each batch is executed to its end, also when its caller goes away. A
 * commit that the database refuses is `Refused` where its reason has no name in the domain.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (pool: PgPool, relations: ReadonlyMap<string, Relation>): Execute => {
  const updates = new Map([...relations].map(([kind, relation]) => [kind, Updates.make(relation)]))
  const executors: Executors = new Map([...relations].map(([kind, relation]) => [kind, {
    relation,
    update: updates.get(kind)!,
    insert: Inserts.make(relation, relations),
    redact: Redactions.make(relation, relations, updates)
  }]))
  const once = through(pool)
  // Each statement is atomic, so it alone is tried anew, and not what was done before it.
  const run: Run = (text, parameters) => Attempts.again(once(text, parameters), Attempts.isInTheWay)
  // What gives up waiting is not to wait again at once.
  const impatient: Run = (text, parameters) =>
    Attempts.again(once(text, parameters), (error) => Attempts.isInTheWay(error) && !isImpatient(error))

  const executeStep: Transaction.ExecuteStep = (run, writes, skips) => execute(executors, run, writes, skips)
  const transact = Transaction.make(
    pool,
    relations,
    executeStep,
    (write, error) => refusal(executors, write, error)
  )

  const together = (writes: ReadonlyArray<RecordStore.Write>, skips: boolean) =>
    Effect.map(
      executeStep(skips && writes[0]!._tag === "Insert" ? impatient : run, writes, skips),
      (outcomes) => outcomes.map((outcome) => outcome && Result.map(outcome, (written) => [written]))
    )

  /** Executes single writes of one kind as one statement, or in parts where the database refuses some of them. */
  const executeGroup = (commits: ReadonlyArray<RecordStore.Commit>, skips: boolean) =>
    Attempts.inHalves(
      commits.map(([write]) => write as RecordStore.Write),
      (writes) => together(writes, skips),
      (write, error) => Effect.succeed(refusal(executors, write, error))
    )

  const executeAll = Effect.fnUntraced(function*(commits: ReadonlyArray<RecordStore.Commit>, skips: boolean) {
    const outcomes: Array<RecordStore.CommitResult | undefined> = []
    for (const group of Plan.groups(commits, relations)) {
      if (group._tag === "Several") {
        const [at] = group.at
        const commit = commits[at!]!
        const dry = RecordStore.named(commit).some(({ dry }) => dry === true)
        const outcome = yield* transact(dry ? commit.map(forReal) : commit, dry ? "ROLLBACK" : "COMMIT")
        outcomes[at!] = dry ? outcome : yield* unlessRepeated(run, commit, outcome)
        continue
      }
      for (let from = 0; from < group.at.length; from += chunk) {
        const at = group.at.slice(from, from + chunk)
        const found = yield* executeGroup(at.map((i) => commits[i]!), skips)
        for (const [n, i] of at.entries()) outcomes[i] = yield* unlessRepeated(run, commits[i]!, found[n])
      }
    }
    return outcomes
  })

  /** One alone has no others to be ordered with, or divided from. */
  const executeAlone = (commit: RecordStore.Commit, skips: boolean) => {
    const write = commit[0] as RecordStore.Write
    const answered = (outcome: RecordStore.CommitResult | undefined) =>
      Effect.mapEager(unlessRepeated(run, commit, outcome), (outcome) => [outcome])
    return Effect.matchEffect(together([write], skips), {
      onSuccess: ([outcome]) => answered(outcome),
      onFailure: (error) =>
        classify(error)._tag === "Refused" ? answered(refusal(executors, write, error)) : Effect.fail(error)
    })
  }

  return ((commits: ReadonlyArray<RecordStore.Commit>, skips: boolean = false) =>
    Effect.uninterruptible(
      commits.length === 1 && Plan.isSingle(commits[0]!) ? executeAlone(commits[0]!, skips) : executeAll(commits, skips)
    )) as Execute
}

/** A write of a rehearsal is executed like any other, and taken back with its transaction. */
const forReal = (step: RecordStore.Write | RecordStore.Each): RecordStore.Write | RecordStore.Each => {
  if (step._tag === "Each") return step
  const { dry: _, memo: __, ...write } = step
  return write
}

/** A commit may be refused for what it left itself when it was executed before: then it is repeated. */
const unlessRepeated = <Outcome extends RecordStore.CommitResult | undefined>(
  run: Run,
  commit: RecordStore.Commit,
  outcome: Outcome
): Effect.Effect<Outcome | RecordStore.CommitResult, SqlError> =>
  outcome === undefined || Result.isSuccess(outcome) || outcome.failure._tag === "Repeated"
    ? Effect.succeed(outcome)
    : Effect.map(repeated(run, commit), (repetition) => repetition ?? outcome)

const repeated = Effect.fnUntraced(function*(
  run: Run,
  commit: RecordStore.Commit
): Effect.fn.Return<RecordStore.CommitResult | undefined, SqlError> {
  for (const { dry, key, memo } of RecordStore.named(commit)) {
    if (memo === undefined || dry === true) continue
    const [found] = yield* Memos.recall(run, [{ tenant: key.tenant, id: memo.id }], memo.made)
    if (found !== undefined) return Result.fail({ _tag: "Repeated", key })
  }
  return undefined
})

/** Executes writes of one form and kind as one statement. */
const execute = (
  executors: Executors,
  run: Run,
  writes: ReadonlyArray<RecordStore.Write>,
  skips: boolean
): Effect.Effect<ReadonlyArray<Updates.Outcome | undefined>, SqlError> => {
  const { _tag, key } = writes[0]!
  const executor = executors.get(key.kind)
  if (executor === undefined) return Effect.die(new Error(`There is no kind ${key.kind}`))
  if (Plan.redacts(writes[0]!)) {
    return Effect.map(executor.redact(run, writes[0] as RecordStore.Update), (outcome) => [outcome])
  }
  return _tag === "Insert"
    ? executor.insert(run, writes as ReadonlyArray<RecordStore.Insert>, skips)
    : executor.update(run, writes as ReadonlyArray<RecordStore.Update>, skips)
}

/** What it means that the database refuses a write: constraints are named after what they hold. */
const refusal = (executors: Executors, { key }: RecordStore.Write, error: SqlError): RecordStore.CommitResult => {
  const { attributes, kind, table } = executors.get(key.kind)!.relation
  const failure = classify(error)
  if (Memos.isInForce(error)) return Result.fail({ _tag: "Repeated", key })
  const { code, constraint } = failure._tag === "Refused" ? failure : { code: failure._tag, constraint: undefined }
  if (code === "23505") {
    if (constraint === Table.primaryKey(table)) return Result.fail({ _tag: "Taken", key, fields: ["id"] })
    const unique = kind.unique?.find(({ fields }) => Table.uniqueKey(table, fields) === constraint)
    if (unique !== undefined) return Result.fail({ _tag: "Taken", key, fields: unique.fields })
  }
  if (code === "23503") {
    const dangling = attributes.find(({ field }) => Table.foreignKey(table, field) === constraint)
    if (dangling !== undefined) return Result.fail({ _tag: "Dangling", key, field: dangling.field })
  }
  return Result.fail({ _tag: "Refused", key, reason: refusalText(error) })
}
