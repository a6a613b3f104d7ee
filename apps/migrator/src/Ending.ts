/**
 * How a command ends: what it says and the exit code.
 *
 * @since 0.1.0
 */

/**
 * The exit codes: all was done; it failed; it was done, and something was left that somebody should look at.
 *
 * @category constants
 * @since 0.1.0
 */
export const codes = { clean: 0, failed: 1, left: 3 } as const

/**
 * A summary: what was done, in words and as data.
 *
 * @category models
 * @since 0.1.0
 */
export interface Ending {
  readonly code: typeof codes[keyof typeof codes]
  readonly lines: ReadonlyArray<string>
  readonly data: Readonly<Record<string, unknown>>
}

/**
 * Says a summary on the standard output and sets the exit code.
 *
 * @category operations
 * @since 0.1.0
 */
export const tell = ({ code, data, lines }: Ending, json: boolean): void => {
  process.stdout.write(json ? `${JSON.stringify(data)}\n` : lines.map((line) => `${line}\n`).join(""))
  process.exitCode = code
}
