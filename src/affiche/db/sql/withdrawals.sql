-- name: due
UPDATE withdrawals SET run_at = clock_timestamp() + interval '30 seconds'
WHERE id IN (
  SELECT id FROM withdrawals WHERE done_at IS NULL AND run_at <= statement_timestamp()
  ORDER BY run_at LIMIT %(most)s FOR UPDATE SKIP LOCKED)
RETURNING id, endpoint_id, external_id, tries

-- name: add
INSERT INTO withdrawals (job_id, endpoint_id, external_id)
VALUES (%(job_id)s, %(endpoint_id)s, %(external_id)s)

-- name: again
UPDATE withdrawals SET tries = tries + 1, run_at = %(run_at)s WHERE id = %(id)s

-- name: done
UPDATE withdrawals SET tries = tries + 1, done_at = clock_timestamp() WHERE id = %(id)s
