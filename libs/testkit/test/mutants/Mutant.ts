/** A fault planted by hand in a source file of the algebra, and the family of laws that must find it. */
export interface Mutant {
  /** What the fault does, in words. */
  readonly name: string
  /** The file, from the sources of the algebra. */
  readonly file: string
  /** A piece of it, which must occur exactly once. */
  readonly find: string
  readonly replace: string
  readonly family: string
  /** Why no law can find it. Such a mutant must survive, else this says what is not so. */
  readonly survives?: string
}

/** A file with a fault, or `undefined` where the piece to replace is not there exactly once. */
export const planted = ({ find, replace }: Mutant, text: string): string | undefined => {
  const parts = text.split(find)
  return parts.length === 2 ? parts.join(replace) : undefined
}
