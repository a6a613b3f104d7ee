/**
 * Documents lead somewhere, and decisions are told in one way.
 *
 * @since 0.1.0
 */
import { posix } from "node:path"
import { matching, type Repository } from "../Repository.ts"
import type { Rule, Violation } from "../Rule.ts"

/**
 * Every relative link in a Markdown file leads to a file or a folder, and to a heading that is there.
 *
 * @category rules
 * @since 0.1.0
 */
export const links: Rule = {
  fact: "every relative link in a Markdown file leads to something",
  check: (repository) =>
    matching(repository, /\.md$/).flatMap(([path, text]) =>
      withoutCode(text).flatMap((line, index) =>
        [...line.matchAll(/\]\(([^)\s]+)(?:\s+"[^"]*")?\)/g)].flatMap(([, target]): ReadonlyArray<Violation> => {
          const message = broken(repository, path, target!)
          return message === undefined ? [] : [{ path, line: index + 1, message }]
        })
      )
    )
}

/** The lines of a document, those in fenced code and code in a line left empty. */
const withoutCode = (text: string): ReadonlyArray<string> => {
  let fenced = false
  return text.split("\n").map((line) => {
    const fence = /^\s*(```|~~~)/.test(line)
    if (fence) fenced = !fenced
    return fence || fenced ? "" : line.replace(/`[^`]*`/g, "")
  })
}

const broken = (repository: Repository, from: string, target: string): string | undefined => {
  if (/^[a-z][a-z0-9+.-]*:/i.test(target)) return undefined
  const [file, anchor] = target.split("#") as [string, string?]
  const path = file === "" ? from : posix.normalize(posix.join(posix.dirname(from), decodeURIComponent(file)))
  const folder = path.replace(/\/$/, "")
  const text = repository.get(path)
  if (text === undefined && ![...repository.keys()].some((known) => known.startsWith(`${folder}/`))) {
    return `leads to ${path}, which does not exist`
  }
  return anchor === undefined || text === undefined || !path.endsWith(".md") || anchors(text).includes(anchor)
    ? undefined
    : `leads to the heading #${anchor} of ${path}, which does not exist`
}

/** The anchors that a renderer gives to headings. */
const anchors = (text: string): ReadonlyArray<string> =>
  [...text.matchAll(/^#+\s+(.*)$/gm)].map(([, heading]) =>
    heading!.toLowerCase().replace(/[^\p{L}\p{N} _-]/gu, "").trim().replaceAll(" ", "-")
  )

const headings = ["Context", "Decision", "Consequences"]

/**
 * Every decision record is numbered without gaps and has the same three headings in the same order.
 *
 * @category rules
 * @since 0.1.0
 */
export const decisions: Rule = {
  fact: "decision records are numbered without gaps and have the headings Context, Decision, Consequences",
  check: (repository) =>
    matching(repository, /^docs\/decisions\/[^/]*\.md$/).flatMap(([path, text], index): ReadonlyArray<Violation> => {
      const number = String(index + 1).padStart(4, "0")
      const found: Array<Violation> = []
      if (!new RegExp(`/${number}-[a-z0-9-]+\\.md$`).test(path)) {
        found.push({ path, message: `is number ${index + 1} in the folder and has another number in its name` })
      }
      if (!new RegExp(`^# ${path.match(/\/(\d+)-/)?.[1]}\\. \\S`).test(text)) {
        found.push({ path, line: 1, message: "does not begin with its number and title" })
      }
      const present = [...text.matchAll(/^## (.*)$/gm)].map(([, heading]) => heading)
      if (present.join() !== headings.join()) {
        found.push({ path, message: `has the headings ${present.join(", ")} and not ${headings.join(", ")}` })
      }
      return found
    })
}
