/**
 * The examples in docstrings and documents, as programs.
 *
 * @since 0.1.0
 */
import { matching, type Repository } from "./Repository.ts"
import { lineOf, parse } from "./Source.ts"

/**
 * An example: where it stands, its text, and whether it is run or only type-checked.
 *
 * @category models
 * @since 0.1.0
 */
export interface Example {
  readonly path: string
  readonly line: number
  readonly code: string
  readonly run: boolean
}

/**
 * Lists the examples of a repository: `@example` blocks of docstrings in sources, and fenced blocks of Markdown files
 * that are marked `ts`, or `ts no-run` where they are to be type-checked only.
 *
 * @category queries
 * @since 0.1.0
 */
export const examples = (repository: Repository): ReadonlyArray<Example> => [
  ...matching(repository, /^(libs|apps)\/(.*\/)?src\/.*\.ts$/).flatMap(([path, text]) => inSource(path, text)),
  ...matching(repository, /\.md$/).flatMap(([path, text]) => inMarkdown(path, text))
]

const inSource = (path: string, text: string): ReadonlyArray<Example> =>
  parse(text).comments.filter(({ value }) => value.startsWith("*")).flatMap(({ start, value }) => {
    const lines = value.split("\n").map((line) => line.replace(/^\s*\* ?/, ""))
    return lines.flatMap((line, index) => {
      if (!/^@example\b/.test(line)) return []
      const rest = lines.slice(index + 1)
      const end = rest.findIndex((line) => /^@\w/.test(line))
      const code = (end === -1 ? rest : rest.slice(0, end)).filter((line) => !line.startsWith("```")).join("\n")
      return [{ path, line: lineOf(text, start) + index, code, run: true }]
    })
  })

const inMarkdown = (path: string, text: string): ReadonlyArray<Example> =>
  [...text.matchAll(/^```(ts|typescript)(?: +(\S.*))?\n([\s\S]*?)^```$/gm)].map((match) => ({
    path,
    line: lineOf(text, match.index),
    code: match[3]!,
    run: match[2]?.trim() !== "no-run"
  }))

/**
 * Writes an example as a module that fails where a line does not give what it says after `// =>`.
 *
 * @category conversions
 * @since 0.1.0
 */
export const toModule = ({ code, line, path }: Example): string =>
  [
    `// ${path}:${line}`,
    `import { deepStrictEqual as gives } from "node:assert/strict"`,
    code.replace(
      /^(\s*)(?:const (\w+) = )?(.+?);?[ \t]*\/\/ => (.+)$/gm,
      (_, indent: string, name: string | undefined, expression: string, value: string) =>
        name === undefined
          ? `${indent};gives<unknown>(${expression}, ${value})`
          : `${indent}const ${name} = ${expression};gives<unknown>(${name}, ${value})`
    ),
    "void gives",
    ""
  ].join("\n")
