-- name: claim
-- Whoever gets the row looks; the others come again later.
UPDATE alert_rounds SET run_at = %(now)s
WHERE only_row = ANY (ARRAY(
  SELECT only_row FROM alert_rounds WHERE run_at <= %(now)s::timestamptz - %(every)s::interval
  FOR UPDATE SKIP LOCKED))

-- name: runs
-- Those that ended since then; what was cancelled is nobody's fault.
SELECT count(*)::integer AS ended, count(*) FILTER (WHERE status = 'failed')::integer AS failed
FROM generation_jobs
WHERE status IN ('completed', 'failed', 'cancelled') AND status <> 'cancelled'
  AND coalesce(completed_at, failed_at, cancelled_at) >= %(since)s

-- name: queues
-- Of what is due, since it is; of a long line the first ten thousand.
SELECT e.name AS endpoint, count(first.run_at)::integer AS waiting,
  greatest(interval '0', %(now)s::timestamptz - min(first.run_at)) AS oldest
FROM endpoints e CROSS JOIN LATERAL (
  SELECT j.run_at FROM generation_jobs j
  WHERE j.endpoint_id = e.id AND j.status = 'pending' AND j.turn IS NOT NULL
  ORDER BY j.priority DESC, j.turn LIMIT 10000) first
GROUP BY e.id, e.name ORDER BY e.name

-- name: unwell
SELECT name AS endpoint, unwell_since AS since, coalesce(health ->> 'reason', '') AS reason
FROM endpoints WHERE is_active AND unwell_since IS NOT NULL ORDER BY name

-- name: budgets
-- What has gone back is looked up only where enough was charged.
SELECT b.id::text AS subject, b.period, b.credits, b.user_id, b.project_id,
  (b.charged - budget_refunds(b.user_id, b.project_id, b.period_start))::bigint AS spent
FROM credit_budgets b
WHERE b.credits > 0 AND b.period_start = date_trunc(b.period, clock_timestamp(), 'Asia/Seoul')
  AND b.charged * 100 >= b.credits * %(percent)s::float
  AND (SELECT charging FROM credit_rules)
ORDER BY b.id LIMIT 1000

-- name: storage
-- Of projects that may not keep whatever they like.
WITH kept AS (
  SELECT project_id, sum(bytes)::bigint AS used FROM storage_counts GROUP BY project_id
)
SELECT p.id::text AS subject, p.name, k.used, q.quota
FROM kept k JOIN projects p ON p.id = k.project_id
CROSS JOIN LATERAL (SELECT storage_quota(p.id) AS quota) q
WHERE q.quota > 0 AND k.used * 100 >= q.quota * %(percent)s::float
ORDER BY p.id LIMIT 1000

-- name: open
SELECT rule, subject, seen_at, told_at FROM alerts WHERE closed_at IS NULL

-- name: add
-- Nothing where somebody was quicker.
INSERT INTO alerts (id, rule, subject, params, opened_at, seen_at, told_at)
VALUES (%(id)s, %(rule)s, %(subject)s, %(params)s, %(now)s, %(now)s, %(now)s)
ON CONFLICT (rule, subject) WHERE closed_at IS NULL DO NOTHING

-- name: keep
UPDATE alerts SET params = %(params)s, seen_at = %(now)s,
  told_at = CASE WHEN %(told)s THEN %(now)s ELSE told_at END
WHERE rule = %(rule)s AND subject = %(subject)s AND closed_at IS NULL
RETURNING id, rule, subject, params, opened_at, seen_at, told_at, closed_at

-- name: close
UPDATE alerts SET closed_at = %(now)s
WHERE rule = %(rule)s AND subject = %(subject)s AND closed_at IS NULL
RETURNING id, rule, subject, params, opened_at, seen_at, told_at, closed_at

-- name: page
SELECT id, rule, subject, params, opened_at, seen_at, told_at, closed_at FROM alerts
WHERE id < %(before)s ORDER BY id DESC LIMIT %(limit)s

-- name: page_open
SELECT id, rule, subject, params, opened_at, seen_at, told_at, closed_at FROM alerts
WHERE closed_at IS NULL AND id < %(before)s ORDER BY id DESC LIMIT %(limit)s

-- name: operators
SELECT id, email, language FROM users
WHERE is_operator AND disabled_at IS NULL AND email IS NOT NULL ORDER BY id

-- name: add_mail
INSERT INTO alert_mails (id, user_id, address, news, run_at, created_at)
VALUES (%(id)s, %(user_id)s, %(address)s, %(news)s, %(now)s, %(now)s)

-- name: tell_webhooks
-- Those that an operator made and that ask for it.
WITH told AS (
  INSERT INTO webhook_deliveries (webhook_id, type, data)
  SELECT h.id, 'studio.alert', %(data)s
  FROM webhooks h JOIN users u ON u.id = h.user_id
  WHERE h.is_active AND 'studio.alert' = ANY (h.types) AND u.is_operator
    AND u.disabled_at IS NULL
  RETURNING id
)
SELECT pg_notify('webhook_due', '') FROM told LIMIT 1

-- name: lost_mails
-- Of a process that died after it had handed them over, and what is too old to be news.
UPDATE alert_mails SET status = 'dead', ended_at = %(now)s,
  error_code = CASE WHEN handed_at IS NOT NULL THEN 'message_uncertain' ELSE 'message_too_old' END
WHERE id IN (
  SELECT id FROM alert_mails
  WHERE status IN ('waiting', 'sending') AND run_at <= %(now)s
    AND (handed_at IS NOT NULL OR created_at < %(before)s)
  ORDER BY run_at LIMIT 100 FOR UPDATE SKIP LOCKED)
RETURNING id

-- name: take_mails
UPDATE alert_mails m SET
  status = 'sending', token = gen_random_uuid(), tries = tries + 1, run_at = %(lease)s
WHERE id IN (
  SELECT id FROM alert_mails
  WHERE status IN ('waiting', 'sending') AND run_at <= %(now)s AND handed_at IS NULL
  ORDER BY run_at LIMIT %(most)s FOR UPDATE SKIP LOCKED)
RETURNING m.id, m.news, m.token, m.tries, coalesce(m.address,
    (SELECT u.email FROM users u WHERE u.id = m.user_id AND u.is_operator)) AS address,
  (SELECT u.language FROM users u WHERE u.id = m.user_id) AS language

-- name: mail_handed
UPDATE alert_mails SET handed_at = %(now)s WHERE id = %(id)s AND token = %(token)s

-- name: mail_sent
UPDATE alert_mails SET status = 'sent', ended_at = %(now)s, error_code = NULL
WHERE id = %(id)s AND token = %(token)s

-- name: mail_again
UPDATE alert_mails SET status = 'waiting', run_at = %(run_at)s, handed_at = NULL,
  error_code = %(error_code)s
WHERE id = %(id)s AND token = %(token)s

-- name: mail_given_up
UPDATE alert_mails SET status = 'dead', ended_at = %(now)s, error_code = %(error_code)s
WHERE id = %(id)s AND token = %(token)s

-- name: old
DELETE FROM alerts WHERE id = ANY (ARRAY(
  SELECT id FROM alerts WHERE closed_at < %(before)s ORDER BY closed_at LIMIT %(most)s))

-- name: old_mails
DELETE FROM alert_mails WHERE id = ANY (ARRAY(
  SELECT id FROM alert_mails WHERE ended_at < %(before)s ORDER BY ended_at LIMIT %(most)s))

-- name: forget_mails
-- In a restored studio: the original has sent them, or is about to.
DELETE FROM alert_mails WHERE status IN ('waiting', 'sending')

-- name: counts
-- Those that are open, by rule.
SELECT rule, count(*)::integer AS open FROM alerts WHERE closed_at IS NULL
GROUP BY rule ORDER BY rule
