-- name: chosen
SELECT channel, types FROM message_channels WHERE user_id = %(user_id)s ORDER BY channel

-- name: choose
INSERT INTO message_channels (user_id, channel, types)
VALUES (%(user_id)s, %(channel)s, %(types)s)
ON CONFLICT (user_id, channel) DO UPDATE SET types = excluded.types

-- name: unwanted
-- What was waiting for a channel and is wanted there no more.
DELETE FROM outbox o USING notifications n
WHERE o.user_id = %(user_id)s AND o.channel = %(channel)s AND o.message_id IS NULL
  AND n.id = o.notification_id AND n.type <> ALL (%(types)s)

-- name: undelivered
SELECT channel, error_code, error_params, ended_at FROM messages
WHERE user_id = %(user_id)s AND status = 'dead' AND ended_at > %(since)s
ORDER BY id DESC LIMIT 5

-- name: dead
SELECT count(*) FROM messages WHERE status = 'dead' AND ended_at > %(since)s

-- name: browsers
SELECT id, name, created_at FROM browsers WHERE user_id = %(user_id)s ORDER BY id

-- name: add_browser
-- One browser is one person's: whoever switched it on last.
INSERT INTO browsers (id, user_id, endpoint, p256dh, auth, name)
VALUES (%(id)s, %(user_id)s, %(endpoint)s, %(p256dh)s, %(auth)s, %(name)s)
ON CONFLICT (endpoint) DO UPDATE SET
  id = CASE WHEN browsers.user_id = excluded.user_id THEN browsers.id ELSE excluded.id END,
  user_id = excluded.user_id, p256dh = excluded.p256dh, auth = excluded.auth, name = excluded.name
RETURNING id, name, created_at

-- name: too_many_browsers
DELETE FROM browsers WHERE id IN (
  SELECT id FROM browsers WHERE user_id = %(user_id)s ORDER BY id DESC OFFSET %(most)s)

-- name: drop_browser
DELETE FROM browsers WHERE id = %(id)s AND user_id = %(user_id)s

-- name: due
-- Whose channels have something to go out.
SELECT user_id, channel FROM outbox WHERE message_id IS NULL AND run_at <= %(now)s
GROUP BY user_id, channel ORDER BY min(run_at) LIMIT %(most)s

-- name: pace
SELECT window_at, window_seconds, sent FROM message_channels
WHERE user_id = %(user_id)s AND channel = %(channel)s FOR UPDATE SKIP LOCKED

-- name: seen
-- What was read in the meantime need not be told.
DELETE FROM outbox o USING notifications n
WHERE o.user_id = %(user_id)s AND o.channel = %(channel)s AND o.message_id IS NULL
  AND n.id = o.notification_id AND n.read_at IS NOT NULL

-- name: waiting
SELECT notification_id, created_at FROM outbox
WHERE user_id = %(user_id)s AND channel = %(channel)s AND message_id IS NULL
ORDER BY notification_id LIMIT %(most)s

-- name: add
WITH message AS (
  INSERT INTO messages (id, user_id, channel, run_at, created_at)
  VALUES (%(id)s, %(user_id)s, %(channel)s, %(now)s, %(now)s)
)
UPDATE outbox SET message_id = %(id)s
WHERE channel = %(channel)s AND notification_id = ANY (%(notification_ids)s)

-- name: hold
UPDATE outbox SET run_at = %(until)s
WHERE user_id = %(user_id)s AND channel = %(channel)s AND message_id IS NULL

-- name: keep_pace
UPDATE message_channels SET
  window_at = %(window_at)s, window_seconds = %(window_seconds)s, sent = %(sent)s
WHERE user_id = %(user_id)s AND channel = %(channel)s

-- name: lost
-- Of a process that died after it had handed them over.
UPDATE messages SET status = 'dead', ended_at = %(now)s, error_code = 'message_uncertain'
WHERE id IN (
  SELECT id FROM messages
  WHERE status = 'sending' AND run_at <= %(now)s AND handed_at IS NOT NULL
  ORDER BY run_at LIMIT 100 FOR UPDATE SKIP LOCKED)
RETURNING id

-- name: stale
UPDATE messages SET status = 'dead', ended_at = %(now)s, error_code = 'message_too_old'
WHERE id IN (
  SELECT id FROM messages
  WHERE status = 'waiting' AND run_at <= %(now)s AND created_at < %(before)s
  ORDER BY run_at LIMIT 100 FOR UPDATE SKIP LOCKED)
RETURNING id

-- name: take
UPDATE messages SET
  status = 'sending', token = gen_random_uuid(), tries = tries + 1, run_at = %(lease)s
WHERE id IN (
  SELECT id FROM messages
  WHERE status IN ('waiting', 'sending') AND run_at <= %(now)s AND handed_at IS NULL
    AND channel = ANY (%(channels)s)
  ORDER BY run_at LIMIT %(most)s FOR UPDATE SKIP LOCKED)
RETURNING id, user_id, channel, token, tries, reached

-- name: reader
SELECT email, language FROM users WHERE id = %(user_id)s

-- name: told
SELECT n.id, n.work_id, n.type, n.title, n.message, n.data, n.read_at, n.created_at
FROM outbox o JOIN notifications n ON n.id = o.notification_id
WHERE o.message_id = %(id)s ORDER BY n.id

-- name: subscribed
SELECT id, endpoint, p256dh, auth FROM browsers
WHERE user_id = %(user_id)s AND id <> ALL (%(reached)s) ORDER BY id

-- name: handed
UPDATE messages SET handed_at = %(now)s WHERE id = %(id)s AND token = %(token)s

-- name: reached
UPDATE messages SET reached = reached || %(browser_id)s::uuid
WHERE id = %(id)s AND token = %(token)s

-- name: sent
UPDATE messages SET status = 'sent', ended_at = %(now)s, error_code = NULL, error_params = NULL
WHERE id = %(id)s AND token = %(token)s

-- name: again
UPDATE messages SET status = 'waiting', run_at = %(run_at)s, handed_at = NULL,
  error_code = %(error_code)s, error_params = %(error_params)s
WHERE id = %(id)s AND token = %(token)s

-- name: given_up
UPDATE messages SET status = 'dead', ended_at = %(now)s,
  error_code = %(error_code)s, error_params = %(error_params)s
WHERE id = %(id)s AND token = %(token)s

-- name: old
DELETE FROM messages WHERE id = ANY (ARRAY(
  SELECT id FROM messages WHERE ended_at < %(before)s ORDER BY ended_at LIMIT %(most)s))

-- name: forget
-- In a restored studio: the original has sent them, or is about to.
DELETE FROM outbox WHERE message_id IS NULL

-- name: forget_unsent
DELETE FROM messages WHERE status IN ('waiting', 'sending')
