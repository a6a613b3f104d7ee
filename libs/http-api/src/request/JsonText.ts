/**
 * A walk over JSON text that knows where it is: what a parser cannot tell afterwards.
 *
 * @since 0.1.0
 */

/**
 * What is wrong in a JSON text. `Syntax` ends the walk; so does `TooDeep`.
 *
 * @category models
 * @since 0.1.0
 */
export type Flaw =
  | { readonly _tag: "Syntax"; readonly position: number; readonly message: string }
  | { readonly _tag: "TooDeep"; readonly path: ReadonlyArray<string | number> }
  | { readonly _tag: "Inexact"; readonly path: ReadonlyArray<string | number>; readonly literal: string }

interface Frame {
  readonly isObject: boolean
  at: string | number
}

/**
 * Lists what is wrong in a JSON text (RFC 8259): where its syntax breaks, where it nests deeper than `maxDepth`, and
 * the first `most` of the numbers that would change their value. It never recurses, so no text overflows the stack.
 *
 * @category operations
 * @since 0.1.0
 */
export const flaws = (text: string, maxDepth: number, most = Infinity): ReadonlyArray<Flaw> => {
  const found: Array<Flaw> = []
  const frames: Array<Frame> = []
  const path = () => frames.map(({ at }) => at)
  // Where the syntax breaks, nothing else is sure.
  const broken = (position: number, message: string): ReadonlyArray<Flaw> => [{ _tag: "Syntax", position, message }]
  let i = skip(text, 0)

  /** Reads `"key":` and gives what is wrong with it. */
  const key = (frame: Frame): readonly [number, string] | undefined => {
    if (text[i] !== "\"") return [i, "Expecting property name enclosed in double quotes"]
    const end = endOfString(text, i)
    if (typeof end !== "number") return end
    frame.at = JSON.parse(text.slice(i, end)) as string
    i = skip(text, end)
    if (text[i] !== ":") return [i, "Expecting ':' delimiter"]
    i = skip(text, i + 1)
    return undefined
  }

  for (;;) {
    const first = text[i]
    if (first === "{" || first === "[") {
      if (frames.length === maxDepth) return [...found, { _tag: "TooDeep", path: path() }]
      const isObject = first === "{"
      i = skip(text, i + 1)
      if (text[i] === (isObject ? "}" : "]")) i++
      else {
        const frame: Frame = { isObject, at: 0 }
        frames.push(frame)
        const flaw = isObject ? key(frame) : undefined
        if (flaw !== undefined) return broken(...flaw)
        continue
      }
    } else {
      const end = scalar(text, i)
      if (typeof end !== "number") return broken(...end)
      const literal = text.slice(i, end)
      if (found.length < most && !keepsValue(literal)) found.push({ _tag: "Inexact", path: path(), literal })
      i = end
    }
    // A value ended: so do the containers that it was the last of.
    for (;;) {
      i = skip(text, i)
      const frame = frames.at(-1)
      if (frame === undefined) return i === text.length ? found : broken(i, "Extra data")
      if (text[i] === ",") {
        i = skip(text, i + 1)
        const flaw = frame.isObject ? key(frame) : undefined
        if (flaw !== undefined) return broken(...flaw)
        if (!frame.isObject) frame.at = (frame.at as number) + 1
        break
      }
      if (text[i] !== (frame.isObject ? "}" : "]")) return broken(i, "Expecting ',' delimiter")
      frames.pop()
      i++
    }
  }
}

/**
 * Tells at a glance of a text that it is no JSON, or {@link flaws} finds nothing in it: it has few brackets and no long
 * number and none with an exponent. Of other texts it tells nothing.
 *
 * @category checks
 * @since 0.1.0
 */
export const isPlain = (text: string, maxDepth: number): boolean => {
  let brackets = 0
  // What is opened is closed too: a shorter text cannot nest so deeply.
  for (let i = 0; text.length > 2 * maxDepth && i < text.length; i++) {
    const c = text.charCodeAt(i)
    if ((c === 0x7b || c === 0x5b) && ++brackets > maxDepth) return false
  }
  return !looking.test(text)
}

/** What might be a number that {@link keepsValue} must look at. */
const looking = /(?:^|[[:,\s])-?(?:\d[\d.]{15}|\d+(?:\.\d+)?[eE])/

/**
 * Tells whether a JSON number, read as a double, still has the decimal value that was written. Anything else than a
 * number keeps its value.
 *
 * @category checks
 * @since 0.1.0
 */
export const keepsValue = (literal: string): boolean => {
  const first = literal.charCodeAt(0)
  if (first !== 0x2d && (first < 0x30 || first > 0x39)) return true
  // Fifteen significant digits always survive a double of moderate size.
  if (literal.length <= 15 && !/e/i.test(literal)) return true
  const value = Number(literal)
  if (!Number.isFinite(value)) return false
  const [digits, exponent] = decimal(literal)
  const [kept, at] = decimal(String(value))
  return digits === kept && (digits === "" || exponent === at)
}

/** The value of a decimal text as its significant digits, without zeros around them, and the power of ten of the last. */
const decimal = (literal: string): readonly [digits: string, exponent: number] => {
  const unsigned = literal.startsWith("-") ? literal.slice(1) : literal
  const [mantissa, power = "0"] = unsigned.split(/e/i) as [string, string?]
  const dot = mantissa.indexOf(".")
  const all = mantissa.replace(".", "")
  // Counted and not matched: a pattern for zeros at the end is tried anew at each zero.
  let end = all.length
  while (end > 0 && all[end - 1] === "0") end--
  let start = 0
  while (start < end && all[start] === "0") start++
  const exponent = Number(power) - (dot < 0 ? 0 : mantissa.length - dot - 1) + all.length - end
  return [all.slice(start, end), exponent]
}

const skip = (text: string, from: number): number => {
  let i = from
  for (; i < text.length; i++) {
    const c = text.charCodeAt(i)
    if (c !== 0x20 && c !== 0x0a && c !== 0x0d && c !== 0x09) return i
  }
  return i
}

const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y

/** The position after a scalar, or where it is broken and how. */
const scalar = (text: string, from: number): number | readonly [number, string] => {
  const first = text[from]
  if (first === "\"") return endOfString(text, from)
  const word = first === "t" ? "true" : first === "f" ? "false" : first === "n" ? "null" : undefined
  if (word !== undefined) return text.startsWith(word, from) ? from + word.length : [from, "Expecting value"]
  number.lastIndex = from
  return number.test(text) ? number.lastIndex : [from, "Expecting value"]
}

const endOfString = (text: string, from: number): number | readonly [number, string] => {
  for (let i = from + 1; i < text.length; i++) {
    const c = text.charCodeAt(i)
    if (c === 0x22) return i + 1
    if (c < 0x20) return [i, "Invalid control character at"]
    if (c !== 0x5c) continue
    i++
    if (text[i] === "u") {
      if (!/^[0-9a-fA-F]{4}$/.test(text.slice(i + 1, i + 5))) return [i - 1, "Invalid \\uXXXX escape"]
      i += 4
    } else if (i < text.length && !"\"\\/bfnrt".includes(text[i]!)) return [i - 1, "Invalid \\escape"]
  }
  return [from, "Unterminated string starting at"]
}
