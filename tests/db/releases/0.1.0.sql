CREATE SCHEMA auth;

ALTER SCHEMA auth OWNER TO affiche;

CREATE SCHEMA pgqueuer;

ALTER SCHEMA pgqueuer OWNER TO affiche;

CREATE TYPE pgqueuer.pgqueuer_status AS ENUM (
    'queued',
    'picked',
    'successful',
    'exception',
    'canceled',
    'deleted',
    'failed'
);

ALTER TYPE pgqueuer.pgqueuer_status OWNER TO affiche;

CREATE FUNCTION auth.jwt() RETURNS jsonb
    LANGUAGE sql STABLE
    AS $$ SELECT nullif(current_setting('request.jwt.claims', true), '')::jsonb $$;

ALTER FUNCTION auth.jwt() OWNER TO affiche;

CREATE FUNCTION auth.uid() RETURNS uuid
    LANGUAGE sql STABLE
    AS $$ SELECT nullif(auth.jwt() ->> 'sub', '')::uuid $$;

ALTER FUNCTION auth.uid() OWNER TO affiche;

CREATE FUNCTION pgqueuer.fn_pgqueuer_changed() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
DECLARE
    to_emit BOOLEAN := false;  -- Flag to decide whether to emit a notification
BEGIN
    -- Check operation type and set the emit flag accordingly
    IF TG_OP = 'UPDATE' AND OLD IS DISTINCT FROM NEW THEN
        to_emit := true;
    ELSIF TG_OP = 'DELETE' THEN
        to_emit := true;
    ELSIF TG_OP = 'INSERT' THEN
        to_emit := true;
    ELSIF TG_OP = 'TRUNCATE' THEN
        to_emit := true;
    END IF;

    -- Perform notification if the emit flag is set
    IF to_emit THEN
        PERFORM pg_notify(
            'ch_pgqueuer',
            json_build_object(
                'channel', 'ch_pgqueuer',
                'operation', lower(TG_OP),
                'sent_at', NOW(),
                'table', TG_TABLE_NAME,
                'type', 'table_changed_event'
            )::text
        );
    END IF;

    -- Return appropriate value based on the operation
    IF TG_OP IN ('INSERT', 'UPDATE') THEN
        RETURN NEW;
    ELSIF TG_OP = 'DELETE' THEN
        RETURN OLD;
    ELSE
        RETURN NULL; -- For TRUNCATE and other non-row-specific contexts
    END IF;

END;
$$;

ALTER FUNCTION pgqueuer.fn_pgqueuer_changed() OWNER TO affiche;

CREATE FUNCTION public.announce_job() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
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

ALTER FUNCTION public.announce_job() OWNER TO affiche;

CREATE FUNCTION public.uuid_v7() RETURNS uuid
    LANGUAGE sql PARALLEL SAFE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  SELECT encode(
    set_bit(set_bit(
      overlay(uuid_send(gen_random_uuid())
        PLACING substring(int8send((extract(epoch FROM clock_timestamp()) * 1000)::bigint) FROM 3)
        FROM 1 FOR 6),
      52, 1), 53, 1), 'hex')::uuid
$$;

ALTER FUNCTION public.uuid_v7() OWNER TO affiche;

CREATE TABLE public.works (
    id uuid DEFAULT public.uuid_v7() NOT NULL,
    number bigint NOT NULL,
    user_id uuid NOT NULL,
    project_id uuid,
    template_id uuid NOT NULL,
    template_version integer,
    retry_of uuid,
    input_data jsonb DEFAULT '{}'::jsonb NOT NULL,
    output_count integer DEFAULT 1 NOT NULL,
    seed bigint,
    status text DEFAULT 'pending'::text NOT NULL,
    progress jsonb,
    engine text,
    runpod_job_id text,
    generation_metadata jsonb,
    output_file_id uuid,
    thumbnail_file_id uuid,
    title text,
    output_data_json jsonb,
    tags text[] DEFAULT '{}'::text[] NOT NULL,
    error_code text,
    error_params jsonb,
    error_message text,
    credits_used integer DEFAULT 0 NOT NULL,
    subscription_credits_used integer DEFAULT 0 NOT NULL,
    purchased_credits_used integer DEFAULT 0 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    taken_at timestamp with time zone,
    processing_at timestamp with time zone,
    completed_at timestamp with time zone,
    failed_at timestamp with time zone,
    cancelled_at timestamp with time zone,
    file_id uuid,
    output_data jsonb,
    CONSTRAINT works_credits_used_check CHECK ((credits_used >= 0)),
    CONSTRAINT works_output_count_check CHECK (((output_count >= 1) AND (output_count <= 10))),
    CONSTRAINT works_purchased_credits_used_check CHECK ((purchased_credits_used >= 0)),
    CONSTRAINT works_seed_check CHECK (((seed >= 1) AND (seed <= '9007199254740991'::bigint))),
    CONSTRAINT works_status_check CHECK ((status = ANY (ARRAY['pending'::text, 'taken'::text, 'processing'::text, 'completed'::text, 'failed'::text, 'cancelled'::text]))),
    CONSTRAINT works_subscription_credits_used_check CHECK ((subscription_credits_used >= 0))
)
WITH (fillfactor='80');

ALTER TABLE ONLY public.works FORCE ROW LEVEL SECURITY;

ALTER TABLE public.works OWNER TO affiche;

CREATE FUNCTION public.ask_work(work_id uuid, template uuid, inputs jsonb, outputs integer, chosen_seed bigint, project uuid DEFAULT NULL::uuid, retried uuid DEFAULT NULL::uuid, job_priority integer DEFAULT 0, idempotency_key text DEFAULT NULL::text, request_digest bytea DEFAULT NULL::bytea) RETURNS public.works
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
DECLARE
  caller uuid := auth.uid();
  asked works;
BEGIN
  IF caller IS NULL OR NOT EXISTS (SELECT FROM users WHERE id = caller) THEN
    RAISE EXCEPTION 'nobody is signed in' USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF NOT EXISTS (SELECT FROM templates WHERE id = template AND is_active) THEN
    RAISE EXCEPTION 'no such template' USING ERRCODE = 'no_data_found', HINT = 'template';
  END IF;
  IF project IS NOT NULL
    AND NOT EXISTS (SELECT FROM projects WHERE id = project AND user_id = caller) THEN
    RAISE EXCEPTION 'no such project' USING ERRCODE = 'no_data_found', HINT = 'project';
  END IF;
  IF retried IS NOT NULL
    AND NOT EXISTS (SELECT FROM works w WHERE w.id = retried AND w.user_id = caller) THEN
    RAISE EXCEPTION 'no such work' USING ERRCODE = 'no_data_found', HINT = 'work';
  END IF;
  IF idempotency_key IS NOT NULL THEN
    -- A second request with the key waits here for the first and then fails on the key.
    INSERT INTO idempotency_keys (user_id, key, digest, work_id, inputs)
    VALUES (caller, idempotency_key, request_digest, ask_work.work_id, ask_work.inputs);
  END IF;
  INSERT INTO works (id, user_id, project_id, template_id, retry_of, input_data, output_count, seed)
  VALUES (ask_work.work_id, caller, project, template, retried, inputs, outputs, chosen_seed)
  RETURNING * INTO asked;
  INSERT INTO generation_jobs (work_id, output_index, priority)
  SELECT asked.id, n, job_priority FROM generate_series(0, outputs - 1) AS n;
  RETURN asked;
END $$;

ALTER FUNCTION public.ask_work(work_id uuid, template uuid, inputs jsonb, outputs integer, chosen_seed bigint, project uuid, retried uuid, job_priority integer, idempotency_key text, request_digest bytea) OWNER TO service_role;

CREATE FUNCTION public.cancel_work(work_id uuid) RETURNS SETOF public.works
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
  PERFORM FROM works w WHERE w.id = cancel_work.work_id AND (
    w.user_id = auth.uid() OR auth.jwt() ->> 'role' = 'service_role');
  IF NOT FOUND THEN
    RETURN;
  END IF;
  -- First its jobs, as every step locks them, and then the work, which ends its jobs.
  PERFORM FROM generation_jobs j WHERE j.work_id = cancel_work.work_id ORDER BY j.id FOR UPDATE;
  UPDATE works w SET status = 'cancelled'
  WHERE w.id = cancel_work.work_id AND w.status IN ('pending', 'taken', 'processing');
  RETURN QUERY SELECT * FROM works w WHERE w.id = cancel_work.work_id;
END $$;

ALTER FUNCTION public.cancel_work(work_id uuid) OWNER TO service_role;

CREATE FUNCTION public.complete_job() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
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

ALTER FUNCTION public.complete_job() OWNER TO affiche;

CREATE FUNCTION public.complete_work() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
  NEW.project_id := coalesce(
    NEW.project_id, (SELECT id FROM projects WHERE user_id = NEW.user_id AND is_default));
  NEW.template_version := coalesce(
    NEW.template_version, (SELECT version FROM templates WHERE id = NEW.template_id));
  RETURN NEW;
END $$;

ALTER FUNCTION public.complete_work() OWNER TO affiche;

CREATE FUNCTION public.end_jobs() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
  UPDATE generation_jobs SET status = 'cancelled'
  WHERE work_id = NEW.id AND status IN ('pending', 'taken', 'processing');
  RETURN NULL;
END $$;

ALTER FUNCTION public.end_jobs() OWNER TO affiche;

CREATE PROCEDURE public.entrust(IN target regproc)
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
  EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC, anon', target::regprocedure);
  EXECUTE format(
    'GRANT EXECUTE ON FUNCTION %s TO authenticated, service_role', target::regprocedure);
  GRANT CREATE ON SCHEMA public TO service_role;
  EXECUTE format('ALTER FUNCTION %s OWNER TO service_role', target::regprocedure);
  REVOKE CREATE ON SCHEMA public FROM service_role;
END $$;

ALTER PROCEDURE public.entrust(IN target regproc) OWNER TO affiche;

CREATE FUNCTION public.guard_job() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
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

ALTER FUNCTION public.guard_job() OWNER TO affiche;

CREATE FUNCTION public.guard_status() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
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

ALTER FUNCTION public.guard_status() OWNER TO affiche;

CREATE FUNCTION public.guard_work() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
  IF NEW.status = 'processing' AND OLD.status <> 'processing' THEN
    NEW.processing_at := coalesce(NEW.processing_at, clock_timestamp());
  END IF;
  RETURN NEW;
END $$;

ALTER FUNCTION public.guard_work() OWNER TO affiche;

CREATE FUNCTION public.move_work() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
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

ALTER FUNCTION public.move_work() OWNER TO affiche;

CREATE FUNCTION public.pair_columns() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
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

ALTER FUNCTION public.pair_columns() OWNER TO affiche;

CREATE FUNCTION public.park_jobs() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
  UPDATE generation_jobs j SET endpoint_id = CASE WHEN NEW.is_active THEN (
    SELECT id FROM endpoints WHERE is_active ORDER BY position, id LIMIT 1) END
  FROM works w
  WHERE w.id = j.work_id AND w.template_id = NEW.id AND j.status = 'pending'
    AND (NOT NEW.is_active OR j.endpoint_id IS NULL);
  PERFORM pg_notify('generation_job_created', '');
  RETURN NULL;
END $$;

ALTER FUNCTION public.park_jobs() OWNER TO affiche;

CREATE PROCEDURE public.protect(IN target regclass)
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
DECLARE counter text;
BEGIN
  EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', target);
  EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', target);
  EXECUTE format('REVOKE ALL ON %s FROM PUBLIC, anon, authenticated', target);
  EXECUTE format('GRANT ALL ON %s TO service_role', target);
  EXECUTE format(
    'CREATE POLICY service ON %s TO service_role USING (true) WITH CHECK (true)', target);
  -- Supabase grants people the counters of identity columns too.
  FOR counter IN
    SELECT pg_get_serial_sequence(target::text, attname) FROM pg_attribute
    WHERE attrelid = target AND attidentity <> ''
  LOOP
    EXECUTE format('REVOKE ALL ON SEQUENCE %s FROM PUBLIC, anon, authenticated', counter);
  END LOOP;
END $$;

ALTER PROCEDURE public.protect(IN target regclass) OWNER TO affiche;

CREATE FUNCTION public.record_work_event() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
DECLARE happened text;
BEGIN
  IF TG_OP = 'INSERT' THEN
    happened := 'work.created';
  ELSIF NEW.status <> OLD.status THEN
    happened := 'work.' || NEW.status;
  ELSE
    happened := 'work.progress';
  END IF;
  INSERT INTO events (user_id, work_id, type, data)
  VALUES (NEW.user_id, NEW.id, happened,
    jsonb_strip_nulls(jsonb_build_object('status', NEW.status, 'progress', NEW.progress)));
  PERFORM pg_notify('affiche_event', NEW.user_id::text);
  RETURN NULL;
END $$;

ALTER FUNCTION public.record_work_event() OWNER TO affiche;

CREATE FUNCTION public.withdraw_run() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
  INSERT INTO withdrawals (job_id, endpoint_id, external_id)
  VALUES (NEW.id, OLD.endpoint_id, OLD.external_id);
  PERFORM pg_notify('withdrawal_created', '');
  RETURN NULL;
END $$;

ALTER FUNCTION public.withdraw_run() OWNER TO affiche;

CREATE TABLE pgqueuer.pgqueuer (
    id bigint NOT NULL,
    priority integer NOT NULL,
    queue_manager_id uuid,
    created timestamp with time zone DEFAULT now() NOT NULL,
    updated timestamp with time zone DEFAULT now() NOT NULL,
    heartbeat timestamp with time zone DEFAULT now() NOT NULL,
    execute_after timestamp with time zone DEFAULT now() NOT NULL,
    status pgqueuer.pgqueuer_status NOT NULL,
    entrypoint text NOT NULL,
    dedupe_key text,
    payload bytea,
    headers jsonb,
    attempts integer DEFAULT 0 NOT NULL,
    slot bigint
);

ALTER TABLE pgqueuer.pgqueuer OWNER TO affiche;

CREATE SEQUENCE pgqueuer.pgqueuer_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE pgqueuer.pgqueuer_id_seq OWNER TO affiche;

ALTER SEQUENCE pgqueuer.pgqueuer_id_seq OWNED BY pgqueuer.pgqueuer.id;

CREATE TABLE pgqueuer.pgqueuer_log (
    id bigint NOT NULL,
    created timestamp with time zone DEFAULT now() NOT NULL,
    job_id bigint NOT NULL,
    status pgqueuer.pgqueuer_status NOT NULL,
    priority integer NOT NULL,
    entrypoint text NOT NULL,
    traceback jsonb,
    aggregated boolean DEFAULT false
);

ALTER TABLE pgqueuer.pgqueuer_log OWNER TO affiche;

ALTER TABLE pgqueuer.pgqueuer_log ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME pgqueuer.pgqueuer_log_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE pgqueuer.pgqueuer_schedules (
    id bigint NOT NULL,
    expression text NOT NULL,
    entrypoint text NOT NULL,
    heartbeat timestamp with time zone DEFAULT now() NOT NULL,
    created timestamp with time zone DEFAULT now() NOT NULL,
    updated timestamp with time zone DEFAULT now() NOT NULL,
    next_run timestamp with time zone DEFAULT now() NOT NULL,
    last_run timestamp with time zone,
    status pgqueuer.pgqueuer_status DEFAULT 'queued'::pgqueuer.pgqueuer_status
);

ALTER TABLE pgqueuer.pgqueuer_schedules OWNER TO affiche;

CREATE SEQUENCE pgqueuer.pgqueuer_schedules_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE pgqueuer.pgqueuer_schedules_id_seq OWNER TO affiche;

ALTER SEQUENCE pgqueuer.pgqueuer_schedules_id_seq OWNED BY pgqueuer.pgqueuer_schedules.id;

CREATE TABLE pgqueuer.pgqueuer_statistics (
    id bigint NOT NULL,
    created timestamp with time zone DEFAULT date_trunc('sec'::text, now()) NOT NULL,
    count bigint NOT NULL,
    priority integer NOT NULL,
    status pgqueuer.pgqueuer_status NOT NULL,
    entrypoint text NOT NULL
);

ALTER TABLE pgqueuer.pgqueuer_statistics OWNER TO affiche;

CREATE SEQUENCE pgqueuer.pgqueuer_statistics_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE pgqueuer.pgqueuer_statistics_id_seq OWNER TO affiche;

ALTER SEQUENCE pgqueuer.pgqueuer_statistics_id_seq OWNED BY pgqueuer.pgqueuer_statistics.id;

CREATE TABLE public.affiche_migrations (
    number integer NOT NULL,
    name text NOT NULL,
    digest text NOT NULL,
    applied_at timestamp with time zone DEFAULT now() NOT NULL
);

ALTER TABLE ONLY public.affiche_migrations FORCE ROW LEVEL SECURITY;

ALTER TABLE public.affiche_migrations OWNER TO affiche;

CREATE TABLE public.api_keys (
    id uuid DEFAULT public.uuid_v7() NOT NULL,
    hash bytea NOT NULL,
    user_id uuid NOT NULL,
    name text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    revoked_at timestamp with time zone
);

ALTER TABLE ONLY public.api_keys FORCE ROW LEVEL SECURITY;

ALTER TABLE public.api_keys OWNER TO affiche;

CREATE TABLE public.endpoints (
    id uuid DEFAULT public.uuid_v7() NOT NULL,
    name text NOT NULL,
    kind text NOT NULL,
    url text,
    works_at_once integer DEFAULT 2 NOT NULL,
    "position" integer DEFAULT 100 NOT NULL,
    is_active boolean DEFAULT true NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT endpoints_kind_check CHECK ((kind = ANY (ARRAY['runpod'::text, 'comfyui'::text, 'preview'::text]))),
    CONSTRAINT endpoints_works_at_once_check CHECK ((works_at_once > 0))
);

ALTER TABLE ONLY public.endpoints FORCE ROW LEVEL SECURITY;

ALTER TABLE public.endpoints OWNER TO affiche;

CREATE TABLE public.events (
    id bigint NOT NULL,
    txid xid8 DEFAULT pg_current_xact_id() NOT NULL,
    user_id uuid NOT NULL,
    work_id uuid,
    type text NOT NULL,
    data jsonb DEFAULT '{}'::jsonb NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL
);

ALTER TABLE ONLY public.events FORCE ROW LEVEL SECURITY;

ALTER TABLE public.events OWNER TO affiche;

ALTER TABLE public.events ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.events_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.files (
    id uuid DEFAULT public.uuid_v7() NOT NULL,
    number bigint NOT NULL,
    user_id uuid NOT NULL,
    work_id uuid,
    bucket_id text NOT NULL,
    path text NOT NULL,
    object_key text NOT NULL,
    thumbnail_key text,
    name text DEFAULT ''::text NOT NULL,
    width integer NOT NULL,
    height integer NOT NULL,
    file_size bigint NOT NULL,
    mime_type text NOT NULL,
    sha256 bytea NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    file_path text GENERATED ALWAYS AS (path) STORED,
    file_url text GENERATED ALWAYS AS (('/v1/files/'::text || (id)::text)) STORED,
    CONSTRAINT files_bucket_id_check CHECK ((bucket_id = ANY (ARRAY['uploads'::text, 'works'::text]))),
    CONSTRAINT files_file_size_check CHECK ((file_size > 0)),
    CONSTRAINT files_height_check CHECK ((height > 0)),
    CONSTRAINT files_width_check CHECK ((width > 0))
);

ALTER TABLE ONLY public.files FORCE ROW LEVEL SECURITY;

ALTER TABLE public.files OWNER TO affiche;

ALTER TABLE public.files ALTER COLUMN number ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.files_number_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.generation_jobs (
    id uuid DEFAULT public.uuid_v7() NOT NULL,
    number bigint NOT NULL,
    work_id uuid NOT NULL,
    user_id uuid NOT NULL,
    stage integer DEFAULT 0 NOT NULL,
    output_index integer DEFAULT 0 NOT NULL,
    workflow_id uuid,
    endpoint_id uuid,
    status text DEFAULT 'pending'::text NOT NULL,
    priority integer DEFAULT 0 NOT NULL,
    step text DEFAULT 'prepare'::text NOT NULL,
    token uuid DEFAULT gen_random_uuid() NOT NULL,
    entry uuid,
    takes integer DEFAULT 0 NOT NULL,
    run_at timestamp with time zone DEFAULT now() NOT NULL,
    step_started_at timestamp with time zone,
    observe_at timestamp with time zone,
    deadline_at timestamp with time zone,
    external_id text,
    parameters jsonb DEFAULT '{}'::jsonb NOT NULL,
    prompt_used text,
    negative_prompt_used text,
    outputs jsonb,
    output_file_id uuid,
    error_code text,
    error_params jsonb,
    error_message text,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    taken_at timestamp with time zone,
    started_at timestamp with time zone,
    running_at timestamp with time zone,
    completed_at timestamp with time zone,
    failed_at timestamp with time zone,
    cancelled_at timestamp with time zone,
    execution_seconds double precision,
    runpod_job_id text GENERATED ALWAYS AS (external_id) STORED,
    result_image_url text GENERATED ALWAYS AS (('/v1/files/'::text || (output_file_id)::text)) STORED,
    CONSTRAINT generation_jobs_output_index_check CHECK (((output_index >= 0) AND (output_index <= 9))),
    CONSTRAINT generation_jobs_stage_check CHECK ((stage >= 0)),
    CONSTRAINT generation_jobs_status_check CHECK ((status = ANY (ARRAY['pending'::text, 'taken'::text, 'processing'::text, 'completed'::text, 'failed'::text, 'cancelled'::text]))),
    CONSTRAINT generation_jobs_step_check CHECK ((step = ANY (ARRAY['prepare'::text, 'submit'::text, 'observe'::text, 'collect'::text, 'finish'::text]))),
    CONSTRAINT generation_jobs_takes_check CHECK ((takes >= 0))
)
WITH (fillfactor='70');

ALTER TABLE ONLY public.generation_jobs FORCE ROW LEVEL SECURITY;

ALTER TABLE public.generation_jobs OWNER TO affiche;

ALTER TABLE public.generation_jobs ALTER COLUMN number ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.generation_jobs_number_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.idempotency_keys (
    user_id uuid NOT NULL,
    key text NOT NULL,
    digest bytea NOT NULL,
    work_id uuid NOT NULL,
    inputs jsonb NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT idempotency_keys_key_check CHECK (((length(key) >= 1) AND (length(key) <= 255)))
);

ALTER TABLE ONLY public.idempotency_keys FORCE ROW LEVEL SECURITY;

ALTER TABLE public.idempotency_keys OWNER TO affiche;

CREATE TABLE public.projects (
    id uuid DEFAULT public.uuid_v7() NOT NULL,
    number bigint NOT NULL,
    user_id uuid NOT NULL,
    name text NOT NULL,
    is_default boolean DEFAULT false NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL
);

ALTER TABLE ONLY public.projects FORCE ROW LEVEL SECURITY;

ALTER TABLE public.projects OWNER TO affiche;

ALTER TABLE public.projects ALTER COLUMN number ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.projects_number_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.sessions (
    hash bytea NOT NULL,
    user_id uuid NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    expires_at timestamp with time zone NOT NULL
);

ALTER TABLE ONLY public.sessions FORCE ROW LEVEL SECURITY;

ALTER TABLE public.sessions OWNER TO affiche;

CREATE TABLE public.sign_in_links (
    hash bytea NOT NULL,
    user_id uuid NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    used_at timestamp with time zone
);

ALTER TABLE ONLY public.sign_in_links FORCE ROW LEVEL SECURITY;

ALTER TABLE public.sign_in_links OWNER TO affiche;

CREATE TABLE public.template_versions (
    template_id uuid NOT NULL,
    version integer NOT NULL,
    digest text NOT NULL,
    definition jsonb NOT NULL,
    workflow_ids uuid[] NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT template_versions_version_check CHECK ((version > 0)),
    CONSTRAINT template_versions_workflow_ids_check CHECK ((cardinality(workflow_ids) > 0))
);

ALTER TABLE ONLY public.template_versions FORCE ROW LEVEL SECURITY;

ALTER TABLE public.template_versions OWNER TO affiche;

CREATE TABLE public.templates (
    id uuid DEFAULT public.uuid_v7() NOT NULL,
    number bigint NOT NULL,
    template_name text NOT NULL,
    slug text NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    work_type text NOT NULL,
    title text NOT NULL,
    description text DEFAULT ''::text NOT NULL,
    estimated_time integer DEFAULT 30 NOT NULL,
    is_active boolean DEFAULT false NOT NULL,
    display_order integer DEFAULT 100 NOT NULL,
    credits integer DEFAULT 1 NOT NULL,
    form_fields jsonb DEFAULT '[]'::jsonb NOT NULL,
    request_dto jsonb DEFAULT '{}'::jsonb NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT templates_credits_check CHECK ((credits >= 0)),
    CONSTRAINT templates_estimated_time_check CHECK ((estimated_time > 0)),
    CONSTRAINT templates_version_check CHECK ((version > 0))
);

ALTER TABLE ONLY public.templates FORCE ROW LEVEL SECURITY;

ALTER TABLE public.templates OWNER TO affiche;

ALTER TABLE public.templates ALTER COLUMN number ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.templates_number_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.users (
    id uuid DEFAULT public.uuid_v7() NOT NULL,
    number bigint NOT NULL,
    email text,
    name text DEFAULT ''::text NOT NULL,
    language text DEFAULT 'ko'::text NOT NULL,
    is_operator boolean DEFAULT false NOT NULL,
    subscription_credits integer DEFAULT 0 NOT NULL,
    purchased_credits integer DEFAULT 0 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT users_language_check CHECK ((language = ANY (ARRAY['ko'::text, 'en'::text]))),
    CONSTRAINT users_purchased_credits_check CHECK ((purchased_credits >= 0)),
    CONSTRAINT users_subscription_credits_check CHECK ((subscription_credits >= 0))
);

ALTER TABLE ONLY public.users FORCE ROW LEVEL SECURITY;

ALTER TABLE public.users OWNER TO affiche;

ALTER TABLE public.users ALTER COLUMN number ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.users_number_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.withdrawals (
    id uuid DEFAULT public.uuid_v7() NOT NULL,
    job_id uuid,
    endpoint_id uuid NOT NULL,
    external_id text NOT NULL,
    tries integer DEFAULT 0 NOT NULL,
    run_at timestamp with time zone DEFAULT now() NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    done_at timestamp with time zone
);

ALTER TABLE ONLY public.withdrawals FORCE ROW LEVEL SECURITY;

ALTER TABLE public.withdrawals OWNER TO affiche;

CREATE TABLE public.workflows (
    id uuid DEFAULT public.uuid_v7() NOT NULL,
    number bigint NOT NULL,
    slug text NOT NULL,
    name text NOT NULL,
    description text DEFAULT ''::text NOT NULL,
    comfyui_workflow jsonb NOT NULL,
    editable_params jsonb DEFAULT '[]'::jsonb NOT NULL,
    outputs text[] DEFAULT '{}'::text[] NOT NULL,
    digest text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL
);

ALTER TABLE ONLY public.workflows FORCE ROW LEVEL SECURITY;

ALTER TABLE public.workflows OWNER TO affiche;

ALTER TABLE public.workflows ALTER COLUMN number ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.workflows_number_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

ALTER TABLE public.works ALTER COLUMN number ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.works_number_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

ALTER TABLE ONLY pgqueuer.pgqueuer ALTER COLUMN id SET DEFAULT nextval('pgqueuer.pgqueuer_id_seq'::regclass);

ALTER TABLE ONLY pgqueuer.pgqueuer_schedules ALTER COLUMN id SET DEFAULT nextval('pgqueuer.pgqueuer_schedules_id_seq'::regclass);

ALTER TABLE ONLY pgqueuer.pgqueuer_statistics ALTER COLUMN id SET DEFAULT nextval('pgqueuer.pgqueuer_statistics_id_seq'::regclass);

INSERT INTO pgqueuer.pgqueuer VALUES
	(23, 0, 'b1e0093b-4e9c-4b6e-bc36-4bb9c612286a', '2026-11-21 17:01:37.465519+00', '2026-11-21 17:01:37.629018+00', '2026-11-21 17:01:37.629018+00', '2026-11-21 17:01:37.465519+00', 'picked', 'carry_on', '01a1ff0e-6b4f-7ba4-9b44-fd1a274f3f43:prepare:acc39a24-4a4a-4008-8b77-c1174a3128de', '\x30316131666630652d366234662d376261342d396234342d6664316132373466336634333a61636333396132342d346134612d343030382d386237372d633131373461333132386465', 'null', 0, NULL),
	(22, 0, 'b1e0093b-4e9c-4b6e-bc36-4bb9c612286a', '2026-11-21 17:01:37.465519+00', '2026-11-21 17:01:37.629018+00', '2026-11-21 17:01:37.629018+00', '2026-11-21 17:01:37.465519+00', 'picked', 'carry_on', '01a1ff0e-6b1c-7e05-9379-545992a3042e:prepare:f6805e95-db53-4e0e-8dad-21484bf7b40b', '\x30316131666630652d366231632d376530352d393337392d3534353939326133303432653a66363830356539352d646235332d346530652d386461642d323134383462663762343062', 'null', 0, NULL),
	(25, 0, NULL, '2026-11-21 17:01:37.954164+00', '2026-11-21 17:01:37.954164+00', '2026-11-21 17:01:37.954164+00', '2026-11-21 17:01:37.954164+00', 'queued', 'carry_on', '01a1ff0e-6d1a-7e5f-ae75-2ed5d9205b8a:prepare:3460cdc9-ed41-4725-aacd-58c35bb0dad4', '\x30316131666630652d366431612d376535662d616537352d3265643564393230356238613a33343630636463392d656434312d343732352d616163642d353863333562623064616434', 'null', 0, NULL);

INSERT INTO pgqueuer.pgqueuer_log VALUES
	(1, '2026-11-21 17:01:24.023179+00', 1, 'queued', 0, 'carry_on', NULL, false),
	(2, '2026-11-21 17:01:24.08717+00', 1, 'picked', 0, 'carry_on', NULL, false),
	(3, '2026-11-21 17:01:24.395833+00', 1, 'successful', 0, 'carry_on', NULL, false),
	(4, '2026-11-21 17:01:25.328166+00', 2, 'queued', 0, 'carry_on', NULL, false),
	(5, '2026-11-21 17:01:25.375831+00', 2, 'picked', 0, 'carry_on', NULL, false),
	(6, '2026-11-21 17:01:25.473286+00', 2, 'successful', 0, 'carry_on', NULL, false),
	(7, '2026-11-21 17:01:26.365248+00', 3, 'queued', 0, 'carry_on', NULL, false),
	(8, '2026-11-21 17:01:26.403621+00', 3, 'picked', 0, 'carry_on', NULL, false),
	(9, '2026-11-21 17:01:26.603374+00', 3, 'successful', 0, 'carry_on', NULL, false),
	(10, '2026-11-21 17:01:26.604139+00', 4, 'queued', 0, 'carry_on', NULL, false),
	(11, '2026-11-21 17:01:26.609153+00', 4, 'picked', 0, 'carry_on', NULL, false),
	(12, '2026-11-21 17:01:26.884424+00', 5, 'queued', 0, 'carry_on', NULL, false),
	(13, '2026-11-21 17:01:26.884424+00', 6, 'queued', 0, 'carry_on', NULL, false),
	(14, '2026-11-21 17:01:26.912116+00', 6, 'picked', 0, 'carry_on', NULL, false),
	(15, '2026-11-21 17:01:26.912116+00', 5, 'picked', 0, 'carry_on', NULL, false),
	(16, '2026-11-21 17:01:26.93241+00', 4, 'successful', 0, 'carry_on', NULL, false),
	(17, '2026-11-21 17:01:27.184082+00', 6, 'successful', 0, 'carry_on', NULL, false),
	(18, '2026-11-21 17:01:27.184082+00', 5, 'successful', 0, 'carry_on', NULL, false),
	(19, '2026-11-21 17:01:28.448299+00', 7, 'queued', 0, 'carry_on', NULL, false),
	(20, '2026-11-21 17:01:28.448299+00', 8, 'queued', 0, 'carry_on', NULL, false),
	(21, '2026-11-21 17:01:28.47657+00', 8, 'picked', 0, 'carry_on', NULL, false),
	(22, '2026-11-21 17:01:28.47657+00', 7, 'picked', 0, 'carry_on', NULL, false),
	(23, '2026-11-21 17:01:28.575817+00', 8, 'successful', 0, 'carry_on', NULL, false),
	(24, '2026-11-21 17:01:28.68382+00', 7, 'successful', 0, 'carry_on', NULL, false),
	(25, '2026-11-21 17:01:29.094521+00', 9, 'queued', 0, 'carry_on', NULL, false),
	(26, '2026-11-21 17:01:29.112451+00', 9, 'picked', 0, 'carry_on', NULL, false),
	(27, '2026-11-21 17:01:29.415832+00', 9, 'successful', 0, 'carry_on', NULL, false),
	(28, '2026-11-21 17:01:29.501821+00', 10, 'queued', 0, 'carry_on', NULL, false),
	(29, '2026-11-21 17:01:29.518042+00', 10, 'picked', 0, 'carry_on', NULL, false),
	(30, '2026-11-21 17:01:29.64677+00', 10, 'successful', 0, 'carry_on', NULL, false),
	(31, '2026-11-21 17:01:30.522282+00', 11, 'queued', 0, 'carry_on', NULL, false),
	(32, '2026-11-21 17:01:30.537232+00', 11, 'picked', 0, 'carry_on', NULL, false),
	(33, '2026-11-21 17:01:30.671047+00', 11, 'successful', 0, 'carry_on', NULL, false),
	(34, '2026-11-21 17:01:30.86386+00', 12, 'queued', 0, 'carry_on', NULL, false),
	(35, '2026-11-21 17:01:30.870703+00', 12, 'picked', 0, 'carry_on', NULL, false),
	(36, '2026-11-21 17:01:30.984654+00', 12, 'successful', 0, 'carry_on', NULL, false),
	(37, '2026-11-21 17:01:31.009139+00', 13, 'queued', 0, 'carry_on', NULL, false),
	(38, '2026-11-21 17:01:31.029721+00', 13, 'picked', 0, 'carry_on', NULL, false),
	(39, '2026-11-21 17:01:31.098275+00', 13, 'successful', 0, 'carry_on', NULL, false),
	(40, '2026-11-21 17:01:32.260783+00', 14, 'queued', 0, 'carry_on', NULL, false),
	(41, '2026-11-21 17:01:32.266505+00', 14, 'picked', 0, 'carry_on', NULL, false),
	(42, '2026-11-21 17:01:32.374142+00', 15, 'queued', 0, 'carry_on', NULL, false),
	(43, '2026-11-21 17:01:32.374142+00', 16, 'queued', 0, 'carry_on', NULL, false),
	(44, '2026-11-21 17:01:32.390008+00', 16, 'picked', 0, 'carry_on', NULL, false),
	(45, '2026-11-21 17:01:32.390008+00', 15, 'picked', 0, 'carry_on', NULL, false),
	(46, '2026-11-21 17:01:32.391147+00', 14, 'successful', 0, 'carry_on', NULL, false),
	(47, '2026-11-21 17:01:32.527223+00', 16, 'successful', 0, 'carry_on', NULL, false),
	(48, '2026-11-21 17:01:32.527223+00', 15, 'successful', 0, 'carry_on', NULL, false),
	(49, '2026-11-21 17:01:33.465544+00', 17, 'queued', 0, 'carry_on', NULL, false),
	(50, '2026-11-21 17:01:33.484862+00', 17, 'picked', 0, 'carry_on', NULL, false),
	(51, '2026-11-21 17:01:33.581372+00', 18, 'queued', 0, 'carry_on', NULL, false),
	(52, '2026-11-21 17:01:33.602214+00', 18, 'picked', 0, 'carry_on', NULL, false),
	(53, '2026-11-21 17:01:33.659228+00', 17, 'successful', 0, 'carry_on', NULL, false),
	(54, '2026-11-21 17:01:33.659228+00', 18, 'successful', 0, 'carry_on', NULL, false),
	(55, '2026-11-21 17:01:34.123537+00', 19, 'queued', 0, 'carry_on', NULL, false),
	(56, '2026-11-21 17:01:34.144494+00', 19, 'picked', 0, 'carry_on', NULL, false),
	(57, '2026-11-21 17:01:34.241254+00', 19, 'successful', 0, 'carry_on', NULL, false),
	(58, '2026-11-21 17:01:34.813289+00', 20, 'queued', 0, 'carry_on', NULL, false),
	(59, '2026-11-21 17:01:34.816276+00', 20, 'picked', 0, 'carry_on', NULL, false),
	(60, '2026-11-21 17:01:34.884622+00', 20, 'successful', 0, 'carry_on', NULL, false),
	(61, '2026-11-21 17:01:34.896875+00', 21, 'queued', 0, 'carry_on', NULL, false),
	(62, '2026-11-21 17:01:34.92592+00', 21, 'picked', 0, 'carry_on', NULL, false),
	(63, '2026-11-21 17:01:35.071345+00', 21, 'successful', 0, 'carry_on', NULL, false),
	(64, '2026-11-21 17:01:37.465519+00', 22, 'queued', 0, 'carry_on', NULL, false),
	(65, '2026-11-21 17:01:37.465519+00', 23, 'queued', 0, 'carry_on', NULL, false),
	(66, '2026-11-21 17:01:37.582161+00', 24, 'queued', 0, 'carry_on', NULL, false),
	(67, '2026-11-21 17:01:37.629018+00', 24, 'picked', 0, 'carry_on', NULL, false),
	(68, '2026-11-21 17:01:37.629018+00', 23, 'picked', 0, 'carry_on', NULL, false),
	(69, '2026-11-21 17:01:37.629018+00', 22, 'picked', 0, 'carry_on', NULL, false),
	(70, '2026-11-21 17:01:37.833006+00', 24, 'successful', 0, 'carry_on', NULL, false),
	(71, '2026-11-21 17:01:37.954164+00', 25, 'queued', 0, 'carry_on', NULL, false);

INSERT INTO public.affiche_migrations VALUES
	(1, 'ground', '502c6d7b51dd7c1ce830e15ef3172142a96e8dd56faa1a2c34e4a035252ec3e2', '2026-11-21 17:01:22.965821+00'),
	(2, 'people', 'b9c8f74d0d266959985b1ca565ec3a260725881d5d791b0dbbc82667b83d9b3a', '2026-11-21 17:01:22.978028+00'),
	(3, 'templates', 'c3e9d3aac839515f988cbfd6c2a8c35d5b8e20cab9a7f30729d6e492bf14cf8a', '2026-11-21 17:01:23.028297+00'),
	(4, 'works', '424c544ca63db0a1b283512c0333b715ca0be3a2863d0900093e7e3cc645a545', '2026-11-21 17:01:23.058745+00'),
	(5, 'states', '80293e2e1fc501c755017dc04423487c26afb5de5c85bee4e1450754eebdcdbc', '2026-11-21 17:01:23.138906+00'),
	(6, 'events', 'b9e5e3b5d43ca283db2d9c49f820a9d8fb23d0a597078c6ef7e9b9d989dd14bf', '2026-11-21 17:01:23.168243+00'),
	(7, 'asking', 'c7fe989234fd4581dc0a65e30a1087f41698a5a85dfb30db6ac28442552969a9', '2026-11-21 17:01:23.183032+00');

INSERT INTO public.api_keys VALUES
	('01a1ff0e-34b5-7b42-9388-216b07f6da08', '\x1de9f33bbfe01de934256e6a4d91bfcf9b7b81e5c63b972e277f73cdabe130ca', '01a1ff0e-3485-7064-b68b-a26cc1b6e680', 'release', '2026-11-21 17:01:23.508528+00', NULL);

INSERT INTO public.endpoints VALUES
	('01a1ff0e-3476-7a80-a3f8-355703c0733c', 'preview', 'preview', NULL, 2, 900, false, '2026-11-21 17:01:23.444415+00'),
	('01a1ff0e-359a-773d-9a84-c12d6bbb049e', 'comfyui', 'comfyui', 'http://127.0.0.1:34383', 4, 100, true, '2026-11-21 17:01:23.735816+00');

INSERT INTO public.events OVERRIDING SYSTEM VALUE VALUES
	(1, '786', '01a1ff0e-3485-7064-b68b-a26cc1b6e680', '01a1ff0e-3669-7c50-b1a6-3231dd80cd52', 'work.created', '{"status": "pending"}', '2026-11-21 17:01:23.940294+00'),
	(2, '787', '01a1ff0e-3485-7064-b68b-a26cc1b6e680', '01a1ff0e-3669-7c50-b1a6-3231dd80cd52', 'work.taken', '{"status": "taken"}', '2026-11-21 17:01:24.023179+00'),
	(3, '793', '01a1ff0e-3485-7064-b68b-a26cc1b6e680', '01a1ff0e-3669-7c50-b1a6-3231dd80cd52', 'work.processing', '{"status": "processing"}', '2026-11-21 17:01:24.310652+00'),
	(4, '803', '01a1ff0e-3485-7064-b68b-a26cc1b6e680', '01a1ff0e-3669-7c50-b1a6-3231dd80cd52', 'work.progress', '{"status": "processing", "progress": {"node": "9", "label": "Result", "percent": 97}}', '2026-11-21 17:01:26.536894+00'),
	(5, '811', '01a1ff0e-3485-7064-b68b-a26cc1b6e680', '01a1ff0e-3669-7c50-b1a6-3231dd80cd52', 'work.completed', '{"status": "completed"}', '2026-11-21 17:01:26.81057+00'),
	(6, '812', '01a1ff0e-3485-7064-b68b-a26cc1b6e680', '01a1ff0e-41bc-7a7d-9170-0357d7dbf101', 'work.created', '{"status": "pending"}', '2026-11-21 17:01:26.84426+00'),
	(7, '813', '01a1ff0e-3485-7064-b68b-a26cc1b6e680', '01a1ff0e-41bc-7a7d-9170-0357d7dbf101', 'work.taken', '{"status": "taken"}', '2026-11-21 17:01:26.884424+00'),
	(8, '822', '01a1ff0e-3485-7064-b68b-a26cc1b6e680', '01a1ff0e-41bc-7a7d-9170-0357d7dbf101', 'work.processing', '{"status": "processing"}', '2026-11-21 17:01:27.079869+00'),
	(9, '833', '01a1ff0e-3485-7064-b68b-a26cc1b6e680', '01a1ff0e-41bc-7a7d-9170-0357d7dbf101', 'work.progress', '{"status": "processing", "progress": {"node": "9", "label": "Result", "percent": 48}}', '2026-11-21 17:01:28.987333+00'),
	(10, '835', '01a1ff0e-3485-7064-b68b-a26cc1b6e680', '01a1ff0e-41bc-7a7d-9170-0357d7dbf101', 'work.progress', '{"status": "processing", "progress": {"node": "75:65", "label": "Picture from the latent", "percent": 47}}', '2026-11-21 17:01:29.110544+00'),
	(11, '852', '01a1ff0e-3485-7064-b68b-a26cc1b6e680', '01a1ff0e-41bc-7a7d-9170-0357d7dbf101', 'work.progress', '{"status": "processing", "progress": {"node": "9", "label": "Result", "percent": 98}}', '2026-11-21 17:01:30.787878+00'),
	(12, '858', '01a1ff0e-3485-7064-b68b-a26cc1b6e680', '01a1ff0e-41bc-7a7d-9170-0357d7dbf101', 'work.completed', '{"status": "completed"}', '2026-11-21 17:01:30.966665+00'),
	(13, '860', '01a1ff0e-348b-7ade-8296-7f40c0dce2bd', '01a1ff0e-51f6-7862-9d92-6a2c63fded64', 'work.created', '{"status": "pending"}', '2026-11-21 17:01:30.997681+00'),
	(14, '861', '01a1ff0e-348b-7ade-8296-7f40c0dce2bd', '01a1ff0e-51f6-7862-9d92-6a2c63fded64', 'work.taken', '{"status": "taken"}', '2026-11-21 17:01:31.009139+00'),
	(15, '866', '01a1ff0e-348b-7ade-8296-7f40c0dce2bd', '01a1ff0e-51f6-7862-9d92-6a2c63fded64', 'work.processing', '{"status": "processing"}', '2026-11-21 17:01:31.083585+00'),
	(16, '868', '01a1ff0e-348b-7ade-8296-7f40c0dce2bd', '01a1ff0e-51f6-7862-9d92-6a2c63fded64', 'work.progress', '{"status": "processing", "progress": {"node": "9", "label": "Result", "percent": 97}}', '2026-11-21 17:01:32.195938+00'),
	(17, '874', '01a1ff0e-348b-7ade-8296-7f40c0dce2bd', '01a1ff0e-51f6-7862-9d92-6a2c63fded64', 'work.completed', '{"status": "completed"}', '2026-11-21 17:01:32.338369+00'),
	(18, '875', '01a1ff0e-348b-7ade-8296-7f40c0dce2bd', '01a1ff0e-574c-79dc-8e5c-48cdc06952ee', 'work.created', '{"status": "pending"}', '2026-11-21 17:01:32.364335+00'),
	(19, '876', '01a1ff0e-348b-7ade-8296-7f40c0dce2bd', '01a1ff0e-574c-79dc-8e5c-48cdc06952ee', 'work.taken', '{"status": "taken"}', '2026-11-21 17:01:32.374142+00'),
	(20, '885', '01a1ff0e-348b-7ade-8296-7f40c0dce2bd', '01a1ff0e-574c-79dc-8e5c-48cdc06952ee', 'work.processing', '{"status": "processing"}', '2026-11-21 17:01:32.438264+00'),
	(21, '888', '01a1ff0e-348b-7ade-8296-7f40c0dce2bd', '01a1ff0e-574c-79dc-8e5c-48cdc06952ee', 'work.progress', '{"status": "processing", "progress": {"node": "9", "label": "Result", "percent": 48}}', '2026-11-21 17:01:33.403931+00'),
	(22, '890', '01a1ff0e-348b-7ade-8296-7f40c0dce2bd', '01a1ff0e-574c-79dc-8e5c-48cdc06952ee', 'work.progress', '{"status": "processing", "progress": {"node": "75:65", "label": "Picture from the latent", "percent": 47}}', '2026-11-21 17:01:33.47257+00'),
	(23, '907', '01a1ff0e-348b-7ade-8296-7f40c0dce2bd', '01a1ff0e-574c-79dc-8e5c-48cdc06952ee', 'work.progress', '{"status": "processing", "progress": {"node": "9", "label": "Result", "percent": 98}}', '2026-11-21 17:01:34.765424+00'),
	(24, '913', '01a1ff0e-348b-7ade-8296-7f40c0dce2bd', '01a1ff0e-574c-79dc-8e5c-48cdc06952ee', 'work.completed', '{"status": "completed"}', '2026-11-21 17:01:34.867977+00'),
	(25, '915', '01a1ff0e-3485-7064-b68b-a26cc1b6e680', '01a1ff0e-612a-7571-a5b0-00ae5c95956c', 'work.created', '{"status": "pending"}', '2026-11-21 17:01:34.890595+00'),
	(26, '916', '01a1ff0e-3485-7064-b68b-a26cc1b6e680', '01a1ff0e-612a-7571-a5b0-00ae5c95956c', 'work.taken', '{"status": "taken"}', '2026-11-21 17:01:34.896875+00'),
	(27, '921', '01a1ff0e-3485-7064-b68b-a26cc1b6e680', '01a1ff0e-612a-7571-a5b0-00ae5c95956c', 'work.processing', '{"status": "processing"}', '2026-11-21 17:01:34.962138+00'),
	(28, '922', '01a1ff0e-3485-7064-b68b-a26cc1b6e680', '01a1ff0e-612a-7571-a5b0-00ae5c95956c', 'work.failed', '{"status": "failed"}', '2026-11-21 17:01:35.044556+00'),
	(29, '926', '01a1ff0e-3485-7064-b68b-a26cc1b6e680', '01a1ff0e-61f0-70b9-97bd-5efd8541661f', 'work.created', '{"status": "pending"}', '2026-11-21 17:01:35.084355+00'),
	(30, '927', '01a1ff0e-3485-7064-b68b-a26cc1b6e680', '01a1ff0e-61f0-70b9-97bd-5efd8541661f', 'work.cancelled', '{"status": "cancelled"}', '2026-11-21 17:01:35.096926+00'),
	(31, '928', '01a1ff0e-3485-7064-b68b-a26cc1b6e680', '01a1ff0e-620c-756b-99f6-1d97354f2ae2', 'work.created', '{"status": "pending"}', '2026-11-21 17:01:35.116192+00'),
	(32, '929', '01a1ff0e-3485-7064-b68b-a26cc1b6e680', '01a1ff0e-620c-756b-99f6-1d97354f2ae2', 'work.cancelled', '{"status": "cancelled"}', '2026-11-21 17:01:35.127576+00'),
	(33, '931', '01a1ff0e-3485-7064-b68b-a26cc1b6e680', '01a1ff0e-6b18-7ebe-8b60-b9352d833a66', 'work.created', '{"status": "pending"}', '2026-11-21 17:01:37.430803+00'),
	(34, '933', '01a1ff0e-3485-7064-b68b-a26cc1b6e680', '01a1ff0e-6b4b-7bc6-9dc8-e5102be9443d', 'work.created', '{"status": "pending"}', '2026-11-21 17:01:37.476596+00'),
	(35, '932', '01a1ff0e-3485-7064-b68b-a26cc1b6e680', '01a1ff0e-6b18-7ebe-8b60-b9352d833a66', 'work.taken', '{"status": "taken"}', '2026-11-21 17:01:37.465519+00'),
	(36, '932', '01a1ff0e-3485-7064-b68b-a26cc1b6e680', '01a1ff0e-6b4b-7bc6-9dc8-e5102be9443d', 'work.taken', '{"status": "taken"}', '2026-11-21 17:01:37.465519+00'),
	(37, '934', '01a1ff0e-3485-7064-b68b-a26cc1b6e680', '01a1ff0e-6b92-79ee-acb2-1d7d0a67e3cf', 'work.created', '{"status": "pending"}', '2026-11-21 17:01:37.554291+00'),
	(38, '935', '01a1ff0e-3485-7064-b68b-a26cc1b6e680', '01a1ff0e-6b92-79ee-acb2-1d7d0a67e3cf', 'work.taken', '{"status": "taken"}', '2026-11-21 17:01:37.582161+00'),
	(39, '947', '01a1ff0e-3485-7064-b68b-a26cc1b6e680', '01a1ff0e-6b92-79ee-acb2-1d7d0a67e3cf', 'work.processing', '{"status": "processing"}', '2026-11-21 17:01:37.784512+00'),
	(40, '948', '01a1ff0e-3485-7064-b68b-a26cc1b6e680', '01a1ff0e-6b92-79ee-acb2-1d7d0a67e3cf', 'work.progress', '{"status": "processing", "progress": {"node": "75:70", "label": "Diffusion model", "percent": 5}}', '2026-11-21 17:01:37.808203+00'),
	(41, '950', '01a1ff0e-3485-7064-b68b-a26cc1b6e680', '01a1ff0e-6b4b-7bc6-9dc8-e5102be9443d', 'work.processing', '{"status": "processing"}', '2026-11-21 17:01:37.865286+00'),
	(42, '951', '01a1ff0e-3485-7064-b68b-a26cc1b6e680', '01a1ff0e-6b18-7ebe-8b60-b9352d833a66', 'work.processing', '{"status": "processing"}', '2026-11-21 17:01:37.872736+00'),
	(43, '952', '01a1ff0e-3485-7064-b68b-a26cc1b6e680', '01a1ff0e-6b92-79ee-acb2-1d7d0a67e3cf', 'work.cancelled', '{"status": "cancelled", "progress": {"node": "75:70", "label": "Diffusion model", "percent": 5}}', '2026-11-21 17:01:37.92231+00'),
	(44, '953', '01a1ff0e-348b-7ade-8296-7f40c0dce2bd', '01a1ff0e-6d18-78cb-8b9f-a30238ed7bc6', 'work.created', '{"status": "pending"}', '2026-11-21 17:01:37.944429+00'),
	(45, '954', '01a1ff0e-348b-7ade-8296-7f40c0dce2bd', '01a1ff0e-6d18-78cb-8b9f-a30238ed7bc6', 'work.taken', '{"status": "taken"}', '2026-11-21 17:01:37.954164+00'),
	(46, '955', '01a1ff0e-3485-7064-b68b-a26cc1b6e680', '01a1ff0e-6d4c-72a9-99ea-d5f72edd5998', 'work.created', '{"status": "pending"}', '2026-11-21 17:01:37.996372+00'),
	(47, '956', '01a1ff0e-348b-7ade-8296-7f40c0dce2bd', '01a1ff0e-6d5d-7e52-b246-b77157c6a70f', 'work.created', '{"status": "pending"}', '2026-11-21 17:01:38.01354+00');

INSERT INTO public.files OVERRIDING SYSTEM VALUE VALUES
	('01a1ff0e-34da-7fd2-8824-b84975e6a646', 1, '01a1ff0e-3485-7064-b68b-a26cc1b6e680', NULL, 'uploads', '01a1ff0e-3485-7064-b68b-a26cc1b6e680/01a1ff0e-34da-7fd2-8824-b84975e6a646.jpg', '01a1ff0e-3485-7064-b68b-a26cc1b6e680/01a1ff0e-34da-7fd2-8824-b84975e6a646.jpg', '01a1ff0e-3485-7064-b68b-a26cc1b6e680/01a1ff0e-34da-7fd2-8824-b84975e6a646.webp', '해변.jpg', 64, 48, 886, 'image/jpeg', '\xdb8cfb7b4126017005b08db2b541c034d4c724e5b9fe3b7b6fb53886f28981ca', '2026-11-21 17:01:23.56205+00', DEFAULT, DEFAULT),
	('01a1ff0e-34fd-7449-ad86-731d97a6395c', 2, '01a1ff0e-348b-7ade-8296-7f40c0dce2bd', NULL, 'uploads', '01a1ff0e-348b-7ade-8296-7f40c0dce2bd/01a1ff0e-34fd-7449-ad86-731d97a6395c.jpg', '01a1ff0e-348b-7ade-8296-7f40c0dce2bd/01a1ff0e-34fd-7449-ad86-731d97a6395c.jpg', '01a1ff0e-348b-7ade-8296-7f40c0dce2bd/01a1ff0e-34fd-7449-ad86-731d97a6395c.webp', 'cup.jpg', 48, 64, 873, 'image/jpeg', '\xc4e8bcdddcee778d0f51bb255aa9cfcc3570ac5cfa17953129afc36adc5b3a42', '2026-11-21 17:01:23.605417+00', DEFAULT, DEFAULT),
	('01a1ff0e-4184-7593-be52-0b780024d6cb', 3, '01a1ff0e-3485-7064-b68b-a26cc1b6e680', '01a1ff0e-3669-7c50-b1a6-3231dd80cd52', 'works', '01a1ff0e-3485-7064-b68b-a26cc1b6e680/01a1ff0e-3669-7c50-b1a6-3231dd80cd52/output.png', '01a1ff0e-3485-7064-b68b-a26cc1b6e680/01a1ff0e-3669-7c50-b1a6-3231dd80cd52/5c389907-5e08-4eaf-9d7f-e0e5ea0c5c88.png', '01a1ff0e-3485-7064-b68b-a26cc1b6e680/01a1ff0e-4184-7593-be52-0b780024d6cb.webp', 'output.png', 832, 624, 657666, 'image/png', '\xaf06f73f453f27be81fed9e53234d178a3332a294e696dcb38f46e6cbba47c3b', '2026-11-21 17:01:26.798204+00', DEFAULT, DEFAULT),
	('01a1ff0e-4b50-7a60-b843-323c57923800', 4, '01a1ff0e-3485-7064-b68b-a26cc1b6e680', '01a1ff0e-41bc-7a7d-9170-0357d7dbf101', 'works', '01a1ff0e-3485-7064-b68b-a26cc1b6e680/01a1ff0e-41bc-7a7d-9170-0357d7dbf101/output.png', '01a1ff0e-3485-7064-b68b-a26cc1b6e680/01a1ff0e-41bc-7a7d-9170-0357d7dbf101/607cbd89-6b94-49e4-8fae-9e2580faeb19.png', '01a1ff0e-3485-7064-b68b-a26cc1b6e680/01a1ff0e-4b50-7a60-b843-323c57923800.webp', 'output.png', 832, 624, 657383, 'image/png', '\x2102fdd12b71506b3fb350c72afbe2cc9b274df3c8f3190198e857b3280aa4f3', '2026-11-21 17:01:29.333612+00', DEFAULT, DEFAULT),
	('01a1ff0e-51c0-74b5-81e6-17f49eddb166', 5, '01a1ff0e-3485-7064-b68b-a26cc1b6e680', '01a1ff0e-41bc-7a7d-9170-0357d7dbf101', 'works', '01a1ff0e-3485-7064-b68b-a26cc1b6e680/01a1ff0e-41bc-7a7d-9170-0357d7dbf101/output-2.png', '01a1ff0e-3485-7064-b68b-a26cc1b6e680/01a1ff0e-41bc-7a7d-9170-0357d7dbf101/f66308e1-e4ee-44a4-b164-fa738625099d.png', '01a1ff0e-3485-7064-b68b-a26cc1b6e680/01a1ff0e-51c0-74b5-81e6-17f49eddb166.webp', 'output-2.png', 832, 624, 657489, 'image/png', '\x907c2993cd991c5fcd1146c054dbd2213509b5b8808d80f97047e26168b6d9d2', '2026-11-21 17:01:30.952998+00', DEFAULT, DEFAULT),
	('01a1ff0e-571d-707e-90ca-aa2b95333c9b', 6, '01a1ff0e-348b-7ade-8296-7f40c0dce2bd', '01a1ff0e-51f6-7862-9d92-6a2c63fded64', 'works', '01a1ff0e-348b-7ade-8296-7f40c0dce2bd/01a1ff0e-51f6-7862-9d92-6a2c63fded64/output.png', '01a1ff0e-348b-7ade-8296-7f40c0dce2bd/01a1ff0e-51f6-7862-9d92-6a2c63fded64/8036ad16-ca07-4e65-a2d3-b361815a76ef.png', '01a1ff0e-348b-7ade-8296-7f40c0dce2bd/01a1ff0e-571d-707e-90ca-aa2b95333c9b.webp', 'output.png', 624, 832, 661944, 'image/png', '\x0c6460fc87d76dc9b458bc25d094ccad4cc7fd8f5711dd96c71562ba4e2619b1', '2026-11-21 17:01:32.328778+00', DEFAULT, DEFAULT),
	('01a1ff0e-5c0f-732a-b78f-934cf3c75f50', 7, '01a1ff0e-348b-7ade-8296-7f40c0dce2bd', '01a1ff0e-574c-79dc-8e5c-48cdc06952ee', 'works', '01a1ff0e-348b-7ade-8296-7f40c0dce2bd/01a1ff0e-574c-79dc-8e5c-48cdc06952ee/output.png', '01a1ff0e-348b-7ade-8296-7f40c0dce2bd/01a1ff0e-574c-79dc-8e5c-48cdc06952ee/74166c7b-ccaa-49de-bad9-e7bc3202ec23.png', '01a1ff0e-348b-7ade-8296-7f40c0dce2bd/01a1ff0e-5c0f-732a-b78f-934cf3c75f50.webp', 'output.png', 624, 832, 661834, 'image/png', '\xf2392e43c866e088cb8023aa092cfe33931acd156e759b60802bbb7b051470c6', '2026-11-21 17:01:33.605886+00', DEFAULT, DEFAULT),
	('01a1ff0e-6103-7eb5-ad01-70cdf4df6616', 8, '01a1ff0e-348b-7ade-8296-7f40c0dce2bd', '01a1ff0e-574c-79dc-8e5c-48cdc06952ee', 'works', '01a1ff0e-348b-7ade-8296-7f40c0dce2bd/01a1ff0e-574c-79dc-8e5c-48cdc06952ee/output-2.png', '01a1ff0e-348b-7ade-8296-7f40c0dce2bd/01a1ff0e-574c-79dc-8e5c-48cdc06952ee/e7d924cd-e62a-4f02-8dea-d3c6723d64ca.png', '01a1ff0e-348b-7ade-8296-7f40c0dce2bd/01a1ff0e-6103-7eb5-ad01-70cdf4df6616.webp', 'output-2.png', 624, 832, 661914, 'image/png', '\xc3f4c4d54d06bc26450a119531329ee10b395e5d6abfa2c87b9bd6fe964cb262', '2026-11-21 17:01:34.863325+00', DEFAULT, DEFAULT);

INSERT INTO public.generation_jobs OVERRIDING SYSTEM VALUE VALUES
	('01a1ff0e-3677-7b33-966b-a8d9bee0551b', 1, '01a1ff0e-3669-7c50-b1a6-3231dd80cd52', '01a1ff0e-3485-7064-b68b-a26cc1b6e680', 0, 0, '01a1ff0e-342a-7d4b-a06b-035c72d7d257', '01a1ff0e-359a-773d-9a84-c12d6bbb049e', 'completed', 0, 'finish', 'fe9523b6-9681-422b-b0c2-f16eea684f05', 'b78eac43-5ff3-426b-92db-072734b1d41d', 0, '2026-11-21 17:01:23.940294+00', NULL, '2026-11-21 17:01:27.035919+00', '2026-11-21 17:07:25.448343+00', '01a1ff0e-3677-7b33-966b-a8d9bee0551b', '{"cfg": 1.0, "seed": 3044429864278213, "image": "01a1ff0e-34da-7fd2-8824-b84975e6a646", "steps": 4, "prompt": "a quiet beach", "megapixels": 0.5}', 'a quiet beach', NULL, '[{"ref": {"type": "output", "filename": "01a1ff0e-3677-7b33-966b-a8d9bee0551b_00001_.png", "subfolder": "affiche"}, "kind": "images", "node": "9"}]', '01a1ff0e-4184-7593-be52-0b780024d6cb', NULL, NULL, NULL, '2026-11-21 17:01:23.940294+00', '2026-11-21 17:01:26.81221+00', '2026-11-21 17:01:24.033817+00', '2026-11-21 17:01:24.310982+00', '2026-11-21 17:01:25.448343+00', '2026-11-21 17:01:26.812253+00', NULL, NULL, 2.355, DEFAULT, DEFAULT),
	('01a1ff0e-41ce-7af1-99ba-f20952e418a6', 2, '01a1ff0e-41bc-7a7d-9170-0357d7dbf101', '01a1ff0e-3485-7064-b68b-a26cc1b6e680', 0, 0, '01a1ff0e-342a-7d4b-a06b-035c72d7d257', '01a1ff0e-359a-773d-9a84-c12d6bbb049e', 'completed', 0, 'finish', '70ea4113-c30a-4f06-8899-b2c44650167c', '043a54ad-51a0-408d-9994-43538a6b273b', 0, '2026-11-21 17:01:26.84426+00', NULL, '2026-11-21 17:01:29.048947+00', '2026-11-21 17:07:28.548947+00', '01a1ff0e-41ce-7af1-99ba-f20952e418a6', '{"cfg": 1.0, "seed": 528435703433536, "image": "01a1ff0e-34da-7fd2-8824-b84975e6a646", "steps": 4, "prompt": "a quiet beach", "megapixels": 0.5}', 'a quiet beach', NULL, '[{"ref": {"type": "output", "filename": "01a1ff0e-41ce-7af1-99ba-f20952e418a6_00001_.png", "subfolder": "affiche"}, "kind": "images", "node": "9"}]', '01a1ff0e-4b50-7a60-b843-323c57923800', NULL, NULL, NULL, '2026-11-21 17:01:26.84426+00', '2026-11-21 17:01:29.367175+00', '2026-11-21 17:01:26.887625+00', '2026-11-21 17:01:27.080506+00', '2026-11-21 17:01:28.548947+00', '2026-11-21 17:01:29.367336+00', NULL, NULL, 2.06, DEFAULT, DEFAULT),
	('01a1ff0e-41cf-7f8c-b7cb-2c2d4b2cf777', 3, '01a1ff0e-41bc-7a7d-9170-0357d7dbf101', '01a1ff0e-3485-7064-b68b-a26cc1b6e680', 0, 1, '01a1ff0e-342a-7d4b-a06b-035c72d7d257', '01a1ff0e-359a-773d-9a84-c12d6bbb049e', 'completed', 0, 'finish', 'e2d59ea2-c4b2-4591-aeb1-8be9d2bbc7c6', '51696c5e-b995-4a77-97d0-9fb37a6896b0', 0, '2026-11-21 17:01:26.84426+00', NULL, '2026-11-21 17:01:31.239226+00', '2026-11-21 17:07:29.533759+00', '01a1ff0e-41cf-7f8c-b7cb-2c2d4b2cf777', '{"cfg": 1.0, "seed": 528435703433537, "image": "01a1ff0e-34da-7fd2-8824-b84975e6a646", "steps": 4, "prompt": "a quiet beach", "megapixels": 0.5}', 'a quiet beach', NULL, '[{"ref": {"type": "output", "filename": "01a1ff0e-41cf-7f8c-b7cb-2c2d4b2cf777_00001_.png", "subfolder": "affiche"}, "kind": "images", "node": "9"}]', '01a1ff0e-51c0-74b5-81e6-17f49eddb166', NULL, NULL, NULL, '2026-11-21 17:01:26.84426+00', '2026-11-21 17:01:30.967149+00', '2026-11-21 17:01:26.887777+00', '2026-11-21 17:01:27.144274+00', '2026-11-21 17:01:29.533759+00', '2026-11-21 17:01:30.96717+00', NULL, NULL, 1.775, DEFAULT, DEFAULT),
	('01a1ff0e-51f7-712f-b315-1e6308d57714', 4, '01a1ff0e-51f6-7862-9d92-6a2c63fded64', '01a1ff0e-348b-7ade-8296-7f40c0dce2bd', 0, 0, '01a1ff0e-342a-7d4b-a06b-035c72d7d257', '01a1ff0e-359a-773d-9a84-c12d6bbb049e', 'completed', 0, 'finish', 'fb245076-6ef8-4b30-9dfb-9073807eeac0', '4494af64-4b57-4370-a8e7-9c91ca0b428e', 0, '2026-11-21 17:01:30.997681+00', NULL, '2026-11-21 17:01:32.082012+00', '2026-11-21 17:16:31.081859+00', '01a1ff0e-51f7-712f-b315-1e6308d57714', '{"cfg": 1.0, "seed": 7949942286836091, "image": "01a1ff0e-34fd-7449-ad86-731d97a6395c", "steps": 4, "prompt": "a quiet beach", "megapixels": 0.5}', 'a quiet beach', NULL, '[{"ref": {"type": "output", "filename": "01a1ff0e-51f7-712f-b315-1e6308d57714_00001_.png", "subfolder": "affiche"}, "kind": "images", "node": "9"}]', '01a1ff0e-571d-707e-90ca-aa2b95333c9b', NULL, NULL, NULL, '2026-11-21 17:01:30.997681+00', '2026-11-21 17:01:32.345314+00', '2026-11-21 17:01:31.017587+00', '2026-11-21 17:01:31.084343+00', NULL, '2026-11-21 17:01:32.345377+00', NULL, NULL, 1.176, DEFAULT, DEFAULT),
	('01a1ff0e-574d-7836-b9d7-aa890893df79', 5, '01a1ff0e-574c-79dc-8e5c-48cdc06952ee', '01a1ff0e-348b-7ade-8296-7f40c0dce2bd', 0, 0, '01a1ff0e-342a-7d4b-a06b-035c72d7d257', '01a1ff0e-359a-773d-9a84-c12d6bbb049e', 'completed', 0, 'finish', '540e08c9-c1f3-4fab-9b4a-ecae5dc4518e', '160025ae-de04-4d9e-b961-d3ec52ad7ec7', 0, '2026-11-21 17:01:32.364335+00', NULL, '2026-11-21 17:01:33.43815+00', '2026-11-21 17:16:32.438061+00', '01a1ff0e-574d-7836-b9d7-aa890893df79', '{"cfg": 1.0, "seed": 3816611396226397, "image": "01a1ff0e-34fd-7449-ad86-731d97a6395c", "steps": 4, "prompt": "a quiet beach", "megapixels": 0.5}', 'a quiet beach', NULL, '[{"ref": {"type": "output", "filename": "01a1ff0e-574d-7836-b9d7-aa890893df79_00001_.png", "subfolder": "affiche"}, "kind": "images", "node": "9"}]', '01a1ff0e-5c0f-732a-b78f-934cf3c75f50', NULL, NULL, NULL, '2026-11-21 17:01:32.364335+00', '2026-11-21 17:01:33.628309+00', '2026-11-21 17:01:32.377304+00', '2026-11-21 17:01:32.439052+00', NULL, '2026-11-21 17:01:33.62833+00', NULL, NULL, 1.01, DEFAULT, DEFAULT),
	('01a1ff0e-574e-708b-bbc5-2ccdf7214d40', 6, '01a1ff0e-574c-79dc-8e5c-48cdc06952ee', '01a1ff0e-348b-7ade-8296-7f40c0dce2bd', 0, 1, '01a1ff0e-342a-7d4b-a06b-035c72d7d257', '01a1ff0e-359a-773d-9a84-c12d6bbb049e', 'completed', 0, 'finish', '05c1cfc7-a0e9-49b2-a76f-cb37c9ba619f', 'e4112696-1d50-4d12-98c8-cd16cef0efab', 0, '2026-11-21 17:01:32.364335+00', NULL, '2026-11-21 17:01:34.66471+00', '2026-11-21 17:07:33.620398+00', '01a1ff0e-574e-708b-bbc5-2ccdf7214d40', '{"cfg": 1.0, "seed": 3816611396226398, "image": "01a1ff0e-34fd-7449-ad86-731d97a6395c", "steps": 4, "prompt": "a quiet beach", "megapixels": 0.5}', 'a quiet beach', NULL, '[{"ref": {"type": "output", "filename": "01a1ff0e-574e-708b-bbc5-2ccdf7214d40_00001_.png", "subfolder": "affiche"}, "kind": "images", "node": "9"}]', '01a1ff0e-6103-7eb5-ad01-70cdf4df6616', NULL, NULL, NULL, '2026-11-21 17:01:32.364335+00', '2026-11-21 17:01:34.868473+00', '2026-11-21 17:01:32.377486+00', '2026-11-21 17:01:32.494886+00', '2026-11-21 17:01:33.620398+00', '2026-11-21 17:01:34.868492+00', NULL, NULL, 1.362, DEFAULT, DEFAULT),
	('01a1ff0e-6b4f-7ba4-9b44-fd1a274f3f43', 11, '01a1ff0e-6b4b-7bc6-9dc8-e5102be9443d', '01a1ff0e-3485-7064-b68b-a26cc1b6e680', 0, 0, '01a1ff0e-342a-7d4b-a06b-035c72d7d257', '01a1ff0e-359a-773d-9a84-c12d6bbb049e', 'processing', 0, 'observe', '0bdef7a0-ff4a-4318-bdc0-b731f627d466', 'acc39a24-4a4a-4008-8b77-c1174a3128de', 0, '2026-11-21 17:01:37.476596+00', NULL, '2026-11-21 17:01:38.834657+00', '2026-11-21 17:16:37.834529+00', '01a1ff0e-6b4f-7ba4-9b44-fd1a274f3f43', '{"cfg": 1.0, "seed": 4060302430670438, "image": "01a1ff0e-34da-7fd2-8824-b84975e6a646", "steps": 4, "prompt": "running 1", "megapixels": 0.5}', 'running 1', NULL, NULL, NULL, NULL, NULL, NULL, '2026-11-21 17:01:37.476596+00', '2026-11-21 17:01:37.865637+00', '2026-11-21 17:01:37.500837+00', '2026-11-21 17:01:37.865915+00', NULL, NULL, NULL, NULL, NULL, DEFAULT, DEFAULT),
	('01a1ff0e-612c-737b-83e9-26cab0d93f57', 7, '01a1ff0e-612a-7571-a5b0-00ae5c95956c', '01a1ff0e-3485-7064-b68b-a26cc1b6e680', 0, 0, '01a1ff0e-342a-7d4b-a06b-035c72d7d257', '01a1ff0e-359a-773d-9a84-c12d6bbb049e', 'failed', 0, 'observe', 'be89b873-ba26-4a89-b263-21b14a261a6d', NULL, 0, '2026-11-21 17:01:34.890595+00', NULL, '2026-11-21 17:01:35.957423+00', '2026-11-21 17:16:34.957319+00', '01a1ff0e-612c-737b-83e9-26cab0d93f57', '{"cfg": 1.0, "seed": 4566540736238243, "image": "01a1ff0e-34da-7fd2-8824-b84975e6a646", "steps": 4, "prompt": "노을 지는 산", "megapixels": 0.5}', '노을 지는 산', NULL, NULL, NULL, 'run_failed', '{"node": "75:65", "where": " (VAEDecode #75:65)"}', '이미지를 만들지 못했습니다. 워크플로가 실패했습니다 (VAEDecode #75:65).', '2026-11-21 17:01:34.890595+00', '2026-11-21 17:01:35.045716+00', '2026-11-21 17:01:34.914638+00', '2026-11-21 17:01:34.962617+00', NULL, NULL, '2026-11-21 17:01:35.045758+00', NULL, NULL, DEFAULT, DEFAULT),
	('01a1ff0e-61f1-7fb5-a5be-93b532271374', 8, '01a1ff0e-61f0-70b9-97bd-5efd8541661f', '01a1ff0e-3485-7064-b68b-a26cc1b6e680', 0, 0, '01a1ff0e-342a-7d4b-a06b-035c72d7d257', '01a1ff0e-359a-773d-9a84-c12d6bbb049e', 'cancelled', 0, 'prepare', '801235bb-7c53-48c0-b8ad-fd763bcdc24a', NULL, 0, '2026-11-21 17:01:35.084355+00', NULL, NULL, NULL, NULL, '{}', NULL, NULL, NULL, NULL, NULL, NULL, NULL, '2026-11-21 17:01:35.084355+00', '2026-11-21 17:01:35.101047+00', NULL, NULL, NULL, NULL, NULL, '2026-11-21 17:01:35.101166+00', NULL, DEFAULT, DEFAULT),
	('01a1ff0e-620e-7d2b-a139-61b8c214ea1a', 9, '01a1ff0e-620c-756b-99f6-1d97354f2ae2', '01a1ff0e-3485-7064-b68b-a26cc1b6e680', 0, 0, '01a1ff0e-342a-7d4b-a06b-035c72d7d257', '01a1ff0e-359a-773d-9a84-c12d6bbb049e', 'cancelled', 0, 'prepare', '5b339847-5f3e-4b06-948c-c0fddce21f94', NULL, 0, '2026-11-21 17:01:35.116192+00', NULL, NULL, NULL, NULL, '{}', NULL, NULL, NULL, NULL, NULL, NULL, NULL, '2026-11-21 17:01:35.116192+00', '2026-11-21 17:01:35.129848+00', NULL, NULL, NULL, NULL, NULL, '2026-11-21 17:01:35.129864+00', NULL, DEFAULT, DEFAULT),
	('01a1ff0e-6b1c-7e05-9379-545992a3042e', 10, '01a1ff0e-6b18-7ebe-8b60-b9352d833a66', '01a1ff0e-3485-7064-b68b-a26cc1b6e680', 0, 0, '01a1ff0e-342a-7d4b-a06b-035c72d7d257', '01a1ff0e-359a-773d-9a84-c12d6bbb049e', 'processing', 0, 'observe', 'ec08913f-ba1a-4e3e-871d-b632a093fea4', 'f6805e95-db53-4e0e-8dad-21484bf7b40b', 0, '2026-11-21 17:01:37.430803+00', NULL, '2026-11-21 17:01:38.843154+00', '2026-11-21 17:16:37.843061+00', '01a1ff0e-6b1c-7e05-9379-545992a3042e', '{"cfg": 1.0, "seed": 605480622820103, "image": "01a1ff0e-34da-7fd2-8824-b84975e6a646", "steps": 4, "prompt": "running 0", "megapixels": 0.5}', 'running 0', NULL, NULL, NULL, NULL, NULL, NULL, '2026-11-21 17:01:37.430803+00', '2026-11-21 17:01:37.873011+00', '2026-11-21 17:01:37.500355+00', '2026-11-21 17:01:37.873043+00', NULL, NULL, NULL, NULL, NULL, DEFAULT, DEFAULT),
	('01a1ff0e-6b94-734f-9117-57a344dab220', 12, '01a1ff0e-6b92-79ee-acb2-1d7d0a67e3cf', '01a1ff0e-3485-7064-b68b-a26cc1b6e680', 0, 0, '01a1ff0e-342a-7d4b-a06b-035c72d7d257', '01a1ff0e-359a-773d-9a84-c12d6bbb049e', 'cancelled', 0, 'observe', '2fe6896a-35e6-4a96-be01-c146eedbb0c4', NULL, 0, '2026-11-21 17:01:37.554291+00', NULL, '2026-11-21 17:01:38.784015+00', '2026-11-21 17:16:37.783898+00', '01a1ff0e-6b94-734f-9117-57a344dab220', '{"cfg": 1.0, "seed": 697430443062156, "image": "01a1ff0e-34da-7fd2-8824-b84975e6a646", "steps": 4, "prompt": "running 2", "megapixels": 0.5}', 'running 2', NULL, NULL, NULL, NULL, NULL, NULL, '2026-11-21 17:01:37.554291+00', '2026-11-21 17:01:37.92522+00', '2026-11-21 17:01:37.595311+00', '2026-11-21 17:01:37.784877+00', NULL, NULL, NULL, '2026-11-21 17:01:37.925237+00', NULL, DEFAULT, DEFAULT),
	('01a1ff0e-6d1a-7e5f-ae75-2ed5d9205b8a', 13, '01a1ff0e-6d18-78cb-8b9f-a30238ed7bc6', '01a1ff0e-348b-7ade-8296-7f40c0dce2bd', 0, 0, '01a1ff0e-342a-7d4b-a06b-035c72d7d257', '01a1ff0e-359a-773d-9a84-c12d6bbb049e', 'taken', 0, 'prepare', '3460cdc9-ed41-4725-aacd-58c35bb0dad4', NULL, 0, '2026-11-21 17:01:37.944429+00', NULL, NULL, '2026-11-21 17:11:37.965961+00', NULL, '{}', NULL, NULL, NULL, NULL, NULL, NULL, NULL, '2026-11-21 17:01:37.944429+00', '2026-11-21 17:01:37.966048+00', '2026-11-21 17:01:37.970465+00', NULL, NULL, NULL, NULL, NULL, NULL, DEFAULT, DEFAULT),
	('01a1ff0e-6d4e-7685-9278-ccea510a2158', 14, '01a1ff0e-6d4c-72a9-99ea-d5f72edd5998', '01a1ff0e-3485-7064-b68b-a26cc1b6e680', 0, 0, '01a1ff0e-342a-7d4b-a06b-035c72d7d257', '01a1ff0e-359a-773d-9a84-c12d6bbb049e', 'pending', 0, 'prepare', '9c7601d8-2f50-45c5-b5a9-8f06a8d799ae', NULL, 0, '2026-11-21 17:01:37.996372+00', NULL, NULL, NULL, NULL, '{}', NULL, NULL, NULL, NULL, NULL, NULL, NULL, '2026-11-21 17:01:37.996372+00', '2026-11-21 17:01:37.996372+00', NULL, NULL, NULL, NULL, NULL, NULL, NULL, DEFAULT, DEFAULT),
	('01a1ff0e-6d4f-773c-9146-8c078f77e30f', 15, '01a1ff0e-6d4c-72a9-99ea-d5f72edd5998', '01a1ff0e-3485-7064-b68b-a26cc1b6e680', 0, 1, '01a1ff0e-342a-7d4b-a06b-035c72d7d257', '01a1ff0e-359a-773d-9a84-c12d6bbb049e', 'pending', 0, 'prepare', 'dab094eb-f5c1-41e8-8c5d-c11dd5dc81f8', NULL, 0, '2026-11-21 17:01:37.996372+00', NULL, NULL, NULL, NULL, '{}', NULL, NULL, NULL, NULL, NULL, NULL, NULL, '2026-11-21 17:01:37.996372+00', '2026-11-21 17:01:37.996372+00', NULL, NULL, NULL, NULL, NULL, NULL, NULL, DEFAULT, DEFAULT),
	('01a1ff0e-6d65-7d00-b48e-92ef3ffabfbd', 16, '01a1ff0e-6d5d-7e52-b246-b77157c6a70f', '01a1ff0e-348b-7ade-8296-7f40c0dce2bd', 0, 0, '01a1ff0e-342a-7d4b-a06b-035c72d7d257', '01a1ff0e-359a-773d-9a84-c12d6bbb049e', 'pending', 0, 'prepare', '35c3e6a0-3570-44af-9716-cf34f764419b', NULL, 0, '2026-11-21 17:01:38.01354+00', NULL, NULL, NULL, NULL, '{}', NULL, NULL, NULL, NULL, NULL, NULL, NULL, '2026-11-21 17:01:38.01354+00', '2026-11-21 17:01:38.01354+00', NULL, NULL, NULL, NULL, NULL, NULL, NULL, DEFAULT, DEFAULT);

INSERT INTO public.idempotency_keys VALUES
	('01a1ff0e-3485-7064-b68b-a26cc1b6e680', 'two-of-them', '\xf0bde87d6f799b872651f86af298f457be9323408b5f63979133e2dba42e513c', '01a1ff0e-6d4c-72a9-99ea-d5f72edd5998', '{"cfg": 1.0, "seed": 7373499384055351, "image": "01a1ff0e-34da-7fd2-8824-b84975e6a646", "steps": 4, "prompt": "두 장", "megapixels": 0.5}', '2026-11-21 17:01:37.996372+00');

INSERT INTO public.projects OVERRIDING SYSTEM VALUE VALUES
	('01a1ff0e-3489-70b3-a6c0-1558aeb4fd04', 1, '01a1ff0e-3485-7064-b68b-a26cc1b6e680', 'Studio', true, '2026-11-21 17:01:23.45923+00'),
	('01a1ff0e-3491-7f88-96a1-42ff1474ffc0', 2, '01a1ff0e-348b-7ade-8296-7f40c0dce2bd', 'Studio', true, '2026-11-21 17:01:23.468147+00');

INSERT INTO public.sessions VALUES
	('\x3fd72db4a150d6bf4f3caa859da6d119246175d875b4ac906e4252bd80342cb0', '01a1ff0e-3485-7064-b68b-a26cc1b6e680', '2026-11-21 17:01:23.488393+00', '2026-12-21 17:01:23.488193+00'),
	('\xc60945e517bd2772faeab628653e0dd3ffe08238cb339def0f2fca5c247af64f', '01a1ff0e-3485-7064-b68b-a26cc1b6e680', '2026-11-21 17:01:23.508528+00', '2026-12-21 17:01:23.5081+00');

INSERT INTO public.sign_in_links VALUES
	('\xe50adc5dfd0b397a50e5c0f9656694996951aae6cf0cfbd41ab61177115b540d', '01a1ff0e-3485-7064-b68b-a26cc1b6e680', '2026-11-21 17:01:23.476031+00', '2026-11-22 17:01:23.476161+00', '2026-11-21 17:01:23.488193+00'),
	('\xf3a50974d5e2e010dfce15570f9c1af4bc14566d7f21da2fe766707792f22c0e', '01a1ff0e-3485-7064-b68b-a26cc1b6e680', '2026-11-21 17:01:23.504492+00', '2026-11-22 17:01:23.504648+00', NULL);

INSERT INTO public.template_versions VALUES
	('82064257-1bef-45d8-a6ba-715f33c887cc', 1, '43b277b211840403e293b694f1d44fdda80e98698edbdfaa65a4dd3450da2c6d', '{"id": "82064257-1bef-45d8-a6ba-715f33c887cc", "slug": "klein-i2i", "tags": ["I2I", "Image_to_Image", "AI생성"], "model": "XiCON_KLEIN_I2I", "title": {"en": "Repaint a photograph", "ko": "사진 다시 그리기"}, "fields": [{"name": "image", "type": "file", "label": {"en": "Source picture", "ko": "원본 사진"}, "accept": ".jpg,.jpeg,.png,.webp", "aliases": ["image_url", "image_base64"], "max_size": 20971520, "required": true, "request_key": "image", "upload_label": {"en": "Upload the picture to change", "ko": "바꾸고 싶은 사진을 올려 주세요"}, "request_value_type": "string", "upload_description": {"en": "JPG, PNG or WebP | up to 20 MB", "ko": "JPG, PNG, WebP | 20MB 이하"}}, {"name": "prompt", "rows": 3, "type": "textarea", "label": {"en": "What should change?", "ko": "무엇을 바꿀까요?"}, "required": true, "max_length": 500, "placeholder": {"en": "For example: replace the background with a beach at sunset", "ko": "예: 배경을 노을 지는 해변으로 바꿔줘"}, "request_key": "prompt", "request_value_type": "string"}, {"max": 40, "min": 1, "name": "steps", "step": 1, "type": "slider", "label": {"en": "Steps", "ko": "단계 수"}, "required": false, "description": {"en": "The model is made for 4 steps. Past 10 it mostly takes longer.", "ko": "모델은 4단계에 맞춰져 있습니다. 10단계를 넘으면 시간만 늘어납니다."}, "request_key": "steps", "default_value": 4, "request_value_type": "number"}, {"max": 20.0, "min": 0.0, "name": "cfg", "step": 0.1, "type": "number", "label": {"en": "Prompt strength (CFG)", "ko": "프롬프트 강도 (CFG)"}, "required": false, "description": {"en": "The higher, the more closely it follows the prompt. Made for 1.", "ko": "높을수록 프롬프트를 강하게 따릅니다. 기본값은 1입니다."}, "request_key": "cfg", "default_value": 1.0, "request_value_type": "number"}, {"max": 2.0, "min": 0.5, "name": "megapixels", "step": 0.05, "type": "slider", "label": {"en": "Size (megapixels)", "ko": "크기 (메가픽셀)"}, "required": false, "description": {"en": "The size of the result; its proportions are those of the source.", "ko": "결과 이미지의 크기입니다. 비율은 원본을 따릅니다."}, "request_key": "megapixels", "default_value": 1.0, "request_value_type": "number"}, {"max": 9007199254740991, "min": 0, "name": "seed", "step": 1, "type": "number", "label": {"en": "Seed", "ko": "시드"}, "required": false, "description": {"en": "0 draws a new one each time. The same value gives the same result.", "ko": "0이면 매번 새로운 값을 씁니다. 같은 값은 같은 결과를 냅니다."}, "request_key": "seed", "default_value": 0, "request_value_type": "number"}], "stages": [{"slug": "edit", "graph": {"9": {"_meta": {"title": "Result"}, "inputs": {"images": ["75:65", 0], "filename_prefix": "klein-i2i"}, "class_type": "SaveImage"}, "76": {"_meta": {"title": "Reference picture"}, "inputs": {"image": "reference.png"}, "class_type": "LoadImage"}, "75:61": {"_meta": {"title": "Sampler"}, "inputs": {"sampler_name": "euler"}, "class_type": "KSamplerSelect"}, "75:62": {"_meta": {"title": "Steps"}, "inputs": {"steps": 4, "width": ["75:81", 0], "height": ["75:81", 1]}, "class_type": "Flux2Scheduler"}, "75:63": {"_meta": {"title": "Guidance"}, "inputs": {"cfg": 1.0, "model": ["75:70", 0], "negative": ["75:79:76", 0], "positive": ["75:79:77", 0]}, "class_type": "CFGGuider"}, "75:64": {"_meta": {"title": "Sampling"}, "inputs": {"noise": ["75:73", 0], "guider": ["75:63", 0], "sigmas": ["75:62", 0], "sampler": ["75:61", 0], "latent_image": ["75:66", 0]}, "class_type": "SamplerCustomAdvanced"}, "75:65": {"_meta": {"title": "Picture from the latent"}, "inputs": {"vae": ["75:72", 0], "samples": ["75:64", 0]}, "class_type": "VAEDecode"}, "75:66": {"_meta": {"title": "Empty latent"}, "inputs": {"width": ["75:81", 0], "height": ["75:81", 1], "batch_size": 1}, "class_type": "EmptyFlux2LatentImage"}, "75:70": {"_meta": {"title": "Diffusion model"}, "inputs": {"unet_name": "flux-2-klein-9b-fp8.safetensors", "weight_dtype": "default"}, "class_type": "UNETLoader"}, "75:71": {"_meta": {"title": "Text encoder"}, "inputs": {"type": "flux2", "device": "default", "clip_name": "qwen_3_8b_fp8mixed.safetensors"}, "class_type": "CLIPLoader"}, "75:72": {"_meta": {"title": "VAE"}, "inputs": {"vae_name": "flux2-vae.safetensors"}, "class_type": "VAELoader"}, "75:73": {"_meta": {"title": "Seed"}, "inputs": {"noise_seed": 1}, "class_type": "RandomNoise"}, "75:74": {"_meta": {"title": "Prompt"}, "inputs": {"clip": ["75:71", 0], "text": ""}, "class_type": "CLIPTextEncode"}, "75:80": {"_meta": {"title": "Scale the reference"}, "inputs": {"image": ["76", 0], "megapixels": 1.0, "upscale_method": "nearest-exact", "resolution_steps": 1}, "class_type": "ImageScaleToTotalPixels"}, "75:81": {"_meta": {"title": "Size of the reference"}, "inputs": {"image": ["75:80", 0]}, "class_type": "GetImageSize"}, "75:82": {"_meta": {"title": "Nothing, as the negative"}, "inputs": {"conditioning": ["75:74", 0]}, "class_type": "ConditioningZeroOut"}, "75:79:76": {"_meta": {"title": "Negative with the reference"}, "inputs": {"latent": ["75:79:78", 0], "conditioning": ["75:82", 0]}, "class_type": "ReferenceLatent"}, "75:79:77": {"_meta": {"title": "Prompt with the reference"}, "inputs": {"latent": ["75:79:78", 0], "conditioning": ["75:74", 0]}, "class_type": "ReferenceLatent"}, "75:79:78": {"_meta": {"title": "Reference as latent"}, "inputs": {"vae": ["75:72", 0], "pixels": ["75:80", 0]}, "class_type": "VAEEncode"}}, "inputs": {}, "outputs": ["9"], "bindings": [{"name": "image", "node": "76", "type": "picture", "class": "LoadImage", "input": "image"}, {"name": "prompt", "node": "75:74", "type": "string", "class": "CLIPTextEncode", "input": "text"}, {"max": 9007199254740991, "min": 0, "name": "seed", "node": "75:73", "type": "integer", "class": "RandomNoise", "input": "noise_seed"}, {"max": 40, "min": 1, "name": "steps", "node": "75:62", "type": "integer", "class": "Flux2Scheduler", "input": "steps"}, {"max": 20.0, "min": 0.0, "name": "cfg", "node": "75:63", "type": "number", "class": "CFGGuider", "input": "cfg"}, {"max": 2.0, "min": 0.5, "name": "megapixels", "node": "75:80", "type": "number", "class": "ImageScaleToTotalPixels", "input": "megapixels"}]}], "credits": 1, "engines": ["runpod", "comfyui", "preview"], "presets": [{"slug": "fast", "title": {"en": "Fast", "ko": "빠르게"}, "values": {"cfg": 1.0, "steps": 4, "megapixels": 0.5}, "estimated_time": 20}, {"slug": "balanced", "title": {"en": "Balanced", "ko": "균형"}, "values": {"cfg": 1.0, "steps": 4, "megapixels": 1.0}, "estimated_time": 30}, {"slug": "high-quality", "title": {"en": "High quality", "ko": "고품질"}, "values": {"cfg": 2.0, "steps": 10, "megapixels": 1.5}, "estimated_time": 50}], "is_active": true, "time_outs": {"run": 360, "queue": 900}, "work_type": "image_to_image", "description": {"en": "Upload a photograph and say in words what should change. Flux2 Klein 9B repaints that and leaves the rest.", "ko": "사진을 올리고 바꾸고 싶은 것을 말로 적으세요. Flux2 Klein 9B가 나머지는 그대로 두고 그 부분을 다시 그립니다."}, "display_order": 10, "template_name": "XiCON_KLEIN_I2I_V1", "estimated_time": 30, "fallback_title": {"en": "I2I work", "ko": "I2I 작품"}}', '{01a1ff0e-342a-7d4b-a06b-035c72d7d257}', '2026-11-21 17:01:23.354758+00'),
	('01a1fe6a-a666-737b-82bf-72d7a0d41f93', 1, '604863f58f87f0673e04563766e715e9d60d896b75bbd0664242bc724a7e56ca', '{"id": "01a1fe6a-a666-737b-82bf-72d7a0d41f93", "slug": "klein-poster", "tags": ["Poster", "promotional_image", "AI생성"], "model": "flux-2-klein-9b-fp8", "title": {"en": "Flux2 Klein image editing", "ko": "Flux2 Klein 이미지 편집"}, "fields": [{"name": "reference_image", "type": "file", "label": {"en": "Reference image", "ko": "참조 이미지"}, "accept": ".jpg,.png,.jpeg", "max_size": 20971520, "required": true, "request_key": "reference_image", "upload_label": {"en": "Upload the image to edit", "ko": "편집할 이미지를 업로드하세요"}, "request_value_type": "string", "upload_description": {"en": "JPG or PNG | up to 20 MB", "ko": "JPG, PNG 파일 | 20MB 이하"}}, {"name": "prompt", "rows": 3, "type": "textarea", "label": {"en": "Edit prompt", "ko": "편집 프롬프트"}, "required": true, "max_length": 500, "placeholder": {"en": "Describe how the image should be edited", "ko": "이미지를 어떻게 편집할지 설명하세요"}, "request_key": "prompt", "request_value_type": "string"}, {"max": 9007199254740991, "min": 0, "name": "seed", "step": 1, "type": "number", "label": {"en": "Random seed", "ko": "랜덤 시드"}, "required": false, "description": {"en": "The same value gives the same result (reproducible)", "ko": "같은 값 사용 시 동일한 결과 생성 (재현성)"}, "request_key": "seed", "default_value": 432262096973502, "request_value_type": "number"}], "stages": [{"slug": "edit", "graph": {"9": {"_meta": {"title": "Result"}, "inputs": {"images": ["75:65", 0], "filename_prefix": "klein-poster"}, "class_type": "SaveImage"}, "76": {"_meta": {"title": "Reference picture"}, "inputs": {"image": "reference.png"}, "class_type": "LoadImage"}, "75:61": {"_meta": {"title": "Sampler"}, "inputs": {"sampler_name": "euler"}, "class_type": "KSamplerSelect"}, "75:62": {"_meta": {"title": "Steps"}, "inputs": {"steps": 4, "width": ["75:81", 0], "height": ["75:81", 1]}, "class_type": "Flux2Scheduler"}, "75:63": {"_meta": {"title": "Guidance"}, "inputs": {"cfg": 1.0, "model": ["75:70", 0], "negative": ["75:79:76", 0], "positive": ["75:79:77", 0]}, "class_type": "CFGGuider"}, "75:64": {"_meta": {"title": "Sampling"}, "inputs": {"noise": ["75:73", 0], "guider": ["75:63", 0], "sigmas": ["75:62", 0], "sampler": ["75:61", 0], "latent_image": ["75:66", 0]}, "class_type": "SamplerCustomAdvanced"}, "75:65": {"_meta": {"title": "Picture from the latent"}, "inputs": {"vae": ["75:72", 0], "samples": ["75:64", 0]}, "class_type": "VAEDecode"}, "75:66": {"_meta": {"title": "Empty latent"}, "inputs": {"width": ["75:81", 0], "height": ["75:81", 1], "batch_size": 1}, "class_type": "EmptyFlux2LatentImage"}, "75:70": {"_meta": {"title": "Diffusion model"}, "inputs": {"unet_name": "flux-2-klein-9b-fp8.safetensors", "weight_dtype": "default"}, "class_type": "UNETLoader"}, "75:71": {"_meta": {"title": "Text encoder"}, "inputs": {"type": "flux2", "device": "default", "clip_name": "qwen_3_8b_fp8mixed.safetensors"}, "class_type": "CLIPLoader"}, "75:72": {"_meta": {"title": "VAE"}, "inputs": {"vae_name": "flux2-vae.safetensors"}, "class_type": "VAELoader"}, "75:73": {"_meta": {"title": "Seed"}, "inputs": {"noise_seed": 1}, "class_type": "RandomNoise"}, "75:74": {"_meta": {"title": "Prompt"}, "inputs": {"clip": ["75:71", 0], "text": ""}, "class_type": "CLIPTextEncode"}, "75:80": {"_meta": {"title": "Scale the reference"}, "inputs": {"image": ["76", 0], "megapixels": 1.0, "upscale_method": "nearest-exact", "resolution_steps": 1}, "class_type": "ImageScaleToTotalPixels"}, "75:81": {"_meta": {"title": "Size of the reference"}, "inputs": {"image": ["75:80", 0]}, "class_type": "GetImageSize"}, "75:82": {"_meta": {"title": "Nothing, as the negative"}, "inputs": {"conditioning": ["75:74", 0]}, "class_type": "ConditioningZeroOut"}, "75:79:76": {"_meta": {"title": "Negative with the reference"}, "inputs": {"latent": ["75:79:78", 0], "conditioning": ["75:82", 0]}, "class_type": "ReferenceLatent"}, "75:79:77": {"_meta": {"title": "Prompt with the reference"}, "inputs": {"latent": ["75:79:78", 0], "conditioning": ["75:74", 0]}, "class_type": "ReferenceLatent"}, "75:79:78": {"_meta": {"title": "Reference as latent"}, "inputs": {"vae": ["75:72", 0], "pixels": ["75:80", 0]}, "class_type": "VAEEncode"}}, "inputs": {}, "outputs": ["9"], "bindings": [{"name": "reference_image", "node": "76", "type": "picture", "class": "LoadImage", "input": "image"}, {"name": "prompt", "node": "75:74", "type": "string", "class": "CLIPTextEncode", "input": "text"}, {"max": 9007199254740991, "min": 0, "name": "seed", "node": "75:73", "type": "integer", "class": "RandomNoise", "input": "noise_seed"}]}], "credits": 1, "engines": ["runpod", "comfyui", "preview"], "presets": [], "is_active": true, "time_outs": {"run": 360, "queue": 900}, "work_type": "promotional_image", "description": {"en": "High-quality image editing with the Flux2 Klein 9B model. Changes a picture naturally, as the prompt says.", "ko": "Flux2 Klein 9B 모델을 사용한 고품질 이미지 편집. 프롬프트 기반으로 이미지를 자연스럽게 수정합니다."}, "display_order": 100, "template_name": "XiCON_KLEIN_Poster_Maker_v1", "estimated_time": 30, "fallback_title": {"en": "Poster", "ko": "포스터 작품"}}', '{01a1ff0e-3459-7e23-aa76-686d4fcb5e5a}', '2026-11-21 17:01:23.397444+00');

INSERT INTO public.templates OVERRIDING SYSTEM VALUE VALUES
	('82064257-1bef-45d8-a6ba-715f33c887cc', 1, 'XiCON_KLEIN_I2I_V1', 'klein-i2i', 1, 'image_to_image', '사진 다시 그리기', '사진을 올리고 바꾸고 싶은 것을 말로 적으세요. Flux2 Klein 9B가 나머지는 그대로 두고 그 부분을 다시 그립니다.', 30, true, 10, 1, '[{"name": "image", "type": "file", "label": "원본 사진", "accept": ".jpg,.jpeg,.png,.webp", "aliases": ["image_url", "image_base64"], "max_size": 20971520, "required": true, "request_key": "image", "upload_label": "바꾸고 싶은 사진을 올려 주세요", "request_value_type": "string", "upload_description": "JPG, PNG, WebP | 20MB 이하"}, {"name": "prompt", "rows": 3, "type": "textarea", "label": "무엇을 바꿀까요?", "required": true, "max_length": 500, "placeholder": "예: 배경을 노을 지는 해변으로 바꿔줘", "request_key": "prompt", "request_value_type": "string"}, {"max": 40, "min": 1, "name": "steps", "step": 1, "type": "slider", "label": "단계 수", "required": false, "description": "모델은 4단계에 맞춰져 있습니다. 10단계를 넘으면 시간만 늘어납니다.", "request_key": "steps", "default_value": 4, "request_value_type": "number"}, {"max": 20.0, "min": 0.0, "name": "cfg", "step": 0.1, "type": "number", "label": "프롬프트 강도 (CFG)", "required": false, "description": "높을수록 프롬프트를 강하게 따릅니다. 기본값은 1입니다.", "request_key": "cfg", "default_value": 1.0, "request_value_type": "number"}, {"max": 2.0, "min": 0.5, "name": "megapixels", "step": 0.05, "type": "slider", "label": "크기 (메가픽셀)", "required": false, "description": "결과 이미지의 크기입니다. 비율은 원본을 따릅니다.", "request_key": "megapixels", "default_value": 1.0, "request_value_type": "number"}, {"max": 9007199254740991, "min": 0, "name": "seed", "step": 1, "type": "number", "label": "시드", "required": false, "description": "0이면 매번 새로운 값을 씁니다. 같은 값은 같은 결과를 냅니다.", "request_key": "seed", "default_value": 0, "request_value_type": "number"}]', '{"cfg": "number", "seed": "number", "image": "string", "steps": "number", "prompt": "string", "megapixels": "number"}', '2026-11-21 17:01:23.354758+00', '2026-11-21 17:01:23.354758+00'),
	('01a1fe6a-a666-737b-82bf-72d7a0d41f93', 2, 'XiCON_KLEIN_Poster_Maker_v1', 'klein-poster', 1, 'promotional_image', 'Flux2 Klein 이미지 편집', 'Flux2 Klein 9B 모델을 사용한 고품질 이미지 편집. 프롬프트 기반으로 이미지를 자연스럽게 수정합니다.', 30, true, 100, 1, '[{"name": "reference_image", "type": "file", "label": "참조 이미지", "accept": ".jpg,.png,.jpeg", "max_size": 20971520, "required": true, "request_key": "reference_image", "upload_label": "편집할 이미지를 업로드하세요", "request_value_type": "string", "upload_description": "JPG, PNG 파일 | 20MB 이하"}, {"name": "prompt", "rows": 3, "type": "textarea", "label": "편집 프롬프트", "required": true, "max_length": 500, "placeholder": "이미지를 어떻게 편집할지 설명하세요", "request_key": "prompt", "request_value_type": "string"}, {"max": 9007199254740991, "min": 0, "name": "seed", "step": 1, "type": "number", "label": "랜덤 시드", "required": false, "description": "같은 값 사용 시 동일한 결과 생성 (재현성)", "request_key": "seed", "default_value": 432262096973502, "request_value_type": "number"}]', '{"seed": "number", "prompt": "string", "reference_image": "string"}', '2026-11-21 17:01:23.397444+00', '2026-11-21 17:01:23.397444+00');

INSERT INTO public.users OVERRIDING SYSTEM VALUE VALUES
	('01a1ff0e-3485-7064-b68b-a26cc1b6e680', 1, NULL, '', 'ko', true, 0, 0, '2026-11-21 17:01:23.45923+00'),
	('01a1ff0e-348b-7ade-8296-7f40c0dce2bd', 2, 'bob@example.com', 'Bob', 'en', false, 0, 0, '2026-11-21 17:01:23.468147+00');

INSERT INTO public.withdrawals VALUES
	('01a1ff0e-61c7-7df6-9a68-0584be1ff154', '01a1ff0e-612c-737b-83e9-26cab0d93f57', '01a1ff0e-359a-773d-9a84-c12d6bbb049e', '01a1ff0e-612c-737b-83e9-26cab0d93f57', 1, '2026-11-21 17:01:40.06405+00', '2026-11-21 17:01:35.044556+00', NULL),
	('01a1ff0e-6d06-74ce-838d-ea7aa6cb3fa6', '01a1ff0e-6b94-734f-9117-57a344dab220', '01a1ff0e-359a-773d-9a84-c12d6bbb049e', '01a1ff0e-6b94-734f-9117-57a344dab220', 0, '2026-11-21 17:01:37.92231+00', '2026-11-21 17:01:37.92231+00', NULL);

INSERT INTO public.workflows OVERRIDING SYSTEM VALUE VALUES
	('01a1ff0e-342a-7d4b-a06b-035c72d7d257', 1, 'edit', 'edit', 'Upload a photograph and say in words what should change. Flux2 Klein 9B repaints that and leaves the rest.', '{"9": {"_meta": {"title": "Result"}, "inputs": {"images": ["75:65", 0], "filename_prefix": "klein-i2i"}, "class_type": "SaveImage"}, "76": {"_meta": {"title": "Reference picture"}, "inputs": {"image": "reference.png"}, "class_type": "LoadImage"}, "75:61": {"_meta": {"title": "Sampler"}, "inputs": {"sampler_name": "euler"}, "class_type": "KSamplerSelect"}, "75:62": {"_meta": {"title": "Steps"}, "inputs": {"steps": 4, "width": ["75:81", 0], "height": ["75:81", 1]}, "class_type": "Flux2Scheduler"}, "75:63": {"_meta": {"title": "Guidance"}, "inputs": {"cfg": 1.0, "model": ["75:70", 0], "negative": ["75:79:76", 0], "positive": ["75:79:77", 0]}, "class_type": "CFGGuider"}, "75:64": {"_meta": {"title": "Sampling"}, "inputs": {"noise": ["75:73", 0], "guider": ["75:63", 0], "sigmas": ["75:62", 0], "sampler": ["75:61", 0], "latent_image": ["75:66", 0]}, "class_type": "SamplerCustomAdvanced"}, "75:65": {"_meta": {"title": "Picture from the latent"}, "inputs": {"vae": ["75:72", 0], "samples": ["75:64", 0]}, "class_type": "VAEDecode"}, "75:66": {"_meta": {"title": "Empty latent"}, "inputs": {"width": ["75:81", 0], "height": ["75:81", 1], "batch_size": 1}, "class_type": "EmptyFlux2LatentImage"}, "75:70": {"_meta": {"title": "Diffusion model"}, "inputs": {"unet_name": "flux-2-klein-9b-fp8.safetensors", "weight_dtype": "default"}, "class_type": "UNETLoader"}, "75:71": {"_meta": {"title": "Text encoder"}, "inputs": {"type": "flux2", "device": "default", "clip_name": "qwen_3_8b_fp8mixed.safetensors"}, "class_type": "CLIPLoader"}, "75:72": {"_meta": {"title": "VAE"}, "inputs": {"vae_name": "flux2-vae.safetensors"}, "class_type": "VAELoader"}, "75:73": {"_meta": {"title": "Seed"}, "inputs": {"noise_seed": 1}, "class_type": "RandomNoise"}, "75:74": {"_meta": {"title": "Prompt"}, "inputs": {"clip": ["75:71", 0], "text": ""}, "class_type": "CLIPTextEncode"}, "75:80": {"_meta": {"title": "Scale the reference"}, "inputs": {"image": ["76", 0], "megapixels": 1.0, "upscale_method": "nearest-exact", "resolution_steps": 1}, "class_type": "ImageScaleToTotalPixels"}, "75:81": {"_meta": {"title": "Size of the reference"}, "inputs": {"image": ["75:80", 0]}, "class_type": "GetImageSize"}, "75:82": {"_meta": {"title": "Nothing, as the negative"}, "inputs": {"conditioning": ["75:74", 0]}, "class_type": "ConditioningZeroOut"}, "75:79:76": {"_meta": {"title": "Negative with the reference"}, "inputs": {"latent": ["75:79:78", 0], "conditioning": ["75:82", 0]}, "class_type": "ReferenceLatent"}, "75:79:77": {"_meta": {"title": "Prompt with the reference"}, "inputs": {"latent": ["75:79:78", 0], "conditioning": ["75:74", 0]}, "class_type": "ReferenceLatent"}, "75:79:78": {"_meta": {"title": "Reference as latent"}, "inputs": {"vae": ["75:72", 0], "pixels": ["75:80", 0]}, "class_type": "VAEEncode"}}', '[{"name": "image", "node": "76", "type": "picture", "class": "LoadImage", "input": "image"}, {"name": "prompt", "node": "75:74", "type": "string", "class": "CLIPTextEncode", "input": "text"}, {"max": 9007199254740991, "min": 0, "name": "seed", "node": "75:73", "type": "integer", "class": "RandomNoise", "input": "noise_seed"}, {"max": 40, "min": 1, "name": "steps", "node": "75:62", "type": "integer", "class": "Flux2Scheduler", "input": "steps"}, {"max": 20.0, "min": 0.0, "name": "cfg", "node": "75:63", "type": "number", "class": "CFGGuider", "input": "cfg"}, {"max": 2.0, "min": 0.5, "name": "megapixels", "node": "75:80", "type": "number", "class": "ImageScaleToTotalPixels", "input": "megapixels"}]', '{9}', '43b277b211840403e293b694f1d44fdda80e98698edbdfaa65a4dd3450da2c6d', '2026-11-21 17:01:23.354758+00'),
	('01a1ff0e-3459-7e23-aa76-686d4fcb5e5a', 2, 'edit', 'edit', 'High-quality image editing with the Flux2 Klein 9B model. Changes a picture naturally, as the prompt says.', '{"9": {"_meta": {"title": "Result"}, "inputs": {"images": ["75:65", 0], "filename_prefix": "klein-poster"}, "class_type": "SaveImage"}, "76": {"_meta": {"title": "Reference picture"}, "inputs": {"image": "reference.png"}, "class_type": "LoadImage"}, "75:61": {"_meta": {"title": "Sampler"}, "inputs": {"sampler_name": "euler"}, "class_type": "KSamplerSelect"}, "75:62": {"_meta": {"title": "Steps"}, "inputs": {"steps": 4, "width": ["75:81", 0], "height": ["75:81", 1]}, "class_type": "Flux2Scheduler"}, "75:63": {"_meta": {"title": "Guidance"}, "inputs": {"cfg": 1.0, "model": ["75:70", 0], "negative": ["75:79:76", 0], "positive": ["75:79:77", 0]}, "class_type": "CFGGuider"}, "75:64": {"_meta": {"title": "Sampling"}, "inputs": {"noise": ["75:73", 0], "guider": ["75:63", 0], "sigmas": ["75:62", 0], "sampler": ["75:61", 0], "latent_image": ["75:66", 0]}, "class_type": "SamplerCustomAdvanced"}, "75:65": {"_meta": {"title": "Picture from the latent"}, "inputs": {"vae": ["75:72", 0], "samples": ["75:64", 0]}, "class_type": "VAEDecode"}, "75:66": {"_meta": {"title": "Empty latent"}, "inputs": {"width": ["75:81", 0], "height": ["75:81", 1], "batch_size": 1}, "class_type": "EmptyFlux2LatentImage"}, "75:70": {"_meta": {"title": "Diffusion model"}, "inputs": {"unet_name": "flux-2-klein-9b-fp8.safetensors", "weight_dtype": "default"}, "class_type": "UNETLoader"}, "75:71": {"_meta": {"title": "Text encoder"}, "inputs": {"type": "flux2", "device": "default", "clip_name": "qwen_3_8b_fp8mixed.safetensors"}, "class_type": "CLIPLoader"}, "75:72": {"_meta": {"title": "VAE"}, "inputs": {"vae_name": "flux2-vae.safetensors"}, "class_type": "VAELoader"}, "75:73": {"_meta": {"title": "Seed"}, "inputs": {"noise_seed": 1}, "class_type": "RandomNoise"}, "75:74": {"_meta": {"title": "Prompt"}, "inputs": {"clip": ["75:71", 0], "text": ""}, "class_type": "CLIPTextEncode"}, "75:80": {"_meta": {"title": "Scale the reference"}, "inputs": {"image": ["76", 0], "megapixels": 1.0, "upscale_method": "nearest-exact", "resolution_steps": 1}, "class_type": "ImageScaleToTotalPixels"}, "75:81": {"_meta": {"title": "Size of the reference"}, "inputs": {"image": ["75:80", 0]}, "class_type": "GetImageSize"}, "75:82": {"_meta": {"title": "Nothing, as the negative"}, "inputs": {"conditioning": ["75:74", 0]}, "class_type": "ConditioningZeroOut"}, "75:79:76": {"_meta": {"title": "Negative with the reference"}, "inputs": {"latent": ["75:79:78", 0], "conditioning": ["75:82", 0]}, "class_type": "ReferenceLatent"}, "75:79:77": {"_meta": {"title": "Prompt with the reference"}, "inputs": {"latent": ["75:79:78", 0], "conditioning": ["75:74", 0]}, "class_type": "ReferenceLatent"}, "75:79:78": {"_meta": {"title": "Reference as latent"}, "inputs": {"vae": ["75:72", 0], "pixels": ["75:80", 0]}, "class_type": "VAEEncode"}}', '[{"name": "reference_image", "node": "76", "type": "picture", "class": "LoadImage", "input": "image"}, {"name": "prompt", "node": "75:74", "type": "string", "class": "CLIPTextEncode", "input": "text"}, {"max": 9007199254740991, "min": 0, "name": "seed", "node": "75:73", "type": "integer", "class": "RandomNoise", "input": "noise_seed"}]', '{9}', '604863f58f87f0673e04563766e715e9d60d896b75bbd0664242bc724a7e56ca', '2026-11-21 17:01:23.397444+00');

INSERT INTO public.works OVERRIDING SYSTEM VALUE VALUES
	('01a1ff0e-3669-7c50-b1a6-3231dd80cd52', 1, '01a1ff0e-3485-7064-b68b-a26cc1b6e680', '01a1ff0e-3489-70b3-a6c0-1558aeb4fd04', '82064257-1bef-45d8-a6ba-715f33c887cc', 1, NULL, '{"cfg": 1.0, "seed": 3044429864278213, "image": "01a1ff0e-34da-7fd2-8824-b84975e6a646", "steps": 4, "prompt": "a quiet beach", "megapixels": 0.5}', 1, 3044429864278213, 'completed', NULL, 'comfyui', '01a1ff0e-3677-7b33-966b-a8d9bee0551b', '{"cfg": 1.0, "seed": 3044429864278213, "model": "XiCON_KLEIN_I2I", "steps": 4, "width": 832, "height": 624, "prompt": "a quiet beach", "megapixels": 0.5, "submitted_at": "2026-11-21T17:01:24.310652+00:00", "has_image_input": true, "original_prompt": "a quiet beach"}', '01a1ff0e-4184-7593-be52-0b780024d6cb', '01a1ff0e-4184-7593-be52-0b780024d6cb', 'I2I 작품', '{"cfg": 1.0, "seed": 3044429864278213, "model": "XiCON_KLEIN_I2I", "steps": 4, "sampler": "euler", "filename": "output.png", "image_url": "/v1/files/01a1ff0e-4184-7593-be52-0b780024d6cb", "megapixels": 0.5, "processing_time": 2.880}', '{I2I,Image_to_Image,AI생성}', NULL, NULL, NULL, 0, 0, 0, '2026-11-21 17:01:23.940294+00', '2026-11-21 17:01:26.82046+00', '2026-11-21 17:01:24.035558+00', '2026-11-21 17:01:24.31183+00', '2026-11-21 17:01:26.814263+00', NULL, NULL, '01a1ff0e-4184-7593-be52-0b780024d6cb', '{"cfg": 1.0, "seed": 3044429864278213, "model": "XiCON_KLEIN_I2I", "steps": 4, "sampler": "euler", "filename": "output.png", "image_url": "/v1/files/01a1ff0e-4184-7593-be52-0b780024d6cb", "megapixels": 0.5, "processing_time": 2.880}'),
	('01a1ff0e-41bc-7a7d-9170-0357d7dbf101', 2, '01a1ff0e-3485-7064-b68b-a26cc1b6e680', '01a1ff0e-3489-70b3-a6c0-1558aeb4fd04', '82064257-1bef-45d8-a6ba-715f33c887cc', 1, NULL, '{"cfg": 1.0, "seed": 528435703433536, "image": "01a1ff0e-34da-7fd2-8824-b84975e6a646", "steps": 4, "prompt": "a quiet beach", "megapixels": 0.5}', 2, 528435703433536, 'completed', NULL, 'comfyui', '01a1ff0e-41ce-7af1-99ba-f20952e418a6', '{"cfg": 1.0, "seed": 528435703433536, "model": "XiCON_KLEIN_I2I", "steps": 4, "width": 832, "height": 624, "prompt": "a quiet beach", "megapixels": 0.5, "submitted_at": "2026-11-21T17:01:27.079869+00:00", "has_image_input": true, "original_prompt": "a quiet beach"}', '01a1ff0e-4b50-7a60-b843-323c57923800', '01a1ff0e-4b50-7a60-b843-323c57923800', 'I2I 작품', '{"cfg": 1.0, "seed": 528435703433537, "model": "XiCON_KLEIN_I2I", "steps": 4, "sampler": "euler", "filename": "output.png", "image_url": "/v1/files/01a1ff0e-4b50-7a60-b843-323c57923800", "megapixels": 0.5, "processing_time": 4.127}', '{I2I,Image_to_Image,AI생성}', NULL, NULL, NULL, 0, 0, 0, '2026-11-21 17:01:26.84426+00', '2026-11-21 17:01:30.971174+00', '2026-11-21 17:01:26.888144+00', '2026-11-21 17:01:27.081971+00', '2026-11-21 17:01:30.9676+00', NULL, NULL, '01a1ff0e-4b50-7a60-b843-323c57923800', '{"cfg": 1.0, "seed": 528435703433537, "model": "XiCON_KLEIN_I2I", "steps": 4, "sampler": "euler", "filename": "output.png", "image_url": "/v1/files/01a1ff0e-4b50-7a60-b843-323c57923800", "megapixels": 0.5, "processing_time": 4.127}'),
	('01a1ff0e-51f6-7862-9d92-6a2c63fded64', 3, '01a1ff0e-348b-7ade-8296-7f40c0dce2bd', '01a1ff0e-3491-7f88-96a1-42ff1474ffc0', '82064257-1bef-45d8-a6ba-715f33c887cc', 1, NULL, '{"cfg": 1.0, "seed": 7949942286836091, "image": "01a1ff0e-34fd-7449-ad86-731d97a6395c", "steps": 4, "prompt": "a quiet beach", "megapixels": 0.5}', 1, 7949942286836091, 'completed', NULL, 'comfyui', '01a1ff0e-51f7-712f-b315-1e6308d57714', '{"cfg": 1.0, "seed": 7949942286836091, "model": "XiCON_KLEIN_I2I", "steps": 4, "width": 624, "height": 832, "prompt": "a quiet beach", "megapixels": 0.5, "submitted_at": "2026-11-21T17:01:31.083585+00:00", "has_image_input": true, "original_prompt": "a quiet beach"}', '01a1ff0e-571d-707e-90ca-aa2b95333c9b', '01a1ff0e-571d-707e-90ca-aa2b95333c9b', 'I2I work', '{"cfg": 1.0, "seed": 7949942286836091, "model": "XiCON_KLEIN_I2I", "steps": 4, "sampler": "euler", "filename": "output.png", "image_url": "/v1/files/01a1ff0e-571d-707e-90ca-aa2b95333c9b", "megapixels": 0.5, "processing_time": 1.350}', '{I2I,Image_to_Image,AI생성}', NULL, NULL, NULL, 0, 0, 0, '2026-11-21 17:01:30.997681+00', '2026-11-21 17:01:32.348163+00', '2026-11-21 17:01:31.017994+00', '2026-11-21 17:01:31.085679+00', '2026-11-21 17:01:32.346047+00', NULL, NULL, '01a1ff0e-571d-707e-90ca-aa2b95333c9b', '{"cfg": 1.0, "seed": 7949942286836091, "model": "XiCON_KLEIN_I2I", "steps": 4, "sampler": "euler", "filename": "output.png", "image_url": "/v1/files/01a1ff0e-571d-707e-90ca-aa2b95333c9b", "megapixels": 0.5, "processing_time": 1.350}'),
	('01a1ff0e-612a-7571-a5b0-00ae5c95956c', 5, '01a1ff0e-3485-7064-b68b-a26cc1b6e680', '01a1ff0e-3489-70b3-a6c0-1558aeb4fd04', '82064257-1bef-45d8-a6ba-715f33c887cc', 1, NULL, '{"cfg": 1.0, "seed": 4566540736238243, "image": "01a1ff0e-34da-7fd2-8824-b84975e6a646", "steps": 4, "prompt": "노을 지는 산", "megapixels": 0.5}', 1, 4566540736238243, 'failed', NULL, 'comfyui', '01a1ff0e-612c-737b-83e9-26cab0d93f57', '{"cfg": 1.0, "seed": 4566540736238243, "model": "XiCON_KLEIN_I2I", "steps": 4, "prompt": "노을 지는 산", "megapixels": 0.5, "submitted_at": "2026-11-21T17:01:34.962138+00:00", "has_image_input": true, "original_prompt": "노을 지는 산"}', NULL, NULL, NULL, '{"error": "이미지를 만들지 못했습니다. 워크플로가 실패했습니다 (VAEDecode #75:65)."}', '{}', 'run_failed', '{"node": "75:65", "where": " (VAEDecode #75:65)"}', '이미지를 만들지 못했습니다. 워크플로가 실패했습니다 (VAEDecode #75:65).', 0, 0, 0, '2026-11-21 17:01:34.890595+00', '2026-11-21 17:01:35.046396+00', '2026-11-21 17:01:34.915199+00', '2026-11-21 17:01:34.96289+00', NULL, '2026-11-21 17:01:35.046424+00', NULL, NULL, '{"error": "이미지를 만들지 못했습니다. 워크플로가 실패했습니다 (VAEDecode #75:65)."}'),
	('01a1ff0e-61f0-70b9-97bd-5efd8541661f', 6, '01a1ff0e-3485-7064-b68b-a26cc1b6e680', '01a1ff0e-3489-70b3-a6c0-1558aeb4fd04', '82064257-1bef-45d8-a6ba-715f33c887cc', 1, NULL, '{"cfg": 1.0, "seed": 8830870875448024, "image": "01a1ff0e-34da-7fd2-8824-b84975e6a646", "steps": 4, "prompt": "an empty street", "megapixels": 0.5}', 1, 8830870875448024, 'cancelled', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '{}', NULL, NULL, NULL, 0, 0, 0, '2026-11-21 17:01:35.084355+00', '2026-11-21 17:01:35.100407+00', NULL, NULL, NULL, NULL, '2026-11-21 17:01:35.100537+00', NULL, NULL),
	('01a1ff0e-620c-756b-99f6-1d97354f2ae2', 7, '01a1ff0e-3485-7064-b68b-a26cc1b6e680', '01a1ff0e-3489-70b3-a6c0-1558aeb4fd04', '82064257-1bef-45d8-a6ba-715f33c887cc', 1, '01a1ff0e-612a-7571-a5b0-00ae5c95956c', '{"cfg": 1.0, "seed": 7045070580898066, "image": "01a1ff0e-34da-7fd2-8824-b84975e6a646", "steps": 4, "prompt": "다시", "megapixels": 0.5}', 1, 7045070580898066, 'cancelled', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '{}', NULL, NULL, NULL, 0, 0, 0, '2026-11-21 17:01:35.116192+00', '2026-11-21 17:01:35.129627+00', NULL, NULL, NULL, NULL, '2026-11-21 17:01:35.129643+00', NULL, NULL),
	('01a1ff0e-574c-79dc-8e5c-48cdc06952ee', 4, '01a1ff0e-348b-7ade-8296-7f40c0dce2bd', '01a1ff0e-3491-7f88-96a1-42ff1474ffc0', '82064257-1bef-45d8-a6ba-715f33c887cc', 1, NULL, '{"cfg": 1.0, "seed": 3816611396226397, "image": "01a1ff0e-34fd-7449-ad86-731d97a6395c", "steps": 4, "prompt": "a quiet beach", "megapixels": 0.5}', 2, 3816611396226397, 'completed', NULL, 'comfyui', '01a1ff0e-574d-7836-b9d7-aa890893df79', '{"cfg": 1.0, "seed": 3816611396226397, "model": "XiCON_KLEIN_I2I", "steps": 4, "width": 624, "height": 832, "prompt": "a quiet beach", "megapixels": 0.5, "submitted_at": "2026-11-21T17:01:32.438264+00:00", "has_image_input": true, "original_prompt": "a quiet beach"}', '01a1ff0e-5c0f-732a-b78f-934cf3c75f50', '01a1ff0e-5c0f-732a-b78f-934cf3c75f50', 'I2I work', '{"cfg": 1.0, "seed": 3816611396226398, "model": "XiCON_KLEIN_I2I", "steps": 4, "sampler": "euler", "filename": "output.png", "image_url": "/v1/files/01a1ff0e-5c0f-732a-b78f-934cf3c75f50", "megapixels": 0.5, "processing_time": 2.509}', '{I2I,Image_to_Image,AI생성}', NULL, NULL, NULL, 0, 0, 0, '2026-11-21 17:01:32.364335+00', '2026-11-21 17:01:34.873707+00', '2026-11-21 17:01:32.377675+00', '2026-11-21 17:01:32.440147+00', '2026-11-21 17:01:34.868955+00', NULL, NULL, '01a1ff0e-5c0f-732a-b78f-934cf3c75f50', '{"cfg": 1.0, "seed": 3816611396226398, "model": "XiCON_KLEIN_I2I", "steps": 4, "sampler": "euler", "filename": "output.png", "image_url": "/v1/files/01a1ff0e-5c0f-732a-b78f-934cf3c75f50", "megapixels": 0.5, "processing_time": 2.509}'),
	('01a1ff0e-6b18-7ebe-8b60-b9352d833a66', 8, '01a1ff0e-3485-7064-b68b-a26cc1b6e680', '01a1ff0e-3489-70b3-a6c0-1558aeb4fd04', '82064257-1bef-45d8-a6ba-715f33c887cc', 1, NULL, '{"cfg": 1.0, "seed": 605480622820103, "image": "01a1ff0e-34da-7fd2-8824-b84975e6a646", "steps": 4, "prompt": "running 0", "megapixels": 0.5}', 1, 605480622820103, 'processing', NULL, 'comfyui', '01a1ff0e-6b1c-7e05-9379-545992a3042e', '{"cfg": 1.0, "seed": 605480622820103, "model": "XiCON_KLEIN_I2I", "steps": 4, "prompt": "running 0", "megapixels": 0.5, "submitted_at": "2026-11-21T17:01:37.872736+00:00", "has_image_input": true, "original_prompt": "running 0"}', NULL, NULL, NULL, NULL, '{}', NULL, NULL, NULL, 0, 0, 0, '2026-11-21 17:01:37.430803+00', '2026-11-21 17:01:37.873517+00', '2026-11-21 17:01:37.506866+00', '2026-11-21 17:01:37.873543+00', NULL, NULL, NULL, NULL, NULL),
	('01a1ff0e-6b92-79ee-acb2-1d7d0a67e3cf', 10, '01a1ff0e-3485-7064-b68b-a26cc1b6e680', '01a1ff0e-3489-70b3-a6c0-1558aeb4fd04', '82064257-1bef-45d8-a6ba-715f33c887cc', 1, NULL, '{"cfg": 1.0, "seed": 697430443062156, "image": "01a1ff0e-34da-7fd2-8824-b84975e6a646", "steps": 4, "prompt": "running 2", "megapixels": 0.5}', 1, 697430443062156, 'cancelled', '{"node": "75:70", "label": "Diffusion model", "percent": 5}', 'comfyui', '01a1ff0e-6b94-734f-9117-57a344dab220', '{"cfg": 1.0, "seed": 697430443062156, "model": "XiCON_KLEIN_I2I", "steps": 4, "prompt": "running 2", "megapixels": 0.5, "submitted_at": "2026-11-21T17:01:37.784512+00:00", "has_image_input": true, "original_prompt": "running 2"}', NULL, NULL, NULL, NULL, '{}', NULL, NULL, NULL, 0, 0, 0, '2026-11-21 17:01:37.554291+00', '2026-11-21 17:01:37.924947+00', '2026-11-21 17:01:37.598208+00', '2026-11-21 17:01:37.785414+00', NULL, NULL, '2026-11-21 17:01:37.924968+00', NULL, NULL),
	('01a1ff0e-6d18-78cb-8b9f-a30238ed7bc6', 11, '01a1ff0e-348b-7ade-8296-7f40c0dce2bd', '01a1ff0e-3491-7f88-96a1-42ff1474ffc0', '82064257-1bef-45d8-a6ba-715f33c887cc', 1, NULL, '{"cfg": 1.0, "seed": 1495660385947087, "image": "01a1ff0e-34fd-7449-ad86-731d97a6395c", "steps": 4, "prompt": "taken", "megapixels": 0.5}', 1, 1495660385947087, 'taken', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '{}', NULL, NULL, NULL, 0, 0, 0, '2026-11-21 17:01:37.944429+00', '2026-11-21 17:01:37.977061+00', '2026-11-21 17:01:37.9772+00', NULL, NULL, NULL, NULL, NULL, NULL),
	('01a1ff0e-6b4b-7bc6-9dc8-e5102be9443d', 9, '01a1ff0e-3485-7064-b68b-a26cc1b6e680', '01a1ff0e-3489-70b3-a6c0-1558aeb4fd04', '82064257-1bef-45d8-a6ba-715f33c887cc', 1, NULL, '{"cfg": 1.0, "seed": 4060302430670438, "image": "01a1ff0e-34da-7fd2-8824-b84975e6a646", "steps": 4, "prompt": "running 1", "megapixels": 0.5}', 1, 4060302430670438, 'processing', NULL, 'comfyui', '01a1ff0e-6b4f-7ba4-9b44-fd1a274f3f43', '{"cfg": 1.0, "seed": 4060302430670438, "model": "XiCON_KLEIN_I2I", "steps": 4, "prompt": "running 1", "megapixels": 0.5, "submitted_at": "2026-11-21T17:01:37.865286+00:00", "has_image_input": true, "original_prompt": "running 1"}', NULL, NULL, NULL, NULL, '{}', NULL, NULL, NULL, 0, 0, 0, '2026-11-21 17:01:37.476596+00', '2026-11-21 17:01:37.867293+00', '2026-11-21 17:01:37.513949+00', '2026-11-21 17:01:37.867471+00', NULL, NULL, NULL, NULL, NULL),
	('01a1ff0e-6d5d-7e52-b246-b77157c6a70f', 13, '01a1ff0e-348b-7ade-8296-7f40c0dce2bd', '01a1ff0e-3491-7f88-96a1-42ff1474ffc0', '82064257-1bef-45d8-a6ba-715f33c887cc', 1, NULL, '{"cfg": 1.0, "seed": 5772604461685954, "image": "01a1ff0e-34fd-7449-ad86-731d97a6395c", "steps": 4, "prompt": "waiting", "megapixels": 0.5}', 1, 5772604461685954, 'pending', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '{}', NULL, NULL, NULL, 0, 0, 0, '2026-11-21 17:01:38.01354+00', '2026-11-21 17:01:38.01354+00', NULL, NULL, NULL, NULL, NULL, NULL, NULL),
	('01a1ff0e-6d4c-72a9-99ea-d5f72edd5998', 12, '01a1ff0e-3485-7064-b68b-a26cc1b6e680', '01a1ff0e-3489-70b3-a6c0-1558aeb4fd04', '82064257-1bef-45d8-a6ba-715f33c887cc', 1, NULL, '{"cfg": 1.0, "seed": 7373499384055351, "image": "01a1ff0e-34da-7fd2-8824-b84975e6a646", "steps": 4, "prompt": "두 장", "megapixels": 0.5}', 2, 7373499384055351, 'pending', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '{}', NULL, NULL, NULL, 0, 0, 0, '2026-11-21 17:01:37.996372+00', '2026-11-21 17:01:37.996372+00', NULL, NULL, NULL, NULL, NULL, NULL, NULL);

SELECT pg_catalog.setval('pgqueuer.pgqueuer_id_seq', 25, true);

SELECT pg_catalog.setval('pgqueuer.pgqueuer_log_id_seq', 71, true);

SELECT pg_catalog.setval('pgqueuer.pgqueuer_schedules_id_seq', 1, false);

SELECT pg_catalog.setval('pgqueuer.pgqueuer_statistics_id_seq', 1, false);

SELECT pg_catalog.setval('public.events_id_seq', 47, true);

SELECT pg_catalog.setval('public.files_number_seq', 8, true);

SELECT pg_catalog.setval('public.generation_jobs_number_seq', 16, true);

SELECT pg_catalog.setval('public.projects_number_seq', 2, true);

SELECT pg_catalog.setval('public.templates_number_seq', 2, true);

SELECT pg_catalog.setval('public.users_number_seq', 2, true);

SELECT pg_catalog.setval('public.workflows_number_seq', 2, true);

SELECT pg_catalog.setval('public.works_number_seq', 13, true);

ALTER TABLE ONLY pgqueuer.pgqueuer_log
    ADD CONSTRAINT pgqueuer_log_pkey PRIMARY KEY (id);

ALTER TABLE ONLY pgqueuer.pgqueuer
    ADD CONSTRAINT pgqueuer_pkey PRIMARY KEY (id);

ALTER TABLE ONLY pgqueuer.pgqueuer_schedules
    ADD CONSTRAINT pgqueuer_schedules_expression_entrypoint_key UNIQUE (expression, entrypoint);

ALTER TABLE ONLY pgqueuer.pgqueuer_schedules
    ADD CONSTRAINT pgqueuer_schedules_pkey PRIMARY KEY (id);

ALTER TABLE ONLY pgqueuer.pgqueuer_statistics
    ADD CONSTRAINT pgqueuer_statistics_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.affiche_migrations
    ADD CONSTRAINT affiche_migrations_pkey PRIMARY KEY (number);

ALTER TABLE ONLY public.api_keys
    ADD CONSTRAINT api_keys_hash_key UNIQUE (hash);

ALTER TABLE ONLY public.api_keys
    ADD CONSTRAINT api_keys_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.endpoints
    ADD CONSTRAINT endpoints_name_key UNIQUE (name);

ALTER TABLE ONLY public.endpoints
    ADD CONSTRAINT endpoints_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.events
    ADD CONSTRAINT events_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.files
    ADD CONSTRAINT files_bucket_id_path_key UNIQUE (bucket_id, path);

ALTER TABLE ONLY public.files
    ADD CONSTRAINT files_number_key UNIQUE (number);

ALTER TABLE ONLY public.files
    ADD CONSTRAINT files_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.generation_jobs
    ADD CONSTRAINT generation_jobs_number_key UNIQUE (number);

ALTER TABLE ONLY public.generation_jobs
    ADD CONSTRAINT generation_jobs_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.idempotency_keys
    ADD CONSTRAINT idempotency_keys_pkey PRIMARY KEY (user_id, key);

ALTER TABLE ONLY public.projects
    ADD CONSTRAINT projects_number_key UNIQUE (number);

ALTER TABLE ONLY public.projects
    ADD CONSTRAINT projects_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT sessions_pkey PRIMARY KEY (hash);

ALTER TABLE ONLY public.sign_in_links
    ADD CONSTRAINT sign_in_links_pkey PRIMARY KEY (hash);

ALTER TABLE ONLY public.template_versions
    ADD CONSTRAINT template_versions_pkey PRIMARY KEY (template_id, version);

ALTER TABLE ONLY public.templates
    ADD CONSTRAINT templates_number_key UNIQUE (number);

ALTER TABLE ONLY public.templates
    ADD CONSTRAINT templates_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.templates
    ADD CONSTRAINT templates_slug_key UNIQUE (slug);

ALTER TABLE ONLY public.templates
    ADD CONSTRAINT templates_template_name_key UNIQUE (template_name);

ALTER TABLE ONLY public.users
    ADD CONSTRAINT users_email_key UNIQUE (email);

ALTER TABLE ONLY public.users
    ADD CONSTRAINT users_number_key UNIQUE (number);

ALTER TABLE ONLY public.users
    ADD CONSTRAINT users_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.withdrawals
    ADD CONSTRAINT withdrawals_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.workflows
    ADD CONSTRAINT workflows_number_key UNIQUE (number);

ALTER TABLE ONLY public.workflows
    ADD CONSTRAINT workflows_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.workflows
    ADD CONSTRAINT workflows_slug_digest_key UNIQUE (slug, digest);

ALTER TABLE ONLY public.works
    ADD CONSTRAINT works_number_key UNIQUE (number);

ALTER TABLE ONLY public.works
    ADD CONSTRAINT works_pkey PRIMARY KEY (id);

CREATE INDEX pgqueuer_ep_ea_idx ON pgqueuer.pgqueuer USING btree (entrypoint, execute_after) WHERE (status = 'queued'::pgqueuer.pgqueuer_status);

CREATE INDEX pgqueuer_ep_prio_id_idx ON pgqueuer.pgqueuer USING btree (entrypoint, priority DESC, id) WHERE (status = 'queued'::pgqueuer.pgqueuer_status);

CREATE INDEX pgqueuer_log_created ON pgqueuer.pgqueuer_log USING btree (created);

CREATE INDEX pgqueuer_log_job_id_status ON pgqueuer.pgqueuer_log USING btree (job_id, created DESC);

CREATE INDEX pgqueuer_log_not_aggregated ON pgqueuer.pgqueuer_log USING btree ((1)) WHERE (NOT aggregated);

CREATE INDEX pgqueuer_log_status ON pgqueuer.pgqueuer_log USING btree (status);

CREATE INDEX pgqueuer_picked_heartbeat_idx ON pgqueuer.pgqueuer USING btree (heartbeat) WHERE (status = 'picked'::pgqueuer.pgqueuer_status);

CREATE UNIQUE INDEX pgqueuer_picked_slot_idx ON pgqueuer.pgqueuer USING btree (entrypoint, slot) WHERE ((status = 'picked'::pgqueuer.pgqueuer_status) AND (slot IS NOT NULL));

CREATE INDEX pgqueuer_priority_id_id1_idx ON pgqueuer.pgqueuer USING btree (priority, id DESC) INCLUDE (id) WHERE (status = 'queued'::pgqueuer.pgqueuer_status);

CREATE INDEX pgqueuer_queue_manager_id_idx ON pgqueuer.pgqueuer USING btree (queue_manager_id) WHERE (queue_manager_id IS NOT NULL);

CREATE UNIQUE INDEX pgqueuer_statistics_unique_count ON pgqueuer.pgqueuer_statistics USING btree (priority, date_trunc('sec'::text, timezone('UTC'::text, created)), status, entrypoint);

CREATE UNIQUE INDEX pgqueuer_unique_dedupe_key ON pgqueuer.pgqueuer USING btree (dedupe_key) WHERE ((status = ANY (ARRAY['queued'::pgqueuer.pgqueuer_status, 'picked'::pgqueuer.pgqueuer_status])) AND (dedupe_key IS NOT NULL));

CREATE INDEX pgqueuer_updated_id_id1_idx ON pgqueuer.pgqueuer USING btree (updated, id DESC) INCLUDE (id) WHERE (status = 'picked'::pgqueuer.pgqueuer_status);

CREATE INDEX api_keys_user ON public.api_keys USING btree (user_id, id);

CREATE INDEX endpoints_order ON public.endpoints USING btree ("position", id) WHERE is_active;

CREATE INDEX events_age ON public.events USING btree (created_at);

CREATE INDEX events_cursor ON public.events USING btree (user_id, txid, id);

CREATE INDEX events_work ON public.events USING btree (work_id);

CREATE INDEX files_user ON public.files USING btree (user_id, id DESC);

CREATE INDEX files_work ON public.files USING btree (work_id) WHERE (work_id IS NOT NULL);

CREATE INDEX generation_jobs_deadline ON public.generation_jobs USING btree (deadline_at) WHERE (status = ANY (ARRAY['taken'::text, 'processing'::text]));

CREATE INDEX generation_jobs_delayed ON public.generation_jobs USING btree (run_at) WHERE (status = 'pending'::text);

CREATE INDEX generation_jobs_endpoint ON public.generation_jobs USING btree (endpoint_id);

CREATE INDEX generation_jobs_external ON public.generation_jobs USING btree (external_id) WHERE (status = 'processing'::text);

CREATE INDEX generation_jobs_observed ON public.generation_jobs USING btree (observe_at) WHERE ((status = 'processing'::text) AND (step = 'observe'::text));

CREATE INDEX generation_jobs_output_file ON public.generation_jobs USING btree (output_file_id) WHERE (output_file_id IS NOT NULL);

CREATE INDEX generation_jobs_running ON public.generation_jobs USING btree (endpoint_id, user_id) WHERE (status = ANY (ARRAY['taken'::text, 'processing'::text]));

CREATE INDEX generation_jobs_steps ON public.generation_jobs USING btree (updated_at) WHERE ((status = ANY (ARRAY['taken'::text, 'processing'::text])) AND (step <> 'observe'::text));

CREATE INDEX generation_jobs_user ON public.generation_jobs USING btree (user_id, id DESC);

CREATE INDEX generation_jobs_waiting ON public.generation_jobs USING btree (endpoint_id, user_id, priority DESC, created_at, id) WHERE (status = 'pending'::text);

CREATE INDEX generation_jobs_work ON public.generation_jobs USING btree (work_id);

CREATE INDEX generation_jobs_workflow ON public.generation_jobs USING btree (workflow_id);

CREATE INDEX idempotency_keys_age ON public.idempotency_keys USING btree (created_at);

CREATE UNIQUE INDEX projects_default ON public.projects USING btree (user_id) WHERE is_default;

CREATE INDEX projects_user ON public.projects USING btree (user_id, id);

CREATE INDEX sessions_expiry ON public.sessions USING btree (expires_at);

CREATE INDEX sessions_user ON public.sessions USING btree (user_id);

CREATE INDEX sign_in_links_expiry ON public.sign_in_links USING btree (expires_at);

CREATE INDEX sign_in_links_user ON public.sign_in_links USING btree (user_id);

CREATE INDEX templates_gallery ON public.templates USING btree (display_order, slug) WHERE is_active;

CREATE INDEX withdrawals_due ON public.withdrawals USING btree (run_at) WHERE (done_at IS NULL);

CREATE INDEX withdrawals_endpoint ON public.withdrawals USING btree (endpoint_id);

CREATE INDEX withdrawals_job ON public.withdrawals USING btree (job_id);

CREATE INDEX works_output_file ON public.works USING btree (output_file_id) WHERE (output_file_id IS NOT NULL);

CREATE INDEX works_project ON public.works USING btree (project_id, id DESC);

CREATE INDEX works_retry ON public.works USING btree (retry_of) WHERE (retry_of IS NOT NULL);

CREATE INDEX works_template ON public.works USING btree (template_id);

CREATE INDEX works_thumbnail ON public.works USING btree (thumbnail_file_id) WHERE (thumbnail_file_id IS NOT NULL);

CREATE INDEX works_user ON public.works USING btree (user_id, id DESC);

CREATE INDEX works_user_status ON public.works USING btree (user_id, status, id DESC);

CREATE INDEX works_user_template ON public.works USING btree (user_id, template_id, id DESC);

CREATE TRIGGER tg_pgqueuer_changed AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON pgqueuer.pgqueuer FOR EACH STATEMENT EXECUTE FUNCTION pgqueuer.fn_pgqueuer_changed();

CREATE TRIGGER a_status BEFORE INSERT OR UPDATE ON public.generation_jobs FOR EACH ROW EXECUTE FUNCTION public.guard_status();

CREATE TRIGGER a_status BEFORE INSERT OR UPDATE ON public.works FOR EACH ROW EXECUTE FUNCTION public.guard_status();

CREATE TRIGGER announce_gone AFTER DELETE ON public.generation_jobs FOR EACH ROW WHEN ((old.status = ANY (ARRAY['taken'::text, 'processing'::text]))) EXECUTE FUNCTION public.announce_job();

CREATE TRIGGER announce_moved AFTER UPDATE OF status ON public.generation_jobs FOR EACH ROW WHEN ((old.status IS DISTINCT FROM new.status)) EXECUTE FUNCTION public.announce_job();

CREATE TRIGGER announce_new AFTER INSERT ON public.generation_jobs FOR EACH ROW EXECUTE FUNCTION public.announce_job();

CREATE TRIGGER b_job BEFORE UPDATE ON public.generation_jobs FOR EACH ROW EXECUTE FUNCTION public.guard_job();

CREATE TRIGGER b_work BEFORE UPDATE ON public.works FOR EACH ROW EXECUTE FUNCTION public.guard_work();

CREATE TRIGGER c_complete BEFORE INSERT ON public.generation_jobs FOR EACH ROW EXECUTE FUNCTION public.complete_job();

CREATE TRIGGER c_complete BEFORE INSERT ON public.works FOR EACH ROW EXECUTE FUNCTION public.complete_work();

CREATE TRIGGER d_pair BEFORE INSERT OR UPDATE ON public.works FOR EACH ROW EXECUTE FUNCTION public.pair_columns();

CREATE TRIGGER end_jobs AFTER UPDATE OF status ON public.works FOR EACH ROW WHEN (((old.status IS DISTINCT FROM new.status) AND (new.status = ANY (ARRAY['completed'::text, 'failed'::text, 'cancelled'::text])))) EXECUTE FUNCTION public.end_jobs();

CREATE TRIGGER event_moved AFTER UPDATE OF status, progress ON public.works FOR EACH ROW WHEN (((old.status IS DISTINCT FROM new.status) OR ((old.progress IS DISTINCT FROM new.progress) AND (new.status = 'processing'::text)))) EXECUTE FUNCTION public.record_work_event();

CREATE TRIGGER event_new AFTER INSERT ON public.works FOR EACH ROW EXECUTE FUNCTION public.record_work_event();

CREATE TRIGGER move_work AFTER UPDATE OF status ON public.generation_jobs FOR EACH ROW WHEN ((old.status IS DISTINCT FROM new.status)) EXECUTE FUNCTION public.move_work();

CREATE TRIGGER move_work_gone AFTER DELETE ON public.generation_jobs FOR EACH ROW WHEN ((old.status = ANY (ARRAY['pending'::text, 'taken'::text, 'processing'::text]))) EXECUTE FUNCTION public.move_work();

CREATE TRIGGER park_jobs AFTER UPDATE OF is_active ON public.templates FOR EACH ROW WHEN ((old.is_active IS DISTINCT FROM new.is_active)) EXECUTE FUNCTION public.park_jobs();

CREATE TRIGGER withdraw AFTER UPDATE OF status ON public.generation_jobs FOR EACH ROW WHEN (((old.external_id IS NOT NULL) AND (old.status = ANY (ARRAY['taken'::text, 'processing'::text])) AND (new.status = ANY (ARRAY['pending'::text, 'failed'::text, 'cancelled'::text])))) EXECUTE FUNCTION public.withdraw_run();

CREATE TRIGGER withdraw_gone AFTER DELETE ON public.generation_jobs FOR EACH ROW WHEN (((old.external_id IS NOT NULL) AND (old.status = ANY (ARRAY['taken'::text, 'processing'::text])))) EXECUTE FUNCTION public.withdraw_run();

ALTER TABLE ONLY public.api_keys
    ADD CONSTRAINT api_keys_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.files
    ADD CONSTRAINT files_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id);

ALTER TABLE ONLY public.files
    ADD CONSTRAINT files_work_id_fkey FOREIGN KEY (work_id) REFERENCES public.works(id);

ALTER TABLE ONLY public.generation_jobs
    ADD CONSTRAINT generation_jobs_endpoint_id_fkey FOREIGN KEY (endpoint_id) REFERENCES public.endpoints(id);

ALTER TABLE ONLY public.generation_jobs
    ADD CONSTRAINT generation_jobs_output_file_id_fkey FOREIGN KEY (output_file_id) REFERENCES public.files(id);

ALTER TABLE ONLY public.generation_jobs
    ADD CONSTRAINT generation_jobs_work_id_fkey FOREIGN KEY (work_id) REFERENCES public.works(id);

ALTER TABLE ONLY public.generation_jobs
    ADD CONSTRAINT generation_jobs_workflow_id_fkey FOREIGN KEY (workflow_id) REFERENCES public.workflows(id);

ALTER TABLE ONLY public.idempotency_keys
    ADD CONSTRAINT idempotency_keys_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.projects
    ADD CONSTRAINT projects_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id);

ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT sessions_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.sign_in_links
    ADD CONSTRAINT sign_in_links_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.template_versions
    ADD CONSTRAINT template_versions_template_id_fkey FOREIGN KEY (template_id) REFERENCES public.templates(id);

ALTER TABLE ONLY public.withdrawals
    ADD CONSTRAINT withdrawals_endpoint_id_fkey FOREIGN KEY (endpoint_id) REFERENCES public.endpoints(id);

ALTER TABLE ONLY public.withdrawals
    ADD CONSTRAINT withdrawals_job_id_fkey FOREIGN KEY (job_id) REFERENCES public.generation_jobs(id) ON DELETE SET NULL;

ALTER TABLE ONLY public.works
    ADD CONSTRAINT works_output_file_id_fkey FOREIGN KEY (output_file_id) REFERENCES public.files(id);

ALTER TABLE ONLY public.works
    ADD CONSTRAINT works_project_id_fkey FOREIGN KEY (project_id) REFERENCES public.projects(id);

ALTER TABLE ONLY public.works
    ADD CONSTRAINT works_retry_of_fkey FOREIGN KEY (retry_of) REFERENCES public.works(id);

ALTER TABLE ONLY public.works
    ADD CONSTRAINT works_template_id_fkey FOREIGN KEY (template_id) REFERENCES public.templates(id);

ALTER TABLE ONLY public.works
    ADD CONSTRAINT works_thumbnail_file_id_fkey FOREIGN KEY (thumbnail_file_id) REFERENCES public.files(id);

ALTER TABLE ONLY public.works
    ADD CONSTRAINT works_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id);

ALTER TABLE public.affiche_migrations ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.api_keys ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.endpoints ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.events ENABLE ROW LEVEL SECURITY;

CREATE POLICY everyone ON public.template_versions FOR SELECT TO authenticated USING (true);

CREATE POLICY everyone ON public.templates FOR SELECT TO authenticated USING (true);

CREATE POLICY everyone ON public.workflows FOR SELECT TO authenticated USING (true);

ALTER TABLE public.files ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.generation_jobs ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.idempotency_keys ENABLE ROW LEVEL SECURITY;

CREATE POLICY own ON public.api_keys FOR SELECT TO authenticated USING ((user_id = ( SELECT auth.uid() AS uid)));

CREATE POLICY own ON public.events FOR SELECT TO authenticated USING ((user_id = ( SELECT auth.uid() AS uid)));

CREATE POLICY own ON public.files FOR SELECT TO authenticated USING ((user_id = ( SELECT auth.uid() AS uid)));

CREATE POLICY own ON public.generation_jobs FOR SELECT TO authenticated USING ((user_id = ( SELECT auth.uid() AS uid)));

CREATE POLICY own ON public.idempotency_keys FOR SELECT TO authenticated USING ((user_id = ( SELECT auth.uid() AS uid)));

CREATE POLICY own ON public.projects FOR SELECT TO authenticated USING ((user_id = ( SELECT auth.uid() AS uid)));

CREATE POLICY own ON public.works FOR SELECT TO authenticated USING ((user_id = ( SELECT auth.uid() AS uid)));

CREATE POLICY owner ON public.affiche_migrations TO affiche USING (true);

ALTER TABLE public.projects ENABLE ROW LEVEL SECURITY;

CREATE POLICY self ON public.users FOR SELECT TO authenticated USING ((id = ( SELECT auth.uid() AS uid)));

CREATE POLICY service ON public.api_keys TO service_role USING (true) WITH CHECK (true);

CREATE POLICY service ON public.endpoints TO service_role USING (true) WITH CHECK (true);

CREATE POLICY service ON public.events TO service_role USING (true) WITH CHECK (true);

CREATE POLICY service ON public.files TO service_role USING (true) WITH CHECK (true);

CREATE POLICY service ON public.generation_jobs TO service_role USING (true) WITH CHECK (true);

CREATE POLICY service ON public.idempotency_keys TO service_role USING (true) WITH CHECK (true);

CREATE POLICY service ON public.projects TO service_role USING (true) WITH CHECK (true);

CREATE POLICY service ON public.sessions TO service_role USING (true) WITH CHECK (true);

CREATE POLICY service ON public.sign_in_links TO service_role USING (true) WITH CHECK (true);

CREATE POLICY service ON public.template_versions TO service_role USING (true) WITH CHECK (true);

CREATE POLICY service ON public.templates TO service_role USING (true) WITH CHECK (true);

CREATE POLICY service ON public.users TO service_role USING (true) WITH CHECK (true);

CREATE POLICY service ON public.withdrawals TO service_role USING (true) WITH CHECK (true);

CREATE POLICY service ON public.workflows TO service_role USING (true) WITH CHECK (true);

CREATE POLICY service ON public.works TO service_role USING (true) WITH CHECK (true);

ALTER TABLE public.sessions ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.sign_in_links ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.template_versions ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.templates ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.users ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.withdrawals ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.workflows ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.works ENABLE ROW LEVEL SECURITY;

GRANT USAGE ON SCHEMA auth TO anon;
GRANT USAGE ON SCHEMA auth TO authenticated;
GRANT USAGE ON SCHEMA auth TO service_role;

GRANT USAGE ON SCHEMA pgqueuer TO service_role;

GRANT USAGE ON SCHEMA public TO anon;
GRANT USAGE ON SCHEMA public TO authenticated;
GRANT USAGE ON SCHEMA public TO service_role;

GRANT ALL ON TABLE public.works TO service_role;
GRANT SELECT ON TABLE public.works TO authenticated;

REVOKE ALL ON FUNCTION public.ask_work(work_id uuid, template uuid, inputs jsonb, outputs integer, chosen_seed bigint, project uuid, retried uuid, job_priority integer, idempotency_key text, request_digest bytea) FROM PUBLIC;
GRANT ALL ON FUNCTION public.ask_work(work_id uuid, template uuid, inputs jsonb, outputs integer, chosen_seed bigint, project uuid, retried uuid, job_priority integer, idempotency_key text, request_digest bytea) TO authenticated;

REVOKE ALL ON FUNCTION public.cancel_work(work_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.cancel_work(work_id uuid) TO authenticated;

REVOKE ALL ON PROCEDURE public.entrust(IN target regproc) FROM PUBLIC;

REVOKE ALL ON PROCEDURE public.protect(IN target regclass) FROM PUBLIC;

GRANT ALL ON TABLE pgqueuer.pgqueuer TO service_role;

GRANT ALL ON SEQUENCE pgqueuer.pgqueuer_id_seq TO service_role;

GRANT ALL ON TABLE pgqueuer.pgqueuer_log TO service_role;

GRANT ALL ON SEQUENCE pgqueuer.pgqueuer_log_id_seq TO service_role;

GRANT ALL ON TABLE pgqueuer.pgqueuer_schedules TO service_role;

GRANT ALL ON SEQUENCE pgqueuer.pgqueuer_schedules_id_seq TO service_role;

GRANT ALL ON TABLE pgqueuer.pgqueuer_statistics TO service_role;

GRANT ALL ON SEQUENCE pgqueuer.pgqueuer_statistics_id_seq TO service_role;

GRANT ALL ON TABLE public.api_keys TO service_role;

GRANT SELECT(id) ON TABLE public.api_keys TO authenticated;

GRANT SELECT(user_id) ON TABLE public.api_keys TO authenticated;

GRANT SELECT(name) ON TABLE public.api_keys TO authenticated;

GRANT SELECT(created_at) ON TABLE public.api_keys TO authenticated;

GRANT SELECT(revoked_at) ON TABLE public.api_keys TO authenticated;

GRANT ALL ON TABLE public.endpoints TO service_role;

GRANT ALL ON TABLE public.events TO service_role;
GRANT SELECT ON TABLE public.events TO authenticated;

GRANT ALL ON TABLE public.files TO service_role;
GRANT SELECT ON TABLE public.files TO authenticated;

GRANT ALL ON TABLE public.generation_jobs TO service_role;
GRANT SELECT ON TABLE public.generation_jobs TO authenticated;

GRANT ALL ON TABLE public.idempotency_keys TO service_role;
GRANT SELECT ON TABLE public.idempotency_keys TO authenticated;

GRANT ALL ON TABLE public.projects TO service_role;
GRANT SELECT ON TABLE public.projects TO authenticated;

GRANT ALL ON TABLE public.sessions TO service_role;

GRANT ALL ON TABLE public.sign_in_links TO service_role;

GRANT ALL ON TABLE public.template_versions TO service_role;
GRANT SELECT ON TABLE public.template_versions TO authenticated;

GRANT ALL ON TABLE public.templates TO service_role;
GRANT SELECT ON TABLE public.templates TO authenticated;

GRANT ALL ON TABLE public.users TO service_role;
GRANT SELECT ON TABLE public.users TO authenticated;

GRANT ALL ON TABLE public.withdrawals TO service_role;

GRANT ALL ON TABLE public.workflows TO service_role;
GRANT SELECT ON TABLE public.workflows TO authenticated;
