/** A repository that was made up, and what a rule finds in it. */
export interface Planted {
  readonly case: string
  readonly files: Readonly<Record<string, string>>
  readonly expected: ReadonlyArray<string>
}

export const manifest = (name: string, more: object = {}) => JSON.stringify({ name: `@emend/${name}`, ...more })
