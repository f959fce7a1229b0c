-- name: page
SELECT id, number, project_id, user_id, filename, category, storage_path, file_id,
  vision_description, caption_ko, caption_state, analyzed_at, is_demo, created_at, updated_at
FROM reference_images
WHERE project_id = %(project_id)s AND id < %(before)s
ORDER BY id DESC LIMIT %(limit)s

-- name: page_of_category
SELECT id, number, project_id, user_id, filename, category, storage_path, file_id,
  vision_description, caption_ko, caption_state, analyzed_at, is_demo, created_at, updated_at
FROM reference_images
WHERE project_id = %(project_id)s AND category = %(category)s AND id < %(before)s
ORDER BY id DESC LIMIT %(limit)s

-- name: found
-- As the service, because row-level security would have every caption read before the index were
-- asked; so it says itself whose they must be. Every one of the words must be there.
SELECT r.id, r.number, r.project_id, r.user_id, r.filename, r.category, r.storage_path, r.file_id,
  r.vision_description, r.caption_ko, r.caption_state, r.analyzed_at, r.is_demo, r.created_at,
  r.updated_at
FROM reference_images r
WHERE r.grams @> search_grams(%(words)s) AND r.project_id = %(project_id)s AND r.id < %(before)s
  AND (%(category)s::text IS NULL OR r.category = %(category)s)
  AND folded(r.filename || ' ' || r.category || ' ' || coalesce(r.vision_description, '') || ' '
    || coalesce(r.caption_ko, '')) LIKE ALL (ARRAY(
      SELECT '%%' || replace(replace(replace(word, '\', '\\'), '%%', '\%%'), '_', '\_') || '%%'
      FROM unnest(string_to_array(folded(%(words)s), ' ')) AS word WHERE word <> ''))
  AND EXISTS (
    SELECT FROM project_members m
    WHERE m.project_id = %(project_id)s AND m.user_id = %(user_id)s)
ORDER BY r.id DESC LIMIT %(limit)s

-- name: categories
-- One look into the index for each: a loose scan, and then a count of each.
WITH RECURSIVE each (category) AS (
  (SELECT category FROM reference_images WHERE project_id = %(project_id)s
    ORDER BY category LIMIT 1)
  UNION ALL
  SELECT (SELECT r.category FROM reference_images r
    WHERE r.project_id = %(project_id)s AND r.category > each.category
    ORDER BY r.category LIMIT 1)
  FROM each WHERE each.category IS NOT NULL
)
SELECT category, (SELECT count(*) FROM reference_images r
  WHERE r.project_id = %(project_id)s AND r.category = each.category) AS pictures
FROM each WHERE category IS NOT NULL ORDER BY category

-- name: named
-- By id or number; in the project if one is given, else wherever the caller is.
SELECT id, number, project_id, user_id, filename, category, storage_path, file_id,
  vision_description, caption_ko, caption_state, analyzed_at, is_demo, created_at, updated_at
FROM reference_images
WHERE (id = %(id)s::uuid OR number = %(number)s::bigint)
  AND (%(project_id)s::uuid IS NULL OR project_id = %(project_id)s)

-- name: of_content
-- Which of these are there already.
SELECT encode(sha256, 'hex') AS digest, id FROM reference_images
WHERE project_id = %(project_id)s AND sha256 = ANY (%(digests)s::bytea[])

-- name: add
-- Whoever brings the same picture at the same time comes second, and gets none.
WITH added AS (
  INSERT INTO reference_images (id, project_id, user_id, filename, category, file_id, sha256,
    vision_description, caption_ko, caption_state, is_demo)
  VALUES (%(id)s, %(project_id)s, %(user_id)s, %(filename)s, %(category)s, %(file_id)s,
    %(sha256)s, %(caption)s, %(caption_ko)s,
    CASE WHEN coalesce(%(caption)s::text, %(caption_ko)s::text) IS NULL THEN 'none' ELSE 'edited' END,
    %(is_demo)s)
  ON CONFLICT (project_id, sha256) DO NOTHING
  RETURNING id, file_id
), shown AS (
  UPDATE files SET used_at = coalesce(used_at, now()),
    project_ids = CASE WHEN project_ids @> ARRAY[%(project_id)s::uuid] THEN project_ids
      ELSE project_ids || %(project_id)s::uuid END
  FROM added WHERE files.id = added.file_id
)
SELECT id FROM added

-- name: change
-- Words that are somebody's own are not written over by a model (`edited`); taken away, they may be
-- written anew.
UPDATE reference_images SET filename = %(filename)s, category = %(category)s,
  vision_description = %(caption)s, caption_ko = %(caption_ko)s,
  caption_state = CASE
    WHEN (vision_description, caption_ko) IS NOT DISTINCT FROM (%(caption)s::text, %(caption_ko)s::text)
      THEN caption_state
    WHEN coalesce(%(caption)s::text, %(caption_ko)s::text) IS NULL THEN 'none'
    ELSE 'edited' END,
  updated_at = now()
WHERE id = %(id)s

-- name: chosen
-- Of a selection what is there, and how many of them `user_id` brought.
SELECT count(*) AS references, count(*) FILTER (WHERE user_id = %(user_id)s) AS own
FROM reference_images WHERE id = ANY (%(ids)s) AND project_id = %(project_id)s

-- name: place
UPDATE reference_images SET category = %(category)s, updated_at = now()
WHERE id = ANY (%(ids)s) AND project_id = %(project_id)s RETURNING id

-- name: remove
-- Works that were made after them stay, and keep what they said; so does a picture, as long as one of
-- them names it. Where `whose` is given, only what that person brought.
WITH held AS (
  SELECT id FROM reference_images WHERE id = ANY (%(ids)s) AND project_id = %(project_id)s
    AND (%(whose)s::uuid IS NULL OR user_id = %(whose)s)
  ORDER BY id FOR UPDATE
)
DELETE FROM reference_images r USING held WHERE r.id = held.id RETURNING r.id, r.file_id

-- name: leave
-- The pictures of references that are gone are swept as uploads that nobody used.
UPDATE files SET used_at = NULL WHERE id = ANY (%(file_ids)s) AND NOT is_needed(id)
