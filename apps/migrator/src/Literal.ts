/**
 * The literals of SurrealQL: what a dump of SurrealDB holds in place of JSON.
 *
 * Read are objects, arrays, texts, numbers, truth values, `NULL` and `NONE`, moments, UUIDs, durations and ids of
 * records, as versions 1 to 3 write them. What must be computed (functions, parameters, casts, futures, ranges), or has
 * no form in JSON (bytes, regular expressions, points), is refused by name.
 *
 * @since 0.1.0
 */
import * as Result from "effect/Result"

/**
 * A value: its text as JSON, and the key where it is the id of a record. `NONE` has no text.
 *
 * @category models
 * @since 0.1.0
 */
export interface Literal {
  readonly json: string | undefined
  readonly id?: RecordId
  /** The fields of an object. */
  readonly fields?: ReadonlyMap<string, Literal>
}

/**
 * The id of a record.
 *
 * @category models
 * @since 0.1.0
 */
export interface RecordId {
  readonly table: string
  readonly key: string
}

/**
 * Reads the literals of a text one after the other. Its verbs throw {@link Unreadable}.
 *
 * @category models
 * @since 0.1.0
 */
export interface Reader {
  readonly value: () => Literal
  readonly recordId: () => RecordId
  readonly table: () => string
  /** Reads a name of letters, digits and underscores, in capitals; empty where there is none. */
  readonly word: () => string
  /** Reads this text where it comes next. */
  readonly take: (text: string) => boolean
  readonly isAtEnd: () => boolean
}

/**
 * What stands there is no literal.
 *
 * @category errors
 * @since 0.1.0
 */
export class Unreadable extends Error {}

/**
 * Reads all of a text, or says what is wrong and where.
 *
 * @category operations
 * @since 0.1.0
 */
export const read = <A>(text: string, maxDepth: number, use: (reader: Reader) => A): Result.Result<A, string> => {
  try {
    return Result.succeed(use(make(text, maxDepth)))
  } catch (error) {
    if (error instanceof Unreadable) return Result.fail(error.message)
    throw error
  }
}

/** Comments and white space. */
const blank = /(?:\s|--[^\n]*|#[^\n]*|\/\/[^\n]*|\/\*[^]*?\*\/)*/y
const name = /[A-Za-z_][A-Za-z0-9_]*/y
const duration = /(?:\d+(?:ns|us|µs|μs|ms|[smhdwy]))+(?![A-Za-z0-9_])/y
const number = /[+-]?\d[\d_]*(?:\.\d+)?(?:[eE][+-]?\d+)?(?:f|dec)?(?![A-Za-z0-9_])/y
const plainKey = /[A-Za-z0-9_]+/y

const make = (text: string, maxDepth: number): Reader => {
  let at = 0
  const fail = (what: string): never => {
    throw new Unreadable(`${what} at character ${at + 1}`)
  }
  const matched = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at
    const found = pattern.exec(text)?.[0]
    if (found === undefined) return undefined
    at += found.length
    return found
  }
  const skip = () => void matched(blank)
  const take = (expected: string): boolean => {
    skip()
    if (!text.startsWith(expected, at)) return false
    at += expected.length
    return true
  }
  const expect = (expected: string) => take(expected) || fail(`Expected ${expected}`)

  /** Reads to a closing mark, behind the opening one. */
  const quoted = (close: string): string => {
    let out = ""
    for (let from = at;; at++) {
      const char = text[at]
      if (char === undefined) return fail(`Expected ${close}, and the text ends`)
      if (char === close) {
        out += text.slice(from, at++)
        return out
      }
      if (char !== "\\") continue
      out += text.slice(from, at++)
      out += escaped(close)
      from = at--
    }
  }
  /** Behind a backslash. What begins no escape is the backslash itself, as names in brackets have it. */
  const escaped = (close: string): string => {
    const char = text[at] ?? fail("Expected an escape, and the text ends")
    at++
    if (char === close || char === "\\") return char
    const plain = close === "⟩" ? undefined : escapes[char]
    if (plain !== undefined) return plain
    if (char === "u" && close !== "⟩") {
      const code = matched(/\{[0-9A-Fa-f]{1,6}\}|[0-9A-Fa-f]{4}/y)
      const point = code === undefined ? NaN : parseInt(code.replace("{", ""), 16)
      return point <= 0x10ffff ? String.fromCodePoint(point) : fail("Expected the number of a character")
    }
    return `\\${char}`
  }

  const recordKey = (): string => {
    if (take("⟨")) return quoted("⟩")
    const mark = text[at]
    if (mark === "`") return at++, quoted(mark)
    if (mark === "u" && /["']/.test(text[at + 1] ?? "")) return at += 2, quoted(text[at - 1]!)
    if (mark === "'" || mark === "\"") return at++, quoted(mark)
    if (mark === "[" || mark === "{") return fail("The id of a record is no single key")
    const key = matched(/-?\d+(?![A-Za-z0-9_])/y) ?? matched(plainKey)
    if (key === undefined || text[at] === "(") return fail("Expected the key of a record")
    if (text.startsWith("..", at)) return fail("A range is no literal")
    return key
  }
  const tableName = (): string => {
    skip()
    if (take("`")) return quoted("`")
    if (take("⟨")) return quoted("⟩")
    return matched(name) ?? fail("Expected a table")
  }
  const recordId = (): RecordId => {
    skip()
    if (text[at] === "r" && /["']/.test(text[at + 1] ?? "")) return at += 2, withIn(quoted(text[at - 1]!))
    const table = tableName()
    return text[at] === ":" && text[at + 1] !== ":"
      ? (at++, { table, key: recordKey() })
      : fail("Expected the id of a record")
  }
  const withIn = (id: string): RecordId => {
    const inner = make(id, maxDepth)
    const found = inner.recordId()
    return inner.isAtEnd() ? found : fail("Expected the id of a record")
  }
  const ofId = (id: RecordId): Literal => ({ json: JSON.stringify(`${id.table}:${shownKey(id.key)}`), id })
  const ofText = (value: string): Literal => ({ json: JSON.stringify(value) })

  const object = (depth: number): Literal => {
    const fields = new Map<string, Literal>()
    while (!take("}")) {
      skip()
      const mark = text[at]
      const key = mark === "\"" || mark === "'" || mark === "`"
        ? (at++, quoted(mark))
        : mark === "⟨"
        ? (at++, quoted("⟩"))
        : matched(plainKey) ?? fail("Expected a key")
      expect(":")
      fields.set(key, value(depth + 1))
      if (take(",")) continue
      expect("}")
      break
    }
    const told = [...fields].flatMap(([key, { json }]) => json === undefined ? [] : [`${JSON.stringify(key)}:${json}`])
    return { json: `{${told.join(",")}}`, fields }
  }
  const array = (depth: number): Literal => {
    const items: Array<string> = []
    while (!take("]")) {
      items.push(value(depth + 1).json ?? "null")
      if (take(",")) continue
      expect("]")
      break
    }
    return { json: `[${items.join(",")}]` }
  }
  const numeric = (): Literal | undefined => {
    const time = matched(duration)
    if (time !== undefined) return ofText(time)
    const found = matched(number)
    // Digits are as they were: whether they keep their value is asked of the whole record.
    if (found === undefined) return undefined
    return { json: found.replace(/^\+/, "").replaceAll("_", "").replace(/(f|dec)$/, "") }
  }
  const prefixed = (): Literal | undefined => {
    const quote = text[at + 1]
    if (!/[dusrbf]/.test(text[at]!) || (quote !== "'" && quote !== "\"")) return undefined
    const prefix = text[at]!
    at += 2
    const inner = quoted(quote)
    if (prefix === "b" || prefix === "f") return fail(`${prefix === "b" ? "Bytes have" : "A file has"} no form in JSON`)
    return prefix === "r" ? ofId(withIn(inner)) : ofText(inner)
  }
  const value = (depth: number): Literal => {
    if (depth > maxDepth) return fail("This is nested too deeply")
    skip()
    const char = text[at] ?? fail("Expected a value, and the text ends")
    if (char === "{") return at++, object(depth)
    if (char === "[") return at++, array(depth)
    if (char === "'" || char === "\"") return at++, ofText(quoted(char))
    const found = prefixed() ?? (/[-+\d]/.test(char) ? numeric() : undefined)
    if (found !== undefined) return found
    if (char === "$") return fail("A parameter is no literal")
    if (char === "<") return fail("A cast or a future is no literal")
    if (char === "(") return fail("An expression or a point is no literal")
    if (char === "/") return fail("A regular expression has no form in JSON")
    const before = at
    const word = matched(name)?.toUpperCase()
    if (text.startsWith("::", at) || text[at] === "(") return fail("A function is no literal")
    if (word !== undefined && text[at] !== ":") {
      if (Object.hasOwn(words, word)) return { json: words[word as keyof typeof words] }
      if (word === "NAN" || word === "INF" || word === "INFINITY") return fail(`${word} is no number of JSON`)
      return fail("Expected a literal")
    }
    at = before
    return ofId(recordId())
  }
  return {
    value: () => value(0),
    recordId,
    table: tableName,
    word: () => {
      skip()
      return matched(name)?.toUpperCase() ?? ""
    },
    take,
    isAtEnd: () => {
      skip()
      return at === text.length
    }
  }
}

const words = { TRUE: "true", FALSE: "false", NULL: "null", NONE: undefined } as const

const escapes: Readonly<Record<string, string>> = {
  "'": "'",
  "\"": "\"",
  "`": "`",
  "/": "/",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  0: "\0"
}

/** A key as the JSON of SurrealDB has it. */
const shownKey = (key: string): string => /^[A-Za-z0-9_]+$/.test(key) ? key : `⟨${key}⟩`
