-- name: mine
SELECT p.id, p.number, p.name, p.is_default, p.user_id, m.role, p.created_at
FROM projects p JOIN project_members m ON m.project_id = p.id AND m.user_id = %(user_id)s
ORDER BY p.id

-- name: one
SELECT p.id, p.number, p.name, p.is_default, p.user_id, m.role, p.created_at
FROM projects p JOIN project_members m ON m.project_id = p.id AND m.user_id = %(user_id)s
WHERE p.id = %(id)s

-- name: place
-- As whoever asks: a project that they can see, and whether they are one of its admins.
SELECT id, admin_of(id) AS is_admin FROM projects
WHERE id = coalesce(%(project_id)s::uuid,
  (SELECT p.id FROM projects p WHERE p.user_id = (SELECT auth.uid()) AND p.is_default))

-- name: add
INSERT INTO projects (id, user_id, name) VALUES (%(id)s, %(user_id)s, %(name)s)

-- name: rename
UPDATE projects SET name = %(name)s WHERE id = %(id)s

-- name: role
-- Of the caller, held until the end, so that nobody acts by a right that is being taken away.
SELECT role FROM project_members WHERE project_id = %(id)s AND user_id = %(user_id)s FOR SHARE

-- name: people
SELECT user_id, name, email, role, created_at FROM people_of(%(id)s)

-- name: set_role
UPDATE project_members SET role = %(role)s WHERE project_id = %(id)s AND user_id = %(user_id)s

-- name: join
INSERT INTO project_members (project_id, user_id, role) VALUES (%(id)s, %(user_id)s, %(role)s)
ON CONFLICT (project_id, user_id) DO UPDATE SET role = 'admin'
WHERE EXCLUDED.role = 'admin' AND project_members.role <> 'admin'

-- name: leave
DELETE FROM project_members WHERE project_id = %(id)s AND user_id = %(user_id)s

-- name: invite
INSERT INTO invitations (id, hash, email, project_id, role, invited_by, expires_at)
VALUES (%(id)s, %(hash)s, %(email)s, %(project_id)s, %(role)s, %(invited_by)s, %(expires_at)s)
RETURNING id, email, role, created_at, expires_at

-- name: invitations
SELECT id, email, role, created_at, expires_at FROM invitations
WHERE project_id = %(id)s AND accepted_at IS NULL AND expires_at > %(now)s
ORDER BY invitations.id DESC LIMIT 200

-- name: uninvite
DELETE FROM invitations
WHERE id = %(invitation_id)s AND project_id = %(id)s AND accepted_at IS NULL

-- name: look_invitation
SELECT id, email, role, project_id FROM invitations
WHERE hash = %(hash)s AND accepted_at IS NULL AND expires_at > %(now)s

-- name: accept
UPDATE invitations SET accepted_at = %(now)s, accepted_by = %(user_id)s
WHERE hash = %(hash)s AND accepted_at IS NULL AND expires_at > %(now)s

-- name: lock
SELECT id, name, user_id, is_default FROM projects WHERE id = %(id)s FOR UPDATE

-- name: shared_by
SELECT p.id, p.name, p.user_id, p.is_default FROM projects p
WHERE p.user_id = %(user_id)s AND EXISTS (
  SELECT FROM project_members m WHERE m.project_id = p.id AND m.user_id <> %(user_id)s)
ORDER BY p.id FOR UPDATE

-- name: give
-- To a member alone, who then is one of its admins.
UPDATE projects p SET user_id = %(user_id)s,
  is_default = p.is_default AND p.user_id = %(user_id)s
WHERE p.id = %(id)s AND EXISTS (
  SELECT FROM project_members m WHERE m.project_id = p.id AND m.user_id = %(user_id)s)

-- name: named
SELECT id FROM projects
WHERE id::text = lower(%(name)s) OR number::text = %(name)s OR name = %(name)s
ORDER BY projects.id LIMIT 2

-- name: everybody
SELECT u.id AS user_id, u.name, u.email, m.role, m.created_at
FROM project_members m JOIN users u ON u.id = m.user_id
WHERE m.project_id = %(id)s ORDER BY m.created_at, u.id
