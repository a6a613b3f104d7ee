/** Shows a JSON value in a sentence, keys in order whoever wrote them, cut after 80 characters. */
export const quote = (value: unknown): string => {
  const text = JSON.stringify(value, ordered) ?? String(value)
  return text.length <= 80 ? text : `${text.slice(0, 79)}…`
}

const ordered = (_key: string, value: unknown): unknown =>
  typeof value !== "object" || value === null || Array.isArray(value)
    ? value
    : Object.fromEntries(Object.entries(value).sort(([a], [b]) => a < b ? -1 : 1))
