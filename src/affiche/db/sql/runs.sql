-- name: sending
-- Only by who holds the job; written down before anything is sent.
INSERT INTO runs (key, job_id, endpoint_id)
SELECT %(key)s, id, endpoint_id FROM generation_jobs
WHERE id = %(job_id)s AND token = %(token)s AND status = 'taken'

-- name: never_sent
DELETE FROM runs WHERE key = %(key)s AND heard_at IS NULL

-- name: sent
-- In this take of the job, whoever began it.
SELECT r.key, r.external_id FROM runs r JOIN generation_jobs j ON j.id = r.job_id
WHERE r.job_id = %(job_id)s AND r.sent_at >= j.taken_at
ORDER BY r.sent_at DESC LIMIT 1

-- name: heard
SELECT hear_run(%(key)s, %(external_id)s)

-- name: times
SELECT (
  SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds) FROM (
    SELECT execution_seconds AS seconds FROM generation_jobs
    WHERE endpoint_id = %(endpoint_id)s AND workflow_id = %(workflow_id)s
      AND status = 'completed' AND waited_seconds IS NOT NULL
    ORDER BY completed_at DESC LIMIT 20) latest
) AS run, (
  SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds) FROM (
    SELECT waited_seconds AS seconds FROM generation_jobs
    WHERE endpoint_id = %(endpoint_id)s AND status = 'completed' AND woke
    ORDER BY completed_at DESC LIMIT 20) latest
) AS wake, (
  SELECT running FROM endpoints WHERE id = %(endpoint_id)s
) AS running

-- name: due
-- Whoever takes them looks at them; if it dies, they fall due again.
UPDATE generation_jobs j SET observe_at = clock_timestamp() + interval '30 seconds'
FROM works w
WHERE j.id = ANY (ARRAY(
  SELECT id FROM generation_jobs
  WHERE status = 'processing' AND step = 'observe' AND observe_at <= statement_timestamp()
    AND endpoint_id = ANY (ARRAY(SELECT id FROM endpoints WHERE kind = ANY (%(kinds)s)))
  ORDER BY observe_at LIMIT %(most)s FOR UPDATE SKIP LOCKED)) AND w.id = j.work_id
RETURNING j.id, j.step, j.token, j.external_id, j.endpoint_id, j.workflow_id, j.stages, j.takes,
  EXISTS (SELECT FROM runs r WHERE r.job_id = j.id AND r.external_id = j.external_id
    AND r.heard_at IS NOT NULL) AS heard,
  j.running_at, j.deadline_at, j.woke, coalesce(j.started_at, w.created_at) AS submitted_at,
  w.template_id, w.template_version

-- name: waking
UPDATE works w SET progress = jsonb_build_object('waking', %(seconds)s::integer)
FROM generation_jobs j
WHERE j.id = %(job_id)s AND w.id = j.work_id AND w.status = 'processing'
  AND w.progress -> 'percent' IS NULL
  AND w.progress -> 'waking' IS DISTINCT FROM to_jsonb(%(seconds)s::integer)
