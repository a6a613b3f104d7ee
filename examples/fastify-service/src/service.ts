/** The runs of our jobs, as a web service. Emend keeps them: their states, versions and histories. */
import { Refusals, Task } from "@emend/domain"
import { type Call, type Emend, read } from "@emend/domain/promise"
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify"

export const build = (emend: Emend): FastifyInstance => {
  const app = Fastify()

  app.post("/runs", async (request, reply) => {
    // What is unknown or has the wrong form is refused with every place, before anything is done.
    const input = read(Task.Creation, request.body)
    return show(reply.code(201), await emend.tasks.create(input, call(request, reply)))
  })

  app.get<Run>(
    "/runs/:id",
    async (request, reply) => show(reply, await emend.tasks.get(request.params.id, call(request, reply)))
  )

  app.patch<Run>("/runs/:id", async (request, reply) => {
    const update = Task.Task.fromBody(read(Task.Task.Update, request.body))
    const options = { ...call(request, reply), ...demand(request) }
    return show(reply, await emend.tasks.update(request.params.id, update, options))
  })

  app.post<Run>(
    "/runs/:id/finish",
    async (request, reply) => show(reply, await emend.tasks.move(request.params.id, "COMPLETED", call(request, reply)))
  )

  app.get<Run>("/runs/:id/history", async (request, reply) => {
    const revisions = await emend.tasks.history(request.params.id, call(request, reply))
    return revisions.map(({ by, reason, version }) => ({ version, by, reason }))
  })

  app.setErrorHandler((error, _, reply) => {
    if (error instanceof Refusals.InputInvalid) return reply.code(422).send({ problems: error.problems })
    if (error instanceof Refusals.VersionMismatch) return reply.code(412).send({ present: error.present })
    const tag = (error as { readonly _tag?: string })._tag ?? ""
    return tag in statuses ? reply.code(statuses[tag]!).send({ refused: tag }) : reply.send(error)
  })

  return app
}

interface Run {
  readonly Params: { readonly id: string }
}

/** Who asks, under which key, and until when: that is told beside what is asked. */
const call = ({ headers }: FastifyRequest, reply: FastifyReply): Call => {
  const gone = new AbortController()
  reply.raw.once("close", () => gone.abort())
  const key = headers["idempotency-key"]
  return {
    // A real service knows its caller from a token that it has verified.
    caller: { tenant: "acme", subject: String(headers["x-user"] ?? "anonymous") },
    signal: gone.signal,
    ...(typeof key === "string" ? { idempotencyKey: key, onRepeat: () => void reply.header("repeated", "true") } : {})
  }
}

const demand = ({ headers }: FastifyRequest) => {
  const version = /^"(\d+)"$/.exec(headers["if-match"] ?? "")?.[1]
  return version === undefined ? {} : { ifMatch: [Number(version)] }
}

const show = (reply: FastifyReply, { state, version }: { readonly state: Task.Task; readonly version: number }) => {
  const { id, params, status } = state
  return reply.header("etag", `"${version}"`).send({ id, status, params, version })
}

const statuses: Readonly<Record<string, number>> = {
  RecordMissing: 404,
  AlreadyTaken: 409,
  TransitionRefused: 409,
  KeyInUse: 409,
  KeyReused: 422,
  StoreUnavailable: 503
}
