-- name: see
-- What is as it was keeps its date; that it was seen is written once an hour.
INSERT INTO secret_ages (name, key_print, digest, since, seen_at)
VALUES (%(name)s, %(key_print)s, %(digest)s, %(since)s, %(now)s)
ON CONFLICT (name, key_print) DO UPDATE SET
  since = CASE WHEN secret_ages.digest = excluded.digest THEN secret_ages.since
    ELSE excluded.since END,
  digest = excluded.digest, seen_at = excluded.seen_at
WHERE secret_ages.digest <> excluded.digest
  OR secret_ages.seen_at < %(now)s::timestamptz - interval '1 hour'

-- name: all
-- By name the one that is longest the same; of what nobody has any more, nothing after two days.
SELECT 'settings' AS kind, name, '' AS subject, min(since) AS since FROM secret_ages
WHERE seen_at > %(now)s::timestamptz - interval '2 days'
GROUP BY name
UNION ALL
SELECT 'webhook', regexp_replace(url, '^(https?://[^/?#]*).*$', '\1'), id::text, rotated_at
FROM webhooks WHERE is_active
UNION ALL
SELECT 'api_key', hint || '… ' || name, id::text, created_at FROM api_keys
WHERE revoked_at IS NULL AND (expires_at IS NULL OR expires_at > %(now)s)
  AND EXISTS (SELECT FROM users u WHERE u.id = api_keys.user_id AND u.disabled_at IS NULL)
ORDER BY since, kind, name LIMIT 1000

-- name: names
-- Of keys of engines that are in use.
SELECT DISTINCT secret FROM endpoints WHERE is_active AND secret IS NOT NULL ORDER BY secret

-- name: old
DELETE FROM secret_ages WHERE (name, key_print) IN (
  SELECT name, key_print FROM secret_ages WHERE seen_at < %(before)s LIMIT %(most)s)
