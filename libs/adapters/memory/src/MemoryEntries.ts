/** The records in memory, found by their name and by values that they have. */
import type { RecordKind, RecordStore, Revision } from "@emend/domain"
import type { Entry } from "./MemoryState.ts"

/** Names a record or an event. JSON keeps the parts apart, whatever characters they contain. */
export const nameOf = (...parts: ReadonlyArray<string>): string => JSON.stringify(parts)

/** The names of records by the values of some fields of their kind. */
interface Index {
  readonly fields: ReadonlyArray<string>
  readonly names: Map<string, Set<string>>
}

/** All records by {@link nameOf} their key. Those of the same unique values, and those that refer to a record, have an index. */
export class MemoryEntries {
  readonly #entries = new Map<string, Entry>()
  readonly #indexes: ReadonlyMap<string, ReadonlyArray<Index>>
  /** What was before, of what was written by what is attempted now. */
  #before: Map<string, Entry | undefined> | undefined

  constructor(kinds: ReadonlyArray<RecordKind.RecordKind>) {
    this.#indexes = new Map(kinds.map(({ kind, references = {}, unique = [] }) => [
      kind.name,
      [...unique.map(({ fields }) => fields), ...Object.keys(references).map((field) => [field])].map(
        (fields): Index => ({ fields, names: new Map() })
      )
    ]))
  }

  get({ id, kind, tenant }: RecordStore.RecordKey): Entry | undefined {
    return this.#entries.get(nameOf(kind, tenant, id))
  }

  set(entry: Entry): void {
    const { id, kind, tenant } = entry.key
    this.#put(nameOf(kind, tenant, id), entry)
  }

  delete({ id, kind, tenant }: RecordStore.RecordKey): void {
    this.#put(nameOf(kind, tenant, id), undefined)
  }

  all(): IterableIterator<Entry> {
    return this.#entries.values()
  }

  /** The records of one kind and tenant that have these values, deleted ones included. */
  of(kind: string, tenant: string, having: Revision.Row = {}): ReadonlyArray<Entry> {
    const index = this.#indexes.get(kind)?.find(({ fields }) =>
      fields.length === Object.keys(having).length && fields.every((field) => Object.hasOwn(having, field))
    )
    if (index === undefined) return [...this.all()].filter(({ key }) => key.kind === kind && key.tenant === tenant)
    return [...index.names.get(valuesOf(index, tenant, having)) ?? []].map((name) => this.#entries.get(name)!)
  }

  /** Carries something out that can take back all that it wrote. */
  attempt<A>(body: (takeBack: () => void) => A): A {
    const before = new Map<string, Entry | undefined>()
    this.#before = before
    try {
      return body(() => {
        this.#before = undefined
        for (const [name, entry] of before) this.#put(name, entry)
      })
    } finally {
      this.#before = undefined
    }
  }

  #put(name: string, entry: Entry | undefined): void {
    const present = this.#entries.get(name)
    if (this.#before?.has(name) === false) this.#before.set(name, present)
    if (entry === undefined) this.#entries.delete(name)
    else this.#entries.set(name, entry)
    const { kind, tenant } = (entry ?? present)!.key
    for (const index of this.#indexes.get(kind) ?? []) {
      const [from, to] = [present, entry].map((one) => one && valuesOf(index, tenant, one.state))
      if (from === to) continue
      if (from !== undefined) index.names.get(from)!.delete(name)
      if (from !== undefined && index.names.get(from)!.size === 0) index.names.delete(from)
      if (to === undefined) continue
      const names = index.names.get(to)
      names === undefined ? index.names.set(to, new Set([name])) : names.add(name)
    }
  }
}

const valuesOf = ({ fields }: Index, tenant: string, row: Revision.Row): string =>
  JSON.stringify([tenant, ...fields.map((field) => row[field])])
