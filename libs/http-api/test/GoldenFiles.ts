/** The golden files, read back: which operation each exchange is of, and which are the examples of the document. */
import { Problem } from "@emend/http-api"
import { readdirSync, readFileSync } from "node:fs"
import { general } from "../src/openapi/Answers.ts"
import type { Example, Examples } from "../src/openapi/Examples.ts"
import { operations } from "./Requests.ts"

export interface Pair extends Omit<Example, "title"> {
  readonly file: string
  readonly title: string | undefined
  /** As the document writes it: `GET /tasks/{task_id}`. */
  readonly operation: string
  readonly code: string | undefined
}

const folder = new URL("golden/", import.meta.url)

export const pairs = (): ReadonlyArray<Pair> =>
  readdirSync(folder).filter((name) => name.endsWith(".http")).sort().flatMap((file) =>
    realistic(readFileSync(new URL(file, folder), "utf8")).split("\n\n---\n\n").map((text) => pair(file, text))
  )

/** What differs from run to run is numbered in the files; the examples show values as they are served. */
const realistic = (text: string): string =>
  text
    .replace(/<id (\d+)>/g, (_, number: string) => `019a5f0c-4e00-7000-8000-${number.padStart(12, "0")}`)
    .replaceAll("<time>", "2026-11-21T10:00:00.000000Z")
    .replaceAll("\"request_id\": \"golden\"", "\"request_id\": \"0b8f3f6e-6f0b-4b0e-9d6c-3a5d6c0e9f11\"")

const pair = (file: string, text: string): Pair => {
  const [asked, answered] = text.trimEnd().split(/\n\nHTTP\/1\.1 /) as [string, string]
  const { body, first, headers, title } = part(asked)
  const { body: answer, first: status, headers: told } = part(answered)
  const [method, target] = first.split(/ (.*)/s) as [string, string]
  const { search, url } = split(target)
  const operation = find(method, url)
  if (operation === undefined) throw new Error(`${file} has an exchange of no operation: ${first}`)
  const problem = answer as { readonly code?: string } | undefined
  return {
    file,
    title,
    operation: operation.name,
    code: Number(status) < 400 || Number(status) === 422 ? undefined : problem?.code,
    path: operation.path,
    query: Object.fromEntries(new URLSearchParams(search)),
    headers,
    ...(body === undefined ? {} : { body }),
    answer: { status: Number(status), headers: told, ...(answer === undefined ? {} : { body: answer }) }
  }
}

const split = (target: string) => {
  const [url = "", search = ""] = target.split(/\?(.*)/s)
  return { url, search }
}

const part = (text: string) => {
  const [head, ...rest] = text.split("\n\n")
  const lines = head!.split("\n")
  const title = lines[0]!.startsWith("# ") ? lines.shift()!.slice(2) : undefined
  const headers = Object.fromEntries(lines.slice(1).map((line) => line.split(/: (.*)/s).slice(0, 2)))
  return { title, first: lines[0]!, headers, body: rest.length === 0 ? undefined : JSON.parse(rest.join("\n\n")) }
}

const patterns = operations.map(({ method, parameters, path }) => ({
  method,
  parameters,
  name: `${method} ${path.replace(/:(\w+)/g, "{$1}")}`,
  pattern: new RegExp(`^${path.replace(/\/$/, "").replace(/[.]/g, "\\$&").replace(/:\w+/g, "([^/]+)")}/?$`)
})).sort((a, b) => a.parameters.length - b.parameters.length)

/** A path with a name of its own goes before one with a parameter in its place. */
const find = (method: string, url: string) => {
  for (const one of patterns) {
    const match = one.method === method ? one.pattern.exec(url) : null
    if (match !== null) {
      const values = match.slice(1).map((value, i) => [one.parameters[i]!, decoded(value)])
      return { name: one.name, path: Object.fromEntries(values) as Readonly<Record<string, string>> }
    }
  }
  return undefined
}

/** The name of the operation that a method and a path without query lead to. */
export const operationAt = (method: string, url: string): string | undefined => find(method, url)?.name

const decoded = (value: string): string => {
  try {
    return decodeURIComponent(value)
  } catch {
    return value
  }
}

/** The conflicts that every operation with an idempotency key, or on what can be cleaned, can have: one example of them is enough. */
const generalCodes: ReadonlySet<string> = new Set(["key-in-use", "redacted"])

/** Answers that would repeat the document in itself. */
const unshown: ReadonlySet<string> = new Set([
  "GET /openapi.json 200",
  "GET /openapi.whole.json 200",
  "GET /docs 200",
  "GET /metrics 200"
])

/**
 * The answers of the operations that no golden file shows: `GET /tasks/{task_id} 404`. Where an operation has some of
 * the codes of a status, each of them must be shown: `PUT /tasks/{task_id} 409 rebase-conflict`.
 */
export const missing = (document: any, found: ReadonlyArray<Pair>): ReadonlyArray<string> => {
  const shown = new Set(
    found.flatMap(({ answer, code, operation }) => [
      `${operation} ${answer.status}`,
      `${operation} ${answer.status} ${code}`,
      `any operation ${answer.status} ${code}`
    ])
  )
  const statuses = new Set(found.map(({ answer }) => answer.status))
  const declared = Object.entries<any>(document.paths).flatMap(([path, item]) =>
    Object.entries<any>(item).flatMap(([method, { responses }]) =>
      Object.entries<any>(responses).flatMap(([status, answer]) => {
        const name = `${method.toUpperCase()} ${path} ${status}`
        if (general.has(Number(status))) return statuses.has(Number(status)) ? [] : [`any operation ${status}`]
        if (status !== "409") return [name]
        return codesIn(document, answer).map((code) => `${generalCodes.has(code) ? "any operation 409" : name} ${code}`)
      })
    )
  )
  return [...new Set(declared)].filter((one) => !shown.has(one) && !unshown.has(one)).sort()
}

/** The codes of the problems that an answer of the document can tell. */
const codesIn = (document: any, { content }: any): ReadonlyArray<string> => {
  const { schema } = content["application/problem+json"]
  return [schema, ...schema.anyOf ?? []].flatMap(({ $ref }) =>
    $ref === undefined ? [] : document.components.schemas[$ref.split("/").at(-1)].properties.code.enum ?? []
  )
}

/**
 * The examples among the exchanges: of each operation, for each status and each code, those that have a title; where
 * none has, the first.
 */
export const examples = (found: ReadonlyArray<Pair>): Examples => {
  const byOperation: Record<string, Array<Example>> = {}
  for (const { name } of patterns) {
    const own = found.filter(({ answer, operation }) => operation === name && !general.has(answer.status))
    byOperation[name] = Object.values(Object.groupBy(own, ({ answer, code }) => code ?? String(answer.status)))
      .flatMap((alike) => chosen(alike!))
  }
  const problems = Object.groupBy(found.filter(({ answer }) => general.has(answer.status)), ({ code }) => code!)
  return {
    operations: byOperation,
    problems: Object.fromEntries(Object.entries(problems).map(([code, alike]) => [code, chosen(alike!)[0]!]))
  }
}

const chosen = (alike: ReadonlyArray<Pair>): ReadonlyArray<Example> => {
  const titled = alike.filter(({ title }) => title !== undefined)
  return (titled.length > 0 ? titled : alike.slice(0, 1)).map(example)
}

const example = ({ answer, body, code, headers, path, query, title }: Pair): Example => ({
  title: title ?? titleOf(answer.status, code as Problem.Code),
  ...nonEmpty({ path, query, headers }),
  ...(body === undefined ? {} : { body }),
  answer
})

const nonEmpty = (parts: Readonly<Record<string, Readonly<Record<string, string>> | undefined>>) =>
  Object.fromEntries(Object.entries(parts).filter(([, values]) => Object.keys(values ?? {}).length > 0))

const titleOf = (status: number, code: Problem.Code | undefined): string =>
  code !== undefined ? Problem.catalogue[code].title : status === 422 ? "What is wrong, place by place" : "An answer"

/** One line for each example, so that changes of them can be read. */
export const written = ({ operations, problems }: Examples): string => {
  const entry = (key: string, value: unknown) => `    ${JSON.stringify(key)}: ${value}`
  const listed = Object.entries(operations).filter(([, list]) => list.length > 0).sort(([a], [b]) => a < b ? -1 : 1)
    .map(([name, list]) => entry(name, `[\n${list.map((one) => `      ${JSON.stringify(one)}`).join(",\n")}\n    ]`))
  const general = Object.entries(problems).sort(([a], [b]) => a < b ? -1 : 1)
    .map(([code, one]) => entry(code, JSON.stringify(one)))
  return `{\n  "operations": {\n${listed.join(",\n")}\n  },\n  "problems": {\n${general.join(",\n")}\n  }\n}\n`
}
