import { join } from "node:path"
import { write } from "../exports/ExportFile.ts"
import * as Random from "../exports/Random.ts"
import * as Bench from "./Bench.ts"
const updates = Number(process.argv[2]), records = Number(process.argv[3])
const flags = process.argv.slice(4)
await Bench.migrate(["--help"], "")
await Bench.withServer(async (url, folder, pid) => {
  const [tasks, all] = ["tasks", "all"].map((name) => join(folder, name)) as [string, string]
  const created_at = "2026-11-21T10:00:00Z"
  write(
    tasks,
    Array.from(
      { length: records },
      (_, i) => JSON.stringify({ id: `t${i}`, status: "RUNNING", params: {}, created_at })
    )
  )
  const lined = function*() {
    const random = Random.make(6)
    for (let i = 0; i < updates; i++) {
      const id = `t${random.below(records)}`
      yield JSON.stringify({
        kind: "Task",
        ...(random.once(10)
          ? { id, update: { task_metadata: { owner: `user ${random.below(100)}`, i } } }
          : { id, update: { merge_params: { [`k${random.below(20)}`]: i } } })
      })
    }
  }
  write(all, lined())
  for (let i = 0; i < 3; i++) {
    const address = await Bench.database(url, `bulk${i}`)
    await Bench.migrate(["import", tasks, "--to", "env:STORE"], address)
    const [a, db] = await Bench.withProcessor(
      pid,
      () => Bench.migrate(["apply", all, "--to", "env:STORE", "--json"], address, flags)
    )
    console.log(
      (updates / a.seconds).toFixed(0),
      "/s",
      a.seconds.toFixed(2),
      "s; cpu",
      a.processorSeconds.toFixed(2),
      "db",
      db.toFixed(2),
      a.peakMiB,
      "MiB",
      a.stdout.trim().slice(0, 200)
    )
  }
})
