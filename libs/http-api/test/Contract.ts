/** The document as a client of it sees it: what it says of requests and answers, checked by JSON Schema. */
import formats from "ajv-formats"
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js"

type Texts = Readonly<Record<string, string>>

export interface Request {
  readonly path?: Texts | undefined
  readonly query?: Texts | undefined
  readonly headers?: Texts | undefined
  readonly body?: unknown
}

export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, unknown>>
  readonly body?: unknown
}

export interface Place {
  readonly place: string
  readonly schema: any
}

export interface Contract {
  /** Follows the reference that a part of the document is, if it is one. */
  readonly resolve: (part: any) => any
  readonly operations: () => ReadonlyArray<{ readonly name: string; readonly operation: any }>
  readonly problemsOfRequest: (operation: string, request: Request) => ReadonlyArray<string>
  readonly problemsOfAnswer: (operation: string, answer: Answer) => ReadonlyArray<string>
  /** Every example of the document, with what its schema says against it. */
  readonly examples: () => ReadonlyArray<{ readonly place: string; readonly problems: ReadonlyArray<string> }>
  readonly requestFields: () => ReadonlyArray<Place>
  readonly answerFields: () => ReadonlyArray<Place>
}

const make = (spec: any): Contract => {
  const ajv = new Ajv2020({ strict: true, strictTypes: false, allErrors: true }) // The types of the module are those of CommonJS.
  ;(formats as unknown as (ajv: Ajv2020) => void)(ajv)
  // What is no keyword of JSON Schema is one of OpenAPI.
  for (const keyword of ["example", "components"]) ajv.addKeyword(keyword)
  ajv.addSchema({ $id: "document", components: spec.components })

  const compiled = new Map<unknown, ValidateFunction>()
  const against = (schema: any, value: unknown): ReadonlyArray<string> => {
    if (!compiled.has(schema)) compiled.set(schema, ajv.compile(absolute(schema)))
    const validate = compiled.get(schema)!
    return validate(value) ?
      [] :
      validate.errors!.map(({ instancePath, message, params }) =>
        `${instancePath} ${message} ${JSON.stringify(params)}`
      )
  }

  const resolve = (part: any): any =>
    part?.$ref === undefined
      ? part
      : resolve(part.$ref.slice(2).split("/").reduce((inner: any, key: string) => inner[key], spec))

  const operations = () =>
    Object.entries<any>(spec.paths).flatMap(([path, item]) =>
      Object.entries<any>(item).map(([method, operation]) => ({
        name: `${method.toUpperCase()} ${path}`,
        operation
      }))
    )
  const byName = new Map(operations().map(({ name, operation }) => [name, operation]))

  const problemsOfRequest: Contract["problemsOfRequest"] = (name, request) => {
    const { parameters, requestBody } = byName.get(name)
    const places: Readonly<Record<string, Texts | undefined>> = {
      path: request.path,
      query: request.query,
      header: request.headers
    }
    const schema = requestBody?.content["application/json"]?.schema
    return [
      ...parameters.flatMap(({ in: place, name, required, schema }: any) => {
        const text = places[place]?.[name]
        if (text === undefined) return required ? [`the parameter ${name} is missing`] : []
        return against(schema, schema.type === "integer" ? Number(text) : text).map((problem) => `${name}: ${problem}`)
      }),
      ...request.body === undefined
        ? requestBody?.required ? ["the body is missing"] : []
        : schema === undefined
        ? ["there is a body"]
        : against(schema, request.body)
    ]
  }

  const problemsOfAnswer: Contract["problemsOfAnswer"] = (name, { body, headers, status }) => {
    const answer = resolve(byName.get(name)?.responses[status])
    if (answer === undefined) return [`${status} is not described`]
    const type = typeof headers["content-type"] === "string" ? headers["content-type"].split(";")[0] : undefined
    const media = answer.content?.[type ?? ""]
    return [
      ...Object.entries<any>(answer.headers).flatMap(([name, given]) => {
        const { required, schema } = resolve(given)
        // The golden files leave it out: it is another one each time.
        if (headers[name] === undefined) return required && name !== "x-request-id" ? [`${name} is missing`] : []
        return against(schema, headers[name]).map((problem) => `${name}: ${problem}`)
      }),
      ...media === undefined
        ? answer.content === undefined
          ? body === undefined ? [] : ["there is a body"]
          : [`${type} is not described`]
        : type === "text/html"
        ? []
        : against(media.schema, body)
    ]
  }

  const examples = () => {
    const of = (place: string, part: any) =>
      [
        ...Object.values<any>(part.examples ?? {}).map((example) => resolve(example).value),
        ...part.example === undefined ? [] : [part.example]
      ].map((value) => ({ place, problems: against(part.schema, value) }))
    return operations().flatMap(({ name, operation }) => [
      ...operation.parameters.flatMap((one: any) => of(`${name} ${one.name}`, one)),
      ...Object.values<any>(operation.requestBody?.content ?? {}).flatMap((media) => of(`${name} body`, media)),
      ...Object.entries<any>(operation.responses).map(([status, answer]) => [status, resolve(answer)]).flatMap((
        [status, { content, headers }]
      ) =>
        [...Object.values<any>(content ?? {}), ...Object.values<any>(headers).map(resolve)].flatMap((part) =>
          of(`${name} ${status}`, part)
        )
      )
    ])
  }

  /** The fields of the objects that a part of the document leads to. */
  const fields = (part: any, place: string, found: Map<any, Place>): void => {
    if (typeof part !== "object" || part === null) return
    if (part.$ref !== undefined) return fields(resolve(part), part.$ref.split("/").at(-1), found)
    for (const [name, schema] of Object.entries<any>(part.properties ?? {})) {
      if (found.has(schema)) continue
      found.set(schema, { place: `${place}.${name}`, schema })
      fields(schema, `${place}.${name}`, found)
    }
    for (const inner of [...part.anyOf ?? [], part.items, part.additionalProperties]) fields(inner, place, found)
  }
  const reached = (contents: (operation: any) => ReadonlyArray<any>): ReadonlyArray<Place> => {
    const found = new Map<any, Place>()
    for (const { name, operation } of operations()) {
      for (const content of contents(operation)) {
        for (const media of Object.values<any>(content ?? {})) fields(media.schema, name, found)
      }
    }
    return [...found.values()]
  }

  return {
    resolve,
    operations,
    problemsOfRequest,
    problemsOfAnswer,
    examples,
    requestFields: () => reached(({ requestBody }) => [requestBody?.content]),
    answerFields: () =>
      reached(({ responses }) => Object.values<any>(responses).map((answer) => resolve(answer).content))
  }
}

/** References lead into the document, wherever the schema stands. */
const absolute = (schema: any): any =>
  Array.isArray(schema)
    ? schema.map(absolute)
    : typeof schema !== "object" || schema === null
    ? schema
    : Object.fromEntries(
      Object.entries(schema).map(([key, value]) => [
        key,
        key === "$ref" && typeof value === "string" ? value.replace(/^#/, "document#") : absolute(value)
      ])
    )

export const Contract = { make }
