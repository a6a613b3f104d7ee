/** The tables as they are, and with a table of the pairs of the metadata beside them. */
export interface Variant {
  readonly name: string
  readonly database: string
  /** What makes it of the tables as they are. */
  readonly statements: ReadonlyArray<string>
}

/** Equal for what JSON calls equal, `1` and `1.0`; a list looks at the metadata of what it finds. */
const hash = (key: string, value: string) => `jsonb_hash_extended(jsonb_build_object(${key}, ${value}), 0)`

const scalars = (metadata: string) => `jsonb_each(${metadata}) p WHERE jsonb_typeof(p.value) NOT IN ('object', 'array')`

const pairs = (rows: string) =>
  `SELECT t.tenant, ${hash("p.key", "p.value")} AS pair, t.created_at, t.id FROM ${rows} t, ${
    scalars("t.task_metadata")
  }`

const into = "INSERT INTO task_pairs (tenant, pair, created_at, id)"
const unlessThere = "ORDER BY 1, 2, 3, 4 ON CONFLICT DO NOTHING"

const procedure = (name: string, body: string) =>
  `CREATE FUNCTION ${name}() RETURNS trigger LANGUAGE plpgsql AS $$ ${body} $$`

const table = [
  `CREATE TABLE task_pairs (tenant text COLLATE "C", pair bigint, created_at timestamptz(6), id text COLLATE "C",
    PRIMARY KEY (tenant, pair, created_at, id))`,
  `${into} ${pairs("tasks")} AND t.status IS DISTINCT FROM 'DELETED' ${unlessThere}`,
  procedure("task_pairs_made", `BEGIN ${into} ${pairs("made")} ${unlessThere}; RETURN NULL; END`),
  `CREATE TRIGGER task_pairs_made AFTER INSERT ON tasks REFERENCING NEW TABLE AS made
    FOR EACH STATEMENT EXECUTE FUNCTION task_pairs_made()`
]

/** A trigger with tables of what was and what is cannot be limited to the updates of a column: it runs at each. */
const byStatement = [
  procedure(
    "task_pairs_changed",
    `BEGIN
    IF EXISTS (SELECT FROM before b JOIN after a USING (tenant, id) WHERE a.task_metadata IS DISTINCT FROM b.task_metadata) THEN
      DELETE FROM task_pairs d USING (${pairs("before")} EXCEPT ${pairs("after")}) g
        WHERE d.tenant = g.tenant AND d.pair = g.pair AND d.created_at = g.created_at AND d.id = g.id;
      ${into} (${pairs("after")} EXCEPT ${pairs("before")}) ${unlessThere};
    END IF;
    RETURN NULL;
  END`
  ),
  `CREATE TRIGGER task_pairs_changed AFTER UPDATE ON tasks REFERENCING OLD TABLE AS before NEW TABLE AS after
    FOR EACH STATEMENT EXECUTE FUNCTION task_pairs_changed()`
]

const hashes = (row: string) => `SELECT ${hash("p.key", "p.value")} FROM ${scalars(`${row}.task_metadata`)}`

const byRow = [
  procedure(
    "task_pairs_changed",
    `DECLARE gone bigint[]; come bigint[]; BEGIN
    gone := ARRAY(${hashes("OLD")} EXCEPT ${hashes("NEW")});
    come := ARRAY(${hashes("NEW")} EXCEPT ${hashes("OLD")});
    DELETE FROM task_pairs WHERE tenant = OLD.tenant AND pair = ANY (gone) AND created_at = OLD.created_at AND id = OLD.id;
    ${into} SELECT NEW.tenant, pair, NEW.created_at, NEW.id FROM unnest(come) pair ${unlessThere};
    RETURN NULL;
  END`
  ),
  `CREATE TRIGGER task_pairs_changed AFTER UPDATE OF task_metadata ON tasks FOR EACH ROW
    WHEN (OLD.task_metadata IS DISTINCT FROM NEW.task_metadata) EXECUTE FUNCTION task_pairs_changed()`
]

export const all: ReadonlyArray<Variant> = [
  { name: "as they are", database: "as_is", statements: [] },
  { name: "a trigger of statements", database: "by_statement", statements: [...table, ...byStatement] },
  { name: "a trigger of rows", database: "by_row", statements: [...table, ...byRow] }
]

/** The newest tasks with a pair, as a list would read them from the table. */
export const page = (key: string, value: string, limit: number): string =>
  `SELECT t.* FROM (
    SELECT created_at, id FROM task_pairs WHERE tenant = 't' AND pair = ${hash(`'${key}'`, `'"${value}"'::jsonb`)}
    ORDER BY created_at DESC, id DESC
  ) s, LATERAL (SELECT t.* FROM tasks t WHERE t.tenant = 't' AND t.id = s.id OFFSET 0) t
  WHERE t.task_metadata @> '{"${key}": "${value}"}' AND t.status IS DISTINCT FROM 'DELETED' LIMIT ${limit}`
