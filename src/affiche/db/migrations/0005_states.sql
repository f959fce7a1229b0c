-- The state table of works and generation jobs; any other move is refused here, whoever tries.
CREATE FUNCTION guard_status() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.status <> 'pending' THEN
      RAISE EXCEPTION 'a new row of % is pending, not %', TG_TABLE_NAME, NEW.status
        USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
  END IF;
  NEW.updated_at := clock_timestamp();
  IF NEW.status = OLD.status THEN
    RETURN NEW;
  END IF;
  IF NOT (OLD.status || '>' || NEW.status) = ANY (ARRAY[
    'pending>taken', 'taken>processing', 'processing>completed',
    'pending>failed', 'taken>failed', 'processing>failed',
    'pending>cancelled', 'taken>cancelled', 'processing>cancelled',
    'taken>pending', 'processing>pending'
  ]) THEN
    RAISE EXCEPTION '% % cannot go from % to %', TG_TABLE_NAME, OLD.id, OLD.status, NEW.status
      USING ERRCODE = 'check_violation';
  END IF;
  CASE NEW.status
    WHEN 'taken' THEN NEW.taken_at := clock_timestamp();
    WHEN 'completed' THEN NEW.completed_at := clock_timestamp();
    WHEN 'failed' THEN NEW.failed_at := clock_timestamp();
    WHEN 'cancelled' THEN NEW.cancelled_at := clock_timestamp();
    ELSE NULL;
  END CASE;
  RETURN NEW;
END $$;

CREATE FUNCTION guard_work() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF NEW.status = 'processing' AND OLD.status <> 'processing' THEN
    NEW.processing_at := coalesce(NEW.processing_at, clock_timestamp());
  END IF;
  RETURN NEW;
END $$;

CREATE FUNCTION guard_job() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF NEW.status = OLD.status THEN
    RETURN NEW;
  END IF;
  IF NEW.status = 'processing' THEN
    NEW.started_at := clock_timestamp();
  ELSIF NEW.status = 'pending' THEN
    -- Whoever moves it back, by step, sweep or hand: it starts from the beginning, and it counts.
    NEW.step := 'prepare';
    NEW.token := gen_random_uuid();
    NEW.takes := greatest(NEW.takes, OLD.takes + 1);
    IF NEW.run_at <= clock_timestamp() THEN
      NEW.run_at := clock_timestamp() + interval '1 second';
    END IF;
    NEW.step_started_at := NULL;
    NEW.entry := NULL;
    NEW.external_id := NULL;
    NEW.observe_at := NULL;
    NEW.deadline_at := NULL;
    NEW.running_at := NULL;
  ELSIF NEW.status IN ('failed', 'cancelled') THEN
    -- A step that still runs somewhere finds that its token is gone.
    NEW.token := gen_random_uuid();
    NEW.entry := NULL;
  END IF;
  IF NEW.status IN ('pending', 'failed', 'cancelled') THEN
    -- What was collected and never finished is not delivered.
    NEW.output_file_id := NULL;
  END IF;
  RETURN NEW;
END $$;

CREATE FUNCTION pair_columns() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  -- Whichever of both names was written counts.
  IF TG_OP = 'INSERT' THEN
    NEW.output_file_id := coalesce(NEW.output_file_id, NEW.file_id);
    NEW.output_data_json := coalesce(NEW.output_data_json, NEW.output_data);
  ELSE
    IF NEW.output_file_id IS NOT DISTINCT FROM OLD.output_file_id THEN
      NEW.output_file_id := NEW.file_id;
    END IF;
    IF NEW.output_data_json IS NOT DISTINCT FROM OLD.output_data_json THEN
      NEW.output_data_json := NEW.output_data;
    END IF;
  END IF;
  NEW.file_id := NEW.output_file_id;
  NEW.output_data := NEW.output_data_json;
  RETURN NEW;
END $$;

CREATE TRIGGER a_status BEFORE INSERT OR UPDATE ON works
  FOR EACH ROW EXECUTE FUNCTION guard_status();
CREATE TRIGGER b_work BEFORE UPDATE ON works FOR EACH ROW EXECUTE FUNCTION guard_work();
CREATE TRIGGER a_status BEFORE INSERT OR UPDATE ON generation_jobs
  FOR EACH ROW EXECUTE FUNCTION guard_status();
CREATE TRIGGER b_job BEFORE UPDATE ON generation_jobs FOR EACH ROW EXECUTE FUNCTION guard_job();

-- A work that comes by plain INSERT belongs to its user's default project, at the template's
-- present version.
CREATE FUNCTION complete_work() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  NEW.project_id := coalesce(
    NEW.project_id, (SELECT id FROM projects WHERE user_id = NEW.user_id AND is_default));
  NEW.template_version := coalesce(
    NEW.template_version, (SELECT version FROM templates WHERE id = NEW.template_id));
  RETURN NEW;
END $$;
CREATE TRIGGER c_complete BEFORE INSERT ON works FOR EACH ROW EXECUTE FUNCTION complete_work();
CREATE TRIGGER d_pair BEFORE INSERT OR UPDATE ON works
  FOR EACH ROW EXECUTE FUNCTION pair_columns();

CREATE FUNCTION complete_job() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE asked works;
BEGIN
  SELECT * INTO asked FROM works WHERE id = NEW.work_id;
  IF asked.status IN ('completed', 'failed', 'cancelled') THEN
    RAISE EXCEPTION 'work % is %: ask for another with retry_of', asked.id, asked.status
      USING ERRCODE = 'check_violation';
  END IF;
  NEW.user_id := asked.user_id;
  NEW.workflow_id := coalesce(NEW.workflow_id, (
    SELECT workflow_ids[NEW.stage + 1] FROM template_versions
    WHERE template_id = asked.template_id AND version = asked.template_version));
  IF EXISTS (SELECT FROM templates WHERE id = asked.template_id AND is_active) THEN
    NEW.endpoint_id := coalesce(NEW.endpoint_id, (
      SELECT id FROM endpoints WHERE is_active ORDER BY position, id LIMIT 1));
  ELSE
    NEW.endpoint_id := NULL;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER c_complete BEFORE INSERT ON generation_jobs
  FOR EACH ROW EXECUTE FUNCTION complete_job();

-- While a template is off its waiting jobs have no endpoint, so that admission, which walks the
-- endpoint's jobs all day, need not ask for each whether its template is on.
CREATE FUNCTION park_jobs() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  UPDATE generation_jobs j SET endpoint_id = CASE WHEN NEW.is_active THEN (
    SELECT id FROM endpoints WHERE is_active ORDER BY position, id LIMIT 1) END
  FROM works w
  WHERE w.id = j.work_id AND w.template_id = NEW.id AND j.status = 'pending'
    AND (NOT NEW.is_active OR j.endpoint_id IS NULL);
  PERFORM pg_notify('generation_job_created', '');
  RETURN NULL;
END $$;
CREATE TRIGGER park_jobs AFTER UPDATE OF is_active ON templates
  FOR EACH ROW WHEN (OLD.is_active IS DISTINCT FROM NEW.is_active) EXECUTE FUNCTION park_jobs();

-- Admission hears of jobs that wait and of places that became free.
CREATE FUNCTION announce_job() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    PERFORM pg_notify('generation_job_ended', '');
  ELSIF NEW.status = 'pending' THEN
    PERFORM pg_notify('generation_job_created', json_build_object('id', NEW.id)::text);
  ELSIF NEW.status IN ('completed', 'failed', 'cancelled') THEN
    PERFORM pg_notify('generation_job_ended', '');
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER announce_new AFTER INSERT ON generation_jobs
  FOR EACH ROW EXECUTE FUNCTION announce_job();
CREATE TRIGGER announce_moved AFTER UPDATE OF status ON generation_jobs
  FOR EACH ROW WHEN (OLD.status IS DISTINCT FROM NEW.status) EXECUTE FUNCTION announce_job();
CREATE TRIGGER announce_gone AFTER DELETE ON generation_jobs
  FOR EACH ROW WHEN (OLD.status IN ('taken', 'processing')) EXECUTE FUNCTION announce_job();

-- What was started on an engine and is no longer wanted is stopped there.
CREATE FUNCTION withdraw_run() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  INSERT INTO withdrawals (job_id, endpoint_id, external_id)
  VALUES (NEW.id, OLD.endpoint_id, OLD.external_id);
  PERFORM pg_notify('withdrawal_created', '');
  RETURN NULL;
END $$;
CREATE TRIGGER withdraw AFTER UPDATE OF status ON generation_jobs
  FOR EACH ROW WHEN (
    OLD.external_id IS NOT NULL AND OLD.status IN ('taken', 'processing')
    AND NEW.status IN ('pending', 'failed', 'cancelled'))
  EXECUTE FUNCTION withdraw_run();
CREATE TRIGGER withdraw_gone AFTER DELETE ON generation_jobs
  FOR EACH ROW WHEN (OLD.external_id IS NOT NULL AND OLD.status IN ('taken', 'processing'))
  EXECUTE FUNCTION withdraw_run();

-- A work moves when its jobs do, in the same transaction. Its row is locked first, so that the
-- last two of its jobs cannot each take the other for unfinished.
CREATE FUNCTION move_work() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  moved generation_jobs := CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
  work works;
  tally record;
  goal text;
BEGIN
  SELECT * INTO work FROM works WHERE id = moved.work_id FOR UPDATE;
  IF work.status IN ('completed', 'failed', 'cancelled') THEN
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
CREATE TRIGGER move_work AFTER UPDATE OF status ON generation_jobs
  FOR EACH ROW WHEN (OLD.status IS DISTINCT FROM NEW.status) EXECUTE FUNCTION move_work();
-- Of a job that was deleted by hand while it was under way.
CREATE TRIGGER move_work_gone AFTER DELETE ON generation_jobs
  FOR EACH ROW WHEN (OLD.status IN ('pending', 'taken', 'processing'))
  EXECUTE FUNCTION move_work();

-- A work that is ended, by its owner or by hand, takes with it whatever of it still runs.
CREATE FUNCTION end_jobs() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  UPDATE generation_jobs SET status = 'cancelled'
  WHERE work_id = NEW.id AND status IN ('pending', 'taken', 'processing');
  RETURN NULL;
END $$;
CREATE TRIGGER end_jobs AFTER UPDATE OF status ON works
  FOR EACH ROW WHEN (
    OLD.status IS DISTINCT FROM NEW.status AND NEW.status IN ('completed', 'failed', 'cancelled'))
  EXECUTE FUNCTION end_jobs();
