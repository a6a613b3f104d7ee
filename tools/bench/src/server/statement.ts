/**
 * The statement that the hand-written server and pgbench run: one update of one task, with its history entry, in one
 * statement on the tables of Emend.
 *
 * It does what an update of the server here does to the database: merge into `params`, one version more, nothing at all
 * where nothing changes, and a history row with the patch and what takes it back. It keeps no whole state every 128
 * versions, which the server here does.
 */

interface Parameters {
  readonly tenant: string
  readonly id: string
  readonly patch: string
  readonly author: string
}

export const update = ({ author, id, patch, tenant }: Parameters): string =>
  `WITH present AS (
  SELECT *, coalesce(params, '{}') || ${patch} AS merged
  FROM tasks WHERE tenant = ${tenant} AND id = ${id} AND status IS DISTINCT FROM 'DELETED'
  FOR NO KEY UPDATE
), updated AS (
  UPDATE tasks t SET params = present.merged, version = present.version + 1, updated_at = greatest(present.updated_at, now())
  FROM present WHERE t.tenant = present.tenant AND t.id = present.id AND present.merged IS DISTINCT FROM present.params
  RETURNING t.*, present.params AS old_params
), recorded AS (
  INSERT INTO record_history (tenant, kind, record_id, version, at, by, patch, inverse, moves)
  SELECT tenant, 'Task', id, version, updated_at, ${author},
    jsonb_build_object('params', jsonb_build_object('merge', jsonb_build_object('set', ${patch}))),
    jsonb_build_object('params', CASE WHEN old_params IS NULL THEN '{"set": null}'::jsonb ELSE (
      SELECT jsonb_build_object('merge', jsonb_strip_nulls(jsonb_build_object(
        'unset', jsonb_agg(key) FILTER (WHERE NOT old_params ? key)
      )) || CASE WHEN bool_or(old_params ? key) THEN jsonb_build_object(
        'set', jsonb_object_agg(key, old_params->key) FILTER (WHERE old_params ? key)
      ) ELSE '{}' END) FROM jsonb_object_keys(${patch}) AS key
    ) END),
    '{}'
  FROM updated
)
SELECT id, name, status, status_reason, created_at, updated_at, cleaned_at, params, task_metadata, version FROM updated
UNION ALL
SELECT id, name, status, status_reason, created_at, updated_at, cleaned_at, params, task_metadata, version FROM present
WHERE merged IS NOT DISTINCT FROM params`
