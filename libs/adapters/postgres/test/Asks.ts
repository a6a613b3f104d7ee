/** Random groups of single requests that come at the same moment, as data, so that two stores can be asked the same. */
import { BoardTask, kinds, type RecordKind, type RecordStore, Task } from "@emend/domain"
import { Choice, Generate } from "@emend/testkit"
import * as Arbitrary from "effect/Arbitrary"

const { element, oneOf } = Choice
type Row = Generate.Row

/** What is asked of a kind of record that can change. */
export interface Update {
  readonly _tag: "Update"
  readonly kind: string
  readonly tenant: number
  /** Names the record, see {@link names}. */
  readonly slot: number
  readonly patch: Row
  readonly assign: Row
  /** How far the versions that are demanded are from that at the beginning of the group. */
  readonly versions: ReadonlyArray<number> | null
  readonly where: Readonly<Record<string, ReadonlyArray<RecordStore.Value>>>
  /** Of the events of the tracker's own, of another tracker's, or of nobody. */
  readonly event: number | null
  readonly backwards: "reject" | "join"
  readonly memo: number | null
  readonly seconds: number
  /** Is only asked about, of a record that nothing else in the group is about. */
  readonly dry: boolean
}

export interface Insert {
  readonly _tag: "Insert"
  readonly kind: string
  readonly tenant: number
  readonly slot: number
  readonly state: Row
  readonly ifAbsent: boolean
  readonly memo: number | null
}

export interface Append {
  readonly _tag: "Append"
  readonly tenant: number
  readonly task: string
  readonly agent: string
  readonly slot: number
  readonly content: unknown
  readonly memo: number | null
}

export interface Read {
  readonly _tag: "Read"
  readonly kind: string
  readonly tenant: number
  readonly slot: number
}

export type Ask = Update | Insert | Append | Read

/** Groups that follow each other; what one has is asked for in one turn of the event loop. */
export type Program = ReadonlyArray<ReadonlyArray<Ask>>

/**
 * The ids of the records of a kind, by slot. Of each kind the first three are there, then come one that is missing and,
 * for kinds that know it, one that is deleted. A spare one is only asked about.
 */
export const names = ["one", "two", "three", "nobody", "gone", "spare", "no\u0000body"]
export const settled = ["one", "two", "three", "gone", "spare"]

/** The ids that inserts take: some are there, some are new and come more than once. */
export const fresh = ["one", "gone", "new-1", "new-2", "new-3", "new-4", "new-5", "new-6", "a".repeat(256), "new\u0000"]

const slot = element([0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 3, 4, 6])
const tenant = element([0, 0, 0, 1])
const memo = element([...Array.from({ length: 20 }, () => null), 0, 1])
const seconds = element([5, 1, 2, 9, -4])
const none = Arbitrary.Constant({})
const kindOf = (name: string): RecordKind.RecordKind => kinds.find(({ kind }) => kind.name === name)!

/** Two of these are more than a value may have together. */
const half = "x".repeat(600_000)

/** Values that the database refuses, where nobody has looked before, or that it has in another form. */
const awkward = ["\u0000", "\ud800", "\\u0000", ""]

const merges = oneOf<Row>([
  [
    12,
    Arbitrary.all([element(["a", "b", "c"]), element([1, 2, null, "", { a: 1 }])]).pipe(
      Arbitrary.map(([key, value]) => ({ merge: { set: { [key]: value } } }))
    )
  ],
  [3, Arbitrary.map(element(["a", "b", "c"]), (key) => ({ merge: { unset: [key] } }))],
  [2, element([{ set: null }, { set: {} }, { set: { a: 1 } }, { merge: { set: { a: 2 }, unset: ["b", "z"] } }])],
  [1, element([{ merge: { set: { big: half } } }, { merge: { set: { other: half } } }, { set: { big: half } }])],
  [1, Arbitrary.map(element(awkward), (text) => ({ merge: { set: { [text]: text } } }))]
])

/** Updates of few fields with few values, so that they meet, and take each other back; or any others. */
const patches = (kind: RecordKind.RecordKind, few: ReadonlyArray<readonly [string, Arbitrary.Arbitrary<Row>]>) => {
  const one = oneOf(few.map(([name, from]) => [1, Arbitrary.map(from, (to): Row => ({ [name]: to }))] as const))
  const any = Arbitrary.map(
    Generate.patch(kind.kind),
    (raw): Row => Object.fromEntries(Object.entries(raw).filter(([name]) => kind.kind.fields[name].kind !== "forward"))
  )
  return oneOf<Row>([
    [6, one],
    [2, Arbitrary.map(Arbitrary.all([one, one]), ([a, b]) => ({ ...a, ...b }))],
    [1, any],
    [1, none]
  ])
}

const set = (...values: ReadonlyArray<unknown>): Arbitrary.Arbitrary<Row> =>
  Arbitrary.map(element(values), (value) => ({ set: value }))

const update = (
  name: string,
  { assign, few, where }: {
    readonly few: ReadonlyArray<readonly [string, Arbitrary.Arbitrary<Row>]>
    readonly assign: Arbitrary.Arbitrary<Row>
    readonly where: Arbitrary.Arbitrary<Update["where"]>
  }
): Arbitrary.Arbitrary<Ask> =>
  Arbitrary.all({
    _tag: Arbitrary.Constant("Update"),
    kind: Arbitrary.Constant(name),
    tenant,
    slot,
    patch: patches(kindOf(name), few),
    assign: oneOf([[3, none], [1, assign]]),
    versions: oneOf<ReadonlyArray<number> | null>([
      [7, Arbitrary.Constant(null)],
      [2, Arbitrary.array(element([0, 1, 2, 3, -1, 7]), { minLength: 1, maxLength: 2 })]
    ]),
    where: oneOf([[7, none], [1, where]]),
    event: name === "AgentTaskTracker"
      ? element([null, null, null, null, null, 0, 1, 1, 2, 2, 3, 4, 5])
      : Arbitrary.Constant(null),
    backwards: element(["reject", "join"] as const),
    memo,
    seconds,
    dry: element([false, false, false, false, false, false, false, true])
  })

const updates: ReadonlyArray<readonly [number, Arbitrary.Arbitrary<Ask>]> = [
  [
    8,
    update("Task", {
      few: [["params", merges], ["params", merges], [
        "task_metadata",
        set(null, {}, { a: 1 }, { a: 2 }, { a: "\u0000" })
      ]],
      assign: element<Row>([
        ...["RUNNING", "FAILED", "INTERRUPTED", "DELETED", "ASLEEP", null].map((status) => ({ status })),
        ...[null, "because", "\u0000"].map((status_reason) => ({ status: "FAILED", status_reason })),
        { name: "spare" },
        { name: "again" }
      ]),
      where: element<Update["where"]>([
        { status: ["RUNNING"] },
        { status: ["FAILED", "INTERRUPTED", null] },
        { status: Task.sources("COMPLETED"), status_reason: [null] },
        { name: ["again"] },
        { status: [] }
      ])
    })
  ],
  [
    6,
    update("AgentTaskTracker", {
      few: [["status", set(null, "a", "b", "\u0000")], ["status_reason", set(null, "", "why", "\ud800")]],
      assign: none,
      where: element<Update["where"]>([{ status: [null] }, { status: ["a"] }, { agent_id: ["g"], task_id: ["log"] }])
    })
  ],
  [
    6,
    update("BoardTask", {
      few: [
        ["title", set("a", "b", "", "\u0000")],
        ["description", set(null, "", "d")],
        ["priority", set(1, 2, 4, 9, 1.5, 1e12)],
        ["assigned_to_user_id", set(null, "u", "v", "u".repeat(256))]
      ],
      assign: element<Row>([
        ...BoardTask.Status.literals.map((status) => ({ status })),
        { status: "asleep" },
        { is_deleted: true },
        { is_deleted: false }
      ]),
      where: element<Update["where"]>([
        { status: ["backlog"] },
        { status: ["assigned", "review"], is_deleted: [false] },
        { priority: [1, 2] },
        { assigned_to_user_id: [null, "u"] }
      ])
    })
  ]
]

/** Updates of one record and field, of which some are refused: nothing may go on from these. */
const amiss: Arbitrary.Arbitrary<Ask> = update("BoardTask", {
  few: [["priority", set(1, 2, 9)]],
  assign: element<Row>([{ status: "asleep" }, { status: "assigned" }]),
  where: none
}).pipe(Arbitrary.map((ask) => ({ ...ask, slot: 0, versions: null, memo: null, dry: false }) as Ask))

/** Steps of one cursor, forth and back. */
const steps: Arbitrary.Arbitrary<Ask> = Arbitrary.all([
  update("AgentTaskTracker", { few: [["status", set("a", null)]], assign: none, where: none }),
  element([0, 1, 2, 3])
]).pipe(Arbitrary.map(([ask, event]) => ({ ...ask, slot: 0, versions: null, memo: null, dry: false, event }) as Ask))

/** What a new record has is what one of few has, so that unique values meet, or refers to nobody. */
const insert = (name: string, few: ReadonlyArray<Row>): Arbitrary.Arbitrary<Ask> =>
  Arbitrary.all({
    _tag: Arbitrary.Constant("Insert"),
    kind: Arbitrary.Constant(name),
    tenant,
    slot: element(fresh.map((_, at) => at)),
    state: element(few),
    ifAbsent: element([false, false, true]),
    memo
  })

const inserts: ReadonlyArray<readonly [number, Arbitrary.Arbitrary<Ask>]> = [
  [
    1,
    insert("Task", [
      {},
      { name: "new" },
      { name: "spare" },
      { name: "spare", status: "DELETED" },
      { name: "\u0000" },
      { name: "" },
      { status: "ASLEEP" },
      { params: { a: 1 }, task_metadata: {} },
      { params: { big: half, other: half } }
    ])
  ],
  [
    1,
    insert("AgentTaskTracker", [
      { task_id: "log", agent_id: "i" },
      { task_id: "log", agent_id: "j", status: "a" },
      { task_id: "log", agent_id: "g" },
      { task_id: "nobody", agent_id: "i" },
      { task_id: "log", agent_id: "nobody" }
    ])
  ],
  [1, insert("BoardTask", [{}, { title: "t", priority: 1 }, { title: "" }, { priority: 0 }, { is_deleted: true }])],
  [1, insert("Agent", [{}, { name: "n" }, { name: "\u0000" }])]
]

const append: Arbitrary.Arbitrary<Ask> = Arbitrary.all({
  _tag: Arbitrary.Constant("Append"),
  tenant,
  task: element(["log", "log", "log", "one", "gone", "nobody"]),
  agent: element(["g", "g", "h", "nobody"]),
  slot: element([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]),
  content: oneOf<unknown>([[4, element<unknown>([null, 1, "", { a: [] }])], [1, element<unknown>(awkward)]]),
  memo
})

const read: Arbitrary.Arbitrary<Ask> = Arbitrary.all({
  _tag: Arbitrary.Constant("Read"),
  kind: element(["Task", "AgentTaskTracker", "BoardTask"]),
  tenant,
  slot: element(names.map((_, at) => at))
})

/** Whether a value is, or has in it, one that the database refuses. */
const isRefused = (value: unknown): boolean =>
  typeof value === "string"
    ? /[\u0000\ud800]|^asleep$/iu.test(value) || value.length === 256
    : typeof value === "number"
    ? [9, 1.5, 1e12].includes(value)
    : typeof value === "object" && value !== null && [...Object.keys(value), ...Object.values(value)].some(isRefused)

const isBad = (ask: Ask): boolean => {
  const id = ask._tag === "Insert" ? fresh[ask.slot] : ask._tag === "Append" ? "" : names[ask.slot]
  if (isRefused(id) || isRefused(ask)) return true
  const title = ask._tag === "Update" ? ask.patch["title"]?.set : ask._tag === "Insert" ? ask.state["title"] : "t"
  return title === "" || (ask._tag === "Insert" && (ask.state["name"] === "" || ask.state["priority"] === 0))
}

const lanes = [...updates, [3, amiss] as const, [2, steps] as const, ...inserts, [4, append] as const]
const any = oneOf<Ask>([...lanes, [2, read]])

const some = (minLength: number, maxLength: number) =>
  oneOf(lanes.map(([weight, lane]) => [
    weight,
    Arbitrary.array(oneOf<Ask>([[2, lane], [1, any]]), { minLength, maxLength })
  ]))

/** Most of a group goes through one lane. Where many are refused, few share a statement, so most groups have none. */
const group = Arbitrary.map(
  Arbitrary.all([element([false, false, false, true]), oneOf([[1, some(2, 12)], [3, some(24, 40)]])]),
  ([bad, asks]) => bad ? asks : asks.filter((ask) => !isBad(ask))
)

/** Generates programs of one to three groups of up to 40 requests. */
export const programs: Arbitrary.Arbitrary<Program> = Arbitrary.array(group, { minLength: 1, maxLength: 3 })
