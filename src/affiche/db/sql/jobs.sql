-- name: page
-- Newest first, by their ids, which sort by time; here and below first the page and then what is
-- said of it, so that no plan joins all of them.
SELECT * FROM job_states WHERE id = ANY (ARRAY(
  SELECT id FROM generation_jobs
  WHERE (%(status)s::text IS NULL OR status = %(status)s) AND id < %(before)s
    AND (%(endpoint)s::text IS NULL
      OR endpoint_id = ANY (ARRAY(SELECT id FROM endpoints WHERE name = %(endpoint)s)))
    AND (%(code)s::text IS NULL OR error_code = %(code)s)
  ORDER BY id DESC LIMIT %(limit)s))
ORDER BY id DESC

-- name: page_failed
SELECT * FROM job_states WHERE id = ANY (ARRAY(
  SELECT id FROM generation_jobs
  WHERE status = 'failed' AND id < %(before)s
    AND (%(endpoint)s::text IS NULL
      OR endpoint_id = ANY (ARRAY(SELECT id FROM endpoints WHERE name = %(endpoint)s)))
    AND (%(code)s::text IS NULL OR error_code = %(code)s)
  ORDER BY id DESC LIMIT %(limit)s))
ORDER BY id DESC

-- name: page_cancelled
SELECT * FROM job_states WHERE id = ANY (ARRAY(
  SELECT id FROM generation_jobs
  WHERE status = 'cancelled' AND id < %(before)s
    AND (%(endpoint)s::text IS NULL
      OR endpoint_id = ANY (ARRAY(SELECT id FROM endpoints WHERE name = %(endpoint)s)))
    AND (%(code)s::text IS NULL OR error_code = %(code)s)
  ORDER BY id DESC LIMIT %(limit)s))
ORDER BY id DESC

-- name: page_under_way
-- Of those there are no more than endpoints have places.
SELECT * FROM job_states WHERE id = ANY (ARRAY(
  SELECT id FROM generation_jobs
  WHERE status IN ('taken', 'processing') AND status = %(status)s AND id < %(before)s
    AND (%(endpoint)s::text IS NULL
      OR endpoint_id = ANY (ARRAY(SELECT id FROM endpoints WHERE name = %(endpoint)s)))
    AND (%(code)s::text IS NULL OR error_code = %(code)s)
  ORDER BY id DESC LIMIT %(limit)s))
ORDER BY id DESC

-- name: stuck
-- Under way, and nobody is at it: no step for a while, past its deadline, or not looked at.
WITH found AS MATERIALIZED (
  (SELECT id, 'no_step' AS why FROM generation_jobs
  WHERE status IN ('taken', 'processing') AND step <> 'observe'
    AND taken_at < statement_timestamp() - %(after)s::interval
    AND updated_at < statement_timestamp() - %(after)s::interval
  ORDER BY taken_at LIMIT %(limit)s)
  UNION ALL
  (SELECT id, 'overdue' FROM generation_jobs
  WHERE status IN ('taken', 'processing')
    AND deadline_at < statement_timestamp() - interval '1 minute'
  ORDER BY deadline_at LIMIT %(limit)s)
  UNION ALL
  (SELECT id, 'unobserved' FROM generation_jobs
  WHERE status = 'processing' AND step = 'observe'
    AND observe_at < statement_timestamp() - %(after)s::interval
  ORDER BY observe_at LIMIT %(limit)s)
)
SELECT s.*, (SELECT min(f.why) FROM found f WHERE f.id = s.id) AS why
FROM job_states s WHERE s.id = ANY (ARRAY(SELECT id FROM found))
ORDER BY s.updated_at LIMIT %(limit)s

-- name: by_id
SELECT * FROM job_states WHERE id = %(id)s

-- name: of_work
SELECT * FROM job_states WHERE work_id = %(work_id)s ORDER BY stage, output_index, id

-- name: lock
SELECT j.status, j.step, j.takes, j.endpoint_id, u.language
FROM generation_jobs j JOIN users u ON u.id = j.user_id WHERE j.id = %(id)s FOR UPDATE OF j

-- name: requeue
-- As whatever broke would be: it counts a take, and its run is withdrawn.
UPDATE generation_jobs SET status = 'pending' WHERE id = %(id)s

-- name: end
UPDATE generation_jobs SET status = %(status)s, error_code = %(error_code)s,
  error_params = %(error_params)s, error_message = %(error_message)s
WHERE id = %(id)s

-- name: lock_of_work
-- First its jobs, as every step locks them.
SELECT id FROM generation_jobs WHERE work_id = %(work_id)s ORDER BY id FOR UPDATE

-- name: lock_work
SELECT w.id, w.user_id, w.status, w.credits_used, w.credits_refunded, u.language
FROM works w JOIN users u ON u.id = w.user_id WHERE w.id = %(work_id)s FOR NO KEY UPDATE OF w

-- name: end_work
UPDATE works SET status = %(status)s, error_code = %(error_code)s, error_params = %(error_params)s,
  error_message = %(error_message)s
WHERE id = %(work_id)s

-- name: work
SELECT w.id, w.number, w.user_id, w.project_id, w.template_slug AS template, w.status, w.engine,
  w.retry_of, w.output_count, w.error_code, w.error_params, w.credits_used, w.credits_refunded,
  w.created_at, coalesce(w.completed_at, w.failed_at, w.cancelled_at) AS ended_at,
  ARRAY(SELECT r.id FROM works r WHERE r.retry_of = w.id ORDER BY r.id) AS retries
FROM shown_works w WHERE w.id = %(id)s
