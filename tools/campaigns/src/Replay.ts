/** Histories led forth by a few lines that share no code with what is tested. */

export type State = Readonly<Record<string, any>>

/** What a change of an entry makes of a state: of its fields, and of those that move. */
export const after = (
  state: State,
  patch: Readonly<Record<string, any>>,
  moves: Readonly<Record<string, any>>
): State => ({
  ...state,
  ...Object.fromEntries(Object.entries(patch).map(([field, change]) => [field, changed(state[field], change)])),
  ...Object.fromEntries(Object.entries(moves).map(([field, { to }]) => [field, to]))
})

const changed = (value: any, change: any): unknown => {
  if ("set" in change) return change.set
  const gone = new Set<string>(change.merge.unset)
  return { ...Object.fromEntries(Object.entries(value ?? {}).filter(([key]) => !gone.has(key))), ...change.merge.set }
}

/** One text for all equal values: keys have no order. */
export const canonical = (value: unknown): string =>
  JSON.stringify(value, (_, part) =>
    part !== null && typeof part === "object" && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => a < b ? -1 : 1))
      : part)
