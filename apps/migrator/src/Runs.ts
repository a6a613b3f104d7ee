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
export interface Run {
  readonly first: UpdateLine
  /** Where each of them stands. */
  readonly origins: ReadonlyArray<Origin>
  /** What all of them ask, in order; neighbours may be joined already. */
  readonly steps: readonly [Step.Step, ...ReadonlyArray<Step.Step>]
}

interface Gathered extends Run {
  readonly origins: Array<Origin>
  steps: [Step.Step, ...Array<Step.Step>]
}

/** So many steps are held before they are joined: what is written over again and again is not held. */
const stepsHeld = 32

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
      const { origin, update } = placed
      const { kind, reason, step, version } = update
      const name = recordOf(update)
      const run = open.get(name)
      const isAlone = version !== undefined || !Step.joins(step)
      if (run !== undefined && !isAlone && run.first.reason === reason) {
        run.origins.push(origin)
        if (run.steps.push(step) === stepsHeld) run.steps = [Step.joined(kind, run.steps)]
        return
      }
      const begun: Gathered = { first: update, origins: [origin], steps: [step] }
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
 * Makes a run of one update.
 *
 * @category constructors
 * @since 0.1.0
 */
export const alone = ({ origin, update }: Placed): Run => ({ first: update, origins: [origin], steps: [update.step] })

/**
 * Names the record that an update is of.
 *
 * @category conversions
 * @since 0.1.0
 */
export const recordOf = ({ id, kind }: UpdateLine): string => `${kind} ${id}`

/**
 * Names a run among all those of an application: by its lines.
 *
 * @category conversions
 * @since 0.1.0
 */
export const nameOf = (application: string, files: ReadonlyArray<string>, { origins }: Run): string => {
  // By the place of the file: the same one may be found by another path.
  const places = origins.map(({ file, piece }) => `\n${files.indexOf(file)} ${piece.line}`)
  return `apply-${createHash("sha256").update(application + places.join("")).digest("hex")}`
}

/**
 * Makes one update of a run.
 *
 * @category conversions
 * @since 0.1.0
 */
export const joined = ({ first, steps }: Run): UpdateLine => ({ ...first, step: Step.joined(first.kind, steps) })
