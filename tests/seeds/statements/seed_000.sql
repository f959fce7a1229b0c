-- The statements of seed 000 as they stand there.

-- name: next_job
SELECT
  gj.id,
  gj.work_id,
  w.input_data,
  t.template_name
FROM generation_jobs gj
JOIN works w ON gj.work_id = w.id
JOIN templates t ON w.template_id = t.id
WHERE gj.status = 'pending'
  AND t.template_name = 'XiCON_KLEIN_Poster_Maker_v1'
ORDER BY gj.priority DESC, gj.created_at ASC
LIMIT 1
FOR UPDATE SKIP LOCKED;

-- name: take_job
UPDATE generation_jobs
SET status = 'taken', updated_at = NOW()
WHERE id = :job_id;

-- name: process_work
UPDATE works
SET status = 'processing', updated_at = NOW()
WHERE id = :work_id;

-- name: complete_work
UPDATE works
SET
  status = 'completed',
  file_id = :file_id,
  output_data = jsonb_build_object(
    'model', 'flux-2-klein-9b-fp8',
    'steps', 4,
    'cfg', 1,
    'sampler', 'euler',
    'seed', :seed,
    'processing_time', :elapsed_time
  ),
  updated_at = NOW()
WHERE id = :work_id;

-- name: delete_job
DELETE FROM generation_jobs WHERE id = :job_id;

-- name: fail_work
UPDATE works
SET
  status = 'failed',
  output_data = jsonb_build_object('error', :error_message),
  updated_at = NOW()
WHERE id = :work_id;

-- name: find_template
SELECT id, template_name, work_type, is_active
FROM templates
WHERE template_name = 'XiCON_KLEIN_Poster_Maker_v1';

-- name: form_fields
SELECT
  jsonb_array_length(form_fields) as field_count,
  form_fields
FROM templates
WHERE template_name = 'XiCON_KLEIN_Poster_Maker_v1';

-- name: request_dto
SELECT request_dto
FROM templates
WHERE template_name = 'XiCON_KLEIN_Poster_Maker_v1';

-- name: work_status
SELECT id, status, created_at, updated_at
FROM works
WHERE id = :work_id;

-- name: job_queue
SELECT id, status, priority, created_at
FROM generation_jobs
WHERE work_id = :work_id;

-- name: notifications
SELECT type, title, message, created_at
FROM notifications
WHERE user_id = :user_id
ORDER BY created_at DESC
LIMIT 5;

-- name: final_result
SELECT
  w.id,
  w.status,
  w.credits_used,
  w.output_data,
  f.file_path,
  f.file_size,
  f.mime_type
FROM works w
LEFT JOIN files f ON w.file_id = f.id
WHERE w.id = :work_id;

-- name: template_status
SELECT id, template_name, is_active, display_order
FROM templates
WHERE template_name = 'XiCON_KLEIN_Poster_Maker_v1';

-- name: activate_template
UPDATE templates
SET is_active = true
WHERE template_name = 'XiCON_KLEIN_Poster_Maker_v1';

-- name: stuck_jobs
SELECT gj.id, gj.created_at, gj.status, w.id as work_id
FROM generation_jobs gj
JOIN works w ON gj.work_id = w.id
WHERE gj.status = 'pending'
  AND gj.created_at < NOW() - INTERVAL '5 minutes';

-- name: retry_job
INSERT INTO generation_jobs (work_id, status, priority)
SELECT work_id, 'pending', priority
FROM generation_jobs
WHERE id = :stuck_job_id;

-- name: delete_stuck_job
DELETE FROM generation_jobs WHERE id = :stuck_job_id;

-- name: error_details
SELECT output_data->>'error' as error_message
FROM works
WHERE id = :work_id;

-- name: refunds
SELECT type, amount, created_at
FROM credit_transactions
WHERE work_id = :work_id
ORDER BY created_at DESC;

-- name: balances
SELECT subscription_credits, purchased_credits
FROM users
WHERE id = :user_id;
