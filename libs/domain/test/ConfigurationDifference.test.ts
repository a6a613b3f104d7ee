import { Configuration, ConfigurationDifference } from "@emend/domain"
import { Choice, Generate } from "@emend/testkit"
import * as Arbitrary from "effect/Arbitrary"
import * as Effect from "effect/Effect"
import { describe, expect, test } from "vitest"

const { apply, between } = ConfigurationDifference
const { Configuration: kind, identities } = Configuration
type Tool = Configuration.Configuration["task_tools"][number]

const [some] = Effect.runSync(Arbitrary.sampleEffect(Generate.state(kind), { count: 1, seed: "some", size: 5 }))
const base = some as Configuration.Configuration
const withTools = (...tools: ReadonlyArray<string | Tool>): Configuration.Configuration => ({
  ...base,
  task_tools: tools.map((tool) => typeof tool === "string" ? { task_id: tool, is_output_formatter: false } : tool)
})
const tools = (a: ReadonlyArray<string | Tool>, b: ReadonlyArray<string | Tool>) =>
  between(withTools(...a), withTools(...b)).lists["task_tools"]

/** Lists of few identities, so that the same occur in both, in other orders and more than once. */
const list = Arbitrary.array(
  Arbitrary.all([Choice.element(["a", "b", "c", "d", "e"]), Choice.element([true, false])]),
  { maxLength: 8 }
)

const holds = (name: string, property: (a: Configuration.Configuration, b: Configuration.Configuration) => boolean) =>
  test(name, () => {
    const configuration = Arbitrary.map(
      Arbitrary.all([Generate.state(kind), list]),
      ([state, items]) =>
        ({
          ...state,
          task_tools: items.map(([task_id, is_output_formatter]) => ({ task_id, is_output_formatter }))
        }) as unknown as Configuration.Configuration
    )
    const result = Effect.runSync(
      Arbitrary.checkEffect(
        Arbitrary.all([configuration, configuration]),
        ([a, b]) => Effect.sync(() => property(a, b)),
        { runs: 1_000, seed: name }
      )
    )
    expect(Arbitrary.formatCheckFailure(result)).toBeUndefined()
  })

/** All orders of a list. */
const orders = (items: ReadonlyArray<string>): ReadonlyArray<ReadonlyArray<string>> =>
  items.length === 0
    ? [[]]
    : items.flatMap((first) => orders(items.filter((item) => item !== first)).map((rest) => [first, ...rest]))

/** The length of a longest common subsequence of two orders of the same items, the slow way. */
const inCommon = (a: ReadonlyArray<string>, b: ReadonlyArray<string>): number =>
  a.length === 0 ? 0 : Math.max(
    inCommon(a.slice(1), b),
    b.includes(a[0]!) ? 1 + inCommon(a.slice(1), b.slice(b.indexOf(a[0]!) + 1)) : 0
  )

describe("the difference of two configurations", () => {
  holds("leads from the first to the second", (a, b) => {
    expect(apply(a, between(a, b))).toEqual(b)
    return true
  })

  holds("is empty for equal ones, and for no others", (a, b) => {
    expect(between(a, structuredClone(a))).toStrictEqual({ fields: {}, lists: {} })
    const { fields, lists } = between(a, b)
    return Object.keys({ ...fields, ...lists }).length === Object.keys(kind.diff(a, b)).length
  })

  holds("names exactly the fields that an update between them names, lists as lists", (a, b) => {
    const { fields, lists } = between(a, b)
    expect([...Object.keys(fields), ...Object.keys(lists)].sort()).toStrictEqual(Object.keys(kind.diff(a, b)).sort())
    expect(Object.keys(lists).filter((name) => !Object.hasOwn(identities, name))).toStrictEqual([])
    expect(Object.keys(fields).filter((name) => Object.hasOwn(identities, name))).toStrictEqual([])
    return true
  })

  holds("tells of every item that is in one list only, and of none that is in both", (a, b) => {
    const count = (items: ReadonlyArray<Tool>, id: string) => items.filter(({ task_id }) => task_id === id).length
    const { added, removed } = between(a, b).lists["task_tools"] ?? { added: [], removed: [] }
    for (const id of ["a", "b", "c", "d", "e"]) {
      const more = count(b.task_tools, id) - count(a.task_tools, id)
      expect(added.filter(({ item }) => item["task_id"] === id).length).toBe(Math.max(more, 0))
      expect(removed.filter(({ item }) => item["task_id"] === id).length).toBe(Math.max(-more, 0))
    }
    return true
  })

  test("tells of the fewest moves that explain an order, for every order of up to five items", () => {
    const items = ["a", "b", "c", "d", "e"]
    for (const order of orders(items)) {
      const { added, changed, moved, removed } = tools(items, order) ??
        { added: [], changed: [], moved: [], removed: [] }
      expect([added, changed, removed]).toStrictEqual([[], [], []])
      expect(moved.length).toBe(items.length - inCommon(items, order))
      for (const { from, id, to } of moved) expect([items[from], order[to]]).toStrictEqual([id, id])
    }
  })

  test("has no moves where items only came and went", () => {
    expect(tools(["a", "b", "c"], ["x", "a", "c", "y"])).toMatchObject({
      added: [{ at: 0 }, { at: 3 }],
      removed: [{ at: 1 }],
      moved: [],
      changed: []
    })
  })

  test("compares an item that occurs more than once with its like, in order", () => {
    const formatter = { task_id: "a", is_output_formatter: true }
    expect(tools(["a", "a"], ["a", formatter])).toEqual({
      added: [],
      removed: [],
      moved: [],
      changed: [{ at: 1, from: { task_id: "a", is_output_formatter: false }, to: formatter }]
    })
    expect(tools(["a", "b", "a"], ["a"])).toMatchObject({ removed: [{ at: 1 }, { at: 2 }], moved: [], changed: [] })
  })

  test("of long lists is found at once", () => {
    const long = Array.from({ length: 1_000 }, (_, n) => `t${n}`)
    expect(tools(long, long.toReversed())!.moved.length).toBe(999)
  })
})
