-- name: passed_on
-- The picture of a stage that is not the last: stored, its job completed, and the job of the next
-- stage there, all of it or nothing.
WITH held AS (
  SELECT r.*, j.user_id, j.work_id
  FROM jsonb_to_recordset(%(rows)s::jsonb) AS r (
    n integer, job_id uuid, token uuid, file_id uuid, path text, object_key text,
    thumbnail_key text, thumbnail_size integer, name text, width integer, height integer,
    file_size bigint,
    mime_type text, sha256 bytea)
  JOIN generation_jobs j ON j.id = r.job_id AND j.token = r.token
  FOR UPDATE OF j
), file AS (
  INSERT INTO files (id, user_id, work_id, bucket_id, path, object_key, thumbnail_key, thumbnail_size,
    name, width, height, file_size, mime_type, sha256)
  SELECT file_id, user_id, work_id, 'works', path, object_key, thumbnail_key, thumbnail_size,
    name, width, height, file_size, mime_type, sha256
  FROM held
  -- A second job by hand gives the name anew.
  ON CONFLICT (bucket_id, path) DO UPDATE SET
    object_key = excluded.object_key, thumbnail_key = excluded.thumbnail_key,
    thumbnail_size = excluded.thumbnail_size,
    width = excluded.width, height = excluded.height, file_size = excluded.file_size,
    mime_type = excluded.mime_type, sha256 = excluded.sha256
  RETURNING id, path
), done AS (
  UPDATE generation_jobs j SET
    status = 'completed', step = 'finish', step_started_at = NULL, stage_file_id = file.id
  FROM held JOIN file ON file.path = held.path
  WHERE j.id = held.job_id AND j.token = held.token
  RETURNING held.n, j.work_id, j.stage, j.stages, j.output_index, j.priority, j.parameters
), next AS (
  INSERT INTO generation_jobs (work_id, stage, output_index, priority, parameters)
  SELECT work_id, stage + stages, output_index, priority, parameters FROM done
), far AS (
  SELECT d.work_id, max(d.stage + d.stages) AS stage, sum(d.stages) + (
    SELECT coalesce(sum(o.stages), 0) FROM generation_jobs o
    WHERE o.work_id = d.work_id AND o.status = 'completed') AS stages
  FROM done d GROUP BY d.work_id
), told AS (
  UPDATE works w SET progress = jsonb_build_object(
    'percent', least(99, floor(100 * far.stages / (w.output_count * cardinality(v.workflow_ids)))),
    'stage', far.stage + 1, 'stages', cardinality(v.workflow_ids))
  FROM far, template_versions v
  WHERE w.id = far.work_id AND w.status = 'processing'
    AND v.template_id = w.template_id AND v.version = w.template_version
)
SELECT n FROM done

-- name: picture
-- What the stage gave for that output; the latest, if by hand it was made twice.
SELECT r.n, f.id, f.number, f.user_id, f.work_id, f.bucket_id, f.path, f.object_key,
  f.thumbnail_key, f.name, f.width, f.height, f.file_size, f.mime_type, f.created_at
FROM jsonb_to_recordset(%(rows)s::jsonb) AS r (
  n integer, work_id uuid, output_index integer, stage integer)
CROSS JOIN LATERAL (
  SELECT j.stage_file_id FROM generation_jobs j
  WHERE j.work_id = r.work_id AND j.output_index = r.output_index AND j.stage = r.stage
  -- Not as a condition, or a plan made while there are few such files would read all of them.
  ORDER BY j.stage_file_id IS NULL, j.completed_at DESC LIMIT 1) made
JOIN files f ON f.id = made.stage_file_id
