-- name: page
SELECT s.*, q.place, q.line, q.lanes, q.answers, q.usual, q.ran, q.ahead, q.under_way
FROM my_queue(%(limit)s) q JOIN shown_works s ON s.id = q.work_id
ORDER BY q.rank

-- name: tally
-- Counted up to a thousand, of each.
SELECT
  (SELECT count(*) FROM (SELECT FROM works WHERE user_id = %(user_id)s AND status = 'pending'
    LIMIT 1000) w) AS waiting,
  r.running, r.percent
FROM (
  SELECT count(*) AS running,
    avg((w.progress ->> 'percent')::float) FILTER (
      WHERE jsonb_typeof(w.progress -> 'percent') = 'number') AS percent
  FROM (SELECT progress FROM works
    WHERE user_id = %(user_id)s AND status IN ('taken', 'processing') LIMIT 1000) w) r

-- name: waiting
-- What would be cancelled with the rest, and comes back for it; up to a thousand.
SELECT count(*) AS works, coalesce(sum(w.credits_used - w.credits_refunded), 0) AS credits,
  max(w.number) AS newest
FROM (SELECT number, credits_used, credits_refunded FROM works
  WHERE user_id = %(user_id)s AND status = 'pending' ORDER BY id LIMIT 1000) w

-- name: cancel_waiting
-- Some at a time, so that nobody's step waits for all of them.
SELECT count(*) AS works, coalesce(sum(c.credits_refunded), 0) AS credits
FROM (SELECT id FROM works
  WHERE user_id = %(user_id)s AND status = 'pending' AND number <= %(newest)s
  ORDER BY id LIMIT 100) w CROSS JOIN LATERAL cancel_work(w.id) c
WHERE c.status = 'cancelled'

-- name: ended
-- Of each end the latest asked for, and of those what ended of late.
SELECT s.*, EXISTS (SELECT FROM works r WHERE r.retry_of = s.id) AS tried_again
FROM unnest(ARRAY['completed', 'failed', 'cancelled']) AS wanted (status)
CROSS JOIN LATERAL (
  SELECT x.id FROM works x
  WHERE x.user_id = %(user_id)s AND x.status = wanted.status AND x.trashed_at IS NULL
  ORDER BY x.id DESC LIMIT 50) w
JOIN shown_works s ON s.id = w.id
WHERE coalesce(s.completed_at, s.failed_at, s.cancelled_at) > %(since)s
ORDER BY coalesce(s.completed_at, s.failed_at, s.cancelled_at) DESC, s.id LIMIT %(limit)s

-- name: front
SELECT front_work(%(id)s)

-- name: look
-- The jobs of a work that run: whether each is looked at now, and since when nobody has.
SELECT j.id, check_job(j.id) AS seen FROM generation_jobs j
WHERE j.work_id = %(id)s AND j.status = 'processing'

-- name: looked
-- How many of a work's runs are due and not looked at yet.
SELECT count(*) FROM generation_jobs
WHERE work_id = %(id)s AND status = 'processing' AND step = 'observe'
  AND observe_at <= clock_timestamp()

-- name: glimpse
SELECT number, media_type, picture FROM glimpse_of(%(id)s)

-- name: show
-- The picture, and on the work that there is another one.
WITH kept AS (
  INSERT INTO glimpses AS g (work_id, media_type, picture)
  SELECT w.id, %(media_type)s, %(picture)s
  FROM generation_jobs j JOIN works w ON w.id = j.work_id
  WHERE j.external_id = %(external_id)s AND j.status = 'processing' AND w.status = 'processing'
  ON CONFLICT (work_id) DO UPDATE SET
    number = g.number + 1, media_type = excluded.media_type, picture = excluded.picture
  RETURNING g.work_id, g.number
)
UPDATE works w SET progress = coalesce(w.progress, '{}') || jsonb_build_object('look', kept.number)
FROM kept WHERE w.id = kept.work_id AND w.status = 'processing'
