/**
 * A place on the disk for what is too much to be held: names in lists, and whole records in order.
 *
 * @since 0.1.0
 */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"

/**
 * Keeps names in lists, each with when it was marked last and a note, and lines by kind, tenant and id.
 *
 * @category models
 * @since 0.1.0
 */
export interface Shelf {
  /** Marks a name with a number, and gives the one that it had. */
  readonly mark: (list: string, name: string, number: number, note?: string) => number | undefined
  /** The note of a name; `undefined` where the list has no such name. */
  readonly note: (list: string, name: string) => string | undefined
  /** How many names of a list have a number. */
  readonly count: (list: string, number: number) => number
  /** The next names of a list behind one, in order, at most so many. */
  readonly names: (list: string, after: string, limit: number) => ReadonlyArray<string>
  readonly forget: (list: string) => void
  readonly keep: (kind: string, tenant: string, id: string, line: string) => void
  readonly line: (kind: string, tenant: string, id: string) => string | undefined
  /**
   * The lines of a kind and a tenant behind an id, in the order of the code points of ids: so many, or as many as have so
   * many characters.
   */
  readonly lines: (
    kind: string,
    tenant: string,
    after: string,
    limit: number,
    characters: number
  ) => ReadonlyArray<string>
  /** The greatest number that is an id of a kind; 0 without one. */
  readonly lastNumber: (kind: string, tenant: string) => number
  readonly tenants: () => ReadonlyArray<string>
  /** Removes everything. */
  readonly close: () => void
}

/**
 * Opens a shelf in a folder of its own below the one given. Of what it keeps a few mebibytes are in memory.
 *
 * @category constructors
 * @since 0.1.0
 */
export const open = (below = tmpdir()): Shelf => {
  const folder = mkdtempSync(join(below, "emend-shelf-"))
  const database = new DatabaseSync(join(folder, "shelf"))
  // One transaction without an end: nothing of it outlives the process. What does not fit the cache goes to the file.
  database.exec(`
    PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -8192; PRAGMA locking_mode = EXCLUSIVE;
    BEGIN;
    CREATE TABLE names (list TEXT, name TEXT, number INTEGER, note TEXT, PRIMARY KEY (list, name)) WITHOUT ROWID;
    CREATE TABLE records (kind TEXT, tenant TEXT, id TEXT, line TEXT, PRIMARY KEY (kind, tenant, id));
  `)
  // It lives as long as it is open: of a run that is killed nothing stays on the disk.
  rmSync(join(folder, "shelf"))
  const one = database.prepare("SELECT number, note FROM names WHERE list = ? AND name = ?")
  const mark = database.prepare("INSERT OR REPLACE INTO names VALUES (?, ?, ?, ?)")
  const count = database.prepare("SELECT count(*) AS count FROM names WHERE list = ? AND number = ?")
  const names = database.prepare("SELECT name FROM names WHERE list = ? AND name > ? ORDER BY name LIMIT ?")
  const forget = database.prepare("DELETE FROM names WHERE list = ?")
  const keep = database.prepare("INSERT INTO records VALUES (?, ?, ?, ?)")
  const line = database.prepare("SELECT line FROM records WHERE kind = ? AND tenant = ? AND id = ?")
  const lines = database.prepare(
    "SELECT line FROM records WHERE kind = ? AND tenant = ? AND id > ? ORDER BY id LIMIT ?"
  )
  const last = database.prepare("SELECT max(CAST(id AS INTEGER)) AS last FROM records WHERE kind = ? AND tenant = ?")
  const tenants = database.prepare("SELECT DISTINCT tenant FROM records ORDER BY tenant")
  return {
    mark: (list, name, number, note = "") => {
      const before = one.get(list, name)?.["number"] as number | undefined
      mark.run(list, name, number, note)
      return before
    },
    note: (list, name) => one.get(list, name)?.["note"] as string | undefined,
    count: (list, number) => count.get(list, number)!["count"] as number,
    names: (list, after, limit) => names.all(list, after, limit).map(({ name }) => name as string),
    forget: (list) => void forget.run(list),
    keep: (kind, tenant, id, text) => void keep.run(kind, tenant, id, text),
    line: (kind, tenant, id) => line.get(kind, tenant, id)?.["line"] as string | undefined,
    lines: (kind, tenant, after, limit, characters) => {
      const found: Array<string> = []
      let length = 0
      for (const { line } of lines.iterate(kind, tenant, after, limit)) {
        found.push(line as string)
        length += found.at(-1)!.length
        if (length >= characters) break
      }
      return found
    },
    lastNumber: (kind, tenant) => (last.get(kind, tenant)!["last"] as number | null) ?? 0,
    tenants: () => tenants.all().map(({ tenant }) => tenant as string),
    close: () => {
      database.close()
      rmSync(folder, { recursive: true, force: true })
    }
  }
}
