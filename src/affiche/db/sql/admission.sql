-- name: endpoints
SELECT e.id FROM endpoints e
-- Ordered, so that no other index is taken for one that finds a waiting job as soon.
WHERE e.is_active AND (
  SELECT true FROM generation_jobs j WHERE j.endpoint_id = e.id AND j.status = 'pending'
  ORDER BY j.user_id LIMIT 1)
ORDER BY e.position, e.id

-- name: lock
SELECT works_at_once FROM endpoints WHERE id = %(endpoint_id)s AND is_active FOR NO KEY UPDATE

-- name: running
SELECT count(*) FROM generation_jobs
WHERE endpoint_id = %(endpoint_id)s AND status IN ('taken', 'processing')

-- name: claim
WITH RECURSIVE waiting AS (
  (SELECT user_id FROM generation_jobs
   WHERE endpoint_id = %(endpoint_id)s AND status = 'pending' ORDER BY user_id LIMIT 1)
  UNION ALL
  SELECT (
    SELECT j.user_id FROM generation_jobs j
    WHERE j.endpoint_id = %(endpoint_id)s AND j.status = 'pending' AND j.user_id > w.user_id
    ORDER BY j.user_id LIMIT 1)
  FROM waiting w WHERE w.user_id IS NOT NULL
), running AS (
  SELECT user_id, count(*) AS works FROM generation_jobs
  WHERE endpoint_id = %(endpoint_id)s AND status IN ('taken', 'processing') GROUP BY user_id
), candidates AS (
  SELECT j.id, j.priority, j.created_at, coalesce(r.works, 0) + row_number() OVER (
      PARTITION BY j.user_id ORDER BY j.priority DESC, j.created_at, j.id) AS share
  FROM waiting w
  CROSS JOIN LATERAL (
    SELECT id, user_id, priority, created_at FROM generation_jobs
    WHERE endpoint_id = %(endpoint_id)s AND status = 'pending' AND user_id = w.user_id
      AND run_at <= statement_timestamp()
    ORDER BY priority DESC, created_at, id LIMIT %(places)s
  ) j
  LEFT JOIN running r ON r.user_id = j.user_id
  WHERE w.user_id IS NOT NULL
), chosen AS (
  SELECT id FROM candidates ORDER BY priority DESC, share, created_at, id LIMIT %(places)s
), locked AS (
  SELECT id FROM generation_jobs
  WHERE id IN (SELECT id FROM chosen) AND status = 'pending' FOR UPDATE SKIP LOCKED
)
UPDATE generation_jobs j
SET status = 'taken', token = gen_random_uuid(),
    deadline_at = clock_timestamp() + %(patience)s
FROM locked WHERE j.id = locked.id
RETURNING j.id, j.step, j.token

-- name: seconds_until_due
SELECT extract(epoch FROM min(run_at) - clock_timestamp()) FROM generation_jobs
WHERE status = 'pending' AND run_at > statement_timestamp()
