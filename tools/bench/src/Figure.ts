/** A figure over several runs. */
export interface Figure {
  readonly median: number
  readonly min: number
  readonly max: number
}

export const summarise = (samples: ReadonlyArray<number>): Figure => {
  const sorted = samples.toSorted((a, b) => a - b)
  return { median: sorted[sorted.length >> 1]!, min: sorted[0]!, max: sorted.at(-1)! }
}
