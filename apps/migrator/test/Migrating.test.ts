import { spawnSync } from "node:child_process"
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { expect, test } from "vitest"
import { main } from "./Command.ts"

const document = readFileSync(new URL("../../../docs/migrating.md", import.meta.url), "utf8")

interface Step {
  readonly command: string
  readonly output: string
}

/** A command begins with `$`, goes on with `>`, and its output follows. */
const steps = (): ReadonlyArray<Step> => {
  const found: Array<{ command: string; output: string }> = []
  for (const [, block] of document.matchAll(/```console\n(.*?)```/gs)) {
    for (const line of block!.trimEnd().split("\n")) {
      if (line.startsWith("$ ")) found.push({ command: line.slice(2), output: "" })
      else if (line.startsWith("> ")) found.at(-1)!.command += `\n${line.slice(2)}`
      else found.at(-1)!.output += `${line}\n`
    }
  }
  return found
}

test("the commands of the page on migrating do what it says", { timeout: 300_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), "emend-migrating-"))
  try {
    writeFileSync(
      join(folder, "emend-migrate"),
      `#!/bin/sh\nexec '${process.execPath}' '${main}' "$@"\n`
    )
    chmodSync(join(folder, "emend-migrate"), 0o755)
    const env = { PATH: `${folder}:${process.env["PATH"]}` }
    const shown = steps().map(({ command }) => {
      const { stdout } = spawnSync("/bin/sh", ["-c", command], { cwd: folder, env, encoding: "utf8" })
      return { command, output: stdout }
    })
    expect(shown).toEqual(steps())
    expect(shown.length).toBeGreaterThan(12)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
