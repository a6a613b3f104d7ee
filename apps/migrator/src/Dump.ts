/**
 * Dumps of SurrealDB (`surreal export`): SurrealQL of which the records are read.
 *
 * @since 0.1.0
 */
import { Json } from "@emend/domain"
import * as Result from "effect/Result"
import { isUtf8 } from "node:buffer"
import * as Literal from "./Literal.ts"
import type * as Splitter from "./Splitter.ts"
import * as Statements from "./Statements.ts"

/**
 * Divides a dump into its records, without holding it. Each is given as JSON: the key of its id as `id`, and a
 * `has_subtask` edge as the link of its two ends. What defines and frames is passed over; what else there is has a flaw.
 *
 * @category splitters
 * @since 0.1.0
 */
export const records = (maxBytes: number): Splitter.Splitter => {
  const statements = Statements.make(maxBytes)
  return {
    feed: (chunk) => statements.feed(chunk).map(piece),
    end: () => statements.end().map(piece)
  }
}

/** A record is one level around its values. */
const maxDepth = Json.maxDepth + 1

const piece = (part: Statements.Part): Splitter.Piece => {
  if ("flaw" in part) return part
  const { bytes, head, line } = part
  if (!isUtf8(bytes)) return { line, flaw: "The record is not valid UTF-8", bytes }
  const source = bytes.toString("utf8").trim()
  const found = head === undefined ? statement(source) : element(source, /\bRELATION\b/.test(head))
  return Result.isSuccess(found) ? { line, text: found.success } : { line, flaw: found.failure, bytes }
}

/** An element of `INSERT [ … ]`. */
const element = (source: string, isEdge: boolean): Result.Result<string, string> =>
  Literal.read(source, maxDepth, (reader) => {
    const value = reader.value()
    if (!reader.isAtEnd()) throw new Literal.Unreadable("There is something behind the record")
    return told(value, isEdge)
  })

const statement = (source: string): Result.Result<string, string> =>
  Literal.read(source, maxDepth, (reader) => {
    const verb = reader.word()
    switch (verb) {
      case "INSERT":
        return inserted(reader)
      case "CREATE":
      case "UPDATE":
      case "UPSERT": {
        const id = reader.recordId()
        const value = content(reader, verb)
        return told(withIds(value, { id }), false)
      }
      case "RELATE": {
        const from = reader.recordId()
        arrow(reader)
        const id = reader.recordId()
        arrow(reader)
        const to = reader.recordId()
        return told(withIds(content(reader, verb), { id, in: from, out: to }), true)
      }
      default:
        throw new Literal.Unreadable(`A statement ${verb === "" ? "of another language" : verb} is not read`)
    }
  })

const inserted = (reader: Literal.Reader): string => {
  let isEdge = false
  for (let word = reader.word(); word !== ""; word = reader.word()) {
    if (word === "RELATION") isEdge = true
    else if (word === "INTO") reader.table()
    else if (word !== "IGNORE") throw new Literal.Unreadable(`INSERT ${word} is not read`)
  }
  const value = reader.value()
  if (reader.word() === "VERSION") {
    throw new Literal.Unreadable("This is one of several versions of a record; export without versions")
  }
  if (!reader.isAtEnd()) throw new Literal.Unreadable("There is something behind the record")
  return told(value, isEdge)
}

const arrow = (reader: Literal.Reader): void => {
  if (!reader.take("->")) throw new Literal.Unreadable("Expected -> between the ends of an edge")
}

const content = (reader: Literal.Reader, verb: string): Literal.Literal => {
  if (reader.word() !== "CONTENT") throw new Literal.Unreadable(`A ${verb} is read with CONTENT alone`)
  const value = reader.value()
  if (!reader.isAtEnd()) throw new Literal.Unreadable("There is something behind the record")
  return value
}

const withIds = (
  { fields, json }: Literal.Literal,
  ids: Readonly<Record<string, Literal.RecordId>>
): Literal.Literal => {
  const named = Object.entries(ids).map(([field, id]): readonly [string, Literal.Literal] => [
    field,
    { json: JSON.stringify(id.key), id }
  ])
  return { json, ...(fields && { fields: new Map([...fields, ...named]) }) }
}

/** The table of the edges that lead from a board task to its subtasks. */
const subtasks = "has_subtask"

const told = ({ fields }: Literal.Literal, isEdge: boolean): string => {
  if (fields === undefined) throw new Literal.Unreadable("Expected a record")
  const own = new Map(fields)
  const id = fields.get("id")?.id
  const [from, to] = [fields.get("in")?.id, fields.get("out")?.id]
  // The mark of an edge, as versions before 3 write it.
  own.delete("__")
  if (isEdge || fields.has("__") || (from !== undefined && to !== undefined)) {
    if (from === undefined || to === undefined) throw new Literal.Unreadable("Expected an edge with in and out")
    if (id !== undefined && id.table !== subtasks) throw new Literal.Unreadable(`An edge ${id.table} is no ${subtasks}`)
    for (const field of ["id", "in", "out"]) own.delete(field)
    return text([["parent_id", JSON.stringify(from.key)], ["child_id", JSON.stringify(to.key)], ...entries(own)])
  }
  if (id !== undefined) own.set("id", { json: JSON.stringify(id.key) })
  return text(entries(own))
}

const entries = (fields: ReadonlyMap<string, Literal.Literal>) =>
  [...fields].flatMap(([key, { json }]) => json === undefined ? [] : [[key, json] as const])

const text = (fields: ReadonlyArray<readonly [string, string]>): string =>
  `{${fields.map(([key, json]) => `${JSON.stringify(key)}:${json}`).join(",")}}`
