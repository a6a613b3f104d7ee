/** Where a benchmark ran. */
import { readFileSync } from "node:fs"
import os from "node:os"

export interface Environment {
  readonly date: string
  readonly node: string
  readonly cpu: string
  readonly cores: number
  readonly platform: string
  readonly libraries: ReadonlyArray<string>
}

export const environment = (libraries: ReadonlyArray<string>): Environment => ({
  date: new Date().toISOString().slice(0, 10),
  node: `${process.version} (V8 ${process.versions.v8})`,
  cpu: os.cpus()[0]!.model,
  cores: os.cpus().length,
  platform: `${os.type()} ${os.arch()}`,
  libraries: libraries.map((name) => {
    const manifest = new URL(`../../../node_modules/${name}/package.json`, import.meta.url)
    return `${name} ${JSON.parse(readFileSync(manifest, "utf8")).version}`
  })
})

/** The environment in words, for the page of results. */
export const described = ({ cores, cpu, date, libraries, node, platform }: Environment): string =>
  `${date}, Node ${node}, ${cpu}, ${cores} cores, ${platform}${
    libraries.length === 0 ? "" : `; ${libraries.join(", ")}`
  }.`
