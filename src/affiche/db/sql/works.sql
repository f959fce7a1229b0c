-- name: ask
SELECT a.id, a.number, a.user_id, a.project_id, a.template_id, a.template_version, a.retry_of,
  a.input_data, a.output_count, a.seed, a.status, a.progress, a.engine, a.generation_metadata,
  a.output_file_id, a.title, a.tags, a.error_code, a.error_params, a.created_at, a.taken_at,
  a.processing_at, a.completed_at, a.failed_at, a.cancelled_at,
  t.slug AS template_slug, t.estimated_time
FROM ask_work(%(id)s, %(template_id)s, %(input_data)s, %(output_count)s, %(seed)s,
  %(project_id)s, %(retry_of)s, %(priority)s, %(idempotency_key)s, %(digest)s) a
JOIN templates t ON t.id = a.template_id

-- name: by_id
SELECT w.id, w.number, w.user_id, w.project_id, w.template_id, w.template_version, w.retry_of,
  w.input_data, w.output_count, w.seed, w.status, w.progress, w.engine, w.generation_metadata,
  w.output_file_id, w.title, w.tags, w.error_code, w.error_params, w.created_at, w.taken_at,
  w.processing_at, w.completed_at, w.failed_at, w.cancelled_at,
  t.slug AS template_slug, t.estimated_time
FROM works w JOIN templates t ON t.id = w.template_id
WHERE w.id = %(id)s

-- name: by_key
SELECT work_id, digest, inputs FROM idempotency_keys WHERE user_id = auth.uid() AND key = %(key)s

-- name: page
SELECT w.id, w.number, w.user_id, w.project_id, w.template_id, w.template_version, w.retry_of,
  w.input_data, w.output_count, w.seed, w.status, w.progress, w.engine, w.generation_metadata,
  w.output_file_id, w.title, w.tags, w.error_code, w.error_params, w.created_at, w.taken_at,
  w.processing_at, w.completed_at, w.failed_at, w.cancelled_at,
  t.slug AS template_slug, t.estimated_time
FROM works w JOIN templates t ON t.id = w.template_id
WHERE w.user_id = %(user_id)s AND w.id < %(before)s
ORDER BY w.id DESC LIMIT %(limit)s

-- name: page_of_status
SELECT w.id, w.number, w.user_id, w.project_id, w.template_id, w.template_version, w.retry_of,
  w.input_data, w.output_count, w.seed, w.status, w.progress, w.engine, w.generation_metadata,
  w.output_file_id, w.title, w.tags, w.error_code, w.error_params, w.created_at, w.taken_at,
  w.processing_at, w.completed_at, w.failed_at, w.cancelled_at,
  t.slug AS template_slug, t.estimated_time
FROM unnest(%(statuses)s::text[]) AS wanted (status)
CROSS JOIN LATERAL (
  SELECT * FROM works x
  WHERE x.user_id = %(user_id)s AND x.status = wanted.status AND x.id < %(before)s
    AND (%(template_id)s::uuid IS NULL OR x.template_id = %(template_id)s)
  ORDER BY x.id DESC LIMIT %(limit)s
) w
JOIN templates t ON t.id = w.template_id
ORDER BY w.id DESC LIMIT %(limit)s

-- name: page_of_template
SELECT w.id, w.number, w.user_id, w.project_id, w.template_id, w.template_version, w.retry_of,
  w.input_data, w.output_count, w.seed, w.status, w.progress, w.engine, w.generation_metadata,
  w.output_file_id, w.title, w.tags, w.error_code, w.error_params, w.created_at, w.taken_at,
  w.processing_at, w.completed_at, w.failed_at, w.cancelled_at,
  t.slug AS template_slug, t.estimated_time
FROM works w JOIN templates t ON t.id = w.template_id
WHERE w.user_id = %(user_id)s AND w.template_id = %(template_id)s AND w.id < %(before)s
ORDER BY w.id DESC LIMIT %(limit)s

-- name: cancel
SELECT id, status FROM cancel_work(%(id)s)
