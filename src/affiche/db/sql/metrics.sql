-- name: endpoints
-- Each with what waits there, counted to ten thousand, and since when the first of it has waited.
SELECT e.name, e.kind, e.unwell_since IS NULL AS well, e.works_at_once AS places,
  (e.running + (SELECT coalesce(sum(c.places), 0) FROM place_changes c
    WHERE c.endpoint_id = e.id))::integer AS running,
  line.waiting::integer, line.oldest, e.paused_at IS NOT NULL AS paused,
  coalesce(extract(epoch FROM statement_timestamp() - e.unwell_since), 0)::float AS unwell_seconds,
  coalesce(spent.seconds, 0)::float AS engine_seconds,
  coalesce(spent.seconds::numeric * e.price_per_second, 0)::float AS cost
FROM endpoints e LEFT JOIN (
  SELECT endpoint_id, sum(execution_seconds) AS seconds FROM generation_jobs
  WHERE status IN ('completed', 'failed', 'cancelled')
    AND coalesce(completed_at, failed_at, cancelled_at)
      > statement_timestamp() - interval '5 minutes'
  GROUP BY endpoint_id) spent ON spent.endpoint_id = e.id
CROSS JOIN LATERAL (
  SELECT count(*) AS waiting,
    coalesce(extract(epoch FROM statement_timestamp() - min(first.created_at)), 0)::float AS oldest
  FROM (
    SELECT j.created_at FROM generation_jobs j
    WHERE j.endpoint_id = e.id AND j.status = 'pending' AND j.turn IS NOT NULL
    ORDER BY j.priority DESC, j.turn LIMIT 10000) first) line
WHERE e.is_active ORDER BY e.position, e.id

-- name: ended
-- Jobs that ended in the last five minutes, by how.
SELECT status, coalesce(error_code, '') AS code, count(*)::integer AS jobs
FROM generation_jobs
WHERE status IN ('completed', 'failed', 'cancelled')
  AND coalesce(completed_at, failed_at, cancelled_at)
    > statement_timestamp() - interval '5 minutes'
GROUP BY 1, 2 ORDER BY 1, 2

-- name: times
-- How long the phases of those that were completed took, in seconds.
SELECT phase, count(*)::integer AS jobs, sum(seconds)::float AS whole,
  percentile_cont(ARRAY[0.5, 0.95]) WITHIN GROUP (ORDER BY seconds) AS quantiles
FROM generation_jobs j CROSS JOIN LATERAL (VALUES
  ('waiting', extract(epoch FROM j.taken_at - j.created_at)),
  ('sending', extract(epoch FROM j.started_at - j.taken_at)),
  ('engine queue', j.waited_seconds::numeric),
  ('running', j.execution_seconds::numeric),
  ('storing', greatest(0, extract(epoch FROM j.completed_at - j.started_at)
    - coalesce(j.waited_seconds, 0)::numeric - j.execution_seconds::numeric)),
  ('whole', extract(epoch FROM j.completed_at - j.created_at))) AS phases (phase, seconds)
WHERE j.status IN ('completed', 'failed', 'cancelled') AND j.status = 'completed'
  AND coalesce(j.completed_at, j.failed_at, j.cancelled_at)
    > statement_timestamp() - interval '5 minutes' AND seconds IS NOT NULL
GROUP BY phase ORDER BY phase

-- name: credits
-- Credits moved in the last five minutes, by the kind of line; ids sort by time.
SELECT type, count(*)::integer AS lines, sum(abs(amount))::bigint AS credits
FROM credit_transactions
WHERE id >= (
  lpad(to_hex((extract(epoch FROM statement_timestamp() - interval '5 minutes') * 1000)::bigint),
    12, '0') || repeat('0', 20))::uuid
GROUP BY type ORDER BY type

-- name: elsewhere
-- What is neither an endpoint's nor a job's.
SELECT
  (SELECT count(*) FROM workers WHERE seen_at > statement_timestamp() - interval '45 seconds')
    ::integer AS workers,
  (SELECT count(*) FROM (SELECT FROM generation_jobs
    WHERE status IN ('taken', 'processing') AND step <> 'observe'
      AND taken_at < statement_timestamp() - interval '10 minutes'
      AND updated_at < statement_timestamp() - interval '10 minutes' LIMIT 10000) stuck)
    ::integer AS stuck,
  (SELECT count(*) FROM webhooks WHERE off_because IS NOT NULL)::integer AS webhooks_off,
  (SELECT extract(epoch FROM statement_timestamp() - min(since))::float / 86400 FROM (
    SELECT since FROM secret_ages WHERE seen_at > statement_timestamp() - interval '2 days'
    UNION ALL
    SELECT rotated_at FROM webhooks WHERE is_active
    UNION ALL
    SELECT created_at FROM api_keys
    WHERE revoked_at IS NULL AND (expires_at IS NULL OR expires_at > statement_timestamp())
  ) ages) AS secret_days,
  (SELECT count(*) FROM (SELECT FROM generation_jobs
    WHERE status = 'pending' AND endpoint_id IS NULL LIMIT 10000) homeless)::integer AS homeless,
  (SELECT count(*) FROM (SELECT FROM webhooks w JOIN webhook_deliveries d ON d.webhook_id = w.id
    WHERE w.is_active AND d.status = 'pending' LIMIT 10000) due)::integer AS deliveries
