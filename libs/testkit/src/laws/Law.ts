/**
 * A law of the update algebra, as data: a name, a statement, and a test of one case.
 *
 * @since 0.1.0
 */
import type { Entity } from "@emend/algebra"
import type { Kind } from "@emend/algebra/schema"
import type { Arbitrary } from "effect/Arbitrary"
import type { Row } from "../Generate.ts"

/**
 * What laws are about: the operations of a kind of record, and generators of its states and raw updates. The
 * declaration adds the wire; `valid` adds rules across fields, which make the action partial.
 *
 * @category models
 * @since 0.1.0
 */
export interface Subject {
  readonly entity: Entity.Entity<any>
  readonly state: Arbitrary<Row>
  readonly patch: Arbitrary<Row>
  readonly wire?: { readonly kind: Kind.Any; readonly body: Arbitrary<Row> }
  readonly valid?: (state: Row) => boolean
}

/**
 * The values that one test of a law is about.
 *
 * @category models
 * @since 0.1.0
 */
export interface Case {
  readonly a: Row
  readonly b: Row
  readonly c: Row
  readonly p: Row
  readonly q: Row
  readonly r: Row
  /** Two bodies of updates; empty where the subject has no wire. */
  readonly v: Row
  readonly w: Row
}

/**
 * A law. `holds` gives `undefined` where the case does not meet the side conditions, so that it proves nothing.
 *
 * @category models
 * @since 0.1.0
 */
export interface Law {
  readonly name: string
  readonly family: string
  readonly statement: string
  /** Whether the law is about the declaration alone, of which it tests everything, so that one case says all. */
  readonly declared?: boolean
  /** Tells whether the law speaks about a subject at all; always where absent. */
  readonly concerns?: (subject: Subject) => boolean
  readonly holds: (subject: Subject, given: Case) => boolean | undefined
}
