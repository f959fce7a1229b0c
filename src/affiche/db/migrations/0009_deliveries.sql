-- A job's picture is stored, the job completed and the work moved by one statement, and a step
-- writes its row without touching an index wherever it can.

-- `title`, `tags` and the `data` of its output, as the work is to have them.
ALTER TABLE generation_jobs ADD COLUMN about jsonb;

-- An index on a column makes every update of it touch all indexes of the row. `updated_at` changes
-- in every write, so no index has it.
DROP INDEX generation_jobs_steps;
CREATE INDEX generation_jobs_steps ON generation_jobs (taken_at)
  WHERE status IN ('taken', 'processing') AND step <> 'observe';
-- Nothing looks for jobs by these, and endpoints and workflows are not deleted.
DROP INDEX generation_jobs_workflow;
DROP INDEX generation_jobs_endpoint;

-- Functions that have nothing to say are not called: a step writes its row several times a work.
DROP TRIGGER b_job ON generation_jobs;
CREATE TRIGGER b_job BEFORE UPDATE ON generation_jobs
  FOR EACH ROW WHEN (OLD.status IS DISTINCT FROM NEW.status) EXECUTE FUNCTION guard_job();
DROP TRIGGER b_work ON works;
CREATE TRIGGER b_work BEFORE UPDATE ON works
  FOR EACH ROW WHEN (OLD.status IS DISTINCT FROM NEW.status) EXECUTE FUNCTION guard_work();
DROP TRIGGER d_pair ON works;
CREATE TRIGGER d_pair BEFORE INSERT ON works FOR EACH ROW EXECUTE FUNCTION pair_columns();
CREATE TRIGGER d_pair_again BEFORE UPDATE ON works
  FOR EACH ROW WHEN (
    (NEW.output_file_id, NEW.file_id, NEW.output_data_json, NEW.output_data)
    IS DISTINCT FROM
    (OLD.output_file_id, OLD.file_id, OLD.output_data_json, OLD.output_data))
  EXECUTE FUNCTION pair_columns();

CREATE OR REPLACE FUNCTION move_work() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  moved generation_jobs := CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
  work record;
  tally record;
  first record;
  goal text;
BEGIN
  SELECT id, status INTO work FROM works WHERE id = moved.work_id FOR NO KEY UPDATE;
  IF work.status IN ('completed', 'failed', 'cancelled')
    OR (TG_OP = 'UPDATE' AND moved.status = 'processing' AND work.status = 'processing') THEN
    RETURN NULL;
  END IF;
  SELECT
    count(*) FILTER (WHERE status = 'processing') AS processing,
    count(*) FILTER (WHERE status = 'taken') AS taken,
    count(*) FILTER (WHERE status = 'pending') AS pending,
    count(*) FILTER (WHERE status = 'completed') AS completed,
    count(*) FILTER (WHERE output_file_id IS NOT NULL) AS delivered,
    count(*) FILTER (WHERE status = 'failed') AS failed
  INTO tally FROM generation_jobs WHERE work_id = work.id;

  IF tally.processing + tally.taken + tally.pending = 0 THEN
    goal := CASE WHEN tally.delivered > 0 THEN 'completed'
                 WHEN tally.failed > 0 THEN 'failed' ELSE 'cancelled' END;
  ELSIF tally.processing > 0 THEN
    goal := 'processing';
  ELSIF tally.taken > 0 AND work.status = 'pending' THEN
    goal := 'taken';
  ELSIF tally.pending > 0 AND tally.taken + tally.completed + tally.failed = 0 THEN
    goal := 'pending';
  ELSE
    goal := work.status;
  END IF;

  IF moved.status = 'completed' AND tally.delivered > 0 THEN
    SELECT f.id, f.file_url, f.name, f.width, f.height, coalesce(j.about, '{}') AS about INTO first
    FROM generation_jobs j JOIN files f ON f.id = j.output_file_id
    WHERE j.work_id = work.id ORDER BY j.output_index LIMIT 1;
    UPDATE works SET
      status = goal,
      progress = CASE WHEN goal = 'processing' THEN progress END,
      output_file_id = first.id, thumbnail_file_id = first.id,
      title = coalesce(title, first.about ->> 'title'),
      tags = CASE WHEN tags = '{}' AND jsonb_typeof(first.about -> 'tags') = 'array'
        THEN ARRAY(SELECT jsonb_array_elements_text(first.about -> 'tags')) ELSE tags END,
      generation_metadata = coalesce(generation_metadata, '{}') || jsonb_build_object(
        'width', first.width, 'height', first.height),
      output_data_json = coalesce(first.about -> 'data', '{}') || jsonb_build_object(
        'image_url', first.file_url, 'filename', first.name, 'processing_time',
        round(extract(epoch FROM clock_timestamp() - created_at)::numeric, 3))
    WHERE id = work.id;
    RETURN NULL;
  END IF;
  IF goal = work.status THEN
    RETURN NULL;
  END IF;
  IF goal = 'failed' THEN
    SELECT * INTO moved FROM generation_jobs
    WHERE work_id = work.id AND status = 'failed' ORDER BY failed_at DESC LIMIT 1;
  END IF;
  UPDATE works SET
    status = goal,
    progress = CASE WHEN goal = 'processing' THEN progress END,
    runpod_job_id = CASE WHEN goal = 'processing' THEN moved.external_id ELSE runpod_job_id END,
    generation_metadata = CASE WHEN goal = 'processing'
      THEN coalesce(generation_metadata, '{}') || jsonb_build_object('submitted_at', now())
      ELSE generation_metadata END,
    error_code = CASE WHEN goal = 'failed' THEN moved.error_code END,
    error_params = CASE WHEN goal = 'failed' THEN moved.error_params END,
    error_message = CASE WHEN goal = 'failed' THEN moved.error_message END,
    output_data_json = CASE WHEN goal = 'failed'
      THEN jsonb_build_object('error', moved.error_message) ELSE output_data_json END
  WHERE id = work.id;
  RETURN NULL;
END $$;

-- Collecting ends the job; what had been collected by 0.1.0 is completed here. As the service,
-- because the owner sees no rows.
SET LOCAL ROLE service_role;
UPDATE generation_jobs j SET
  status = 'completed', step_started_at = NULL,
  about = jsonb_build_object(
    'title', v.definition -> 'fallback_title' -> u.language, 'tags', v.definition -> 'tags',
    'data', jsonb_build_object('model', v.definition -> 'model', 'seed', j.parameters -> 'seed'))
FROM works w
JOIN users u ON u.id = w.user_id
JOIN template_versions v ON v.template_id = w.template_id AND v.version = w.template_version
WHERE j.step = 'finish' AND j.status = 'processing' AND j.output_file_id IS NOT NULL
  AND w.id = j.work_id;
-- `submit` begins with the id of the run on record.
UPDATE generation_jobs SET step = 'prepare'
WHERE step = 'submit' AND status = 'taken' AND external_id IS NULL;
RESET ROLE;
