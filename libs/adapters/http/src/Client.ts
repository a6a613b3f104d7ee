/**
 * Operations of the service, carried out by a server elsewhere.
 *
 * @internal
 */
import { type AgentConditions, RecordStore, Refusals } from "@emend/domain"
import { Problem, schemaErrors, wholeType } from "@emend/http-api/operations"
import * as Effect from "effect/Effect"
import type * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as CallKey from "./CallKey.ts"
import * as ConditionHeaders from "./ConditionHeaders.ts"
import type { HttpOptions } from "./HttpOptions.ts"
import * as ProblemReading from "./ProblemReading.ts"
import * as Reading from "./Reading.ts"
import { type RemoteFailure, RequestRefused } from "./RemoteFailure.ts"
import type { Sender } from "./Sender.ts"
import * as StandIns from "./StandIns.ts"

/** What an operation is asked, in the words of its definition. */
export type Asked<Endpoint extends HttpApiEndpoint.Constraint> =
  & Pick<Endpoint["~Request"], Extract<keyof Endpoint["~Request"], "params" | "query" | "payload">>
  & {
    readonly conditions?: AgentConditions | undefined
    /**
     * The keys that name what has to be there: what they cannot say is missing. Those of the path and the query, unless
     * said.
     */
    readonly naming?: ReadonlyArray<string>
  }

/** What a server gave, and whether its list goes on. */
export interface Given<A> {
  readonly value: A
  readonly more: boolean
}

/**
 * Carries an operation out. What it gives, and is refused with, is read by the schemas of the wire: it is what the verb
 * of the service gives that the operation stands for, of which only that verb knows the type.
 */
export interface Operation<Endpoint extends HttpApiEndpoint.Constraint> {
  (asked: Asked<Endpoint>): Effect.Effect<any, any>
  /** Gives a page of a list, and whether the list goes on behind it. */
  readonly page: (asked: Asked<Endpoint>) => Effect.Effect<Given<ReadonlyArray<any>>, any>
}

/** The operations of a group, by their names. */
export type Operations<Group extends Endpoints> = {
  readonly [Id in keyof Group["endpoints"]]: Operation<Group["endpoints"][Id]>
}

interface Endpoints {
  readonly endpoints: Readonly<Record<string, HttpApiEndpoint.Constraint>>
}

/** Makes the operations of a group from its definition and the schemas of its answers. */
export type Client = <Group extends Endpoints>(
  group: Group,
  answers: { readonly [Id in keyof Group["endpoints"]]: Schema.Codec<any, any> }
) => Operations<Group>

/** Makes a client that sends by a sender. */
export const make = (send: Sender, options: HttpOptions): Client => ({ endpoints }, answers) =>
  Object.fromEntries(
    Object.entries(endpoints).map(([id, endpoint]) => {
      const given = operation(send, options, endpoint as unknown as HttpApiEndpoint.Top, answers[id]!)
      const one = (asked: Said) => Effect.map(given(asked), ({ value }) => value)
      return [id, Object.assign(one, { page: given })]
    })
  ) as never

/** What an operation is asked, whichever it is. */
interface Said {
  readonly params?: unknown
  readonly query?: unknown
  readonly payload?: unknown
  readonly conditions?: AgentConditions | undefined
  readonly naming?: ReadonlyArray<string>
}

const accept = `${wholeType}, ${Problem.mediaType}, application/json`

const operation = (
  send: Sender,
  { headers: own = Effect.succeed({}) }: HttpOptions,
  endpoint: HttpApiEndpoint.Top,
  answer: Schema.Codec<any, any>
) => {
  const { headers: declaredHeaders, method } = endpoint
  const declared = new Set(
    declaredHeaders?.ast._tag === "Objects" ? declaredHeaders.ast.propertySignatures.map(({ name }) => name) : []
  )
  const changes = method !== "GET"
  const isKeyed = declared.has("idempotency-key")
  const params = encoder(endpoint.params, "path")
  const query = encoder(endpoint.query, "query")
  const payload = encoder(endpoint.payload.get("application/json")?.schemas[0], "body")
  const read = Reading.make(answer)

  const carryOut = Effect.fnUntraced(function*(asked: Said) {
    const { conditions = {}, naming } = asked
    const standIns = StandIns.make()
    const path = params(asked.params, standIns, naming)
    const search = query(asked.query, standIns, naming)
    const body = payload(asked.payload, standIns, naming ?? [])
    const flaws = [...path.flaws, ...search.flaws, ...body.flaws]
    if (flaws.length > 0) return yield* changes ? ProblemReading.invalid(flaws) : invalid(flaws)
    const demanded = yield* Effect.mapError(
      Effect.fromResult(ConditionHeaders.write(conditions, standIns)),
      ({ header, message }) => new Refusals.InputInvalid({ problems: [{ path: ["header", header], message }] })
    )
    // A rehearsal writes nothing, and needs no key to be sent again.
    const key = isKeyed && conditions.dryRun !== true ? yield* CallKey.ofCall : undefined
    const sent = yield* send({
      method,
      path: pathOf(endpoint.path, path.value as Texts) + searchOf(search.value as Texts),
      headers: { ...(yield* own), accept, ...demanded, ...key?.headers },
      body: body.value === undefined ? undefined : JSON.stringify(body.value)
    }, !changes || isKeyed)
    const { incoming, once } = sent
    // An answer that was lost before may be what is repeated.
    if (once && incoming.headers["idempotent-replayed"] === "true") yield* key?.onRepeat ?? Effect.void
    const value = yield* Effect.fromResult(
      read(incoming, { changes, key: key?.given, restore: standIns.restore })
    )
    return { value, more: /rel="next"/.test(String(incoming.headers["link"] ?? "")) }
  })

  return (asked: Said): Effect.Effect<Given<any>, any> =>
    Effect.mapError(carryOut(asked), (error) => isRemote(error) ? unavailable(error) : asAsked(error, asked))
}

type Failure = Reading.Refusal | RemoteFailure

const remote: { readonly [T in RemoteFailure["_tag"]]: true } = {
  Unreachable: true,
  CertificateRefused: true,
  TimedOut: true,
  AnswerForeign: true,
  AnswerTooLarge: true,
  Redirected: true,
  RequestRefused: true,
  TokenUnavailable: true
}

const isRemote = (failure: Failure): failure is RemoteFailure => Object.hasOwn(remote, failure._tag)

const unavailable = (cause: RemoteFailure): RecordStore.StoreUnavailable =>
  new RecordStore.StoreUnavailable({ message: cause.message, cause })

/** Puts back what the wire leaves out: demands that no version meets, and a name that is too long to be repeated. */
const asAsked = (refusal: Reading.Refusal, { conditions = {} }: Said): Reading.Refusal =>
  refusal._tag === "VersionMismatch" && Array.isArray(conditions.ifMatch)
    ? new Refusals.VersionMismatch({ ...refusal, demanded: conditions.ifMatch })
    : refusal

interface Encoded {
  readonly value: unknown
  readonly flaws: ReadonlyArray<ProblemReading.Flaw>
}

/**
 * Gives what writes one part of a request. Of a path and a query every key names something; of a body those that are
 * said to. What cannot be written of such a name has a stand-in.
 */
const encoder = (schema: Schema.Top | undefined, part: "path" | "query" | "body") => {
  if (schema === undefined) return (): Encoded => ({ value: undefined, flaws: [] })
  const encode = Schema.encodeUnknownResult(schema as Schema.Codec<unknown>, { errors: "all" })
  const tried = (given: unknown): Encoded => {
    const result = encode(given)
    return Result.isSuccess(result)
      ? { value: result.success, flaws: [] }
      : {
        value: undefined,
        flaws: schemaErrors(result.failure.issue, part, given) as ReadonlyArray<ProblemReading.Flaw>
      }
  }
  return (given: unknown, standIns: StandIns.StandIns, naming?: ReadonlyArray<string>): Encoded => {
    const stated = withoutUndefined(given ?? {})
    const first = tried(stated)
    if (first.flaws.length === 0) return first
    const named = first.flaws.flatMap(({ loc }) => {
      const key = String(loc[1])
      const value = stated[key]
      return (naming === undefined || naming.includes(key)) && (typeof value === "string" || typeof value === "number")
        ? [[key, value] as const]
        : []
    })
    return named.length === 0
      ? first
      : tried({ ...stated, ...Object.fromEntries(named.map(([key, value]) => [key, standIns.of(value)])) })
  }
}

const withoutUndefined = (given: object): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))

const invalid = (flaws: ReadonlyArray<ProblemReading.Flaw>): RequestRefused =>
  new RequestRefused({
    status: 422,
    code: "request-invalid",
    facts: { errors: flaws },
    message: `The request cannot be sent: ${flaws.map(({ loc, msg }) => `${loc.join(".")}: ${msg}`).join("; ")}`
  })

/** A segment of nothing but dots would be taken for a step. */
const segment = (name: string): string =>
  encodeURIComponent(name).replace(/^\.{1,2}$/, (dots) => "%2E".repeat(dots.length))

type Texts = Readonly<Record<string, string>> | undefined

const pathOf = (template: string, params: Texts = {}): string =>
  template.replace(/:(\w+)/g, (_, name: string) => segment(params[name]!))

const searchOf = (query: Texts): string => {
  const search = String(new URLSearchParams(query ?? {}))
  return search === "" ? "" : `?${search}`
}
