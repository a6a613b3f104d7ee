/**
 * The TypeScript types of an OpenAPI document, as clients generate them.
 *
 * @since 0.1.0
 */
import openapiTS, { astToString, type OpenAPI3 } from "openapi-typescript"

/**
 * Writes the types of an OpenAPI document as a module of TypeScript.
 *
 * @category conversions
 * @since 0.1.0
 */
export const write = async (document: object): Promise<string> => astToString(await openapiTS(document as OpenAPI3))
