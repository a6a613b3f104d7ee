/** Writers of one record that insist, while something is done to what they write to. */
import * as Crowd from "../Crowd.ts"
import * as Ledger from "../Ledger.ts"
import * as Report from "../Report.ts"
import * as Moment from "./Moment.ts"

export const connections = 48
/** How long at most is waited for as many updates as are to be acknowledged. */
const patienceMillis = 240_000

/**
 * All writers share one task, so that all their updates share statements. They go on until what is done has ended; it
 * is told how many updates are acknowledged by then.
 */
export const run = async (
  { database, fleet, say, seed }: Moment.Stage,
  name: string,
  meanwhile: (updates: () => number) => Promise<void>
): ReturnType<Moment.Moment> => {
  await Crowd.create(fleet.port, 1)
  const ledger = Ledger.make()
  let isOver = false
  const crowd = Crowd.run({
    port: fleet.port,
    connections,
    records: 1,
    goesOn: () => !isOver,
    insists: true,
    run: `moments-${name}`,
    seed,
    ledger,
    say
  })
  const until = performance.now() + patienceMillis
  await meanwhile(() => {
    if (performance.now() > until) {
      throw new Error(`${name}: after ${patienceMillis / 1000} s only ${ledger.updates()} updates are acknowledged`)
    }
    return ledger.updates()
  })
  isOver = true
  const { longestSeconds, retries, ...outcome } = await crowd
  return [
    Moment.shows("requests that were sent again", retries),
    Moment.shows("seconds until an answer, at most", longestSeconds.toFixed(1)),
    ...Report.lines([{ name, ...outcome, findings: await ledger.check(database.url) }])
  ]
}
