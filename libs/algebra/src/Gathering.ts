/**
 * Composition of what comes one by one.
 *
 * @since 0.1.0
 */

/**
 * Composes what it is given, in order, and holds no more of it than what comes out.
 *
 * @category models
 * @since 0.1.0
 */
export interface Gathering<in A, out B = A> {
  readonly add: (a: A) => void
  /** What was given so far, composed, in normal form. More may be given afterwards. */
  readonly composed: () => B
}
