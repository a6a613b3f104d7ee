/** A strict reader of the text format of Prometheus (0.0.4): whatever it does not know is an error. */

export interface Family {
  readonly name: string
  readonly type: "counter" | "gauge" | "histogram"
  readonly help: string
  /** Values by the rest of the name and the labels, such as `_bucket{le="1"}`. */
  readonly samples: ReadonlyMap<string, number>
}

const sample = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(\{(?:[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\]|\\[\\n"])*",?)+\})? (\S+)$/

export const parse = (text: string): ReadonlyMap<string, Family> => {
  const families = new Map<string, Family>()
  if (!text.endsWith("\n")) throw new Error("The last line does not end")
  const lines = text.slice(0, -1).split("\n")
  let help: readonly [name: string, text: string] | undefined
  let present: Family & { readonly samples: Map<string, number> } | undefined
  for (const line of lines) {
    const [, kind, name, rest] = /^# (HELP|TYPE) (\S+) (.+)$/.exec(line) ?? []
    if (kind === "HELP") {
      help = [name!, rest!]
      continue
    }
    if (kind === "TYPE") {
      if (help?.[0] !== name) throw new Error(`${name} has no help`)
      if (families.has(name!)) throw new Error(`${name} is told twice`)
      if (!/^(counter|gauge|histogram)$/.test(rest!)) throw new Error(`${rest} is no type`)
      present = { name: name!, type: rest as Family["type"], help: help![1], samples: new Map() }
      families.set(name!, present)
      continue
    }
    const [, full, labels = "", value] = sample.exec(line) ?? []
    if (full === undefined || present === undefined) throw new Error(`This is no sample: ${line}`)
    const suffix = full.slice(present.name.length)
    const suffixes = present.type === "histogram" ? ["_bucket", "_sum", "_count"] : [""]
    if (!full.startsWith(present.name) || !suffixes.includes(suffix)) {
      throw new Error(`${full} stands below ${present.name}`)
    }
    const number = value === "+Inf" ? Infinity : Number(value)
    if (Number.isNaN(number)) throw new Error(`${value} is no number`)
    if (present.samples.has(suffix + labels)) throw new Error(`${full}${labels} is told twice`)
    present.samples.set(suffix + labels, number)
  }
  for (const family of families.values()) if (family.type === "histogram") checkBuckets(family)
  return families
}

/** Buckets count what is at most their bound, so they never fall, and the last one counts everything. */
const checkBuckets = ({ name, samples }: Family): void => {
  const last = new Map<string, number>()
  for (const [key, value] of samples) {
    const [, labels, le] = /^_bucket\{(?:(.*),)?le="([^"]+)"\}$/.exec(key) ?? []
    if (le === undefined) continue
    const series = labels ?? ""
    if (value < (last.get(series) ?? 0)) throw new Error(`${name}${key} falls`)
    last.set(series, value)
    if (le !== "+Inf") continue
    const count = samples.get(series === "" ? "_count" : `_count{${series}}`)
    if (count !== value) throw new Error(`${name}{${series}} counts ${count} and its last bucket ${value}`)
  }
}
