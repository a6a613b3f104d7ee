/**
 * Random sequences of what can be asked of a store, as data, so that two stores can be asked the same.
 *
 * @since 0.1.0
 */
import type { RecordKind } from "@emend/domain"
import * as Arbitrary from "effect/Arbitrary"
import { element, oneOf } from "../Choice.ts"
import * as Generate from "../Generate.ts"
import { assignable, namesOf } from "./Bench.ts"
import { blind } from "./Updates.ts"

/**
 * One request to a store. Records are named by a small number; what a record refers to, and what it shares with
 * others, by another. An event is named by a number too: 0 to 2 are of the
 * record's own log in order, 3 to 5 of another record's, and no other exists. So are memos, of which a program has few;
 * of the writes of a commit only the last has one.
 *
 * @category models
 * @since 0.1.0
 */
export type Command =
  | {
    readonly _tag: "Insert"
    readonly slot: number
    readonly state: Generate.Row
    readonly shared: number
    readonly dangling: boolean
    readonly ifAbsent: boolean
    readonly dry: boolean
    readonly memo: number | null
  }
  | {
    readonly _tag: "Update"
    readonly slot: number
    readonly patch: Generate.Row
    readonly assign: Generate.Row
    readonly versions: ReadonlyArray<number> | null
    readonly where: Readonly<Record<string, ReadonlyArray<any>>>
    readonly event: number | null
    readonly backwards: "reject" | "join"
    readonly seconds: number
    readonly dry: boolean
    readonly memo: number | null
  }
  | {
    readonly _tag: "Clean"
    readonly slot: number
    readonly seconds: number
    readonly dry: boolean
    readonly memo: number | null
  }
  | { readonly _tag: "Delete"; readonly slot: number; readonly seconds: number }

/**
 * A sequence of batches, each of several commits of one or two commands.
 *
 * @category models
 * @since 0.1.0
 */
export type Program = ReadonlyArray<ReadonlyArray<readonly [Command, ...ReadonlyArray<Command>]>>

/**
 * How many records a program may name.
 *
 * @category data
 * @since 0.1.0
 */
export const slots = 4

const slot = element(Array.from({ length: slots }, (_, index) => index))
const seconds = element([5, 1, 2, 3, 9, -4])
const dry = element([false, false, false, false, false, false, false, true])
const memo = element([null, null, null, null, 0, 1, 2])

/**
 * Generates programs about one kind of record.
 *
 * @category generators
 * @since 0.1.0
 */
export const commands = (kind: RecordKind.RecordKind): Arbitrary.Arbitrary<Program> => {
  const one = command(kind)
  const commit = oneOf<readonly [Command, ...ReadonlyArray<Command>]>([
    [5, Arbitrary.map(one, (only) => [only] as const)],
    [1, Arbitrary.all([one, one])]
  ])
  const batch = oneOf([
    [3, Arbitrary.array(commit, { minLength: 1, maxLength: 1 })],
    [2, Arbitrary.array(commit, { minLength: 1, maxLength: 6 })]
  ])
  return Arbitrary.array(batch, { minLength: 1, maxLength: 16 })
}

const command = (kind: RecordKind.RecordKind): Arbitrary.Arbitrary<Command> => {
  const state = Generate.state(kind.kind)
  const insert: Arbitrary.Arbitrary<Command> = Arbitrary.all({
    _tag: Arbitrary.Constant("Insert"),
    slot,
    state,
    shared: element([0, 1, 2]),
    dangling: element([false, false, false, false, true]),
    ifAbsent: element([false, false, true]),
    dry,
    memo
  })
  if (kind.touched === undefined) return insert
  const bury: Arbitrary.Arbitrary<Command> = Arbitrary.all({ _tag: Arbitrary.Constant("Delete"), slot, seconds })
  const clean: Arbitrary.Arbitrary<Command> = Arbitrary.all({
    _tag: Arbitrary.Constant("Clean"),
    slot,
    seconds,
    dry,
    memo
  })
  return oneOf([
    [2, insert],
    [8, update(kind, state)],
    ...(kind.tombstone === undefined ? [] : [[1, bury] as const]),
    ...(kind.content === undefined ? [] : [[1, clean] as const])
  ])
}

const update = (
  kind: RecordKind.RecordKind,
  state: Arbitrary.Arbitrary<Generate.Row>
): Arbitrary.Arbitrary<Command> => {
  const names = assignable(kind)
  const live = kind.tombstone === undefined ? [] : [kind.tombstone.field]
  const demanded = [...names, ...live].filter((name) => kind.kind.fields[name].kind === "guarded")
  const none = Arbitrary.Constant({})
  const some = (of: ReadonlyArray<string>): Arbitrary.Arbitrary<Generate.Row> =>
    of.length === 0
      ? none
      : Arbitrary.all([element(of), state]).pipe(Arbitrary.map(([name, like]) => ({ [name]: like[name] })))
  const where = demanded.length === 0
    ? none
    : Arbitrary.all([element(demanded), state, state]).pipe(
      Arbitrary.map(([name, one, other]) => ({ [name]: [one[name], other[name]] }))
    )
  return Arbitrary.all({
    _tag: Arbitrary.Constant("Update"),
    slot,
    patch: Arbitrary.map(Generate.patch(kind.kind), (raw) => blind(kind, raw)),
    assign: oneOf([[2, none], [1, some(names)]]),
    versions: oneOf<ReadonlyArray<number> | null>([
      [6, Arbitrary.Constant(null)],
      [2, Arbitrary.array(element([1, 2, 3, 4, 5]), { minLength: 1, maxLength: 3 })]
    ]),
    where: oneOf<Readonly<Record<string, ReadonlyArray<any>>>>([[5, none], [1, where]]),
    event: namesOf(kind, "forward").length === 0
      ? Arbitrary.Constant(null)
      : element([null, null, null, 0, 1, 2, 0, 1, 2, 3, 9]),
    backwards: element(["reject", "join"] as const),
    seconds,
    dry,
    memo
  })
}
