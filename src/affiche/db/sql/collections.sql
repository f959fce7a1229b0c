-- name: listed
-- What is newest in each that has a picture is its cover.
SELECT c.id, c.name, c.created_at, coalesce(held.works, 0) AS works, cover.file_id AS cover
FROM collections c
LEFT JOIN (
  SELECT k.collection_id, count(*) AS works FROM collection_works k
  WHERE k.user_id = %(user_id)s AND k.shown GROUP BY k.collection_id
) held ON held.collection_id = c.id
LEFT JOIN LATERAL (
  SELECT w.output_file_id AS file_id FROM collection_works k JOIN works w ON w.id = k.work_id
  WHERE k.user_id = %(user_id)s AND k.collection_id = c.id AND k.shown
    AND w.output_file_id IS NOT NULL
  ORDER BY k.work_id DESC LIMIT 1
) cover ON true
WHERE c.user_id = %(user_id)s ORDER BY c.id DESC LIMIT %(most)s

-- name: one
SELECT c.id, c.name, c.created_at, (
    SELECT count(*) FROM collection_works k
    WHERE k.user_id = c.user_id AND k.collection_id = c.id AND k.shown) AS works,
  (SELECT w.output_file_id FROM collection_works k JOIN works w ON w.id = k.work_id
    WHERE k.user_id = c.user_id AND k.collection_id = c.id AND k.shown
      AND w.output_file_id IS NOT NULL
    ORDER BY k.work_id DESC LIMIT 1) AS cover
FROM collections c WHERE c.id = %(id)s AND c.user_id = %(user_id)s

-- name: holding
-- In which the works are, of the caller's.
SELECT work_id, array_agg(collection_id ORDER BY collection_id) AS collections
FROM collection_works WHERE user_id = %(user_id)s AND work_id = ANY (%(work_ids)s)
GROUP BY work_id

-- name: lock
-- So that two at once make no more than there may be.
SELECT pg_advisory_xact_lock(hashtextextended('collections ' || %(user_id)s::text, 0))

-- name: make
INSERT INTO collections (id, user_id, name)
SELECT %(id)s, %(user_id)s, %(name)s
WHERE (SELECT count(*) FROM collections WHERE user_id = %(user_id)s) < %(most)s

-- name: rename
UPDATE collections SET name = %(name)s WHERE id = %(id)s AND user_id = %(user_id)s

-- name: remove
DELETE FROM collections WHERE id = %(id)s AND user_id = %(user_id)s

-- name: seen
-- The works of those that the person sees, locked so that none goes into the trash unnoticed.
SELECT w.id FROM works w
WHERE w.id = ANY (%(work_ids)s)
  AND (w.user_id = %(user_id)s OR EXISTS (SELECT FROM project_members m
    WHERE m.project_id = w.project_id AND m.user_id = %(user_id)s))
  AND (%(bound)s::uuid IS NULL OR w.project_id = %(bound)s)
ORDER BY w.id FOR SHARE OF w

-- name: add
INSERT INTO collection_works (collection_id, work_id, user_id, shown)
SELECT c.id, w.id, c.user_id, w.trashed_at IS NULL
FROM collections c JOIN works w ON w.id = ANY (%(work_ids)s)
WHERE c.id = %(id)s AND c.user_id = %(user_id)s FOR KEY SHARE OF c
ON CONFLICT DO NOTHING

-- name: take_out
DELETE FROM collection_works WHERE collection_id = %(id)s AND work_id = ANY (%(work_ids)s)
