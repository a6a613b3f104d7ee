/**
 * The division of a stream of bytes into the texts of its records, each with the line where it begins.
 *
 * @since 0.1.0
 */
import { isUtf8 } from "node:buffer"

/**
 * One record of a source as it came: its text, or the row of a table, or what is wrong with its bytes.
 *
 * @category models
 * @since 0.1.0
 */
export type Piece =
  | { readonly line: number; readonly text: string }
  | { readonly line: number; readonly row: Readonly<Record<string, string>> }
  | { readonly line: number; readonly flaw: string; readonly bytes: Buffer }

/**
 * Takes bytes as they come and gives the pieces that end in them. A piece longer than the limit is not held: what is
 * given of it is its beginning.
 *
 * @category models
 * @since 0.1.0
 */
export interface Splitter {
  readonly feed: (chunk: Buffer) => ReadonlyArray<Piece>
  readonly end: () => ReadonlyArray<Piece>
}

/**
 * How much of a piece that is too long is given.
 *
 * @category limits
 * @since 0.1.0
 */
export const excerptBytes = 1024

const newline = 0x0a
const [quote, backslash, comma, open, close, openBrace, closeBrace] = Buffer.from("\"\\,[]{}")

/** Gathers the bytes of one piece, up to the limit. */
const gathering = (maxBytes: number) => {
  let parts: Array<Buffer> = []
  let size = 0
  return {
    add: (bytes: Buffer): void => {
      if (size <= maxBytes) parts.push(bytes)
      size += bytes.length
    },
    take: (line: number): Piece | undefined => {
      const [held, length] = [parts.length === 1 ? parts[0]! : Buffer.concat(parts), size]
      parts = []
      size = 0
      if (length > maxBytes) {
        const flaw = `The record has ${length} bytes, more than the limit of ${maxBytes}`
        return { line, flaw, bytes: held.subarray(0, excerptBytes) }
      }
      if (!isUtf8(held)) return { line, flaw: "The record is not valid UTF-8", bytes: held }
      const text = held.toString("utf8").trim()
      return text === "" ? undefined : { line, text }
    }
  }
}

/**
 * Divides lines. An empty line is no piece.
 *
 * @category splitters
 * @since 0.1.0
 */
export const lines = (maxBytes: number): Splitter => {
  const held = gathering(maxBytes)
  let line = 1
  const take = (out: Array<Piece>) => {
    const piece = held.take(line)
    if (piece !== undefined) out.push(piece)
  }
  /** Reads lines of which each may be flawed. */
  const each = (bytes: Buffer, out: Array<Piece>) => {
    let from = 0
    for (let to = bytes.indexOf(newline); to !== -1; to = bytes.indexOf(newline, from)) {
      held.add(bytes.subarray(from, to))
      take(out)
      line++
      from = to + 1
    }
  }
  /** Reads lines at once, which costs a small part of one by one. */
  const all = (bytes: Buffer, out: Array<Piece>) => {
    const texts = bytes.toString("utf8").split("\n")
    // Behind the last end of a line there is none.
    for (let i = 0; i < texts.length - 1; i++) {
      const text = texts[i]!.trim()
      if (text !== "") out.push({ line, text })
      line++
    }
  }
  return {
    feed: (chunk) => {
      const out: Array<Piece> = []
      const begun = chunk.indexOf(newline) + 1
      const end = chunk.lastIndexOf(newline) + 1
      each(chunk.subarray(0, begun), out)
      const whole = chunk.subarray(begun, end)
      if (whole.length <= maxBytes && isUtf8(whole)) all(whole, out)
      else each(whole, out)
      held.add(Buffer.from(chunk.subarray(end)))
      return out
    },
    end: () => {
      const out: Array<Piece> = []
      take(out)
      return out
    }
  }
}

/**
 * Divides the elements of one JSON array, without holding it. What stands around the array, or is missing at its end, is
 * a piece with a flaw.
 *
 * @category splitters
 * @since 0.1.0
 */
export const elements = (maxBytes: number): Splitter => {
  const held = gathering(maxBytes)
  let [line, begun, depth] = [1, 1, 0]
  let [inText, escaped, seen] = [false, false, false]
  return {
    feed: (chunk) => {
      const out: Array<Piece> = []
      let from = 0
      const take = (to: number) => {
        held.add(chunk.subarray(from, to))
        const piece = held.take(begun)
        if (piece !== undefined) out.push(piece)
        seen = false
      }
      /** Gives what stands outside of the array. */
      const leave = (to: number) => {
        held.add(chunk.subarray(from, to))
        out.push(flawed(held.take(begun), begun, "There is text outside of the array"))
        seen = false
      }
      for (let i = 0; i < chunk.length; i++) {
        const byte = chunk[i]!
        if (byte === newline) line++
        if (depth === 0) {
          if (byte === open) {
            if (seen) leave(i)
            depth = 1
            from = i + 1
          } else if (byte > 32 && !seen) {
            begun = line
            seen = true
            from = i
          }
          continue
        }
        if (!seen && byte > 32) {
          begun = line
          seen = true
        }
        if (inText) {
          if (escaped) escaped = false
          else if (byte === backslash) escaped = true
          else if (byte === quote) inText = false
        } else if (byte === quote) inText = true
        else if (byte === open || byte === openBrace) depth++
        else if (byte === close || byte === closeBrace) {
          if (--depth === 0) take(i)
        } else if (byte === comma && depth === 1) {
          take(i)
          from = i + 1
        }
      }
      if (depth > 0 || seen) held.add(Buffer.from(chunk.subarray(from)))
      return out
    },
    end: () => {
      const left = held.take(begun)
      if (depth > 0) return [flawed(left, begun, "The text ends before the array does")]
      return left === undefined ? [] : [flawed(left, begun, "There is text outside of the array")]
    }
  }
}

const flawed = (piece: Piece | undefined, line: number, flaw: string): Piece => {
  if (piece !== undefined && "flaw" in piece) return piece
  return { line, flaw, bytes: Buffer.from(piece !== undefined && "text" in piece ? piece.text : "") }
}
