/**
 * The laws of the structure: updates form a monoid that acts on states, and a right regular band with a faithful
 * normal form.
 *
 * @since 0.1.0
 */
import type { Law } from "./Law.ts"
import { witnesses } from "./Narrow.ts"
import { same } from "./Sameness.ts"

/**
 * The laws of the families Monoid, Action, Band and Normal form.
 *
 * @category laws
 * @since 0.1.0
 */
export const laws: ReadonlyArray<Law> = [
  {
    name: "M1",
    family: "Monoid",
    statement: "composition is associative: (p;q);r = p;(q;r)",
    holds: ({ entity: { compose } }, { p, q, r }) => same(compose(compose(p, q), r), compose(p, compose(q, r)))
  },
  {
    name: "M2",
    family: "Monoid",
    statement: "the empty update is neutral: ε;p = p = p;ε",
    holds: ({ entity: { compose, empty, normalise } }, { p }) =>
      same(compose(empty, p), normalise(p)) && same(compose(p, empty), normalise(p))
  },
  {
    name: "A1",
    family: "Action",
    statement: "the empty update gives the very same state: s·ε === s",
    holds: ({ entity: { apply, empty } }, { a }) => apply(a, empty) === a
  },
  {
    name: "A2",
    family: "Action",
    statement: "a composition is applied as its parts: s·(p;q) = (s·p)·q",
    holds: ({ entity: { apply, compose } }, { a, p, q }) => same(apply(a, compose(p, q)), apply(apply(a, p), q))
  },
  {
    name: "A3",
    family: "Action",
    statement: "folding a queue is applying it in order, whether all of it is there or it comes one by one",
    holds: ({ entity: { apply, combineAll, compose, empty, gather } }, { a, p, q, r }) => {
      const queue = [p, q, r, p, q]
      const gathering = gather()
      return same(apply(a, combineAll(queue)), queue.reduce(apply, a)) &&
        same(combineAll(queue), queue.reduce(compose, empty)) &&
        queue.every((next, i) => {
          gathering.add(next)
          return same(gathering.composed(), combineAll(queue.slice(0, i + 1)))
        })
    }
  },
  {
    name: "B1",
    family: "Band",
    statement: "an adjacent retry is harmless: p;p = p",
    holds: ({ entity: { compose, normalise } }, { p }) => same(compose(p, p), normalise(p))
  },
  {
    name: "B2",
    family: "Band",
    statement: "only the last write of a path counts: p;q;p = q;p",
    holds: ({ entity: { combineAll, compose } }, { p, q }) => same(combineAll([p, q, p]), compose(q, p))
  },
  {
    name: "N1",
    family: "Normal form",
    statement: "normalising twice is normalising once",
    holds: ({ entity: { normalise } }, { p }) => same(normalise(normalise(p)), normalise(p))
  },
  {
    name: "N2",
    family: "Normal form",
    statement: "the normal form does the same: s·nf(p) = s·p",
    holds: ({ entity: { apply, normalise } }, { a, p }) => same(apply(a, normalise(p)), apply(a, p))
  },
  {
    name: "N3",
    family: "Normal form",
    statement: "normal forms are equal exactly when the updates do the same to every state",
    holds: ({ entity }, { a, b, c, p, q }) => {
      const { apply, compose, equal, mask, normalise } = entity
      const states = witnesses(entity, [a, b, c], [p, q])
      const alike = states.every((state) => same(apply(state, p), apply(state, q)))
      if (equal(p, q) !== same(normalise(p), normalise(q)) || !equal(p, compose(p, p))) return false
      if (equal(p, q)) return alike
      // A field with an equality of its own may hold the value that is written in all three states.
      const opaque = Object.keys({ ...mask(p), ...mask(q) }).some((name) => entity.fields[name].equals !== undefined)
      return !alike || (opaque ? undefined : false)
    }
  }
]
