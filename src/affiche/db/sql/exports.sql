-- name: person
SELECT id, number, email, name, language, is_operator, subscription_credits, purchased_credits,
  subscription_allowance, renewal_day, renews_at, created_at
FROM users WHERE id = %(id)s

-- name: projects
SELECT p.id, p.number, p.name, p.is_default, m.role, p.user_id = m.user_id AS owner, p.created_at,
  m.created_at AS joined_at
FROM project_members m JOIN projects p ON p.id = m.project_id
WHERE m.user_id = %(id)s ORDER BY p.id

-- name: keys
-- Without what opens anything.
SELECT id, name, hint, scopes, project_id, created_at, expires_at, last_used_at, revoked_at
FROM api_keys WHERE user_id = %(id)s ORDER BY api_keys.id

-- name: sessions
SELECT id, agent, created_at, seen_at, expires_at FROM sessions
WHERE user_id = %(id)s ORDER BY sessions.id

-- name: identities
SELECT issuer, subject, created_at FROM identities WHERE user_id = %(id)s ORDER BY issuer, subject

-- name: channels
SELECT channel, types FROM message_channels WHERE user_id = %(id)s ORDER BY channel

-- name: browsers
SELECT id, name, created_at FROM browsers WHERE user_id = %(id)s ORDER BY browsers.id

-- name: webhooks
SELECT id, project_id, url, description, types, is_active, created_at FROM webhooks
WHERE user_id = %(id)s ORDER BY webhooks.id

-- name: budgets
SELECT period, credits FROM credit_budgets WHERE user_id = %(id)s ORDER BY period

-- name: works
-- Here and below: page by page, each behind the last of the one before.
SELECT w.id, w.number, w.project_id, t.slug AS template, w.template_version, w.retry_of,
  w.input_data, w.output_count, w.seed, w.status, w.title, w.tags, w.error_code, w.error_message,
  w.credits_used, w.credits_refunded, w.created_at, w.completed_at, w.failed_at, w.cancelled_at,
  ARRAY(
    SELECT f.id FROM files f WHERE f.work_id = w.id AND f.bucket_id = 'works' ORDER BY f.path
  ) AS pictures,
  ARRAY(SELECT u.file_id FROM file_uses u WHERE u.work_id = w.id ORDER BY u.file_id) AS uses
FROM works w JOIN templates t ON t.id = w.template_id
WHERE w.user_id = %(id)s AND w.id > %(after)s ORDER BY w.id LIMIT %(most)s

-- name: stars
SELECT work_id AS id, stars, created_at FROM stars
WHERE user_id = %(id)s AND work_id > %(after)s ORDER BY work_id LIMIT %(most)s

-- name: collections
SELECT id, name, created_at FROM collections
WHERE user_id = %(id)s AND id > %(after)s ORDER BY collections.id LIMIT %(most)s

-- name: collected
-- Of one work after the other.
SELECT work_id AS id, array_agg(collection_id ORDER BY collection_id) AS collections,
  min(added_at) AS added_at
FROM collection_works WHERE user_id = %(id)s AND work_id > %(after)s
GROUP BY work_id ORDER BY work_id LIMIT %(most)s

-- name: files
SELECT f.id, f.number, f.bucket_id, f.object_key, f.name, f.mime_type, f.file_size, f.width, f.height,
  f.created_at, f.work_id, w.number AS work
FROM files f LEFT JOIN works w ON w.id = f.work_id
WHERE f.user_id = %(id)s AND f.id > %(after)s ORDER BY f.id LIMIT %(most)s

-- name: notifications
SELECT id, work_id, type, title, message, read_at, created_at FROM notifications
WHERE user_id = %(id)s AND id > %(after)s ORDER BY notifications.id LIMIT %(most)s

-- name: credits
SELECT line, type, subscription_amount, purchased_amount, subscription_balance, purchased_balance,
  work_id, output_index, project_id, reference, reason, created_at
FROM credit_transactions
WHERE user_id = %(id)s AND line > %(after)s ORDER BY credit_transactions.line LIMIT %(most)s
