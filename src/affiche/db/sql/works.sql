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
SELECT * FROM shown_works WHERE user_id = %(user_id)s AND id < %(before)s
ORDER BY id DESC LIMIT %(limit)s

-- name: page_of_status
SELECT w.* FROM unnest(%(statuses)s::text[]) AS wanted (status)
CROSS JOIN LATERAL (
  SELECT * FROM shown_works x
  WHERE x.user_id = %(user_id)s AND x.status = wanted.status AND x.id < %(before)s
    AND (%(template_id)s::uuid IS NULL OR x.template_id = %(template_id)s)
  ORDER BY x.id DESC LIMIT %(limit)s
) w
ORDER BY w.id DESC LIMIT %(limit)s

-- name: page_of_template
SELECT * FROM shown_works
WHERE user_id = %(user_id)s AND template_id = %(template_id)s AND id < %(before)s
ORDER BY id DESC LIMIT %(limit)s

-- name: page_of_project
SELECT * FROM shown_works WHERE project_id = %(project_id)s AND id < %(before)s
  AND (%(template_id)s::uuid IS NULL OR template_id = %(template_id)s)
ORDER BY id DESC LIMIT %(limit)s

-- name: page_of_project_status
SELECT w.* FROM unnest(%(statuses)s::text[]) AS wanted (status)
CROSS JOIN LATERAL (
  SELECT * FROM shown_works x
  WHERE x.project_id = %(project_id)s AND x.status = wanted.status AND x.id < %(before)s
    AND (%(template_id)s::uuid IS NULL OR x.template_id = %(template_id)s)
  ORDER BY x.id DESC LIMIT %(limit)s
) w
ORDER BY w.id DESC LIMIT %(limit)s

-- name: cancel
SELECT id, status FROM cancel_work(%(id)s)
