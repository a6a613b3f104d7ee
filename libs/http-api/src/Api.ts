/**
 * Every operation of the service.
 *
 * @since 0.1.0
 */
import * as HttpApi from "effect/http-api/HttpApi"
import * as OpenApi from "effect/http-api/OpenApi"
import { BoardGroup } from "./definitions/BoardGroup.ts"
import { ServiceGroup } from "./definitions/ServiceGroup.ts"
import { TaskAgentsGroup } from "./definitions/TaskAgentsGroup.ts"
import { TasksGroup } from "./definitions/TasksGroup.ts"
import { EventsGroup, TrackersGroup } from "./definitions/TrackersGroup.ts"
import { complete } from "./openapi/Completion.ts"

const operations = HttpApi.make("emend").add(
  TasksGroup,
  TrackersGroup,
  EventsGroup,
  BoardGroup,
  TaskAgentsGroup,
  ServiceGroup
)

/**
 * The definition of the API: from it come the routes, the checks of requests, the OpenAPI document and clients.
 *
 * @category definitions
 * @since 0.1.0
 */
export const Api = operations.annotateMerge(
  OpenApi.annotations({
    title: "Emend",
    version: "0.1.0",
    description: "Keeps the records of agent work and revises them safely.",
    transform: complete(operations)
  })
)
