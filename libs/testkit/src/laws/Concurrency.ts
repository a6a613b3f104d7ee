/**
 * The laws of updates that do not know of each other: masks, commutation, merging.
 *
 * @since 0.1.0
 */
import { type Conflict, Mask } from "@emend/algebra"
import type { Row } from "../Generate.ts"
import type { Law } from "./Law.ts"
import { backable, filled, outside, pick, reachable, witnesses } from "./Narrow.ts"
import { same } from "./Sameness.ts"

/**
 * The laws of the families Mask, Commutation and Merge.
 *
 * @category laws
 * @since 0.1.0
 */
export const laws: ReadonlyArray<Law> = [
  {
    name: "S1",
    family: "Mask",
    statement: "a composition touches what its parts touch: mask(p;q) = mask p ⊔ mask q",
    holds: ({ entity: { compose, mask } }, { p, q }) => same(mask(compose(p, q)), Mask.join(mask(p), mask(q)))
  },
  {
    name: "S2",
    family: "Mask",
    statement: "an update changes nothing outside its mask",
    holds: ({ entity }, { a, p }) => {
      const after = entity.apply(a, p)
      const mask = entity.mask(p)
      return Object.keys({ ...a, ...after }).every((name) => {
        const touched = Object.hasOwn(mask, name) ? mask[name] : undefined
        if (touched === undefined) return after[name] === a[name]
        if (touched === true) return true
        const before: Row = a[name] ?? {}
        const now = after[name] as Row
        return Object.keys({ ...before, ...now }).every((key) =>
          touched.includes(key) || (Object.hasOwn(before, key) && Object.hasOwn(now, key) && before[key] === now[key])
        )
      })
    }
  },
  {
    name: "S3",
    family: "Mask",
    statement: "the inverse touches what the update touches: mask(inv(s,p)) = mask p, cursors and null maps aside",
    holds: ({ entity }, { a, p }) =>
      same(entity.mask(entity.invert(filled(entity, a), p)), entity.mask(backable(entity, p)))
  },
  {
    name: "S4",
    family: "Mask",
    statement: "a mask has no path in vain: at each, the update changes something of some state",
    holds: ({ entity }, { a, b, c, p }) => {
      const changes = witnesses(entity, [a, b, c], [p]).map((state) => [state, entity.apply(state, p)] as const)
      return Mask.paths(entity.mask(p)).every(([field, key]) =>
        entity.fields[field].equals !== undefined || changes.some(([before, after]) =>
          key === undefined
            ? !same(before[field], after[field])
            : !same(pick(before[field] ?? {}, [key]), pick(after[field] ?? {}, [key]))
        )
      )
    }
  },
  {
    name: "S5",
    family: "Mask",
    statement:
      "a mask covers what joining it adds nothing to, and is disjoint from what shares no path or prefix with it",
    holds: ({ entity: { mask } }, { p, q }) => {
      const [one, other] = [mask(p), mask(q)]
      const meets = Mask.paths(one).some(([field, key]) =>
        Mask.paths(other).some((path) =>
          path[0] === field && (key === undefined || path[1] === undefined || path[1] === key)
        )
      )
      return Mask.covers(one, other) === same(Mask.join(one, other), one) &&
        Mask.covers(Mask.join(one, other), other) &&
        Mask.disjoint(one, other) === !meets
    }
  },
  {
    name: "C1",
    family: "Commutation",
    statement: "updates with disjoint masks commute",
    holds: ({ entity }, { p, q: other }) => {
      const q = outside(entity, other, entity.mask(p))
      if (!Mask.disjoint(entity.mask(p), entity.mask(q))) return false
      return entity.commutes(p, q) && entity.equal(entity.compose(p, q), entity.compose(q, p))
    }
  },
  {
    name: "C2",
    family: "Commutation",
    statement: "updates that commute give the same state either way, and updates that do not, differ somewhere",
    holds: ({ entity }, { a, b, c, p, q }) => {
      const { apply, commutes, compose, equal } = entity
      if (commutes(p, q) !== equal(compose(p, q), compose(q, p))) return false
      return !commutes(p, q) ||
        witnesses(entity, [a, b, c], [p, q]).every((state) =>
          same(apply(apply(state, p), q), apply(apply(state, q), p))
        )
    }
  },
  {
    name: "C3",
    family: "Commutation",
    statement: "updates commute exactly when they have no conflict, and every conflict is at a path that both touch",
    holds: ({ entity: { commutes, conflicts, mask } }, { p, q }) => {
      const found = conflicts(p, q)
      const shares = (touched: Mask.Mask, { path: [field, key] }: Conflict) => {
        const keys = Object.hasOwn(touched, field) ? touched[field] : undefined
        return keys === true || (keys !== undefined && (key === undefined || keys.includes(key)))
      }
      const whole = ({ path: [field, key] }: Conflict) =>
        key !== undefined || mask(p)[field] === true || mask(q)[field] === true
      return commutes(p, q) === (found.length === 0) &&
        found.every((conflict) =>
          shares(mask(p), conflict) && shares(mask(q), conflict) && whole(conflict) &&
          !same(conflict.left, conflict.right)
        )
    }
  },
  {
    name: "C4",
    family: "Commutation",
    statement: "a rebase that succeeds gives the same update, and the order does not matter",
    holds: ({ entity: { apply, compose, rebase } }, { a, p, q }) => {
      const rebased = rebase(p, q)
      if (rebased._tag === "Failure") return rebased.failure.length > 0
      return rebased.success === q && same(apply(apply(a, p), rebased.success), apply(a, compose(q, p)))
    }
  },
  {
    name: "C5",
    family: "Commutation",
    statement: "conflicts are symmetric",
    holds: ({ entity: { conflicts } }, { p, q }) =>
      same(
        conflicts(p, q).map(sides),
        conflicts(q, p).map(({ left, path, right }) => sides({ path, left: right, right: left }))
      )
  },
  {
    name: "T1",
    family: "Merge",
    statement: "an unchanged right side merges to the left: m(b,x,b) = x",
    holds: ({ entity }, { a, b }) => {
      const x = reachable(entity, a, b)
      return same(entity.merge3(a, x, a), { _tag: "Success", success: x })
    }
  },
  {
    name: "T2",
    family: "Merge",
    statement: "an unchanged left side merges to the right: m(b,b,y) = y",
    holds: ({ entity }, { a, b }) => {
      const y = reachable(entity, a, b)
      return same(entity.merge3(a, a, y), { _tag: "Success", success: y })
    }
  },
  {
    name: "T3",
    family: "Merge",
    statement: "equal changes merge to themselves: m(b,x,x) = x",
    holds: ({ entity }, { a, b }) => {
      const x = reachable(entity, a, b)
      return same(entity.merge3(a, x, { ...x }), { _tag: "Success", success: x })
    }
  },
  {
    name: "T4",
    family: "Merge",
    statement: "merging is symmetric: m(b,x,y) = m(b,y,x), conflicts with their sides exchanged",
    holds: ({ entity }, { a, p, q }) => {
      const x = entity.apply(a, backable(entity, p))
      const y = entity.apply(a, backable(entity, q))
      const one = entity.merge3(a, x, y)
      const other = entity.merge3(a, y, x)
      if (one._tag === "Success" || other._tag === "Success") return same(one, other)
      return same(
        one.failure.map(sides),
        other.failure.map(({ left, path, right }) => sides({ path, left: right, right: left }))
      )
    }
  }
]

/** A conflict as JSON data, where the absence of a key at a path is visible. */
const sides = ({ left, path, right }: Conflict): unknown => [path, left ?? "no key", right ?? "no key"]
