/**
 * Updates gathered into runs: neighbours that reach the store as one.
 *
 * @since 0.1.0
 */
import { createHash } from "node:crypto"
import * as Step from "./Step.ts"
import { kinds, type UpdateLine } from "./UpdateLine.ts"

/**
 * An update and where it stands.
 *
 * @category models
 * @since 0.1.0
 */
export interface Placed {
  readonly update: UpdateLine
  readonly file: string
  readonly line: number
  readonly text: string
}

/**
 * Updates of one record, in order, that are one write: they join, with the same reason and without a demand, and stand in
 * one file.
 *
 * @category models
 * @since 0.1.0
 */
export interface Run {
  readonly first: UpdateLine
  readonly file: string
  /** The line of each, and its text: there are very many, so that nothing else is held of one. */
  readonly lines: ReadonlyArray<number>
  readonly texts: ReadonlyArray<string>
  /** What all of them ask, in order. */
  readonly steps: Step.Gathering
}

interface Gathered extends Run {
  readonly lines: Array<number>
  readonly texts: Array<string>
}

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
  /** The run of each record that may go on, by its kind and id. */
  const open = new Map<string, Map<string, Gathered>>(kinds.map((kind) => [kind, new Map()]))
  return {
    add: ({ file, line, text, update }) => {
      const { id, kind, reason, step, version } = update
      const ofKind = open.get(kind)!
      const run = ofKind.get(id)
      const isAlone = version !== undefined || !Step.joins(step)
      if (run !== undefined && !isAlone && run.first.reason === reason && run.file === file) {
        run.lines.push(line)
        run.texts.push(text)
        run.steps.add(step)
        return
      }
      const begun: Gathered = { first: update, file, lines: [line], texts: [text], steps: Step.gather(kind, step) }
      runs.push(begun)
      isAlone ? ofKind.delete(id) : ofKind.set(id, begun)
    },
    take: () => {
      const taken = runs
      runs = []
      for (const ofKind of open.values()) ofKind.clear()
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
export const alone = ({ file, line, text, update }: Placed): Run => ({
  first: update,
  file,
  lines: [line],
  texts: [text],
  steps: Step.gather(update.kind, update.step)
})

/**
 * Gives the places of a run's updates.
 *
 * @category conversions
 * @since 0.1.0
 */
export const origins = ({ file, lines, texts }: Run) =>
  lines.map((line, i) => ({ file, piece: { line, text: texts[i]! } }))

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
export const nameOf = (application: string, files: ReadonlyArray<string>, { file, lines }: Run): string => {
  // By the place of the file: the same one may be found by another path.
  const hash = createHash("sha256").update(`${application}\n${files.indexOf(file)}\n`)
  return `apply-${hash.update(Float64Array.from(lines)).digest("hex")}`
}

/**
 * Makes one update of a run.
 *
 * @category conversions
 * @since 0.1.0
 */
export const joined = ({ first, steps }: Run): UpdateLine => ({ ...first, step: steps.joined() })
