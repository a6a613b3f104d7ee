/**
 * Docstrings, in their parts.
 *
 * @since 0.1.0
 */
import { type Node, parse, type Source } from "../Source.ts"

/**
 * A docstring: its text, of which the first paragraph is the summary, and its tags with what follows each.
 *
 * @category models
 * @since 0.1.0
 */
export interface Docstring {
  readonly text: string
  readonly summary: string
  readonly tags: ReadonlyArray<readonly [name: string, value: string]>
}

/**
 * Reads the docstring of a node: the last comment before it with nothing in between.
 *
 * @category constructors
 * @since 0.1.0
 */
export const of = ({ comments, text }: Source, node: Node): Docstring | undefined => {
  const comment = comments.findLast(({ end, start, type, value }) =>
    type === "Block" && value.startsWith("*") && end <= node.start && start < node.start &&
    text.slice(end, node.start).trim() === ""
  )
  return comment === undefined ? undefined : read(comment.value)
}

/**
 * Reads the docstring at the head of a module.
 *
 * @category constructors
 * @since 0.1.0
 */
export const ofModule = (text: string): Docstring | undefined => {
  const head = parse(text).comments[0]
  return head !== undefined && head.start === 0 && head.value.startsWith("*") ? read(head.value) : undefined
}

const read = (comment: string): Docstring => {
  const lines = comment.slice(1).split("\n").map((line) => line.replace(/^\s*\* ?/, ""))
  const parts: Array<[string, Array<string>]> = [["", []]]
  for (const line of lines) {
    const [, tag, rest] = /^@([a-z]\w*)\s*(.*)$/.exec(line) ?? []
    if (tag === undefined) parts.at(-1)![1].push(line)
    else parts.push([tag, [rest!]])
  }
  const [[, before], ...tags] = parts.map(([name, lines]) => [name, lines.join("\n").trim()] as const) as [
    readonly [string, string],
    ...ReadonlyArray<readonly [string, string]>
  ]
  return { text: before, summary: before.split("\n\n")[0]!.replaceAll("\n", " "), tags }
}

/**
 * Gives what follows the first tag of a name.
 *
 * @category queries
 * @since 0.1.0
 */
export const tag = (doc: Docstring | undefined, name: string): string | undefined =>
  doc?.tags.find(([one]) => one === name)?.[1]
