-- name: switch
UPDATE credit_rules SET charging = %(charging)s WHERE charging <> %(charging)s

-- name: charging
SELECT charging FROM credit_rules

-- name: used
SELECT EXISTS (SELECT FROM credit_transactions)

-- name: account
SELECT subscription_credits, purchased_credits, subscription_allowance, renewal_day, renews_at
FROM users WHERE id = %(user_id)s

-- name: statement
SELECT t.line, t.type, t.amount, t.subscription_amount, t.purchased_amount,
  t.subscription_balance, t.purchased_balance, t.work_id, t.output_index, t.reference, t.reason,
  t.created_at, w.title, w.template_id, w.template_version
FROM credit_transactions t LEFT JOIN works w ON w.id = t.work_id
WHERE t.user_id = %(user_id)s AND t.line < %(before)s
ORDER BY t.line DESC LIMIT %(limit)s

-- name: statement_onwards
SELECT t.line, t.type, t.amount, t.subscription_amount, t.purchased_amount,
  t.subscription_balance, t.purchased_balance, t.work_id, t.output_index, t.reference, t.reason,
  t.created_at, w.title, w.template_id, w.template_version
FROM credit_transactions t LEFT JOIN works w ON w.id = t.work_id
WHERE t.user_id = %(user_id)s AND t.line > %(after)s
ORDER BY t.line LIMIT %(limit)s

-- name: statement_of_month
-- As above, of one month, whose lines are found by their time.
SELECT t.line, t.type, t.amount, t.subscription_amount, t.purchased_amount,
  t.subscription_balance, t.purchased_balance, t.work_id, t.output_index, t.reference, t.reason,
  t.created_at, w.title, w.template_id, w.template_version
FROM credit_transactions t LEFT JOIN works w ON w.id = t.work_id
WHERE t.user_id = %(user_id)s AND t.line > %(after)s
  AND t.created_at >= %(since)s AND t.created_at < %(until)s
ORDER BY t.line LIMIT %(limit)s

-- name: budgets_of_user
SELECT b.id, b.user_id, b.project_id, b.period, b.credits,
  CASE WHEN b.period_start = date_trunc(b.period, clock_timestamp(), 'Asia/Seoul')
    THEN b.charged - budget_refunds(b.user_id, b.project_id, b.period_start) ELSE 0
  END::bigint AS spent
FROM credit_budgets b WHERE b.user_id = %(user_id)s ORDER BY b.period

-- name: budgets_of_project
SELECT b.id, b.user_id, b.project_id, b.period, b.credits,
  CASE WHEN b.period_start = date_trunc(b.period, clock_timestamp(), 'Asia/Seoul')
    THEN b.charged - budget_refunds(b.user_id, b.project_id, b.period_start) ELSE 0
  END::bigint AS spent
FROM credit_budgets b WHERE b.project_id = %(project_id)s ORDER BY b.period

-- name: budgets
SELECT b.id, b.user_id, b.project_id, b.period, b.credits,
  CASE WHEN b.period_start = date_trunc(b.period, clock_timestamp(), 'Asia/Seoul')
    THEN b.charged - budget_refunds(b.user_id, b.project_id, b.period_start) ELSE 0
  END::bigint AS spent
FROM credit_budgets b ORDER BY b.id LIMIT %(most)s

-- name: find_user
SELECT id FROM users WHERE email = %(name)s OR id::text = %(name)s LIMIT 2

-- name: find_project
SELECT id FROM projects WHERE id::text = %(name)s

-- name: lock_user
SELECT id FROM users WHERE id = %(user_id)s FOR NO KEY UPDATE

-- name: lock_project
SELECT id FROM projects WHERE id = %(project_id)s FOR UPDATE

-- name: write
INSERT INTO credit_transactions (
  user_id, type, subscription_amount, purchased_amount, reference, reason, actor)
VALUES (%(user_id)s, %(type)s, %(subscription)s, %(purchased)s, %(reference)s, %(reason)s,
  %(actor)s)
ON CONFLICT (user_id, type, reference) WHERE reference IS NOT NULL DO NOTHING
RETURNING line

-- name: subscribe
UPDATE users SET subscription_allowance = %(allowance)s, renewal_day = %(day)s,
  renews_at = %(renews_at)s
WHERE id = %(user_id)s

-- name: due
SELECT id, renewal_day, renews_at FROM users WHERE renews_at <= %(now)s
ORDER BY renews_at LIMIT %(most)s FOR NO KEY UPDATE SKIP LOCKED

-- name: renew
SELECT renew_subscription(%(user_id)s, %(due)s, %(following)s)

-- name: put_user_budget
INSERT INTO credit_budgets (user_id, period, credits, period_start, charged)
SELECT %(user_id)s, %(period)s, %(credits)s, begins, (
  SELECT -coalesce(sum(amount), 0) FROM credit_transactions
  WHERE user_id = %(user_id)s AND created_at >= begins AND type = 'charge')
FROM date_trunc(%(period)s, clock_timestamp(), 'Asia/Seoul') AS begins
ON CONFLICT (user_id, period) DO UPDATE SET credits = excluded.credits

-- name: put_project_budget
INSERT INTO credit_budgets (project_id, period, credits, period_start, charged)
SELECT %(project_id)s, %(period)s, %(credits)s, begins, (
  SELECT -coalesce(sum(amount), 0) FROM credit_transactions
  WHERE project_id = %(project_id)s AND created_at >= begins AND type = 'charge')
FROM date_trunc(%(period)s, clock_timestamp(), 'Asia/Seoul') AS begins
ON CONFLICT (project_id, period) DO UPDATE SET credits = excluded.credits

-- name: drop_user_budget
DELETE FROM credit_budgets WHERE user_id = %(user_id)s AND period = %(period)s

-- name: drop_project_budget
DELETE FROM credit_budgets WHERE project_id = %(project_id)s AND period = %(period)s

-- name: people
-- In the order of their ids, so many at a time.
SELECT id FROM users WHERE id > %(after)s ORDER BY id LIMIT %(most)s

-- name: differences
-- Of the balances of those people and the lines from the first on.
WITH lines AS (
  SELECT user_id, line, subscription_amount, purchased_amount, subscription_balance,
    purchased_balance,
    sum(subscription_amount) OVER upto AS subscription, sum(purchased_amount) OVER upto AS purchased,
    row_number() OVER upto AS place, row_number() OVER (PARTITION BY user_id ORDER BY line DESC) = 1
      AS is_last
  FROM credit_transactions WHERE user_id = ANY (%(ids)s)
  WINDOW upto AS (PARTITION BY user_id ORDER BY line ROWS UNBOUNDED PRECEDING)
)
SELECT user_id, 'line' AS what, line::text AS name,
  (subscription + purchased)::bigint AS expected,
  (subscription_balance + purchased_balance)::bigint AS found
FROM lines
WHERE (subscription, purchased, place) <> (subscription_balance, purchased_balance, line)
UNION ALL
SELECT u.id, 'balance', coalesce(u.email, ''),
  coalesce(l.subscription + l.purchased, 0)::bigint, u.subscription_credits + u.purchased_credits
FROM users u LEFT JOIN lines l ON l.user_id = u.id AND l.is_last
WHERE u.id = ANY (%(ids)s) AND (coalesce(l.subscription, 0), coalesce(l.purchased, 0))
  <> (u.subscription_credits, u.purchased_credits)
LIMIT %(most)s

-- name: work_differences
-- What the works of those people say that they were charged and given back, and their lines do not.
SELECT w.user_id, 'work' AS what, w.id::text AS name,
  (w.credits_used - w.credits_refunded)::bigint AS expected,
  coalesce(-(l.subscription + l.purchased), 0)::bigint AS found
FROM works w
LEFT JOIN LATERAL (
  SELECT sum(subscription_amount) FILTER (WHERE type = 'charge') AS subscription_charged,
    sum(purchased_amount) FILTER (WHERE type = 'charge') AS purchased_charged,
    sum(amount) FILTER (WHERE type = 'refund') AS refunded,
    sum(subscription_amount) AS subscription, sum(purchased_amount) AS purchased
  FROM credit_transactions t WHERE t.work_id = w.id
) l ON true
WHERE w.user_id = ANY (%(ids)s) AND w.credits_used > 0
  AND (w.subscription_credits_used, w.purchased_credits_used, w.credits_refunded)
    <> (-coalesce(l.subscription_charged, 0), -coalesce(l.purchased_charged, 0),
      coalesce(l.refunded, 0))
LIMIT %(most)s

-- name: first_of_user
SELECT created_at FROM credit_transactions WHERE user_id = %(user_id)s AND line = 1

-- name: statement_between
SELECT t.line, t.type, t.amount, t.subscription_amount, t.purchased_amount,
  t.subscription_balance, t.purchased_balance, t.work_id, t.output_index, t.reference, t.reason,
  t.created_at, w.title, w.template_id, w.template_version
FROM credit_transactions t LEFT JOIN works w ON w.id = t.work_id
WHERE t.user_id = %(user_id)s AND t.line < %(before)s
  AND t.created_at >= %(since)s AND t.created_at < %(until)s
ORDER BY t.line DESC LIMIT %(limit)s

-- name: costs
-- What was paid in that time for each work, and for those of a batch together: a row for what is gone
-- too. What came back of it, whenever it did.
SELECT max(t.line) AS line, max(t.created_at) AS created_at, w.batch_id,
  CASE WHEN w.batch_id IS NULL THEN max(t.work_id::text)::uuid END AS work_id,
  count(*) AS works, -sum(t.amount) AS credits, coalesce(sum(w.credits_refunded), 0) AS refunded,
  max(w.output_file_id::text)::uuid AS picture,
  coalesce(nullif(max(b.name), ''), max(w.title), max(left(w.input_data ->> 'prompt', 200))) AS title,
  max(w.template_id::text)::uuid AS template_id, max(w.template_version) AS template_version
FROM credit_transactions t LEFT JOIN works w ON w.id = t.work_id
LEFT JOIN batches b ON b.id = w.batch_id
WHERE t.user_id = %(user_id)s AND t.type = 'charge'
  AND t.created_at >= %(since)s AND t.created_at < %(until)s
GROUP BY w.batch_id, CASE WHEN w.batch_id IS NULL THEN t.id END
HAVING max(t.line) < %(before)s
ORDER BY max(t.line) DESC LIMIT %(limit)s

-- name: costs_of_batch
SELECT t.line, t.created_at, w.batch_id, t.work_id, 1 AS works, -t.amount AS credits,
  w.credits_refunded AS refunded, w.output_file_id AS picture,
  coalesce(w.title, left(w.input_data ->> 'prompt', 200)) AS title, w.template_id,
  w.template_version
FROM works w JOIN credit_transactions t ON t.work_id = w.id AND t.type = 'charge'
WHERE w.batch_id = %(batch_id)s AND t.user_id = %(user_id)s AND t.line < %(before)s
ORDER BY t.line DESC LIMIT %(limit)s

-- name: sums
SELECT t.type, w.template_id, max(w.template_version) AS template_version, t.project_id,
  sum(t.amount) AS amount, count(*) FILTER (WHERE t.type = 'charge') AS works
FROM credit_transactions t LEFT JOIN works w ON w.id = t.work_id
WHERE t.user_id = %(user_id)s AND t.created_at >= %(since)s AND t.created_at < %(until)s
GROUP BY t.type, w.template_id, t.project_id
