/**
 * The conditions of a use case as headers of a request.
 *
 * @internal
 */
import { type AgentConditions, Text } from "@emend/domain"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { StandIns } from "./StandIns.ts"

/** Why a condition cannot be said: the header that would carry it, and what it may carry. */
export interface Unsayable {
  readonly header: string
  readonly message: string
}

/** Writes conditions as headers, or says which of them no header can carry. */
export const write = (
  { annotation, base, dryRun, ifMatch, reason, rebaseFrom }: AgentConditions,
  standIns: StandIns
): Result.Result<Readonly<Record<string, string>>, Unsayable> => {
  const headers: Record<string, string> = {}
  if (ifMatch !== undefined) headers["if-match"] = ifMatch === "*" ? "*" : tags(ifMatch)
  if (rebaseFrom !== undefined) {
    headers["rebase-from"] = `"${isVersion(rebaseFrom) ? rebaseFrom : standIns.of(rebaseFrom)}"`
  }
  if (dryRun === true) headers["dry-run"] = "true"
  if (base !== undefined) headers["revision-base"] = isUuid(base) ? base : standIns.of(base)
  for (const [header, text] of [["change-reason", reason], ["revision-annotation", annotation]] as const) {
    // An empty one says nothing.
    if (text === undefined || text === "") continue
    const encoded = encode(text)
    if (encoded === undefined) return Result.fail({ header, message: "Expected text without control characters" })
    headers[header] = encoded
  }
  return Result.succeed(headers)
}

const isUuid = Schema.is(Text.Uuid)
const isVersion = (version: number): boolean => /^[1-9]\d{0,14}$/.test(String(version))

/** What is no version is demanded by a tag that no record has; a list without any is none. */
const tags = (versions: ReadonlyArray<number>): string =>
  versions.length === 0 ? "\"0\"" : versions.map((version) => `"${version}"`).join(", ")

/** Percent-encoded UTF-8; undefined for what the server does not take. */
const encode = (text: string): string | undefined => {
  if (/[\u0000-\u001f\u007f-\u009f]/.test(text)) return undefined
  try {
    return encodeURIComponent(text)
  } catch {
    // A lone surrogate is no text.
    return undefined
  }
}
