/**
 * The division of SurrealQL into statements, and of `INSERT [ … ]` into its elements.
 *
 * @since 0.1.0
 */
import { excerptBytes } from "./Splitter.ts"

/**
 * A statement, or with `head` an element of the array of a statement that begins so; or what is wrong.
 *
 * @category models
 * @since 0.1.0
 */
export type Part =
  | { readonly line: number; readonly bytes: Buffer; readonly head?: string }
  | { readonly line: number; readonly flaw: string; readonly bytes: Buffer }

/**
 * Takes bytes as they come and gives the parts that end in them. A part longer than the limit is not held.
 *
 * @category models
 * @since 0.1.0
 */
export interface Statements {
  readonly feed: (chunk: Buffer) => ReadonlyArray<Part>
  readonly end: () => ReadonlyArray<Part>
}

/** Statements that define something, and those that frame others: they carry no records. */
const defining = /^(DEFINE|LET|USE)\s/i
const framing = /^((BEGIN|COMMIT)(\s+TRANSACTION)?|OPTION\s+\w+(\s*=\s*\w+)?)$/i
const arrayHead = /^INSERT(\s+(IGNORE|RELATION))*(\s+INTO\s+[^\s[{(]+)?$/i
/** A statement is known by its beginning, which is not longer. */
const maxHead = 400

const byte = (char: string): number => char.charCodeAt(0)
const [newline, semicolon, comma, backslash, slash, star, dash, hash] = [..."\n;,\\/*-#"].map(byte)
const quotes = new Set([..."'\"`"].map(byte))
const opening = new Set([..."[{("].map(byte))
const closing = new Set([..."]})"].map(byte))
/** Behind these a slash begins a regular expression. */
const beforeRegex = new Set([..."=(,[{~!:<>&|?"].map(byte))
/** ⟨ and ⟩ in UTF-8 are these two bytes and one more. */
const [bracket1, bracket2, open3, close3] = [0xe2, 0x9f, 0xa8, 0xa9]

type Within = "text" | "quote" | "brackets" | "regex" | "line" | "block"

/**
 * Makes a division.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (maxBytes: number): Statements => {
  const held = gathering(maxBytes)
  let [line, depth, quote] = [1, 0, 0]
  let within: Within = "text"
  /** The last two bytes, and the last one that is not blank. */
  let [before2, before, significant] = [0, 0, 0]
  let escaped = false
  /** Where the present part began, and what its statement began with. */
  let [begun, head] = [0, ""]
  /** Whether the statement is passed over, and whether its elements are given one by one. */
  let [skipped, inArray, told] = [false, false, false]

  const reset = () => {
    head = ""
    skipped = inArray = told = false
    begun = 0
    held.drop()
  }
  const give = (out: Array<Part>) => {
    const isBlank = held.isBlank()
    const bytes = held.take()
    if (isBlank) return void (begun = 0)
    if (bytes.length > maxBytes) {
      const flaw = `The record has ${bytes.length} bytes, more than the limit of ${maxBytes}`
      out.push({ line: begun, flaw, bytes: bytes.kept.subarray(0, excerptBytes) })
    } else out.push({ line: begun, bytes: bytes.kept, ...(inArray && { head: head.toUpperCase() }) })
    begun = 0
  }
  /** A byte that stands outside of texts and comments. */
  const significantByte = (current: number, out: Array<Part>): void => {
    if (begun === 0) begun = line
    significant = current
    if (opening.has(current)) depth++
    else if (closing.has(current)) {
      depth--
      if (inArray && depth === 0) {
        give(out)
        inArray = false
        told = true
      }
    }
  }

  const outside = (current: number, out: Array<Part>): boolean => {
    if (depth === 0 && current === semicolon) {
      if (!skipped && (told || !framing.test(head.trim()))) give(out)
      reset()
      return false
    }
    if (depth === 0 && !told && current === byte("[") && arrayHead.test(head.trim())) {
      inArray = true
      depth = 1
      begun = 0
      held.drop()
      significant = current
      return false
    }
    if (inArray && depth === 1 && current === comma) {
      give(out)
      significant = current
      return false
    }
    if (current > 32) significantByte(current, out)
    // What closes the array is no part of its last element.
    if (told && depth === 0 && current === byte("]")) return false
    heads(current)
    return true
  }
  const isInHead = () => depth === 0 && !inArray && !told
  const heads = (current: number): void => {
    if (!isInHead() || head.length >= maxHead || (head === "" && current <= 32)) return
    head += String.fromCharCode(current)
    skipped = defining.test(head)
  }
  /** A comment began with the byte before, or with this one. */
  const comments = (kind: Within, isSecond: boolean): false => {
    within = kind
    if (isSecond) {
      held.back()
      if (isInHead()) head = head.slice(0, -1)
    }
    if (held.isBlank()) begun = 0
    return false
  }

  /** Tells whether a byte is kept. */
  const step = (current: number, out: Array<Part>): boolean => {
    switch (within) {
      case "line":
        if (current !== newline) return false
        within = "text"
        return true
      case "block":
        if (before === star && current === slash) within = "text"
        return false
      case "quote":
      case "regex":
        if (escaped) escaped = false
        else if (current === backslash) escaped = true
        else if (current === quote) within = "text"
        return true
      case "brackets":
        if (escaped) escaped = false
        else if (current === backslash) escaped = true
        else if (before2 === bracket1 && before === bracket2 && current === close3) within = "text"
        return true
      case "text":
        return texts(current, out)
    }
  }
  const texts = (current: number, out: Array<Part>): boolean => {
    if (current === hash) return comments("line", false)
    if (before === current && (current === dash || current === slash)) return comments("line", true)
    if (before === slash && current === star) return comments("block", true)
    if (isRegex) {
      isRegex = false
      within = "regex"
      quote = slash!
      escaped = current === backslash
      return true
    }
    if (quotes.has(current)) {
      within = "quote"
      quote = current
      significantByte(current, out)
      heads(current)
      return true
    }
    if (before2 === bracket1 && before === bracket2 && current === open3) within = "brackets"
    isRegex = current === slash && beforeRegex.has(significant)
    return outside(current, out)
  }
  let isRegex = false

  return {
    feed: (chunk) => {
      const out: Array<Part> = []
      for (let i = 0; i < chunk.length; i++) {
        const current = chunk[i]!
        if (step(current, out) && !skipped) held.add(current)
        if (current === newline) line++
        before2 = before
        before = current
      }
      return out
    },
    end: () => {
      const isOpen = within !== "line" && within !== "text"
      if (!isOpen && depth === 0 && held.isBlank() && !skipped) return []
      const { kept } = held.take()
      const flaw = "The dump ends before the statement does: it is cut off"
      return [{ line: begun === 0 ? line : begun, flaw, bytes: kept.subarray(0, excerptBytes) }]
    }
  }
}

/** Gathers the bytes of one part, up to the limit. */
const gathering = (maxBytes: number) => {
  let bytes = Buffer.allocUnsafe(65_536)
  let length = 0
  let hasText = false
  const drop = () => {
    length = 0
    hasText = false
    if (bytes.length > 1_048_576) bytes = Buffer.allocUnsafe(65_536)
  }
  return {
    add: (one: number): void => {
      if (one > 32) hasText = true
      if (length < maxBytes) {
        if (length === bytes.length) bytes = Buffer.concat([bytes], bytes.length * 2)
        bytes[length] = one
      }
      length++
    },
    /** Takes the last byte away. */
    back: (): void => {
      if (length > 0) length--
      if (length <= maxBytes) hasText = bytes.subarray(0, length).some((one) => one > 32)
    },
    isBlank: (): boolean => !hasText,
    take: (): { readonly kept: Buffer; readonly length: number } => {
      const kept = Buffer.from(bytes.subarray(0, Math.min(length, maxBytes)))
      const taken = { kept, length }
      drop()
      return taken
    },
    drop
  }
}
