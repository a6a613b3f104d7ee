/**
 * Places in a history, as a page's link writes them.
 *
 * @since 0.1.0
 */

/**
 * Writes the place in a history below a version, from which a page goes on.
 *
 * @category conversions
 * @since 0.1.0
 */
export const below = (version: number): string => btoa(`before:${version}`).replaceAll("=", "")

/**
 * Reads such a place, or gives undefined where it is none.
 *
 * @category conversions
 * @since 0.1.0
 */
export const read = (text: string): number | undefined => {
  if (!/^[A-Za-z0-9+/]{1,40}$/.test(text)) return undefined
  let decoded: string
  try {
    decoded = atob(text)
  } catch {
    return undefined
  }
  const match = /^before:([1-9]\d{0,9})$/.exec(decoded)
  return match === null ? undefined : Number(match[1])
}
