// What a project without TypeScript and without a test runner does to prove a kind of its own.
import { Declare, Kind } from "@emend/algebra/schema"
import { BoardTask } from "@emend/domain"
import { check, laws } from "@emend/testkit/laws"
import * as Schema from "effect/Schema"

const Recipe = Kind.make("Recipe", {
  id: Declare.fixed(Schema.String, { nullable: false }),
  title: Declare.replace(Schema.String, { nullable: false, onNull: "keep" }),
  amounts: Declare.map(Schema.Record(Schema.String, Schema.Int), { nullable: true, onNull: "clear" })
})
const broken = { ...Recipe, compose: (first, second) => ({ ...first, ...second }) }
const failed = (kind) => check(kind, { cases: 50 }).filter(({ ok }) => !ok).map(({ law }) => law)

console.log(JSON.stringify({
  laws: laws.length,
  recipe: failed(Recipe),
  board: failed(BoardTask.BoardTask),
  broken: failed(broken).includes("A2")
}))
