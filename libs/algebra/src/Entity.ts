/**
 * A kind of record and the algebra of its updates.
 *
 * @since 0.1.0
 */
import type { Conflict } from "./Conflict.ts"
import { owns, put, same } from "./Equality.ts"
import type * as Field from "./Field.ts"
import type { Gathering } from "./Gathering.ts"
import type { Behaviour } from "./kinds/Behaviour.ts"
import * as Forward from "./kinds/Forward.ts"
import * as Replace from "./kinds/Replace.ts"
import * as ShallowMap from "./kinds/ShallowMap.ts"
import type { Mask } from "./Mask.ts"
import type { Patch, State } from "./Patch.ts"

/**
 * The outcome of an operation that two updates may make impossible. The field names are those of Effect's `Result`,
 * without depending on it.
 *
 * @category models
 * @since 0.1.0
 */
export type Outcome<A> =
  | { readonly _tag: "Success"; readonly success: A }
  | { readonly _tag: "Failure"; readonly failure: ReadonlyArray<Conflict> }

/**
 * The algebra of updates over the fields `Fs`. All operations are total and pure: nothing is changed in place, no
 * operation throws, and what an operation does not touch keeps its reference.
 *
 * Patches form a monoid (`compose`, `empty`) that acts on states (`apply`), and, because every field is last-writer-wins
 * or a join, a right regular band: `p;p = p` and `p;q;p = q;p`.
 *
 * @category models
 * @since 0.1.0
 */
export interface Entity<Fs extends Field.Fields> {
  readonly fields: Fs
  /** The update that changes nothing (law M2). */
  readonly empty: Patch<Fs>
  /** First `first`, then `second` (laws M1, A2, B1, B2). */
  readonly compose: (first: Patch<Fs>, second: Patch<Fs>) => Patch<Fs>
  /** Begins to compose updates that come one by one, with one accumulator per field, and holds none of them (law A3). */
  readonly gather: () => Gathering<Patch<Fs>>
  /** Composes a queue in order, as {@link gather} does (law A3). */
  readonly combineAll: (patches: Iterable<Patch<Fs>>) => Patch<Fs>
  /** Applies an update; the very same state when nothing changes (laws A1, R4, R5). */
  readonly apply: (state: State<Fs>, patch: Patch<Fs>) => State<Fs>
  /** The part of an update that has an effect at `state` (laws R1 to R3). */
  readonly reduce: (state: State<Fs>, patch: Patch<Fs>) => Patch<Fs>
  /** Tells whether an update changes nothing at `state` (law R3). */
  readonly isNoop: (state: State<Fs>, patch: Patch<Fs>) => boolean
  /** The update that leads from one state to another, as far as updates can lead (laws D1 to D4). */
  readonly diff: (from: State<Fs>, to: State<Fs>) => Patch<Fs>
  /** The update that takes `patch` back after it was applied to `state`; cursors stay (laws I1 to I3). */
  readonly invert: (state: State<Fs>, patch: Patch<Fs>) => Patch<Fs>
  /** The normal form; equal normal forms are equal functions, and the reverse (laws N1 to N3). */
  readonly normalise: (patch: Patch<Fs>) => Patch<Fs>
  /** Tells whether two updates are the same function on states (law N3). */
  readonly equal: (left: Patch<Fs>, right: Patch<Fs>) => boolean
  /** The paths that an update touches (laws S1 to S3). */
  readonly mask: (patch: Patch<Fs>) => Mask
  /** The paths at which two updates do not commute, with what each leaves there (laws C3, C5). */
  readonly conflicts: (left: Patch<Fs>, right: Patch<Fs>) => ReadonlyArray<Conflict>
  /** Tells whether the order of two updates does not matter (laws C1 to C3). */
  readonly commutes: (left: Patch<Fs>, right: Patch<Fs>) => boolean
  /** Carries `mine` over an update committed meanwhile: the same update, or the conflicts (law C4). */
  readonly rebase: (committed: Patch<Fs>, mine: Patch<Fs>) => Outcome<Patch<Fs>>
  /** Merges two states that came from one: both changes, or their conflicts (laws T1 to T4). */
  readonly merge3: (base: State<Fs>, left: State<Fs>, right: State<Fs>) => Outcome<State<Fs>>
  /** Takes back one of several updates in `log`, unless a later one conflicts with that. `before` is the state that the update met. */
  readonly undo: (before: State<Fs>, patch: Patch<Fs>, later: Iterable<Patch<Fs>>) => Outcome<Patch<Fs>>
  /** One plain sentence for each path that an update touches. */
  readonly explain: (patch: Patch<Fs>) => ReadonlyArray<string>
}

type AnyPatch = Readonly<Record<string, any>>
type AnyState = Readonly<Record<string, unknown>>

/**
 * Declares a kind of record by its fields and gives the algebra of its updates.
 *
 * @example
 * import { Entity, Field } from "@emend/algebra"
 *
 * const Note = Entity.make({
 *   title: Field.replace<string>(),
 *   tags: Field.map<Record<string, boolean>>(),
 *   id: Field.fixed<string>()
 * })
 * const note = { id: "n1", title: "Draft", tags: {} }
 * const p = Note.compose({ title: { set: "Final" } }, { tags: { merge: { set: { done: true } } } })
 * Note.apply(note, p) // => { id: "n1", title: "Final", tags: { done: true } }
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = <const Fs extends Field.Fields>(fields: Fs): Entity<Fs> =>
  operations(fields) as unknown as Entity<Fs>

const operations = (fields: Field.Fields): Entity<Field.Fields> => {
  const behaviours = new Map<string, Behaviour<any, any>>()
  for (const name of Object.keys(fields)) {
    const behaviour = behaviourOf(fields[name]!)
    if (behaviour !== undefined) behaviours.set(name, behaviour)
  }
  const names = [...behaviours.keys()]
  const folds = new Map(names.map((name, place) => [name, { place, ...behaviours.get(name)!.fold }]))
  const empty: AnyPatch = Object.freeze({})

  /** Builds a patch in declared order, so that normal forms of equal patches are also written equally. */
  const build = (operation: (name: string, behaviour: Behaviour<any, any>) => unknown): AnyPatch => {
    let out: Record<string, unknown> | undefined
    for (const name of names) {
      const op = operation(name, behaviours.get(name)!)
      if (op !== undefined) put(out ??= {}, name, op)
    }
    return out ?? empty
  }
  const normal = (patch: AnyPatch, name: string): unknown => {
    const op = own(patch, name)
    return op === undefined || op === null ? undefined : behaviours.get(name)!.normalise(op)
  }

  const normalise = (patch: AnyPatch): AnyPatch => build((name) => normal(patch, name))

  const gather = (): Gathering<AnyPatch> => {
    const gathered: Array<unknown> = names.map(() => undefined)
    return {
      add: (patch) => {
        for (const name in patch) {
          if (!owns(patch, name)) continue
          const op = patch[name]
          const fold = folds.get(name)
          if (fold === undefined || op === undefined || op === null) continue
          gathered[fold.place] = fold.add(gathered[fold.place], op)
        }
      },
      composed: () =>
        build((name) => {
          const { composed, place } = folds.get(name)!
          return gathered[place] === undefined ? undefined : composed(gathered[place])
        })
    }
  }

  const combineAll = (patches: Iterable<AnyPatch>): AnyPatch => {
    const gathering = gather()
    for (const patch of patches) gathering.add(patch)
    return gathering.composed()
  }

  const apply = (state: AnyState, patch: AnyPatch): AnyState => {
    let next: Record<string, unknown> | undefined
    for (const name in patch) {
      if (!owns(patch, name)) continue
      const op = patch[name]
      const behaviour = behaviours.get(name)
      if (behaviour === undefined || op === undefined || op === null) continue
      const before = state[name]
      const after = behaviour.apply(before, op)
      if (after !== before) put(next ??= { ...state }, name, after)
    }
    return next ?? state
  }

  const reduce = (state: AnyState, patch: AnyPatch): AnyPatch =>
    build((name, behaviour) => {
      const op = normal(patch, name)
      return op === undefined ? undefined : behaviour.reduce(state[name], op)
    })

  const diff = (from: AnyState, to: AnyState): AnyPatch =>
    from === to ? empty : build((name, behaviour) => behaviour.diff(from[name], to[name]))

  const invert = (state: AnyState, patch: AnyPatch): AnyPatch =>
    build((name, behaviour) => {
      const op = normal(patch, name)
      return op === undefined ? undefined : behaviour.invert(state[name], op)
    })

  const mask = (patch: AnyPatch): Mask =>
    build((name, behaviour) => {
      const op = normal(patch, name)
      return op === undefined ? undefined : behaviour.touches(op)
    })

  const conflicts = (left: AnyPatch, right: AnyPatch): ReadonlyArray<Conflict> =>
    names.flatMap((name) => {
      const a = normal(left, name)
      const b = normal(right, name)
      if (a === undefined || b === undefined) return []
      return behaviours.get(name)!.clashes(a, b).map(({ key, ...sides }): Conflict => ({
        path: key === undefined ? [name] : [name, key],
        ...sides
      }))
    })

  const rebase = (committed: AnyPatch, mine: AnyPatch): Outcome<AnyPatch> => {
    const failure = conflicts(committed, mine)
    return failure.length === 0 ? { _tag: "Success", success: mine } : { _tag: "Failure", failure }
  }

  return {
    fields,
    empty,
    compose: (first: AnyPatch, second: AnyPatch) => combineAll([first, second]),
    gather,
    combineAll,
    apply,
    reduce,
    isNoop: (state: AnyState, patch: AnyPatch) => apply(state, patch) === state,
    diff,
    invert,
    normalise,
    equal: (left: AnyPatch, right: AnyPatch) => same(normalise(left), normalise(right)),
    mask,
    conflicts,
    commutes: (left: AnyPatch, right: AnyPatch) => conflicts(left, right).length === 0,
    rebase,
    merge3: (base: AnyState, left: AnyState, right: AnyState) => {
      const mine = rebase(diff(base, left), diff(base, right))
      return mine._tag === "Failure" ? mine : { _tag: "Success", success: apply(left, mine.success) }
    },
    undo: (before: AnyState, patch: AnyPatch, later: Iterable<AnyPatch>) =>
      rebase(combineAll(later), invert(before, patch)),
    explain: (patch: AnyPatch) =>
      names.flatMap((name) => {
        const op = normal(patch, name)
        return op === undefined ? [] : behaviours.get(name)!.explain(name, op)
      })
  } as unknown as Entity<Field.Fields>
}

const own = (patch: AnyPatch, name: string): unknown => Object.hasOwn(patch, name) ? patch[name] : undefined

/** The one place where a field's kind is looked at. Guarded and fixed fields have no operations, hence no behaviour. */
const behaviourOf = (field: Field.Any): Behaviour<any, any> | undefined => {
  switch (field.kind) {
    case "replace":
      return Replace.make(field.equals)
    case "map":
      return ShallowMap.behaviour
    case "forward":
      return Forward.behaviour
    case "guarded":
    case "fixed":
      return undefined
  }
}
