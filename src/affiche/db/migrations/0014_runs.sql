-- Engines that name runs themselves: what was sent to them, so that whatever they took is found.

-- One row is one sending of a job. `key` stands in the address at which the engine may tell the
-- run's end; `external_id` is the engine's name of it, once it is known.
CREATE TABLE runs (
  key uuid PRIMARY KEY,
  job_id uuid NOT NULL REFERENCES generation_jobs ON DELETE CASCADE,
  endpoint_id uuid NOT NULL REFERENCES endpoints,
  external_id text,
  sent_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  heard_at timestamptz
);
CALL protect('runs');
CREATE INDEX runs_job ON runs (job_id, sent_at DESC);
CREATE INDEX runs_endpoint ON runs (endpoint_id);

-- How long it waited on the engine, as the engine says, and whether a worker had to be woken first.
ALTER TABLE generation_jobs
  ADD COLUMN waited_seconds double precision,
  ADD COLUMN woke boolean NOT NULL DEFAULT false,
  -- Since when the engine took nothing more.
  ADD COLUMN busy_since timestamptz;

-- How long runs take, from the latest of them.
CREATE INDEX generation_jobs_times ON generation_jobs (endpoint_id, workflow_id, completed_at)
  WHERE status = 'completed' AND waited_seconds IS NOT NULL;
CREATE INDEX generation_jobs_wakings ON generation_jobs (endpoint_id, completed_at)
  WHERE status = 'completed' AND woke;

CREATE OR REPLACE FUNCTION guard_job() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF NEW.status = OLD.status THEN
    RETURN NEW;
  END IF;
  IF NEW.status = 'processing' THEN
    NEW.started_at := clock_timestamp();
    NEW.busy_since := NULL;
  ELSIF NEW.status = 'pending' THEN
    -- Whoever moves it back, by step, sweep or hand: it starts from the beginning, and it counts;
    -- but where an engine took nothing more, nothing was begun.
    NEW.step := 'prepare';
    NEW.token := gen_random_uuid();
    IF NEW.busy_since IS NULL THEN
      NEW.takes := greatest(NEW.takes, OLD.takes + 1);
    END IF;
    IF NEW.run_at <= clock_timestamp() THEN
      NEW.run_at := clock_timestamp() + interval '1 second';
    END IF;
    NEW.step_started_at := NULL;
    NEW.entry := NULL;
    NEW.external_id := NULL;
    NEW.observe_at := NULL;
    NEW.deadline_at := NULL;
    NEW.running_at := NULL;
    NEW.woke := false;
    NEW.outputs := NULL;
    IF NEW.endpoint_id = OLD.endpoint_id THEN
      NEW.endpoint_id := coalesce((
        SELECT choose_endpoint(w.template_id, w.template_version, CASE WHEN NEW.error_code IN (
          'engine_unreachable', 'endpoint_refused', 'secret_missing', 'secrets_open',
          'submission_unknown', 'engine_busy', 'run_lost', 'out_of_memory', 'gpu_failed',
          'worker_unfit', 'output_broken')
          THEN OLD.endpoint_id END)
        FROM works w WHERE w.id = NEW.work_id), OLD.endpoint_id);
    END IF;
    IF NEW.error_code IN ('engine_unreachable', 'endpoint_refused', 'submission_unknown') THEN
      PERFORM pg_notify('endpoint_faulted', OLD.endpoint_id::text);
    END IF;
  ELSIF NEW.status IN ('completed', 'failed', 'cancelled') THEN
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

-- The end of a run was told, under its key; `claimed` is the name that the engine is said to have
-- given it. It is believed no further than that somebody looks.
CREATE FUNCTION hear_run(run_key uuid, claimed text) RETURNS text LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  run runs;
  job generation_jobs;
  news boolean;
BEGIN
  SELECT * INTO run FROM runs WHERE key = run_key;
  IF NOT FOUND THEN
    RETURN 'unknown';
  END IF;
  -- First the job, as every step locks them.
  SELECT * INTO job FROM generation_jobs WHERE id = run.job_id FOR UPDATE;
  news := run.heard_at IS NULL;
  UPDATE runs SET heard_at = coalesce(heard_at, clock_timestamp()),
    external_id = coalesce(external_id, (
      SELECT claimed WHERE NOT EXISTS (
        SELECT FROM generation_jobs other
        WHERE other.external_id = claimed AND other.status = 'processing' AND other.id <> job.id)))
  WHERE key = run_key RETURNING * INTO run;
  IF run.external_id IS NULL THEN
    RETURN 'nameless';
  END IF;
  IF job.status = 'processing' AND job.step = 'observe'
    AND coalesce(job.external_id, run.external_id) = run.external_id THEN
    -- It is looked at now; one that was only guessed to be there is adopted. Whoever looks at it
    -- this moment looked too early, and must not put it off.
    UPDATE generation_jobs SET external_id = run.external_id, observe_at = clock_timestamp(),
      token = CASE WHEN news OR job.external_id IS NULL THEN gen_random_uuid() ELSE token END
    WHERE id = job.id;
    PERFORM pg_notify('run_heard', '');
    RETURN 'known';
  END IF;
  IF job.external_id = run.external_id
    OR (job.status = 'taken' AND run.sent_at >= job.taken_at) THEN
    -- Its end is at hand already, or its sending is being written down this moment.
    RETURN 'known';
  END IF;
  -- A twin: the job went on without it.
  IF NOT EXISTS (
    SELECT FROM withdrawals w WHERE w.job_id = run.job_id AND w.external_id = run.external_id) THEN
    INSERT INTO withdrawals (job_id, endpoint_id, external_id)
    VALUES (run.job_id, run.endpoint_id, run.external_id);
    PERFORM pg_notify('withdrawal_created', '');
  END IF;
  RETURN 'twin';
END $$;
