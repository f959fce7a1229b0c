-- name: release
-- Into line with what was delayed and is due. What somebody holds comes in the next round.
UPDATE generation_jobs SET run_at = run_at
WHERE id = ANY (ARRAY(
  SELECT id FROM generation_jobs
  WHERE status = 'pending' AND turn IS NULL AND endpoint_id IS NOT NULL
    AND run_at <= statement_timestamp()
  ORDER BY run_at LIMIT %(most)s FOR UPDATE SKIP LOCKED))

-- name: endpoints
-- What waits for one that does not answer stays in line until it does. One that answers and has
-- trouble with its workers is given what no other takes: it is work that gets them started.
SELECT e.id FROM endpoints e
-- Ordered, so that no other index is taken for one that finds a waiting job as soon.
WHERE e.is_active AND e.paused_at IS NULL AND (e.unwell_since IS NULL OR e.health ? 'workers') AND (
  SELECT true FROM generation_jobs j
  WHERE j.endpoint_id = e.id AND j.status = 'pending' AND j.turn IS NOT NULL
  ORDER BY j.priority DESC, j.turn, j.created_at, j.id LIMIT 1)
ORDER BY e.position, e.id

-- name: lock
SELECT true FROM endpoints
WHERE id = %(endpoint_id)s AND is_active AND paused_at IS NULL
  AND (unwell_since IS NULL OR health ? 'workers')
FOR NO KEY UPDATE SKIP LOCKED

-- name: places
WITH gone AS (
  DELETE FROM place_changes WHERE endpoint_id = %(endpoint_id)s RETURNING places
), changed AS (
  SELECT coalesce(sum(places), 0)::integer AS places FROM gone
), counted AS (
  UPDATE endpoints e SET running = e.running + c.places FROM changed c
  WHERE e.id = %(endpoint_id)s AND c.places <> 0
)
SELECT e.works_at_once - e.running - c.places FROM endpoints e, changed c
WHERE e.id = %(endpoint_id)s

-- name: claim
WITH chosen AS (
  SELECT id, priority, turn FROM generation_jobs
  WHERE endpoint_id = %(endpoint_id)s AND status = 'pending' AND turn IS NOT NULL
  ORDER BY priority DESC, turn, created_at, id LIMIT %(places)s FOR UPDATE SKIP LOCKED
), passed AS (
  INSERT INTO turns (endpoint_id, priority, turn)
  SELECT %(endpoint_id)s, priority, max(turn) FROM chosen GROUP BY priority
  ON CONFLICT (endpoint_id, priority) DO UPDATE SET turn = excluded.turn
  WHERE turns.turn < excluded.turn
)
UPDATE generation_jobs j
SET status = 'taken', token = gen_random_uuid(),
    deadline_at = clock_timestamp() + %(patience)s
-- As an array: joined, a plan without the parameters' values reads the whole table.
WHERE j.id = ANY (ARRAY(SELECT id FROM chosen))
RETURNING j.id, j.step, j.token

-- name: recount
-- Both in one statement, so that they look at the same moment.
WITH gone AS (
  DELETE FROM place_changes WHERE endpoint_id = %(endpoint_id)s
)
UPDATE endpoints SET running = (
  SELECT count(*) FROM generation_jobs
  WHERE endpoint_id = %(endpoint_id)s AND status IN ('taken', 'processing'))
WHERE id = %(endpoint_id)s

-- name: seconds_until_due
SELECT extract(epoch FROM min(run_at) - clock_timestamp()) FROM generation_jobs
WHERE status = 'pending' AND turn IS NULL AND endpoint_id IS NOT NULL
