-- name: begin
UPDATE generation_jobs j SET
  token = %(token)s,
  entry = %(key)s,
  step_started_at = clock_timestamp(),
  takes = j.takes + CASE WHEN j.step_started_at IS NULL OR j.step = 'observe' THEN 0 ELSE 1 END
FROM works w
JOIN users u ON u.id = w.user_id
JOIN template_versions v ON v.template_id = w.template_id AND v.version = w.template_version
WHERE j.id = %(job_id)s AND (j.token = %(key)s OR j.entry = %(key)s)
  AND j.status IN ('taken', 'processing') AND w.id = j.work_id
RETURNING j.id, j.work_id, j.user_id, j.stage, j.output_index, j.workflow_id, j.endpoint_id,
  j.status, j.step, j.token, j.takes, j.external_id, j.deadline_at, j.started_at,
  j.running_at, j.parameters,
  j.outputs, w.template_id, w.template_version, w.input_data, w.seed, w.output_count,
  w.created_at AS asked_at, u.language

-- name: held
SELECT true FROM generation_jobs
WHERE id = %(job_id)s AND token = %(token)s AND status IN ('taken', 'processing')

-- name: prepared
WITH job AS (
  UPDATE generation_jobs SET
    step = 'submit', step_started_at = clock_timestamp(), token = %(fresh)s, parameters = %(parameters)s,
    prompt_used = %(prompt)s, negative_prompt_used = %(negative_prompt)s
  WHERE id = %(job_id)s AND token = %(token)s
  RETURNING work_id
)
UPDATE works w SET input_data = %(input_data)s, seed = %(seed)s,
  generation_metadata = %(metadata)s, engine = %(engine)s
FROM job WHERE w.id = job.work_id

-- name: submitting
UPDATE generation_jobs SET external_id = %(external_id)s
WHERE id = %(job_id)s AND token = %(token)s

-- name: submitted
UPDATE generation_jobs SET
  status = 'processing', step = 'observe', step_started_at = NULL, token = %(fresh)s,
  external_id = %(external_id)s, observe_at = %(observe_at)s, deadline_at = %(deadline_at)s
WHERE id = %(job_id)s AND token = %(token)s

-- name: observed
UPDATE generation_jobs SET step_started_at = NULL, observe_at = %(observe_at)s,
  running_at = %(running_at)s, deadline_at = %(deadline_at)s
WHERE id = %(job_id)s AND token = %(token)s

-- name: ended_well
UPDATE generation_jobs SET
  step = 'collect', step_started_at = clock_timestamp(), token = %(fresh)s, outputs = %(outputs)s,
  execution_seconds = %(seconds)s
WHERE id = %(job_id)s AND token = %(token)s

-- name: collected
UPDATE generation_jobs SET
  step = 'finish', step_started_at = clock_timestamp(), token = %(fresh)s, output_file_id = %(file_id)s
WHERE id = %(job_id)s AND token = %(token)s

-- name: add_output
INSERT INTO files (id, user_id, work_id, bucket_id, path, object_key, thumbnail_key, name,
  width, height, file_size, mime_type, sha256)
VALUES (%(id)s, %(user_id)s, %(work_id)s, 'works', %(path)s, %(object_key)s, %(thumbnail_key)s,
  %(name)s, %(width)s, %(height)s, %(file_size)s, %(mime_type)s, %(sha256)s)
-- A job that began anew after it had collected, or a second job by hand, gives the name anew.
ON CONFLICT (bucket_id, path) DO UPDATE SET
  object_key = excluded.object_key, thumbnail_key = excluded.thumbnail_key,
  width = excluded.width, height = excluded.height, file_size = excluded.file_size,
  mime_type = excluded.mime_type, sha256 = excluded.sha256
RETURNING id

-- name: finished
UPDATE generation_jobs SET status = 'completed', step_started_at = NULL
WHERE id = %(job_id)s AND token = %(token)s

-- name: work_finished
UPDATE works w SET
  output_file_id = first.file_id, thumbnail_file_id = first.file_id,
  title = coalesce(w.title, %(title)s), tags = CASE WHEN w.tags = '{}' THEN %(tags)s ELSE w.tags END,
  generation_metadata = coalesce(w.generation_metadata, '{}') || jsonb_build_object(
    'width', first.width, 'height', first.height),
  output_data_json = %(about)s::jsonb || jsonb_build_object(
    'image_url', first.url, 'filename', first.name,
    'processing_time', round(extract(epoch FROM clock_timestamp() - w.created_at)::numeric, 3))
FROM (
  SELECT f.id AS file_id, f.file_url AS url, f.name, f.width, f.height FROM generation_jobs j
  JOIN files f ON f.id = j.output_file_id
  WHERE j.work_id = %(work_id)s ORDER BY j.output_index LIMIT 1
) first
WHERE w.id = %(work_id)s

-- name: again
UPDATE generation_jobs SET
  status = 'pending', run_at = %(run_at)s,
  error_code = %(error_code)s, error_params = %(error_params)s, error_message = %(error_message)s
WHERE id = %(job_id)s AND token = %(token)s

-- name: failed
UPDATE generation_jobs SET
  status = 'failed', step_started_at = NULL,
  error_code = %(error_code)s, error_params = %(error_params)s, error_message = %(error_message)s
WHERE id = %(job_id)s AND token = %(token)s

-- name: progress
UPDATE works w SET progress = %(progress)s::jsonb || jsonb_build_object('percent', least(99, floor(
  100 * (done.jobs + %(fraction)s) / w.output_count)))
FROM generation_jobs j, LATERAL (
  SELECT count(*) AS jobs FROM generation_jobs o
  WHERE o.work_id = j.work_id AND o.output_file_id IS NOT NULL AND o.id <> j.id
) done
WHERE j.external_id = %(external_id)s AND j.status = 'processing'
  AND w.id = j.work_id AND w.status = 'processing'
RETURNING w.id

-- name: due
UPDATE generation_jobs SET observe_at = clock_timestamp() + interval '20 seconds'
WHERE id IN (
  SELECT id FROM generation_jobs
  WHERE status = 'processing' AND step = 'observe' AND observe_at <= statement_timestamp()
  ORDER BY observe_at LIMIT %(most)s FOR UPDATE SKIP LOCKED)
RETURNING id, step, token

-- name: of_run
SELECT id, step, token FROM generation_jobs
WHERE external_id = %(external_id)s AND status = 'processing' AND step = 'observe'

-- name: overdue
UPDATE generation_jobs SET token = gen_random_uuid()
WHERE id IN (
  SELECT id FROM generation_jobs
  WHERE status IN ('taken', 'processing') AND deadline_at < statement_timestamp()
  ORDER BY deadline_at LIMIT %(most)s FOR UPDATE SKIP LOCKED)
RETURNING id, token, (SELECT language FROM users u WHERE u.id = user_id) AS language,
  extract(epoch FROM deadline_at - coalesce(running_at, started_at, taken_at))::float AS allowed

-- name: stranded
UPDATE generation_jobs SET updated_at = clock_timestamp()
WHERE id IN (
  SELECT id FROM generation_jobs
  WHERE status IN ('taken', 'processing') AND step <> 'observe'
    AND updated_at < statement_timestamp() - %(after)s::interval
  ORDER BY updated_at LIMIT %(most)s FOR UPDATE SKIP LOCKED)
RETURNING id, step, token

-- name: given_back
UPDATE generation_jobs SET token = %(fresh)s, step_started_at = NULL
WHERE id = %(job_id)s AND token = %(token)s AND status IN ('taken', 'processing')
