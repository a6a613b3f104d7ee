/**
 * The asking of a server: with its token, again where it says that it is busy.
 *
 * @since 0.1.0
 */
import { wholeType } from "@emend/http-api/operations"
import { setTimeout } from "node:timers/promises"
import { InputFailed } from "./Input.ts"
import { shown } from "./Store.ts"

type Json = any

/**
 * A page of a list, and where the next one is.
 *
 * @category models
 * @since 0.1.0
 */
export interface Page {
  readonly items: ReadonlyArray<Json>
  readonly next: string | undefined
}

/**
 * What a server is asked for.
 *
 * @category models
 * @since 0.1.0
 */
export interface Asking {
  /** A record in the whole form where the server has it; `undefined` where it is not there. */
  readonly one: (path: string) => Promise<{ readonly body: Json; readonly isWhole: boolean } | undefined>
  readonly page: (path: string, form?: "whole") => Promise<Page>
  /** Whether a path is answered in the whole form. */
  readonly isWhole: (path: string) => Promise<boolean>
  /** Whether the server was seen to lead on by links. */
  readonly hasLinks: () => boolean
}

/**
 * Asks the server of an address.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (base: string, token: string | undefined): Asking => {
  const authorization = token === undefined ? undefined : { authorization: `Bearer ${token}` }
  let links = false
  const ask = async (path: string, form?: "whole"): Promise<Response | undefined> => {
    const accept = form === "whole" ? `${wholeType}, application/json;q=0.9` : "application/json"
    const headers = { accept, ...authorization }
    for (let attempt = 1;; attempt++) {
      const answer = await fetch(path.startsWith("http") ? path : `${base}${path}`, { headers }).catch(
        (error: Error) => {
          throw new InputFailed({ message: `${shown(base)} does not answer: ${error.message}` })
        }
      )
      if (answer.ok) return answer
      await answer.body?.cancel()
      if (answer.status === 404) return undefined
      if (![429, 502, 503, 504].includes(answer.status) || attempt === 6) {
        throw new InputFailed({ message: `${shown(base)} answers ${answer.status} to ${path.split("?")[0]}` })
      }
      const seconds = Number(answer.headers.get("retry-after"))
      await setTimeout(1000 * (Number.isFinite(seconds) && seconds > 0 ? Math.min(seconds, 60) : attempt))
    }
  }
  const isWhole = ({ headers }: Response): boolean => headers.get("content-type")?.startsWith(wholeType) === true
  return {
    one: async (path) => {
      const answer = await ask(path, "whole")
      return answer && { isWhole: isWhole(answer), body: await answer.json() }
    },
    isWhole: async (path) => {
      const answer = await ask(path, "whole")
      await answer?.body?.cancel()
      return answer !== undefined && isWhole(answer)
    },
    page: async (path, form) => {
      const answer = await ask(path, form)
      if (answer === undefined) return { items: [], next: undefined }
      const body = await answer.json() as Json
      const link = /<([^>]*)>\s*;[^,]*rel="?next"?/.exec(answer.headers.get("link") ?? "")?.[1]
      if (link !== undefined) links = true
      const items = Array.isArray(body) ? body : body.results ?? []
      return { items, next: link === undefined ? undefined : new URL(link, `${base}/`).href }
    },
    hasLinks: () => links
  }
}
