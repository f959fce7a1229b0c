-- name: shared
-- Of projects that are the person's, those in which there are others.
SELECT p.id, p.name FROM projects p
WHERE p.user_id = %(id)s AND EXISTS (
  SELECT FROM project_members m WHERE m.project_id = p.id AND m.user_id <> %(id)s)
ORDER BY p.id

-- name: lock
SELECT id FROM users WHERE id = %(id)s FOR UPDATE

-- name: begin
-- The row stays, since the ledger names it; of the person nothing does. Nothing is renewed.
UPDATE users SET email = NULL, name = '', is_operator = false, subscription_allowance = 0,
  renewal_day = NULL, renews_at = NULL, disabled_at = coalesce(disabled_at, %(now)s),
  forgotten_at = coalesce(forgotten_at, %(now)s)
WHERE id = %(id)s

-- name: all_that_names_them
-- All of it is little. A webhook that serves somebody else's project stays with whose that is.
WITH keys AS (DELETE FROM api_keys WHERE user_id = %(id)s),
identity AS (DELETE FROM identities WHERE user_id = %(id)s),
browser AS (DELETE FROM browsers WHERE user_id = %(id)s),
channel AS (DELETE FROM message_channels WHERE user_id = %(id)s),
request AS (DELETE FROM idempotency_keys WHERE user_id = %(id)s),
budget AS (DELETE FROM credit_budgets WHERE user_id = %(id)s),
alert AS (DELETE FROM alert_mails WHERE user_id = %(id)s),
starred AS (DELETE FROM stars WHERE user_id = %(id)s),
collected AS (DELETE FROM collections WHERE user_id = %(id)s),
invitation AS (DELETE FROM invitations WHERE email = %(email)s OR accepted_by = %(id)s),
invited AS (
  UPDATE invitations SET invited_by = NULL
  WHERE invited_by = %(id)s AND email <> %(email)s AND accepted_by IS DISTINCT FROM %(id)s),
served AS (
  UPDATE webhooks h SET user_id = p.user_id FROM projects p
  WHERE p.id = h.project_id AND h.user_id = %(id)s AND p.user_id <> %(id)s),
webhook AS (
  DELETE FROM webhooks h USING projects p
  WHERE p.id = h.project_id AND h.user_id = %(id)s AND p.user_id = %(id)s)
UPDATE projects SET name = '' WHERE user_id = %(id)s AND name <> ''

-- name: unfinished
SELECT id FROM users WHERE forgotten_at IS NOT NULL AND erased_at IS NULL ORDER BY id LIMIT 100

-- name: running_jobs
-- Locked as every step locks them.
SELECT j.id FROM generation_jobs j
WHERE j.work_id = ANY (ARRAY(
  SELECT id FROM works
  WHERE user_id = %(id)s AND status IN ('pending', 'taken', 'processing')
  ORDER BY id LIMIT %(most)s))
ORDER BY j.id FOR UPDATE

-- name: cancel
UPDATE works SET status = 'cancelled'
WHERE id = ANY (ARRAY(
  SELECT id FROM works
  WHERE user_id = %(id)s AND status IN ('pending', 'taken', 'processing')
  ORDER BY id LIMIT %(most)s))

-- name: unbind_works
-- Nobody's works hold their pictures any more.
DELETE FROM file_uses WHERE file_id = ANY (ARRAY(
  SELECT u.file_id FROM file_uses u JOIN files f ON f.id = u.file_id
  WHERE f.user_id = %(id)s LIMIT %(most)s))

-- name: drop_works
SELECT drop_works(ARRAY(
  SELECT id FROM works
  WHERE user_id = %(id)s AND status IN ('completed', 'failed', 'cancelled')
  ORDER BY id LIMIT %(most)s))

-- name: drop_files
DELETE FROM files WHERE id = ANY (ARRAY(
  SELECT id FROM files f
  WHERE user_id = %(id)s AND work_id IS NULL
    AND NOT EXISTS (SELECT FROM file_uses u WHERE u.file_id = f.id)
  LIMIT %(most)s))

-- name: drop_events
DELETE FROM events WHERE id = ANY (ARRAY(
  SELECT id FROM events WHERE user_id = %(id)s
  ORDER BY user_id, era, txid, id LIMIT %(most)s))

-- name: drop_messages
DELETE FROM messages WHERE id = ANY (ARRAY(
  SELECT id FROM messages WHERE user_id = %(id)s ORDER BY id LIMIT %(most)s))

-- name: drop_batches
-- Once their works are gone.
WITH gone AS (
  DELETE FROM batches WHERE id = ANY (ARRAY(
    SELECT b.id FROM batches b
    WHERE b.user_id = %(id)s
      AND NOT EXISTS (SELECT FROM works w WHERE w.batch_id = b.id AND w.user_id = %(id)s)
    ORDER BY b.id LIMIT %(most)s))
  RETURNING id
)
DELETE FROM batch_changes c USING gone WHERE c.batch_id = gone.id

-- name: drop_of_projects
-- What their own projects held beside works; in those there is nobody any more.
WITH own AS (SELECT id FROM projects WHERE user_id = %(id)s),
reference AS (DELETE FROM reference_images r USING own WHERE r.project_id = own.id),
persona AS (DELETE FROM characters c USING own WHERE c.project_id = own.id),
term AS (DELETE FROM glossary_terms g USING own WHERE g.project_id = own.id)
DELETE FROM translations t USING own WHERE t.project_id = own.id

-- name: left
-- What there is still of them, apart from the ledger.
SELECT EXISTS (SELECT FROM works WHERE user_id = %(id)s)
  OR EXISTS (SELECT FROM files WHERE user_id = %(id)s)
  OR EXISTS (SELECT FROM events WHERE user_id = %(id)s)
  OR EXISTS (SELECT FROM messages WHERE user_id = %(id)s)
  OR EXISTS (SELECT FROM batches WHERE user_id = %(id)s)

-- name: finish
UPDATE users SET erased_at = %(now)s WHERE id = %(id)s AND erased_at IS NULL
