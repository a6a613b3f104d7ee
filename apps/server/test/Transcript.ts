/** The console sessions of a document: commands behind `$ `, and beneath each what it prints. */
import { execFileSync } from "node:child_process"
import { readFileSync, writeFileSync } from "node:fs"
import { dirname } from "node:path"
import { fileURLToPath } from "node:url"

const fromRoot = (path: string) => fileURLToPath(new URL(`../../../${path}`, import.meta.url))

export const readme = fromRoot("README.md")
export const operating = fromRoot("docs/operating.md")

/** The documents whose sessions are run, each on an empty server. */
export const documents = { readme, tour: fromRoot("docs/api.md") }

const sessions = /^```console\n([\s\S]*?)^```$/gm
const separator = "\u0001"

/** Runs all sessions of a document in one shell, against a server, and gives the document with what they printed. */
export const replay = (document: string, server: string): string => {
  const commands = [...document.matchAll(sessions)].flatMap(([, session]) => commandsOf(session!))
  const script = commands.map((command) => `${command.replaceAll("localhost:8080", server)}\nprintf '\\001'`).join("\n")
  const env = {
    PATH: [fileURLToPath(new URL("bin", import.meta.url)), dirname(process.execPath), process.env["PATH"]].join(":")
  }
  const printed = execFileSync("sh", ["-eu"], { input: script, encoding: "utf8", env }).split(separator)
  let next = 0
  return document.replace(sessions, (_, session: string) => {
    const lines = commandsOf(session).flatMap((command) => {
      const output = printed[next++]!.trimEnd()
      return [`$ ${command}`, ...(output === "" ? [] : [output])]
    })
    return `\`\`\`console\n${lines.join("\n")}\n\`\`\``
  })
}

/** A document without what differs from run to run: moments and ids. */
export const steady = (document: string): string =>
  document
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z/g, "(moment)")
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, "(id)")

const commandsOf = (session: string): ReadonlyArray<string> =>
  session.split("\n").flatMap((line) => line.startsWith("$ ") ? [line.slice(2)] : [])

// Run by itself it writes a document anew: `node apps/server/test/Transcript.ts README.md localhost:8080`, on an empty
// server.
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [path, server] = process.argv.slice(2)
  writeFileSync(path!, replay(readFileSync(path!, "utf8"), server!))
}
