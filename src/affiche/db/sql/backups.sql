-- name: objects
SELECT bucket_id AS bucket, object_key AS key, file_size AS size, encode(sha256, 'hex') AS sha256,
  work_id::text AS work_id, id::text AS file_id
FROM files
UNION ALL
SELECT 'thumbs', thumbnail_key, NULL, NULL, work_id::text, id::text
FROM files WHERE thumbnail_key IS NOT NULL

-- name: put_back
UPDATE generation_jobs SET status = 'pending'
WHERE status IN ('taken', 'processing')
RETURNING id

-- name: uncount
UPDATE generation_jobs SET takes = takes - 1 WHERE id = ANY (%(ids)s)

-- name: forget_withdrawals
DELETE FROM withdrawals WHERE done_at IS NULL

-- name: detach_withdrawals
UPDATE withdrawals w SET job_id = NULL FROM generation_jobs j
WHERE j.id = w.job_id AND j.status IN ('pending', 'taken', 'processing')

-- name: rename_jobs
UPDATE generation_jobs SET id = uuid_v7() WHERE status IN ('pending', 'taken', 'processing')

-- name: forget_preview
UPDATE endpoints SET url = NULL WHERE kind = 'preview'

-- name: begin_era
-- Also within the server that the backup came from: the original goes on there with its own events.
INSERT INTO event_eras (era, system, timeline)
SELECT greatest((extract(epoch FROM clock_timestamp()) * 1000000)::bigint, max(era) + 1),
  (pg_control_system()).system_identifier, left(pg_walfile_name(pg_current_wal_lsn()), 8)
FROM event_eras
