/**
 * The laws of what lies between states: the difference of two, the part of an update that has an effect, and undoing.
 *
 * @since 0.1.0
 */
import { Mask } from "@emend/algebra"
import type { Row } from "../Generate.ts"
import type { Law } from "./Law.ts"
import { backable, fieldsOf, filled, reachable } from "./Narrow.ts"
import { same } from "./Sameness.ts"

/**
 * The laws of the families Diff, Reduce and Undo.
 *
 * @category laws
 * @since 0.1.0
 */
export const laws: ReadonlyArray<Law> = [
  {
    name: "D1",
    family: "Diff",
    statement: "the difference leads from one state to the other: a·diff(a,b) = b",
    holds: ({ entity }, { a, b }) => {
      const to = reachable(entity, a, b)
      return same(entity.apply(a, entity.diff(a, to)), to)
    }
  },
  {
    name: "D2",
    family: "Diff",
    statement: "equal states have no difference: diff(a,a) = ε",
    holds: ({ entity: { diff, empty } }, { a }) => same(diff(a, a), empty) && same(diff(a, { ...a }), empty)
  },
  {
    name: "D3",
    family: "Diff",
    statement: "differences compose: a·(diff(a,b);diff(b,c)) = c",
    holds: ({ entity }, { a, b, c }) => {
      const second = reachable(entity, a, b)
      const third = reachable(entity, a, c)
      return same(entity.apply(a, entity.compose(entity.diff(a, second), entity.diff(second, third))), third)
    }
  },
  {
    name: "D4",
    family: "Diff",
    statement: "what an update changed lies inside its mask: mask(diff(s,s·p)) ⊑ mask p, for maps that are not null",
    holds: ({ entity }, { a, p }) => {
      const state = filled(entity, a)
      return Mask.covers(entity.mask(p), entity.mask(entity.diff(state, entity.apply(state, p))))
    }
  },
  {
    name: "R1",
    family: "Reduce",
    statement: "the reduced update does the same: s·reduce(s,p) = s·p",
    holds: ({ entity: { apply, reduce } }, { a, p }) => same(apply(a, reduce(a, p)), apply(a, p))
  },
  {
    name: "R2",
    family: "Reduce",
    statement: "reducing twice is reducing once",
    holds: ({ entity: { reduce } }, { a, p }) => same(reduce(a, reduce(a, p)), reduce(a, p))
  },
  {
    name: "R3",
    family: "Reduce",
    statement: "an update is a no-op exactly when nothing of it is left: isNoop(s,p) ⇔ reduce(s,p) = ε",
    holds: ({ entity: { empty, isNoop, reduce } }, { a, p }) => isNoop(a, p) === same(reduce(a, p), empty)
  },
  {
    name: "R4",
    family: "Reduce",
    statement: "a state that does not change is the very same state: s·p = s ⇒ s·p === s",
    holds: ({ entity: { apply } }, { a, p }) => {
      const retried = apply(a, p)
      return apply(retried, p) === retried && (!same(retried, a) || retried === a)
    }
  },
  {
    name: "R5",
    family: "Reduce",
    statement: "what an update does not touch keeps its reference",
    holds: ({ entity }, { a, p }) => {
      const after = entity.apply(a, p)
      const mask = entity.mask(p)
      const effect = entity.mask(entity.reduce(a, p))
      return Object.keys(a).every((name) => {
        if (!Object.hasOwn(effect, name)) return after[name] === a[name]
        const touched = mask[name]!
        if (touched === true || a[name] === null) return true
        return Object.keys(a[name]).every((key) => touched.includes(key) || (after[name] as Row)[key] === a[name][key])
      })
    }
  },
  {
    name: "I1",
    family: "Undo",
    statement: "the inverse takes an update back: (s·p)·inv(s,p) = s, but for cursors, which stay",
    holds: ({ entity }, { a, p }) => {
      const after = entity.apply(a, p)
      return same(entity.apply(after, entity.invert(a, p)), reachable(entity, after, a))
    }
  },
  {
    name: "I2",
    family: "Undo",
    statement: "inverses compose backwards: inv(s,p;q) = inv(s·p,q);inv(s,p), cursors aside",
    holds: ({ entity }, { a, p: first, q: second }) => {
      const { apply, compose, equal, invert } = entity
      const p = backable(entity, first)
      const q = backable(entity, second)
      return equal(invert(a, compose(p, q)), compose(invert(apply(a, p), q), invert(a, p)))
    }
  },
  {
    name: "I3",
    family: "Undo",
    statement: "taking back an undo does the update again: s·inv(s·p,inv(s,p)) = s·p, cursors aside",
    holds: ({ entity: { apply, invert }, entity }, { a, p: raw }) => {
      const p = backable(entity, raw)
      const undo = invert(a, p)
      const after = apply(a, p)
      return same(apply(apply(after, undo), invert(after, undo)), after) && same(apply(apply(after, undo), p), after)
    }
  },
  {
    name: "U1",
    family: "Undo",
    statement: "undoing one of several updates gives what the later ones alone would give, or a conflict",
    holds: ({ entity }, { a, p: first, q: second }) => {
      const p = backable(entity, first)
      const undone = entity.undo(a, p, [second])
      if (undone._tag === "Failure") return undone.failure.length > 0
      const now = entity.apply(entity.apply(a, p), second)
      return same(entity.apply(now, undone.success), entity.apply(a, second))
    },
    concerns: ({ entity }) => fieldsOf(entity, "replace", "map").length > 0
  }
]
