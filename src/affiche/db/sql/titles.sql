-- name: wake_job
SELECT id, work_id, status FROM wake_job(%(job_id)s)

-- name: edit
SELECT edit_work(%(work_id)s, %(title)s, %(tags)s)

-- name: take
-- Whoever takes them has `lease` to ask; those whose work has not ended yet wait with it.
WITH due AS (
  SELECT t.work_id FROM titles t JOIN works w ON w.id = t.work_id
  WHERE t.run_at <= %(now)s AND w.status NOT IN ('pending', 'taken', 'processing')
  ORDER BY t.run_at LIMIT %(most)s FOR UPDATE OF t SKIP LOCKED
), held AS (
  UPDATE titles t SET token = gen_random_uuid(), tries = t.tries + 1, run_at = %(lease)s
  FROM due WHERE t.work_id = due.work_id
  RETURNING t.work_id, t.token, t.tries
)
SELECT held.work_id, held.token, held.tries, w.status, w.title, w.title_by, f.thumbnail_key
FROM held JOIN works w ON w.id = held.work_id LEFT JOIN files f ON f.id = w.thumbnail_file_id

-- name: lock
-- Before the work, as `edit_work` does.
SELECT true FROM titles WHERE work_id = %(work_id)s AND token = %(token)s FOR UPDATE

-- name: give
-- To a work that has the template's still.
UPDATE works SET title = %(title)s, title_by = 'model'
WHERE id = %(work_id)s AND title_by IS NULL AND title = %(before)s

-- name: settle
DELETE FROM titles WHERE work_id = %(work_id)s AND token = %(token)s

-- name: again
UPDATE titles SET run_at = %(run_at)s WHERE work_id = %(work_id)s AND token = %(token)s

-- name: stale
-- What nobody could be asked about for so long keeps the title that it has.
DELETE FROM titles WHERE work_id = ANY (ARRAY(
  SELECT work_id FROM titles WHERE run_at <= %(now)s AND created_at < %(before)s
  ORDER BY run_at LIMIT 100 FOR UPDATE SKIP LOCKED))

-- name: page_of_tag
-- A CASE, so that the tag's own index is walked in its order whatever else is asked.
SELECT w.* FROM (
  SELECT of_status.work_id FROM unnest(%(statuses)s::text[]) AS wanted (status)
  CROSS JOIN LATERAL (
    SELECT t.work_id FROM work_tags t
    WHERE t.user_id = %(user_id)s AND t.tag = tag_key(%(tag)s) AND t.status = wanted.status
      AND t.work_id >= %(since)s AND t.work_id < %(before)s
      AND CASE WHEN coalesce(
          %(template_id)s::uuid, %(character_id)s::uuid, %(batch_id)s::uuid) IS NULL THEN true
        ELSE (
          SELECT (%(template_id)s::uuid IS NULL OR x.template_id = %(template_id)s)
            AND (%(character_id)s::uuid IS NULL OR x.character_id = %(character_id)s)
            AND (%(batch_id)s::uuid IS NULL OR x.batch_id = %(batch_id)s)
          FROM works x WHERE x.id = t.work_id) END
    ORDER BY t.work_id DESC LIMIT %(limit)s
  ) of_status
  ORDER BY of_status.work_id DESC LIMIT %(limit)s
) page JOIN shown_works w ON w.id = page.work_id
ORDER BY w.id DESC

-- name: page_of_project_tag
SELECT w.* FROM (
  SELECT of_status.work_id FROM unnest(%(statuses)s::text[]) AS wanted (status)
  CROSS JOIN LATERAL (
    SELECT t.work_id FROM work_tags t
    WHERE t.project_id = %(project_id)s AND t.tag = tag_key(%(tag)s) AND t.status = wanted.status
      AND t.work_id >= %(since)s AND t.work_id < %(before)s
      AND CASE WHEN coalesce(
          %(template_id)s::uuid, %(character_id)s::uuid, %(batch_id)s::uuid) IS NULL THEN true
        ELSE (
          SELECT (%(template_id)s::uuid IS NULL OR x.template_id = %(template_id)s)
            AND (%(character_id)s::uuid IS NULL OR x.character_id = %(character_id)s)
            AND (%(batch_id)s::uuid IS NULL OR x.batch_id = %(batch_id)s)
          FROM works x WHERE x.id = t.work_id) END
    ORDER BY t.work_id DESC LIMIT %(limit)s
  ) of_status
  ORDER BY of_status.work_id DESC LIMIT %(limit)s
) page JOIN shown_works w ON w.id = page.work_id
ORDER BY w.id DESC
