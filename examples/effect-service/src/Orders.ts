/** Orders, each carried out by a task: the row and the task are written together or not at all. */
import * as PgClient from "@effect/sql-pg/PgClient"
import { Tasks } from "@emend/domain"
import * as Context from "effect/Context"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

export class StockEmpty extends Data.TaggedError("StockEmpty")<{ readonly item: string }> {}

export class Orders extends Context.Service<Orders>()("Orders", {
  make: Effect.gen(function*() {
    const sql = yield* PgClient.PgClient
    const tasks = yield* Tasks

    yield* sql`CREATE TABLE IF NOT EXISTS stock (item text PRIMARY KEY, count integer NOT NULL)`
    yield* sql`CREATE TABLE IF NOT EXISTS orders (id text PRIMARY KEY, item text NOT NULL, task_id text NOT NULL UNIQUE)`

    /** Makes the task of an order, then takes the item from the stock. */
    const place = Effect.fn("Orders.place")(function*(id: string, item: string) {
      const task = yield* tasks.create({ id: `order-${id}`, params: { item } }, { reason: `order ${id}` })
      yield* sql`INSERT INTO orders (id, item, task_id) VALUES (${id}, ${item}, ${task.state.id})`
      const taken = yield* sql`UPDATE stock SET count = count - 1 WHERE item = ${item} AND count > 0 RETURNING item`
      // Fails after the task was made: with the transaction, the task and its history go too.
      if (taken.length === 0) return yield* new StockEmpty({ item })
      return task.state
    }, sql.withTransaction)

    /** Puts an order back into the stock and ends its task. */
    const cancel = Effect.fn("Orders.cancel")(function*(id: string) {
      const [order] = yield* sql<
        { readonly item: string; readonly task_id: string }
      >`DELETE FROM orders WHERE id = ${id} RETURNING item, task_id`
      if (order === undefined) return false
      yield* sql`UPDATE stock SET count = count + 1 WHERE item = ${order.item}`
      yield* tasks.move(order.task_id, "CANCELED", { status_reason: "The order was canceled" })
      return true
    }, sql.withTransaction)

    const stock = (item: string, count: number) =>
      sql`INSERT INTO stock (item, count) VALUES (${item}, ${count})
        ON CONFLICT (item) DO UPDATE SET count = excluded.count`

    const left = (item: string) =>
      Effect.map(
        sql<{ readonly count: number }>`SELECT count FROM stock WHERE item = ${item}`,
        (rows) => rows[0]?.count ?? 0
      )

    return { place, cancel, stock, left }
  })
}) {
  static readonly layer = Layer.effect(Orders, Orders.make)
}
