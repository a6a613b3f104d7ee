// The same with nothing but what Node has, to show what makes requests safe to repeat.
//
// Every request may be repeated: one that creates or changes something has an Idempotency-Key, by which the server does
// it once, however often it arrives. A change that was computed from what was read demands that version (If-Match).
import { randomUUID } from "node:crypto"
import { setTimeout as pause } from "node:timers/promises"

const { EMEND_URL = "http://127.0.0.1:8080", EMEND_TOKEN } = process.env
const mostAttempts = 5

/** Sends one request, again while it is safe and may help, and gives the answer of the server. */
const send = async (method, path, { body, ifMatch } = {}) => {
  const headers = {
    ...(EMEND_TOKEN === undefined ? {} : { authorization: `Bearer ${EMEND_TOKEN}` }),
    ...(method === "GET" ? {} : { "idempotency-key": randomUUID() }),
    ...(ifMatch === undefined ? {} : { "if-match": ifMatch }),
    ...(body === undefined ? {} : { "content-type": "application/json" })
  }
  for (let attempt = 1;; attempt++) {
    const response = await fetch(`${EMEND_URL}${path}`, {
      method,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: AbortSignal.timeout(10_000)
    }).catch((reason) => reason)
    const isLost = response instanceof Error
    if (!isLost && ![408, 409, 429].includes(response.status) && response.status < 500) return answer(response)
    // A conflict that a repetition cannot end says so.
    if (!isLost && response.headers.get("x-should-retry") === "false") return answer(response)
    if (attempt === mostAttempts) throw isLost ? response : new Error(`${method} ${path} answers ${response.status}`)
    const seconds = isLost ? Number.NaN : Number(response.headers.get("retry-after") ?? Number.NaN)
    await pause(Number.isNaN(seconds) ? Math.random() * 100 * 2 ** attempt : seconds * 1000)
  }
}

const answer = async (response) => ({
  status: response.status,
  version: response.headers.get("etag"),
  body: await response.json()
})

/** Changes a task by a function of what it is, and begins again where somebody else was faster. */
const change = async (id, compute) => {
  while (true) {
    const { body: task, version } = await send("GET", `/tasks/${id}`)
    const changed = await send("PUT", `/tasks/${id}`, { body: compute(task), ifMatch: version })
    // Somebody else was faster: again, from what is there now.
    if (changed.status !== 412) return changed
  }
}

const id = `import-${randomUUID()}`
const created = await send("POST", "/tasks", { body: { id, params: { done: 0 } } })
console.log(`created: ${created.status} ${JSON.stringify(created.body.params)} at version ${created.version}`)

// Ten changes of one number at the same time: each is counted.
const increments = Array.from({ length: 10 }, () =>
  change(id, ({ params }) => ({ merge_params: { done: params.done + 1 } })))
await Promise.all(increments)
const counted = await send("GET", `/tasks/${id}`)
console.log(`counted: ${JSON.stringify(counted.body.params)} at version ${counted.version}`)

const refused = await send("PUT", `/tasks/${id}`, { body: { status: "DONE" } })
console.log(`refused: ${refused.status} ${refused.body.detail[0].loc.join(".")}: ${refused.body.detail[0].type}`)
