/** The page on operating: what it shows is what campaigns do. */
import { readFileSync } from "node:fs"

const guide = readFileSync(new URL("../../../docs/operating.md", import.meta.url), "utf8")

/** A block of the page, by its language and a word in it. */
export const block = (language: string, word: string): string => {
  const blocks = guide.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, "gms"))
  const found = [...blocks].map(([, text]) => text!).find((text) => text.includes(word))
  if (found === undefined) throw new Error(`docs/operating.md has no block of ${language} with ${word}`)
  return found
}
