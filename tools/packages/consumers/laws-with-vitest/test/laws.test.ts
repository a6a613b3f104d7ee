// What a project with vitest does to prove a kind of its own.
import { Declare, Kind } from "@emend/algebra/schema"
import * as Laws from "@emend/testkit/laws/vitest"
import * as Schema from "effect/Schema"

const Recipe = Kind.make("Recipe", {
  id: Declare.fixed(Schema.String, { nullable: false }),
  title: Declare.replace(Schema.String, { nullable: false, onNull: "keep" }),
  amounts: Declare.map(Schema.Record(Schema.String, Schema.Int), { nullable: true, onNull: "clear" })
})

Laws.suite("a recipe", Recipe, { cases: 50 })
Laws.suite("a recipe that is composed wrongly", {
  ...Recipe,
  compose: (first: object, second: object) => ({ ...first, ...second })
}, { cases: 50, only: ["Action"] })
