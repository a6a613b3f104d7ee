/** The tables as they are, and as they might be: what an index or a check costs every update. */
export interface Variant {
  readonly name: string
  readonly database: string
  /** What makes it of the tables as they are. */
  readonly statements: ReadonlyArray<string>
}

const withoutOrder = "DROP INDEX tasks_updated_at_list"

/** The order of `updated_at` in a narrow table of its own, which a trigger keeps. */
const beside = [
  withoutOrder,
  `CREATE TABLE task_changes (tenant text COLLATE "C", updated_at timestamptz(6), id text COLLATE "C",
    PRIMARY KEY (tenant, updated_at, id)) WITH (fillfactor = 70)`,
  `INSERT INTO task_changes SELECT tenant, updated_at, id FROM tasks WHERE status IS DISTINCT FROM 'DELETED' ORDER BY 1, 2, 3`,
  `CREATE FUNCTION task_changed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    UPDATE task_changes SET updated_at = NEW.updated_at
      WHERE tenant = OLD.tenant AND updated_at = OLD.updated_at AND id = OLD.id;
    RETURN NULL;
  END $$`,
  `CREATE TRIGGER task_changed AFTER UPDATE ON tasks FOR EACH ROW
    WHEN (OLD.updated_at IS DISTINCT FROM NEW.updated_at) EXECUTE FUNCTION task_changed()`
]

const withoutChecks = `DO $$ DECLARE found record; BEGIN
  FOR found IN SELECT conrelid::regclass AS of, conname FROM pg_constraint
    WHERE contype = 'c' AND conrelid IN ('tasks'::regclass, 'record_history'::regclass)
  LOOP EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', found.of, found.conname); END LOOP;
END $$`

export const all: ReadonlyArray<Variant> = [
  { name: "as they are", database: "as_is", statements: [] },
  { name: "without the index on `updated_at`", database: "no_order", statements: [withoutOrder] },
  { name: "with a narrow table beside, kept by a trigger", database: "beside", statements: beside },
  { name: "without any CHECK", database: "unchecked", statements: [withoutChecks] }
]
