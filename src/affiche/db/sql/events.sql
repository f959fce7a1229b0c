-- name: after
-- One's own, and of every project one is in what others do there: each from its own index.
-- Ordered by the columns themselves: a bare name would be the text above, in which 10 < 9.
-- All transactions of an earlier era have ended, whatever their ids are.
SELECT e.id, e.era, e.txid::text AS txid, e.work_id, e.type, e.data, e.created_at FROM (
  (SELECT * FROM events
   WHERE user_id = %(user_id)s
     AND (era, txid, id) > (%(era)s, %(txid)s::text::xid8, %(id)s)
     AND (txid < pg_snapshot_xmin(pg_current_snapshot())
       OR era < (SELECT max(era) FROM event_eras))
   ORDER BY events.era, events.txid, events.id LIMIT %(limit)s)
  UNION ALL
  SELECT o.* FROM unnest((SELECT my_projects())::uuid[]) AS mine (id)
  CROSS JOIN LATERAL (
    SELECT * FROM events
    WHERE project_id = mine.id AND user_id <> %(user_id)s
      AND (era, txid, id) > (%(era)s, %(txid)s::text::xid8, %(id)s)
      AND (txid < pg_snapshot_xmin(pg_current_snapshot())
        OR era < (SELECT max(era) FROM event_eras))
    ORDER BY events.era, events.txid, events.id LIMIT %(limit)s) o
) e
ORDER BY e.era, e.txid, e.id LIMIT %(limit)s

-- name: now
SELECT event_era() || '.' || (pg_snapshot_xmin(pg_current_snapshot())::text::numeric - 1)

-- name: horizon
SELECT pg_snapshot_xmin(now.seen)::text AS oldest, pg_snapshot_xmax(now.seen)::text AS next
FROM pg_current_snapshot() AS now (seen)

-- name: of_many
-- As the service; each of them is read for with their own rights, see there.
SELECT n, id, era, txid, work_id, type, data, created_at FROM events_of_many(
  %(people)s::uuid[], %(eras)s::bigint[], %(txids)s::text[], %(ids)s::bigint[], %(most)s)
