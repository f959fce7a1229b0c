-- name: first_operator
SELECT id, email, name, language, is_operator FROM users WHERE is_operator ORDER BY id LIMIT 1

-- name: add
INSERT INTO users (id, email, name, language, is_operator)
VALUES (%(id)s, %(email)s, %(name)s, %(language)s, %(is_operator)s)

-- name: add_default_project
INSERT INTO projects (user_id, name, is_default) VALUES (%(user_id)s, %(name)s, true)
ON CONFLICT DO NOTHING

-- name: lock_first
SELECT pg_advisory_xact_lock(420785)

-- name: add_link
INSERT INTO sign_in_links (hash, user_id, expires_at)
VALUES (%(hash)s, %(user_id)s, %(expires_at)s)

-- name: use_link
UPDATE sign_in_links SET used_at = %(now)s
WHERE hash = %(hash)s AND used_at IS NULL AND expires_at > %(now)s
RETURNING user_id

-- name: add_session
INSERT INTO sessions (hash, user_id, expires_at) VALUES (%(hash)s, %(user_id)s, %(expires_at)s)

-- name: of_session
SELECT u.id, u.email, u.name, u.language, u.is_operator
FROM sessions s JOIN users u ON u.id = s.user_id
WHERE s.hash = %(hash)s AND s.expires_at > %(now)s

-- name: end_session
DELETE FROM sessions WHERE hash = %(hash)s

-- name: add_key
INSERT INTO api_keys (hash, user_id, name) VALUES (%(hash)s, %(user_id)s, %(name)s)
ON CONFLICT (hash) DO NOTHING

-- name: of_key
SELECT u.id, u.email, u.name, u.language, u.is_operator
FROM api_keys k JOIN users u ON u.id = k.user_id
WHERE k.hash = %(hash)s AND k.revoked_at IS NULL
