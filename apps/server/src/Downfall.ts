/**
 * Why a server does not run.
 *
 * @since 0.1.0
 */

/**
 * Says in one sentence why a server does not run.
 *
 * @category conversions
 * @since 0.1.0
 */
export const sentence = (
  error: unknown,
  { host, port }: { readonly host: string; readonly port: number }
): string => {
  const { _tag, cause, message } = error as {
    readonly _tag?: string
    readonly cause?: { readonly code?: string; readonly message?: string }
    readonly message?: string
  }
  // A store can fail with the same codes, of which its own message says more.
  switch (_tag === "ServeError" ? cause?.code : undefined) {
    case "EADDRINUSE":
      return `Port ${port} of ${host} is in use`
    case "EACCES":
      return `Port ${port} of ${host} may not be used by this user`
    case "EADDRNOTAVAIL":
      return `${host} is no address of this machine`
  }
  return message === undefined || message === "" ? String(cause?.message ?? error) : message
}
