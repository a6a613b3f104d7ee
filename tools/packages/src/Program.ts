/**
 * Programs that are run as a user would run them: outside of the workspace, knowing nothing of it.
 *
 * @since 0.1.0
 */
import { spawnSync } from "node:child_process"
import { delimiter, dirname } from "node:path"

/**
 * What came of a program.
 *
 * @category models
 * @since 0.1.0
 */
export interface Outcome {
  readonly status: number | null
  readonly output: string
}

/**
 * Runs a program to its end, at most ten minutes, and gives its status and all that it wrote. Node is the one that runs
 * this; of the environment it gets nothing that npm, nx and vitest put there for themselves.
 *
 * @category operations
 * @since 0.1.0
 */
export const attempt = (
  folder: string,
  program: string,
  args: ReadonlyArray<string>,
  environment: Readonly<Record<string, string>> = {}
): Outcome => {
  const { error, status, stderr, stdout } = run(folder, program, args, environment)
  return { status, output: stdout + stderr + (error === undefined ? "" : String(error)) }
}

/**
 * Runs npm and gives what it wrote.
 *
 * @category operations
 * @since 0.1.0
 */
export const npm = (folder: string, ...args: ReadonlyArray<string>): string => succeed(folder, "npm", args)

/**
 * Runs Node and gives what it wrote.
 *
 * @category operations
 * @since 0.1.0
 */
export const node = (folder: string, ...args: ReadonlyArray<string>): string => succeed(folder, process.execPath, args)

const succeed = (folder: string, program: string, args: ReadonlyArray<string>): string => {
  const { error, status, stderr, stdout } = run(folder, program, args, {})
  if (error === undefined && status === 0) return stdout
  throw new Error(`${program} ${args.join(" ")} in ${folder}: status ${status}\n${stdout}${stderr}`, { cause: error })
}

const tenMinutesMillis = 600_000

const run = (
  cwd: string,
  program: string,
  args: ReadonlyArray<string>,
  environment: Readonly<Record<string, string>>
) =>
  spawnSync(program, args, {
    cwd,
    encoding: "utf8",
    env: { ...outside(process.env), NO_COLOR: "1", ...environment },
    maxBuffer: 64 * 1024 * 1024,
    stdio: ["ignore", "pipe", "pipe"],
    timeout: tenMinutesMillis
  })

/** Settings that a user gave npm by variables (a registry, a cache) stay; what npm tells scripts of this workspace does not. */
const outside = ({ FORCE_COLOR: _, NODE_ENV: __, NODE_OPTIONS: ___, PATH = "", ...rest }: NodeJS.ProcessEnv) => ({
  ...Object.fromEntries(
    Object.entries(rest).filter(([name]) =>
      !/^(npm_(package|lifecycle|command|execpath|node_execpath|config_local_prefix)|NX_|VITEST)/.test(name)
    )
  ),
  PATH: [dirname(process.execPath), ...PATH.split(delimiter)].join(delimiter)
})
