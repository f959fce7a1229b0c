-- The statements of seed 001 as they stand there, with parameters for its made-up ids.

-- name: insert_work
INSERT INTO works (
  id, user_id, template_id, input_data, status
) VALUES (
  :work_id,
  :user_id,
  '82064257-1bef-45d8-a6ba-715f33c887cc',
  jsonb_build_object(
    'prompt', '배경을 산 풍경으로 바꿔줘',
    'image_url', :image_url,
    'steps', 4,
    'cfg', 1.0,
    'seed', 0
  ),
  'pending'
);

-- name: insert_job
INSERT INTO generation_jobs (
  id, work_id, status, priority
) VALUES (
  :job_id,
  :work_id,
  'pending',
  1
);

-- name: notify
SELECT pg_notify(
  'generation_job_created',
  json_build_object('id', :job_id)::text
);

-- name: recover_taken
UPDATE generation_jobs
SET status = 'pending'
WHERE status = 'taken'
AND taken_at < now() - interval '10 minutes';

-- name: recent_files
SELECT id, path, user_id
FROM files
WHERE created_at > now() - interval '1 hour'
ORDER BY created_at DESC;

-- name: set_title
UPDATE works
SET title = '수정된 이미지'
WHERE id = :work_id
AND status = 'completed'
AND title = 'I2I 작품';

-- name: fail_run
UPDATE works
SET status = 'failed', error_message = 'RunPod job timeout'
WHERE runpod_job_id = :runpod_job_id;

-- name: stuck_taken
SELECT COUNT(*) FROM generation_jobs
WHERE status = 'taken'
AND taken_at < now() - interval '1 hour';

-- name: ended_by_status
SELECT
  status,
  COUNT(*) as count
FROM works
WHERE created_at > now() - interval '7 days'
GROUP BY status;

-- name: pending_jobs
SELECT id, status FROM generation_jobs WHERE status='pending' LIMIT 5;

-- name: policy_own_works
CREATE POLICY "Users see own work" ON works
  FOR SELECT USING (auth.uid() = user_id);

-- name: policy_own_files
CREATE POLICY "Users see own files" ON files
  FOR SELECT USING (auth.uid() = user_id);

-- name: policy_service_updates
CREATE POLICY "Service role updates work" ON works
  FOR UPDATE USING (auth.jwt()->>'role' = 'service_role');
