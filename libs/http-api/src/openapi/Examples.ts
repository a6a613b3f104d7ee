/**
 * The examples of the OpenAPI document. They are answers that a server gave: the tests take them out of the golden
 * files, which are compared with what is answered.
 *
 * @since 0.1.0
 */
type Json = Record<string, any>
type Texts = Readonly<Record<string, string>>

/**
 * A request and its answer.
 *
 * @category models
 * @since 0.1.0
 */
export interface Example {
  /** What it shows. */
  readonly title: string
  readonly path?: Texts
  readonly query?: Texts
  readonly headers?: Texts
  readonly body?: unknown
  readonly answer: {
    readonly status: number
    readonly headers: Texts
    readonly body?: unknown
  }
}

/**
 * All examples: by operation, such as `GET /tasks/{task_id}`, and by code the problems that any operation can have.
 *
 * @category models
 * @since 0.1.0
 */
export interface Examples {
  readonly operations: Readonly<Record<string, ReadonlyArray<Example>>>
  readonly problems: Readonly<Record<string, Example>>
}

/**
 * Puts examples into a document, in place: into the parameters, the bodies and the answers of its operations.
 *
 * @category conversions
 * @since 0.1.0
 */
export const show = (spec: Json, { operations, problems }: Examples): void => {
  for (const answer of Object.values<Json>(spec["components"].responses)) {
    const own = Object.values(problems).filter((example) => answer["description"].includes(`\`${codeOf(example)}\``))
    showAnswer(answer, own)
  }
  for (const [path, item] of Object.entries<Json>(spec["paths"])) {
    for (const [method, operation] of Object.entries<Json>(item)) {
      const examples = operations[`${method.toUpperCase()} ${path}`] ?? []
      const served = examples.filter(({ answer }) => answer.status < 300)
      for (const parameter of operation["parameters"]) showParameter(parameter, served)
      for (const media of Object.values<Json>(operation["requestBody"]?.content ?? {})) {
        put(media, served.filter(({ body }) => body !== undefined).map(({ body, title }) => [title, body]))
      }
      for (const [status, answer] of Object.entries<Json>(operation["responses"])) {
        showAnswer(answer, examples.filter((example) => example.answer.status === Number(status)))
      }
    }
  }
}

const codeOf = ({ answer: { body } }: Example): string => (body as { readonly code: string }).code

const showAnswer = (answer: Json, own: ReadonlyArray<Example>): void => {
  for (const media of Object.values<Json>(answer["content"] ?? {})) {
    put(media, own.flatMap(({ answer: { body }, title }) => body === undefined ? [] : [[title, body]]))
  }
  for (const [name, header] of Object.entries<Json>(answer["headers"] ?? {})) {
    const value = own.find((example) => example.answer.headers[name] !== undefined)?.answer.headers[name]
    if (value !== undefined && header["$ref"] === undefined) header["example"] = value
  }
}

const showParameter = (parameter: Json, shown: ReadonlyArray<Example>): void => {
  const place = parameter["in"] === "header" ? "headers" : parameter["in"] as "path" | "query"
  const value = shown.find((example) => example[place]?.[parameter["name"]] !== undefined)
  if (value === undefined) return
  const text = value[place]![parameter["name"]]!
  parameter["example"] = parameter["schema"].type === "integer" ? Number(text) : text
}

/** Examples have names within their place: what they show, in small letters. */
const put = (media: Json, values: ReadonlyArray<readonly [title: string, value: unknown]>): void => {
  if (values.length === 0) return
  const told = new Set<string>()
  const examples: Json = {}
  for (const [summary, value] of values) {
    const text = JSON.stringify(value)
    if (told.has(text)) continue
    told.add(text)
    const name = summary.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "")
    examples[Object.hasOwn(examples, name) ? `${name}-${Object.keys(examples).length}` : name] = { summary, value }
  }
  media["examples"] = examples
}
