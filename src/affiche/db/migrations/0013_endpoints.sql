-- An endpoint is a row with all that it takes to talk to it, save the key itself; a template may
-- have a route of several, and what cannot run at one waits at the next (docs/decisions/0019).
ALTER TABLE endpoints
  -- At the engine, where that has several under one address.
  ADD COLUMN remote_id text CHECK (remote_id ~ '^[A-Za-z0-9_-]{1,100}$'),
  -- The key's name in the environment or the secrets file. What looks like a key is none.
  ADD COLUMN secret text CHECK (
    secret ~ '^[A-Za-z_][A-Za-z0-9_]{0,99}$' AND secret !~* '^(rpa_|sk_|[0-9a-f]{32})'),
  ADD COLUMN request_shape text NOT NULL DEFAULT 'workflow' CHECK (
    request_shape IN ('parameters', 'workflow')),
  ADD COLUMN images_as text NOT NULL DEFAULT 'list' CHECK (images_as IN ('map', 'list')),
  ADD COLUMN workflow_as text NOT NULL DEFAULT 'object' CHECK (workflow_as IN ('object', 'text')),
  ADD COLUMN pictures_by text NOT NULL DEFAULT 'auto' CHECK (
    pictures_by IN ('auto', 'url', 'base64')),
  ADD COLUMN does_stages boolean NOT NULL DEFAULT false,
  ADD COLUMN price_per_second numeric(12, 8) CHECK (price_per_second >= 0),
  ADD COLUMN warm_minutes integer CHECK (warm_minutes BETWEEN 1 AND 1440),
  ADD COLUMN warm_hours text,
  -- How it was found when it was last looked at; `misses`: bad answers in a row.
  ADD COLUMN checked_at timestamptz,
  ADD COLUMN unwell_since timestamptz,
  ADD COLUMN misses integer NOT NULL DEFAULT 0,
  ADD COLUMN health jsonb NOT NULL DEFAULT '{}',
  ADD COLUMN warmed_at timestamptz;

-- The route of a template, where it has one of its own.
CREATE TABLE template_endpoints (
  template_id uuid NOT NULL REFERENCES templates (id) ON DELETE CASCADE,
  endpoint_id uuid NOT NULL REFERENCES endpoints (id) ON DELETE CASCADE,
  position integer NOT NULL,
  PRIMARY KEY (template_id, endpoint_id)
);
CREATE INDEX template_endpoints_endpoint ON template_endpoints (endpoint_id);
CALL protect('template_endpoints');

-- What all processes together may ask of somebody: when the next question is due, by name.
CREATE TABLE rates (
  name text PRIMARY KEY,
  due_at timestamptz NOT NULL
) WITH (fillfactor = 50);
CALL protect('rates');

-- By themselves, because a definition holds whole graphs and is read in pieces from elsewhere.
ALTER TABLE template_versions
  ADD COLUMN engines jsonb GENERATED ALWAYS AS (definition -> 'engines') STORED;

-- Where a work of the template is to run: the first of its route that is well, else the first. One
-- without a route may go wherever its kind of engine is, to a stand-in only where nothing else is.
-- `avoided` comes after all that are as well.
CREATE FUNCTION choose_endpoint(
  template uuid, of_version integer, avoided uuid DEFAULT NULL
) RETURNS uuid LANGUAGE sql STABLE
SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT e.id FROM endpoints e
  LEFT JOIN template_endpoints r ON r.template_id = template AND r.endpoint_id = e.id
  WHERE e.is_active
    AND (r.endpoint_id IS NOT NULL
      OR NOT EXISTS (SELECT FROM template_endpoints t WHERE t.template_id = template))
    AND coalesce((
      SELECT v.engines ? e.kind FROM template_versions v
      WHERE v.template_id = template AND v.version = of_version), true)
  ORDER BY r.position IS NULL AND e.kind = 'preview', e.unwell_since IS NOT NULL,
    e.id IS NOT DISTINCT FROM avoided, coalesce(r.position, e.position), e.id
  LIMIT 1
$$;

CREATE OR REPLACE FUNCTION complete_job() RETURNS trigger LANGUAGE plpgsql
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
    NEW.endpoint_id := coalesce(
      NEW.endpoint_id, choose_endpoint(asked.template_id, asked.template_version));
  ELSE
    NEW.endpoint_id := NULL;
  END IF;
  RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION park_jobs() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  UPDATE generation_jobs j SET endpoint_id = CASE WHEN NEW.is_active THEN
    choose_endpoint(w.template_id, w.template_version) END
  FROM works w
  WHERE w.id = j.work_id AND w.template_id = NEW.id AND j.status = 'pending'
    AND (NOT NEW.is_active OR j.endpoint_id IS NULL);
  PERFORM pg_notify('generation_job_created', '');
  RETURN NULL;
END $$;

-- What comes back chooses anew, and another endpoint where it was its own that failed; whoever
-- looks after endpoints hears of it.
CREATE OR REPLACE FUNCTION guard_job() RETURNS trigger LANGUAGE plpgsql
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

-- Those that wait for an endpoint, so that nobody reads all jobs for them.
CREATE INDEX generation_jobs_homeless ON generation_jobs (created_at)
  WHERE status = 'pending' AND endpoint_id IS NULL;
