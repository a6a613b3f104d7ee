/**
 * What the definitions of operations share.
 *
 * @since 0.1.0
 */
import { Text } from "@emend/domain"
import * as Context from "effect/Context"
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import * as OpenApi from "effect/http-api/OpenApi"
import * as Schema from "effect/Schema"
import * as SchemaTransformation from "effect/SchemaTransformation"
import { type Code, schemas } from "../Problem.ts"
import { HTTPValidationError } from "../ValidationError.ts"
import { Access } from "./Access.ts"

/**
 * Tells whether the body of an operation may be absent; then it counts as `{}`.
 *
 * @category annotations
 * @since 0.1.0
 */
export const OptionalBody = Context.Reference<boolean>("@emend/http-api/OptionalBody", { defaultValue: () => false })

/**
 * Tells whether an operation writes over what is there, so that it can take back unseen what others wrote. A server can
 * demand that it says to which version it is meant.
 *
 * @category annotations
 * @since 0.1.0
 */
export const Overwrites = Context.Reference<boolean>("@emend/http-api/Overwrites", { defaultValue: () => false })

/**
 * Gives the annotations that every operation has: who may carry it out, and how its document tells it.
 *
 * @category annotations
 * @since 0.1.0
 */
export const described = (access: Access, summary: string, description: string, operationId?: string) =>
  OpenApi.annotations({
    summary,
    description,
    ...(operationId === undefined ? undefined : { identifier: operationId })
  }).pipe(Context.add(Access, access))

const invalid = HTTPValidationError.pipe(HttpApiSchema.status(422))

/**
 * Gives the schemas of what an operation can be refused with: the statuses and the codes of problems named, and what
 * every operation has.
 *
 * @category schemas
 * @since 0.1.0
 */
export const refusals = (...causes: ReadonlyArray<number | Code>) => [...refusalsOfPath(...causes), invalid] as const

/**
 * Gives the schemas of what an operation can be refused with that reads nothing but opaque ids in its path.
 *
 * @category schemas
 * @since 0.1.0
 */
export const refusalsOfPath = (...causes: ReadonlyArray<number | Code>) =>
  schemas(400, 401, 403, ...causes, 429, 500, 503)

/**
 * Gives the schema of a body by what it decodes to alone, without how it is built.
 *
 * @category schemas
 * @since 0.1.0
 */
export const body = <A>(schema: Schema.Codec<A, any>): Schema.Codec<A, any> => schema

/**
 * Makes a field of a body optional: null counts as absent, and its document says so.
 *
 * @category schemas
 * @since 0.1.0
 */
export const optional = <A>(schema: Schema.Codec<A, any>, description: string) =>
  Schema.optionalKey(Schema.NullOr(schema).annotate({ description: `${description} \`null\` counts as absent.` }))

/** What operations with a body, each of which changes something, can be refused with besides. */
export const withBody = ["key-in-use", 413, 415] as const

/** What operations that write over what is there can be refused with besides. */
export const overwriting = [412, 428] as const

/**
 * The schema of the header that tells a record's version.
 *
 * @category schemas
 * @since 0.1.0
 */
export const VersionTag = Schema.String.check(Schema.isPattern(/^"[1-9][0-9]*"$/)).annotate({
  description: "The version of the record as a strong entity tag: \"7\"."
})

/**
 * The schema of the header that tells where a new record is.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Location = Schema.String.annotate({ description: "The path of the record." })

/**
 * Adds the header that tells a record's version to the schema of an answer.
 *
 * @category schemas
 * @since 0.1.0
 */
export const versioned = <S extends Schema.Top>(schema: S) => HttpApiSchema.WithHeaders(schema, { etag: VersionTag })

/**
 * The schema of the header that tells how much a dry run would change.
 *
 * @category schemas
 * @since 0.1.0
 */
export const changeCount = Schema.optionalKey(
  Schema.String.annotate({
    description:
      "How many paths would change; of a record that would be made, how many fields would hold something. Only after a dry run."
  })
)

/**
 * Adds the headers of an answer to a change: the version, and after a dry run how much would change.
 *
 * @category schemas
 * @since 0.1.0
 */
export const changed = <S extends Schema.Top>(schema: S) =>
  HttpApiSchema.WithHeaders(schema, { etag: VersionTag, changes: changeCount })

/**
 * Gives the schema of the answer to a deletion that says nothing.
 *
 * @category schemas
 * @since 0.1.0
 */
export const removed = HttpApiSchema.WithHeaders(HttpApiSchema.NoContent, { changes: changeCount })

/**
 * Gives the schemas of the answers to a creation: 201, the address of the record and its version; or, after a dry run,
 * 200 and the record as it would be.
 *
 * @category schemas
 * @since 0.1.0
 */
export const created = <S extends Schema.Top>(schema: S) =>
  [
    HttpApiSchema.WithHeaders(schema.pipe(HttpApiSchema.status(201)), { etag: VersionTag, location: Location }),
    HttpApiSchema.WithHeaders(schema, { changes: changeCount })
  ] as const

/**
 * Gives the schema of the answer to a creation of what is there already; or, after a dry run, of what would be.
 *
 * @category schemas
 * @since 0.1.0
 */
export const present = <S extends Schema.Top>(schema: S) =>
  HttpApiSchema.WithHeaders(schema, { etag: Schema.optionalKey(VersionTag), changes: changeCount })

/**
 * The schema of an answer that says only that the version the client has is the present one.
 *
 * @category schemas
 * @since 0.1.0
 */
export const notModified = HttpApiSchema.Empty(304).annotate({
  description: "The version that the client has is the present one"
})

const header = (description: string) => Schema.optionalKey(Schema.String.annotate({ description }))

const appendHeaders = {
  "dry-run": header(
    "With true, nothing is written: the answer is the record as it would be, the ETag of one that is there is its present version, and Changes tells how many paths would change."
  ),
  "idempotency-key": header(
    "Carries the request out once, however often it is sent: 1 to 255 visible ASCII characters that no other request comes with. For 24 hours the same request gives the first answer again, with Idempotent-Replayed: true; another request with the key is 422, and while the first is being carried out it is 409."
  )
}

const createHeaders = {
  "change-reason": header("Kept in the history: percent-encoded UTF-8 of at most 1000 characters."),
  ...appendHeaders
}

const changeHeaders = {
  "if-match": header(
    "The version that the record must have, such as \"7\"; * for any. Otherwise 412, and nothing is done."
  ),
  ...createHeaders
}

/**
 * The headers that operations read, by what the operation does.
 *
 * @category schemas
 * @since 0.1.0
 */
export const headers = {
  read: {
    "if-none-match": header("The versions that the client has, such as \"7\"; 304 where one is the present one.")
  },
  append: appendHeaders,
  create: createHeaders,
  change: changeHeaders,
  update: {
    ...changeHeaders,
    "rebase-from": header(
      "The version that the update was written against, such as \"7\": it is carried over what came since, or 409."
    )
  }
}

/**
 * The headers that an edit of a task agent reads beyond those of an update.
 *
 * @category schemas
 * @since 0.1.0
 */
export const editHeaders = {
  ...headers.update,
  "revision-base": header(
    "The revision that the edit builds on; without it, the one most recently created or activated."
  ),
  "revision-annotation": header(
    "Kept with the revision that the edit makes: percent-encoded UTF-8 of at most 255 characters."
  )
}

/**
 * The schema of an opaque id in a path.
 *
 * @category schemas
 * @since 0.1.0
 */
export const PathId = Text.Id

/**
 * Gives the schema of an integer in a query, which is written in at most 15 digits alone: `1e2` and `0x10` are none.
 *
 * @category schemas
 * @since 0.1.0
 */
export const integer = <S extends Schema.Codec<number>>(schema: S): Schema.Codec<number, string> =>
  IntegerText.pipe(
    Schema.decodeTo(
      schema as Schema.Codec<number>,
      SchemaTransformation.transform<number, string>({ decode: Number, encode: String })
    )
  )

const IntegerText = Schema.String.check(Schema.isPattern(/^-?\d{1,15}$/, { identifier: "integer" }))

/**
 * Gives the schema of how many entries a page has at most.
 *
 * @category schemas
 * @since 0.1.0
 */
export const limit = (maximum: number) =>
  Schema.optionalKey(
    integer(
      Schema.Int.check(Schema.isBetween({ minimum: 1, maximum })).annotate({
        description: `${defaultLimit} without it.`
      })
    )
  )

/**
 * How many entries a page has at most when the request does not say.
 *
 * @category limits
 * @since 0.1.0
 */
export const defaultLimit = 50

/**
 * The schema of the query that asks for a page of a history.
 *
 * @category schemas
 * @since 0.1.0
 */
export const page = {
  cursor: Schema.optionalKey(Schema.String.annotate({ description: "From the link to the next page." })),
  limit: limit(100)
}

/**
 * The schema of one entry of a record's history.
 *
 * @category schemas
 * @since 0.1.0
 */
export const HistoryEntry = Schema.Struct({
  version: Schema.Int.annotate({ description: "The version that the change led to; 1 is the creation." }),
  at: Text.Timestamp,
  by: Schema.String,
  reason: Schema.NullOr(Schema.String),
  redacted: Schema.optionalKey(
    Schema.Literal(true).annotate({
      description: "The content was cleaned away: null stands in its place, and the effect is not known."
    })
  ),
  changes: Schema.Array(Schema.String).annotate({ description: "What took effect, a sentence for each field." }),
  patch: Schema.JsonObject.annotate({ description: "The update that was asked for." }),
  effect: Schema.JsonObject.annotate({ description: "The part of the update that took effect." }),
  moves: Schema.Record(Schema.String, Schema.Struct({ from: Schema.Json, to: Schema.Json })).annotate({
    description: "Statuses and pointers that moved."
  }),
  initial: Schema.NullOr(Schema.JsonObject).annotate({ description: "The record at its creation." })
}).annotate({ identifier: "HistoryEntry" })

/**
 * Gives the schema of a page of a list. It ends at its limit or where it grows too large, whichever comes first; a
 * `Link` header leads to the next page.
 *
 * @category schemas
 * @since 0.1.0
 */
export const paged = <S extends Schema.Top>(entry: S) => linked(Schema.Array(entry))

/**
 * Adds the header that leads to the next page to the schema of an answer.
 *
 * @category schemas
 * @since 0.1.0
 */
export const linked = <S extends Schema.Top>(schema: S) =>
  HttpApiSchema.WithHeaders(schema, {
    link: Schema.optionalKey(Schema.String.annotate({ description: "`rel=\"next\"`: the next page." }))
  })

/**
 * The schema of a version, from 1.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Version = Schema.Int.check(Schema.isGreaterThanOrEqualTo(1))

/**
 * Makes the two operations that read a record of any kind: as it is now, and its history.
 *
 * @category constructors
 * @since 0.1.0
 */
export const readable = <
  const Path extends `/${string}`,
  Params extends Schema.Struct.Fields,
  S extends Schema.Top,
  Query extends Schema.Struct.Fields = {}
>(
  { causes = [], noun, params, path, query, schema, title }: {
    readonly path: Path
    readonly params: Params
    readonly schema: S
    /** What the record is in a heading. */
    readonly title: string
    /** What the record is in a sentence, with its article. */
    readonly noun: string
    /** The conflicts that reading the past of the kind has beyond others. */
    readonly causes?: ReadonlyArray<Code>
    /** What else can be asked of the record. */
    readonly query?: Query
  }
) =>
  [
    HttpApiEndpoint.get("get", path, {
      params,
      headers: headers.read,
      query: {
        version: Schema.optionalKey(
          Version.annotate({ description: "The version at which to read; the present one without it." })
        ),
        ...(query ?? {} as Query)
      },
      success: [versioned(schema), notModified],
      error: refusals(404, ...causes)
    }).annotateMerge(described("viewer", `Get ${title}`, `Gives ${noun} as it is now, or as it was at a version.`)),
    HttpApiEndpoint.get("history", `${path}/history`, {
      params,
      query: page,
      success: paged(HistoryEntry),
      error: refusals(404)
    }).annotateMerge(
      described("viewer", `Get ${title} History`, `Lists the accepted changes of ${noun}, newest first.`)
    )
  ] as const
