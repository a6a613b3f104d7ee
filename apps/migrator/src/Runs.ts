/**
 * Updates gathered into runs: neighbours that reach the store as one.
 *
 * @since 0.1.0
 */
import { createHash } from "node:crypto"
import * as Step from "./Step.ts"
import { kinds, type UpdateLine } from "./UpdateLine.ts"

/**
 * A file among those that are read. The same one may be read twice.
 *
 * @category models
 * @since 0.1.0
 */
export interface Source {
  readonly file: string
  readonly at: number
}

/**
 * An update and where it stands.
 *
 * @category models
 * @since 0.1.0
 */
export interface Placed {
  readonly update: UpdateLine
  readonly source: Source
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
  readonly source: Source
  /** Where each stands among all that were gathered with it. */
  readonly places: ReadonlyArray<number>
  readonly among: Lines
  /** What all of them ask, in order. */
  readonly steps: Step.Gathered
}

/**
 * The lines of updates in the order in which they were read, and their texts. There are very many, so that nothing else is
 * held of one.
 *
 * @category models
 * @since 0.1.0
 */
export interface Lines {
  readonly lines: ReadonlyArray<number>
  readonly texts: ReadonlyArray<string>
}

interface Begun extends Run {
  readonly places: Array<number>
  /** That of the first, which is at hand here. */
  readonly reason: string | null
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
  let runs: Array<Begun> = []
  const none = () => ({ lines: [] as Array<number>, texts: [] as Array<string> })
  let among = none()
  /** The run of each record that may go on, by its kind and id. */
  const open = new Map<string, Map<string, Begun>>(kinds.map((kind) => [kind, new Map()]))
  return {
    add: ({ line, source, text, update }) => {
      const { id, kind, reason, step, version } = update
      const place = among.lines.push(line) - 1
      among.texts.push(text)
      const ofKind = open.get(kind)!
      const run = ofKind.get(id)
      const isAlone = version !== undefined || !Step.joins(step)
      const isOne = run !== undefined && !isAlone && run.reason === reason && run.source === source &&
        Step.isSameScope(run.steps.first, step)
      if (isOne) {
        run.places.push(place)
        Step.add(run.steps, step)
        return
      }
      const begun: Begun = { first: update, source, reason, places: [place], among, steps: Step.gather(kind, step) }
      runs.push(begun)
      isAlone ? ofKind.delete(id) : ofKind.set(id, begun)
    },
    take: () => {
      const taken = runs
      runs = []
      among = none()
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
export const alone = ({ line, source, text, update }: Placed): Run => ({
  first: update,
  source,
  places: [0],
  among: { lines: [line], texts: [text] },
  steps: Step.gather(update.kind, update.step)
})

/**
 * Gives the places of a run's updates.
 *
 * @category conversions
 * @since 0.1.0
 */
export const origins = ({ among: { lines, texts }, places, source: { file } }: Run) =>
  places.map((place) => ({ file, piece: { line: lines[place]!, text: texts[place]! } }))

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
export const nameOf = (application: string, { among: { lines }, places, source }: Run): string => {
  // By the place of the file: the same one may be found by another path, and may come twice.
  const hash = createHash("sha256").update(`${application}\n${source.at}\n`)
  const numbers = new Float64Array(places.length)
  for (let i = 0; i < places.length; i++) numbers[i] = lines[places[i]!]!
  return `apply-${hash.update(numbers).digest("hex")}`
}

/**
 * Makes one update of a run.
 *
 * @category conversions
 * @since 0.1.0
 */
export const joined = ({ first, steps }: Run): UpdateLine => ({ ...first, step: Step.joined(steps) })
