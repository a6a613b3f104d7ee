/**
 * A piece of a source, read as a record.
 *
 * @since 0.1.0
 */
import { Json } from "@emend/domain"
import * as JsonText from "@emend/http-api/json-text"
import * as Result from "effect/Result"
import * as ArchiveLine from "./ArchiveLine.ts"
import type { Flaw } from "./Flaw.ts"
import * as Shape from "./Shape.ts"
import type { Piece } from "./Splitter.ts"

/**
 * How records are read.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options extends Shape.Options {
  /** The tenant of every record, whatever the source says; without it the source's, and `local` where it says none. */
  readonly tenant: string | undefined
}

/**
 * Reads a piece: an exported record, a record as one of the four APIs serves it, an edge, or a rejected record that was
 * mended.
 *
 * @category operations
 * @since 0.1.0
 */
export const read = (piece: Piece, options: Options): Result.Result<Shape.Item, Flaw> => {
  if ("flaw" in piece) return Result.fail({ reason: piece.flaw })
  if ("row" in piece) {
    const { flaw, value } = Shape.ofRow(piece.row, parsed)
    return flaw === undefined ? item(value, options) : Result.fail(flaw)
  }
  const value = parsed(piece.text)
  if (Result.isFailure(value)) return Result.fail(value.failure)
  return item(value.success, options)
}

const item = (value: unknown, options: Options): Result.Result<Shape.Item, Flaw> => {
  if (!isObject(value)) return Result.fail({ reason: "Expected a JSON object" })
  if (typeof value["reason"] === "string" && typeof value["line"] === "number") return mended(value, options)
  const tenant = options.tenant ?? "local"
  if (!ArchiveLine.isLine(value)) return Shape.read(value, tenant, options)
  const line = options.tenant === undefined ? value : { ...value, tenant }
  const record = ArchiveLine.read(line, tenant)
  return Result.isSuccess(record)
    ? Result.succeed({ record: record.success })
    : Result.fail({ kind: value["kind"] as string, reason: record.failure })
}

/** A line of a rejects file holds the record, or its text where that was no JSON. */
const mended = (value: Readonly<Record<string, unknown>>, options: Options): Result.Result<Shape.Item, Flaw> => {
  if (isObject(value["record"])) return item(value["record"], options)
  if (typeof value["text"] !== "string") return Result.fail({ reason: "A rejected record that was not mended" })
  const text = parsed(value["text"])
  return Result.isFailure(text) ? Result.fail(text.failure) : item(text.success, options)
}

/**
 * Reads a JSON text whose numbers keep their values and which is not nested too deeply.
 *
 * @category conversions
 * @since 0.1.0
 */
export const parsed = (text: string): Result.Result<unknown, Flaw> => {
  // A record is one level around its values; a line of a history has two more around its states.
  const maxDepth = Json.maxDepth + 8
  if (JsonText.isPlain(text, maxDepth)) {
    try {
      return Result.succeed(JSON.parse(text))
    } catch {
      // What is wrong with it, and where, is told below.
    }
  }
  const [flaw] = JsonText.flaws(text, maxDepth, 1)
  if (flaw === undefined) return Result.succeed(JSON.parse(text))
  switch (flaw._tag) {
    case "Syntax":
      return Result.fail({
        reason: `This is not JSON: ${flaw.message.replace(/ at$/, "")} at character ${flaw.position + 1}`
      })
    case "TooDeep":
      return Result.fail({ reason: `/${flaw.path.join("/")} is nested too deeply` })
    case "Inexact":
      return Result.fail({ reason: `/${flaw.path.join("/")}: the number ${flaw.literal} would not keep its value` })
  }
}

/**
 * Tells whether a JSON value is an object.
 *
 * @category queries
 * @since 0.1.0
 */
export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)
