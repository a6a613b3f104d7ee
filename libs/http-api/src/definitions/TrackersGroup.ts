/**
 * The operations on trackers and on the events that they track (seed 002).
 *
 * @since 0.1.0
 */
import { AgentTaskTracker as Tracker, Json, Text } from "@emend/domain"
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import * as OpenApi from "effect/http-api/OpenApi"
import * as Schema from "effect/Schema"
import * as HistoryOperations from "./HistoryOperations.ts"
import { KeyHints, unwritable } from "./KeyHints.ts"
import * as List from "./ListParameters.ts"
import * as Operation from "./Operation.ts"

const params = { tracker_id: Operation.PathId.annotate({ title: "Tracker Id" }) }
const { Wire } = Tracker.AgentTaskTracker

/**
 * The schema of an event as it is served.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Event = Schema.Struct({
  id: Text.Id,
  sequence_id: Schema.Int.annotate({ description: "Counts 1, 2, 3 … in the task, without gaps." }),
  task_id: Text.Id,
  agent_id: Text.Id,
  created_at: Text.Timestamp,
  content: Json.JsonValue
}).annotate({ identifier: "Event" })

/**
 * The group of the operations on trackers.
 *
 * @category definitions
 * @since 0.1.0
 */
export const TrackersGroup = HttpApiGroup.make("trackers").annotateMerge(
  OpenApi.annotations({ title: "Agent Task Tracker" })
).add(
  HttpApiEndpoint.post("assign", "/tasks/:task_id/agents/:agent_id", {
    params: { task_id: Operation.PathId, agent_id: Operation.PathId },
    headers: Operation.headers.create,
    payload: Schema.Struct({
      name: Operation.optional(Text.Text, "The name of the agent, where it is new.")
    }).annotate({
      identifier: "AssignAgentRequest"
    }),
    success: [Operation.present(Wire), Operation.created(Wire)[0]],
    error: Operation.refusals(404, "redacted", ...Operation.withBody)
  }).annotate(Operation.OptionalBody, true).annotateMerge(
    Operation.described(
      "editor",
      "Assign Agent to Task",
      "Assigns an agent to a task and creates its tracker (201). Once more gives the same tracker (200)."
    )
  ),
  HttpApiEndpoint.get("list", "/tracker", {
    query: {
      agent_id: Schema.optionalKey(Text.Text),
      task_id: Schema.optionalKey(Text.Text),
      ...List.numbered,
      order_by: Schema.optionalKey(
        Schema.Literals(["created_at", "id", "agent_id", "task_id"]).annotate({
          description:
            "`created_at` without it. Those of one agent, or of one task, come in the order of their creation."
        })
      )
    },
    success: Operation.paged(Wire),
    error: Operation.refusals()
  }).annotateMerge(
    Operation.described(
      "viewer",
      "List Agent Task Trackers",
      "Lists the trackers of an agent, of a task, of both or all, the newest first."
    )
  ),
  ...Operation.readable({
    path: "/tracker/:tracker_id",
    params,
    schema: Wire,
    title: "Agent Task Tracker",
    noun: "a tracker",
    causes: ["redacted"]
  }),
  HttpApiEndpoint.put("update", "/tracker/:tracker_id", {
    params,
    headers: Operation.headers.update,
    payload: Tracker.AgentTaskTracker.Update,
    success: Operation.changed(Wire),
    error: Operation.refusals(
      404,
      "cursor-backwards",
      "rebase-conflict",
      "redacted",
      ...Operation.overwriting,
      ...Operation.withBody
    )
  }).annotate(Operation.Overwrites, true).annotate(KeyHints, unwritable(Tracker.AgentTaskTracker.fields, ""))
    .annotateMerge(
      Operation.described(
        "editor",
        "Update Agent Task Tracker",
        "Update agent task tracker by tracker ID",
        "update_agent_task_tracker_tracker__tracker_id__put"
      )
    ),
  ...HistoryOperations.make("/tracker/:tracker_id", params, Wire, "Agent Task Tracker", { causes: ["redacted"] })
)

/**
 * The group of the operations on events.
 *
 * @category definitions
 * @since 0.1.0
 */
export const EventsGroup = HttpApiGroup.make("events").annotateMerge(OpenApi.annotations({ title: "Events" })).add(
  HttpApiEndpoint.post("append", "/tasks/:task_id/events", {
    params: { task_id: Operation.PathId },
    headers: Operation.headers.append,
    payload: Schema.Struct({
      agent_id: Text.Id,
      content: Json.JsonValue.annotate({ description: "Any JSON; `null` is a value like any other." })
    }).annotate({
      identifier: "AppendEventRequest"
    }),
    success: [
      HttpApiSchema.WithHeaders(Event.pipe(HttpApiSchema.status(201)), { location: Operation.Location }),
      HttpApiSchema.WithHeaders(Event, { changes: Operation.changeCount })
    ],
    error: Operation.refusals(404, "redacted", ...Operation.withBody)
  }).annotateMerge(
    Operation.described("editor", "Append Event", "Appends an event for an agent that is assigned to the task.")
  ),
  HttpApiEndpoint.get("list", "/events", {
    query: {
      task_id: Text.Id.annotate({ description: "The task whose events are listed." }),
      agent_id: Text.Id.annotate({ description: "The agent that they are for." }),
      last_processed_event_id: Schema.optionalKey(
        Text.Id.annotate({ description: "Only events after this one, which must be of the same task and agent." })
      ),
      limit: Operation.limit(1000)
    },
    success: Operation.paged(Event),
    error: Operation.refusals(404)
  }).annotateMerge(
    Operation.described("viewer", "List Events", "Lists the events of a task for an agent, oldest first.")
  ),
  HttpApiEndpoint.get("get", "/events/:event_id", {
    params: { event_id: Operation.PathId },
    success: Event,
    error: Operation.refusalsOfPath(404)
  }).annotateMerge(Operation.described("viewer", "Get Event", "Gives an event."))
)
