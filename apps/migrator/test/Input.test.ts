import { execFileSync } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { open } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { gzipSync } from "node:zlib"
import { afterAll, expect, test } from "vitest"
import * as Input from "../src/Input.ts"

const folder = mkdtempSync(join(tmpdir(), "emend-input-"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test("what a source is, is told by its beginning though the first byte comes alone", async () => {
  const mark = Buffer.from([0xef, 0xbb, 0xbf])
  const array = Buffer.from(" [{\"id\": 1}, {\"id\": 2}]")
  const whole = {
    plain: array,
    marked: Buffer.concat([mark, array]),
    compressed: gzipSync(Buffer.concat([mark, array]))
  }
  for (const [name, bytes] of Object.entries(whole)) {
    const pipe = join(folder, name)
    execFileSync("mkfifo", [pipe])
    const { promise: first, resolve: isRead } = Promise.withResolvers<void>()
    const source = Input.pieces(pipe, { format: undefined, maxRecordBytes: 1e6, onBytes: () => isRead() })
    const texts = (async () => {
      const found: Array<string> = []
      for await (const pieces of source) {
        for (const piece of pieces) found.push("text" in piece ? piece.text : JSON.stringify(piece))
      }
      return found
    })()
    const writer = await open(pipe, "w")
    await writer.write(bytes.subarray(0, 1))
    await first
    await writer.write(bytes.subarray(1))
    await writer.close()
    expect(await texts, name).toEqual(["{\"id\": 1}", "{\"id\": 2}"])
  }
})
