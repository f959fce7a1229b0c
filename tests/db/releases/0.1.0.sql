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
	(53, 0, 'a1b81963-9a37-4503-80f0-b0af3dad9e64', '2026-11-21 17:50:28.067839+00', '2026-11-21 17:50:28.099249+00', '2026-11-21 17:50:47.238419+00', '2026-11-21 17:50:28.067839+00', 'picked', 'carry_on', '01a1ff3b-1b35-7a5e-ada8-2387783c0db2:observe:43476497-f46d-48ae-ae89-2a684f6802b0', '\x30316131666633622d316233352d376135652d616461382d3233383737383363306462323a34333437363439372d663436642d343861652d616538392d326136383466363830326230', 'null', 0, NULL),
	(50, 0, '6abdc089-f474-4844-add9-f99f542cb9e8', '2026-11-21 17:50:07.401539+00', '2026-11-21 17:50:07.744666+00', '2026-11-21 17:50:47.238419+00', '2026-11-21 17:50:07.401539+00', 'picked', 'carry_on', '01a1ff3a-d1b9-7cd4-bbdb-d99f42d0486d:prepare:2b31e18e-9b43-4fb5-8d05-b4d553545e91', '\x30316131666633612d643162392d376364342d626264622d6439396634326430343836643a32623331653138652d396234332d346662352d386430352d623464353533353435653931', 'null', 0, NULL),
	(51, 0, '8d547e9d-4851-4602-8448-c619ac29062a', '2026-11-21 17:50:17.231457+00', '2026-11-21 17:50:17.558563+00', '2026-11-21 17:50:47.238419+00', '2026-11-21 17:50:17.231457+00', 'picked', 'carry_on', '01a1ff3a-f853-7f07-91fc-294c1f9d92b3:prepare:2117342b-1160-4cad-bef5-e8336e30dc18', '\x30316131666633612d663835332d376630372d393166632d3239346331663964393262333a32313137333432622d313136302d346361642d626566352d653833333665333064633138', 'null', 0, NULL),
	(58, 0, '7df82063-684f-41ab-8b4a-b9e5f4727851', '2026-11-21 17:50:39.330468+00', '2026-11-21 17:50:39.359802+00', '2026-11-21 17:50:47.238419+00', '2026-11-21 17:50:39.330468+00', 'picked', 'carry_on', '01a1ff3b-3d02-7126-8e4a-d6e640be101a:observe:421628e0-454e-4490-9f42-3fcb818076fa', '\x30316131666633622d336430322d373132362d386534612d6436653634306265313031613a34323136323865302d343534652d343439302d396634322d336663623831383037366661', 'null', 0, NULL),
	(60, 0, 'e13b1080-30a8-4ff8-9bb6-5928706705a3', '2026-11-21 17:50:46.191418+00', '2026-11-21 17:50:46.415114+00', '2026-11-21 17:50:47.238419+00', '2026-11-21 17:50:46.191418+00', 'picked', 'carry_on', '01a1ff3b-6971-73a7-ba1d-b2f78c4d6bf4:prepare:b78a29a3-4b63-4a7c-ae48-bd7d6c2aac50', '\x30316131666633622d363937312d373361372d626131642d6232663738633464366266343a62373861323961332d346236332d346137632d616534382d626437643663326161633530', 'null', 0, NULL),
	(62, 0, 'e13b1080-30a8-4ff8-9bb6-5928706705a3', '2026-11-21 17:50:46.343274+00', '2026-11-21 17:50:46.530043+00', '2026-11-21 17:50:47.238419+00', '2026-11-21 17:50:46.343274+00', 'picked', 'carry_on', '01a1ff3b-6a11-7f3c-9888-0b3d68365efb:prepare:8a44a63f-cb91-4805-b2e1-64b50eb2faeb', '\x30316131666633622d366131312d376633632d393838382d3062336436383336356566623a38613434613633662d636239312d343830352d623265312d363462353065623266616562', 'null', 0, NULL),
	(63, 0, NULL, '2026-11-21 17:50:47.134366+00', '2026-11-21 17:50:47.134366+00', '2026-11-21 17:50:47.238419+00', '2026-11-21 17:50:47.134366+00', 'queued', 'carry_on', '01a1ff3b-6d43-75db-8f7c-49ac47677a18:prepare:268cff6d-5a57-4359-8e2a-cbd33d64a9bd', '\x30316131666633622d366434332d373564622d386637632d3439616334373637376131383a32363863666636642d356135372d343335392d386532612d636264333364363461396264', 'null', 0, NULL);

INSERT INTO pgqueuer.pgqueuer_log VALUES
	(1, '2026-11-21 17:49:05.37552+00', 1, 'queued', 0, 'carry_on', NULL, false),
	(2, '2026-11-21 17:49:05.771389+00', 1, 'picked', 0, 'carry_on', NULL, false),
	(3, '2026-11-21 17:49:07.047783+00', 1, 'successful', 0, 'carry_on', NULL, false),
	(4, '2026-11-21 17:49:08.222252+00', 2, 'queued', 0, 'carry_on', NULL, false),
	(5, '2026-11-21 17:49:08.362289+00', 2, 'picked', 0, 'carry_on', NULL, false),
	(6, '2026-11-21 17:49:08.751534+00', 2, 'successful', 0, 'carry_on', NULL, false),
	(7, '2026-11-21 17:49:09.535226+00', 3, 'queued', 0, 'carry_on', NULL, false),
	(8, '2026-11-21 17:49:09.636855+00', 3, 'picked', 0, 'carry_on', NULL, false),
	(9, '2026-11-21 17:49:10.022069+00', 3, 'successful', 0, 'carry_on', NULL, false),
	(10, '2026-11-21 17:49:10.6989+00', 4, 'queued', 0, 'carry_on', NULL, false),
	(11, '2026-11-21 17:49:10.875092+00', 4, 'picked', 0, 'carry_on', NULL, false),
	(12, '2026-11-21 17:49:11.405547+00', 4, 'successful', 0, 'carry_on', NULL, false),
	(13, '2026-11-21 17:49:12.586801+00', 5, 'queued', 0, 'carry_on', NULL, false),
	(14, '2026-11-21 17:49:12.800887+00', 5, 'picked', 0, 'carry_on', NULL, false),
	(15, '2026-11-21 17:49:13.147904+00', 5, 'successful', 0, 'carry_on', NULL, false),
	(16, '2026-11-21 17:49:14.395693+00', 6, 'queued', 0, 'carry_on', NULL, false),
	(17, '2026-11-21 17:49:14.516339+00', 6, 'picked', 0, 'carry_on', NULL, false),
	(18, '2026-11-21 17:49:14.844217+00', 6, 'successful', 0, 'carry_on', NULL, false),
	(19, '2026-11-21 17:49:16.733434+00', 7, 'queued', 0, 'carry_on', NULL, false),
	(20, '2026-11-21 17:49:16.815395+00', 7, 'picked', 0, 'carry_on', NULL, false),
	(21, '2026-11-21 17:49:17.249608+00', 7, 'successful', 0, 'carry_on', NULL, false),
	(22, '2026-11-21 17:49:18.928266+00', 8, 'queued', 0, 'carry_on', NULL, false),
	(23, '2026-11-21 17:49:18.932615+00', 8, 'picked', 0, 'carry_on', NULL, false),
	(24, '2026-11-21 17:49:19.579858+00', 8, 'successful', 0, 'carry_on', NULL, false),
	(25, '2026-11-21 17:49:19.75493+00', 9, 'queued', 0, 'carry_on', NULL, false),
	(26, '2026-11-21 17:49:19.75493+00', 10, 'queued', 0, 'carry_on', NULL, false),
	(27, '2026-11-21 17:49:19.916162+00', 10, 'picked', 0, 'carry_on', NULL, false),
	(28, '2026-11-21 17:49:19.916162+00', 9, 'picked', 0, 'carry_on', NULL, false),
	(29, '2026-11-21 17:49:20.367971+00', 10, 'successful', 0, 'carry_on', NULL, false),
	(30, '2026-11-21 17:49:20.367971+00', 9, 'successful', 0, 'carry_on', NULL, false),
	(31, '2026-11-21 17:49:21.725673+00', 11, 'queued', 0, 'carry_on', NULL, false),
	(32, '2026-11-21 17:49:21.725673+00', 12, 'queued', 0, 'carry_on', NULL, false),
	(33, '2026-11-21 17:49:21.778414+00', 12, 'picked', 0, 'carry_on', NULL, false),
	(34, '2026-11-21 17:49:21.778414+00', 11, 'picked', 0, 'carry_on', NULL, false),
	(35, '2026-11-21 17:49:22.062806+00', 12, 'successful', 0, 'carry_on', NULL, false),
	(36, '2026-11-21 17:49:22.062806+00', 11, 'successful', 0, 'carry_on', NULL, false),
	(37, '2026-11-21 17:49:22.873454+00', 13, 'queued', 0, 'carry_on', NULL, false),
	(38, '2026-11-21 17:49:22.873454+00', 14, 'queued', 0, 'carry_on', NULL, false),
	(39, '2026-11-21 17:49:22.949958+00', 13, 'picked', 0, 'carry_on', NULL, false),
	(40, '2026-11-21 17:49:22.949958+00', 14, 'picked', 0, 'carry_on', NULL, false),
	(41, '2026-11-21 17:49:23.305601+00', 13, 'successful', 0, 'carry_on', NULL, false),
	(42, '2026-11-21 17:49:23.305601+00', 14, 'successful', 0, 'carry_on', NULL, false),
	(43, '2026-11-21 17:49:23.953815+00', 15, 'queued', 0, 'carry_on', NULL, false),
	(44, '2026-11-21 17:49:23.953815+00', 16, 'queued', 0, 'carry_on', NULL, false),
	(45, '2026-11-21 17:49:24.040818+00', 16, 'picked', 0, 'carry_on', NULL, false),
	(46, '2026-11-21 17:49:24.040818+00', 15, 'picked', 0, 'carry_on', NULL, false),
	(47, '2026-11-21 17:49:24.32564+00', 16, 'successful', 0, 'carry_on', NULL, false),
	(48, '2026-11-21 17:49:24.32564+00', 15, 'successful', 0, 'carry_on', NULL, false),
	(49, '2026-11-21 17:49:25.070658+00', 17, 'queued', 0, 'carry_on', NULL, false),
	(50, '2026-11-21 17:49:25.070658+00', 18, 'queued', 0, 'carry_on', NULL, false),
	(51, '2026-11-21 17:49:25.109407+00', 17, 'picked', 0, 'carry_on', NULL, false),
	(52, '2026-11-21 17:49:25.109407+00', 18, 'picked', 0, 'carry_on', NULL, false),
	(53, '2026-11-21 17:49:25.252241+00', 18, 'successful', 0, 'carry_on', NULL, false),
	(54, '2026-11-21 17:49:25.409717+00', 17, 'successful', 0, 'carry_on', NULL, false),
	(55, '2026-11-21 17:49:26.730945+00', 19, 'queued', 0, 'carry_on', NULL, false),
	(56, '2026-11-21 17:49:26.730945+00', 20, 'queued', 0, 'carry_on', NULL, false),
	(57, '2026-11-21 17:49:26.809302+00', 19, 'picked', 0, 'carry_on', NULL, false),
	(58, '2026-11-21 17:49:26.809302+00', 20, 'picked', 0, 'carry_on', NULL, false),
	(59, '2026-11-21 17:49:27.02149+00', 19, 'successful', 0, 'carry_on', NULL, false),
	(60, '2026-11-21 17:49:27.203165+00', 21, 'queued', 0, 'carry_on', NULL, false),
	(61, '2026-11-21 17:49:27.255876+00', 20, 'successful', 0, 'carry_on', NULL, false),
	(62, '2026-11-21 17:49:27.30614+00', 21, 'picked', 0, 'carry_on', NULL, false),
	(63, '2026-11-21 17:49:28.460108+00', 22, 'queued', 0, 'carry_on', NULL, false),
	(64, '2026-11-21 17:49:28.613779+00', 22, 'picked', 0, 'carry_on', NULL, false),
	(65, '2026-11-21 17:49:28.664492+00', 21, 'successful', 0, 'carry_on', NULL, false),
	(66, '2026-11-21 17:49:28.80925+00', 22, 'successful', 0, 'carry_on', NULL, false),
	(67, '2026-11-21 17:49:30.709532+00', 23, 'queued', 0, 'carry_on', NULL, false),
	(68, '2026-11-21 17:49:30.786432+00', 23, 'picked', 0, 'carry_on', NULL, false),
	(69, '2026-11-21 17:49:30.868334+00', 23, 'successful', 0, 'carry_on', NULL, false),
	(70, '2026-11-21 17:49:33.445749+00', 24, 'queued', 0, 'carry_on', NULL, false),
	(71, '2026-11-21 17:49:33.502131+00', 24, 'picked', 0, 'carry_on', NULL, false),
	(72, '2026-11-21 17:49:33.84224+00', 24, 'successful', 0, 'carry_on', NULL, false),
	(73, '2026-11-21 17:49:36.152347+00', 25, 'queued', 0, 'carry_on', NULL, false),
	(74, '2026-11-21 17:49:36.171724+00', 25, 'picked', 0, 'carry_on', NULL, false),
	(75, '2026-11-21 17:49:36.975114+00', 25, 'successful', 0, 'carry_on', NULL, false),
	(76, '2026-11-21 17:49:37.226036+00', 26, 'queued', 0, 'carry_on', NULL, false),
	(77, '2026-11-21 17:49:37.34576+00', 26, 'picked', 0, 'carry_on', NULL, false),
	(78, '2026-11-21 17:49:37.706426+00', 26, 'successful', 0, 'carry_on', NULL, false),
	(79, '2026-11-21 17:49:38.966797+00', 27, 'queued', 0, 'carry_on', NULL, false),
	(80, '2026-11-21 17:49:39.051827+00', 27, 'picked', 0, 'carry_on', NULL, false),
	(81, '2026-11-21 17:49:39.39751+00', 27, 'successful', 0, 'carry_on', NULL, false),
	(82, '2026-11-21 17:49:40.140257+00', 28, 'queued', 0, 'carry_on', NULL, false),
	(83, '2026-11-21 17:49:40.159505+00', 28, 'picked', 0, 'carry_on', NULL, false),
	(84, '2026-11-21 17:49:40.352494+00', 28, 'successful', 0, 'carry_on', NULL, false),
	(85, '2026-11-21 17:49:41.239507+00', 29, 'queued', 0, 'carry_on', NULL, false),
	(86, '2026-11-21 17:49:41.311815+00', 29, 'picked', 0, 'carry_on', NULL, false),
	(87, '2026-11-21 17:49:41.593199+00', 29, 'successful', 0, 'carry_on', NULL, false),
	(88, '2026-11-21 17:49:42.389586+00', 30, 'queued', 0, 'carry_on', NULL, false),
	(89, '2026-11-21 17:49:42.451625+00', 30, 'picked', 0, 'carry_on', NULL, false),
	(90, '2026-11-21 17:49:42.789156+00', 30, 'successful', 0, 'carry_on', NULL, false),
	(91, '2026-11-21 17:49:43.03349+00', 31, 'queued', 0, 'carry_on', NULL, false),
	(92, '2026-11-21 17:49:43.142708+00', 31, 'picked', 0, 'carry_on', NULL, false),
	(93, '2026-11-21 17:49:44.018753+00', 31, 'successful', 0, 'carry_on', NULL, false),
	(94, '2026-11-21 17:49:43.991812+00', 32, 'queued', 0, 'carry_on', NULL, false),
	(95, '2026-11-21 17:49:43.991812+00', 33, 'queued', 0, 'carry_on', NULL, false),
	(96, '2026-11-21 17:49:44.090581+00', 33, 'picked', 0, 'carry_on', NULL, false),
	(97, '2026-11-21 17:49:44.090581+00', 32, 'picked', 0, 'carry_on', NULL, false),
	(98, '2026-11-21 17:49:44.407837+00', 33, 'successful', 0, 'carry_on', NULL, false),
	(99, '2026-11-21 17:49:44.407837+00', 32, 'successful', 0, 'carry_on', NULL, false),
	(100, '2026-11-21 17:49:45.64538+00', 34, 'queued', 0, 'carry_on', NULL, false);
INSERT INTO pgqueuer.pgqueuer_log VALUES
	(101, '2026-11-21 17:49:45.64538+00', 35, 'queued', 0, 'carry_on', NULL, false),
	(102, '2026-11-21 17:49:45.755937+00', 35, 'picked', 0, 'carry_on', NULL, false),
	(103, '2026-11-21 17:49:45.755937+00', 34, 'picked', 0, 'carry_on', NULL, false),
	(104, '2026-11-21 17:49:46.193295+00', 35, 'successful', 0, 'carry_on', NULL, false),
	(105, '2026-11-21 17:49:46.193295+00', 34, 'successful', 0, 'carry_on', NULL, false),
	(106, '2026-11-21 17:49:46.879932+00', 36, 'queued', 0, 'carry_on', NULL, false),
	(107, '2026-11-21 17:49:46.879932+00', 37, 'queued', 0, 'carry_on', NULL, false),
	(108, '2026-11-21 17:49:47.019661+00', 37, 'picked', 0, 'carry_on', NULL, false),
	(109, '2026-11-21 17:49:47.019661+00', 36, 'picked', 0, 'carry_on', NULL, false),
	(122, '2026-11-21 17:49:49.702108+00', 42, 'queued', 0, 'carry_on', NULL, false),
	(128, '2026-11-21 17:49:51.066441+00', 43, 'picked', 0, 'carry_on', NULL, false),
	(136, '2026-11-21 17:49:57.734173+00', 46, 'queued', 0, 'carry_on', NULL, false),
	(138, '2026-11-21 17:49:57.974602+00', 46, 'successful', 0, 'carry_on', NULL, false),
	(147, '2026-11-21 17:49:59.673322+00', 49, 'successful', 0, 'carry_on', NULL, false),
	(110, '2026-11-21 17:49:47.183668+00', 36, 'successful', 0, 'carry_on', NULL, false),
	(114, '2026-11-21 17:49:48.087796+00', 39, 'picked', 0, 'carry_on', NULL, false),
	(115, '2026-11-21 17:49:48.087796+00', 38, 'picked', 0, 'carry_on', NULL, false),
	(116, '2026-11-21 17:49:48.371943+00', 39, 'successful', 0, 'carry_on', NULL, false),
	(117, '2026-11-21 17:49:48.371943+00', 38, 'successful', 0, 'carry_on', NULL, false),
	(123, '2026-11-21 17:49:49.725781+00', 41, 'successful', 0, 'carry_on', NULL, false),
	(124, '2026-11-21 17:49:49.725781+00', 40, 'successful', 0, 'carry_on', NULL, false),
	(127, '2026-11-21 17:49:50.953482+00', 43, 'queued', 0, 'carry_on', NULL, false),
	(142, '2026-11-21 17:49:58.770308+00', 48, 'queued', 0, 'carry_on', NULL, false),
	(111, '2026-11-21 17:49:47.306783+00', 37, 'successful', 0, 'carry_on', NULL, false),
	(118, '2026-11-21 17:49:49.142671+00', 40, 'queued', 0, 'carry_on', NULL, false),
	(119, '2026-11-21 17:49:49.142671+00', 41, 'queued', 0, 'carry_on', NULL, false),
	(131, '2026-11-21 17:49:52.791356+00', 44, 'picked', 0, 'carry_on', NULL, false),
	(133, '2026-11-21 17:49:54.942619+00', 45, 'queued', 0, 'carry_on', NULL, false),
	(143, '2026-11-21 17:49:58.815001+00', 48, 'picked', 0, 'carry_on', NULL, false),
	(112, '2026-11-21 17:49:48.029313+00', 38, 'queued', 0, 'carry_on', NULL, false),
	(113, '2026-11-21 17:49:48.029313+00', 39, 'queued', 0, 'carry_on', NULL, false),
	(126, '2026-11-21 17:49:50.471792+00', 42, 'successful', 0, 'carry_on', NULL, false),
	(129, '2026-11-21 17:49:51.271914+00', 43, 'successful', 0, 'carry_on', NULL, false),
	(130, '2026-11-21 17:49:52.754361+00', 44, 'queued', 0, 'carry_on', NULL, false),
	(134, '2026-11-21 17:49:54.99171+00', 45, 'picked', 0, 'carry_on', NULL, false),
	(135, '2026-11-21 17:49:55.264704+00', 45, 'successful', 0, 'carry_on', NULL, false),
	(139, '2026-11-21 17:49:58.35159+00', 47, 'queued', 0, 'carry_on', NULL, false),
	(141, '2026-11-21 17:49:58.611879+00', 47, 'successful', 0, 'carry_on', NULL, false),
	(146, '2026-11-21 17:49:59.359631+00', 49, 'picked', 0, 'carry_on', NULL, false),
	(120, '2026-11-21 17:49:49.275627+00', 41, 'picked', 0, 'carry_on', NULL, false),
	(121, '2026-11-21 17:49:49.275627+00', 40, 'picked', 0, 'carry_on', NULL, false),
	(125, '2026-11-21 17:49:49.785577+00', 42, 'picked', 0, 'carry_on', NULL, false),
	(132, '2026-11-21 17:49:53.150314+00', 44, 'successful', 0, 'carry_on', NULL, false),
	(137, '2026-11-21 17:49:57.857263+00', 46, 'picked', 0, 'carry_on', NULL, false),
	(140, '2026-11-21 17:49:58.367698+00', 47, 'picked', 0, 'carry_on', NULL, false),
	(144, '2026-11-21 17:49:59.215803+00', 48, 'successful', 0, 'carry_on', NULL, false),
	(145, '2026-11-21 17:49:59.345173+00', 49, 'queued', 0, 'carry_on', NULL, false),
	(148, '2026-11-21 17:50:07.401539+00', 50, 'queued', 0, 'carry_on', NULL, false),
	(149, '2026-11-21 17:50:07.744666+00', 50, 'picked', 0, 'carry_on', NULL, false),
	(150, '2026-11-21 17:50:17.231457+00', 51, 'queued', 0, 'carry_on', NULL, false),
	(151, '2026-11-21 17:50:17.558563+00', 51, 'picked', 0, 'carry_on', NULL, false),
	(152, '2026-11-21 17:50:26.201721+00', 52, 'queued', 0, 'carry_on', NULL, false),
	(153, '2026-11-21 17:50:26.49395+00', 52, 'picked', 0, 'carry_on', NULL, false),
	(154, '2026-11-21 17:50:27.121773+00', 52, 'successful', 0, 'carry_on', NULL, false),
	(155, '2026-11-21 17:50:28.067839+00', 53, 'queued', 0, 'carry_on', NULL, false),
	(156, '2026-11-21 17:50:28.099249+00', 53, 'picked', 0, 'carry_on', NULL, false),
	(157, '2026-11-21 17:50:34.802447+00', 55, 'queued', 0, 'carry_on', NULL, false),
	(158, '2026-11-21 17:50:35.048787+00', 55, 'picked', 0, 'carry_on', NULL, false),
	(159, '2026-11-21 17:50:35.837589+00', 55, 'successful', 0, 'carry_on', NULL, false),
	(160, '2026-11-21 17:50:37.16792+00', 56, 'queued', 0, 'carry_on', NULL, false),
	(161, '2026-11-21 17:50:37.261604+00', 56, 'picked', 0, 'carry_on', NULL, false),
	(162, '2026-11-21 17:50:37.544672+00', 56, 'successful', 0, 'carry_on', NULL, false),
	(163, '2026-11-21 17:50:38.307916+00', 57, 'queued', 0, 'carry_on', NULL, false),
	(164, '2026-11-21 17:50:38.354089+00', 57, 'picked', 0, 'carry_on', NULL, false),
	(165, '2026-11-21 17:50:38.602102+00', 57, 'successful', 0, 'carry_on', NULL, false),
	(166, '2026-11-21 17:50:39.330468+00', 58, 'queued', 0, 'carry_on', NULL, false),
	(167, '2026-11-21 17:50:39.359802+00', 58, 'picked', 0, 'carry_on', NULL, false),
	(168, '2026-11-21 17:50:39.407724+00', 59, 'queued', 0, 'carry_on', NULL, false),
	(169, '2026-11-21 17:50:39.48506+00', 59, 'picked', 0, 'carry_on', NULL, false),
	(170, '2026-11-21 17:50:39.709263+00', 59, 'successful', 0, 'carry_on', NULL, false),
	(171, '2026-11-21 17:50:46.191418+00', 60, 'queued', 0, 'carry_on', NULL, false),
	(172, '2026-11-21 17:50:46.191418+00', 61, 'queued', 0, 'carry_on', NULL, false),
	(173, '2026-11-21 17:50:46.343274+00', 62, 'queued', 0, 'carry_on', NULL, false),
	(174, '2026-11-21 17:50:46.415114+00', 60, 'picked', 0, 'carry_on', NULL, false),
	(175, '2026-11-21 17:50:46.415114+00', 61, 'picked', 0, 'carry_on', NULL, false),
	(176, '2026-11-21 17:50:46.530043+00', 62, 'picked', 0, 'carry_on', NULL, false),
	(177, '2026-11-21 17:50:46.912612+00', 61, 'successful', 0, 'carry_on', NULL, false),
	(178, '2026-11-21 17:50:47.134366+00', 63, 'queued', 0, 'carry_on', NULL, false);

INSERT INTO public.affiche_migrations VALUES
	(1, 'ground', '502c6d7b51dd7c1ce830e15ef3172142a96e8dd56faa1a2c34e4a035252ec3e2', '2026-11-21 17:49:00.48733+00'),
	(2, 'people', 'b9c8f74d0d266959985b1ca565ec3a260725881d5d791b0dbbc82667b83d9b3a', '2026-11-21 17:49:00.543517+00'),
	(3, 'templates', 'c3e9d3aac839515f988cbfd6c2a8c35d5b8e20cab9a7f30729d6e492bf14cf8a', '2026-11-21 17:49:00.74078+00'),
	(4, 'works', '424c544ca63db0a1b283512c0333b715ca0be3a2863d0900093e7e3cc645a545', '2026-11-21 17:49:00.904061+00'),
	(5, 'states', '80293e2e1fc501c755017dc04423487c26afb5de5c85bee4e1450754eebdcdbc', '2026-11-21 17:49:01.215838+00'),
	(6, 'events', 'b9e5e3b5d43ca283db2d9c49f820a9d8fb23d0a597078c6ef7e9b9d989dd14bf', '2026-11-21 17:49:01.303416+00'),
	(7, 'asking', 'c7fe989234fd4581dc0a65e30a1087f41698a5a85dfb30db6ac28442552969a9', '2026-11-21 17:49:01.383799+00');

INSERT INTO public.api_keys VALUES
	('01a1ff39-d8af-7e39-9306-07eb1f64f2b1', '\x1de9f33bbfe01de934256e6a4d91bfcf9b7b81e5c63b972e277f73cdabe130ca', '01a1ff39-d713-7ac6-bd3d-7058ec17eceb', 'release', '2026-11-21 17:49:03.518297+00', NULL);

INSERT INTO public.endpoints VALUES
	('01a1ff39-d696-7f0e-9104-c7ca4cc377e5', 'preview', 'preview', NULL, 20, 900, false, '2026-11-21 17:49:02.996593+00'),
	('01a1ff39-dbd0-7777-8e2e-58ecf0ed3b55', 'comfyui', 'comfyui', 'http://127.0.0.1:43777', 20, 100, true, '2026-11-21 17:49:04.299345+00');

INSERT INTO public.events OVERRIDING SYSTEM VALUE VALUES
	(1, '786', '01a1ff39-d713-7ac6-bd3d-7058ec17eceb', '01a1ff39-df38-7822-9eb9-e50afbc48199', 'work.created', '{"status": "pending"}', '2026-11-21 17:49:05.196237+00'),
	(2, '787', '01a1ff39-d713-7ac6-bd3d-7058ec17eceb', '01a1ff39-df38-7822-9eb9-e50afbc48199', 'work.taken', '{"status": "taken"}', '2026-11-21 17:49:05.37552+00'),
	(3, '793', '01a1ff39-d713-7ac6-bd3d-7058ec17eceb', '01a1ff39-df38-7822-9eb9-e50afbc48199', 'work.processing', '{"status": "processing"}', '2026-11-21 17:49:06.894813+00'),
	(4, '795', '01a1ff39-d713-7ac6-bd3d-7058ec17eceb', '01a1ff39-df38-7822-9eb9-e50afbc48199', 'work.progress', '{"status": "processing", "progress": {"node": "75:79:78", "label": "Reference as latent", "percent": 12}}', '2026-11-21 17:49:07.619548+00'),
	(5, '827', '01a1ff39-d713-7ac6-bd3d-7058ec17eceb', '01a1ff39-df38-7822-9eb9-e50afbc48199', 'work.progress', '{"status": "processing", "progress": {"node": "9", "label": "Result", "percent": 97}}', '2026-11-21 17:49:18.316281+00'),
	(6, '833', '01a1ff39-d713-7ac6-bd3d-7058ec17eceb', '01a1ff39-df38-7822-9eb9-e50afbc48199', 'work.completed', '{"status": "completed"}', '2026-11-21 17:49:19.431495+00'),
	(7, '835', '01a1ff39-d713-7ac6-bd3d-7058ec17eceb', '01a1ff3a-17c3-7ee6-8e40-3736678a57fd', 'work.created', '{"status": "pending"}', '2026-11-21 17:49:19.679414+00'),
	(8, '836', '01a1ff39-d713-7ac6-bd3d-7058ec17eceb', '01a1ff3a-17c3-7ee6-8e40-3736678a57fd', 'work.taken', '{"status": "taken"}', '2026-11-21 17:49:19.75493+00'),
	(9, '844', '01a1ff39-d713-7ac6-bd3d-7058ec17eceb', '01a1ff3a-17c3-7ee6-8e40-3736678a57fd', 'work.processing', '{"status": "processing"}', '2026-11-21 17:49:20.242621+00'),
	(10, '877', '01a1ff39-d713-7ac6-bd3d-7058ec17eceb', '01a1ff3a-17c3-7ee6-8e40-3736678a57fd', 'work.progress', '{"status": "processing", "progress": {"node": "75:65", "label": "Picture from the latent", "percent": 48}}', '2026-11-21 17:49:26.475059+00'),
	(11, '887', '01a1ff39-d713-7ac6-bd3d-7058ec17eceb', '01a1ff3a-17c3-7ee6-8e40-3736678a57fd', 'work.progress', '{"status": "processing", "progress": {"node": "75:65", "label": "Picture from the latent", "percent": 47}}', '2026-11-21 17:49:27.255903+00'),
	(12, '909', '01a1ff39-d713-7ac6-bd3d-7058ec17eceb', '01a1ff3a-17c3-7ee6-8e40-3736678a57fd', 'work.progress', '{"status": "processing", "progress": {"node": "9", "label": "Result", "percent": 98}}', '2026-11-21 17:49:35.502129+00'),
	(13, '916', '01a1ff39-d713-7ac6-bd3d-7058ec17eceb', '01a1ff3a-17c3-7ee6-8e40-3736678a57fd', 'work.completed', '{"status": "completed"}', '2026-11-21 17:49:36.822961+00'),
	(14, '918', '01a1ff39-d78c-7bde-bd7a-7c757d076ae0', '01a1ff3a-5baf-7638-bc0c-61624a9254dd', 'work.created', '{"status": "pending"}', '2026-11-21 17:49:37.063967+00'),
	(15, '919', '01a1ff39-d78c-7bde-bd7a-7c757d076ae0', '01a1ff3a-5baf-7638-bc0c-61624a9254dd', 'work.taken', '{"status": "taken"}', '2026-11-21 17:49:37.226036+00'),
	(16, '924', '01a1ff39-d78c-7bde-bd7a-7c757d076ae0', '01a1ff3a-5baf-7638-bc0c-61624a9254dd', 'work.processing', '{"status": "processing"}', '2026-11-21 17:49:37.60583+00'),
	(17, '925', '01a1ff39-d78c-7bde-bd7a-7c757d076ae0', '01a1ff3a-5baf-7638-bc0c-61624a9254dd', 'work.progress', '{"status": "processing", "progress": {"percent": 0}}', '2026-11-21 17:49:37.699686+00'),
	(18, '927', '01a1ff39-d78c-7bde-bd7a-7c757d076ae0', '01a1ff3a-5baf-7638-bc0c-61624a9254dd', 'work.progress', '{"status": "processing", "progress": {"node": "75:79:78", "label": "Reference as latent", "percent": 23}}', '2026-11-21 17:49:38.089928+00'),
	(19, '948', '01a1ff39-d78c-7bde-bd7a-7c757d076ae0', '01a1ff3a-5baf-7638-bc0c-61624a9254dd', 'work.progress', '{"status": "processing", "progress": {"node": "9", "label": "Result", "percent": 97}}', '2026-11-21 17:49:42.977984+00'),
	(20, '954', '01a1ff39-d78c-7bde-bd7a-7c757d076ae0', '01a1ff3a-5baf-7638-bc0c-61624a9254dd', 'work.completed', '{"status": "completed"}', '2026-11-21 17:49:43.816991+00'),
	(21, '955', '01a1ff39-d78c-7bde-bd7a-7c757d076ae0', '01a1ff3a-769f-76dd-ba35-a4ce809bad67', 'work.created', '{"status": "pending"}', '2026-11-21 17:49:43.96392+00'),
	(22, '956', '01a1ff39-d78c-7bde-bd7a-7c757d076ae0', '01a1ff3a-769f-76dd-ba35-a4ce809bad67', 'work.taken', '{"status": "taken"}', '2026-11-21 17:49:43.991812+00'),
	(23, '965', '01a1ff39-d78c-7bde-bd7a-7c757d076ae0', '01a1ff3a-769f-76dd-ba35-a4ce809bad67', 'work.processing', '{"status": "processing"}', '2026-11-21 17:49:44.29596+00'),
	(24, '991', '01a1ff39-d78c-7bde-bd7a-7c757d076ae0', '01a1ff3a-769f-76dd-ba35-a4ce809bad67', 'work.progress', '{"status": "processing", "progress": {"node": "75:65", "label": "Picture from the latent", "percent": 48}}', '2026-11-21 17:49:49.141541+00'),
	(25, '1000', '01a1ff39-d78c-7bde-bd7a-7c757d076ae0', '01a1ff3a-769f-76dd-ba35-a4ce809bad67', 'work.progress', '{"status": "processing", "progress": {"node": "75:64", "label": "Sampling", "percent": 20}}', '2026-11-21 17:49:49.726324+00'),
	(26, '1028', '01a1ff39-d78c-7bde-bd7a-7c757d076ae0', '01a1ff3a-769f-76dd-ba35-a4ce809bad67', 'work.progress', '{"status": "processing", "progress": {"node": "9", "label": "Result", "percent": 98}}', '2026-11-21 17:49:58.263887+00'),
	(27, '1034', '01a1ff39-d78c-7bde-bd7a-7c757d076ae0', '01a1ff3a-769f-76dd-ba35-a4ce809bad67', 'work.completed', '{"status": "completed"}', '2026-11-21 17:49:58.549664+00'),
	(28, '1036', '01a1ff39-d713-7ac6-bd3d-7058ec17eceb', '01a1ff3a-b034-7aa9-8858-f3c504ce355a', 'work.created', '{"status": "pending"}', '2026-11-21 17:49:58.700469+00'),
	(29, '1037', '01a1ff39-d713-7ac6-bd3d-7058ec17eceb', '01a1ff3a-b034-7aa9-8858-f3c504ce355a', 'work.taken', '{"status": "taken"}', '2026-11-21 17:49:58.770308+00'),
	(30, '1043', '01a1ff39-d713-7ac6-bd3d-7058ec17eceb', '01a1ff3a-b034-7aa9-8858-f3c504ce355a', 'work.processing', '{"status": "processing"}', '2026-11-21 17:49:59.169057+00'),
	(31, '1044', '01a1ff39-d713-7ac6-bd3d-7058ec17eceb', '01a1ff3a-b034-7aa9-8858-f3c504ce355a', 'work.progress', '{"status": "processing", "progress": {"percent": 0}}', '2026-11-21 17:49:59.200772+00'),
	(32, '1049', '01a1ff39-d713-7ac6-bd3d-7058ec17eceb', '01a1ff3a-b034-7aa9-8858-f3c504ce355a', 'work.failed', '{"status": "failed"}', '2026-11-21 17:49:59.523931+00'),
	(33, '1053', '01a1ff39-d713-7ac6-bd3d-7058ec17eceb', '01a1ff3a-b43c-70ba-97c9-8edb96458e92', 'work.created', '{"status": "pending"}', '2026-11-21 17:49:59.740205+00'),
	(34, '1054', '01a1ff39-d713-7ac6-bd3d-7058ec17eceb', '01a1ff3a-b43c-70ba-97c9-8edb96458e92', 'work.cancelled', '{"status": "cancelled"}', '2026-11-21 17:49:59.761346+00'),
	(35, '1055', '01a1ff39-d713-7ac6-bd3d-7058ec17eceb', '01a1ff3a-b49d-71cc-a865-e8405646d475', 'work.created', '{"status": "pending"}', '2026-11-21 17:49:59.837498+00'),
	(36, '1056', '01a1ff39-d713-7ac6-bd3d-7058ec17eceb', '01a1ff3a-b49d-71cc-a865-e8405646d475', 'work.cancelled', '{"status": "cancelled"}', '2026-11-21 17:49:59.876669+00'),
	(37, '1058', '01a1ff39-d713-7ac6-bd3d-7058ec17eceb', '01a1ff3a-d1b6-7c30-96a4-03d2ee7c468a', 'work.created', '{"status": "pending"}', '2026-11-21 17:50:07.284594+00'),
	(38, '1059', '01a1ff39-d713-7ac6-bd3d-7058ec17eceb', '01a1ff3a-d1b6-7c30-96a4-03d2ee7c468a', 'work.taken', '{"status": "taken"}', '2026-11-21 17:50:07.401539+00'),
	(39, '1065', '01a1ff39-d713-7ac6-bd3d-7058ec17eceb', '01a1ff3a-f84c-7a8d-8ea1-362841064fcc', 'work.created', '{"status": "pending"}', '2026-11-21 17:50:17.160654+00'),
	(40, '1066', '01a1ff39-d713-7ac6-bd3d-7058ec17eceb', '01a1ff3a-f84c-7a8d-8ea1-362841064fcc', 'work.taken', '{"status": "taken"}', '2026-11-21 17:50:17.231457+00'),
	(41, '1083', '01a1ff39-d713-7ac6-bd3d-7058ec17eceb', '01a1ff3b-1b32-7fc6-8b14-e5b340719afe', 'work.created', '{"status": "pending"}', '2026-11-21 17:50:26.085299+00'),
	(42, '1084', '01a1ff39-d713-7ac6-bd3d-7058ec17eceb', '01a1ff3b-1b32-7fc6-8b14-e5b340719afe', 'work.taken', '{"status": "taken"}', '2026-11-21 17:50:26.201721+00'),
	(43, '1090', '01a1ff39-d713-7ac6-bd3d-7058ec17eceb', '01a1ff3b-1b32-7fc6-8b14-e5b340719afe', 'work.processing', '{"status": "processing"}', '2026-11-21 17:50:27.05091+00'),
	(44, '1091', '01a1ff39-d713-7ac6-bd3d-7058ec17eceb', '01a1ff3b-1b32-7fc6-8b14-e5b340719afe', 'work.progress', '{"status": "processing", "progress": {"node": "75:79:77", "label": "Prompt with the reference", "percent": 35}}', '2026-11-21 17:50:27.095481+00'),
	(45, '1094', '01a1ff39-d713-7ac6-bd3d-7058ec17eceb', '01a1ff3b-1b32-7fc6-8b14-e5b340719afe', 'work.progress', '{"status": "processing", "progress": {"node": "9", "label": "Result", "percent": 97}}', '2026-11-21 17:50:28.083792+00'),
	(46, '1100', '01a1ff39-d713-7ac6-bd3d-7058ec17eceb', '01a1ff3b-3cff-7ef8-9972-5a1deffec06e', 'work.created', '{"status": "pending"}', '2026-11-21 17:50:34.724543+00'),
	(47, '1101', '01a1ff39-d713-7ac6-bd3d-7058ec17eceb', '01a1ff3b-3cff-7ef8-9972-5a1deffec06e', 'work.taken', '{"status": "taken"}', '2026-11-21 17:50:34.802447+00'),
	(48, '1107', '01a1ff39-d713-7ac6-bd3d-7058ec17eceb', '01a1ff3b-3cff-7ef8-9972-5a1deffec06e', 'work.processing', '{"status": "processing"}', '2026-11-21 17:50:35.739935+00'),
	(49, '1123', '01a1ff39-d713-7ac6-bd3d-7058ec17eceb', '01a1ff3b-3cff-7ef8-9972-5a1deffec06e', 'work.progress', '{"status": "processing", "progress": {"node": "9", "label": "Result", "percent": 97}}', '2026-11-21 17:50:39.103807+00'),
	(50, '1135', '01a1ff39-d713-7ac6-bd3d-7058ec17eceb', '01a1ff3b-696f-79c8-a20f-7e03d7f39f03', 'work.created', '{"status": "pending"}', '2026-11-21 17:50:46.12487+00'),
	(51, '1137', '01a1ff39-d713-7ac6-bd3d-7058ec17eceb', '01a1ff3b-69c9-7684-acb8-2e5f8a363126', 'work.created', '{"status": "pending"}', '2026-11-21 17:50:46.208757+00'),
	(52, '1136', '01a1ff39-d713-7ac6-bd3d-7058ec17eceb', '01a1ff3b-696f-79c8-a20f-7e03d7f39f03', 'work.taken', '{"status": "taken"}', '2026-11-21 17:50:46.191418+00'),
	(53, '1138', '01a1ff39-d713-7ac6-bd3d-7058ec17eceb', '01a1ff3b-6a10-7a19-80b0-e6cc98268d1b', 'work.created', '{"status": "pending"}', '2026-11-21 17:50:46.280417+00'),
	(54, '1136', '01a1ff39-d713-7ac6-bd3d-7058ec17eceb', '01a1ff3b-69c9-7684-acb8-2e5f8a363126', 'work.taken', '{"status": "taken"}', '2026-11-21 17:50:46.191418+00'),
	(55, '1139', '01a1ff39-d713-7ac6-bd3d-7058ec17eceb', '01a1ff3b-6a10-7a19-80b0-e6cc98268d1b', 'work.taken', '{"status": "taken"}', '2026-11-21 17:50:46.343274+00'),
	(56, '1152', '01a1ff39-d713-7ac6-bd3d-7058ec17eceb', '01a1ff3b-69c9-7684-acb8-2e5f8a363126', 'work.processing', '{"status": "processing"}', '2026-11-21 17:50:46.811226+00'),
	(57, '1154', '01a1ff39-d713-7ac6-bd3d-7058ec17eceb', '01a1ff3b-696f-79c8-a20f-7e03d7f39f03', 'work.processing', '{"status": "processing"}', '2026-11-21 17:50:46.900195+00'),
	(58, '1153', '01a1ff39-d713-7ac6-bd3d-7058ec17eceb', '01a1ff3b-6a10-7a19-80b0-e6cc98268d1b', 'work.processing', '{"status": "processing"}', '2026-11-21 17:50:46.89484+00'),
	(59, '1156', '01a1ff39-d713-7ac6-bd3d-7058ec17eceb', '01a1ff3b-6a10-7a19-80b0-e6cc98268d1b', 'work.cancelled', '{"status": "cancelled"}', '2026-11-21 17:50:47.042409+00'),
	(63, '1160', '01a1ff39-d78c-7bde-bd7a-7c757d076ae0', '01a1ff3b-6db4-7658-b3da-14ee5fdd1271', 'work.created', '{"status": "pending"}', '2026-11-21 17:50:47.219891+00'),
	(60, '1157', '01a1ff39-d78c-7bde-bd7a-7c757d076ae0', '01a1ff3b-6d3c-78a4-8edb-269965783624', 'work.created', '{"status": "pending"}', '2026-11-21 17:50:47.095698+00'),
	(62, '1159', '01a1ff39-d713-7ac6-bd3d-7058ec17eceb', '01a1ff3b-6d9c-71dc-abf1-76b856717b36', 'work.created', '{"status": "pending"}', '2026-11-21 17:50:47.19638+00'),
	(61, '1158', '01a1ff39-d78c-7bde-bd7a-7c757d076ae0', '01a1ff3b-6d3c-78a4-8edb-269965783624', 'work.taken', '{"status": "taken"}', '2026-11-21 17:50:47.134366+00');

INSERT INTO public.files OVERRIDING SYSTEM VALUE VALUES
	('01a1ff39-d94e-73ca-9514-8208658c320b', 1, '01a1ff39-d713-7ac6-bd3d-7058ec17eceb', NULL, 'uploads', '01a1ff39-d713-7ac6-bd3d-7058ec17eceb/01a1ff39-d94e-73ca-9514-8208658c320b.jpg', '01a1ff39-d713-7ac6-bd3d-7058ec17eceb/01a1ff39-d94e-73ca-9514-8208658c320b.jpg', '01a1ff39-d713-7ac6-bd3d-7058ec17eceb/01a1ff39-d94e-73ca-9514-8208658c320b.webp', '해변.jpg', 64, 48, 886, 'image/jpeg', '\xdb8cfb7b4126017005b08db2b541c034d4c724e5b9fe3b7b6fb53886f28981ca', '2026-11-21 17:49:03.819842+00', DEFAULT, DEFAULT),
	('01a1ff39-da26-7df4-8d43-7d8b64879a92', 2, '01a1ff39-d78c-7bde-bd7a-7c757d076ae0', NULL, 'uploads', '01a1ff39-d78c-7bde-bd7a-7c757d076ae0/01a1ff39-da26-7df4-8d43-7d8b64879a92.jpg', '01a1ff39-d78c-7bde-bd7a-7c757d076ae0/01a1ff39-da26-7df4-8d43-7d8b64879a92.jpg', '01a1ff39-d78c-7bde-bd7a-7c757d076ae0/01a1ff39-da26-7df4-8d43-7d8b64879a92.webp', 'cup.jpg', 48, 64, 873, 'image/jpeg', '\xc4e8bcdddcee778d0f51bb255aa9cfcc3570ac5cfa17953129afc36adc5b3a42', '2026-11-21 17:49:03.920126+00', DEFAULT, DEFAULT),
	('01a1ff3a-1604-7690-abcd-c515b2df716c', 3, '01a1ff39-d713-7ac6-bd3d-7058ec17eceb', '01a1ff39-df38-7822-9eb9-e50afbc48199', 'works', '01a1ff39-d713-7ac6-bd3d-7058ec17eceb/01a1ff39-df38-7822-9eb9-e50afbc48199/output.png', '01a1ff39-d713-7ac6-bd3d-7058ec17eceb/01a1ff39-df38-7822-9eb9-e50afbc48199/401f7578-1109-4809-a0b7-fbc50527aeb9.png', '01a1ff39-d713-7ac6-bd3d-7058ec17eceb/01a1ff3a-1604-7690-abcd-c515b2df716c.webp', 'output.png', 832, 624, 656768, 'image/png', '\x2b193027b354b6ca83c0a6a35d9000842014647cc243642653a81e28295d8926', '2026-11-21 17:49:19.351809+00', DEFAULT, DEFAULT),
	('01a1ff3a-391a-76a7-ab29-a6a27fcbc56a', 4, '01a1ff39-d713-7ac6-bd3d-7058ec17eceb', '01a1ff3a-17c3-7ee6-8e40-3736678a57fd', 'works', '01a1ff39-d713-7ac6-bd3d-7058ec17eceb/01a1ff3a-17c3-7ee6-8e40-3736678a57fd/output.png', '01a1ff39-d713-7ac6-bd3d-7058ec17eceb/01a1ff3a-17c3-7ee6-8e40-3736678a57fd/2c273b3e-eaa1-4dff-9cd2-e19cc0d20389.png', '01a1ff39-d713-7ac6-bd3d-7058ec17eceb/01a1ff3a-391a-76a7-ab29-a6a27fcbc56a.webp', 'output.png', 832, 624, 657711, 'image/png', '\x79de9ac0bd6f01d28dc196be6cd4275335e855dc827bb47529dbf2d09ee5776f', '2026-11-21 17:49:28.345131+00', DEFAULT, DEFAULT),
	('01a1ff3a-59f9-768f-b2cc-3d1ee68ae792', 5, '01a1ff39-d713-7ac6-bd3d-7058ec17eceb', '01a1ff3a-17c3-7ee6-8e40-3736678a57fd', 'works', '01a1ff39-d713-7ac6-bd3d-7058ec17eceb/01a1ff3a-17c3-7ee6-8e40-3736678a57fd/output-2.png', '01a1ff39-d713-7ac6-bd3d-7058ec17eceb/01a1ff3a-17c3-7ee6-8e40-3736678a57fd/c564454d-27aa-4833-975d-da655d7c2ac4.png', '01a1ff39-d713-7ac6-bd3d-7058ec17eceb/01a1ff3a-59f9-768f-b2cc-3d1ee68ae792.webp', 'output-2.png', 832, 624, 657825, 'image/png', '\x3e7d682ac5f0adbc925aeb4251c01615114e9ed4fa4f8239a2097b42ac320714', '2026-11-21 17:49:36.755824+00', DEFAULT, DEFAULT),
	('01a1ff3a-7593-71e8-ba16-e0b27c19e3ee', 6, '01a1ff39-d78c-7bde-bd7a-7c757d076ae0', '01a1ff3a-5baf-7638-bc0c-61624a9254dd', 'works', '01a1ff39-d78c-7bde-bd7a-7c757d076ae0/01a1ff3a-5baf-7638-bc0c-61624a9254dd/output.png', '01a1ff39-d78c-7bde-bd7a-7c757d076ae0/01a1ff3a-5baf-7638-bc0c-61624a9254dd/97f9691d-539f-408d-8426-0922423f97a0.png', '01a1ff39-d78c-7bde-bd7a-7c757d076ae0/01a1ff3a-7593-71e8-ba16-e0b27c19e3ee.webp', 'output.png', 624, 832, 661350, 'image/png', '\x4f7f0d4df0d0f257cb6d0001bdde1fcf23a1fc0a08fdccb3adc93f24012a4053', '2026-11-21 17:49:43.791629+00', DEFAULT, DEFAULT),
	('01a1ff3a-8f35-7a72-a10f-14221d9f4f87', 7, '01a1ff39-d78c-7bde-bd7a-7c757d076ae0', '01a1ff3a-769f-76dd-ba35-a4ce809bad67', 'works', '01a1ff39-d78c-7bde-bd7a-7c757d076ae0/01a1ff3a-769f-76dd-ba35-a4ce809bad67/output-2.png', '01a1ff39-d78c-7bde-bd7a-7c757d076ae0/01a1ff3a-769f-76dd-ba35-a4ce809bad67/db308d88-dc94-41cb-8ed8-d487b5466dd5.png', '01a1ff39-d78c-7bde-bd7a-7c757d076ae0/01a1ff3a-8f35-7a72-a10f-14221d9f4f87.webp', 'output-2.png', 624, 832, 661405, 'image/png', '\x0ef2665c050164a9b528bab4e37527d32a579b73edeb9464a761734294e585b6', '2026-11-21 17:49:50.295871+00', DEFAULT, DEFAULT),
	('01a1ff3a-af7c-7aa6-8930-c219484af793', 8, '01a1ff39-d78c-7bde-bd7a-7c757d076ae0', '01a1ff3a-769f-76dd-ba35-a4ce809bad67', 'works', '01a1ff39-d78c-7bde-bd7a-7c757d076ae0/01a1ff3a-769f-76dd-ba35-a4ce809bad67/output.png', '01a1ff39-d78c-7bde-bd7a-7c757d076ae0/01a1ff3a-769f-76dd-ba35-a4ce809bad67/ae23033a-42f1-497e-9588-cad10c570473.png', '01a1ff39-d78c-7bde-bd7a-7c757d076ae0/01a1ff3a-af7c-7aa6-8930-c219484af793.webp', 'output.png', 624, 832, 660706, 'image/png', '\xb16de2eed04f3e2b5d139539c060bff7c6968767c4ba0f3717d3dd7fbe74e14e', '2026-11-21 17:49:58.541676+00', DEFAULT, DEFAULT),
	('01a1ff3b-50d8-76a6-9d6a-bdc4a93f0bfe', 9, '01a1ff39-d713-7ac6-bd3d-7058ec17eceb', '01a1ff3b-3cff-7ef8-9972-5a1deffec06e', 'works', '01a1ff39-d713-7ac6-bd3d-7058ec17eceb/01a1ff3b-3cff-7ef8-9972-5a1deffec06e/output.png', '01a1ff39-d713-7ac6-bd3d-7058ec17eceb/01a1ff3b-3cff-7ef8-9972-5a1deffec06e/361a2749-36f7-43b6-bc01-467c409439bb.png', '01a1ff39-d713-7ac6-bd3d-7058ec17eceb/01a1ff3b-50d8-76a6-9d6a-bdc4a93f0bfe.webp', 'output.png', 832, 624, 652666, 'image/png', '\x2c83cf67fcce7c404d429e5d5aa5447f820167100d80c707f1af2db07af6283d', '2026-11-21 17:50:39.843791+00', DEFAULT, DEFAULT);

INSERT INTO public.generation_jobs OVERRIDING SYSTEM VALUE VALUES
	('01a1ff39-df83-7ff9-875b-9bee4306e9cb', 1, '01a1ff39-df38-7822-9eb9-e50afbc48199', '01a1ff39-d713-7ac6-bd3d-7058ec17eceb', 0, 0, '01a1ff39-d59c-79a6-a6ee-feadc886e2db', '01a1ff39-dbd0-7777-8e2e-58ecf0ed3b55', 'completed', 0, 'finish', '93f9f5ce-8b06-4e24-b2f6-e04127a38c06', '711a4b4a-2f9a-46d8-9cf6-5bfa8b23476d', 0, '2026-11-21 17:49:05.196237+00', NULL, '2026-11-21 17:49:19.153094+00', '2026-11-21 17:55:08.64393+00', '01a1ff39-df83-7ff9-875b-9bee4306e9cb', '{"cfg": 1.0, "seed": 1204238484111696, "image": "01a1ff39-d94e-73ca-9514-8208658c320b", "steps": 4, "prompt": "a quiet beach", "megapixels": 0.5}', 'a quiet beach', NULL, '[{"ref": {"type": "output", "filename": "01a1ff39-df83-7ff9-875b-9bee4306e9cb_00001_.png", "subfolder": "affiche"}, "kind": "images", "node": "9"}]', '01a1ff3a-1604-7690-abcd-c515b2df716c', NULL, NULL, NULL, '2026-11-21 17:49:05.196237+00', '2026-11-21 17:49:19.447469+00', '2026-11-21 17:49:05.466197+00', '2026-11-21 17:49:06.896509+00', '2026-11-21 17:49:08.64393+00', '2026-11-21 17:49:19.447636+00', NULL, NULL, 12.093, DEFAULT, DEFAULT),
	('01a1ff3a-17c6-7f92-bb72-3c0227967e81', 2, '01a1ff3a-17c3-7ee6-8e40-3736678a57fd', '01a1ff39-d713-7ac6-bd3d-7058ec17eceb', 0, 0, '01a1ff39-d59c-79a6-a6ee-feadc886e2db', '01a1ff39-dbd0-7777-8e2e-58ecf0ed3b55', 'completed', 0, 'finish', 'c5a13fd7-617a-4989-b828-4f9e5b9683a4', '5fa790bd-15ed-4615-a45b-6dda742b7ae3', 0, '2026-11-21 17:49:19.679414+00', NULL, '2026-11-21 17:49:28.32143+00', '2026-11-21 17:55:21.997785+00', '01a1ff3a-17c6-7f92-bb72-3c0227967e81', '{"cfg": 1.0, "seed": 3666258284635547, "image": "01a1ff39-d94e-73ca-9514-8208658c320b", "steps": 4, "prompt": "a quiet beach", "megapixels": 0.5}', 'a quiet beach', NULL, '[{"ref": {"type": "output", "filename": "01a1ff3a-17c6-7f92-bb72-3c0227967e81_00001_.png", "subfolder": "affiche"}, "kind": "images", "node": "9"}]', '01a1ff3a-391a-76a7-ab29-a6a27fcbc56a', NULL, NULL, NULL, '2026-11-21 17:49:19.679414+00', '2026-11-21 17:49:28.481939+00', '2026-11-21 17:49:19.823589+00', '2026-11-21 17:49:20.243067+00', '2026-11-21 17:49:21.997785+00', '2026-11-21 17:49:28.48204+00', NULL, NULL, 7.021, DEFAULT, DEFAULT),
	('01a1ff3a-17c7-7ba1-b755-a9d86d03d452', 3, '01a1ff3a-17c3-7ee6-8e40-3736678a57fd', '01a1ff39-d713-7ac6-bd3d-7058ec17eceb', 0, 1, '01a1ff39-d59c-79a6-a6ee-feadc886e2db', '01a1ff39-dbd0-7777-8e2e-58ecf0ed3b55', 'completed', 0, 'finish', 'd4c3c34e-9c1c-4d15-825d-df79addb28a9', '4b9fc932-a74a-4601-a27d-d709a350c349', 0, '2026-11-21 17:49:19.679414+00', NULL, '2026-11-21 17:49:36.406778+00', '2026-11-21 17:55:28.681753+00', '01a1ff3a-17c7-7ba1-b755-a9d86d03d452', '{"cfg": 1.0, "seed": 3666258284635548, "image": "01a1ff39-d94e-73ca-9514-8208658c320b", "steps": 4, "prompt": "a quiet beach", "megapixels": 0.5}', 'a quiet beach', NULL, '[{"ref": {"type": "output", "filename": "01a1ff3a-17c7-7ba1-b755-a9d86d03d452_00001_.png", "subfolder": "affiche"}, "kind": "images", "node": "9"}]', '01a1ff3a-59f9-768f-b2cc-3d1ee68ae792', NULL, NULL, NULL, '2026-11-21 17:49:19.679414+00', '2026-11-21 17:49:36.831025+00', '2026-11-21 17:49:19.825035+00', '2026-11-21 17:49:20.313373+00', '2026-11-21 17:49:28.681753+00', '2026-11-21 17:49:36.837827+00', NULL, NULL, 8.925, DEFAULT, DEFAULT),
	('01a1ff3a-5bdf-726d-8441-e21b6e582c55', 4, '01a1ff3a-5baf-7638-bc0c-61624a9254dd', '01a1ff39-d78c-7bde-bd7a-7c757d076ae0', 0, 0, '01a1ff39-d59c-79a6-a6ee-feadc886e2db', '01a1ff39-dbd0-7777-8e2e-58ecf0ed3b55', 'completed', 0, 'finish', 'e73b601c-88e3-4894-aa5c-9ae547e945bf', '2db43e87-dc29-44bf-a243-2e2997fa9dbd', 0, '2026-11-21 17:49:37.063967+00', NULL, '2026-11-21 17:49:43.69319+00', '2026-11-21 17:55:39.351907+00', '01a1ff3a-5bdf-726d-8441-e21b6e582c55', '{"cfg": 1.0, "seed": 265187617357456, "image": "01a1ff39-da26-7df4-8d43-7d8b64879a92", "steps": 4, "prompt": "a quiet beach", "megapixels": 0.5}', 'a quiet beach', NULL, '[{"ref": {"type": "output", "filename": "01a1ff3a-5bdf-726d-8441-e21b6e582c55_00001_.png", "subfolder": "affiche"}, "kind": "images", "node": "9"}]', '01a1ff3a-7593-71e8-ba16-e0b27c19e3ee', NULL, NULL, NULL, '2026-11-21 17:49:37.063967+00', '2026-11-21 17:49:43.853678+00', '2026-11-21 17:49:37.282743+00', '2026-11-21 17:49:37.606257+00', '2026-11-21 17:49:39.351907+00', '2026-11-21 17:49:43.853737+00', NULL, NULL, 5.452, DEFAULT, DEFAULT),
	('01a1ff3a-76a1-7038-8f2e-b9933169d23a', 6, '01a1ff3a-769f-76dd-ba35-a4ce809bad67', '01a1ff39-d78c-7bde-bd7a-7c757d076ae0', 0, 1, '01a1ff39-d59c-79a6-a6ee-feadc886e2db', '01a1ff39-dbd0-7777-8e2e-58ecf0ed3b55', 'completed', 0, 'finish', '10f1864b-aaf2-4536-82b6-75a4230e8511', '333e407f-e01a-41dc-b3ba-84c034266421', 0, '2026-11-21 17:49:43.96392+00', NULL, '2026-11-21 17:49:50.715799+00', '2026-11-21 17:55:46.075212+00', '01a1ff3a-76a1-7038-8f2e-b9933169d23a', '{"cfg": 1.0, "seed": 8298060932338325, "image": "01a1ff39-da26-7df4-8d43-7d8b64879a92", "steps": 4, "prompt": "a quiet beach", "megapixels": 0.5}', 'a quiet beach', NULL, '[{"ref": {"type": "output", "filename": "01a1ff3a-76a1-7038-8f2e-b9933169d23a_00001_.png", "subfolder": "affiche"}, "kind": "images", "node": "9"}]', '01a1ff3a-8f35-7a72-a10f-14221d9f4f87', NULL, NULL, NULL, '2026-11-21 17:49:43.96392+00', '2026-11-21 17:49:50.404495+00', '2026-11-21 17:49:44.026158+00', '2026-11-21 17:49:44.296501+00', '2026-11-21 17:49:46.075212+00', '2026-11-21 17:49:50.40451+00', NULL, NULL, 5.334, DEFAULT, DEFAULT),
	('01a1ff3a-76a1-752e-9435-482a381aa5f3', 5, '01a1ff3a-769f-76dd-ba35-a4ce809bad67', '01a1ff39-d78c-7bde-bd7a-7c757d076ae0', 0, 0, '01a1ff39-d59c-79a6-a6ee-feadc886e2db', '01a1ff39-dbd0-7777-8e2e-58ecf0ed3b55', 'completed', 0, 'finish', 'c80666a9-7a7b-467f-8afc-e2071e58aa39', '60142a20-ef0a-4223-82e8-b166a1a27c6a', 0, '2026-11-21 17:49:43.96392+00', NULL, '2026-11-21 17:50:00.678955+00', '2026-11-21 17:55:51.158928+00', '01a1ff3a-76a1-752e-9435-482a381aa5f3', '{"cfg": 1.0, "seed": 8298060932338324, "image": "01a1ff39-da26-7df4-8d43-7d8b64879a92", "steps": 4, "prompt": "a quiet beach", "megapixels": 0.5}', 'a quiet beach', NULL, '[{"ref": {"type": "output", "filename": "01a1ff3a-76a1-752e-9435-482a381aa5f3_00001_.png", "subfolder": "affiche"}, "kind": "images", "node": "9"}]', '01a1ff3a-af7c-7aa6-8930-c219484af793', NULL, NULL, NULL, '2026-11-21 17:49:43.96392+00', '2026-11-21 17:49:58.550348+00', '2026-11-21 17:49:44.026329+00', '2026-11-21 17:49:44.367657+00', '2026-11-21 17:49:51.158928+00', '2026-11-21 17:49:58.550481+00', NULL, NULL, 8.71, DEFAULT, DEFAULT),
	('01a1ff3a-f853-7f07-91fc-294c1f9d92b3', 11, '01a1ff3a-f84c-7a8d-8ea1-362841064fcc', '01a1ff39-d713-7ac6-bd3d-7058ec17eceb', 0, 0, '01a1ff39-d59c-79a6-a6ee-feadc886e2db', '01a1ff39-dbd0-7777-8e2e-58ecf0ed3b55', 'taken', 0, 'submit', 'd5342e77-e761-453c-81cb-36d5e81f505f', '2117342b-1160-4cad-bef5-e8336e30dc18', 0, '2026-11-21 17:50:17.160654+00', '2026-11-21 17:50:17.918551+00', NULL, '2026-11-21 18:00:17.30614+00', NULL, '{"cfg": 1.0, "seed": 3436341598073827, "image": "01a1ff39-d94e-73ca-9514-8208658c320b", "steps": 4, "prompt": "died in submit", "megapixels": 0.5}', 'died in submit', NULL, NULL, NULL, NULL, NULL, NULL, '2026-11-21 17:50:17.160654+00', '2026-11-21 17:50:17.924179+00', '2026-11-21 17:50:17.316255+00', NULL, NULL, NULL, NULL, NULL, NULL, DEFAULT, DEFAULT),
	('01a1ff3a-b038-70ad-a995-befc651a77e3', 7, '01a1ff3a-b034-7aa9-8858-f3c504ce355a', '01a1ff39-d713-7ac6-bd3d-7058ec17eceb', 0, 0, '01a1ff39-d59c-79a6-a6ee-feadc886e2db', '01a1ff39-dbd0-7777-8e2e-58ecf0ed3b55', 'failed', 0, 'observe', '5f888abb-1630-4416-920b-3c24c97ecf38', NULL, 0, '2026-11-21 17:49:58.700469+00', NULL, '2026-11-21 17:50:00.168865+00', '2026-11-21 18:04:59.168713+00', '01a1ff3a-b038-70ad-a995-befc651a77e3', '{"cfg": 1.0, "seed": 7493720151287004, "image": "01a1ff39-d94e-73ca-9514-8208658c320b", "steps": 4, "prompt": "노을 지는 산", "megapixels": 0.5}', '노을 지는 산', NULL, NULL, NULL, 'run_failed', '{"node": "75:65", "where": " (VAEDecode #75:65)"}', '이미지를 만들지 못했습니다. 워크플로가 실패했습니다 (VAEDecode #75:65).', '2026-11-21 17:49:58.700469+00', '2026-11-21 17:49:59.554883+00', '2026-11-21 17:49:58.7788+00', '2026-11-21 17:49:59.169457+00', NULL, NULL, '2026-11-21 17:49:59.554975+00', NULL, NULL, DEFAULT, DEFAULT),
	('01a1ff3a-b43e-7ce0-9aaf-91ac161a6f0e', 8, '01a1ff3a-b43c-70ba-97c9-8edb96458e92', '01a1ff39-d713-7ac6-bd3d-7058ec17eceb', 0, 0, '01a1ff39-d59c-79a6-a6ee-feadc886e2db', '01a1ff39-dbd0-7777-8e2e-58ecf0ed3b55', 'cancelled', 0, 'prepare', '0425713c-9afa-4b3d-9df9-f1c8f761e6fa', NULL, 0, '2026-11-21 17:49:59.740205+00', NULL, NULL, NULL, NULL, '{}', NULL, NULL, NULL, NULL, NULL, NULL, NULL, '2026-11-21 17:49:59.740205+00', '2026-11-21 17:49:59.777236+00', NULL, NULL, NULL, NULL, NULL, '2026-11-21 17:49:59.777364+00', NULL, DEFAULT, DEFAULT),
	('01a1ff3b-1b35-7a5e-ada8-2387783c0db2', 12, '01a1ff3b-1b32-7fc6-8b14-e5b340719afe', '01a1ff39-d713-7ac6-bd3d-7058ec17eceb', 0, 0, '01a1ff39-d59c-79a6-a6ee-feadc886e2db', '01a1ff39-dbd0-7777-8e2e-58ecf0ed3b55', 'processing', 0, 'collect', 'eea21270-306b-40cb-8b59-a914000a463a', '43476497-f46d-48ae-ae89-2a684f6802b0', 0, '2026-11-21 17:50:26.085299+00', '2026-11-21 17:50:28.141201+00', '2026-11-21 17:50:48.071334+00', '2026-11-21 18:05:27.049646+00', '01a1ff3b-1b35-7a5e-ada8-2387783c0db2', '{"cfg": 1.0, "seed": 1424225387514834, "image": "01a1ff39-d94e-73ca-9514-8208658c320b", "steps": 4, "prompt": "died in collect", "megapixels": 0.5}', 'died in collect', NULL, '[{"ref": {"type": "output", "filename": "01a1ff3b-1b35-7a5e-ada8-2387783c0db2_00001_.png", "subfolder": "affiche"}, "kind": "images", "node": "9"}]', NULL, NULL, NULL, NULL, '2026-11-21 17:50:26.085299+00', '2026-11-21 17:50:28.141275+00', '2026-11-21 17:50:26.261638+00', '2026-11-21 17:50:27.051469+00', NULL, NULL, NULL, NULL, 1.107, DEFAULT, DEFAULT),
	('01a1ff3a-b4a4-7aea-b04c-7ebb5777f07c', 9, '01a1ff3a-b49d-71cc-a865-e8405646d475', '01a1ff39-d713-7ac6-bd3d-7058ec17eceb', 0, 0, '01a1ff39-d59c-79a6-a6ee-feadc886e2db', '01a1ff39-dbd0-7777-8e2e-58ecf0ed3b55', 'cancelled', 0, 'prepare', '10478c7f-31c1-42e5-a705-07ff0bfc34d1', NULL, 0, '2026-11-21 17:49:59.837498+00', NULL, NULL, NULL, NULL, '{}', NULL, NULL, NULL, NULL, NULL, NULL, NULL, '2026-11-21 17:49:59.837498+00', '2026-11-21 17:49:59.880107+00', NULL, NULL, NULL, NULL, NULL, '2026-11-21 17:49:59.88012+00', NULL, DEFAULT, DEFAULT),
	('01a1ff3a-d1b9-7cd4-bbdb-d99f42d0486d', 10, '01a1ff3a-d1b6-7c30-96a4-03d2ee7c468a', '01a1ff39-d713-7ac6-bd3d-7058ec17eceb', 0, 0, '01a1ff39-d59c-79a6-a6ee-feadc886e2db', '01a1ff39-dbd0-7777-8e2e-58ecf0ed3b55', 'taken', 0, 'prepare', '0389d79a-1c00-4fef-81b7-d47a2c2d932e', '2b31e18e-9b43-4fb5-8d05-b4d553545e91', 0, '2026-11-21 17:50:07.284594+00', '2026-11-21 17:50:08.077924+00', NULL, '2026-11-21 18:00:07.454603+00', NULL, '{}', NULL, NULL, NULL, NULL, NULL, NULL, NULL, '2026-11-21 17:50:07.284594+00', '2026-11-21 17:50:08.078462+00', '2026-11-21 17:50:07.45534+00', NULL, NULL, NULL, NULL, NULL, NULL, DEFAULT, DEFAULT),
	('01a1ff3b-3d02-7126-8e4a-d6e640be101a', 13, '01a1ff3b-3cff-7ef8-9972-5a1deffec06e', '01a1ff39-d713-7ac6-bd3d-7058ec17eceb', 0, 0, '01a1ff39-d59c-79a6-a6ee-feadc886e2db', '01a1ff39-dbd0-7777-8e2e-58ecf0ed3b55', 'processing', 0, 'finish', '8ed21878-0aad-419b-a021-f54fddcd86ce', '421628e0-454e-4490-9f42-3fcb818076fa', 0, '2026-11-21 17:50:34.724543+00', '2026-11-21 17:50:39.846193+00', '2026-11-21 17:50:59.409068+00', '2026-11-21 17:56:37.460813+00', '01a1ff3b-3d02-7126-8e4a-d6e640be101a', '{"cfg": 1.0, "seed": 8671761203780441, "image": "01a1ff39-d94e-73ca-9514-8208658c320b", "steps": 4, "prompt": "died in finish", "megapixels": 0.5}', 'died in finish', NULL, '[{"ref": {"type": "output", "filename": "01a1ff3b-3d02-7126-8e4a-d6e640be101a_00001_.png", "subfolder": "affiche"}, "kind": "images", "node": "9"}]', '01a1ff3b-50d8-76a6-9d6a-bdc4a93f0bfe', NULL, NULL, NULL, '2026-11-21 17:50:34.724543+00', '2026-11-21 17:50:39.846241+00', '2026-11-21 17:50:34.861861+00', '2026-11-21 17:50:35.740357+00', '2026-11-21 17:50:37.460813+00', NULL, NULL, NULL, 3.684, DEFAULT, DEFAULT),
	('01a1ff3b-69cd-75f1-a046-30672d0b2903', 15, '01a1ff3b-69c9-7684-acb8-2e5f8a363126', '01a1ff39-d713-7ac6-bd3d-7058ec17eceb', 0, 0, '01a1ff39-d59c-79a6-a6ee-feadc886e2db', '01a1ff39-dbd0-7777-8e2e-58ecf0ed3b55', 'processing', 0, 'observe', 'e4b71938-fe75-4297-9b35-50f287df55f6', '1560760b-ab89-4fcf-93b9-d8fe092f0158', 0, '2026-11-21 17:50:46.208757+00', NULL, '2026-11-21 17:50:47.789507+00', '2026-11-21 18:05:46.789379+00', '01a1ff3b-69cd-75f1-a046-30672d0b2903', '{"cfg": 1.0, "seed": 1271867132704890, "image": "01a1ff39-d94e-73ca-9514-8208658c320b", "steps": 4, "prompt": "running 1", "megapixels": 0.5}', 'running 1', NULL, NULL, NULL, NULL, NULL, NULL, '2026-11-21 17:50:46.208757+00', '2026-11-21 17:50:46.811492+00', '2026-11-21 17:50:46.264935+00', '2026-11-21 17:50:46.811589+00', NULL, NULL, NULL, NULL, NULL, DEFAULT, DEFAULT),
	('01a1ff3b-6971-73a7-ba1d-b2f78c4d6bf4', 14, '01a1ff3b-696f-79c8-a20f-7e03d7f39f03', '01a1ff39-d713-7ac6-bd3d-7058ec17eceb', 0, 0, '01a1ff39-d59c-79a6-a6ee-feadc886e2db', '01a1ff39-dbd0-7777-8e2e-58ecf0ed3b55', 'processing', 0, 'observe', 'fdef4dee-a8c4-42f4-9072-2fb9ad43b6d3', 'b78a29a3-4b63-4a7c-ae48-bd7d6c2aac50', 0, '2026-11-21 17:50:46.12487+00', NULL, '2026-11-21 17:50:47.857784+00', '2026-11-21 18:05:46.852373+00', '01a1ff3b-6971-73a7-ba1d-b2f78c4d6bf4', '{"cfg": 1.0, "seed": 8734605200125501, "image": "01a1ff39-d94e-73ca-9514-8208658c320b", "steps": 4, "prompt": "running 0", "megapixels": 0.5}', 'running 0', NULL, NULL, NULL, NULL, NULL, NULL, '2026-11-21 17:50:46.12487+00', '2026-11-21 17:50:46.900458+00', '2026-11-21 17:50:46.255572+00', '2026-11-21 17:50:46.900552+00', NULL, NULL, NULL, NULL, NULL, DEFAULT, DEFAULT),
	('01a1ff3b-6a11-7f3c-9888-0b3d68365efb', 16, '01a1ff3b-6a10-7a19-80b0-e6cc98268d1b', '01a1ff39-d713-7ac6-bd3d-7058ec17eceb', 0, 0, '01a1ff39-d59c-79a6-a6ee-feadc886e2db', '01a1ff39-dbd0-7777-8e2e-58ecf0ed3b55', 'cancelled', 0, 'observe', '05402d15-7632-4e91-b04c-c1d4224606e6', NULL, 0, '2026-11-21 17:50:46.280417+00', NULL, '2026-11-21 17:50:47.864509+00', '2026-11-21 18:05:46.864365+00', '01a1ff3b-6a11-7f3c-9888-0b3d68365efb', '{"cfg": 1.0, "seed": 7042798918536195, "image": "01a1ff39-d94e-73ca-9514-8208658c320b", "steps": 4, "prompt": "running 2", "megapixels": 0.5}', 'running 2', NULL, NULL, NULL, NULL, NULL, NULL, '2026-11-21 17:50:46.280417+00', '2026-11-21 17:50:47.056612+00', '2026-11-21 17:50:46.361982+00', '2026-11-21 17:50:46.895426+00', NULL, NULL, NULL, '2026-11-21 17:50:47.056805+00', NULL, DEFAULT, DEFAULT),
	('01a1ff3b-6d43-75db-8f7c-49ac47677a18', 17, '01a1ff3b-6d3c-78a4-8edb-269965783624', '01a1ff39-d78c-7bde-bd7a-7c757d076ae0', 0, 0, '01a1ff39-d59c-79a6-a6ee-feadc886e2db', '01a1ff39-dbd0-7777-8e2e-58ecf0ed3b55', 'taken', 0, 'prepare', '268cff6d-5a57-4359-8e2a-cbd33d64a9bd', NULL, 0, '2026-11-21 17:50:47.095698+00', NULL, NULL, '2026-11-21 18:00:47.150094+00', NULL, '{}', NULL, NULL, NULL, NULL, NULL, NULL, NULL, '2026-11-21 17:50:47.095698+00', '2026-11-21 17:50:47.15019+00', '2026-11-21 17:50:47.150244+00', NULL, NULL, NULL, NULL, NULL, NULL, DEFAULT, DEFAULT),
	('01a1ff3b-6d9e-7905-8161-7f18e5624ef9', 18, '01a1ff3b-6d9c-71dc-abf1-76b856717b36', '01a1ff39-d713-7ac6-bd3d-7058ec17eceb', 0, 0, '01a1ff39-d59c-79a6-a6ee-feadc886e2db', '01a1ff39-dbd0-7777-8e2e-58ecf0ed3b55', 'pending', 0, 'prepare', '69a6f170-61f9-4fb9-8fc0-56939da3e171', NULL, 0, '2026-11-21 17:50:47.19638+00', NULL, NULL, NULL, NULL, '{}', NULL, NULL, NULL, NULL, NULL, NULL, NULL, '2026-11-21 17:50:47.19638+00', '2026-11-21 17:50:47.19638+00', NULL, NULL, NULL, NULL, NULL, NULL, NULL, DEFAULT, DEFAULT),
	('01a1ff3b-6d9f-76d0-9ff0-876a835b335d', 19, '01a1ff3b-6d9c-71dc-abf1-76b856717b36', '01a1ff39-d713-7ac6-bd3d-7058ec17eceb', 0, 1, '01a1ff39-d59c-79a6-a6ee-feadc886e2db', '01a1ff39-dbd0-7777-8e2e-58ecf0ed3b55', 'pending', 0, 'prepare', '7bb7529d-1e8a-45b6-95aa-4b35d0b2ee16', NULL, 0, '2026-11-21 17:50:47.19638+00', NULL, NULL, NULL, NULL, '{}', NULL, NULL, NULL, NULL, NULL, NULL, NULL, '2026-11-21 17:50:47.19638+00', '2026-11-21 17:50:47.19638+00', NULL, NULL, NULL, NULL, NULL, NULL, NULL, DEFAULT, DEFAULT),
	('01a1ff3b-6db7-7cf1-aa4e-64d9312aa820', 20, '01a1ff3b-6db4-7658-b3da-14ee5fdd1271', '01a1ff39-d78c-7bde-bd7a-7c757d076ae0', 0, 0, '01a1ff39-d59c-79a6-a6ee-feadc886e2db', '01a1ff39-dbd0-7777-8e2e-58ecf0ed3b55', 'pending', 0, 'prepare', '674a73a7-d9fc-4856-9246-07381b0ed6e6', NULL, 0, '2026-11-21 17:50:47.219891+00', NULL, NULL, NULL, NULL, '{}', NULL, NULL, NULL, NULL, NULL, NULL, NULL, '2026-11-21 17:50:47.219891+00', '2026-11-21 17:50:47.219891+00', NULL, NULL, NULL, NULL, NULL, NULL, NULL, DEFAULT, DEFAULT);

INSERT INTO public.idempotency_keys VALUES
	('01a1ff39-d713-7ac6-bd3d-7058ec17eceb', 'two-of-them', '\xd7a307d858b4fc927505769e1fc7f49743da21688c8b11afd4fe69d86f3bd4de', '01a1ff3b-6d9c-71dc-abf1-76b856717b36', '{"cfg": 1.0, "seed": 5998146775456890, "image": "01a1ff39-d94e-73ca-9514-8208658c320b", "steps": 4, "prompt": "두 장", "megapixels": 0.5}', '2026-11-21 17:50:47.19638+00');

INSERT INTO public.projects OVERRIDING SYSTEM VALUE VALUES
	('01a1ff39-d76d-7163-9641-5583fd64f34f', 1, '01a1ff39-d713-7ac6-bd3d-7058ec17eceb', 'Studio', true, '2026-11-21 17:49:03.062708+00'),
	('01a1ff39-d7d1-7e74-8335-1c5ad6b73b92', 2, '01a1ff39-d78c-7bde-bd7a-7c757d076ae0', 'Studio', true, '2026-11-21 17:49:03.244763+00');

INSERT INTO public.sessions VALUES
	('\x7cdf08bf59ba6bf9403a536f309006458a42f82bfdbff0859f0028722b9cd675', '01a1ff39-d713-7ac6-bd3d-7058ec17eceb', '2026-11-21 17:49:03.365071+00', '2026-12-21 17:49:03.36489+00'),
	('\xc60945e517bd2772faeab628653e0dd3ffe08238cb339def0f2fca5c247af64f', '01a1ff39-d713-7ac6-bd3d-7058ec17eceb', '2026-11-21 17:49:03.518297+00', '2026-12-21 17:49:03.518132+00');

INSERT INTO public.sign_in_links VALUES
	('\xba1e99ad995d0d9c8e3da5335fe8c2dd4f6b2f47faeb44a0068b3dd37ff3ffdf', '01a1ff39-d713-7ac6-bd3d-7058ec17eceb', '2026-11-21 17:49:03.328476+00', '2026-11-22 17:49:03.334103+00', '2026-11-21 17:49:03.36489+00'),
	('\xf3b4d102d27e5c5556796782f33ef7286c8f2e4e414c3b3190f144abcab97ad7', '01a1ff39-d713-7ac6-bd3d-7058ec17eceb', '2026-11-21 17:49:03.460951+00', '2026-11-22 17:49:03.463555+00', NULL);

INSERT INTO public.template_versions VALUES
	('82064257-1bef-45d8-a6ba-715f33c887cc', 1, '43b277b211840403e293b694f1d44fdda80e98698edbdfaa65a4dd3450da2c6d', '{"id": "82064257-1bef-45d8-a6ba-715f33c887cc", "slug": "klein-i2i", "tags": ["I2I", "Image_to_Image", "AI생성"], "model": "XiCON_KLEIN_I2I", "title": {"en": "Repaint a photograph", "ko": "사진 다시 그리기"}, "fields": [{"name": "image", "type": "file", "label": {"en": "Source picture", "ko": "원본 사진"}, "accept": ".jpg,.jpeg,.png,.webp", "aliases": ["image_url", "image_base64"], "max_size": 20971520, "required": true, "request_key": "image", "upload_label": {"en": "Upload the picture to change", "ko": "바꾸고 싶은 사진을 올려 주세요"}, "request_value_type": "string", "upload_description": {"en": "JPG, PNG or WebP | up to 20 MB", "ko": "JPG, PNG, WebP | 20MB 이하"}}, {"name": "prompt", "rows": 3, "type": "textarea", "label": {"en": "What should change?", "ko": "무엇을 바꿀까요?"}, "required": true, "max_length": 500, "placeholder": {"en": "For example: replace the background with a beach at sunset", "ko": "예: 배경을 노을 지는 해변으로 바꿔줘"}, "request_key": "prompt", "request_value_type": "string"}, {"max": 40, "min": 1, "name": "steps", "step": 1, "type": "slider", "label": {"en": "Steps", "ko": "단계 수"}, "required": false, "description": {"en": "The model is made for 4 steps. Past 10 it mostly takes longer.", "ko": "모델은 4단계에 맞춰져 있습니다. 10단계를 넘으면 시간만 늘어납니다."}, "request_key": "steps", "default_value": 4, "request_value_type": "number"}, {"max": 20.0, "min": 0.0, "name": "cfg", "step": 0.1, "type": "number", "label": {"en": "Prompt strength (CFG)", "ko": "프롬프트 강도 (CFG)"}, "required": false, "description": {"en": "The higher, the more closely it follows the prompt. Made for 1.", "ko": "높을수록 프롬프트를 강하게 따릅니다. 기본값은 1입니다."}, "request_key": "cfg", "default_value": 1.0, "request_value_type": "number"}, {"max": 2.0, "min": 0.5, "name": "megapixels", "step": 0.05, "type": "slider", "label": {"en": "Size (megapixels)", "ko": "크기 (메가픽셀)"}, "required": false, "description": {"en": "The size of the result; its proportions are those of the source.", "ko": "결과 이미지의 크기입니다. 비율은 원본을 따릅니다."}, "request_key": "megapixels", "default_value": 1.0, "request_value_type": "number"}, {"max": 9007199254740991, "min": 0, "name": "seed", "step": 1, "type": "number", "label": {"en": "Seed", "ko": "시드"}, "required": false, "description": {"en": "0 draws a new one each time. The same value gives the same result.", "ko": "0이면 매번 새로운 값을 씁니다. 같은 값은 같은 결과를 냅니다."}, "request_key": "seed", "default_value": 0, "request_value_type": "number"}], "stages": [{"slug": "edit", "graph": {"9": {"_meta": {"title": "Result"}, "inputs": {"images": ["75:65", 0], "filename_prefix": "klein-i2i"}, "class_type": "SaveImage"}, "76": {"_meta": {"title": "Reference picture"}, "inputs": {"image": "reference.png"}, "class_type": "LoadImage"}, "75:61": {"_meta": {"title": "Sampler"}, "inputs": {"sampler_name": "euler"}, "class_type": "KSamplerSelect"}, "75:62": {"_meta": {"title": "Steps"}, "inputs": {"steps": 4, "width": ["75:81", 0], "height": ["75:81", 1]}, "class_type": "Flux2Scheduler"}, "75:63": {"_meta": {"title": "Guidance"}, "inputs": {"cfg": 1.0, "model": ["75:70", 0], "negative": ["75:79:76", 0], "positive": ["75:79:77", 0]}, "class_type": "CFGGuider"}, "75:64": {"_meta": {"title": "Sampling"}, "inputs": {"noise": ["75:73", 0], "guider": ["75:63", 0], "sigmas": ["75:62", 0], "sampler": ["75:61", 0], "latent_image": ["75:66", 0]}, "class_type": "SamplerCustomAdvanced"}, "75:65": {"_meta": {"title": "Picture from the latent"}, "inputs": {"vae": ["75:72", 0], "samples": ["75:64", 0]}, "class_type": "VAEDecode"}, "75:66": {"_meta": {"title": "Empty latent"}, "inputs": {"width": ["75:81", 0], "height": ["75:81", 1], "batch_size": 1}, "class_type": "EmptyFlux2LatentImage"}, "75:70": {"_meta": {"title": "Diffusion model"}, "inputs": {"unet_name": "flux-2-klein-9b-fp8.safetensors", "weight_dtype": "default"}, "class_type": "UNETLoader"}, "75:71": {"_meta": {"title": "Text encoder"}, "inputs": {"type": "flux2", "device": "default", "clip_name": "qwen_3_8b_fp8mixed.safetensors"}, "class_type": "CLIPLoader"}, "75:72": {"_meta": {"title": "VAE"}, "inputs": {"vae_name": "flux2-vae.safetensors"}, "class_type": "VAELoader"}, "75:73": {"_meta": {"title": "Seed"}, "inputs": {"noise_seed": 1}, "class_type": "RandomNoise"}, "75:74": {"_meta": {"title": "Prompt"}, "inputs": {"clip": ["75:71", 0], "text": ""}, "class_type": "CLIPTextEncode"}, "75:80": {"_meta": {"title": "Scale the reference"}, "inputs": {"image": ["76", 0], "megapixels": 1.0, "upscale_method": "nearest-exact", "resolution_steps": 1}, "class_type": "ImageScaleToTotalPixels"}, "75:81": {"_meta": {"title": "Size of the reference"}, "inputs": {"image": ["75:80", 0]}, "class_type": "GetImageSize"}, "75:82": {"_meta": {"title": "Nothing, as the negative"}, "inputs": {"conditioning": ["75:74", 0]}, "class_type": "ConditioningZeroOut"}, "75:79:76": {"_meta": {"title": "Negative with the reference"}, "inputs": {"latent": ["75:79:78", 0], "conditioning": ["75:82", 0]}, "class_type": "ReferenceLatent"}, "75:79:77": {"_meta": {"title": "Prompt with the reference"}, "inputs": {"latent": ["75:79:78", 0], "conditioning": ["75:74", 0]}, "class_type": "ReferenceLatent"}, "75:79:78": {"_meta": {"title": "Reference as latent"}, "inputs": {"vae": ["75:72", 0], "pixels": ["75:80", 0]}, "class_type": "VAEEncode"}}, "inputs": {}, "outputs": ["9"], "bindings": [{"name": "image", "node": "76", "type": "picture", "class": "LoadImage", "input": "image"}, {"name": "prompt", "node": "75:74", "type": "string", "class": "CLIPTextEncode", "input": "text"}, {"max": 9007199254740991, "min": 0, "name": "seed", "node": "75:73", "type": "integer", "class": "RandomNoise", "input": "noise_seed"}, {"max": 40, "min": 1, "name": "steps", "node": "75:62", "type": "integer", "class": "Flux2Scheduler", "input": "steps"}, {"max": 20.0, "min": 0.0, "name": "cfg", "node": "75:63", "type": "number", "class": "CFGGuider", "input": "cfg"}, {"max": 2.0, "min": 0.5, "name": "megapixels", "node": "75:80", "type": "number", "class": "ImageScaleToTotalPixels", "input": "megapixels"}]}], "credits": 1, "engines": ["runpod", "comfyui", "preview"], "presets": [{"slug": "fast", "title": {"en": "Fast", "ko": "빠르게"}, "values": {"cfg": 1.0, "steps": 4, "megapixels": 0.5}, "estimated_time": 20}, {"slug": "balanced", "title": {"en": "Balanced", "ko": "균형"}, "values": {"cfg": 1.0, "steps": 4, "megapixels": 1.0}, "estimated_time": 30}, {"slug": "high-quality", "title": {"en": "High quality", "ko": "고품질"}, "values": {"cfg": 2.0, "steps": 10, "megapixels": 1.5}, "estimated_time": 50}], "is_active": true, "time_outs": {"run": 360, "queue": 900}, "work_type": "image_to_image", "description": {"en": "Upload a photograph and say in words what should change. Flux2 Klein 9B repaints that and leaves the rest.", "ko": "사진을 올리고 바꾸고 싶은 것을 말로 적으세요. Flux2 Klein 9B가 나머지는 그대로 두고 그 부분을 다시 그립니다."}, "display_order": 10, "template_name": "XiCON_KLEIN_I2I_V1", "estimated_time": 30, "fallback_title": {"en": "I2I work", "ko": "I2I 작품"}}', '{01a1ff39-d59c-79a6-a6ee-feadc886e2db}', '2026-11-21 17:49:02.634409+00'),
	('01a1fe6a-a666-737b-82bf-72d7a0d41f93', 1, '604863f58f87f0673e04563766e715e9d60d896b75bbd0664242bc724a7e56ca', '{"id": "01a1fe6a-a666-737b-82bf-72d7a0d41f93", "slug": "klein-poster", "tags": ["Poster", "promotional_image", "AI생성"], "model": "flux-2-klein-9b-fp8", "title": {"en": "Flux2 Klein image editing", "ko": "Flux2 Klein 이미지 편집"}, "fields": [{"name": "reference_image", "type": "file", "label": {"en": "Reference image", "ko": "참조 이미지"}, "accept": ".jpg,.png,.jpeg", "max_size": 20971520, "required": true, "request_key": "reference_image", "upload_label": {"en": "Upload the image to edit", "ko": "편집할 이미지를 업로드하세요"}, "request_value_type": "string", "upload_description": {"en": "JPG or PNG | up to 20 MB", "ko": "JPG, PNG 파일 | 20MB 이하"}}, {"name": "prompt", "rows": 3, "type": "textarea", "label": {"en": "Edit prompt", "ko": "편집 프롬프트"}, "required": true, "max_length": 500, "placeholder": {"en": "Describe how the image should be edited", "ko": "이미지를 어떻게 편집할지 설명하세요"}, "request_key": "prompt", "request_value_type": "string"}, {"max": 9007199254740991, "min": 0, "name": "seed", "step": 1, "type": "number", "label": {"en": "Random seed", "ko": "랜덤 시드"}, "required": false, "description": {"en": "The same value gives the same result (reproducible)", "ko": "같은 값 사용 시 동일한 결과 생성 (재현성)"}, "request_key": "seed", "default_value": 432262096973502, "request_value_type": "number"}], "stages": [{"slug": "edit", "graph": {"9": {"_meta": {"title": "Result"}, "inputs": {"images": ["75:65", 0], "filename_prefix": "klein-poster"}, "class_type": "SaveImage"}, "76": {"_meta": {"title": "Reference picture"}, "inputs": {"image": "reference.png"}, "class_type": "LoadImage"}, "75:61": {"_meta": {"title": "Sampler"}, "inputs": {"sampler_name": "euler"}, "class_type": "KSamplerSelect"}, "75:62": {"_meta": {"title": "Steps"}, "inputs": {"steps": 4, "width": ["75:81", 0], "height": ["75:81", 1]}, "class_type": "Flux2Scheduler"}, "75:63": {"_meta": {"title": "Guidance"}, "inputs": {"cfg": 1.0, "model": ["75:70", 0], "negative": ["75:79:76", 0], "positive": ["75:79:77", 0]}, "class_type": "CFGGuider"}, "75:64": {"_meta": {"title": "Sampling"}, "inputs": {"noise": ["75:73", 0], "guider": ["75:63", 0], "sigmas": ["75:62", 0], "sampler": ["75:61", 0], "latent_image": ["75:66", 0]}, "class_type": "SamplerCustomAdvanced"}, "75:65": {"_meta": {"title": "Picture from the latent"}, "inputs": {"vae": ["75:72", 0], "samples": ["75:64", 0]}, "class_type": "VAEDecode"}, "75:66": {"_meta": {"title": "Empty latent"}, "inputs": {"width": ["75:81", 0], "height": ["75:81", 1], "batch_size": 1}, "class_type": "EmptyFlux2LatentImage"}, "75:70": {"_meta": {"title": "Diffusion model"}, "inputs": {"unet_name": "flux-2-klein-9b-fp8.safetensors", "weight_dtype": "default"}, "class_type": "UNETLoader"}, "75:71": {"_meta": {"title": "Text encoder"}, "inputs": {"type": "flux2", "device": "default", "clip_name": "qwen_3_8b_fp8mixed.safetensors"}, "class_type": "CLIPLoader"}, "75:72": {"_meta": {"title": "VAE"}, "inputs": {"vae_name": "flux2-vae.safetensors"}, "class_type": "VAELoader"}, "75:73": {"_meta": {"title": "Seed"}, "inputs": {"noise_seed": 1}, "class_type": "RandomNoise"}, "75:74": {"_meta": {"title": "Prompt"}, "inputs": {"clip": ["75:71", 0], "text": ""}, "class_type": "CLIPTextEncode"}, "75:80": {"_meta": {"title": "Scale the reference"}, "inputs": {"image": ["76", 0], "megapixels": 1.0, "upscale_method": "nearest-exact", "resolution_steps": 1}, "class_type": "ImageScaleToTotalPixels"}, "75:81": {"_meta": {"title": "Size of the reference"}, "inputs": {"image": ["75:80", 0]}, "class_type": "GetImageSize"}, "75:82": {"_meta": {"title": "Nothing, as the negative"}, "inputs": {"conditioning": ["75:74", 0]}, "class_type": "ConditioningZeroOut"}, "75:79:76": {"_meta": {"title": "Negative with the reference"}, "inputs": {"latent": ["75:79:78", 0], "conditioning": ["75:82", 0]}, "class_type": "ReferenceLatent"}, "75:79:77": {"_meta": {"title": "Prompt with the reference"}, "inputs": {"latent": ["75:79:78", 0], "conditioning": ["75:74", 0]}, "class_type": "ReferenceLatent"}, "75:79:78": {"_meta": {"title": "Reference as latent"}, "inputs": {"vae": ["75:72", 0], "pixels": ["75:80", 0]}, "class_type": "VAEEncode"}}, "inputs": {}, "outputs": ["9"], "bindings": [{"name": "reference_image", "node": "76", "type": "picture", "class": "LoadImage", "input": "image"}, {"name": "prompt", "node": "75:74", "type": "string", "class": "CLIPTextEncode", "input": "text"}, {"max": 9007199254740991, "min": 0, "name": "seed", "node": "75:73", "type": "integer", "class": "RandomNoise", "input": "noise_seed"}]}], "credits": 1, "engines": ["runpod", "comfyui", "preview"], "presets": [], "is_active": true, "time_outs": {"run": 360, "queue": 900}, "work_type": "promotional_image", "description": {"en": "High-quality image editing with the Flux2 Klein 9B model. Changes a picture naturally, as the prompt says.", "ko": "Flux2 Klein 9B 모델을 사용한 고품질 이미지 편집. 프롬프트 기반으로 이미지를 자연스럽게 수정합니다."}, "display_order": 100, "template_name": "XiCON_KLEIN_Poster_Maker_v1", "estimated_time": 30, "fallback_title": {"en": "Poster", "ko": "포스터 작품"}}', '{01a1ff39-d661-7f18-9617-de7499c17af8}', '2026-11-21 17:49:02.928573+00');

INSERT INTO public.templates OVERRIDING SYSTEM VALUE VALUES
	('82064257-1bef-45d8-a6ba-715f33c887cc', 1, 'XiCON_KLEIN_I2I_V1', 'klein-i2i', 1, 'image_to_image', '사진 다시 그리기', '사진을 올리고 바꾸고 싶은 것을 말로 적으세요. Flux2 Klein 9B가 나머지는 그대로 두고 그 부분을 다시 그립니다.', 30, true, 10, 1, '[{"name": "image", "type": "file", "label": "원본 사진", "accept": ".jpg,.jpeg,.png,.webp", "aliases": ["image_url", "image_base64"], "max_size": 20971520, "required": true, "request_key": "image", "upload_label": "바꾸고 싶은 사진을 올려 주세요", "request_value_type": "string", "upload_description": "JPG, PNG, WebP | 20MB 이하"}, {"name": "prompt", "rows": 3, "type": "textarea", "label": "무엇을 바꿀까요?", "required": true, "max_length": 500, "placeholder": "예: 배경을 노을 지는 해변으로 바꿔줘", "request_key": "prompt", "request_value_type": "string"}, {"max": 40, "min": 1, "name": "steps", "step": 1, "type": "slider", "label": "단계 수", "required": false, "description": "모델은 4단계에 맞춰져 있습니다. 10단계를 넘으면 시간만 늘어납니다.", "request_key": "steps", "default_value": 4, "request_value_type": "number"}, {"max": 20.0, "min": 0.0, "name": "cfg", "step": 0.1, "type": "number", "label": "프롬프트 강도 (CFG)", "required": false, "description": "높을수록 프롬프트를 강하게 따릅니다. 기본값은 1입니다.", "request_key": "cfg", "default_value": 1.0, "request_value_type": "number"}, {"max": 2.0, "min": 0.5, "name": "megapixels", "step": 0.05, "type": "slider", "label": "크기 (메가픽셀)", "required": false, "description": "결과 이미지의 크기입니다. 비율은 원본을 따릅니다.", "request_key": "megapixels", "default_value": 1.0, "request_value_type": "number"}, {"max": 9007199254740991, "min": 0, "name": "seed", "step": 1, "type": "number", "label": "시드", "required": false, "description": "0이면 매번 새로운 값을 씁니다. 같은 값은 같은 결과를 냅니다.", "request_key": "seed", "default_value": 0, "request_value_type": "number"}]', '{"cfg": "number", "seed": "number", "image": "string", "steps": "number", "prompt": "string", "megapixels": "number"}', '2026-11-21 17:49:02.634409+00', '2026-11-21 17:49:02.634409+00'),
	('01a1fe6a-a666-737b-82bf-72d7a0d41f93', 2, 'XiCON_KLEIN_Poster_Maker_v1', 'klein-poster', 1, 'promotional_image', 'Flux2 Klein 이미지 편집', 'Flux2 Klein 9B 모델을 사용한 고품질 이미지 편집. 프롬프트 기반으로 이미지를 자연스럽게 수정합니다.', 30, true, 100, 1, '[{"name": "reference_image", "type": "file", "label": "참조 이미지", "accept": ".jpg,.png,.jpeg", "max_size": 20971520, "required": true, "request_key": "reference_image", "upload_label": "편집할 이미지를 업로드하세요", "request_value_type": "string", "upload_description": "JPG, PNG 파일 | 20MB 이하"}, {"name": "prompt", "rows": 3, "type": "textarea", "label": "편집 프롬프트", "required": true, "max_length": 500, "placeholder": "이미지를 어떻게 편집할지 설명하세요", "request_key": "prompt", "request_value_type": "string"}, {"max": 9007199254740991, "min": 0, "name": "seed", "step": 1, "type": "number", "label": "랜덤 시드", "required": false, "description": "같은 값 사용 시 동일한 결과 생성 (재현성)", "request_key": "seed", "default_value": 432262096973502, "request_value_type": "number"}]', '{"seed": "number", "prompt": "string", "reference_image": "string"}', '2026-11-21 17:49:02.928573+00', '2026-11-21 17:49:02.928573+00');

INSERT INTO public.users OVERRIDING SYSTEM VALUE VALUES
	('01a1ff39-d713-7ac6-bd3d-7058ec17eceb', 1, NULL, '', 'ko', true, 0, 0, '2026-11-21 17:49:03.062708+00'),
	('01a1ff39-d78c-7bde-bd7a-7c757d076ae0', 2, 'bob@example.com', 'Bob', 'en', false, 0, 0, '2026-11-21 17:49:03.244763+00');

INSERT INTO public.withdrawals VALUES
	('01a1ff3a-b385-7c66-93de-d722b81571a1', '01a1ff3a-b038-70ad-a995-befc651a77e3', '01a1ff39-dbd0-7777-8e2e-58ecf0ed3b55', '01a1ff3a-b038-70ad-a995-befc651a77e3', 2, '2026-11-21 17:50:37.138755+00', '2026-11-21 17:49:59.523931+00', '2026-11-21 17:50:07.428998+00'),
	('01a1ff3b-6d1a-73e2-90f7-7713f46f4fa4', '01a1ff3b-6a11-7f3c-9888-0b3d68365efb', '01a1ff39-dbd0-7777-8e2e-58ecf0ed3b55', '01a1ff3b-6a11-7f3c-9888-0b3d68365efb', 0, '2026-11-21 17:50:47.042409+00', '2026-11-21 17:50:47.042409+00', NULL);

INSERT INTO public.workflows OVERRIDING SYSTEM VALUE VALUES
	('01a1ff39-d59c-79a6-a6ee-feadc886e2db', 1, 'edit', 'edit', 'Upload a photograph and say in words what should change. Flux2 Klein 9B repaints that and leaves the rest.', '{"9": {"_meta": {"title": "Result"}, "inputs": {"images": ["75:65", 0], "filename_prefix": "klein-i2i"}, "class_type": "SaveImage"}, "76": {"_meta": {"title": "Reference picture"}, "inputs": {"image": "reference.png"}, "class_type": "LoadImage"}, "75:61": {"_meta": {"title": "Sampler"}, "inputs": {"sampler_name": "euler"}, "class_type": "KSamplerSelect"}, "75:62": {"_meta": {"title": "Steps"}, "inputs": {"steps": 4, "width": ["75:81", 0], "height": ["75:81", 1]}, "class_type": "Flux2Scheduler"}, "75:63": {"_meta": {"title": "Guidance"}, "inputs": {"cfg": 1.0, "model": ["75:70", 0], "negative": ["75:79:76", 0], "positive": ["75:79:77", 0]}, "class_type": "CFGGuider"}, "75:64": {"_meta": {"title": "Sampling"}, "inputs": {"noise": ["75:73", 0], "guider": ["75:63", 0], "sigmas": ["75:62", 0], "sampler": ["75:61", 0], "latent_image": ["75:66", 0]}, "class_type": "SamplerCustomAdvanced"}, "75:65": {"_meta": {"title": "Picture from the latent"}, "inputs": {"vae": ["75:72", 0], "samples": ["75:64", 0]}, "class_type": "VAEDecode"}, "75:66": {"_meta": {"title": "Empty latent"}, "inputs": {"width": ["75:81", 0], "height": ["75:81", 1], "batch_size": 1}, "class_type": "EmptyFlux2LatentImage"}, "75:70": {"_meta": {"title": "Diffusion model"}, "inputs": {"unet_name": "flux-2-klein-9b-fp8.safetensors", "weight_dtype": "default"}, "class_type": "UNETLoader"}, "75:71": {"_meta": {"title": "Text encoder"}, "inputs": {"type": "flux2", "device": "default", "clip_name": "qwen_3_8b_fp8mixed.safetensors"}, "class_type": "CLIPLoader"}, "75:72": {"_meta": {"title": "VAE"}, "inputs": {"vae_name": "flux2-vae.safetensors"}, "class_type": "VAELoader"}, "75:73": {"_meta": {"title": "Seed"}, "inputs": {"noise_seed": 1}, "class_type": "RandomNoise"}, "75:74": {"_meta": {"title": "Prompt"}, "inputs": {"clip": ["75:71", 0], "text": ""}, "class_type": "CLIPTextEncode"}, "75:80": {"_meta": {"title": "Scale the reference"}, "inputs": {"image": ["76", 0], "megapixels": 1.0, "upscale_method": "nearest-exact", "resolution_steps": 1}, "class_type": "ImageScaleToTotalPixels"}, "75:81": {"_meta": {"title": "Size of the reference"}, "inputs": {"image": ["75:80", 0]}, "class_type": "GetImageSize"}, "75:82": {"_meta": {"title": "Nothing, as the negative"}, "inputs": {"conditioning": ["75:74", 0]}, "class_type": "ConditioningZeroOut"}, "75:79:76": {"_meta": {"title": "Negative with the reference"}, "inputs": {"latent": ["75:79:78", 0], "conditioning": ["75:82", 0]}, "class_type": "ReferenceLatent"}, "75:79:77": {"_meta": {"title": "Prompt with the reference"}, "inputs": {"latent": ["75:79:78", 0], "conditioning": ["75:74", 0]}, "class_type": "ReferenceLatent"}, "75:79:78": {"_meta": {"title": "Reference as latent"}, "inputs": {"vae": ["75:72", 0], "pixels": ["75:80", 0]}, "class_type": "VAEEncode"}}', '[{"name": "image", "node": "76", "type": "picture", "class": "LoadImage", "input": "image"}, {"name": "prompt", "node": "75:74", "type": "string", "class": "CLIPTextEncode", "input": "text"}, {"max": 9007199254740991, "min": 0, "name": "seed", "node": "75:73", "type": "integer", "class": "RandomNoise", "input": "noise_seed"}, {"max": 40, "min": 1, "name": "steps", "node": "75:62", "type": "integer", "class": "Flux2Scheduler", "input": "steps"}, {"max": 20.0, "min": 0.0, "name": "cfg", "node": "75:63", "type": "number", "class": "CFGGuider", "input": "cfg"}, {"max": 2.0, "min": 0.5, "name": "megapixels", "node": "75:80", "type": "number", "class": "ImageScaleToTotalPixels", "input": "megapixels"}]', '{9}', '43b277b211840403e293b694f1d44fdda80e98698edbdfaa65a4dd3450da2c6d', '2026-11-21 17:49:02.634409+00'),
	('01a1ff39-d661-7f18-9617-de7499c17af8', 2, 'edit', 'edit', 'High-quality image editing with the Flux2 Klein 9B model. Changes a picture naturally, as the prompt says.', '{"9": {"_meta": {"title": "Result"}, "inputs": {"images": ["75:65", 0], "filename_prefix": "klein-poster"}, "class_type": "SaveImage"}, "76": {"_meta": {"title": "Reference picture"}, "inputs": {"image": "reference.png"}, "class_type": "LoadImage"}, "75:61": {"_meta": {"title": "Sampler"}, "inputs": {"sampler_name": "euler"}, "class_type": "KSamplerSelect"}, "75:62": {"_meta": {"title": "Steps"}, "inputs": {"steps": 4, "width": ["75:81", 0], "height": ["75:81", 1]}, "class_type": "Flux2Scheduler"}, "75:63": {"_meta": {"title": "Guidance"}, "inputs": {"cfg": 1.0, "model": ["75:70", 0], "negative": ["75:79:76", 0], "positive": ["75:79:77", 0]}, "class_type": "CFGGuider"}, "75:64": {"_meta": {"title": "Sampling"}, "inputs": {"noise": ["75:73", 0], "guider": ["75:63", 0], "sigmas": ["75:62", 0], "sampler": ["75:61", 0], "latent_image": ["75:66", 0]}, "class_type": "SamplerCustomAdvanced"}, "75:65": {"_meta": {"title": "Picture from the latent"}, "inputs": {"vae": ["75:72", 0], "samples": ["75:64", 0]}, "class_type": "VAEDecode"}, "75:66": {"_meta": {"title": "Empty latent"}, "inputs": {"width": ["75:81", 0], "height": ["75:81", 1], "batch_size": 1}, "class_type": "EmptyFlux2LatentImage"}, "75:70": {"_meta": {"title": "Diffusion model"}, "inputs": {"unet_name": "flux-2-klein-9b-fp8.safetensors", "weight_dtype": "default"}, "class_type": "UNETLoader"}, "75:71": {"_meta": {"title": "Text encoder"}, "inputs": {"type": "flux2", "device": "default", "clip_name": "qwen_3_8b_fp8mixed.safetensors"}, "class_type": "CLIPLoader"}, "75:72": {"_meta": {"title": "VAE"}, "inputs": {"vae_name": "flux2-vae.safetensors"}, "class_type": "VAELoader"}, "75:73": {"_meta": {"title": "Seed"}, "inputs": {"noise_seed": 1}, "class_type": "RandomNoise"}, "75:74": {"_meta": {"title": "Prompt"}, "inputs": {"clip": ["75:71", 0], "text": ""}, "class_type": "CLIPTextEncode"}, "75:80": {"_meta": {"title": "Scale the reference"}, "inputs": {"image": ["76", 0], "megapixels": 1.0, "upscale_method": "nearest-exact", "resolution_steps": 1}, "class_type": "ImageScaleToTotalPixels"}, "75:81": {"_meta": {"title": "Size of the reference"}, "inputs": {"image": ["75:80", 0]}, "class_type": "GetImageSize"}, "75:82": {"_meta": {"title": "Nothing, as the negative"}, "inputs": {"conditioning": ["75:74", 0]}, "class_type": "ConditioningZeroOut"}, "75:79:76": {"_meta": {"title": "Negative with the reference"}, "inputs": {"latent": ["75:79:78", 0], "conditioning": ["75:82", 0]}, "class_type": "ReferenceLatent"}, "75:79:77": {"_meta": {"title": "Prompt with the reference"}, "inputs": {"latent": ["75:79:78", 0], "conditioning": ["75:74", 0]}, "class_type": "ReferenceLatent"}, "75:79:78": {"_meta": {"title": "Reference as latent"}, "inputs": {"vae": ["75:72", 0], "pixels": ["75:80", 0]}, "class_type": "VAEEncode"}}', '[{"name": "reference_image", "node": "76", "type": "picture", "class": "LoadImage", "input": "image"}, {"name": "prompt", "node": "75:74", "type": "string", "class": "CLIPTextEncode", "input": "text"}, {"max": 9007199254740991, "min": 0, "name": "seed", "node": "75:73", "type": "integer", "class": "RandomNoise", "input": "noise_seed"}]', '{9}', '604863f58f87f0673e04563766e715e9d60d896b75bbd0664242bc724a7e56ca', '2026-11-21 17:49:02.928573+00');

INSERT INTO public.works OVERRIDING SYSTEM VALUE VALUES
	('01a1ff3a-17c3-7ee6-8e40-3736678a57fd', 2, '01a1ff39-d713-7ac6-bd3d-7058ec17eceb', '01a1ff39-d76d-7163-9641-5583fd64f34f', '82064257-1bef-45d8-a6ba-715f33c887cc', 1, NULL, '{"cfg": 1.0, "seed": 3666258284635547, "image": "01a1ff39-d94e-73ca-9514-8208658c320b", "steps": 4, "prompt": "a quiet beach", "megapixels": 0.5}', 2, 3666258284635547, 'completed', NULL, 'comfyui', '01a1ff3a-17c6-7f92-bb72-3c0227967e81', '{"cfg": 1.0, "seed": 3666258284635547, "model": "XiCON_KLEIN_I2I", "steps": 4, "width": 832, "height": 624, "prompt": "a quiet beach", "megapixels": 0.5, "submitted_at": "2026-11-21T17:49:20.242621+00:00", "has_image_input": true, "original_prompt": "a quiet beach"}', '01a1ff3a-391a-76a7-ab29-a6a27fcbc56a', '01a1ff3a-391a-76a7-ab29-a6a27fcbc56a', 'I2I 작품', '{"cfg": 1.0, "seed": 3666258284635548, "model": "XiCON_KLEIN_I2I", "steps": 4, "sampler": "euler", "filename": "output.png", "image_url": "/v1/files/01a1ff3a-391a-76a7-ab29-a6a27fcbc56a", "megapixels": 0.5, "processing_time": 17.211}', '{I2I,Image_to_Image,AI생성}', NULL, NULL, NULL, 0, 0, 0, '2026-11-21 17:49:19.679414+00', '2026-11-21 17:49:36.89051+00', '2026-11-21 17:49:19.84443+00', '2026-11-21 17:49:20.243577+00', '2026-11-21 17:49:36.839689+00', NULL, NULL, '01a1ff3a-391a-76a7-ab29-a6a27fcbc56a', '{"cfg": 1.0, "seed": 3666258284635548, "model": "XiCON_KLEIN_I2I", "steps": 4, "sampler": "euler", "filename": "output.png", "image_url": "/v1/files/01a1ff3a-391a-76a7-ab29-a6a27fcbc56a", "megapixels": 0.5, "processing_time": 17.211}'),
	('01a1ff39-df38-7822-9eb9-e50afbc48199', 1, '01a1ff39-d713-7ac6-bd3d-7058ec17eceb', '01a1ff39-d76d-7163-9641-5583fd64f34f', '82064257-1bef-45d8-a6ba-715f33c887cc', 1, NULL, '{"cfg": 1.0, "seed": 1204238484111696, "image": "01a1ff39-d94e-73ca-9514-8208658c320b", "steps": 4, "prompt": "a quiet beach", "megapixels": 0.5}', 1, 1204238484111696, 'completed', NULL, 'comfyui', '01a1ff39-df83-7ff9-875b-9bee4306e9cb', '{"cfg": 1.0, "seed": 1204238484111696, "model": "XiCON_KLEIN_I2I", "steps": 4, "width": 832, "height": 624, "prompt": "a quiet beach", "megapixels": 0.5, "submitted_at": "2026-11-21T17:49:06.894813+00:00", "has_image_input": true, "original_prompt": "a quiet beach"}', '01a1ff3a-1604-7690-abcd-c515b2df716c', '01a1ff3a-1604-7690-abcd-c515b2df716c', 'I2I 작품', '{"cfg": 1.0, "seed": 1204238484111696, "model": "XiCON_KLEIN_I2I", "steps": 4, "sampler": "euler", "filename": "output.png", "image_url": "/v1/files/01a1ff3a-1604-7690-abcd-c515b2df716c", "megapixels": 0.5, "processing_time": 14.303}', '{I2I,Image_to_Image,AI생성}', NULL, NULL, NULL, 0, 0, 0, '2026-11-21 17:49:05.196237+00', '2026-11-21 17:49:19.498836+00', '2026-11-21 17:49:05.516112+00', '2026-11-21 17:49:06.921808+00', '2026-11-21 17:49:19.44917+00', NULL, NULL, '01a1ff3a-1604-7690-abcd-c515b2df716c', '{"cfg": 1.0, "seed": 1204238484111696, "model": "XiCON_KLEIN_I2I", "steps": 4, "sampler": "euler", "filename": "output.png", "image_url": "/v1/files/01a1ff3a-1604-7690-abcd-c515b2df716c", "megapixels": 0.5, "processing_time": 14.303}'),
	('01a1ff3a-5baf-7638-bc0c-61624a9254dd', 3, '01a1ff39-d78c-7bde-bd7a-7c757d076ae0', '01a1ff39-d7d1-7e74-8335-1c5ad6b73b92', '82064257-1bef-45d8-a6ba-715f33c887cc', 1, NULL, '{"cfg": 1.0, "seed": 265187617357456, "image": "01a1ff39-da26-7df4-8d43-7d8b64879a92", "steps": 4, "prompt": "a quiet beach", "megapixels": 0.5}', 1, 265187617357456, 'completed', NULL, 'comfyui', '01a1ff3a-5bdf-726d-8441-e21b6e582c55', '{"cfg": 1.0, "seed": 265187617357456, "model": "XiCON_KLEIN_I2I", "steps": 4, "width": 624, "height": 832, "prompt": "a quiet beach", "megapixels": 0.5, "submitted_at": "2026-11-21T17:49:37.60583+00:00", "has_image_input": true, "original_prompt": "a quiet beach"}', '01a1ff3a-7593-71e8-ba16-e0b27c19e3ee', '01a1ff3a-7593-71e8-ba16-e0b27c19e3ee', 'I2I work', '{"cfg": 1.0, "seed": 265187617357456, "model": "XiCON_KLEIN_I2I", "steps": 4, "sampler": "euler", "filename": "output.png", "image_url": "/v1/files/01a1ff3a-7593-71e8-ba16-e0b27c19e3ee", "megapixels": 0.5, "processing_time": 6.829}', '{I2I,Image_to_Image,AI생성}', NULL, NULL, NULL, 0, 0, 0, '2026-11-21 17:49:37.063967+00', '2026-11-21 17:49:43.893333+00', '2026-11-21 17:49:37.310459+00', '2026-11-21 17:49:37.606965+00', '2026-11-21 17:49:43.854178+00', NULL, NULL, '01a1ff3a-7593-71e8-ba16-e0b27c19e3ee', '{"cfg": 1.0, "seed": 265187617357456, "model": "XiCON_KLEIN_I2I", "steps": 4, "sampler": "euler", "filename": "output.png", "image_url": "/v1/files/01a1ff3a-7593-71e8-ba16-e0b27c19e3ee", "megapixels": 0.5, "processing_time": 6.829}'),
	('01a1ff3a-b034-7aa9-8858-f3c504ce355a', 5, '01a1ff39-d713-7ac6-bd3d-7058ec17eceb', '01a1ff39-d76d-7163-9641-5583fd64f34f', '82064257-1bef-45d8-a6ba-715f33c887cc', 1, NULL, '{"cfg": 1.0, "seed": 7493720151287004, "image": "01a1ff39-d94e-73ca-9514-8208658c320b", "steps": 4, "prompt": "노을 지는 산", "megapixels": 0.5}', 1, 7493720151287004, 'failed', NULL, 'comfyui', '01a1ff3a-b038-70ad-a995-befc651a77e3', '{"cfg": 1.0, "seed": 7493720151287004, "model": "XiCON_KLEIN_I2I", "steps": 4, "prompt": "노을 지는 산", "megapixels": 0.5, "submitted_at": "2026-11-21T17:49:59.169057+00:00", "has_image_input": true, "original_prompt": "노을 지는 산"}', NULL, NULL, NULL, '{"error": "이미지를 만들지 못했습니다. 워크플로가 실패했습니다 (VAEDecode #75:65)."}', '{}', 'run_failed', '{"node": "75:65", "where": " (VAEDecode #75:65)"}', '이미지를 만들지 못했습니다. 워크플로가 실패했습니다 (VAEDecode #75:65).', 0, 0, 0, '2026-11-21 17:49:58.700469+00', '2026-11-21 17:49:59.555941+00', '2026-11-21 17:49:58.779245+00', '2026-11-21 17:49:59.169904+00', NULL, '2026-11-21 17:49:59.556019+00', NULL, NULL, '{"error": "이미지를 만들지 못했습니다. 워크플로가 실패했습니다 (VAEDecode #75:65)."}'),
	('01a1ff3a-b43c-70ba-97c9-8edb96458e92', 6, '01a1ff39-d713-7ac6-bd3d-7058ec17eceb', '01a1ff39-d76d-7163-9641-5583fd64f34f', '82064257-1bef-45d8-a6ba-715f33c887cc', 1, NULL, '{"cfg": 1.0, "seed": 3790410914925652, "image": "01a1ff39-d94e-73ca-9514-8208658c320b", "steps": 4, "prompt": "an empty street", "megapixels": 0.5}', 1, 3790410914925652, 'cancelled', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '{}', NULL, NULL, NULL, 0, 0, 0, '2026-11-21 17:49:59.740205+00', '2026-11-21 17:49:59.77647+00', NULL, NULL, NULL, NULL, '2026-11-21 17:49:59.776634+00', NULL, NULL),
	('01a1ff3a-f84c-7a8d-8ea1-362841064fcc', 9, '01a1ff39-d713-7ac6-bd3d-7058ec17eceb', '01a1ff39-d76d-7163-9641-5583fd64f34f', '82064257-1bef-45d8-a6ba-715f33c887cc', 1, NULL, '{"cfg": 1.0, "seed": 3436341598073827, "image": "01a1ff39-d94e-73ca-9514-8208658c320b", "steps": 4, "prompt": "died in submit", "megapixels": 0.5}', 1, 3436341598073827, 'taken', NULL, 'comfyui', NULL, '{"cfg": 1.0, "seed": 3436341598073827, "model": "XiCON_KLEIN_I2I", "steps": 4, "prompt": "died in submit", "megapixels": 0.5, "has_image_input": true, "original_prompt": "died in submit"}', NULL, NULL, NULL, NULL, '{}', NULL, NULL, NULL, 0, 0, 0, '2026-11-21 17:50:17.160654+00', '2026-11-21 17:50:17.924661+00', '2026-11-21 17:50:17.318056+00', NULL, NULL, NULL, NULL, NULL, NULL),
	('01a1ff3a-769f-76dd-ba35-a4ce809bad67', 4, '01a1ff39-d78c-7bde-bd7a-7c757d076ae0', '01a1ff39-d7d1-7e74-8335-1c5ad6b73b92', '82064257-1bef-45d8-a6ba-715f33c887cc', 1, NULL, '{"cfg": 1.0, "seed": 8298060932338324, "image": "01a1ff39-da26-7df4-8d43-7d8b64879a92", "steps": 4, "prompt": "a quiet beach", "megapixels": 0.5}', 2, 8298060932338324, 'completed', NULL, 'comfyui', '01a1ff3a-76a1-7038-8f2e-b9933169d23a', '{"cfg": 1.0, "seed": 8298060932338324, "model": "XiCON_KLEIN_I2I", "steps": 4, "width": 624, "height": 832, "prompt": "a quiet beach", "megapixels": 0.5, "submitted_at": "2026-11-21T17:49:44.29596+00:00", "has_image_input": true, "original_prompt": "a quiet beach"}', '01a1ff3a-af7c-7aa6-8930-c219484af793', '01a1ff3a-af7c-7aa6-8930-c219484af793', 'I2I work', '{"cfg": 1.0, "seed": 8298060932338324, "model": "XiCON_KLEIN_I2I", "steps": 4, "sampler": "euler", "filename": "output.png", "image_url": "/v1/files/01a1ff3a-af7c-7aa6-8930-c219484af793", "megapixels": 0.5, "processing_time": 14.590}', '{I2I,Image_to_Image,AI생성}', NULL, NULL, NULL, 0, 0, 0, '2026-11-21 17:49:43.96392+00', '2026-11-21 17:49:58.553468+00', '2026-11-21 17:49:44.026781+00', '2026-11-21 17:49:44.297122+00', '2026-11-21 17:49:58.550991+00', NULL, NULL, '01a1ff3a-af7c-7aa6-8930-c219484af793', '{"cfg": 1.0, "seed": 8298060932338324, "model": "XiCON_KLEIN_I2I", "steps": 4, "sampler": "euler", "filename": "output.png", "image_url": "/v1/files/01a1ff3a-af7c-7aa6-8930-c219484af793", "megapixels": 0.5, "processing_time": 14.590}'),
	('01a1ff3a-b49d-71cc-a865-e8405646d475', 7, '01a1ff39-d713-7ac6-bd3d-7058ec17eceb', '01a1ff39-d76d-7163-9641-5583fd64f34f', '82064257-1bef-45d8-a6ba-715f33c887cc', 1, '01a1ff3a-b034-7aa9-8858-f3c504ce355a', '{"cfg": 1.0, "seed": 4407199481279513, "image": "01a1ff39-d94e-73ca-9514-8208658c320b", "steps": 4, "prompt": "다시", "megapixels": 0.5}', 1, 4407199481279513, 'cancelled', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '{}', NULL, NULL, NULL, 0, 0, 0, '2026-11-21 17:49:59.837498+00', '2026-11-21 17:49:59.879891+00', NULL, NULL, NULL, NULL, '2026-11-21 17:49:59.879907+00', NULL, NULL),
	('01a1ff3a-d1b6-7c30-96a4-03d2ee7c468a', 8, '01a1ff39-d713-7ac6-bd3d-7058ec17eceb', '01a1ff39-d76d-7163-9641-5583fd64f34f', '82064257-1bef-45d8-a6ba-715f33c887cc', 1, NULL, '{"cfg": 1.0, "seed": 115167408386777, "image": "01a1ff39-d94e-73ca-9514-8208658c320b", "steps": 4, "prompt": "died in prepare", "megapixels": 0.5}', 1, 115167408386777, 'taken', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '{}', NULL, NULL, NULL, 0, 0, 0, '2026-11-21 17:50:07.284594+00', '2026-11-21 17:50:07.465848+00', '2026-11-21 17:50:07.465935+00', NULL, NULL, NULL, NULL, NULL, NULL),
	('01a1ff3b-3cff-7ef8-9972-5a1deffec06e', 11, '01a1ff39-d713-7ac6-bd3d-7058ec17eceb', '01a1ff39-d76d-7163-9641-5583fd64f34f', '82064257-1bef-45d8-a6ba-715f33c887cc', 1, NULL, '{"cfg": 1.0, "seed": 8671761203780441, "image": "01a1ff39-d94e-73ca-9514-8208658c320b", "steps": 4, "prompt": "died in finish", "megapixels": 0.5}', 1, 8671761203780441, 'processing', '{"node": "9", "label": "Result", "percent": 97}', 'comfyui', '01a1ff3b-3d02-7126-8e4a-d6e640be101a', '{"cfg": 1.0, "seed": 8671761203780441, "model": "XiCON_KLEIN_I2I", "steps": 4, "prompt": "died in finish", "megapixels": 0.5, "submitted_at": "2026-11-21T17:50:35.739935+00:00", "has_image_input": true, "original_prompt": "died in finish"}', NULL, NULL, NULL, NULL, '{}', NULL, NULL, NULL, 0, 0, 0, '2026-11-21 17:50:34.724543+00', '2026-11-21 17:50:39.104459+00', '2026-11-21 17:50:34.886681+00', '2026-11-21 17:50:35.742088+00', NULL, NULL, NULL, NULL, NULL),
	('01a1ff3b-1b32-7fc6-8b14-e5b340719afe', 10, '01a1ff39-d713-7ac6-bd3d-7058ec17eceb', '01a1ff39-d76d-7163-9641-5583fd64f34f', '82064257-1bef-45d8-a6ba-715f33c887cc', 1, NULL, '{"cfg": 1.0, "seed": 1424225387514834, "image": "01a1ff39-d94e-73ca-9514-8208658c320b", "steps": 4, "prompt": "died in collect", "megapixels": 0.5}', 1, 1424225387514834, 'processing', '{"node": "9", "label": "Result", "percent": 97}', 'comfyui', '01a1ff3b-1b35-7a5e-ada8-2387783c0db2', '{"cfg": 1.0, "seed": 1424225387514834, "model": "XiCON_KLEIN_I2I", "steps": 4, "prompt": "died in collect", "megapixels": 0.5, "submitted_at": "2026-11-21T17:50:27.05091+00:00", "has_image_input": true, "original_prompt": "died in collect"}', NULL, NULL, NULL, NULL, '{}', NULL, NULL, NULL, 0, 0, 0, '2026-11-21 17:50:26.085299+00', '2026-11-21 17:50:28.084444+00', '2026-11-21 17:50:26.278551+00', '2026-11-21 17:50:27.068392+00', NULL, NULL, NULL, NULL, NULL),
	('01a1ff3b-6a10-7a19-80b0-e6cc98268d1b', 14, '01a1ff39-d713-7ac6-bd3d-7058ec17eceb', '01a1ff39-d76d-7163-9641-5583fd64f34f', '82064257-1bef-45d8-a6ba-715f33c887cc', 1, NULL, '{"cfg": 1.0, "seed": 7042798918536195, "image": "01a1ff39-d94e-73ca-9514-8208658c320b", "steps": 4, "prompt": "running 2", "megapixels": 0.5}', 1, 7042798918536195, 'cancelled', NULL, 'comfyui', '01a1ff3b-6a11-7f3c-9888-0b3d68365efb', '{"cfg": 1.0, "seed": 7042798918536195, "model": "XiCON_KLEIN_I2I", "steps": 4, "prompt": "running 2", "megapixels": 0.5, "submitted_at": "2026-11-21T17:50:46.89484+00:00", "has_image_input": true, "original_prompt": "running 2"}', NULL, NULL, NULL, NULL, '{}', NULL, NULL, NULL, 0, 0, 0, '2026-11-21 17:50:46.280417+00', '2026-11-21 17:50:47.050132+00', '2026-11-21 17:50:46.384717+00', '2026-11-21 17:50:46.906025+00', NULL, NULL, '2026-11-21 17:50:47.050298+00', NULL, NULL),
	('01a1ff3b-69c9-7684-acb8-2e5f8a363126', 13, '01a1ff39-d713-7ac6-bd3d-7058ec17eceb', '01a1ff39-d76d-7163-9641-5583fd64f34f', '82064257-1bef-45d8-a6ba-715f33c887cc', 1, NULL, '{"cfg": 1.0, "seed": 1271867132704890, "image": "01a1ff39-d94e-73ca-9514-8208658c320b", "steps": 4, "prompt": "running 1", "megapixels": 0.5}', 1, 1271867132704890, 'processing', NULL, 'comfyui', '01a1ff3b-69cd-75f1-a046-30672d0b2903', '{"cfg": 1.0, "seed": 1271867132704890, "model": "XiCON_KLEIN_I2I", "steps": 4, "prompt": "running 1", "megapixels": 0.5, "submitted_at": "2026-11-21T17:50:46.811226+00:00", "has_image_input": true, "original_prompt": "running 1"}', NULL, NULL, NULL, NULL, '{}', NULL, NULL, NULL, 0, 0, 0, '2026-11-21 17:50:46.208757+00', '2026-11-21 17:50:46.812166+00', '2026-11-21 17:50:46.293935+00', '2026-11-21 17:50:46.81225+00', NULL, NULL, NULL, NULL, NULL),
	('01a1ff3b-696f-79c8-a20f-7e03d7f39f03', 12, '01a1ff39-d713-7ac6-bd3d-7058ec17eceb', '01a1ff39-d76d-7163-9641-5583fd64f34f', '82064257-1bef-45d8-a6ba-715f33c887cc', 1, NULL, '{"cfg": 1.0, "seed": 8734605200125501, "image": "01a1ff39-d94e-73ca-9514-8208658c320b", "steps": 4, "prompt": "running 0", "megapixels": 0.5}', 1, 8734605200125501, 'processing', NULL, 'comfyui', '01a1ff3b-6971-73a7-ba1d-b2f78c4d6bf4', '{"cfg": 1.0, "seed": 8734605200125501, "model": "XiCON_KLEIN_I2I", "steps": 4, "prompt": "running 0", "megapixels": 0.5, "submitted_at": "2026-11-21T17:50:46.900195+00:00", "has_image_input": true, "original_prompt": "running 0"}', NULL, NULL, NULL, NULL, '{}', NULL, NULL, NULL, 0, 0, 0, '2026-11-21 17:50:46.12487+00', '2026-11-21 17:50:46.900944+00', '2026-11-21 17:50:46.267584+00', '2026-11-21 17:50:46.901014+00', NULL, NULL, NULL, NULL, NULL),
	('01a1ff3b-6d3c-78a4-8edb-269965783624', 15, '01a1ff39-d78c-7bde-bd7a-7c757d076ae0', '01a1ff39-d7d1-7e74-8335-1c5ad6b73b92', '82064257-1bef-45d8-a6ba-715f33c887cc', 1, NULL, '{"cfg": 1.0, "seed": 8803244271371144, "image": "01a1ff39-da26-7df4-8d43-7d8b64879a92", "steps": 4, "prompt": "taken", "megapixels": 0.5}', 1, 8803244271371144, 'taken', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '{}', NULL, NULL, NULL, 0, 0, 0, '2026-11-21 17:50:47.095698+00', '2026-11-21 17:50:47.151246+00', '2026-11-21 17:50:47.151278+00', NULL, NULL, NULL, NULL, NULL, NULL),
	('01a1ff3b-6d9c-71dc-abf1-76b856717b36', 16, '01a1ff39-d713-7ac6-bd3d-7058ec17eceb', '01a1ff39-d76d-7163-9641-5583fd64f34f', '82064257-1bef-45d8-a6ba-715f33c887cc', 1, NULL, '{"cfg": 1.0, "seed": 5998146775456890, "image": "01a1ff39-d94e-73ca-9514-8208658c320b", "steps": 4, "prompt": "두 장", "megapixels": 0.5}', 2, 5998146775456890, 'pending', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '{}', NULL, NULL, NULL, 0, 0, 0, '2026-11-21 17:50:47.19638+00', '2026-11-21 17:50:47.19638+00', NULL, NULL, NULL, NULL, NULL, NULL, NULL),
	('01a1ff3b-6db4-7658-b3da-14ee5fdd1271', 17, '01a1ff39-d78c-7bde-bd7a-7c757d076ae0', '01a1ff39-d7d1-7e74-8335-1c5ad6b73b92', '82064257-1bef-45d8-a6ba-715f33c887cc', 1, NULL, '{"cfg": 1.0, "seed": 4939102132396605, "image": "01a1ff39-da26-7df4-8d43-7d8b64879a92", "steps": 4, "prompt": "waiting", "megapixels": 0.5}', 1, 4939102132396605, 'pending', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '{}', NULL, NULL, NULL, 0, 0, 0, '2026-11-21 17:50:47.219891+00', '2026-11-21 17:50:47.219891+00', NULL, NULL, NULL, NULL, NULL, NULL, NULL);

SELECT pg_catalog.setval('pgqueuer.pgqueuer_id_seq', 63, true);

SELECT pg_catalog.setval('pgqueuer.pgqueuer_log_id_seq', 178, true);

SELECT pg_catalog.setval('pgqueuer.pgqueuer_schedules_id_seq', 1, false);

SELECT pg_catalog.setval('pgqueuer.pgqueuer_statistics_id_seq', 1, false);

SELECT pg_catalog.setval('public.events_id_seq', 63, true);

SELECT pg_catalog.setval('public.files_number_seq', 9, true);

SELECT pg_catalog.setval('public.generation_jobs_number_seq', 20, true);

SELECT pg_catalog.setval('public.projects_number_seq', 2, true);

SELECT pg_catalog.setval('public.templates_number_seq', 2, true);

SELECT pg_catalog.setval('public.users_number_seq', 2, true);

SELECT pg_catalog.setval('public.workflows_number_seq', 2, true);

SELECT pg_catalog.setval('public.works_number_seq', 17, true);

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
