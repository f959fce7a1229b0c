-- name: after
-- Ordered by the columns themselves: a bare name would be the text above, in which 10 < 9.
SELECT id, txid::text AS txid, work_id, type, data, created_at FROM events
WHERE user_id = %(user_id)s
  AND (txid, id) > (%(txid)s::text::xid8, %(id)s)
  AND txid < pg_snapshot_xmin(pg_current_snapshot())
ORDER BY events.txid, events.id LIMIT %(limit)s

-- name: now
SELECT (pg_snapshot_xmin(pg_current_snapshot())::text::numeric - 1)::text
