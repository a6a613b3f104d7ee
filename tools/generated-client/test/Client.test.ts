/** A client that is generated from the document compiles, and its updates do what they say. */
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import { Services } from "@emend/domain"
import { layer as application } from "@emend/http-api/handlers"
import { MemoryStore } from "@emend/memory"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as HttpServer from "effect/http/HttpServer"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import { execFileSync } from "node:child_process"
import { cpSync, mkdirSync, rmSync, writeFileSync } from "node:fs"
import * as Http from "node:http"
import { createRequire } from "node:module"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { write } from "../src/Declarations.ts"

const scope = Scope.makeUnsafe()
// Beside the program's own folder, so that it finds the packages that it imports.
const folder = fileURLToPath(new URL("../dist/program", import.meta.url))
let url: string

beforeAll(async () => {
  const layer = application.pipe(
    Layer.provide(Services.layer),
    Layer.provide(MemoryStore.layer()),
    Layer.provideMerge(NodeHttpServer.layerServer(() => Http.createServer(), { port: 0, host: "127.0.0.1" }))
  )
  const { address } = Context.get(await Effect.runPromise(Layer.buildWithScope(layer, scope)), HttpServer.HttpServer)
  url = `http://127.0.0.1:${(address as { readonly port: number }).port}`
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  cpSync(fileURLToPath(new URL("program", import.meta.url)), folder, { recursive: true })
  const document = await (await fetch(`${url}/openapi.json`)).json() as object
  writeFileSync(join(folder, "document.d.ts"), await write(document))
})

afterAll(() => Effect.runPromise(Scope.close(scope, Exit.void)))

const options = {
  noEmit: true,
  strict: true,
  exactOptionalPropertyTypes: true,
  module: "nodenext",
  target: "es2022",
  lib: ["es2022", "dom"],
  types: []
}

/** Runs the compiler of TypeScript that clients have over the program, and gives what it says. */
const compile = (): string => {
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions: options, include: ["*.ts"] }))
  const compiler = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin/tsc")
  try {
    return execFileSync(process.execPath, [compiler, "-p", folder], { encoding: "utf8" })
  } catch (error) {
    return (error as { readonly stdout: string }).stdout
  }
}

describe("the client", () => {
  it("compiles, and refuses what the document refuses", () => {
    expect(compile()).toBe("")
  })

  it("updates a record of each kind, with explicit nulls and ids of any text", async () => {
    const { run } = await import(/* @vite-ignore */ join(folder, "updates.ts"))
    const { advanced, boardTask, edited, event, listed, refusal, task } = await run(url)
    expect(task).toMatchObject({ params: { model: "large", note: null }, task_metadata: null })
    expect(advanced).toMatchObject({ last_processed_event_id: event.id, status: "busy", status_reason: null })
    expect(boardTask).toMatchObject({ title: "Refund", priority: 1, assigned_to_user_id: null, status: "backlog" })
    expect(edited.revisions).toHaveLength(2)
    expect(edited.active_revision.number).toBe(1)
    expect(listed).toEqual([task.id])
    expect(refusal).toEqual({ status: 412, present: 2, demanded: [9] })
  })
})
