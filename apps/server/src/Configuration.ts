/**
 * How a server is to run: what the command line and the environment say.
 *
 * @since 0.1.0
 */
import type { Settings } from "@emend/http-api"
import { isLoopback } from "@emend/http-api/loopback"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import { createHash } from "node:crypto"
import { statSync } from "node:fs"
import { dirname, join, resolve } from "node:path"
import { parseArgs } from "node:util"
import * as IdentityConfiguration from "./IdentityConfiguration.ts"
import * as Limits from "./Limits.ts"
import * as Traces from "./Traces.ts"

/**
 * Where the records are kept.
 *
 * @category models
 * @since 0.1.0
 */
export type Store =
  | { readonly _tag: "memory" }
  | { readonly _tag: "embedded"; readonly dataDir: string }
  | { readonly _tag: "postgres"; readonly url: Redacted.Redacted }
  | { readonly _tag: "http"; readonly url: string }

/**
 * How a server is to run.
 *
 * @category models
 * @since 0.1.0
 */
export interface Configuration {
  readonly host: string
  /** 0 for any that is free. */
  readonly port: number
  readonly store: Store
  readonly wire: typeof Settings.Service
  /** Which callers are accepted; without it the server is local. */
  readonly identity?: IdentityConfiguration.IdentityConfiguration
  readonly cursorPolicy: "reject" | "join"
  /** Whether writes that are asked for at the same time share a statement. */
  readonly groupCommit: boolean
  readonly logLevel: "Debug" | "Info" | "Error"
  readonly logFormat: "json" | "text"
  readonly limits: Limits.Limits
  /** Undefined where none are wanted. */
  readonly traces: Traces.Traces | undefined
}

/**
 * What the command line asks for: to run, or to be told how.
 *
 * @category models
 * @since 0.1.0
 */
export type Request = { readonly _tag: "Run"; readonly configuration: Configuration } | { readonly _tag: "Help" }

/** What `--help` prints. */
export const help = `Usage: emend-server [--store embedded|memory|postgres|http] [--insecure]

  --store embedded   A PostgreSQL of its own in the data folder (the default without DATABASE_URL)
  --store postgres   The PostgreSQL that DATABASE_URL names (the default with it)
  --store http       The Emend server that EMEND_UPSTREAM_URL names: this one is a gateway to it
  --store memory     Nothing is kept when the server stops
  --insecure         Lets others than this machine in, although the server has no identity configured
  --help             Prints this

Environment
  HOST                        The address to listen on (127.0.0.1)
  PORT                        The port to listen on (8080); 0 for any that is free
  DATABASE_URL                A PostgreSQL from version 15 on: postgres://user:password@host:port/database
  EMEND_DATA_DIR              The data folder (.emend in the present folder)
  EMEND_UPSTREAM_URL          The server behind a gateway: an https address, or an http address of this machine
  EMEND_UNKNOWN_KEYS          What unknown keys of a body are: refuse (default) or ignore
  EMEND_TRACKER_STATUS_NULL   What a null does to a tracker's status: clear (default) or keep
  EMEND_UPDATE_CONDITION      If-Match or Rebase-From on updates: optional (default) or required, where others are 428
  EMEND_CURSOR_POLICY         What a cursor that goes back is: reject (default) or join, where the furthest counts
  EMEND_GROUP_COMMIT          Whether writes that come at the same time share a statement: on (default) or off
  EMEND_LOG_LEVEL             What is logged: error, info (default) or debug
  EMEND_LOG_REQUESTS          Of requests: failures of the server (default) or all, a line for each
  EMEND_LOG_FORMAT            How: json (default) or text
  EMEND_METRICS               Whether /metrics is served: on (default) or off
${Traces.help}${IdentityConfiguration.help}
Limits
${Limits.help}`

type Environment = Readonly<Record<string, string | undefined>>

/**
 * Reads the command line and the environment, or fails with all that is wrong with them, one sentence each.
 *
 * @category constructors
 * @since 0.1.0
 */
export const read = (
  argv: ReadonlyArray<string>,
  env: Environment,
  cwd: string
): Result.Result<Request, ReadonlyArray<string>> => {
  const wrong: Array<string> = []
  const flags = readFlags(argv, wrong)
  if (flags.help === true) return Result.succeed({ _tag: "Help" })
  const choice = <const Option extends string>(name: string, options: readonly [Option, ...Array<Option>]): Option => {
    const value = env[name]
    const found = options.find((option) => option === value)
    if (found === undefined && value !== undefined && value !== "") {
      wrong.push(`${name} is ${value}; it may be ${options.join(" or ")}`)
    }
    return found ?? options[0]
  }
  const insecure = flags.insecure === true
  const identity = IdentityConfiguration.read(env, cwd, wrong)
  const local = !insecure && identity === undefined
  const limits = Limits.read(env, wrong)
  const levels = { info: "Info", debug: "Debug", error: "Error" } as const
  const configuration: Configuration = {
    host: readHost(env, local, wrong),
    port: readPort(env, wrong),
    store: readStore(flags.store, env, cwd, wrong),
    wire: {
      unknownKeys: choice("EMEND_UNKNOWN_KEYS", ["refuse", "ignore"]),
      trackerStatusNull: choice("EMEND_TRACKER_STATUS_NULL", ["clear", "keep"]),
      updateCondition: choice("EMEND_UPDATE_CONDITION", ["optional", "required"]),
      maxBodyBytes: limits.maxBodyBytes,
      maxJsonDepth: limits.maxJsonDepth,
      maxRequests: limits.maxRequests,
      requestMillis: limits.requestMillis,
      readyMillis: limits.readyMillis,
      localOnly: local,
      metrics: choice("EMEND_METRICS", ["on", "off"]) === "on",
      logRequests: choice("EMEND_LOG_REQUESTS", ["failures", "all"])
    },
    ...(identity === undefined ? undefined : { identity }),
    cursorPolicy: choice("EMEND_CURSOR_POLICY", ["reject", "join"]),
    groupCommit: choice("EMEND_GROUP_COMMIT", ["on", "off"]) === "on",
    logLevel: levels[choice("EMEND_LOG_LEVEL", ["info", "debug", "error"])],
    logFormat: choice("EMEND_LOG_FORMAT", ["json", "text"]),
    limits,
    traces: Traces.read(env, wrong)
  }
  return wrong.length === 0 ? Result.succeed({ _tag: "Run", configuration }) : Result.fail(wrong)
}

interface Flags {
  readonly store?: string
  readonly insecure?: boolean
  readonly help?: boolean
}

const readFlags = (argv: ReadonlyArray<string>, wrong: Array<string>): Flags => {
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: { store: { type: "string" }, insecure: { type: "boolean" }, help: { type: "boolean", short: "h" } }
    })
    return values
  } catch (error) {
    wrong.push((error as Error).message)
    return {}
  }
}

const readHost = ({ HOST }: Environment, local: boolean, wrong: Array<string>): string => {
  const host = HOST === undefined || HOST === "" ? "127.0.0.1" : HOST
  if (local && !isLoopback(host)) {
    wrong.push(
      `HOST is ${host}, which others than this machine may reach, and the server has no identity configured: ` +
        "EMEND_JWKS configures one, and --insecure does without"
    )
  }
  return host
}

const readPort = ({ PORT }: Environment, wrong: Array<string>): number => {
  if (PORT === undefined || PORT === "") return 8080
  if (/^\d{1,5}$/.test(PORT) && Number(PORT) <= 65535) return Number(PORT)
  wrong.push(`PORT is ${PORT}; it may be a number from 0 to 65535`)
  return 0
}

const readStore = (asked: string | undefined, env: Environment, cwd: string, wrong: Array<string>): Store => {
  const { DATABASE_URL: url = "", EMEND_DATA_DIR: dataDir = "" } = env
  switch (asked ?? (url === "" ? "embedded" : "postgres")) {
    case "memory":
      return { _tag: "memory" }
    case "embedded":
      return { _tag: "embedded", dataDir: dataDir === "" ? defaultDataDir(cwd) : resolve(cwd, dataDir) }
    case "http":
      return { _tag: "http", url: readUpstream(env, wrong) }
    case "postgres":
      if (!/^postgres(ql)?:\/\/[^/]+/.test(url)) {
        wrong.push("DATABASE_URL does not name a database: postgres://user:password@host:port/database")
      }
      return { _tag: "postgres", url: Redacted.make(url) }
    default:
      wrong.push(`--store is ${asked}; it may be embedded, memory, postgres or http`)
      return { _tag: "memory" }
  }
}

/** The tokens of callers go there: plain http is for this machine. What the other server decides is not set here. */
const readUpstream = (env: Environment, wrong: Array<string>): string => {
  const { EMEND_UPSTREAM_URL: text = "" } = env
  const url = URL.canParse(text) ? new URL(text) : undefined
  const host = url?.hostname.replace(/^\[(.*)\]$/, "$1") ?? ""
  if (url?.protocol !== "https:" && !(url?.protocol === "http:" && isLoopback(host))) {
    wrong.push(
      `EMEND_UPSTREAM_URL ${text === "" ? "is not set" : `is ${text}`}; ` +
        "it may be an https address, or an http address of this machine"
    )
  } else if (url.username + url.password + url.search + url.hash !== "") {
    wrong.push("EMEND_UPSTREAM_URL has a user, a password, a query or a fragment; it may have none of them")
  }
  for (const name of ["EMEND_CURSOR_POLICY", Limits.declared.keyMillis.variable]) {
    if (env[name] !== undefined && env[name] !== "") {
      wrong.push(`${name} is set; with --store http it is set at the server that EMEND_UPSTREAM_URL names`)
    }
  }
  return text
}

/**
 * The data folder where none is named. PostgreSQL does not run as root: for root, where the present folder is closed
 * to other users, it is one that they can reach, a different one for each folder that a server is started in.
 */
const defaultDataDir = (cwd: string): string =>
  process.getuid?.() === 0 && !isOpen(cwd)
    ? join("/var/lib/emend", createHash("sha256").update(cwd).digest("hex").slice(0, 16))
    : join(cwd, ".emend")

const isOpen = (folder: string): boolean =>
  (statSync(folder).mode & 0o001) !== 0 && (dirname(folder) === folder || isOpen(dirname(folder)))
