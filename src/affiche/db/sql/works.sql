-- name: ask
SELECT a.*, t.slug AS template_slug, t.estimated_time
FROM ask_work(%(id)s, %(template_id)s, %(input_data)s, %(output_count)s, %(seed)s,
  %(project_id)s, %(retry_of)s, %(priority)s, %(idempotency_key)s, %(digest)s) a
JOIN templates t ON t.id = a.template_id

-- name: by_id
SELECT * FROM shown_works WHERE id = %(id)s

-- name: by_key
SELECT work_id, digest, inputs FROM idempotency_keys WHERE user_id = auth.uid() AND key = %(key)s

-- name: page
SELECT * FROM shown_works
WHERE user_id = %(user_id)s AND trashed_at IS NULL AND id < %(before)s AND id >= %(since)s
ORDER BY id DESC LIMIT %(limit)s

-- name: page_of_status
-- Here and below: of each state its first ones, then the first of those, and only these are read.
SELECT s.* FROM (
  SELECT w.id FROM unnest(%(statuses)s::text[]) AS wanted (status)
  CROSS JOIN LATERAL (
    SELECT x.id FROM works x
    WHERE x.user_id = %(user_id)s AND x.status = wanted.status
      AND x.trashed_at IS NULL AND x.id < %(before)s AND x.id >= %(since)s
    ORDER BY x.id DESC LIMIT %(limit)s
  ) w ORDER BY w.id DESC LIMIT %(limit)s
) page JOIN shown_works s ON s.id = page.id ORDER BY s.id DESC

-- name: page_of_template
SELECT s.* FROM (
  SELECT w.id FROM unnest(%(statuses)s::text[]) AS wanted (status)
  CROSS JOIN LATERAL (
    SELECT x.id FROM works x
    WHERE x.user_id = %(user_id)s AND x.template_id = %(template_id)s
      AND x.status = wanted.status AND x.trashed_at IS NULL
      AND x.id < %(before)s AND x.id >= %(since)s
    ORDER BY x.id DESC LIMIT %(limit)s
  ) w ORDER BY w.id DESC LIMIT %(limit)s
) page JOIN shown_works s ON s.id = page.id ORDER BY s.id DESC

-- name: page_of_project
SELECT s.* FROM (
  SELECT w.id FROM unnest(%(statuses)s::text[]) AS wanted (status)
  CROSS JOIN LATERAL (
    SELECT x.id FROM works x
    WHERE x.project_id = %(project_id)s AND x.status = wanted.status
      AND x.trashed_at IS NULL AND x.id < %(before)s AND x.id >= %(since)s
    ORDER BY x.id DESC LIMIT %(limit)s
  ) w ORDER BY w.id DESC LIMIT %(limit)s
) page JOIN shown_works s ON s.id = page.id ORDER BY s.id DESC

-- name: page_of_project_template
SELECT s.* FROM (
  SELECT w.id FROM unnest(%(statuses)s::text[]) AS wanted (status)
  CROSS JOIN LATERAL (
    SELECT x.id FROM works x
    WHERE x.project_id = %(project_id)s AND x.template_id = %(template_id)s
      AND x.status = wanted.status AND x.trashed_at IS NULL
      AND x.id < %(before)s AND x.id >= %(since)s
    ORDER BY x.id DESC LIMIT %(limit)s
  ) w ORDER BY w.id DESC LIMIT %(limit)s
) page JOIN shown_works s ON s.id = page.id ORDER BY s.id DESC

-- name: page_of_character
-- Whose works are all of one project.
SELECT s.* FROM (
  SELECT w.id FROM unnest(%(statuses)s::text[]) AS wanted (status)
  CROSS JOIN LATERAL (
    SELECT x.id FROM works x
    WHERE x.character_id = %(character_id)s AND x.status = wanted.status
      AND x.trashed_at IS NULL AND x.id < %(before)s AND x.id >= %(since)s
      AND (%(template_id)s::uuid IS NULL OR x.template_id = %(template_id)s)
    ORDER BY x.id DESC LIMIT %(limit)s
  ) w ORDER BY w.id DESC LIMIT %(limit)s
) page JOIN shown_works s ON s.id = page.id ORDER BY s.id DESC

-- name: page_of_batch
SELECT s.* FROM (
  SELECT x.id FROM works x
  WHERE x.batch_id = %(batch_id)s AND x.status = ANY (%(statuses)s)
    AND x.trashed_at IS NULL AND x.id < %(before)s AND x.id >= %(since)s
    AND (%(template_id)s::uuid IS NULL OR x.template_id = %(template_id)s)
    AND (%(project_id)s::uuid IS NULL OR x.project_id = %(project_id)s)
    AND (%(character_id)s::uuid IS NULL OR x.character_id = %(character_id)s)
  ORDER BY x.id DESC LIMIT %(limit)s
) page JOIN shown_works s ON s.id = page.id ORDER BY s.id DESC

-- name: cancel
SELECT id, status FROM cancel_work(%(id)s)

-- name: usual_seconds
-- The middle of how long a picture of the latest of one's works took on the engine.
SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM lately.took))::float8
FROM (
  SELECT (completed_at - processing_at) / output_count AS took FROM works
  WHERE user_id = %(user_id)s AND template_id = %(template_id)s AND status = 'completed'
  ORDER BY id DESC LIMIT %(limit)s
) lately
