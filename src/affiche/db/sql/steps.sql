-- name: begin
UPDATE generation_jobs j SET
  token = r.token,
  entry = r.key,
  step_started_at = clock_timestamp(),
  takes = j.takes + CASE
    -- Nor if it was the database that went.
    WHEN j.step_started_at IS NULL OR j.step = 'observe' OR r.resumed
      OR j.step_started_at < pg_postmaster_start_time() THEN 0 ELSE 1 END
FROM jsonb_to_recordset(%(rows)s::jsonb)
  AS r (n integer, job_id uuid, key uuid, token uuid, resumed boolean), works w
JOIN users u ON u.id = w.user_id
JOIN template_versions v ON v.template_id = w.template_id AND v.version = w.template_version
WHERE j.id = r.job_id AND (j.token = r.key OR j.entry = r.key)
  AND j.status IN ('taken', 'processing') AND w.id = j.work_id
RETURNING r.n, j.id, j.work_id, j.user_id, j.stage, j.stages, j.output_index, j.workflow_id,
  j.endpoint_id, j.status, j.step, j.token, j.takes, j.external_id, j.deadline_at, j.started_at,
  j.running_at, j.busy_since, j.parameters,
  j.outputs, w.template_id, w.template_version, w.input_data, w.seed, w.output_count,
  w.created_at AS asked_at, w.trace, u.language, w.subject, w.project_id,
  coalesce(w.translation, j.translation) AS translation

-- name: file
SELECT r.n, f.id, f.number, f.user_id, f.work_id, f.bucket_id, f.path, f.object_key,
  f.thumbnail_key, f.name, f.width, f.height, f.file_size, f.mime_type, f.created_at
FROM jsonb_to_recordset(%(rows)s::jsonb) AS r (n integer, file_id uuid)
JOIN files f ON f.id = r.file_id

-- name: held
SELECT r.n FROM jsonb_to_recordset(%(rows)s::jsonb) AS r (n integer, job_id uuid, token uuid)
JOIN generation_jobs j ON j.id = r.job_id
WHERE j.token = r.token AND j.status IN ('taken', 'processing')

-- name: runs
SELECT true FROM generation_jobs
WHERE id = %(job_id)s AND external_id = %(external_id)s AND status IN ('taken', 'processing')

-- name: prepared
WITH job AS (
  UPDATE generation_jobs j SET
    step = 'submit', step_started_at = clock_timestamp(), token = r.fresh,
    external_id = r.external_id, stages = r.stages, parameters = r.parameters,
    prompt_used = r.prompt, negative_prompt_used = r.negative_prompt, translation = r.translation
  FROM jsonb_to_recordset(%(rows)s::jsonb) AS r (
    n integer, job_id uuid, token uuid, fresh uuid, external_id text, stages integer,
    parameters jsonb, prompt text, negative_prompt text, input_data jsonb, seed bigint,
    translation jsonb)
  WHERE j.id = r.job_id AND j.token = r.token
  RETURNING r.n, j.work_id, r.input_data, r.seed
), work AS (
  -- Only a picture that was fetched just now has changed them.
  UPDATE works w SET input_data = job.input_data, seed = job.seed
  FROM job WHERE w.id = job.work_id
    AND (w.input_data, w.seed) IS DISTINCT FROM (job.input_data, job.seed)
)
SELECT n FROM job

-- name: submitted
WITH rows AS MATERIALIZED (
  SELECT * FROM jsonb_to_recordset(%(rows)s::jsonb) AS r (
    n integer, job_id uuid, token uuid, fresh uuid, external_id text, observe_at timestamptz,
    deadline_at timestamptz, engine text, metadata jsonb, key uuid)
), sent AS (
  -- Whoever holds the job now: what was sent is known by its name from here on.
  UPDATE runs SET external_id = coalesce(r.external_id, runs.external_id)
  FROM rows r WHERE runs.key = r.key
  RETURNING r.n, runs.external_id, runs.heard_at IS NOT NULL AS heard
), job AS (
  UPDATE generation_jobs j SET
    status = 'processing', step = 'observe', step_started_at = NULL, token = r.fresh,
    external_id = coalesce(r.external_id, sent.external_id), observe_at = r.observe_at,
    deadline_at = r.deadline_at
  FROM rows r LEFT JOIN sent ON sent.n = r.n
  WHERE j.id = r.job_id AND j.token = r.token
  RETURNING r.n, j.work_id, j.external_id, j.translation, r.engine, r.metadata,
    coalesce(sent.heard, false) AS heard
), work AS (
  -- Moved here, so that the row is written once; the trigger finds nothing left to do.
  UPDATE works w SET
    status = 'processing', progress = NULL, engine = job.engine, runpod_job_id = job.external_id,
    translation = coalesce(w.translation, job.translation),
    generation_metadata = job.metadata || jsonb_build_object('submitted_at', now())
  FROM job WHERE w.id = job.work_id AND w.status = 'taken'
)
SELECT n, external_id, heard FROM job

-- name: observed
UPDATE generation_jobs j SET
  -- What is to be collected, and cannot be stored, is looked at again as well.
  step = CASE j.step WHEN 'collect' THEN 'observe' ELSE j.step END,
  step_started_at = NULL, observe_at = r.observe_at,
  running_at = r.running_at, deadline_at = r.deadline_at, woke = j.woke OR r.woke
FROM jsonb_to_recordset(%(rows)s::jsonb) AS r (
  n integer, job_id uuid, token uuid, observe_at timestamptz, running_at timestamptz,
  deadline_at timestamptz, woke boolean)
WHERE j.id = r.job_id AND j.token = r.token
RETURNING r.n

-- name: ended_well
UPDATE generation_jobs j SET
  step = 'collect', step_started_at = clock_timestamp(), token = r.fresh, outputs = r.outputs,
  execution_seconds = r.seconds, waited_seconds = r.waited, deadline_at = r.deadline_at
FROM jsonb_to_recordset(%(rows)s::jsonb) AS r (
  n integer, job_id uuid, token uuid, fresh uuid, outputs jsonb, seconds double precision,
  waited double precision, deadline_at timestamptz)
WHERE j.id = r.job_id AND j.token = r.token
RETURNING r.n

-- name: delivered
WITH held AS (
  SELECT r.*, j.user_id, j.work_id
  FROM jsonb_to_recordset(%(rows)s::jsonb) AS r (
    n integer, job_id uuid, token uuid, file_id uuid, path text, object_key text,
    thumbnail_key text, thumbnail_size integer, name text, width integer, height integer,
    file_size bigint,
    mime_type text, sha256 bytea, about jsonb)
  JOIN generation_jobs j ON j.id = r.job_id AND j.token = r.token
  FOR UPDATE OF j
), file AS (
  INSERT INTO files (id, user_id, work_id, bucket_id, path, object_key, thumbnail_key, thumbnail_size,
    name, width, height, file_size, mime_type, sha256)
  SELECT file_id, user_id, work_id, 'works', path, object_key, thumbnail_key, thumbnail_size,
    name, width, height, file_size, mime_type, sha256
  FROM held
  -- A job that began anew after it had collected, or a second job by hand, gives the name anew.
  ON CONFLICT (bucket_id, path) DO UPDATE SET
    object_key = excluded.object_key, thumbnail_key = excluded.thumbnail_key,
    thumbnail_size = excluded.thumbnail_size,
    width = excluded.width, height = excluded.height, file_size = excluded.file_size,
    mime_type = excluded.mime_type, sha256 = excluded.sha256
  RETURNING id, path
), told AS (
  -- What is known of the picture only now that it is stored.
  UPDATE works w SET
    generation_metadata = coalesce(w.generation_metadata, '{}') || (held.about -> 'metadata')
  FROM held WHERE w.id = held.work_id AND held.about ? 'metadata'
)
-- The trigger completes the work, and tells on it what `about` says.
UPDATE generation_jobs j SET
  status = 'completed', step = 'finish', step_started_at = NULL, output_file_id = file.id,
  about = held.about
FROM held JOIN file ON file.path = held.path
WHERE j.id = held.job_id AND j.token = held.token
RETURNING held.n

-- name: again
UPDATE generation_jobs SET
  status = 'pending', run_at = %(run_at)s, busy_since = %(busy_since)s,
  error_code = %(error_code)s, error_params = %(error_params)s, error_message = %(error_message)s
WHERE id = %(job_id)s AND token = %(token)s

-- name: failed
UPDATE generation_jobs SET
  status = 'failed', step_started_at = NULL,
  error_code = %(error_code)s, error_params = %(error_params)s, error_message = %(error_message)s
WHERE id = %(job_id)s AND token = %(token)s

-- name: progress
UPDATE works w SET progress = %(progress)s::jsonb || jsonb_build_object('percent', least(99, floor(
    100 * (done.stages + %(fraction)s * j.stages)
    / (w.output_count * cardinality(v.workflow_ids)))))
  || CASE WHEN cardinality(v.workflow_ids) > 1 THEN jsonb_build_object(
    'stage', j.stage + least(j.stages, 1 + floor(%(fraction)s * j.stages)),
    'stages', cardinality(v.workflow_ids)) ELSE '{}' END
  || CASE WHEN w.progress ? 'look'
    THEN jsonb_build_object('look', w.progress -> 'look') ELSE '{}' END
FROM generation_jobs j, template_versions v, LATERAL (
  SELECT coalesce(sum(o.stages), 0) AS stages FROM generation_jobs o
  WHERE o.work_id = j.work_id AND o.status = 'completed' AND o.id <> j.id
) done
WHERE j.external_id = %(external_id)s AND j.status = 'processing'
  AND w.id = j.work_id AND w.status = 'processing'
  AND v.template_id = w.template_id AND v.version = w.template_version
RETURNING w.id

-- name: due
SELECT j.id, j.token, j.external_id, j.endpoint_id, j.takes, j.running_at, j.deadline_at,
  coalesce(j.started_at, w.created_at) AS submitted_at, w.template_id, w.template_version
FROM generation_jobs j JOIN works w ON w.id = j.work_id
WHERE j.status = 'processing' AND j.step = 'observe' AND j.observe_at <= statement_timestamp()
  -- Those are asked for one by one (runs.due). So put that the planner does not take it for a
  -- condition that hardly any row meets, and sort them all.
  AND CASE WHEN j.endpoint_id = ANY (
    ARRAY(SELECT id FROM endpoints WHERE kind = ANY (%(naming)s))) THEN false ELSE true END
ORDER BY j.observe_at LIMIT %(most)s

-- name: look
UPDATE generation_jobs SET observe_at = clock_timestamp() + interval '20 seconds'
WHERE id = ANY (ARRAY(
  SELECT id FROM generation_jobs
  WHERE id = ANY (%(ids)s) AND status = 'processing' AND step = 'observe'
    AND observe_at <= statement_timestamp()
  FOR UPDATE SKIP LOCKED))
RETURNING id, step, token

-- name: of_runs
SELECT id, step, token, external_id FROM generation_jobs
WHERE external_id = ANY (%(external_ids)s) AND status = 'processing' AND step = 'observe'

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
    AND taken_at < statement_timestamp() - %(after)s::interval
    AND updated_at < statement_timestamp() - %(after)s::interval
  ORDER BY taken_at LIMIT %(most)s FOR UPDATE SKIP LOCKED)
RETURNING id, step, token

-- name: given_back
UPDATE generation_jobs SET token = %(token)s, step_started_at = NULL
WHERE id = %(job_id)s AND token = ANY (%(tokens)s) AND status IN ('taken', 'processing')
RETURNING step
