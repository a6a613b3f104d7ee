/**
 * An agent that tasks are assigned to: an opaque id with an optional name.
 *
 * @since 0.1.0
 */
import { Declare, Kind } from "@emend/algebra/schema"
import type { RecordKind } from "../RecordKind.ts"
import { Id, Text, Timestamp } from "../Text.ts"

/**
 * The declaration of an agent. Nothing about it changes.
 *
 * @category kinds
 * @since 0.1.0
 */
export const Agent = Kind.make("Agent", {
  id: Declare.fixed(Id, { nullable: false }),
  name: Declare.fixed(Text, { nullable: true }),
  created_at: Declare.fixed(Timestamp, { nullable: false })
})

/**
 * The state of an agent.
 *
 * @category models
 * @since 0.1.0
 */
export type Agent = typeof Agent.State.Type

/**
 * How agents are stored.
 *
 * @category kinds
 * @since 0.1.0
 */
export const agentKind: RecordKind = { kind: Agent }
