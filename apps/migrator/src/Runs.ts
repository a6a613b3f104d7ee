/**
 * Updates gathered into runs: neighbours that reach the store as one.
 *
 * @since 0.1.0
 */
import { createHash } from "node:crypto"
import type { Origin } from "./Rejects.ts"
import * as Step from "./Step.ts"
import type { UpdateLine } from "./UpdateLine.ts"

/**
 * An update and where it stands.
 *
 * @category models
 * @since 0.1.0
 */
export interface Placed {
  readonly update: UpdateLine
  readonly origin: Origin
}

/**
 * Updates of one record, in order, that are one write: they join, with the same reason and without a demand.
 *
 * @category models
 * @since 0.1.0
 */
export type Run = readonly [Placed, ...ReadonlyArray<Placed>]

type Gathered = [Placed, ...Array<Placed>]

/**
 * Gathers updates into runs. The order of the updates of each record is kept; of different records it does not count.
 *
 * @category models
 * @since 0.1.0
 */
export interface Runs {
  readonly add: (placed: Placed) => void
  /** Gives all runs and forgets them. */
  readonly take: () => ReadonlyArray<Run>
}

/**
 * Makes an empty gathering.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (): Runs => {
  let runs: Array<Gathered> = []
  /** The run of each record that may go on. */
  const open = new Map<string, Gathered>()
  return {
    add: (placed) => {
      const { reason, step, version } = placed.update
      const name = recordOf(placed)
      const run = open.get(name)
      const isAlone = version !== undefined || !Step.joins(step)
      if (run !== undefined && !isAlone && run[0].update.reason === reason) {
        run.push(placed)
        return
      }
      const begun: Gathered = [placed]
      runs.push(begun)
      isAlone ? open.delete(name) : open.set(name, begun)
    },
    take: () => {
      const taken = runs
      runs = []
      open.clear()
      return taken
    }
  }
}

/**
 * Names the record that an update is of.
 *
 * @category conversions
 * @since 0.1.0
 */
export const recordOf = ({ update: { id, kind } }: Placed): string => `${kind} ${id}`

/**
 * Names a run among all those of an application: by its lines.
 *
 * @category conversions
 * @since 0.1.0
 */
export const nameOf = (application: string, files: ReadonlyArray<string>, run: Run): string => {
  const hash = createHash("sha256").update(application)
  // By the place of the file: the same one may be found by another path.
  for (const { origin: { file, piece } } of run) hash.update(`\n${files.indexOf(file)} ${piece.line}`)
  return `apply-${hash.digest("hex")}`
}

/**
 * Makes one update of a run.
 *
 * @category conversions
 * @since 0.1.0
 */
export const joined = (run: Run): UpdateLine => {
  const [{ update }, ...more] = run
  return { ...update, step: Step.joined(update.kind, [update.step, ...more.map(({ update: { step } }) => step)]) }
}
