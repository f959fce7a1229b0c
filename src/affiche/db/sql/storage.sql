-- name: set_default
UPDATE storage_rules SET quota = %(quota)s WHERE quota IS DISTINCT FROM %(quota)s

-- name: take
-- Raises AF004.
-- Without a project it is the user's own.
SELECT take_room(coalesce(%(project_id)s, (
  SELECT id FROM projects WHERE user_id = %(user_id)s AND is_default)), %(wanted)s)

-- name: of_project
SELECT %(project_id)s::uuid AS project_id, coalesce(sum(bytes), 0)::bigint AS bytes,
  coalesce(sum(files), 0)::bigint AS files, storage_quota(%(project_id)s) AS quota
FROM storage_counts WHERE project_id = %(project_id)s

-- name: all
-- Of every project, those that keep most first.
SELECT p.id, p.number, p.name, p.user_id, p.is_default, p.created_at, u.email AS owner,
  p.storage_quota AS own_quota, p.work_days, storage_quota(p.id) AS quota,
  coalesce(c.bytes, 0)::bigint AS bytes, coalesce(c.files, 0)::bigint AS files,
  (SELECT count(*) FROM project_members m WHERE m.project_id = p.id) AS members
FROM projects p JOIN users u ON u.id = p.user_id
LEFT JOIN LATERAL (
  SELECT sum(bytes) AS bytes, sum(files) AS files FROM storage_counts
  WHERE project_id = p.id) c ON true
WHERE %(project_id)s::uuid IS NULL OR p.id = %(project_id)s
ORDER BY bytes DESC, p.id LIMIT %(most)s

-- name: near
-- Of those that have a quota, those that have used so much of it.
SELECT p.id AS project_id, p.name, p.user_id, used.bytes, quota.bytes AS quota
FROM projects p
CROSS JOIN LATERAL (SELECT storage_quota(p.id) AS bytes) quota
CROSS JOIN LATERAL (SELECT storage_used(p.id) AS bytes WHERE quota.bytes IS NOT NULL) used
WHERE used.bytes >= quota.bytes * %(share)s::double precision
ORDER BY used.bytes::double precision / quota.bytes DESC, p.id LIMIT %(most)s

-- name: put_quota
UPDATE projects SET storage_quota = %(quota)s WHERE id = %(project_id)s

-- name: put_days
UPDATE projects SET work_days = %(days)s WHERE id = %(project_id)s

-- name: sum_up
-- One row instead of many; whoever reads meanwhile sees the one or the many.
WITH many AS (
  SELECT project_id FROM storage_counts GROUP BY project_id HAVING count(*) > %(rows)s
  ORDER BY project_id LIMIT %(most)s
), gone AS (
  DELETE FROM storage_counts c USING many WHERE c.project_id = many.project_id
  RETURNING c.project_id, c.bytes, c.files
)
INSERT INTO storage_counts (project_id, bytes, files)
SELECT project_id, sum(bytes), sum(files) FROM gone GROUP BY project_id

-- name: differences
-- What is counted beside what is there; nothing where they agree.
SELECT coalesce(f.project_id, c.project_id) AS project_id,
  coalesce(f.bytes, 0)::bigint AS expected, coalesce(c.bytes, 0)::bigint AS found,
  (coalesce(f.files, 0) - coalesce(c.files, 0))::bigint AS files
FROM (
  SELECT project_id, sum(file_size + coalesce(thumbnail_size, 0)) AS bytes, count(*) AS files
  FROM files WHERE project_id IS NOT NULL GROUP BY project_id
) f FULL JOIN (
  SELECT project_id, sum(bytes) AS bytes, sum(files) AS files FROM storage_counts
  GROUP BY project_id
) c ON c.project_id = f.project_id
WHERE (coalesce(f.bytes, 0), coalesce(f.files, 0)) <> (coalesce(c.bytes, 0), coalesce(c.files, 0))
LIMIT %(most)s

-- name: weigh_thumbnails
-- Of those that were stored before their size was.
UPDATE files f SET thumbnail_size = seen.size
FROM unnest(%(keys)s::text[], %(sizes)s::integer[]) AS seen (key, size)
WHERE f.thumbnail_key = seen.key AND f.thumbnail_size IS NULL

-- name: any_removal
SELECT EXISTS (SELECT FROM removals)

-- name: removals
-- With whether a row names the object, again or still.
SELECT r.id, r.bucket, r.object_key, CASE r.bucket
  WHEN 'thumbs' THEN EXISTS (SELECT FROM files f WHERE f.thumbnail_key = r.object_key)
  ELSE EXISTS (
    SELECT FROM files f WHERE f.object_key = r.object_key AND f.bucket_id = r.bucket) END AS named
FROM removals r ORDER BY r.id LIMIT %(most)s

-- name: removed
DELETE FROM removals WHERE id = ANY (%(ids)s)

-- name: keeping
-- Projects whose ended works go after a while, and after how many days; null stands for works of no
-- project.
SELECT p.id AS project_id, coalesce(p.work_days, %(days)s)::double precision AS days FROM projects p
WHERE coalesce(p.work_days, %(days)s) > 0
UNION ALL
SELECT NULL, %(days)s::double precision WHERE %(days)s::double precision > 0

-- name: drop_works
-- Works sort by when they were asked for, which is before they ended.
SELECT drop_works(ARRAY(
  SELECT w.id FROM works w
  WHERE w.project_id IS NOT DISTINCT FROM %(project_id)s AND w.id < %(below)s
    AND w.status IN ('completed', 'failed', 'cancelled')
    AND coalesce(w.completed_at, w.failed_at, w.cancelled_at) < %(before)s
  ORDER BY w.id LIMIT %(most)s))
