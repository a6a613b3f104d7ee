/**
 * The configuration of a task agent: what a revision fixes (seed 003).
 *
 * @since 0.1.0
 */
import { Declare, Kind } from "@emend/algebra/schema"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { JsonObject } from "../Json.ts"
import { Id, Text, Uuid } from "../Text.ts"
import { items, maxItems } from "./items.ts"

const orNull = <S extends Schema.Top>(schema: S, description: string) =>
  Schema.NullOr(schema).annotate({ description }).pipe(Schema.withDecodingDefaultKey(Effect.succeed(null)))

const tools = orNull(items(Id), "The tools that may be used; absent or `null`: all of them.")

const TaskTool = Schema.Struct({
  task_id: Id,
  is_output_formatter: Schema.Boolean.pipe(Schema.withDecodingDefaultKey(Effect.succeed(false)))
})
const McpServer = Schema.Struct({ task_mcp_server_id: Id, allowed_tool_ids: tools })
const Integration = Schema.Struct({ project_integration_id: Id, allowed_tool_ids: tools })
const Skill = Schema.Struct({ skill_id: Id, skill_revision_id: orNull(Id, "Absent or `null`: the newest.") })

const list = <A>(item: Declare.Json<A>, what: string) =>
  Declare.replace(items(item) as Declare.Json<ReadonlyArray<A>>, {
    nullable: false,
    onNull: "keep",
    creation: { default: [] },
    description: `Full replacement of ${what}, order kept, at most ${maxItems}; an empty list removes all.`
  })

/**
 * The configuration fields, shared by the declarations of an edit, a revision and the agent's update body.
 *
 * @category kinds
 * @since 0.1.0
 */
export const fields = {
  description: Declare.replace(Text, { nullable: true, onNull: "clear", creation: { default: null } }),
  instruction: Declare.replace(Text, { nullable: false, onNull: "keep", creation: "required" }),
  mode: Declare.replace(Schema.Literals(["agentic", "sequential"]), {
    nullable: false,
    onNull: "keep",
    creation: { default: "agentic" },
    description: "Execution mode for TaskAgent."
  }),
  llm_model_id: Declare.replace(Uuid, { nullable: true, onNull: "clear", creation: "required" }),
  fallback_llm_model_id: Declare.replace(Uuid, { nullable: true, onNull: "clear", creation: { default: null } }),
  memory_strategy: Declare.replace(Schema.Literals(["sliding_window", "compaction"]), {
    nullable: true,
    onNull: "clear",
    creation: { default: null }
  }),
  memory_config: Declare.replace(JsonObject, {
    nullable: true,
    onNull: "clear",
    creation: { default: null },
    description: "Required with a memory strategy; `sliding_window` needs `max_events` of at least 1."
  }),
  max_turns: Declare.replace(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 500 })), {
    nullable: true,
    onNull: "clear",
    creation: { default: null }
  }),
  task_tools: list(TaskTool, "task tools (array order = execution order)"),
  mcp_servers: list(McpServer, "MCP servers; `allowed_tool_ids` null means all tools"),
  integrations: list(Integration, "integrations; `allowed_tool_ids` null means all tools"),
  skills: list(Skill, "skills; `skill_revision_id` null means the newest")
}

/**
 * The fields that hold lists, and for each the key by which its items are told apart.
 *
 * @category kinds
 * @since 0.1.0
 */
export const identities = {
  task_tools: "task_id",
  mcp_servers: "task_mcp_server_id",
  integrations: "project_integration_id",
  skills: "skill_id"
} as const satisfies Partial<Record<keyof typeof fields, string>>

/**
 * The algebra of the configuration alone: what an edit may do to it.
 *
 * @category kinds
 * @since 0.1.0
 */
export const Configuration = Kind.make("TaskAgentConfiguration", fields)

/**
 * A whole configuration.
 *
 * @category models
 * @since 0.1.0
 */
export type Configuration = typeof Configuration.State.Type

/**
 * A rule that a configuration breaks, and the field at which to mend it.
 *
 * @category models
 * @since 0.1.0
 */
export interface Problem {
  readonly field: keyof Configuration
  readonly message: string
}

/**
 * Lists the rules across fields that a configuration breaks. They are checked when it is to become active, at creation
 * and at activation, not at every edit.
 *
 * @category rules
 * @since 0.1.0
 */
export const problems = (configuration: Configuration): ReadonlyArray<Problem> => {
  const found: Array<Problem> = []
  const refuse = (field: keyof Configuration, message: string) => found.push({ field, message })
  if (configuration.mode === "sequential") {
    if (configuration.task_tools.length < 2) refuse("task_tools", "Sequential mode needs at least two task tools")
    for (const field of ["skills", "integrations", "mcp_servers"] as const) {
      if (configuration[field].length > 0) refuse(field, `Sequential mode allows no ${field.replace("_", " ")}`)
    }
  }
  if (configuration.task_tools.filter((tool) => tool.is_output_formatter).length > 1) {
    refuse("task_tools", "At most one task tool may be the output formatter")
  }
  if (configuration.memory_strategy !== null) {
    const config = configuration.memory_config
    if (config === null) refuse("memory_config", "A memory strategy needs a memory_config")
    else if (configuration.memory_strategy === "sliding_window") {
      const events = Object.hasOwn(config, "max_events") ? config["max_events"] : undefined
      if (typeof events !== "number" || !Number.isInteger(events) || events < 1) {
        refuse("memory_config", "sliding_window needs max_events, an integer of at least 1")
      }
    }
  }
  return found
}
