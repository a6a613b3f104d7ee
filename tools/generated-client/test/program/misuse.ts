/** What the types refuse: each of these lines is an error. */
import createClient from "openapi-fetch"
import type { paths } from "./document.d.ts"

const client = createClient<paths>({ baseUrl: "http://localhost" })
const params = { path: { task_id: "t" } }

// @ts-expect-error -- parameters are an object
void client.PUT("/tasks/{task_id}", { params, body: { merge_params: [1] } })
// @ts-expect-error -- a title is text
void client.PATCH("/agents/tasks/{task_id}", { params, body: { title: 1 } })
// @ts-expect-error -- there is no such priority and no such source
void client.POST("/agents/tasks/", { body: { title: "t", source: "nowhere" } })
// @ts-expect-error -- a body is required
void client.PUT("/tasks/{task_id}", { params })
