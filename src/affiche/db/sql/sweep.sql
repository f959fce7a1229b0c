-- name: quiet
-- Under way, and nothing was written of it for a while.
SELECT id, step, token, entry FROM generation_jobs
WHERE status IN ('taken', 'processing') AND step <> 'observe'
  AND taken_at < statement_timestamp() - %(after)s::interval
  AND updated_at < statement_timestamp() - %(after)s::interval
ORDER BY taken_at LIMIT %(most)s FOR UPDATE SKIP LOCKED

-- name: queued
SELECT dedupe_key FROM pgqueuer.pgqueuer
-- The condition of the index on the key, word for word.
WHERE status = ANY (ARRAY['queued', 'picked']::pgqueuer.pgqueuer_status[])
  AND dedupe_key = ANY (%(keys)s)

-- name: forsaken
-- A step that ended, well or by a fault, took its entry along, and a process that died would have
-- left it: so nobody died over these, and it counts no take.
UPDATE generation_jobs SET step_started_at = NULL WHERE id = ANY (%(ids)s)

-- name: known
-- Which of these objects a row names. An output that is named and was not delivered, because its
-- job failed after it had been collected, counts as long as its work may still want it.
SELECT f.object_key FROM files f
WHERE f.object_key = ANY (%(keys)s) AND f.bucket_id = %(bucket)s
  AND (f.bucket_id = 'uploads' OR NOT EXISTS (
    SELECT FROM works w WHERE w.id = f.work_id AND w.status IN ('completed', 'failed', 'cancelled')
      AND EXISTS (SELECT FROM generation_jobs j WHERE j.work_id = w.id)
      AND NOT EXISTS (SELECT FROM generation_jobs j WHERE j.output_file_id = f.id)
      AND NOT EXISTS (SELECT FROM generation_jobs j WHERE j.stage_file_id = f.id)
      AND w.output_file_id IS DISTINCT FROM f.id AND w.thumbnail_file_id IS DISTINCT FROM f.id
      AND NOT is_needed(f.id)))

-- name: known_thumbnails
SELECT thumbnail_key FROM files WHERE thumbnail_key = ANY (%(keys)s)

-- name: forget_files
-- The rows of outputs that were never delivered; their thumbnails are then nobody's.
DELETE FROM files WHERE object_key = ANY (%(keys)s) AND bucket_id = 'works'

-- name: position
SELECT bucket, position, examined, young, removed, began_at, ended_at FROM sweeps
WHERE bucket = %(bucket)s

-- name: begin
INSERT INTO sweeps (bucket) VALUES (%(bucket)s)
ON CONFLICT (bucket) DO UPDATE SET position = '', examined = 0, young = 0, removed = 0,
  began_at = now(), ended_at = NULL

-- name: advance
UPDATE sweeps SET position = %(position)s, examined = examined + %(examined)s,
  young = young + %(young)s, removed = removed + %(removed)s
WHERE bucket = %(bucket)s

-- name: end
UPDATE sweeps SET position = '', ended_at = now() WHERE bucket = %(bucket)s

-- name: unused_uploads
-- Here and below: an array of the first few, so that the table is never walked for them.
DELETE FROM files WHERE id = ANY (ARRAY(
  SELECT id FROM files
  WHERE bucket_id = 'uploads' AND used_at IS NULL AND created_at < %(before)s AND NOT is_needed(id)
  ORDER BY created_at LIMIT %(most)s FOR UPDATE SKIP LOCKED))

-- name: ended_jobs
-- All jobs of a work at once: as long as it has any, they say which of its pictures count. What
-- its stages handed on goes with them.
WITH chosen AS (
  SELECT DISTINCT work_id FROM (
    SELECT j.work_id FROM generation_jobs j
    WHERE j.status IN ('completed', 'failed', 'cancelled')
      AND coalesce(j.completed_at, j.failed_at, j.cancelled_at) < %(before)s
      AND EXISTS (SELECT FROM works w
        WHERE w.id = j.work_id AND w.status IN ('completed', 'failed', 'cancelled'))
    ORDER BY coalesce(j.completed_at, j.failed_at, j.cancelled_at) LIMIT %(most)s
    FOR UPDATE SKIP LOCKED) oldest
), undelivered AS (
  DELETE FROM files f USING chosen c
  WHERE f.work_id = c.work_id AND f.bucket_id = 'works'
    AND NOT EXISTS (SELECT FROM generation_jobs j WHERE j.output_file_id = f.id)
    AND NOT EXISTS (SELECT FROM works w
      WHERE w.id = f.work_id AND f.id IN (w.output_file_id, w.thumbnail_file_id))
    AND NOT is_needed(f.id)
)
DELETE FROM generation_jobs j USING chosen c WHERE j.work_id = c.work_id

-- name: old_events
DELETE FROM events WHERE id = ANY (ARRAY(
  SELECT id FROM events WHERE created_at < %(before)s
  ORDER BY created_at LIMIT %(most)s FOR UPDATE SKIP LOCKED))

-- name: ended_withdrawals
DELETE FROM withdrawals WHERE id = ANY (ARRAY(
  SELECT id FROM withdrawals WHERE done_at < %(before)s
  ORDER BY done_at LIMIT %(most)s FOR UPDATE SKIP LOCKED))

-- name: old_deliveries
-- Of webhooks, sent or not.
DELETE FROM webhook_deliveries WHERE id = ANY (ARRAY(
  SELECT id FROM webhook_deliveries WHERE created_at < %(before)s
  ORDER BY created_at LIMIT %(most)s FOR UPDATE SKIP LOCKED))

-- name: old_idempotency_keys
DELETE FROM idempotency_keys WHERE ctid = ANY (ARRAY(
  SELECT ctid FROM idempotency_keys WHERE created_at < %(before)s
  ORDER BY created_at LIMIT %(most)s FOR UPDATE SKIP LOCKED))

-- name: expired_sessions
DELETE FROM sessions WHERE hash = ANY (ARRAY(
  SELECT hash FROM sessions WHERE expires_at < %(before)s
  ORDER BY expires_at LIMIT %(most)s FOR UPDATE SKIP LOCKED))

-- name: expired_links
DELETE FROM sign_in_links WHERE hash = ANY (ARRAY(
  SELECT hash FROM sign_in_links WHERE expires_at < %(before)s
  ORDER BY expires_at LIMIT %(most)s FOR UPDATE SKIP LOCKED))

-- name: old_queue_log
DELETE FROM pgqueuer.pgqueuer_log WHERE id = ANY (ARRAY(
  SELECT id FROM pgqueuer.pgqueuer_log WHERE created < %(before)s
  ORDER BY created LIMIT %(most)s FOR UPDATE SKIP LOCKED))

-- name: old_invitations
-- Accepted or not: who was invited is in the project, or is nobody's business.
DELETE FROM invitations WHERE id = ANY (ARRAY(
  SELECT id FROM invitations WHERE expires_at < %(before)s
  ORDER BY expires_at LIMIT %(most)s FOR UPDATE SKIP LOCKED))
