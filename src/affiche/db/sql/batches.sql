-- name: ask
SELECT a.*, t.slug AS template_slug, t.estimated_time
FROM ask_batch(%(asked)s, %(places)s, %(priority)s, %(idempotency_key)s, %(digest)s) a
JOIN templates t ON t.id = a.template_id

-- name: by_id
SELECT b.id, b.number, b.user_id, b.project_id, b.template_id, b.template_version, b.name, b.inputs,
  b.reference_key, b.reference_count, b.variations, b.grid, b.seed, b.works, b.like_id,
  b.created_at, batch_counts(b.id) AS counts, t.slug AS template_slug, t.estimated_time
FROM batches b JOIN templates t ON t.id = b.template_id WHERE b.id = %(id)s

-- name: page
SELECT b.id, b.number, b.user_id, b.project_id, b.template_id, b.template_version, b.name, b.inputs,
  b.reference_key, b.reference_count, b.variations, b.grid, b.seed, b.works, b.like_id,
  b.created_at, batch_counts(b.id) AS counts, t.slug AS template_slug, t.estimated_time
FROM batches b JOIN templates t ON t.id = b.template_id
WHERE b.user_id = %(user_id)s AND b.id < %(before)s ORDER BY b.id DESC LIMIT %(limit)s

-- name: page_of_project
SELECT b.id, b.number, b.user_id, b.project_id, b.template_id, b.template_version, b.name, b.inputs,
  b.reference_key, b.reference_count, b.variations, b.grid, b.seed, b.works, b.like_id,
  b.created_at, batch_counts(b.id) AS counts, t.slug AS template_slug, t.estimated_time
FROM batches b JOIN templates t ON t.id = b.template_id
WHERE b.project_id = %(project_id)s AND b.id < %(before)s ORDER BY b.id DESC LIMIT %(limit)s

-- name: works
SELECT w.* FROM shown_works w
WHERE w.batch_id = %(batch_id)s AND w.batch_position >= %(first)s
  AND (%(statuses)s::text[] IS NULL OR w.status = ANY (%(statuses)s))
  AND (%(choice)s::text IS NULL OR w.choice = %(choice)s)
ORDER BY w.batch_position LIMIT %(limit)s

-- name: before
-- Where a page that ends before a place begins.
SELECT min(batch_position) FROM (
  SELECT w.batch_position FROM works w
  WHERE w.batch_id = %(batch_id)s AND w.batch_position < %(first)s
    AND (%(statuses)s::text[] IS NULL OR w.status = ANY (%(statuses)s))
    AND (%(choice)s::text IS NULL OR w.choice = %(choice)s)
  ORDER BY w.batch_position DESC LIMIT %(limit)s
) page

-- name: failed
SELECT input_data FROM works
WHERE batch_id = %(batch_id)s AND status = 'failed' AND batch_position IS NOT NULL

-- name: seeds
SELECT seed FROM works WHERE batch_id = %(batch_id)s AND seed IS NOT NULL

-- name: cancel
SELECT cancel_batch(%(batch_id)s)

-- name: retry
SELECT retry_batch(%(batch_id)s)

-- name: choose
SELECT choose_works(%(batch_id)s, %(work_ids)s, %(choice)s)

-- name: own_project
SELECT id FROM projects WHERE user_id = auth.uid() AND is_default

-- name: files
SELECT id, mime_type FROM files WHERE id = ANY (%(ids)s)

-- name: references
SELECT r.id, r.filename, coalesce(r.vision_description, '') AS caption, f.mime_type
FROM reference_images r JOIN files f ON f.id = r.file_id
WHERE r.id = ANY (%(ids)s) AND r.project_id = %(project_id)s

-- name: places
-- How many works run at once where the template's would go now.
SELECT e.works_at_once FROM endpoints e WHERE e.id = choose_endpoint(
  %(template_id)s, (SELECT version FROM templates WHERE id = %(template_id)s))

-- name: pictures
-- One part of a batch as it goes into a zip, with its picture where there is one, and what its last
-- stage was told.
SELECT w.id, w.number, w.batch_position, w.status, w.choice, w.seed, w.input_data, w.subject,
  w.title, w.engine, w.created_at, f.object_key, f.thumbnail_key, f.file_size, f.mime_type,
  j.prompt_used, j.negative_prompt_used, s.name AS source_name
FROM works w
LEFT JOIN files f ON f.id = w.output_file_id
LEFT JOIN files s ON s.id = CASE
  WHEN w.input_data ->> %(reference_key)s ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
  THEN (w.input_data ->> %(reference_key)s)::uuid END
LEFT JOIN LATERAL (
  SELECT g.prompt_used, g.negative_prompt_used FROM generation_jobs g
  WHERE g.work_id = w.id ORDER BY g.stage DESC, g.id LIMIT 1) j ON true
WHERE w.batch_id = %(batch_id)s AND w.batch_position >= %(first)s
  AND (%(choice)s::text IS NULL OR w.choice = %(choice)s)
  AND (%(work_ids)s::uuid[] IS NULL OR w.id = ANY (%(work_ids)s))
ORDER BY w.batch_position LIMIT %(limit)s
