/**
 * The lock of the dependencies, complete for every platform.
 *
 * npm leaves a package for another platform out of the lock when its registry does not offer it, and `npm ci` then
 * refuses that lock, on every platform. The entry of such a package needs no more than its version and its platform.
 *
 * @since 0.1.0
 */

/**
 * A package-lock.json, version 3.
 *
 * @category models
 * @since 0.1.0
 */
export interface Lock {
  readonly packages: Readonly<Record<string, Entry>>
}

/**
 * What a lock says of one package.
 *
 * @category models
 * @since 0.1.0
 */
export interface Entry {
  readonly version?: string
  readonly dev?: boolean
  readonly optional?: boolean
  readonly os?: ReadonlyArray<string>
  readonly cpu?: ReadonlyArray<string>
  readonly libc?: ReadonlyArray<string>
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

/**
 * An optional dependency that a lock does not have, and the package that asks for it.
 *
 * @category models
 * @since 0.1.0
 */
export interface Gap {
  readonly name: string
  readonly version: string
  readonly dev: boolean
}

/**
 * Lists the optional dependencies that a lock does not have.
 *
 * @category queries
 * @since 0.1.0
 */
export const gaps = ({ packages }: Lock): ReadonlyArray<Gap> =>
  Object.entries(packages).flatMap(([path, { dev, optionalDependencies }]) =>
    Object.entries(optionalDependencies ?? {}).flatMap(([name, version]) =>
      Object.hasOwn(packages, `node_modules/${name}`) || Object.hasOwn(packages, `${path}/node_modules/${name}`)
        ? []
        : [{ name, version, dev: dev === true }]
    )
  )

/**
 * Fills the gaps of a lock. A package whose name does not tell its platform stays a gap.
 *
 * @category operations
 * @since 0.1.0
 */
export const complete = (lock: Lock): Lock => {
  const added = gaps(lock).flatMap(({ dev, name, version }): ReadonlyArray<readonly [string, Entry]> => {
    const platform = platformOf(name)
    if (platform === undefined || !/^\d+\.\d+\.\d+/.test(version)) return []
    return [[`node_modules/${name}`, {
      version,
      cpu: platform.cpu,
      ...(dev ? { dev } : undefined),
      ...(platform.libc === undefined ? undefined : { libc: platform.libc }),
      optional: true,
      os: platform.os
    }]]
  })
  const packages = Object.fromEntries(
    [...Object.entries(lock.packages), ...added].sort(([a], [b]) => a.localeCompare(b, "en"))
  )
  return { ...lock, packages }
}

/** The platform that a name such as `@nx/nx-linux-arm64-musl` tells, in the words of Node. */
const platformOf = (name: string): Pick<Required<Entry>, "os" | "cpu"> & Pick<Entry, "libc"> | undefined => {
  const parts = name.split(/[/-]/)
  const os = parts.find((part) => ["android", "darwin", "freebsd", "linux", "openharmony", "win32"].includes(part))
  const cpu = parts.find((part) => /^(arm|arm64|ia32|loong64|ppc64|riscv64|s390x|x64)$/.test(part))
  if (os === undefined || cpu === undefined) return undefined
  const libc = os !== "linux" ? undefined : parts.some((part) => part.startsWith("musl")) ? "musl" : "glibc"
  return { os: [os], cpu: [cpu], ...(libc === undefined ? undefined : { libc: [libc] }) }
}
