/**
 * The files and streams that records come from.
 *
 * @since 0.1.0
 */
import { parse } from "csv-parse"
import * as Data from "effect/Data"
import { isUtf8 } from "node:buffer"
import { createReadStream, statSync } from "node:fs"
import { extname } from "node:path"
import type { Readable } from "node:stream"
import { createGunzip } from "node:zlib"
import * as Dump from "./Dump.ts"
import * as Splitter from "./Splitter.ts"

/**
 * A source cannot be read, or not to its end. What an import read before was taken; of updates, those that were written.
 *
 * @category errors
 * @since 0.1.0
 */
export class InputFailed extends Data.TaggedError("InputFailed")<{ readonly message: string }> {}

/**
 * Gives the failure of a source.
 *
 * @category errors
 * @since 0.1.0
 */
export const failure = (error: unknown): InputFailed =>
  error instanceof InputFailed ? error : new InputFailed({ message: (error as Error).message })

/**
 * The forms of a source: a JSON text on each line, one JSON array, a table whose first line names its columns, or a
 * dump of SurrealDB.
 *
 * @category models
 * @since 0.1.0
 */
export const formats = ["ndjson", "json", "csv", "surql"] as const

/**
 * How sources are read.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options {
  /** By the name of the file and its first character unless said. */
  readonly format: typeof formats[number] | undefined
  readonly maxRecordBytes: number
  /** Told of every byte that was read of the file itself. */
  readonly onBytes?: (count: number) => void
}

/**
 * The size of a file in bytes; `undefined` for what has none, such as a pipe.
 *
 * @category queries
 * @since 0.1.0
 */
export const sizeOf = (file: string): number | undefined => {
  if (file === "-") return undefined
  const found = statSync(file, { throwIfNoEntry: false })
  return found?.isFile() === true ? found.size : undefined
}

/**
 * Reads the pieces of a file, `-` being the standard input. What is compressed by gzip is told by its first bytes.
 * Fails with {@link InputFailed}.
 *
 * @category operations
 * @since 0.1.0
 */
export async function* pieces(file: string, options: Options): AsyncGenerator<ReadonlyArray<Splitter.Piece>> {
  try {
    const bytes = withoutMark(gathered(decompressed(file, options)))
    const first = await bytes.next()
    const rest = again(first, bytes)
    const format = options.format ?? guessed(file, first.done === true ? Buffer.alloc(0) : first.value)
    if (format === "csv") return yield* rows(rest, options.maxRecordBytes)
    const splitter = splitters[format](options.maxRecordBytes)
    for await (const chunk of rest) yield splitter.feed(chunk)
    yield splitter.end()
  } catch (error) {
    if (error instanceof InputFailed) throw error
    const { code, message } = error as NodeJS.ErrnoException
    const why = code === "ENOENT"
      ? "there is no such file"
      : code === "Z_BUF_ERROR"
      ? "the compressed data end before they should: the file is cut off"
      : code?.startsWith("Z_") === true
      ? `the compressed data are damaged: ${message}`
      : message
    throw new InputFailed({ message: `${file === "-" ? "The standard input" : file} cannot be read: ${why}` })
  }
}

const splitters = { ndjson: Splitter.lines, json: Splitter.elements, surql: Dump.records } as const

const guessed = (file: string, first: Buffer): typeof formats[number] => {
  const extension = extname(file.replace(/\.gz$/, ""))
  if (extension === ".csv") return "csv"
  const begin = first.subarray(0, beginning).toString("latin1").trimStart()
  if (extension === ".surql" || /^(--|(OPTION|BEGIN|INSERT|UPDATE|CREATE|UPSERT|RELATE|DEFINE)\s)/.test(begin)) {
    return "surql"
  }
  return begin.startsWith("[") ? "json" : "ndjson"
}

async function* decompressed(file: string, { onBytes = () => {} }: Options): AsyncGenerator<Buffer> {
  const source: Readable = file === "-" ? process.stdin : createReadStream(file)
  const raw = gathered((async function*() {
    for await (const chunk of source as AsyncIterable<Buffer>) {
      onBytes(chunk.length)
      yield chunk
    }
  })())
  const first = await raw.next()
  if (first.done === true) return
  const rest = again(first, raw)
  if (first.value[0] !== 0x1f || first.value[1] !== 0x8b) return yield* rest
  const gunzip = createGunzip({ chunkSize: 65_536 })
  const pump = (async () => {
    for await (const chunk of rest) {
      if (!gunzip.write(chunk)) await new Promise((resolve) => gunzip.once("drain", resolve))
    }
    gunzip.end()
  })()
  pump.catch((error: Error) => gunzip.destroy(error))
  yield* gunzip as AsyncIterable<Buffer>
}

/** By so many bytes at the beginning it is told what a source is. */
const beginning = 400

/** Gives at least its beginning as the first chunk, as a pipe may give it byte by byte. */
async function* gathered(chunks: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  const first: Array<Buffer> = []
  let size = 0
  while (size < beginning) {
    const next = await chunks.next()
    if (next.done === true) break
    first.push(next.value)
    size += next.value.length
  }
  if (size > 0) yield Buffer.concat(first)
  yield* chunks
}

async function* withoutMark(chunks: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  const first = await chunks.next()
  if (first.done === true) return
  const hasMark = first.value[0] === 0xef && first.value[1] === 0xbb && first.value[2] === 0xbf
  yield hasMark ? first.value.subarray(3) : first.value
  yield* chunks
}

async function* again(first: IteratorResult<Buffer, unknown>, rest: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  if (first.done === true) return
  yield first.value
  yield* rest
}

/**
 * Reads the rows of a table by the names in its first one. They are read as bytes (latin1), so that what is no UTF-8, or
 * no row, is given as it came.
 */
async function* rows(
  bytes: AsyncGenerator<Buffer>,
  maxRecordBytes: number
): AsyncGenerator<ReadonlyArray<Splitter.Piece>> {
  let out: Array<Splitter.Piece> = []
  const parser = parse({
    encoding: "latin1",
    info: true,
    raw: true,
    relax_column_count: true,
    skip_empty_lines: true,
    skip_records_with_error: true,
    max_record_size: maxRecordBytes,
    on_skip: (error, raw = "") => {
      const { code, lines = 0, message = "The row cannot be read" } = error as CsvFlaw
      if (code === "CSV_MAX_RECORD_SIZE") {
        // Where it ends cannot be told: perhaps a quote is not closed.
        parser.destroy(new Error(`the row before line ${lines + 1} has more bytes than the limit of ${maxRecordBytes}`))
      } else out.push({ line: begun(lines, raw), flaw: message, bytes: Buffer.from(raw, "latin1") })
      return undefined
    }
  })
  const pump = (async () => {
    for await (const chunk of bytes) {
      if (!parser.write(chunk)) await new Promise((resolve) => parser.once("drain", resolve))
    }
    parser.end()
  })()
  pump.catch((error: Error) => parser.destroy(error))
  let columns: ReadonlyArray<string> | undefined
  for await (const { info, raw, record } of parser as unknown as AsyncIterable<Parsed>) {
    const [whole, line] = [Buffer.from(raw, "latin1"), begun(info.lines, raw)]
    if (!isUtf8(whole)) out.push({ line, flaw: "The row is not valid UTF-8", bytes: whole })
    else {
      const cells = record.map((cell) => Buffer.from(cell, "latin1").toString("utf8"))
      if (columns === undefined) columns = named(cells)
      else if (cells.length === columns.length) {
        const names = columns
        out.push({ line, row: Object.fromEntries(cells.map((cell, i) => [names[i]!, cell])) })
      } else {
        const flaw = `The row has ${cells.length} cells for ${columns.length} columns`
        out.push({ line, flaw, bytes: whole })
      }
    }
    if (out.length < 256) continue
    yield out
    out = []
  }
  yield out
}

interface CsvFlaw {
  readonly code?: string
  readonly lines?: number
  readonly message?: string
}

interface Parsed {
  readonly record: ReadonlyArray<string>
  /** The line where the row ends. */
  readonly info: { readonly lines: number }
  readonly raw: string
}

const begun = (end: number, raw: string): number => end - (raw.trim().split("\n").length - 1)

const named = (columns: ReadonlyArray<string>): ReadonlyArray<string> => {
  const twice = columns.find((column, i) => columns.indexOf(column) < i)
  if (twice !== undefined) throw new Error(`it has two columns ${twice}`)
  return columns
}
