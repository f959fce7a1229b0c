-- name: first_operator
SELECT id, email, name, language, is_operator FROM users
WHERE is_operator AND disabled_at IS NULL ORDER BY id LIMIT 1

-- name: add
INSERT INTO users (id, email, name, language, is_operator)
VALUES (%(id)s, %(email)s, %(name)s, %(language)s, %(is_operator)s)

-- name: add_default_project
INSERT INTO projects (user_id, name, is_default) VALUES (%(user_id)s, %(name)s, true)
ON CONFLICT DO NOTHING

-- name: lock_first
SELECT pg_advisory_xact_lock(420785)

-- name: add_link
INSERT INTO sign_in_links (hash, user_id, expires_at, purpose)
VALUES (%(hash)s, %(user_id)s, %(expires_at)s, %(purpose)s)

-- name: use_link
UPDATE sign_in_links l SET used_at = %(now)s FROM users u
WHERE l.hash = %(hash)s AND l.used_at IS NULL AND l.expires_at > %(now)s
  AND l.purpose = %(purpose)s AND u.id = l.user_id AND u.disabled_at IS NULL
RETURNING l.user_id

-- name: add_session
INSERT INTO sessions (hash, user_id, expires_at, agent)
VALUES (%(hash)s, %(user_id)s, %(expires_at)s, %(agent)s)

-- name: of_session
-- With the time it was last seen, once a minute at most.
WITH seen AS (
  UPDATE sessions SET seen_at = %(now)s
  WHERE hash = %(hash)s AND expires_at > %(now)s AND seen_at < %(now)s - interval '1 minute')
SELECT u.id, u.email, u.name, u.language, u.is_operator
FROM sessions s JOIN users u ON u.id = s.user_id
WHERE s.hash = %(hash)s AND s.expires_at > %(now)s AND u.disabled_at IS NULL

-- name: end_session
DELETE FROM sessions WHERE hash = %(hash)s

-- name: sessions
SELECT id, created_at, seen_at, expires_at, agent, hash = %(hash)s AS is_this FROM sessions
WHERE user_id = %(user_id)s AND expires_at > %(now)s ORDER BY id DESC LIMIT 100

-- name: end_one_session
DELETE FROM sessions WHERE id = %(id)s AND user_id = %(user_id)s

-- name: end_sessions
-- All but the one with the hash, if any.
DELETE FROM sessions WHERE user_id = %(user_id)s AND hash IS DISTINCT FROM %(hash)s

-- name: add_key
INSERT INTO api_keys (id, hash, user_id, name, scopes, hint, expires_at, project_id)
VALUES (%(id)s, %(hash)s, %(user_id)s, %(name)s, %(scopes)s, %(hint)s, %(expires_at)s,
  %(project_id)s)
ON CONFLICT (hash) DO NOTHING
RETURNING id, name, scopes, hint, project_id, created_at, expires_at, last_used_at

-- name: keys
SELECT id, name, scopes, hint, project_id, created_at, expires_at, last_used_at FROM api_keys
WHERE user_id = %(user_id)s AND revoked_at IS NULL ORDER BY id DESC LIMIT 200

-- name: revoke_key
UPDATE api_keys SET revoked_at = %(now)s
WHERE id = %(id)s AND user_id = %(user_id)s AND revoked_at IS NULL

-- name: of_key
-- With the time it was last used, once a minute at most.
WITH used AS (
  UPDATE api_keys SET last_used_at = %(now)s
  WHERE hash = %(hash)s AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > %(now)s)
    AND (last_used_at IS NULL OR last_used_at < %(now)s - interval '1 minute'))
SELECT u.id, u.email, u.name, u.language, u.is_operator, k.scopes, k.project_id
FROM api_keys k JOIN users u ON u.id = k.user_id
WHERE k.hash = %(hash)s AND k.revoked_at IS NULL AND u.disabled_at IS NULL
  AND (k.expires_at IS NULL OR k.expires_at > %(now)s)

-- name: of_identity
SELECT u.id, u.email, u.name, u.language, u.is_operator, u.disabled_at IS NOT NULL AS disabled
FROM identities i JOIN users u ON u.id = i.user_id
WHERE i.issuer = %(issuer)s AND i.subject = %(subject)s

-- name: known
SELECT id, email, name, language, is_operator, disabled_at IS NOT NULL AS disabled
FROM users WHERE id = %(id)s

-- name: by_email
SELECT id, email, name, language, is_operator, disabled_at IS NOT NULL AS disabled
FROM users WHERE lower(email) = %(email)s

-- name: add_identity
INSERT INTO identities (issuer, subject, user_id) VALUES (%(issuer)s, %(subject)s, %(user_id)s)
ON CONFLICT DO NOTHING

-- name: lock_identity
SELECT pg_advisory_xact_lock(420787, hashtext(%(issuer)s || ' ' || %(subject)s))

-- name: password
SELECT u.id, u.disabled_at IS NOT NULL AS disabled, p.hash
FROM users u JOIN passwords p ON p.user_id = u.id WHERE lower(u.email) = %(email)s

-- name: password_of
SELECT hash FROM passwords WHERE user_id = %(user_id)s

-- name: put_password
INSERT INTO passwords (user_id, hash, changed_at) VALUES (%(user_id)s, %(hash)s, %(now)s)
ON CONFLICT (user_id) DO UPDATE SET hash = EXCLUDED.hash, changed_at = EXCLUDED.changed_at

-- name: rehash
-- Unless it was changed meanwhile.
UPDATE passwords SET hash = %(hash)s WHERE user_id = %(user_id)s AND hash = %(old)s

-- name: all
SELECT u.id, u.email, u.name, u.language, u.is_operator, u.created_at, u.disabled_at,
  EXISTS (SELECT FROM passwords p WHERE p.user_id = u.id) AS has_password
FROM users u ORDER BY u.id LIMIT 1000

-- name: one
SELECT u.id, u.email, u.name, u.language, u.is_operator, u.created_at, u.disabled_at,
  EXISTS (SELECT FROM passwords p WHERE p.user_id = u.id) AS has_password
FROM users u WHERE u.id = %(id)s

-- name: set_operator
UPDATE users SET is_operator = %(is_operator)s WHERE id = %(id)s

-- name: disable
UPDATE users SET disabled_at = CASE WHEN %(disabled)s THEN coalesce(disabled_at, %(now)s) END
WHERE id = %(id)s

-- name: forget_password
DELETE FROM passwords WHERE user_id = %(id)s

-- name: forget_links
DELETE FROM sign_in_links WHERE user_id = %(id)s

-- name: leave_projects
DELETE FROM project_members m WHERE m.user_id = %(id)s AND NOT EXISTS (
  SELECT FROM projects p WHERE p.id = m.project_id AND p.user_id = m.user_id)

-- name: other_operators
SELECT count(*) FROM users WHERE is_operator AND disabled_at IS NULL AND id <> %(id)s

-- name: any_password
SELECT EXISTS (SELECT FROM passwords)
