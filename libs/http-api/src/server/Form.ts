/**
 * The forms in which an answer can be given.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import { wholeType } from "../WholeAnswers.ts"

/**
 * A form of an answer: as the document of the API tells it, or whole, as the services of the domain gave it.
 *
 * @category models
 * @since 0.1.0
 */
export type Form = "served" | "whole"

/**
 * The form of the answer to the present request.
 *
 * @category references
 * @since 0.1.0
 */
export const Form = Context.Reference<Form>("@emend/http-api/Form", { defaultValue: () => "served" })

/**
 * Gives the form that a request asks for: whole where its `Accept` names that, and only then.
 *
 * @category queries
 * @since 0.1.0
 */
export const asked = ({ accept }: Readonly<Record<string, string | undefined>>): Form =>
  accept?.split(",").some((range) => range.split(";")[0]!.trim().toLowerCase() === wholeType) === true
    ? "whole"
    : "served"
