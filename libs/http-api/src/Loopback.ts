/**
 * The addresses of this machine that no other reaches.
 *
 * @since 0.1.0
 */

const octet = "(25[0-5]|2[0-4]\\d|1?\\d?\\d)"
const loopback = new RegExp(`^(localhost|127(\\.${octet}){3}|::1)$`, "i")

/**
 * Tells whether a host is a loopback address: `localhost`, `127.0.0.0/8` or `::1`, without brackets and port. What the
 * server may listen on without identity, and whom it answers there, is told by this alone.
 *
 * @category checks
 * @since 0.1.0
 */
export const isLoopback = (host: string): boolean => loopback.test(host)
