-- name: add
INSERT INTO audit_log (id, actor, origin, action, subject, reason, before, after)
VALUES (%(id)s, %(actor)s, %(origin)s, %(action)s, %(subject)s, %(reason)s, %(before)s, %(after)s)

-- name: add_look
-- One for a while: whoever reads a page again and again is written down once. Only the latest is
-- read, however many there are.
INSERT INTO audit_log (id, actor, origin, action, subject)
SELECT %(id)s, %(actor)s, %(origin)s, %(action)s, %(subject)s
WHERE NOT EXISTS (
  SELECT FROM (
    SELECT at FROM audit_log
    WHERE action = %(action)s AND subject = %(subject)s AND actor = %(actor)s
    ORDER BY id DESC LIMIT 1) latest
  WHERE latest.at > clock_timestamp() - %(within)s::interval)

-- name: page
SELECT a.id, a.at, a.actor, coalesce(u.email, nullif(u.name, '')) AS actor_name, a.origin, a.action,
  a.subject, a.reason, a.before, a.after
FROM audit_log a LEFT JOIN users u ON u.id = a.actor
WHERE a.id < %(before)s AND (%(actor)s::uuid IS NULL OR a.actor = %(actor)s)
  AND (%(action)s::text IS NULL OR a.action = %(action)s
    OR split_part(a.action, '.', 1) = %(action)s)
  AND (%(subject)s::text IS NULL OR a.subject = %(subject)s)
ORDER BY a.id DESC LIMIT %(limit)s

-- name: of_subject
SELECT a.id, a.at, a.actor, coalesce(u.email, nullif(u.name, '')) AS actor_name, a.origin, a.action,
  a.subject, a.reason, a.before, a.after
FROM audit_log a LEFT JOIN users u ON u.id = a.actor
WHERE a.subject = %(subject)s AND a.id < %(before)s
  AND (%(actor)s::uuid IS NULL OR a.actor = %(actor)s)
  AND (%(action)s::text IS NULL OR a.action = %(action)s
    OR split_part(a.action, '.', 1) = %(action)s)
ORDER BY a.id DESC LIMIT %(limit)s

-- name: forget
SELECT forget_audit(%(before)s, %(most)s)
