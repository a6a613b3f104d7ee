/**
 * Plants one fault after the other in the sources of the algebra and asks the laws. Writes what they found as JSON:
 * for each fault a text, `null` where nothing was found, and `false` where the fault could not be planted.
 */
import { registerHooks } from "node:module"
import type { Mutant } from "./Mutant.ts"
import { planted } from "./Mutant.ts"
import { mutants } from "./mutants.ts"

/** Most faults show at once; only for one that hides the others are generated. */
const few = 40
const many = 600
const algebra = new URL("../../../algebra/src/", import.meta.url).href
const testkit = new URL("../../", import.meta.url).href

/** What is loaded anew for each fault: the algebra, and what calls it. */
const anew = (url: string): boolean =>
  url.startsWith(algebra) ||
  [/^src\/laws\//, /^src\/LawCheck\.ts/, /^src\/Specimen\.ts/, /^test\/mutants\/World\.ts/].some((part) =>
    url.startsWith(testkit) && part.test(url.slice(testkit.length))
  )

let present: Mutant | undefined
let isPlanted = false

registerHooks({
  resolve: (specifier, context, next) => {
    const found = next(specifier, context)
    const world = /\?world=\d+$/.exec(context.parentURL ?? "")?.[0]
    return world !== undefined && anew(found.url) ? { ...found, url: `${found.url}${world}` } : found
  },
  load: (url, context, next) => {
    const loaded = next(url, context)
    if (present === undefined || !url.startsWith(`${algebra}${present.file}?`)) return loaded
    const source = planted(present, String(loaded.source))
    isPlanted = source !== undefined
    return isPlanted ? { ...loaded, source: source! } : loaded
  }
})

const ask = async (world: number, mutant?: Mutant): Promise<string | null | false> => {
  present = mutant
  isPlanted = mutant === undefined
  const { broken } = await import(`./World.ts?world=${world}`) as typeof import("./World.ts")
  if (!isPlanted) return false
  return (mutant === undefined ? undefined : broken(few, mutant.family)) ?? broken(many, mutant?.family) ?? null
}

const unchanged = await ask(0)
const found: Record<string, string | null | false> = {}
for (const [at, mutant] of mutants.entries()) found[mutant.name] = await ask(at + 1, mutant)
console.log(JSON.stringify({ unchanged, found }))
