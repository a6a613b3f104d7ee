/**
 * What is told of a task agent: its root with its revisions.
 *
 * @since 0.1.0
 */
import { Mask } from "@emend/algebra"
import type { ConfigurationDifference } from "./kinds/ConfigurationDifference.ts"
import { TaskAgent, type TaskAgentRevision } from "./kinds/TaskAgent.ts"
import type { Listed } from "./Lists.ts"
import type * as Records from "./Records.ts"
import type { Authorship } from "./Revision.ts"

/**
 * Where an agent lives. An agent of another scope is missing.
 *
 * @category models
 * @since 0.1.0
 */
export interface Scope {
  readonly organization_id: string
  readonly project_id: string
}

/**
 * What is told of a revision beside its agent: all but the configuration.
 *
 * @category models
 * @since 0.1.0
 */
export interface RevisionSummary extends
  Pick<
    TaskAgentRevision,
    "id" | "number" | "parent_revision_id" | "created" | "created_by" | "annotation" | "content_hash"
  >
{
  readonly active: boolean
}

/**
 * An agent with its active revision and its newest 100 revisions, newest first.
 *
 * @category models
 * @since 0.1.0
 */
export interface AgentView extends Records.Saved<TaskAgent> {
  readonly active_revision: RevisionSummary | null
  readonly revisions: ReadonlyArray<RevisionSummary>
}

/**
 * An agent of a list, with its active revision.
 *
 * @category models
 * @since 0.1.0
 */
export interface ListedAgent extends Listed<TaskAgent> {
  readonly active_revision: RevisionSummary | null
}

/**
 * The outcome of an update: the agent, whether anything changed, and the revision that an edit made.
 *
 * @category models
 * @since 0.1.0
 */
export interface AgentChanged extends AgentView {
  readonly changed: boolean
  readonly revision_id: string | null
  /** After a dry run: how many paths would change. The revision that an edit would make is not listed. */
  readonly changes?: number
}

/**
 * An agent after it was led back, and what was left alone.
 *
 * @category models
 * @since 0.1.0
 */
export interface AgentRestored extends AgentView {
  readonly changed: boolean
  readonly changes?: number
  readonly leftAlone: ReadonlyArray<string>
}

/**
 * A move of the pointer to the active revision: from which to which, the version of the agent that it led to, who, when
 * and why. The first is the creation, from none.
 *
 * @category models
 * @since 0.1.0
 */
export interface Activation extends Authorship {
  readonly version: number
  readonly from: string | null
  readonly to: string | null
}

/**
 * Two revisions of an agent, and how the configuration of the second differs from that of the first.
 *
 * @category models
 * @since 0.1.0
 */
export interface Compared extends ConfigurationDifference {
  readonly from: RevisionSummary
  readonly to: RevisionSummary
}

/**
 * The conditions of an update of an agent. `base` is the revision that an edit builds on (the tip without it), and
 * `annotation`, of at most 255 characters, is kept in the revision that it makes.
 *
 * @category models
 * @since 0.1.0
 */
export interface AgentConditions extends Records.UpdateConditions {
  readonly base?: string
  readonly annotation?: string
}

/**
 * Tells whether an agent lives in a scope.
 *
 * @category queries
 * @since 0.1.0
 */
export const inScope = (scope: Scope, { state }: Records.Saved<TaskAgent>): boolean =>
  state.organization_id === scope.organization_id && state.project_id === scope.project_id

/**
 * Tells of a revision what is told beside its agent.
 *
 * @category conversions
 * @since 0.1.0
 */
export const summary = (
  root: Records.Saved<TaskAgent>,
  revision: Omit<RevisionSummary, "active">
): RevisionSummary => ({
  id: revision.id,
  number: revision.number,
  parent_revision_id: revision.parent_revision_id,
  active: root.state.active_revision_id === revision.id,
  created: revision.created,
  created_by: revision.created_by,
  annotation: revision.annotation,
  content_hash: revision.content_hash
})

/**
 * Tells of an agent with revisions of it, newest first, and the one that is active.
 *
 * @category conversions
 * @since 0.1.0
 */
export const told = <R extends Records.Saved<TaskAgent>>(
  root: R,
  revisions: ReadonlyArray<Omit<RevisionSummary, "active">>,
  active: Omit<RevisionSummary, "active"> | undefined
): R & Pick<AgentView, "active_revision" | "revisions"> => ({
  ...root,
  active_revision: active === undefined ? null : summary(root, active),
  revisions: revisions.map((revision) => summary(root, revision))
})

/**
 * Counts the paths that a patch changes on the root itself.
 *
 * @category queries
 * @since 0.1.0
 */
export const pathsOf = (
  { state }: Records.Saved<TaskAgent>,
  patch: Parameters<typeof TaskAgent.normalise>[0]
): number => Mask.paths(TaskAgent.mask(TaskAgent.reduce(state, patch))).length
