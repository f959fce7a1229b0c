-- name: seen
INSERT INTO workers (id, host, process, version)
VALUES (%(id)s, %(host)s, %(process)s, %(version)s)
ON CONFLICT (id) DO UPDATE SET seen_at = clock_timestamp()

-- name: gone
DELETE FROM workers WHERE id = %(id)s OR seen_at < clock_timestamp() - interval '1 day'

-- name: lately
SELECT count(*) FROM workers
WHERE seen_at > clock_timestamp() - make_interval(secs => %(seconds)s)
