/** Lists that are longer than a page, walked by promises. */
import { Task } from "@emend/domain"
import { Walk } from "@emend/domain/promise"
import { open } from "@emend/memory/promise"
import { expect, test } from "vitest"

const whole = async <Entry>(walk: AsyncIterable<Entry>): Promise<ReadonlyArray<Entry>> => {
  const found: Array<Entry> = []
  for await (const entry of walk) found.push(entry)
  return found
}

test("a walk gives all of a list, a history and the events, whatever fits on a page", async () => {
  await using emend = await open()
  for (let n = 0; n < 5; n++) await emend.tasks.create({ id: `t${n}`, agent_ids: ["a"] })
  for (let n = 0; n < 5; n++) {
    await emend.tasks.update("t0", Task.Task.fromBody({ merge_params: { n } }))
    await emend.trackers.append("t0", { agent_id: "a", content: n })
  }
  const log = { task_id: "t0", agent_id: "a" }
  for (const pageSize of [0, NaN, 1, 2, 5, 6, Infinity]) {
    const stride = { pageSize }
    const list = Walk.list((range) => emend.tasks.list({ status: "RUNNING", ...range }), stride)
    expect((await whole(list)).map(({ state }) => state.id)).toEqual(["t4", "t3", "t2", "t1", "t0"])
    const history = Walk.history((range) => emend.tasks.history("t0", range), stride)
    expect((await whole(history)).map(({ version }) => version)).toEqual([6, 5, 4, 3, 2, 1])
    const events = Walk.events((range) => emend.trackers.events({ ...log, ...range }), stride)
    expect((await whole(events)).map(({ content }) => content)).toEqual([0, 1, 2, 3, 4])
  }
})

test("a page is asked for when it is wanted, and a loop that is left asks for no more", async () => {
  await using emend = await open()
  for (let n = 0; n < 9; n++) await emend.tasks.create({ id: `t${n}` })
  let asked = 0
  const seen = []
  for await (const { state } of Walk.list((range) => (asked++, emend.tasks.list(range)), { pageSize: 2 })) {
    if (seen.push(state.id) === 3) break
  }
  expect([seen, asked]).toEqual([["t8", "t7", "t6"], 2])
  const closed = Walk.list((range) => emend.tasks.list(range), { pageSize: 2 })
  await closed.next()
  await closed.next()
  await emend.close()
  await expect(closed.next()).rejects.toThrow("Emend is closed")
})
