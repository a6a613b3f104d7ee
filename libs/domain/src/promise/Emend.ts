/**
 * The services over a store or a server, opened and closed by promises.
 *
 * @since 0.1.0
 */
import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import { Board, Workflow } from "../Board.ts"
import { Caller } from "../Caller.ts"
import type { EventLog } from "../EventLog.ts"
import { IdempotencyKey, KeyLifetimeMillis } from "../Idempotency.ts"
import type * as BoardTask from "../kinds/BoardTask.ts"
import type { RecordStore } from "../RecordStore.ts"
import * as Services from "../Services.ts"
import { TaskAgents } from "../TaskAgents.ts"
import { Tasks } from "../Tasks.ts"
import { CursorPolicy, Trackers } from "../Trackers.ts"
import { part } from "./Call.ts"
import * as Promised from "./Promised.ts"

const services = { tasks: Tasks, trackers: Trackers, board: Board, taskAgents: TaskAgents } as const
type Name = keyof typeof services
type Service = Context.Service.Identifier<typeof services[Name]>

/**
 * The services on behalf of a caller. What a verb is refused for is thrown: one of the `Refusals`, or a
 * `StoreUnavailable`; each has its `_tag` and its facts.
 *
 * @category models
 * @since 0.1.0
 */
export interface Bound extends Services {
  /** The same services on behalf of another caller. */
  readonly as: (caller: Caller) => Bound
}

type Services = { readonly [N in Name]: Promised.Promised<typeof services[N]["Service"]> }

/**
 * The services, until they are closed.
 *
 * @category models
 * @since 0.1.0
 */
export interface Emend extends Bound, AsyncDisposable {
  /** Waits for the calls that are being carried out, then frees what was opened. No call is taken any more. */
  readonly close: () => Promise<void>
}

/**
 * What may be decided otherwise for all calls.
 *
 * @category models
 * @since 0.1.0
 */
export interface Settings {
  /**
   * Whether calls may name their caller (`named`, the default). Where the services know who calls by themselves, as a
   * server does by a token, a call that names one is refused with a `TypeError` (`fixed`).
   */
  readonly callers?: "named" | "fixed"
  /** The moves of the board. Default: the domain's own. */
  readonly workflow?: BoardTask.Workflow
  /** What a cursor that would go back means. Default `reject`. */
  readonly cursorPolicy?: "reject" | "join"
  /** How long the answer to a call with a key is remembered. Default 24 hours. */
  readonly keyLifetimeMillis?: number
}

/**
 * Opens the services that a layer provides. What keeps the layer from being built is thrown.
 *
 * @category constructors
 * @since 0.1.0
 */
export const open = async <E>(layer: Layer.Layer<Service, E>, settings: Settings = {}): Promise<Emend> => {
  const runtime = ManagedRuntime.make(layer)
  const built = await runtime.runPromiseExit(Effect.context<Service>())
  if (Exit.isFailure(built)) {
    await runtime.dispose()
    throw reasonOf(built.cause)
  }
  const references = settingsOf(settings)
  const running = new Set<Promise<unknown>>()
  let isClosed = false

  const runAs = (bound: Caller | undefined): Promised.Run => (effect, { call, request, scope }) => {
    if (isClosed) return Promise.reject(new Error("Emend is closed"))
    const { caller = bound, idempotencyKey, onRepeat, signal } = call
    if (signal?.aborted === true) return Promise.reject(signal.reason)
    if (caller !== undefined && settings.callers === "fixed") return Promise.reject(new TypeError(callerFixed))
    const key = idempotencyKey === undefined ? undefined : {
      scope,
      key: idempotencyKey,
      request,
      ...(onRepeat === undefined ? undefined : { onRepeat: Effect.sync(onRepeat) })
    }
    const within = references.pipe(
      caller === undefined ? (context) => context : Context.add(Caller, caller),
      Context.add(IdempotencyKey, key)
    )
    const carriedOut = runtime.runPromiseExit(
      Effect.provideContext(effect, within),
      signal === undefined ? {} : { signal }
    ).then((exit) => {
      if (Exit.isSuccess(exit)) return exit.value
      throw Cause.hasInterruptsOnly(exit.cause) && signal?.aborted === true ? signal.reason : reasonOf(exit.cause)
    })
    running.add(carriedOut)
    const ended = () => running.delete(carriedOut)
    carriedOut.then(ended, ended)
    return carriedOut
  }

  const bind = (caller: Caller | undefined): Bound => {
    const run = runAs(caller)
    const verbs = Object.entries(services).map(([name, service]) => [
      name,
      Promised.make(name, Context.get(built.value, service as typeof Tasks), run)
    ])
    return { ...Object.fromEntries(verbs), as: (caller: Caller) => bind(part([{ caller }]).call.caller) }
  }

  const close = async () => {
    isClosed = true
    while (running.size > 0) await Promise.allSettled(running)
    await runtime.dispose()
  }
  return { ...bind(undefined), close, [Symbol.asyncDispose]: close }
}

/**
 * Opens the services over a store that a layer provides.
 *
 * @category constructors
 * @since 0.1.0
 */
export const openStore = <E>(store: Layer.Layer<RecordStore | EventLog, E>, settings?: Settings): Promise<Emend> =>
  open(Layer.provide(Services.layer, store), settings)

const callerFixed = "Who calls is known by the token: a call names no caller"

const settingsOf = ({ cursorPolicy, keyLifetimeMillis, workflow }: Settings): Context.Context<never> =>
  Context.empty().pipe(
    workflow === undefined ? (context) => context : Context.add(Workflow, workflow),
    cursorPolicy === undefined ? (context) => context : Context.add(CursorPolicy, cursorPolicy),
    keyLifetimeMillis === undefined ? (context) => context : Context.add(KeyLifetimeMillis, keyLifetimeMillis)
  )

/** What is thrown for a cause: the refusal itself, in words too, since promises are mostly logged by their message. */
const reasonOf = (cause: Cause.Cause<unknown>): unknown => {
  const reason = Cause.squash(cause)
  if (reason instanceof Error && reason.message === "") {
    const facts = Object.entries(reason).flatMap(([name, value]) =>
      name !== "_tag" && ["string", "number"].includes(typeof value) ? [`${name} ${value}`] : []
    )
    Object.defineProperty(reason, "message", { value: facts.join(", "), configurable: true, writable: true })
  }
  return reason
}
