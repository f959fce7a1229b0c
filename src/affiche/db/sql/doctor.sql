-- name: works
-- Counted no further than a page would say.
SELECT
  (SELECT count(*) FROM (SELECT FROM generation_jobs WHERE status = 'pending'
    LIMIT %(most)s) waiting) AS waiting,
  (SELECT extract(epoch FROM clock_timestamp() - min(run_at))::float FROM (
    SELECT run_at FROM generation_jobs WHERE status = 'pending' ORDER BY created_at
    LIMIT %(most)s) oldest) AS waited,
  (SELECT count(*) FROM (SELECT FROM generation_jobs WHERE status IN ('taken', 'processing')
    LIMIT %(most)s) running) AS running,
  (SELECT count(*) FROM (SELECT FROM generation_jobs
    WHERE status IN ('taken', 'processing') AND step <> 'observe'
      AND taken_at < clock_timestamp() - make_interval(secs => %(stranded)s)
      AND updated_at < clock_timestamp() - make_interval(secs => %(stranded)s)
    LIMIT %(most)s) stranded) AS stranded,
  (SELECT count(*) FROM (SELECT FROM generation_jobs
    WHERE status IN ('taken', 'processing')
      AND deadline_at < clock_timestamp() - make_interval(secs => %(overdue)s)
    LIMIT %(most)s) overdue) AS overdue,
  (SELECT count(*) FROM workers
    WHERE seen_at > clock_timestamp() - make_interval(secs => %(seen)s)) AS workers,
  (SELECT count(*) FROM workers WHERE version <> %(version)s
    AND seen_at > clock_timestamp() - make_interval(secs => %(seen)s)) AS others,
  extract(epoch FROM clock_timestamp())::float AS clock

-- name: entries
-- Of the queue, as long as it is not read to its end: which job each is about.
SELECT split_part(convert_from(payload, 'UTF8'), ':', 1)::uuid AS job_id FROM pgqueuer.pgqueuer
WHERE created < now() - interval '1 minute'
  AND convert_from(payload, 'UTF8') ~ '^[0-9a-f-]{36}:[0-9a-f-]{36}$'
ORDER BY id LIMIT %(most)s

-- name: under_way
SELECT id FROM generation_jobs WHERE id = ANY (%(ids)s) AND status IN ('taken', 'processing')

-- name: withdrawals
SELECT count(*) AS open, max(tries) AS tries,
  extract(epoch FROM clock_timestamp() - min(created_at))::float AS age
FROM withdrawals WHERE done_at IS NULL AND tries >= %(tries)s

-- name: webhooks
-- That were put off because nobody took what they were sent, that fail, or gave messages up.
SELECT w.id, regexp_replace(w.url, '^https?://([^/?#]*).*$', '\1') AS host, w.off_because,
  w.failing_since, (SELECT count(*) FROM (
    SELECT FROM webhook_deliveries d
    WHERE d.webhook_id = w.id AND d.status = 'failed' AND d.created_at > %(since)s
    LIMIT 1000) dead)::integer AS given_up
FROM webhooks w
WHERE w.off_because IS NOT NULL OR w.failing_since IS NOT NULL OR w.is_active
ORDER BY w.id

-- name: leftovers
SELECT
  (SELECT count(*) FROM (SELECT FROM files
    WHERE bucket_id = 'uploads' AND used_at IS NULL AND created_at < %(unused)s
    LIMIT %(most)s) unused) AS unused,
  (SELECT count(*) FROM (SELECT FROM generation_jobs
    WHERE status IN ('completed', 'failed', 'cancelled')
      AND coalesce(completed_at, failed_at, cancelled_at) < %(ended)s
    LIMIT %(most)s) ended) AS ended,
  (SELECT min(coalesce(ended_at, '-infinity')) FROM sweeps) AS swept_at,
  (SELECT coalesce(sum(removed), 0)::bigint FROM sweeps) AS removed,
  (SELECT coalesce(sum(examined), 0)::bigint FROM sweeps) AS examined

-- name: pictures
SELECT id, object_key, file_size FROM files
WHERE bucket_id = 'works' AND id < %(before)s ORDER BY id DESC LIMIT %(most)s

-- name: room
-- Rolled back by whoever asks: it takes a few pages, which a full disk does not give.
INSERT INTO events (user_id, type, data)
SELECT gen_random_uuid(), 'doctor', jsonb_build_object('text', repeat(md5(n::text), 45))
FROM generate_series(1, 40) AS n
