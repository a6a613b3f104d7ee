/** Three exports as teams have them, of any size, the same for the same seed, and what a store must hold after each. */
import { mkdirSync } from "node:fs"
import { join } from "node:path"
import { agents } from "./AgentsExport.ts"
import { board } from "./BoardExport.ts"
import type { Export } from "./ExportFile.ts"
import { whole } from "./WholeExport.ts"

export const exports = (folder: string, records: number, seed: number): ReadonlyArray<Export> =>
  [agents, board, whole].map((make, at) => {
    const own = join(folder, String(at))
    mkdirSync(own, { recursive: true })
    return make(own, records, seed + at)
  })
