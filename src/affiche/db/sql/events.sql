-- name: after
-- Ordered by the columns themselves: a bare name would be the text above, in which 10 < 9.
-- All transactions of an earlier era have ended, whatever their ids are.
SELECT id, era, txid::text AS txid, work_id, type, data, created_at FROM events
WHERE user_id = %(user_id)s
  AND (era, txid, id) > (%(era)s, %(txid)s::text::xid8, %(id)s)
  AND (txid < pg_snapshot_xmin(pg_current_snapshot()) OR era < (SELECT max(era) FROM event_eras))
ORDER BY events.era, events.txid, events.id LIMIT %(limit)s

-- name: now
SELECT event_era() || '.' || (pg_snapshot_xmin(pg_current_snapshot())::text::numeric - 1)
