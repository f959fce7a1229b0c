-- name: project
-- As whoever asks: a project that they can see, and whether they may look after its webhooks.
SELECT id, admin_of(id) AS is_admin FROM projects
WHERE id = coalesce(%(project_id)s::uuid,
  (SELECT p.id FROM projects p WHERE p.user_id = (SELECT auth.uid()) AND p.is_default))

-- name: listed
-- As whoever asks.
SELECT id, project_id, user_id, url, description, types, previous_until, key_print, rotated_at,
  is_active, off_because, off_at, failing_since, created_at
FROM webhooks WHERE project_id = ANY (
  CASE WHEN %(project_id)s::uuid IS NULL THEN (SELECT my_projects('admin'))
    ELSE ARRAY[%(project_id)s::uuid] END)
ORDER BY project_id, id

-- name: by_id
SELECT id, project_id, user_id, url, description, types, previous_until, key_print, rotated_at,
  is_active, off_because, off_at, failing_since, created_at
FROM webhooks WHERE id = %(id)s

-- name: add
-- Under the project's lock, so that two at once do not pass the limit together.
WITH project AS (SELECT id FROM projects WHERE id = %(project_id)s FOR UPDATE)
INSERT INTO webhooks (id, project_id, user_id, url, description, types, seed, key_print)
SELECT %(id)s, p.id, %(user_id)s, %(url)s, %(description)s, %(types)s, %(seed)s, %(key_print)s
FROM project p
WHERE (SELECT count(*) FROM webhooks w WHERE w.project_id = p.id) < %(most)s
RETURNING id

-- name: change
-- On again, it is as good as new.
UPDATE webhooks SET url = %(url)s, description = %(description)s, types = %(types)s,
  off_because = CASE WHEN is_active = %(is_active)s THEN off_because END,
  off_at = CASE WHEN is_active = %(is_active)s THEN off_at
    WHEN NOT %(is_active)s THEN clock_timestamp() END,
  failing_since = CASE WHEN %(is_active)s AND NOT is_active THEN NULL ELSE failing_since END,
  is_active = %(is_active)s
WHERE id = %(id)s

-- name: rotate
-- A secret that was made with a key we do not have cannot sign any more.
UPDATE webhooks SET
  previous_seed = CASE WHEN key_print = %(key_print)s THEN seed END,
  previous_until = CASE WHEN key_print = %(key_print)s THEN %(until)s::timestamptz END,
  seed = %(seed)s, key_print = %(key_print)s, rotated_at = %(now)s
WHERE id = %(id)s

-- name: remove
DELETE FROM webhooks WHERE id = %(id)s

-- name: add_delivery
INSERT INTO webhook_deliveries (id, webhook_id, type, data)
VALUES (%(id)s, %(webhook_id)s, %(type)s, %(data)s)

-- name: announce
SELECT pg_notify('webhook_due', '')

-- name: deliveries
SELECT id, webhook_id, type, data, status, attempts, next_at, created_at, ended_at
FROM webhook_deliveries WHERE webhook_id = %(webhook_id)s AND id < %(before)s
ORDER BY id DESC LIMIT %(limit)s

-- name: delivery
SELECT id, webhook_id, type, data, status, attempts, next_at, created_at, ended_at
FROM webhook_deliveries WHERE id = %(id)s AND webhook_id = %(webhook_id)s

-- name: attempts
SELECT number, at, milliseconds, status_code, reason, answer
FROM webhook_attempts WHERE delivery_id = %(delivery_id)s ORDER BY number

-- name: attempts_of
SELECT delivery_id, number, at, milliseconds, status_code, reason, answer
FROM webhook_attempts WHERE delivery_id = ANY (%(delivery_ids)s) ORDER BY delivery_id, number

-- name: redeliver
-- From the beginning of the schedule; what is being sent at the moment is not sent beside it.
UPDATE webhook_deliveries d SET status = 'pending', ended_at = NULL, next_at = clock_timestamp(),
  begun_after = d.attempts
WHERE d.id = %(id)s AND d.webhook_id = %(webhook_id)s
  AND (d.status <> 'pending' OR d.attempts = (
    SELECT coalesce(max(a.number), 0) FROM webhook_attempts a WHERE a.delivery_id = d.id))

-- name: claim
-- A few of each webhook, so that none that is slow stands before the others. Whoever claims has
-- until `lease` is over; then it is taken for forgotten, and sent again under the same id.
UPDATE webhook_deliveries d SET attempts = d.attempts + 1,
  next_at = clock_timestamp() + %(lease)s::interval
FROM webhooks w
WHERE w.id = d.webhook_id AND d.id = ANY (ARRAY(
  SELECT due.id FROM webhooks h CROSS JOIN LATERAL (
    SELECT id, next_at FROM webhook_deliveries
    WHERE webhook_id = h.id AND status = 'pending' AND next_at <= statement_timestamp()
    ORDER BY next_at LIMIT %(each)s FOR NO KEY UPDATE SKIP LOCKED) due
  WHERE h.is_active AND h.key_print = %(key_print)s AND h.id <> ALL (%(busy)s::uuid[])
  ORDER BY due.next_at LIMIT %(most)s))
RETURNING d.id, d.webhook_id, d.type, d.data, d.created_at, d.attempts AS number,
  d.attempts - d.begun_after AS attempt, w.url, w.seed, w.failing_since,
  CASE WHEN w.previous_until > clock_timestamp() THEN w.previous_seed END AS previous_seed

-- name: record
INSERT INTO webhook_attempts (delivery_id, number, at, milliseconds, status_code, reason, answer)
SELECT d.id, %(number)s, %(at)s, %(milliseconds)s, %(status_code)s, %(reason)s, %(answer)s
FROM webhook_deliveries d WHERE d.id = %(id)s
ON CONFLICT (delivery_id, number) DO NOTHING

-- name: delivered
UPDATE webhook_deliveries SET status = 'delivered', ended_at = clock_timestamp()
WHERE id = %(id)s AND status = 'pending'

-- name: came_through
UPDATE webhooks SET failing_since = NULL WHERE id = %(webhook_id)s AND failing_since IS NOT NULL

-- name: again
-- Unless somebody else has begun another attempt.
UPDATE webhook_deliveries SET next_at = %(next_at)s
WHERE id = %(id)s AND status = 'pending' AND attempts = %(number)s

-- name: given_up
UPDATE webhook_deliveries SET status = 'failed', ended_at = clock_timestamp()
WHERE id = %(id)s AND status = 'pending' AND attempts = %(number)s

-- name: failing
UPDATE webhooks SET failing_since = %(now)s WHERE id = %(webhook_id)s AND failing_since IS NULL

-- name: put_off
UPDATE webhooks SET is_active = false, off_because = %(because)s, off_at = clock_timestamp()
WHERE id = %(webhook_id)s AND is_active
RETURNING project_id

-- name: pictures
-- Of a work, as far as they are kept.
SELECT f.id, f.bucket_id, f.object_key, f.width, f.height, f.mime_type
FROM generation_jobs j JOIN files f ON f.id = j.output_file_id
WHERE j.work_id = %(work_id)s AND j.status = 'completed'
ORDER BY j.output_index
