/** The options of a campaign: numbers, or lists of numbers with commas in between. */
import { parseArgs } from "node:util"

type Value = number | ReadonlyArray<number>

/** What is read for defaults. */
export type Options<Defaults> = {
  readonly [Name in keyof Defaults]: Defaults[Name] extends number ? number : ReadonlyArray<number>
}

/**
 * Reads the options of this process. A campaign takes minutes: an option that it does not have, or what is no whole
 * number above 0, ends the process with code 2 and one line before anything is started.
 */
export const read = <const Defaults extends Readonly<Record<string, Value>>>(defaults: Defaults): Options<Defaults> => {
  try {
    return parse(process.argv.slice(2), defaults)
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`)
    process.exit(2)
  }
}

/** Fails with one line, which says what is wrong and which options there are. */
export const parse = <const Defaults extends Readonly<Record<string, Value>>>(
  args: ReadonlyArray<string>,
  defaults: Defaults
): Options<Defaults> => {
  const names = Object.keys(defaults)
  const there = names.map((name) => `--${name} ${[defaults[name]!].flat().join(",")}`).join(", ")
  const wrong = (what: string) => new Error(`${what}. The options, with what they are otherwise: ${there}`)
  const given = (): Readonly<Record<string, unknown>> => {
    try {
      const options = Object.fromEntries(names.map((name) => [name, { type: "string" as const }]))
      return parseArgs({ args: [...args], options }).values
    } catch (error) {
      // The rest of the message advises how to say what no campaign takes.
      throw wrong((error as Error).message.split(/\. |\n/)[0]!)
    }
  }
  const values = given()
  const entries = names.map((name) => {
    if (values[name] === undefined) return [name, defaults[name]]
    const texts = Array.isArray(defaults[name]) ? String(values[name]).split(",") : [String(values[name])]
    for (const text of texts) {
      if (!/^[1-9]\d{0,8}$/.test(text)) {
        throw wrong(`--${name} has "${text}", which is no whole number from 1 to 999999999`)
      }
    }
    return [name, Array.isArray(defaults[name]) ? texts.map(Number) : Number(texts[0])]
  })
  return Object.fromEntries(entries)
}
