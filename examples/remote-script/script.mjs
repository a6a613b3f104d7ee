// Changes a task on an Emend server, with the verbs that a store of one's own would have.
//
// What creates or changes something is sent under an idempotency key, so that the client may send it again when no answer
// came: the server does it once.
import { Refusals, Task } from "@emend/domain"
import { open } from "@emend/http/promise"
import { randomUUID } from "node:crypto"

const { EMEND_URL = "http://127.0.0.1:8080", EMEND_TOKEN } = process.env
await using emend = await open(EMEND_URL, EMEND_TOKEN === undefined ? {} : { token: EMEND_TOKEN })

/** Changes a task by a function of what it is, and begins again where somebody else was faster. */
const change = async (id, compute) => {
  while (true) {
    const { state, version } = await emend.tasks.get(id)
    try {
      return await emend.tasks.update(id, Task.Task.fromBody(compute(state)), { ifMatch: [version] })
    } catch (refusal) {
      if (!(refusal instanceof Refusals.VersionMismatch)) throw refusal
    }
  }
}

const id = `import-${randomUUID()}`
const created = await emend.tasks.create({ id, params: { done: 0 } })
console.log(`created: ${JSON.stringify(created.state.params)} at version ${created.version}`)

// Ten changes of one number at the same time: each is counted.
const increment = ({ params }) => ({ merge_params: { done: params.done + 1 } })
await Promise.all(Array.from({ length: 10 }, () => change(id, increment)))
const counted = await emend.tasks.get(id)
console.log(`counted: ${JSON.stringify(counted.state.params)} at version ${counted.version}`)

// A key of one's own: the same call, later and from anywhere, gives the first answer again.
const finish = () => emend.tasks.move(id, "COMPLETED", { idempotencyKey: `finish-${id}`, reason: "all imported" })
const [first, again] = [await finish(), await finish()]
console.log(`finished: ${first.state.status} at version ${first.version}, again at version ${again.version}`)

const refusal = await emend.tasks.move(id, "RUNNING").catch((refusal) => refusal)
console.log(`refused: ${refusal._tag}, from ${refusal.from} to ${refusal.to}`)
