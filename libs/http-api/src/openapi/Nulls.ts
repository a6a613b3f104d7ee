/**
 * What `null` means in each field, in words.
 *
 * @since 0.1.0
 */

type Json = Record<string, any>

/**
 * Tells whether a schema takes null.
 *
 * @category checks
 * @since 0.1.0
 */
export const admitsNull = (schema: Json): boolean => {
  if (schema["type"] !== undefined) return [schema["type"]].flat().includes("null")
  if (schema["anyOf"] !== undefined) return (schema["anyOf"] as ReadonlyArray<Json>).some(admitsNull)
  return schema["$ref"] === undefined && schema["enum"] === undefined && schema["const"] === undefined
}

/**
 * Completes the descriptions of a document's fields in place: a body of a request refuses the null that its schema
 * does not take, and an answer says by null that there is no value. What a null that a request may send means, only
 * the declaration of its field knows.
 *
 * @category conversions
 * @since 0.1.0
 */
export const tell = (spec: Json): void => {
  const requests = new Set<Json>()
  const answers = new Set<Json>()
  for (const item of Object.values<Json>(spec["paths"])) {
    for (const { requestBody, responses } of Object.values<Json>(item)) {
      reach(spec, requestBody?.content, requests)
      reach(spec, responses, answers)
    }
  }
  for (const schema of answers) sentence(schema, requests.has(schema), answerWords)
  for (const schema of requests) sentence(schema, answers.has(schema), requestWords)
}

/** Collects the object schemas that a part of the document leads to. */
const reach = (spec: Json, part: unknown, found: Set<Json>): void => {
  if (typeof part !== "object" || part === null) return
  const { $ref, properties } = part as Json
  if (typeof properties === "object") {
    if (found.has(part)) return
    found.add(part)
  }
  if (typeof $ref === "string") reach(spec, $ref.slice(2).split("/").reduce((inner, key) => inner[key], spec), found)
  for (const inner of Object.values(part)) reach(spec, inner, found)
}

const sentence = (schema: Json, shared: boolean, words: (field: Json) => string | undefined): void => {
  if (shared) return
  for (const field of Object.values<Json>(schema["properties"])) {
    const said: string = field["description"] ?? ""
    const more = said.includes("`null`") ? undefined : words(field)
    if (more !== undefined) field["description"] = said === "" ? more : `${said} ${more}`
  }
}

const requestWords = (field: Json): string | undefined => admitsNull(field) ? undefined : "`null` is refused."

const answerWords = (field: Json): string | undefined =>
  admitsNull(field) && (field["type"] ?? field["anyOf"]) !== undefined ? "`null` where there is none." : undefined
