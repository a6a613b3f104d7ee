/**
 * The laws of the wire: bodies of updates and the updates they mean.
 *
 * @since 0.1.0
 */
import type { Declare, Kind } from "@emend/algebra/schema"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as SchemaIssue from "effect/SchemaIssue"
import type { Row } from "../Generate.ts"
import type { Case, Law, Subject } from "./Law.ts"
import { backable, over } from "./Narrow.ts"
import { same } from "./Sameness.ts"

/**
 * The laws of the family Wire.
 *
 * @category laws
 * @since 0.1.0
 */
export const laws: ReadonlyArray<Law> = wired([
  {
    name: "W1",
    family: "Wire",
    statement: "writing an update as a body and reading it again gives the update: dec(enc p) = p",
    holds: ({ entity }, { p, v }, kind) => {
      const { advance, patch } = kind.fromBody(v)
      const asked = kind.toBody({ patch, advance })
      // Whatever a body says, a body can say.
      if (asked === undefined || !means(entity, kind.fromBody(asked), { patch, advance })) return false
      const raw = kind.toBody({ patch: backable(entity, p), advance })
      return raw === undefined ||
        (decodes(kind, raw) && means(entity, kind.fromBody(raw), { patch: backable(entity, p), advance }))
    }
  },
  {
    name: "W2",
    family: "Wire",
    statement: "laying one body over another composes their updates: dec(v ⊕ w) = dec v ; dec w",
    holds: ({ entity }, { v, w }, kind) => {
      const both = overlaid(kind, v, w)
      if (both === undefined) return undefined
      const [first, second] = [kind.fromBody(v), kind.fromBody(w)]
      return means(entity, kind.fromBody(both), {
        patch: entity.compose(first.patch, second.patch),
        advance: { ...first.advance, ...second.advance }
      })
    }
  },
  {
    name: "W3",
    family: "Wire",
    statement: "an unknown, fixed or guarded key in a body, and null where it is refused, is an error that names it",
    holds: (_, { a, v }, kind) => {
      const known = new Set(writable(kind).map(([wireName]) => wireName))
      const refused = [...Object.keys(kind.fields), "unheard-of", "toString", "__proto__"].filter((key) =>
        !known.has(key)
      )
      const nulls = writable(kind).filter(([, field]) => field.onNull === "reject").map(([wireName]) => wireName)
      const named = (key: string, value: unknown) => {
        const issues = issuesOf(kind, over(v, Object.fromEntries([[key, value]])))
        return issues.length === 1 && same(issues[0]!.path, [key])
      }
      return decodes(kind, v) && refused.every((key) => named(key, a[key] ?? null)) &&
        nulls.every((key) => named(key, null))
    }
  },
  {
    name: "W4",
    family: "Wire",
    declared: true,
    statement: "the empty body is the empty update, and no default leaks into it: dec({}) = ε",
    holds: ({ entity }, _, kind) =>
      same(Schema.decodeUnknownSync(kind.Update)({}), {}) &&
      same(kind.fromBody({}), { patch: entity.empty, advance: {} })
  },
  {
    name: "W5",
    family: "Wire",
    statement: "states, updates and bodies survive JSON text and their schemas",
    holds: ({ entity }, { a, p, v }, kind) => {
      const again = <A>(value: A): A => JSON.parse(JSON.stringify(value)) as A
      return same(again(a), a) && same(again(p), p) && same(again(v), v) &&
        same(entity.apply(again(a), again(p)), entity.apply(a, p)) &&
        same(Schema.decodeUnknownSync(kind.State)(again(a), strict), a) &&
        same(Schema.decodeUnknownSync(kind.Update)(again(v), strict), v) &&
        same(Schema.decodeUnknownSync(kind.Wire)(again(kind.toWire(a)), strict), kind.toWire(a))
    }
  },
  {
    name: "W6",
    family: "Wire",
    statement: "a record is served with all its fields but the internal ones, and a cursor as the id of its entry",
    holds: (_, { a }, kind) => {
      const fields = Object.entries(kind.fields as Readonly<Record<string, Declare.Any>>)
      const shown = fields.filter(([, field]) => !("internal" in field && field.internal === true))
      return same(
        kind.toWire(a),
        Object.fromEntries(shown.map(([name, { kind }]) => [name, kind === "forward" ? a[name]?.id ?? null : a[name]]))
      )
    }
  }
])

interface Wired extends Omit<Law, "holds" | "concerns"> {
  readonly holds: (subject: Subject, given: Case, kind: Kind.Any) => boolean | undefined
}

function wired(laws: ReadonlyArray<Wired>): ReadonlyArray<Law> {
  return laws.map(({ holds, ...law }) => ({
    ...law,
    concerns: ({ wire }) => wire !== undefined,
    holds: (subject, given) => holds(subject, given, subject.wire!.kind)
  }))
}

const strict = { onExcessProperty: "error", errors: "all" } as const

const means = (entity: Subject["entity"], one: Kind.Draft<any>, other: Kind.Draft<any>): boolean =>
  entity.equal(one.patch, other.patch) && same(one.advance, other.advance)

type Writable = Declare.Any & Declare.Writable

const writable = (kind: Kind.Any): ReadonlyArray<readonly [wireName: string, field: Writable]> =>
  Object.entries(kind.fields as Readonly<Record<string, Declare.Any>>).flatMap(([name, field]) =>
    "onNull" in field ? [[field.wireName ?? name, field] as const] : []
  )

const issuesOf = (kind: Kind.Any, body: Row) => {
  const decoded = Schema.decodeUnknownResult(kind.Update)(body, strict)
  return Result.isSuccess(decoded) ? [] : SchemaIssue.makeFormatterStandardSchemaV1()(decoded.failure.issue).issues
}

const decodes = (kind: Kind.Any, body: Row): boolean => issuesOf(kind, body).length === 0

/** `undefined` where the wire cannot say it: clearing a map and writing keys of it in one body. */
const overlaid = (kind: Kind.Any, v: Row, w: Row): Row | undefined => {
  let out = v
  for (const [wireName, field] of writable(kind)) {
    if (!Object.hasOwn(w, wireName)) continue
    const given = w[wireName]
    if (given === null && field.onNull !== "clear") continue
    const before = Object.hasOwn(v, wireName) ? v[wireName] : undefined
    if (field.kind === "map" && given !== null && before === null && field.onNull === "clear") return undefined
    const laid = field.kind === "map" && given !== null ? over(before ?? {}, given) : given
    out = over(out, Object.fromEntries([[wireName, laid]]))
  }
  return out
}
