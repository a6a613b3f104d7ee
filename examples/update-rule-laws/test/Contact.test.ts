import { check, checkLaws, type Law, subjectOf } from "@emend/testkit/laws"
import * as Laws from "@emend/testkit/laws/vitest"
import * as Arbitrary from "effect/Arbitrary"
import * as Schema from "effect/Schema"
import { expect, test } from "vitest"
import { Contact, inLowerCase, Plain } from "../src/Contact.ts"

// Few names and values, so that generated updates meet; contacts have none but labels in lower case.
const name = Schema.Literals(["vip", "VIP", "lead", "Lead"])
const value = Schema.Literals(["yes", "no"])
const labels = Schema.Record(name, Schema.optionalKey(value))
const contacts = Schema.Struct({
  id: Schema.Literal("c1"),
  name: value,
  labels: Schema.Record(Schema.Literals(["vip", "lead"]), Schema.optionalKey(value))
})
const updates = Schema.Struct({
  name: Schema.optionalKey(Schema.Struct({ set: value })),
  labels: Schema.optionalKey(Schema.Union([
    Schema.Struct({ merge: Schema.Struct({ set: labels, unset: Schema.Array(name) }) }),
    Schema.Struct({ set: labels })
  ]))
})
const generated = { state: Arbitrary.schema(contacts), patch: Arbitrary.schema(updates) }

Laws.suite("a contact", { entity: Contact, ...generated })

test("whoever writes a label in another case writes the same label", () => {
  const law: Law = {
    name: "Case",
    family: "Contact",
    statement: "an update and its lower case are the same update",
    holds: ({ entity }, { a, p }) =>
      entity.equal(p, inLowerCase(p)) && entity.isNoop(entity.apply(a, inLowerCase(p)), p)
  }
  const subject = subjectOf({ entity: Contact, ...generated })
  expect(checkLaws([law], subject)).toMatchObject([{ ok: true, cases: 200 }])
})

test("a rule that is heard only when an update is applied, and not when two are composed, is found", () => {
  const careless: typeof Plain = { ...Plain, apply: (contact, update) => Plain.apply(contact, inLowerCase(update)) }
  const broken = check({ entity: careless, ...generated }).filter(({ ok }) => !ok).map(({ law }) => law)
  // A2: a composition is applied as its parts.
  expect(broken).toContain("A2")
})
