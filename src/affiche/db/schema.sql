CREATE SCHEMA auth;

CREATE FUNCTION auth.jwt() RETURNS jsonb
    LANGUAGE sql STABLE
    AS $$ SELECT nullif(current_setting('request.jwt.claims', true), '')::jsonb $$;

CREATE FUNCTION auth.uid() RETURNS uuid
    LANGUAGE sql STABLE
    AS $$ SELECT nullif(auth.jwt() ->> 'sub', '')::uuid $$;

CREATE FUNCTION public.accept_charge() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
  IF NOT EXISTS (
    SELECT FROM credit_transactions t
    WHERE t.work_id = NEW.id AND t.type = 'charge' AND t.user_id = NEW.user_id
      AND (t.subscription_amount, t.purchased_amount)
        = (-NEW.subscription_credits_used, -NEW.purchased_credits_used)
      AND t.amount = -NEW.credits_used) THEN
    RAISE EXCEPTION 'work % was not charged', NEW.id USING ERRCODE = 'check_violation';
  END IF;
  NEW.credits_refunded := 0;
  NEW.outputs_refunded := '{}';
  RETURN NEW;
END $$;

CREATE FUNCTION public.account_for_balance() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
DECLARE last credit_transactions;
BEGIN
  SELECT * INTO last FROM credit_transactions
  WHERE user_id = NEW.id ORDER BY line DESC LIMIT 1;
  IF (coalesce(last.subscription_balance, 0), coalesce(last.purchased_balance, 0))
    IS DISTINCT FROM (NEW.subscription_credits, NEW.purchased_credits) THEN
    INSERT INTO credit_transactions (
      user_id, type, subscription_amount, purchased_amount, reason, actor)
    VALUES (NEW.id, 'adjustment',
      NEW.subscription_credits - coalesce(last.subscription_balance, 0),
      NEW.purchased_credits - coalesce(last.purchased_balance, 0), 'by SQL', auth.uid());
  END IF;
  RETURN NULL;
END $$;

CREATE FUNCTION public.add_owner() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
  INSERT INTO project_members (project_id, user_id, role) VALUES (NEW.id, NEW.user_id, 'admin')
  ON CONFLICT (project_id, user_id) DO UPDATE SET role = 'admin';
  RETURN NULL;
END $$;

CREATE FUNCTION public.admin_of(project uuid) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
  SELECT EXISTS (
    SELECT FROM project_members m
    WHERE m.project_id = project AND m.user_id = auth.uid() AND m.role = 'admin'
      AND m.project_id = coalesce(bound_project(), m.project_id))
$$;

ALTER FUNCTION public.admin_of(project uuid) OWNER TO service_role;

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

CREATE TABLE public.batches (
    id uuid DEFAULT public.uuid_v7() NOT NULL,
    number bigint NOT NULL,
    user_id uuid NOT NULL,
    project_id uuid,
    template_id uuid NOT NULL,
    template_version integer,
    name text DEFAULT ''::text NOT NULL,
    inputs jsonb DEFAULT '{}'::jsonb NOT NULL,
    reference_key text,
    reference_count integer DEFAULT 1 NOT NULL,
    variations integer DEFAULT 1 NOT NULL,
    grid jsonb DEFAULT '{}'::jsonb NOT NULL,
    seed bigint NOT NULL,
    works integer NOT NULL,
    like_id uuid,
    counts jsonb DEFAULT '{}'::jsonb NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT batches_name_check CHECK ((length(name) <= 200)),
    CONSTRAINT batches_reference_count_check CHECK ((reference_count > 0)),
    CONSTRAINT batches_reference_key_check CHECK ((length(reference_key) <= 100)),
    CONSTRAINT batches_seed_check CHECK (((seed >= 1) AND (seed <= '9007199254740991'::bigint))),
    CONSTRAINT batches_variations_check CHECK (((variations >= 1) AND (variations <= 5))),
    CONSTRAINT batches_works_check CHECK (((works >= 1) AND (works <= 5000)))
)
WITH (fillfactor='80');

ALTER TABLE ONLY public.batches FORCE ROW LEVEL SECURITY;

CREATE FUNCTION public.ask_batch(asked jsonb, places jsonb, job_priority integer DEFAULT 0, idempotency_key text DEFAULT NULL::text, request_digest bytea DEFAULT NULL::bytea) RETURNS public.batches
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
DECLARE
  caller CONSTANT uuid := auth.uid();
  made batches := jsonb_populate_record(NULL::batches, asked);
BEGIN
  IF caller IS NULL OR NOT EXISTS (
    SELECT FROM users WHERE id = caller AND disabled_at IS NULL) THEN
    RAISE EXCEPTION 'nobody is signed in' USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF job_priority NOT BETWEEN -10 AND 10
    AND auth.jwt() ->> 'role' IS DISTINCT FROM 'service_role' THEN
    RAISE EXCEPTION 'a priority goes from -10 to 10' USING ERRCODE = 'check_violation';
  END IF;
  made.template_version := (SELECT version FROM templates WHERE id = made.template_id AND is_active);
  IF made.template_version IS NULL THEN
    RAISE EXCEPTION 'no such template' USING ERRCODE = 'no_data_found', HINT = 'template';
  END IF;
  IF made.project_id IS NOT NULL AND NOT member_of(made.project_id) THEN
    RAISE EXCEPTION 'no such project' USING ERRCODE = 'no_data_found', HINT = 'project';
  END IF;
  IF made.like_id IS NOT NULL AND NOT EXISTS (
    SELECT FROM batches b
    WHERE b.id = made.like_id AND sees_batch(b.user_id, b.project_id)) THEN
    RAISE EXCEPTION 'no such batch' USING ERRCODE = 'no_data_found', HINT = 'batch';
  END IF;
  made.project_id := coalesce(made.project_id, bound_project(), (
    SELECT id FROM projects WHERE user_id = caller AND is_default));
  IF idempotency_key IS NOT NULL THEN
    -- A second request with the key waits here for the first and then fails on the key.
    INSERT INTO idempotency_keys (user_id, key, digest, work_id, inputs)
    VALUES (caller, idempotency_key, request_digest, made.id, '{}');
  END IF;
  INSERT INTO batches (id, user_id, project_id, template_id, template_version, name, inputs,
    reference_key, reference_count, variations, grid, seed, works, like_id)
  VALUES (made.id, caller, made.project_id, made.template_id, made.template_version,
    coalesce(made.name, ''), coalesce(made.inputs, '{}'), made.reference_key,
    made.reference_count, made.variations, coalesce(made.grid, '{}'), made.seed,
    jsonb_array_length(places), made.like_id)
  RETURNING * INTO made;
  PERFORM ask_works(made, caller, places, job_priority);
  RETURN made;
END $$;

ALTER FUNCTION public.ask_batch(asked jsonb, places jsonb, job_priority integer, idempotency_key text, request_digest bytea) OWNER TO service_role;

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
    credits_refunded integer DEFAULT 0 NOT NULL,
    outputs_refunded integer[] DEFAULT '{}'::integer[] NOT NULL,
    trace text,
    translation jsonb,
    character_id uuid,
    reference_id uuid,
    subject jsonb,
    batch_id uuid,
    batch_position integer,
    choice text,
    title_by text,
    trashed_at timestamp with time zone,
    CONSTRAINT works_batch_position_check CHECK (((batch_position >= 0) AND (batch_position <= 4999))),
    CONSTRAINT works_check CHECK (((credits_refunded >= 0) AND (credits_refunded <= credits_used))),
    CONSTRAINT works_choice_check CHECK ((choice = ANY (ARRAY['kept'::text, 'rejected'::text]))),
    CONSTRAINT works_credits_used_check CHECK ((credits_used >= 0)),
    CONSTRAINT works_output_count_check CHECK (((output_count >= 1) AND (output_count <= 10))),
    CONSTRAINT works_purchased_credits_used_check CHECK ((purchased_credits_used >= 0)),
    CONSTRAINT works_seed_check CHECK (((seed >= 1) AND (seed <= '9007199254740991'::bigint))),
    CONSTRAINT works_status_check CHECK ((status = ANY (ARRAY['pending'::text, 'taken'::text, 'processing'::text, 'completed'::text, 'failed'::text, 'cancelled'::text]))),
    CONSTRAINT works_subscription_credits_used_check CHECK ((subscription_credits_used >= 0)),
    CONSTRAINT works_title_by_check CHECK ((title_by = ANY (ARRAY['model'::text, 'person'::text]))),
    CONSTRAINT works_trace_check CHECK ((length(trace) <= 100))
)
WITH (fillfactor='80');

ALTER TABLE ONLY public.works FORCE ROW LEVEL SECURITY;

CREATE FUNCTION public.ask_work(work_id uuid, template uuid, inputs jsonb, outputs integer, chosen_seed bigint, project uuid DEFAULT NULL::uuid, retried uuid DEFAULT NULL::uuid, job_priority integer DEFAULT 0, idempotency_key text DEFAULT NULL::text, request_digest bytea DEFAULT NULL::bytea) RETURNS public.works
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
DECLARE
  caller uuid := auth.uid();
  asked works;
BEGIN
  IF caller IS NULL OR NOT EXISTS (
    SELECT FROM users WHERE id = caller AND disabled_at IS NULL) THEN
    RAISE EXCEPTION 'nobody is signed in' USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF job_priority NOT BETWEEN -10 AND 10
    AND auth.jwt() ->> 'role' IS DISTINCT FROM 'service_role' THEN
    RAISE EXCEPTION 'a priority goes from -10 to 10' USING ERRCODE = 'check_violation';
  END IF;
  IF NOT EXISTS (SELECT FROM templates WHERE id = template AND is_active) THEN
    RAISE EXCEPTION 'no such template' USING ERRCODE = 'no_data_found', HINT = 'template';
  END IF;
  IF project IS NOT NULL AND NOT member_of(project) THEN
    RAISE EXCEPTION 'no such project' USING ERRCODE = 'no_data_found', HINT = 'project';
  END IF;
  IF retried IS NOT NULL AND NOT EXISTS (
    SELECT FROM works w
    WHERE w.id = retried AND (w.user_id = caller OR member_of(w.project_id))) THEN
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

CREATE FUNCTION public.ask_works(made public.batches, payer uuid, places jsonb, job_priority integer) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
DECLARE
  asked CONSTANT integer := jsonb_array_length(places);
  price CONSTANT bigint := CASE
    WHEN (SELECT charging FROM credit_rules WHERE only_row) THEN coalesce(
      (SELECT credits FROM template_versions
        WHERE template_id = made.template_id AND version = made.template_version),
      (SELECT credits FROM templates WHERE id = made.template_id), 0)
    ELSE 0 END;
  common CONSTANT uuid[] := ARRAY(SELECT named_files(made.inputs));
  named CONSTANT uuid[] := common || ARRAY(SELECT DISTINCT named_files(places));
  endpoint CONSTANT uuid := choose_endpoint(made.template_id, made.template_version);
  workflow CONSTANT uuid := (
    SELECT workflow_ids[1] FROM template_versions
    WHERE template_id = made.template_id AND version = made.template_version);
  others CONSTANT uuid[] := ARRAY(
    SELECT user_id FROM project_members
    WHERE project_id = made.project_id AND user_id <> payer);
  held users;
BEGIN
  IF price > 0 THEN
    SELECT * INTO held FROM users WHERE id = payer FOR NO KEY UPDATE;
    IF held.subscription_credits + held.purchased_credits < asked * price THEN
      RAISE EXCEPTION 'the credits do not suffice' USING ERRCODE = 'AF002',
        DETAIL = json_build_object('needed', asked * price,
          'balance', held.subscription_credits + held.purchased_credits)::text;
    END IF;
    PERFORM spend_budgets(payer, made.project_id, (asked * price)::integer);
    -- The subscription first, as if each had been asked for after the other.
    INSERT INTO credit_transactions (
      user_id, type, subscription_amount, purchased_amount, work_id, project_id)
    SELECT payer, 'charge', -paid.subscribed, paid.subscribed - price, paid.id, made.project_id
    FROM (
      SELECT (place ->> 'id')::uuid AS id, n,
        least(price, greatest(0, held.subscription_credits - (n - 1) * price)) AS subscribed
      FROM jsonb_array_elements(places) WITH ORDINALITY AS one (place, n)) paid
    ORDER BY paid.n;
  END IF;

  INSERT INTO works (id, user_id, project_id, template_id, template_version, retry_of, input_data,
    seed, batch_id, batch_position, credits_used, subscription_credits_used, purchased_credits_used)
  SELECT p.id, payer, made.project_id, made.template_id, made.template_version, p.retry_of,
    made.inputs || coalesce(p.inputs, '{}'), p.seed, made.id, p.position, price,
    paid.subscribed, price - paid.subscribed
  FROM ROWS FROM (jsonb_to_recordset(places) AS (
    id uuid, position integer, seed bigint, retry_of uuid, inputs jsonb))
    WITH ORDINALITY AS p (id, position, seed, retry_of, inputs, n)
  CROSS JOIN LATERAL (SELECT CASE WHEN price > 0 THEN
    least(price, greatest(0, held.subscription_credits - (p.n - 1) * price)) ELSE 0 END
    AS subscribed) paid
  ORDER BY p.n;

  INSERT INTO generation_jobs (work_id, priority, workflow_id, endpoint_id)
  SELECT (place ->> 'id')::uuid, job_priority, workflow, endpoint
  FROM jsonb_array_elements(places) WITH ORDINALITY AS one (place, n) ORDER BY n;

  -- As `use_files` does it for a work alone.
  IF named <> '{}' THEN
    UPDATE files SET used_at = clock_timestamp() WHERE id = ANY (named) AND used_at IS NULL;
    UPDATE files SET project_ids = project_ids || made.project_id
    WHERE id = ANY (named) AND made.project_id IS NOT NULL
      AND NOT project_ids @> ARRAY[made.project_id]
      AND (user_id = payer OR project_ids && ARRAY(
        SELECT m.project_id FROM project_members m WHERE m.user_id = payer));
    INSERT INTO file_uses (work_id, file_id)
    SELECT uses.id, f.id FROM (
      SELECT DISTINCT (place ->> 'id')::uuid AS id, file
      FROM jsonb_array_elements(places) AS place
      CROSS JOIN LATERAL (
        SELECT named_files(place -> 'inputs') UNION SELECT unnest(common)) AS one (file)) uses
    JOIN files f ON f.id = uses.file
    WHERE f.user_id = payer OR f.project_ids && ARRAY(
      SELECT m.project_id FROM project_members m WHERE m.user_id = payer);
  END IF;

  INSERT INTO batch_changes (batch_id, come, works) VALUES (made.id, 'pending', asked);
  INSERT INTO events (user_id, project_id, type, data)
  VALUES (payer, CASE WHEN others <> '{}' THEN made.project_id END,
    CASE WHEN places -> 0 ? 'retry_of' THEN 'batch.changed' ELSE 'batch.created' END,
    jsonb_build_object('batch_id', made.id, 'works', asked));
  PERFORM pg_notify('affiche_event', told::text) FROM unnest(payer || others) AS told;
  -- Who asked to be told of each is told of each.
  INSERT INTO webhook_deliveries (webhook_id, type, data)
  SELECT h.id, 'work.created', jsonb_strip_nulls(jsonb_build_object(
    'work_id', w.id, 'number', w.number, 'status', w.status, 'project_id', w.project_id,
    'user_id', w.user_id, 'template', t.slug, 'batch_id', w.batch_id, 'retry_of', w.retry_of))
  FROM webhooks h
  JOIN works w ON w.batch_id = made.id AND w.id IN (
    SELECT (place ->> 'id')::uuid FROM jsonb_array_elements(places) AS place)
  JOIN templates t ON t.id = w.template_id
  WHERE h.project_id = made.project_id AND h.is_active AND 'work.created' = ANY (h.types);
  IF FOUND THEN
    PERFORM pg_notify('webhook_due', '');
  END IF;
END $$;

CREATE FUNCTION public.batch_counts(batch uuid) RETURNS jsonb
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
DECLARE
  many CONSTANT integer := 200;
  counters_of CONSTANT integer := 4207852;
  counted jsonb;
  changes bigint;
BEGIN
  SELECT sum_counts(b.counts, c.changes), jsonb_array_length(c.changes) INTO counted, changes
  FROM batches b CROSS JOIN LATERAL (
    SELECT coalesce(jsonb_agg(jsonb_build_array(d.gone, d.come, d.works)), '[]') AS changes
    FROM batch_changes d WHERE d.batch_id = b.id) c
  WHERE b.id = batch AND sees_batch(b.user_id, b.project_id);
  IF changes > many
    AND pg_try_advisory_xact_lock(counters_of, uuid_hash_extended(batch, 0)::bit(32)::integer) THEN
    WITH folded AS (
      DELETE FROM batch_changes d WHERE d.batch_id = batch RETURNING d.gone, d.come, d.works
    )
    UPDATE batches b SET counts = sum_counts(b.counts, (
      SELECT coalesce(jsonb_agg(jsonb_build_array(f.gone, f.come, f.works)), '[]') FROM folded f))
    WHERE b.id = batch;
  END IF;
  RETURN counted;
END $$;

ALTER FUNCTION public.batch_counts(batch uuid) OWNER TO service_role;

CREATE FUNCTION public.bound_project() RETURNS uuid
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
  SELECT nullif(auth.jwt() ->> 'affiche_project', '')::uuid
$$;

CREATE FUNCTION public.budget_refunds(payer uuid, project uuid, since timestamp with time zone) RETURNS bigint
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
  IF payer IS NOT NULL THEN
    RETURN (
      SELECT coalesce(sum(r.amount), 0) FROM credit_transactions r
      WHERE r.user_id = payer AND r.created_at >= since AND r.type = 'refund' AND EXISTS (
        SELECT FROM credit_transactions c
        WHERE c.work_id = r.work_id AND c.type = 'charge' AND c.created_at >= since));
  END IF;
  RETURN (
    SELECT coalesce(sum(r.amount), 0) FROM credit_transactions r
    WHERE r.project_id = project AND r.created_at >= since AND r.type = 'refund' AND EXISTS (
      SELECT FROM credit_transactions c
      WHERE c.work_id = r.work_id AND c.type = 'charge' AND c.created_at >= since));
END $$;

CREATE FUNCTION public.cancel_batch(batch uuid) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
DECLARE
  held batches := hold_batch(batch);
  cancelled integer;
BEGIN
  IF held.id IS NULL THEN
    RETURN NULL;
  END IF;
  -- First the jobs, as every step locks them, and then the works, which end their jobs.
  PERFORM FROM works w JOIN generation_jobs j ON j.work_id = w.id
  WHERE w.batch_id = batch AND w.status IN ('pending', 'taken', 'processing')
  ORDER BY j.id FOR UPDATE OF j;
  UPDATE works w SET status = 'cancelled'
  WHERE w.batch_id = batch AND w.status IN ('pending', 'taken', 'processing');
  GET DIAGNOSTICS cancelled = ROW_COUNT;
  RETURN cancelled;
END $$;

ALTER FUNCTION public.cancel_batch(batch uuid) OWNER TO service_role;

CREATE FUNCTION public.cancel_work(work_id uuid) RETURNS SETOF public.works
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
DECLARE work works;
BEGIN
  SELECT * INTO work FROM works w WHERE w.id = cancel_work.work_id AND (
    w.user_id = auth.uid() OR auth.jwt() ->> 'role' = 'service_role' OR member_of(w.project_id))
    AND w.project_id IS NOT DISTINCT FROM coalesce(bound_project(), w.project_id);
  IF NOT FOUND THEN
    RETURN;
  END IF;
  IF work.user_id IS DISTINCT FROM auth.uid() AND auth.jwt() ->> 'role' <> 'service_role'
    AND NOT admin_of(work.project_id) THEN
    RAISE EXCEPTION 'it is another member''s' USING ERRCODE = 'insufficient_privilege';
  END IF;
  -- First its jobs, as every step locks them, and then the work, which ends its jobs.
  PERFORM FROM generation_jobs j WHERE j.work_id = cancel_work.work_id ORDER BY j.id FOR UPDATE;
  UPDATE works w SET status = 'cancelled'
  WHERE w.id = cancel_work.work_id AND w.status IN ('pending', 'taken', 'processing');
  RETURN QUERY SELECT * FROM works w WHERE w.id = cancel_work.work_id;
END $$;

ALTER FUNCTION public.cancel_work(work_id uuid) OWNER TO service_role;

CREATE FUNCTION public.charge_work() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
DECLARE
  payer users;
  price integer;
BEGIN
  NEW.credits_used := 0;
  NEW.subscription_credits_used := 0;
  NEW.purchased_credits_used := 0;
  NEW.credits_refunded := 0;
  NEW.outputs_refunded := '{}';
  IF NOT coalesce((SELECT charging FROM credit_rules WHERE only_row), false) THEN
    RETURN NEW;
  END IF;
  price := NEW.output_count * coalesce(
    (SELECT credits FROM template_versions
      WHERE template_id = NEW.template_id AND version = NEW.template_version),
    (SELECT credits FROM templates WHERE id = NEW.template_id));
  IF coalesce(price, 0) <= 0 THEN
    RETURN NEW;
  END IF;
  SELECT * INTO payer FROM users WHERE id = NEW.user_id FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    -- The foreign key says so.
    RETURN NEW;
  END IF;
  IF payer.subscription_credits + payer.purchased_credits < price THEN
    RAISE EXCEPTION 'the credits do not suffice' USING ERRCODE = 'AF002',
      DETAIL = json_build_object('needed', price,
        'balance', payer.subscription_credits + payer.purchased_credits)::text;
  END IF;
  PERFORM spend_budgets(NEW.user_id, NEW.project_id, price);
  NEW.credits_used := price;
  NEW.subscription_credits_used := least(price, payer.subscription_credits);
  NEW.purchased_credits_used := price - NEW.subscription_credits_used;
  INSERT INTO credit_transactions (
    user_id, type, subscription_amount, purchased_amount, work_id, project_id)
  VALUES (NEW.user_id, 'charge', -NEW.subscription_credits_used, -NEW.purchased_credits_used,
    NEW.id, NEW.project_id);
  RETURN NEW;
END $$;

CREATE FUNCTION public.check_job(job uuid) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
  PERFORM FROM generation_jobs j WHERE j.id = job AND (
    j.user_id = auth.uid() OR auth.jwt() ->> 'role' = 'service_role' OR member_of(j.project_id));
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  -- Whoever is at work on it at this moment looks anyway.
  UPDATE generation_jobs SET observe_at = clock_timestamp()
  WHERE id = ANY (ARRAY(
    SELECT id FROM generation_jobs
    WHERE id = job AND status = 'processing' AND step = 'observe' AND step_started_at IS NULL
      AND observe_at > clock_timestamp()
    FOR UPDATE SKIP LOCKED));
  RETURN true;
END $$;

ALTER FUNCTION public.check_job(job uuid) OWNER TO service_role;

CREATE FUNCTION public.check_room() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
  PERFORM take_room(NEW.project_id, 0);
  RETURN NEW;
END $$;

CREATE FUNCTION public.choose_endpoint(template uuid, of_version integer, avoided uuid DEFAULT NULL::uuid) RETURNS uuid
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
  SELECT e.id FROM endpoints e
  LEFT JOIN template_endpoints r ON r.template_id = template AND r.endpoint_id = e.id
  WHERE e.is_active
    AND (r.endpoint_id IS NOT NULL
      OR NOT EXISTS (SELECT FROM template_endpoints t WHERE t.template_id = template))
    AND coalesce((
      SELECT v.engines ? e.kind FROM template_versions v
      WHERE v.template_id = template AND v.version = of_version), true)
  ORDER BY r.position IS NULL AND e.kind = 'preview',
    e.unwell_since IS NOT NULL OR e.paused_at IS NOT NULL,
    e.id IS NOT DISTINCT FROM avoided, coalesce(r.position, e.position), e.id
  LIMIT 1
$$;

CREATE FUNCTION public.choose_works(batch uuid, chosen uuid[], pick text) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
DECLARE
  picked integer;
BEGIN
  IF NOT EXISTS (
    SELECT FROM batches b WHERE b.id = batch AND sees_batch(b.user_id, b.project_id)) THEN
    RETURN NULL;
  END IF;
  WITH held AS (
    SELECT w.id, w.choice FROM works w
    WHERE w.batch_id = batch AND w.id = ANY (chosen) AND w.status = 'completed'
      AND w.batch_position IS NOT NULL
    ORDER BY w.id FOR NO KEY UPDATE
  ), told AS (
    INSERT INTO batch_changes (batch_id, gone, come, works)
    SELECT batch, choice, pick, count(*) FROM held
    WHERE choice IS DISTINCT FROM pick GROUP BY choice
  ), done AS (
    UPDATE works w SET choice = pick FROM held
    WHERE w.id = held.id AND held.choice IS DISTINCT FROM pick
  )
  SELECT count(*) INTO picked FROM held;
  IF picked > 0 THEN
    INSERT INTO events (user_id, project_id, type, data)
    SELECT b.user_id, b.project_id, 'batch.changed', jsonb_build_object('batch_id', b.id)
    FROM batches b WHERE b.id = batch;
    PERFORM pg_notify('affiche_event', told::text) FROM batches b CROSS JOIN LATERAL (
      SELECT b.user_id AS told
      UNION SELECT m.user_id FROM project_members m WHERE m.project_id = b.project_id) people
    WHERE b.id = batch;
  END IF;
  RETURN picked;
END $$;

ALTER FUNCTION public.choose_works(batch uuid, chosen uuid[], pick text) OWNER TO service_role;

CREATE FUNCTION public.complete_job() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
DECLARE asked record;
BEGIN
  SELECT w.id, w.status, w.user_id, w.project_id, w.template_id, w.template_version,
    t.is_active OR t.origin = 'trial' AS runs, v.workflow_ids INTO asked
  FROM works w JOIN templates t ON t.id = w.template_id
  LEFT JOIN template_versions v ON v.template_id = w.template_id AND v.version = w.template_version
  WHERE w.id = NEW.work_id;
  IF asked.status IN ('completed', 'failed', 'cancelled') THEN
    RAISE EXCEPTION 'work % is %: ask for another with retry_of', asked.id, asked.status
      USING ERRCODE = 'check_violation';
  END IF;
  NEW.user_id := asked.user_id;
  NEW.project_id := asked.project_id;
  NEW.workflow_id := coalesce(NEW.workflow_id, asked.workflow_ids[NEW.stage + 1]);
  IF NOT coalesce(asked.runs, false) THEN
    NEW.endpoint_id := NULL;
  ELSIF NEW.endpoint_id IS NULL THEN
    NEW.endpoint_id := choose_endpoint(asked.template_id, asked.template_version);
  END IF;
  RETURN NEW;
END $$;

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

CREATE FUNCTION public.count_place() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
  IF OLD.status IN ('taken', 'processing') AND OLD.endpoint_id IS NOT NULL THEN
    INSERT INTO place_changes (endpoint_id, places) VALUES (OLD.endpoint_id, -1);
  END IF;
  IF TG_OP = 'UPDATE' THEN
    IF NEW.status IN ('taken', 'processing') AND NEW.endpoint_id IS NOT NULL THEN
      INSERT INTO place_changes (endpoint_id, places) VALUES (NEW.endpoint_id, 1);
    END IF;
  END IF;
  RETURN NULL;
END $$;

CREATE FUNCTION public.count_storage() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
  IF TG_OP <> 'INSERT' THEN
    INSERT INTO storage_counts (project_id, bytes, files)
    SELECT OLD.project_id, -OLD.file_size - coalesce(OLD.thumbnail_size, 0), -1
    WHERE OLD.project_id IS NOT NULL;
  END IF;
  IF TG_OP <> 'DELETE' THEN
    INSERT INTO storage_counts (project_id, bytes, files)
    SELECT NEW.project_id, NEW.file_size + coalesce(NEW.thumbnail_size, 0), 1
    WHERE NEW.project_id IS NOT NULL;
  END IF;
  RETURN NULL;
END $$;

CREATE FUNCTION public.delete_notification(notification uuid) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
DECLARE caller uuid := auth.uid();
BEGIN
  DELETE FROM notifications WHERE id = notification AND user_id = caller;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  INSERT INTO events (user_id, type, data) VALUES (caller, 'notification.deleted',
    jsonb_build_object('notification_id', notification));
  PERFORM pg_notify('affiche_event', caller::text);
  RETURN true;
END $$;

ALTER FUNCTION public.delete_notification(notification uuid) OWNER TO service_role;

CREATE FUNCTION public.drop_file(file uuid) RETURNS boolean
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
  IF is_needed(file) THEN
    RETURN false;
  END IF;
  DELETE FROM files WHERE id = file;
  RETURN FOUND;
EXCEPTION WHEN foreign_key_violation THEN
  -- Named meanwhile.
  RETURN false;
END $$;

CREATE FUNCTION public.drop_glimpse() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
  DELETE FROM glimpses WHERE work_id = NEW.id;
  RETURN NULL;
END $$;

CREATE FUNCTION public.drop_works(chosen uuid[]) RETURNS integer
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
DECLARE
  ended CONSTANT uuid[] := ARRAY(
    SELECT id FROM works WHERE id = ANY (chosen) AND status IN ('completed', 'failed', 'cancelled')
    ORDER BY id FOR UPDATE SKIP LOCKED);
  named CONSTANT uuid[] := ARRAY(
    SELECT DISTINCT file_id FROM file_uses WHERE work_id = ANY (ended));
  own CONSTANT uuid[] := ARRAY(SELECT id FROM files WHERE work_id = ANY (ended));
BEGIN
  UPDATE works SET retry_of = NULL WHERE retry_of = ANY (ended);
  UPDATE files SET work_id = NULL WHERE id = ANY (own);
  DELETE FROM generation_jobs WHERE work_id = ANY (ended);
  DELETE FROM works WHERE id = ANY (ended);
  PERFORM drop_file(id) FROM files
  WHERE (id = ANY (own) OR id = ANY (named)) AND bucket_id = 'works' AND work_id IS NULL;
  UPDATE files SET used_at = NULL
  WHERE id = ANY (named) AND bucket_id = 'uploads'
    AND NOT is_needed(id);
  RETURN cardinality(ended);
END $$;

CREATE FUNCTION public.edit_work(work uuid, new_title text DEFAULT NULL::text, new_tags text[] DEFAULT NULL::text[]) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
  IF new_title IS NOT NULL AND (btrim(new_title) = '' OR length(new_title) > 400)
    OR cardinality(new_tags) > 20
    OR EXISTS (SELECT FROM unnest(new_tags) AS tag
      WHERE tag IS NULL OR btrim(tag) = '' OR length(tag) > 160) THEN
    RAISE EXCEPTION 'a title or a tag is empty or too long' USING ERRCODE = 'check_violation';
  END IF;
  PERFORM FROM works w WHERE w.id = work AND (
    w.user_id = auth.uid() OR auth.jwt() ->> 'role' = 'service_role' OR member_of(w.project_id))
    AND w.project_id IS NOT DISTINCT FROM coalesce(bound_project(), w.project_id);
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  IF new_title IS NOT NULL THEN
    -- First this row, as whoever asks the model locks them: then what is written here stays.
    DELETE FROM titles t WHERE t.work_id = work;
  END IF;
  UPDATE works w SET
    title = coalesce(new_title, w.title),
    title_by = CASE WHEN new_title IS NULL THEN w.title_by ELSE 'person' END,
    tags = coalesce(new_tags, w.tags)
  WHERE w.id = work;
  RETURN true;
END $$;

ALTER FUNCTION public.edit_work(work uuid, new_title text, new_tags text[]) OWNER TO service_role;

CREATE FUNCTION public.end_jobs() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
  UPDATE generation_jobs SET status = 'cancelled'
  WHERE work_id = NEW.id AND status IN ('pending', 'taken', 'processing');
  RETURN NULL;
END $$;

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

CREATE FUNCTION public.event_era() RETURNS bigint
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
DECLARE
  own_system text := current_setting('affiche.system', true);
  own_timeline CONSTANT text := left(pg_walfile_name(pg_current_wal_lsn()), 8);
  latest event_eras;
BEGIN
  SELECT * INTO latest FROM event_eras ORDER BY era DESC LIMIT 1;
  IF latest.system = own_system AND latest.timeline = own_timeline THEN
    RETURN latest.era;
  END IF;
  own_system := (pg_control_system()).system_identifier;
  PERFORM set_config('affiche.system', own_system, false);
  IF latest.system = own_system AND latest.timeline = own_timeline THEN
    RETURN latest.era;
  END IF;
  -- Of two that begin it at once, the second finds it begun.
  PERFORM pg_advisory_xact_lock(420786);
  SELECT * INTO latest FROM event_eras ORDER BY era DESC LIMIT 1;
  IF latest.system = own_system AND latest.timeline = own_timeline THEN
    RETURN latest.era;
  END IF;
  -- By the clock, so that two restores of one backup do not take each other's places for their own.
  INSERT INTO event_eras VALUES (
    greatest((extract(epoch FROM clock_timestamp()) * 1000000)::bigint, latest.era + 1),
    own_system, own_timeline)
  RETURNING * INTO latest;
  RETURN latest.era;
END $$;

CREATE FUNCTION public.events_of_many(people uuid[], eras bigint[], txids text[], ids bigint[], most integer) RETURNS TABLE(n integer, id bigint, era bigint, txid text, work_id uuid, type text, data jsonb, created_at timestamp with time zone)
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
#variable_conflict use_column
DECLARE
  own_role CONSTANT text := current_setting('role');
  own_claims CONSTANT text := current_setting('request.jwt.claims', true);
  who uuid;
BEGIN
  PERFORM set_config('role', 'authenticated', true);
  FOR number IN 1..cardinality(people) LOOP
    who := people[number];
    PERFORM set_config('request.jwt.claims',
      json_build_object('sub', who, 'role', 'authenticated')::text, true);
    RETURN QUERY
    SELECT number, e.id, e.era, e.txid::text AS txid, e.work_id, e.type, e.data, e.created_at FROM (
      (SELECT * FROM events
       WHERE user_id = who
         AND (era, txid, id) > (eras[number], txids[number]::text::xid8, ids[number])
         AND (txid < pg_snapshot_xmin(pg_current_snapshot())
           OR era < (SELECT max(era) FROM event_eras))
       ORDER BY events.era, events.txid, events.id LIMIT most)
      UNION ALL
      SELECT o.* FROM unnest((SELECT my_projects())::uuid[]) AS mine (id)
      CROSS JOIN LATERAL (
        SELECT * FROM events
        WHERE project_id = mine.id AND user_id <> who
          AND (era, txid, id) > (eras[number], txids[number]::text::xid8, ids[number])
          AND (txid < pg_snapshot_xmin(pg_current_snapshot())
            OR era < (SELECT max(era) FROM event_eras))
        ORDER BY events.era, events.txid, events.id LIMIT most) o
    ) e
    ORDER BY e.era, e.txid, e.id LIMIT most;
  END LOOP;
  PERFORM set_config('role', own_role, true);
  PERFORM set_config('request.jwt.claims', own_claims, true);
END $$;

CREATE FUNCTION public.folded(words text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  SELECT lower(normalize(coalesce(words, ''), NFKC))
$$;

CREATE FUNCTION public.forget_audit(earliest timestamp with time zone, most integer) RETURNS integer
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
DECLARE gone integer;
BEGIN
  PERFORM set_config('affiche.forgetting', 'audit_log', true);
  DELETE FROM audit_log WHERE id = ANY (ARRAY(
    SELECT id FROM audit_log
    WHERE at < least(earliest, clock_timestamp() - interval '30 days' - interval '1 minute')
    ORDER BY at LIMIT most FOR UPDATE SKIP LOCKED));
  GET DIAGNOSTICS gone = ROW_COUNT;
  PERFORM set_config('affiche.forgetting', '', true);
  RETURN gone;
END $$;

CREATE FUNCTION public.forget_changes() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
  DELETE FROM batch_changes WHERE batch_id = OLD.id;
  RETURN NULL;
END $$;

CREATE FUNCTION public.front_work(work uuid) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
DECLARE
  caller CONSTANT uuid := auth.uid();
  moves boolean;
BEGIN
  PERFORM FROM works w WHERE w.id = work AND w.user_id = caller
    AND w.project_id IS NOT DISTINCT FROM coalesce(bound_project(), w.project_id);
  IF NOT FOUND THEN
    RETURN NULL;
  END IF;
  WITH line AS MATERIALIZED (
    -- Whose turn it is at this very moment is not waited for.
    SELECT j.id, j.work_id, j.endpoint_id, j.priority, j.turn, j.created_at
    FROM generation_jobs j
    WHERE j.user_id = caller AND j.status = 'pending' AND j.turn IS NOT NULL
      -- What has begun before is finished first.
      AND j.stage = 0 AND j.takes = 0
      AND (j.endpoint_id, j.priority) IN (
        SELECT o.endpoint_id, o.priority FROM generation_jobs o
        WHERE o.work_id = work AND o.status = 'pending' AND o.turn IS NOT NULL)
    FOR UPDATE SKIP LOCKED
  ), places AS (
    SELECT line.*, row_number() OVER (line ORDER BY turn, created_at, id) AS n,
      min(turn) OVER line AS foremost
    FROM line WINDOW line AS (PARTITION BY endpoint_id, priority)
  ), wanted AS (
    SELECT line.*, row_number() OVER (PARTITION BY endpoint_id, priority
      ORDER BY work_id <> work, turn, created_at, id) AS n
    FROM line
  ), moved AS (
    UPDATE generation_jobs j SET turn = greatest(
      p.turn + (EXISTS (
        SELECT FROM generation_jobs o
        WHERE o.endpoint_id = p.endpoint_id AND o.status = 'pending' AND o.priority = p.priority
          AND o.turn = p.turn AND o.user_id <> caller
          AND (o.created_at, o.id) > (w.created_at, w.id)
          AND (o.created_at, o.id) < (p.created_at, p.id)))::integer,
      CASE WHEN w.work_id <> work THEN p.foremost + 2 ELSE 0 END)
    FROM wanted w JOIN places p USING (endpoint_id, priority, n)
    -- Those behind it keep theirs.
    WHERE j.id = w.id AND p.id <> w.id
    RETURNING j.id
  )
  SELECT EXISTS (SELECT FROM line WHERE work_id = work) INTO moves FROM (SELECT count(*) FROM moved) m;
  IF moves THEN
    INSERT INTO events (user_id, work_id, type, data)
    VALUES (caller, work, 'work.changed', '{"status": "pending"}');
    PERFORM pg_notify('affiche_event', caller::text);
    -- Who was held meanwhile is wanted again.
    PERFORM pg_notify('generation_job_created', '');
  END IF;
  RETURN moves;
END $$;

ALTER FUNCTION public.front_work(work uuid) OWNER TO service_role;

CREATE FUNCTION public.give_turn() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
DECLARE
  turns_of CONSTANT integer := 4207850;
  own CONSTANT integer := uuid_hash_extended(NEW.user_id, 0) & 1023;
BEGIN
  IF NEW.endpoint_id IS NULL OR NEW.run_at > clock_timestamp() THEN
    NEW.turn := NULL;
    RETURN NEW;
  END IF;
  IF TG_OP = 'UPDATE' THEN
    IF NEW.turn IS NOT NULL AND OLD.status = 'pending'
      AND NEW.endpoint_id IS NOT DISTINCT FROM OLD.endpoint_id AND NEW.priority = OLD.priority THEN
      RETURN NEW;
    END IF;
  END IF;
  IF NEW.stage > 0 AND NEW.takes = 0 THEN
    -- Half done is finished first: before all that waits, which is behind the line's present turn.
    -- Nobody's turn is taken by it, since there are no more of these than may run at once. So it
    -- needs no lock either, for which it could not wait: the job before it is locked.
    NEW.turn := (
      SELECT t.turn FROM turns t
      WHERE t.endpoint_id = NEW.endpoint_id AND t.priority = NEW.priority);
    NEW.turn := greatest(1, NEW.turn) - 1;
    RETURN NEW;
  END IF;
  -- Two transactions of one user that could not see each other would give the same turns. Whoever
  -- inserts for a second user, or holds rows already, does not wait, so that none wait in a circle.
  IF NOT pg_try_advisory_xact_lock(turns_of, own) AND TG_OP = 'INSERT' AND NOT EXISTS (
    SELECT FROM pg_locks
    WHERE locktype = 'advisory' AND classid = turns_of AND pid = pg_backend_pid()) THEN
    PERFORM pg_advisory_xact_lock(turns_of, own);
  END IF;
  IF NEW.takes > 0 THEN
    -- What comes back lines up with what else came back of its user's, before the rest.
    SELECT max(j.turn) INTO NEW.turn FROM generation_jobs j
    WHERE j.endpoint_id = NEW.endpoint_id AND j.user_id = NEW.user_id
      AND j.priority = NEW.priority AND j.id <> NEW.id
      AND j.status = 'pending' AND j.turn IS NOT NULL AND j.takes > 0;
  ELSE
    SELECT max(j.turn) INTO NEW.turn FROM generation_jobs j
    WHERE j.endpoint_id = NEW.endpoint_id AND j.user_id = NEW.user_id
      AND j.priority = NEW.priority AND j.id <> NEW.id
      AND j.status IN ('pending', 'taken', 'processing') AND j.turn IS NOT NULL;
  END IF;
  NEW.turn := greatest(1, NEW.turn + 2, (
    SELECT t.turn + 1 FROM turns t
    WHERE t.endpoint_id = NEW.endpoint_id AND t.priority = NEW.priority));
  RETURN NEW;
END $$;

CREATE UNLOGGED TABLE public.glimpses (
    work_id uuid NOT NULL,
    number integer DEFAULT 1 NOT NULL,
    media_type text NOT NULL,
    picture bytea NOT NULL,
    CONSTRAINT glimpses_media_type_check CHECK ((media_type = ANY (ARRAY['image/jpeg'::text, 'image/webp'::text]))),
    CONSTRAINT glimpses_picture_check CHECK ((octet_length(picture) <= 131072))
);

ALTER TABLE ONLY public.glimpses FORCE ROW LEVEL SECURITY;

CREATE FUNCTION public.glimpse_of(work uuid) RETURNS SETOF public.glimpses
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
  SELECT g.* FROM glimpses g JOIN works w ON w.id = g.work_id
  WHERE g.work_id = work AND (w.user_id = auth.uid() OR member_of(w.project_id))
    AND w.project_id IS NOT DISTINCT FROM coalesce(bound_project(), w.project_id)
$$;

ALTER FUNCTION public.glimpse_of(work uuid) OWNER TO service_role;

CREATE FUNCTION public.guard_audit() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    IF current_setting('affiche.forgetting', true) = 'audit_log'
      AND OLD.at < clock_timestamp() - interval '30 days' THEN
      RETURN OLD;
    END IF;
  END IF;
  RAISE EXCEPTION 'the audit log is only added to' USING ERRCODE = 'check_violation';
END $$;

CREATE FUNCTION public.guard_charge() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
  RAISE EXCEPTION 'what work % was charged stands; write an adjustment', OLD.id
    USING ERRCODE = 'check_violation';
END $$;

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

CREATE FUNCTION public.guard_line() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    IF NOT EXISTS (SELECT FROM users WHERE id = OLD.user_id) THEN
      RETURN OLD;
    END IF;
  ELSIF NEW.work_id IS NULL
    -- What is generated is not there yet.
    AND to_jsonb(NEW) - '{work_id,amount}'::text[] = to_jsonb(OLD) - '{work_id,amount}'::text[] THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'line % of the ledger stands; write an adjustment', OLD.id
    USING ERRCODE = 'check_violation';
END $$;

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

CREATE FUNCTION public.hear_run(run_key uuid, claimed text) RETURNS text
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
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

CREATE FUNCTION public.heed_claims() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
DECLARE
  claims CONSTANT jsonb := auth.jwt();
  bound CONSTANT uuid := nullif(claims ->> 'affiche_project', '')::uuid;
BEGIN
  IF bound IS NOT NULL THEN
    NEW.project_id := coalesce(NEW.project_id, bound);
    IF NEW.project_id <> bound OR NOT member_of(bound) THEN
      RAISE EXCEPTION 'no such project' USING ERRCODE = 'no_data_found', HINT = 'project';
    END IF;
  END IF;
  NEW.trace := claims ->> 'affiche_trace';
  RETURN NEW;
END $$;

CREATE FUNCTION public.hold_batch(batch uuid) RETURNS public.batches
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
DECLARE held batches;
BEGIN
  SELECT * INTO held FROM batches b
  WHERE b.id = batch AND sees_batch(b.user_id, b.project_id) FOR NO KEY UPDATE;
  IF held.id IS NOT NULL AND held.user_id IS DISTINCT FROM auth.uid()
    AND auth.jwt() ->> 'role' IS DISTINCT FROM 'service_role' AND NOT admin_of(held.project_id)
  THEN
    RAISE EXCEPTION 'it is another member''s' USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN held;
END $$;

CREATE FUNCTION public.is_needed(file uuid) RETURNS boolean
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
  RETURN EXISTS (SELECT FROM file_uses u WHERE u.file_id = file)
    -- Those come with 0023.
    OR EXISTS (SELECT FROM reference_images r WHERE r.file_id = file)
    OR EXISTS (SELECT FROM characters c WHERE c.portrait_file_id = file);
END $$;

CREATE FUNCTION public.keep_balance() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
  UPDATE users
  SET subscription_credits = NEW.subscription_balance, purchased_credits = NEW.purchased_balance
  WHERE id = NEW.user_id AND (subscription_credits, purchased_credits)
    IS DISTINCT FROM (NEW.subscription_balance, NEW.purchased_balance)
    AND NOT EXISTS (
      SELECT FROM credit_transactions later
      WHERE later.user_id = NEW.user_id AND later.line > NEW.line);
  RETURN NULL;
END $$;

CREATE FUNCTION public.keep_owner() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
  IF TG_OP = 'UPDATE' THEN
    IF (NEW.project_id, NEW.user_id) = (OLD.project_id, OLD.user_id) AND NEW.role = 'admin' THEN
      RETURN NEW;
    END IF;
  END IF;
  IF EXISTS (SELECT FROM projects WHERE id = OLD.project_id AND user_id = OLD.user_id) THEN
    RAISE EXCEPTION 'the owner of a project stays its admin' USING ERRCODE = 'check_violation';
  END IF;
  RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;

CREATE FUNCTION public.keep_tags() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND OLD.tags <> '{}' THEN
    DELETE FROM work_tags WHERE work_id = NEW.id;
  END IF;
  INSERT INTO work_tags (work_id, tag, user_id, project_id, status)
  SELECT DISTINCT NEW.id, tag_key(tag), NEW.user_id, NEW.project_id, NEW.status
  FROM unnest(NEW.tags) AS tag WHERE tag IS NOT NULL AND NEW.trashed_at IS NULL;
  RETURN NULL;
END $$;

CREATE FUNCTION public.keep_words() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
  IF NEW.trashed_at IS NOT NULL THEN
    DELETE FROM work_words WHERE work_id = NEW.id;
  ELSE
    INSERT INTO work_words (work_id, user_id, project_id, words)
    VALUES (NEW.id, NEW.user_id, NEW.project_id,
      words_of(NEW.input_data, NEW.translation, NEW.title, NEW.tags))
    ON CONFLICT (work_id) DO UPDATE SET
      user_id = excluded.user_id, project_id = excluded.project_id, words = excluded.words;
  END IF;
  RETURN NULL;
END $$;

CREATE FUNCTION public.leave_objects() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
  INSERT INTO removals (bucket, object_key)
  SELECT bucket, key FROM (VALUES (OLD.bucket_id, OLD.object_key), ('thumbs', OLD.thumbnail_key))
    AS left_behind (bucket, key)
  WHERE key IS NOT NULL;
  RETURN NULL;
END $$;

CREATE FUNCTION public.member_of(project uuid) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
  SELECT EXISTS (
    SELECT FROM project_members m WHERE m.project_id = project AND m.user_id = auth.uid()
      AND m.project_id = coalesce(bound_project(), m.project_id))
$$;

ALTER FUNCTION public.member_of(project uuid) OWNER TO service_role;

CREATE FUNCTION public.move_in_batch() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
DECLARE
  others uuid[];
BEGIN
  IF TG_OP = 'DELETE' THEN
    INSERT INTO batch_changes (batch_id, gone)
    SELECT OLD.batch_id, state FROM unnest(ARRAY[OLD.status, OLD.choice]) AS state
    WHERE state IS NOT NULL AND EXISTS (SELECT FROM batches WHERE id = OLD.batch_id);
    RETURN NULL;
  END IF;
  others := ARRAY(
    SELECT user_id FROM project_members
    WHERE project_id = NEW.project_id AND user_id <> NEW.user_id);
  INSERT INTO events (user_id, project_id, work_id, type, data)
  VALUES (NEW.user_id, CASE WHEN others <> '{}' THEN NEW.project_id END, NEW.id,
    'work.' || CASE WHEN NEW.status <> OLD.status THEN NEW.status ELSE 'progress' END,
    jsonb_strip_nulls(jsonb_build_object(
      'status', NEW.status, 'progress', NEW.progress, 'batch_id', NEW.batch_id)));
  PERFORM pg_notify('affiche_event', told::text) FROM unnest(NEW.user_id || others) AS told;
  IF NEW.status <> OLD.status AND NEW.batch_position IS NOT NULL THEN
    INSERT INTO batch_changes (batch_id, gone, come) VALUES (NEW.batch_id, OLD.status, NEW.status);
  END IF;
  RETURN NULL;
END $$;

CREATE FUNCTION public.move_project() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
  UPDATE generation_jobs SET project_id = NEW.project_id WHERE work_id = NEW.id;
  UPDATE files SET project_ids = array_remove(ARRAY[NEW.project_id], NULL) WHERE work_id = NEW.id;
  UPDATE events SET project_id = NULL WHERE work_id = NEW.id AND project_id IS NOT NULL;
  RETURN NULL;
END $$;

CREATE FUNCTION public.move_storage() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
  UPDATE files SET project_id = NEW.project_id WHERE work_id = NEW.id;
  RETURN NULL;
END $$;

CREATE FUNCTION public.move_work() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
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

CREATE FUNCTION public.my_projects(wanted text DEFAULT 'member'::text) RETURNS uuid[]
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
  SELECT coalesce(array_agg(m.project_id), '{}') FROM project_members m
  WHERE m.user_id = auth.uid() AND (wanted = 'member' OR m.role = wanted)
    AND m.project_id = coalesce(bound_project(), m.project_id)
$$;

ALTER FUNCTION public.my_projects(wanted text) OWNER TO service_role;

CREATE FUNCTION public.my_queue(most integer) RETURNS TABLE(work_id uuid, rank bigint, place bigint, line bigint, lanes integer, answers boolean, usual double precision, ran double precision, ahead double precision, under_way double precision)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
  WITH mine AS MATERIALIZED (
    (SELECT w.id, 0 AS ord, 0::bigint AS turn FROM works w
    WHERE w.user_id = auth.uid() AND w.status IN ('taken', 'processing')
      AND w.project_id IS NOT DISTINCT FROM coalesce(bound_project(), w.project_id)
    ORDER BY w.id LIMIT most)
    UNION ALL
    (SELECT j.work_id, 1, j.turn FROM endpoints e CROSS JOIN LATERAL (
      SELECT x.work_id, x.turn FROM generation_jobs x
      WHERE x.endpoint_id = e.id AND x.user_id = auth.uid() AND x.status = 'pending'
        AND x.turn IS NOT NULL
        AND x.project_id IS NOT DISTINCT FROM coalesce(bound_project(), x.project_id)
      ORDER BY x.priority DESC, x.turn, x.created_at, x.id LIMIT most) j)
    UNION ALL
    (SELECT w.id, 2, 0 FROM works w
    WHERE w.user_id = auth.uid() AND w.status = 'pending'
      AND w.project_id IS NOT DISTINCT FROM coalesce(bound_project(), w.project_id)
    ORDER BY w.id LIMIT most)
  ), first AS MATERIALIZED (
    SELECT id, row_number() OVER (ORDER BY ord, turn, id) AS rank FROM (
      SELECT DISTINCT ON (id) id, ord, turn FROM mine ORDER BY id, ord, turn) one
    ORDER BY ord, turn, id LIMIT most
  ), own AS MATERIALIZED (
    SELECT f.rank, j.id, j.work_id, j.endpoint_id, j.workflow_id, j.status,
      coalesce(j.running_at, j.started_at, j.taken_at) AS since
    FROM first f JOIN generation_jobs j ON j.work_id = f.id
    WHERE j.status IN ('pending', 'taken', 'processing')
  ), lines AS MATERIALIZED (
    SELECT l.*, o.endpoint_id, row_number() OVER (
      PARTITION BY o.endpoint_id ORDER BY l.priority DESC, l.turn, l.created_at, l.id) AS place
    FROM (SELECT DISTINCT endpoint_id FROM own WHERE status = 'pending') o
    CROSS JOIN LATERAL (
      SELECT x.id, x.workflow_id, x.priority, x.turn, x.created_at FROM generation_jobs x
      WHERE x.endpoint_id = o.endpoint_id AND x.status = 'pending' AND x.turn IS NOT NULL
      ORDER BY x.priority DESC, x.turn, x.created_at, x.id LIMIT 1000) l
  ), running AS MATERIALIZED (
    SELECT x.endpoint_id, x.workflow_id,
      extract(epoch FROM clock_timestamp() - coalesce(x.running_at, x.started_at, x.taken_at)) AS ran
    FROM generation_jobs x
    WHERE x.status IN ('taken', 'processing') AND x.endpoint_id IN (SELECT endpoint_id FROM lines)
  ), times AS MATERIALIZED (
    SELECT endpoint_id, workflow_id, usual_run(endpoint_id, workflow_id) AS usual FROM (
      SELECT endpoint_id, workflow_id FROM own UNION SELECT endpoint_id, workflow_id FROM lines
      UNION SELECT endpoint_id, workflow_id FROM running) every
    WHERE endpoint_id IS NOT NULL AND workflow_id IS NOT NULL
  ), sums AS MATERIALIZED (
    SELECT l.id, l.endpoint_id, l.place,
      count(*) OVER whole AS line,
      -- Of those before it: none of them may be unknown.
      CASE WHEN count(*) FILTER (WHERE t.usual IS NULL) OVER before = 0
        THEN coalesce(sum(t.usual) OVER before, 0) END AS ahead
    FROM lines l LEFT JOIN times t USING (endpoint_id, workflow_id)
    WINDOW whole AS (PARTITION BY l.endpoint_id), before AS (PARTITION BY l.endpoint_id
      ORDER BY l.place ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
  ), rest AS MATERIALIZED (
    -- What takes so long beyond what is usual may take ever so long.
    SELECT r.endpoint_id, CASE WHEN bool_and(t.usual IS NOT NULL AND r.ran < 2 * t.usual + 5)
      THEN sum(greatest(0, t.usual - r.ran)) END AS seconds
    FROM running r LEFT JOIN times t USING (endpoint_id, workflow_id) GROUP BY r.endpoint_id
  )
  SELECT o.work_id, min(o.rank), min(s.place), max(s.line), max(e.works_at_once),
    bool_and(e.is_active AND e.paused_at IS NULL AND e.unwell_since IS NULL),
    CASE WHEN bool_and(t.usual IS NOT NULL) THEN max(t.usual) END,
    max(extract(epoch FROM clock_timestamp() - o.since)) FILTER (WHERE o.status <> 'pending'),
    -- Until the last of its jobs has its turn.
    CASE WHEN bool_and(s.ahead IS NOT NULL) FILTER (WHERE o.status = 'pending')
      THEN max(s.ahead) END,
    CASE WHEN bool_and(r.endpoint_id IS NULL OR r.seconds IS NOT NULL)
      THEN coalesce(max(r.seconds), 0) END
  FROM own o
  LEFT JOIN sums s ON s.id = o.id
  LEFT JOIN times t ON t.endpoint_id = o.endpoint_id AND t.workflow_id = o.workflow_id
  LEFT JOIN rest r ON r.endpoint_id = o.endpoint_id
  LEFT JOIN endpoints e ON e.id = o.endpoint_id
  GROUP BY o.work_id ORDER BY min(o.rank)
$$;

ALTER FUNCTION public.my_queue(most integer) OWNER TO service_role;

CREATE FUNCTION public.name_subject() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
DECLARE
  chosen characters;
  shown reference_images;
BEGIN
  SELECT * INTO chosen FROM characters
  WHERE project_id = NEW.project_id AND archived_at IS NULL
    AND (id::text = lower(NEW.input_data ->> 'character') OR slug = NEW.input_data ->> 'character');
  IF FOUND THEN
    NEW.character_id := chosen.id;
    NEW.subject := jsonb_build_object('character', jsonb_build_object(
      'id', chosen.id, 'number', chosen.number, 'slug', chosen.slug, 'name', chosen.name,
      'skin_tone', chosen.skin_tone, 'hair_color', chosen.hair_color,
      'hair_style', chosen.hair_style, 'lora_file', chosen.lora_file,
      'lora_strength', chosen.lora_strength, 'trigger_word', chosen.trigger_word,
      'negative_prompt', chosen.negative_prompt));
  END IF;
  SELECT * INTO shown FROM reference_images
  WHERE project_id = NEW.project_id
    AND id = (SELECT named FROM named_files(NEW.input_data -> 'reference') AS named LIMIT 1);
  IF FOUND THEN
    NEW.reference_id := shown.id;
    NEW.subject := coalesce(NEW.subject, '{}') || jsonb_build_object('reference',
      jsonb_build_object(
        'id', shown.id, 'number', shown.number, 'filename', shown.filename,
        'category', shown.category, 'file_id', shown.file_id,
        'caption', coalesce(shown.vision_description, ''),
        'caption_ko', coalesce(shown.caption_ko, '')));
  END IF;
  RETURN NEW;
END $$;

CREATE FUNCTION public.named_files(inputs jsonb) RETURNS SETOF uuid
    LANGUAGE sql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
  SELECT (found #>> '{}')::uuid FROM jsonb_path_query(inputs, 'strict $.**') AS found
  WHERE jsonb_typeof(found) = 'string' AND length(found #>> '{}') = 36
    AND found #>> '{}' ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
$_$;

CREATE FUNCTION public.notify_work_status_change() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
DECLARE
  -- More than can end at once, each in a transaction of its own.
  many CONSTANT integer := 500;
  ends_of CONSTANT integer := 4207861;
  korean boolean := (SELECT language = 'ko' FROM users WHERE id = NEW.user_id);
  words text := left(coalesce(nullif(NEW.input_data ->> 'prompt', ''), NEW.title, ''), 200);
  -- What is returned is reckoned before the end is told (0016).
  refunded integer := NEW.credits_refunded;
  told text := words;
  kind text := NEW.status;
  headline text;
  seen timestamptz;
  whole jsonb;
BEGIN
  IF NEW.batch_id IS NOT NULL THEN
    -- Of those that end together the first tells of all.
    IF EXISTS (
        SELECT FROM (
          SELECT n.data, n.created_at FROM notifications n WHERE n.user_id = NEW.user_id
          ORDER BY n.id DESC LIMIT 20) lately
        WHERE lately.created_at >= transaction_timestamp() AND lately.data ? 'batch'
          AND lately.data ->> 'batch_id' = NEW.batch_id::text) THEN
      RETURN NULL;
    END IF;
    -- The last two may end at once, and neither sees the other: then the later one waits, and its
    -- next statement sees. While many are left nobody waits.
    IF NOT EXISTS (SELECT FROM works w WHERE w.batch_id = NEW.batch_id
        AND w.status IN ('pending', 'taken', 'processing') OFFSET many) THEN
      PERFORM pg_advisory_xact_lock(ends_of, uuid_hash_extended(NEW.batch_id, 0)::bit(32)::integer);
    END IF;
    IF EXISTS (SELECT FROM works w WHERE w.batch_id = NEW.batch_id
        AND w.status IN ('pending', 'taken', 'processing')) THEN
      IF NEW.status <> 'failed' OR EXISTS (
          SELECT FROM notifications n WHERE n.user_id = NEW.user_id AND n.type = 'work.failed'
            AND n.id > NEW.batch_id AND n.data ->> 'batch_id' = NEW.batch_id::text) THEN
        RETURN NULL;
      END IF;
    ELSE
      SELECT jsonb_build_object('name', b.name, 'works', count(*),
          'completed', count(*) FILTER (WHERE w.status = 'completed'),
          'failed', count(*) FILTER (WHERE w.status = 'failed'),
          'cancelled', count(*) FILTER (WHERE w.status = 'cancelled')),
        coalesce(sum(w.credits_refunded), 0)
      INTO whole, refunded
      FROM batches b JOIN works w ON w.batch_id = b.id AND w.batch_position IS NOT NULL
      WHERE b.id = NEW.batch_id GROUP BY b.name;
      words := whole ->> 'name';
      kind := CASE WHEN (whole -> 'completed')::integer > 0 THEN 'completed'
        WHEN (whole -> 'failed')::integer > 0 THEN 'failed' ELSE 'cancelled' END;
    END IF;
  END IF;
  IF whole IS NOT NULL THEN
    headline := CASE WHEN korean THEN '배치가 끝났습니다' ELSE 'Your batch has ended' END;
    told := format(CASE WHEN korean THEN '완료 %s건, 오류 %s건, 취소 %s건.'
      ELSE '%s done, %s failed, %s cancelled.' END,
      whole ->> 'completed', whole ->> 'failed', whole ->> 'cancelled');
  ELSIF NEW.status = 'completed' THEN
    headline := CASE WHEN korean THEN '작업이 완료되었습니다' ELSE 'Your work is done' END;
  ELSIF NEW.status = 'failed' THEN
    headline := CASE WHEN korean THEN '작업을 완성하지 못했습니다' ELSE 'Your work failed' END;
    told := coalesce(nullif(NEW.error_message, ''), CASE WHEN korean
      THEN '문제가 생겼습니다.' ELSE 'Something went wrong.' END);
  ELSE
    headline := CASE WHEN korean THEN '작업이 취소되었습니다' ELSE 'Your work was cancelled' END;
  END IF;
  IF NEW.status = 'cancelled' AND auth.uid() = NEW.user_id THEN
    -- Who did it knows, and finds it in the list with what was returned; nobody is called for it.
    seen := clock_timestamp();
  END IF;
  IF refunded > 0 THEN
    told := concat_ws(' ', nullif(told, ''), format(CASE WHEN korean
      THEN '돌려드린 크레딧: %s.' ELSE 'Credits returned: %s.' END, refunded));
  END IF;
  WITH made AS (
    INSERT INTO notifications (user_id, work_id, type, title, message, data, read_at)
    VALUES (NEW.user_id, NEW.id, 'work.' || kind, headline, told,
      jsonb_strip_nulls(jsonb_build_object(
        'words', words, 'batch_id', NEW.batch_id, 'batch', whole,
        'error_code', CASE WHEN whole IS NULL THEN NEW.error_code END,
        'error_params', CASE WHEN whole IS NULL THEN NEW.error_params - 'detail' END,
        'credits_refunded', refunded)), seen)
    ON CONFLICT (work_id, type) DO NOTHING
    RETURNING id, user_id, work_id, type, read_at
  ), event AS (
    -- Heard with that of the work's own, which wakes the streams at the end of this transaction.
    INSERT INTO events (user_id, work_id, type, data)
    SELECT user_id, work_id, 'notification.created', jsonb_build_object('notification_id', id)
    FROM made
  )
  INSERT INTO outbox (notification_id, channel, user_id)
  SELECT made.id, c.channel, made.user_id FROM made
  JOIN message_channels c ON c.user_id = made.user_id AND made.type = ANY (c.types)
  WHERE made.read_at IS NULL;
  IF FOUND THEN
    PERFORM pg_notify('message_created', '');
  END IF;
  RETURN NULL;
END $$;

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

CREATE FUNCTION public.park_jobs() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
  UPDATE generation_jobs j SET endpoint_id = CASE WHEN NEW.is_active THEN
    choose_endpoint(w.template_id, w.template_version) END
  FROM works w
  WHERE w.id = j.work_id AND w.template_id = NEW.id AND j.status = 'pending'
    AND (NOT NEW.is_active OR j.endpoint_id IS NULL);
  PERFORM pg_notify('generation_job_created', '');
  RETURN NULL;
END $$;

CREATE FUNCTION public.people_of(project uuid) RETURNS TABLE(user_id uuid, name text, email text, role text, created_at timestamp with time zone)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
  SELECT u.id, u.name, u.email, m.role, m.created_at
  FROM project_members m JOIN users u ON u.id = m.user_id
  WHERE m.project_id = project AND member_of(project)
  ORDER BY m.created_at, u.id
$$;

ALTER FUNCTION public.people_of(project uuid) OWNER TO service_role;

CREATE FUNCTION public.place_file() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
  NEW.project_ids := ARRAY(
    SELECT project_id FROM works WHERE id = NEW.work_id AND project_id IS NOT NULL);
  RETURN NEW;
END $$;

CREATE FUNCTION public.place_upload() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
  IF NEW.work_id IS NOT NULL THEN
    NEW.project_id := (SELECT project_id FROM works WHERE id = NEW.work_id);
  ELSIF NEW.project_id IS NOT NULL THEN
    -- Brought into a project, it is its members' to see.
    NEW.project_ids := NEW.project_ids || NEW.project_id;
  ELSE
    NEW.project_id := (SELECT id FROM projects WHERE user_id = NEW.user_id AND is_default);
  END IF;
  RETURN NEW;
END $$;

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

CREATE FUNCTION public.read_notifications(one uuid DEFAULT NULL::uuid, newest uuid DEFAULT NULL::uuid) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
DECLARE
  caller uuid := auth.uid();
  read integer;
BEGIN
  UPDATE notifications SET read_at = clock_timestamp()
  WHERE user_id = caller AND read_at IS NULL AND (one IS NULL OR id = one)
    AND (newest IS NULL OR id <= newest);
  GET DIAGNOSTICS read = ROW_COUNT;
  IF read > 0 THEN
    INSERT INTO events (user_id, type, data) VALUES (caller, 'notification.read',
      jsonb_strip_nulls(jsonb_build_object('notification_id', one)));
    PERFORM pg_notify('affiche_event', caller::text);
  END IF;
  RETURN read;
END $$;

ALTER FUNCTION public.read_notifications(one uuid, newest uuid) OWNER TO service_role;

CREATE FUNCTION public.reckon_refund() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
DECLARE delivered integer[];
BEGIN
  SELECT coalesce(array_agg(DISTINCT j.output_index), '{}') INTO delivered FROM generation_jobs j
  WHERE j.work_id = NEW.id AND j.status = 'completed' AND j.output_file_id IS NOT NULL;
  IF delivered = '{}' AND NEW.status = 'completed'
    AND coalesce(NEW.output_file_id, NEW.file_id) IS NOT NULL THEN
    delivered := '{0}';
  END IF;
  NEW.outputs_refunded := ARRAY(
    SELECT n FROM generate_series(0, NEW.output_count - 1) AS n WHERE n <> ALL (delivered));
  NEW.credits_refunded :=
    cardinality(NEW.outputs_refunded) * (NEW.credits_used / NEW.output_count);
  RETURN NEW;
END $$;

CREATE FUNCTION public.record_work_change() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
DECLARE
  others uuid[] := ARRAY(
    SELECT user_id FROM project_members
    WHERE project_id = NEW.project_id AND user_id <> NEW.user_id);
BEGIN
  INSERT INTO events (user_id, project_id, work_id, type, data)
  VALUES (NEW.user_id, CASE WHEN others <> '{}' THEN NEW.project_id END, NEW.id, 'work.changed',
    jsonb_strip_nulls(jsonb_build_object('status', NEW.status, 'batch_id', NEW.batch_id)));
  PERFORM pg_notify('affiche_event', told::text) FROM unnest(NEW.user_id || others) AS told;
  RETURN NULL;
END $$;

CREATE FUNCTION public.record_work_event() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
DECLARE
  happened text;
  others uuid[] := ARRAY(
    SELECT user_id FROM project_members
    WHERE project_id = NEW.project_id AND user_id <> NEW.user_id);
BEGIN
  IF TG_OP = 'INSERT' THEN
    happened := 'work.created';
  ELSIF NEW.status <> OLD.status THEN
    happened := 'work.' || NEW.status;
  ELSE
    happened := 'work.progress';
  END IF;
  INSERT INTO events (user_id, project_id, work_id, type, data)
  VALUES (NEW.user_id, CASE WHEN others <> '{}' THEN NEW.project_id END, NEW.id, happened,
    jsonb_strip_nulls(jsonb_build_object('status', NEW.status, 'progress', NEW.progress)));
  PERFORM pg_notify('affiche_event', told::text) FROM unnest(NEW.user_id || others) AS told;
  RETURN NULL;
END $$;

CREATE FUNCTION public.refund_work() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
DECLARE
  price CONSTANT integer := NEW.credits_used / NEW.output_count;
  missing integer;
  subscribed integer;
BEGIN
  FOREACH missing IN ARRAY NEW.outputs_refunded LOOP
    subscribed := least(price, greatest(0, NEW.subscription_credits_used - missing * price));
    INSERT INTO credit_transactions (
      user_id, type, subscription_amount, purchased_amount, work_id, output_index, project_id)
    VALUES (NEW.user_id, 'refund', subscribed, price - subscribed, NEW.id, missing,
      NEW.project_id);
  END LOOP;
  RETURN NULL;
END $$;

ALTER FUNCTION public.refund_work() OWNER TO service_role;

CREATE FUNCTION public.renew_subscription(payer uuid, due timestamp with time zone, following timestamp with time zone) RETURNS boolean
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
DECLARE
  held users;
  name CONSTANT text := 'renewal ' || to_char(due AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"');
BEGIN
  SELECT * INTO held FROM users WHERE id = payer AND renews_at = due FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  IF held.subscription_credits > 0 THEN
    INSERT INTO credit_transactions (user_id, type, subscription_amount, reference)
    VALUES (payer, 'expiry', -held.subscription_credits, name);
  END IF;
  IF held.subscription_allowance > 0 THEN
    INSERT INTO credit_transactions (user_id, type, subscription_amount, reference)
    VALUES (payer, 'grant', held.subscription_allowance, name);
  END IF;
  UPDATE users
  SET renews_at = CASE WHEN held.subscription_allowance > 0 THEN following END
  WHERE id = payer;
  RETURN true;
END $$;

CREATE FUNCTION public.restart_jobs() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
  UPDATE generation_jobs SET status = 'pending'
  WHERE work_id = NEW.id AND status IN ('taken', 'processing');
  RETURN NULL;
END $$;

CREATE FUNCTION public.retry_batch(batch uuid) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
DECLARE
  held batches := hold_batch(batch);
  places jsonb;
  failed CONSTANT uuid[] := ARRAY(
    SELECT w.id FROM works w
    WHERE w.batch_id = batch AND w.status = 'failed' AND w.batch_position IS NOT NULL
    ORDER BY w.batch_position);
BEGIN
  IF held.id IS NULL OR failed = '{}' THEN
    RETURN CASE WHEN held.id IS NOT NULL THEN 0 END;
  END IF;
  held.template_version := (SELECT version FROM templates WHERE id = held.template_id AND is_active);
  IF held.template_version IS NULL THEN
    RAISE EXCEPTION 'no such template' USING ERRCODE = 'no_data_found', HINT = 'template';
  END IF;
  SELECT jsonb_agg(jsonb_build_object('id', uuid_v7(), 'position', w.batch_position, 'seed', w.seed,
    'retry_of', w.id, 'inputs', w.input_data) ORDER BY w.batch_position)
  INTO places FROM works w WHERE w.id = ANY (failed);
  UPDATE works w SET batch_position = NULL, choice = NULL WHERE w.id = ANY (failed);
  INSERT INTO batch_changes (batch_id, gone, works) VALUES (batch, 'failed', cardinality(failed));
  held.inputs := '{}';
  PERFORM ask_works(held, coalesce(auth.uid(), held.user_id), places, 0);
  RETURN cardinality(failed);
END $$;

ALTER FUNCTION public.retry_batch(batch uuid) OWNER TO service_role;

CREATE FUNCTION public.search_grams(words text) RETURNS text[]
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
  SELECT coalesce(array_agg(DISTINCT gram), '{}') FROM (
    SELECT unnest(ARRAY[one, one || lead(one) OVER (ORDER BY at)]) AS gram
    FROM string_to_table(public.folded(words), NULL) WITH ORDINALITY AS letter (one, at)
  ) cut
  WHERE gram IS NOT NULL AND gram !~ '\s'
$$;

CREATE FUNCTION public.sees_batch(whose uuid, project uuid) RETURNS boolean
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
  SELECT auth.jwt() ->> 'role' = 'service_role'
    OR (whose = auth.uid() AND project IS NOT DISTINCT FROM coalesce(bound_project(), project))
    OR member_of(project)
$$;

CREATE FUNCTION public.show_in_collections() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
  UPDATE collection_works SET shown = NEW.trashed_at IS NULL WHERE work_id = NEW.id;
  RETURN NULL;
END $$;

CREATE FUNCTION public.sought_grams(words text) RETURNS text[]
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
  SELECT coalesce(array_agg(DISTINCT gram), '{}')
  FROM regexp_split_to_table(public.folded(words), '\s+') AS word
  CROSS JOIN LATERAL unnest(public.search_grams(word)) AS gram
  WHERE word <> '' AND length(gram) = least(2, length(word))
$$;

CREATE FUNCTION public.sought_patterns(words text) RETURNS text[]
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
  SELECT coalesce(array_agg('%' || regexp_replace(word, '([\\%_])', '\\\1', 'g') || '%'), '{}')
  FROM regexp_split_to_table(public.folded(words), '\s+') AS word WHERE word <> ''
$$;

CREATE FUNCTION public.spend_budgets(payer uuid, project uuid, price integer) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
DECLARE
  budget credit_budgets;
  begins timestamptz;
  spent bigint;
BEGIN
  FOR budget IN
    SELECT * FROM credit_budgets b WHERE b.user_id = payer OR b.project_id = project
    ORDER BY b.id FOR UPDATE
  LOOP
    begins := date_trunc(budget.period, clock_timestamp(), 'Asia/Seoul');
    spent := CASE WHEN budget.period_start = begins THEN budget.charged ELSE 0 END;
    IF spent + price > budget.credits THEN
      -- Only now is it worth while to read what has gone back.
      IF spent - budget_refunds(budget.user_id, budget.project_id, begins) + price > budget.credits
      THEN
        RAISE EXCEPTION 'the budget of a % is spent', budget.period USING ERRCODE = 'AF003',
          DETAIL = json_build_object('of', CASE WHEN budget.user_id IS NULL THEN 'project'
            ELSE 'user' END, 'period', budget.period, 'budget', budget.credits, 'needed', price,
            'frees_at', (begins AT TIME ZONE 'Asia/Seoul' + ('1 ' || budget.period)::interval)
              AT TIME ZONE 'Asia/Seoul')::text;
      END IF;
    END IF;
    UPDATE credit_budgets SET period_start = begins, charged = spent + price
    WHERE id = budget.id;
  END LOOP;
END $$;

CREATE FUNCTION public.star_works(chosen uuid[], given integer) RETURNS uuid[]
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
DECLARE
  seen CONSTANT uuid[] := ARRAY(
    SELECT w.id FROM works w
    WHERE w.id = ANY (chosen) AND (w.user_id = auth.uid() OR member_of(w.project_id))
      AND w.project_id IS NOT DISTINCT FROM coalesce(bound_project(), w.project_id)
    ORDER BY w.id);
BEGIN
  IF given = 0 THEN
    DELETE FROM stars s WHERE s.user_id = auth.uid() AND s.work_id = ANY (seen);
  ELSE
    INSERT INTO stars (user_id, work_id, stars)
    SELECT auth.uid(), one, given FROM unnest(seen) AS one
    ON CONFLICT (user_id, work_id) DO UPDATE SET stars = excluded.stars;
  END IF;
  IF seen <> '{}' THEN
    INSERT INTO events (user_id, type, data)
    VALUES (auth.uid(), 'gallery.changed', jsonb_build_object('works', seen, 'stars', given));
    PERFORM pg_notify('affiche_event', auth.uid()::text);
  END IF;
  RETURN seen;
END $$;

ALTER FUNCTION public.star_works(chosen uuid[], given integer) OWNER TO service_role;

CREATE FUNCTION public.storage_quota(project uuid) RETURNS bigint
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
  SELECT nullif(coalesce((SELECT p.storage_quota FROM projects p WHERE p.id = project),
    (SELECT r.quota FROM storage_rules r), 0), 0)
$$;

CREATE FUNCTION public.storage_used(project uuid) RETURNS bigint
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
  SELECT coalesce(sum(bytes), 0)::bigint FROM storage_counts WHERE project_id = project
$$;

CREATE FUNCTION public.sum_counts(counts jsonb, changes jsonb) RETURNS jsonb
    LANGUAGE sql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  SELECT coalesce(jsonb_object_agg(state, works), '{}') FROM (
    SELECT state, sum(works) AS works FROM (
      SELECT key AS state, value::bigint AS works FROM jsonb_each_text(counts)
      UNION ALL
      SELECT change ->> 1, (change ->> 2)::bigint FROM jsonb_array_elements(changes) AS change
      UNION ALL
      SELECT change ->> 0, -(change ->> 2)::bigint FROM jsonb_array_elements(changes) AS change
    ) moves WHERE state IS NOT NULL GROUP BY state
  ) sums WHERE works <> 0
$$;

CREATE FUNCTION public.tag_key(tag text) RETURNS text
    LANGUAGE sql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$ SELECT left(lower(tag), 160) $$;

CREATE FUNCTION public.tag_works(chosen uuid[], added text[], removed text[]) RETURNS uuid[]
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
DECLARE
  gone CONSTANT text[] := ARRAY(SELECT tag_key(tag) FROM unnest(removed) AS tag);
  away CONSTANT text[] := ARRAY(SELECT tag_key(tag) FROM unnest(removed || added) AS tag);
  held uuid[];
BEGIN
  IF EXISTS (SELECT FROM unnest(added) AS tag
      WHERE tag IS NULL OR btrim(tag) = '' OR length(tag) > 160) THEN
    RAISE EXCEPTION 'a tag is empty or too long' USING ERRCODE = 'check_violation';
  END IF;
  held := ARRAY(
    SELECT w.id FROM works w
    WHERE w.id = ANY (chosen) AND (w.user_id = auth.uid() OR member_of(w.project_id))
      AND w.project_id IS NOT DISTINCT FROM coalesce(bound_project(), w.project_id)
      AND (SELECT count(*) FROM unnest(w.tags) AS tag WHERE tag_key(tag) <> ALL (away))
        + cardinality(added) <= 20
    ORDER BY w.id FOR UPDATE);
  UPDATE works w SET tags = next.tags
  FROM works x CROSS JOIN LATERAL (
    SELECT ARRAY(SELECT tag FROM unnest(x.tags) WITH ORDINALITY AS had (tag, place)
      WHERE tag_key(tag) <> ALL (gone) ORDER BY place)
    || ARRAY(SELECT tag FROM unnest(added) WITH ORDINALITY AS more (tag, place)
      WHERE tag_key(tag) <> ALL (ARRAY(SELECT tag_key(had) FROM unnest(x.tags) AS had
        WHERE tag_key(had) <> ALL (gone))) ORDER BY place) AS tags
  ) next
  WHERE x.id = w.id AND w.id = ANY (held) AND w.tags <> next.tags;
  RETURN held;
END $$;

ALTER FUNCTION public.tag_works(chosen uuid[], added text[], removed text[]) OWNER TO service_role;

CREATE FUNCTION public.take_room(project uuid, wanted bigint) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
DECLARE
  quota CONSTANT bigint := storage_quota(project);
  used bigint;
BEGIN
  IF quota IS NULL THEN
    RETURN;
  END IF;
  IF wanted > 0 THEN
    PERFORM pg_advisory_xact_lock(420788, hashtext(project::text));
  END IF;
  used := storage_used(project);
  -- What a work will need nobody knows: it is let in as long as there is any room.
  IF used + greatest(wanted, 1) > quota THEN
    RAISE EXCEPTION 'the storage of project % is full', project USING ERRCODE = 'AF004',
      DETAIL = json_build_object('used', used, 'quota', quota, 'needed', wanted)::text;
  END IF;
END $$;

CREATE FUNCTION public.tell_webhooks() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
DECLARE
  of_work CONSTANT boolean := NEW.type LIKE 'work.%' AND NEW.work_id IS NOT NULL;
  work record;
  told jsonb;
  found_project uuid;
BEGIN
  IF NOT EXISTS (SELECT FROM webhooks WHERE is_active) THEN
    RETURN NULL;
  END IF;
  IF of_work THEN
    SELECT w.*, t.slug INTO work FROM works w JOIN templates t ON t.id = w.template_id
    WHERE w.id = NEW.work_id;
    found_project := work.project_id;
    told := jsonb_build_object('work_id', work.id, 'number', work.number, 'status', work.status,
      'project_id', work.project_id, 'user_id', work.user_id, 'template', work.slug)
      || jsonb_strip_nulls(jsonb_build_object('title', work.title, 'retry_of', work.retry_of,
        'error', CASE WHEN work.status = 'failed' THEN coalesce(work.error_code, 'internal') END));
  ELSE
    -- What concerns a person alone is told to what they made themselves, in their own project.
    SELECT p.id INTO found_project FROM projects p WHERE p.user_id = NEW.user_id AND p.is_default;
    told := NEW.data || jsonb_strip_nulls(
      jsonb_build_object('user_id', NEW.user_id, 'work_id', NEW.work_id));
  END IF;
  INSERT INTO webhook_deliveries (webhook_id, type, data)
  SELECT h.id, NEW.type, told FROM webhooks h
  WHERE h.project_id = found_project AND h.is_active AND NEW.type = ANY (h.types)
    AND (of_work OR h.user_id = NEW.user_id);
  IF FOUND THEN
    PERFORM pg_notify('webhook_due', '');
  END IF;
  RETURN NULL;
END $$;

CREATE FUNCTION public.trash_works(chosen uuid[], gone boolean) RETURNS uuid[]
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
DECLARE
  held CONSTANT uuid[] := ARRAY(
    SELECT w.id FROM works w
    WHERE w.id = ANY (chosen) AND w.user_id = auth.uid()
      AND w.project_id IS NOT DISTINCT FROM coalesce(bound_project(), w.project_id)
      AND w.status IN ('completed', 'failed', 'cancelled')
      AND (w.trashed_at IS NULL) = gone
    ORDER BY w.id FOR UPDATE);
BEGIN
  UPDATE works SET trashed_at = CASE WHEN gone THEN now() END WHERE id = ANY (held);
  IF held <> '{}' THEN
    INSERT INTO events (user_id, type, data)
    VALUES (auth.uid(), 'gallery.changed', jsonb_build_object('works', held, 'trashed', gone));
    PERFORM pg_notify('affiche_event', auth.uid()::text);
  END IF;
  RETURN held;
END $$;

ALTER FUNCTION public.trash_works(chosen uuid[], gone boolean) OWNER TO service_role;

CREATE FUNCTION public.use_files() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
DECLARE named uuid[] := ARRAY(SELECT named_files(NEW.input_data));
BEGIN
  IF TG_OP = 'UPDATE' THEN
    DELETE FROM file_uses WHERE work_id = NEW.id AND file_id <> ALL (named);
  END IF;
  IF named = '{}' THEN
    RETURN NULL;
  END IF;
  UPDATE files SET used_at = clock_timestamp() WHERE id = ANY (named) AND used_at IS NULL;
  UPDATE files SET project_ids = project_ids || NEW.project_id
  WHERE id = ANY (named) AND NEW.project_id IS NOT NULL
    AND NOT project_ids @> ARRAY[NEW.project_id]
    AND (user_id = NEW.user_id OR project_ids && ARRAY(
      SELECT m.project_id FROM project_members m WHERE m.user_id = NEW.user_id));
  -- Nor does anybody keep what they cannot see, by naming it.
  INSERT INTO file_uses (work_id, file_id)
  SELECT NEW.id, f.id FROM files f
  WHERE f.id = ANY (named) AND (f.user_id = NEW.user_id OR f.project_ids && ARRAY(
    SELECT m.project_id FROM project_members m WHERE m.user_id = NEW.user_id))
  ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$;

CREATE FUNCTION public.use_reference() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
  INSERT INTO file_uses (work_id, file_id)
  SELECT NEW.id, f.id FROM files f WHERE f.id = (NEW.subject #>> '{reference,file_id}')::uuid
  ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$;

CREATE FUNCTION public.usual_run(endpoint uuid, workflow uuid) RETURNS double precision
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
  SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY latest.seconds) FROM (
    SELECT coalesce(j.execution_seconds,
      extract(epoch FROM j.completed_at - coalesce(j.running_at, j.started_at))) AS seconds
    FROM generation_jobs j
    WHERE j.endpoint_id = endpoint AND j.workflow_id = workflow AND j.status = 'completed'
    ORDER BY j.completed_at DESC LIMIT 20) latest
$$;

CREATE FUNCTION public.wake_job(job uuid) RETURNS TABLE(id uuid, work_id uuid, status text)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
  SELECT j.id, j.work_id, j.status INTO wake_job.id, wake_job.work_id, wake_job.status
  FROM generation_jobs j
  WHERE j.id = job AND (
    j.user_id = auth.uid() OR auth.jwt() ->> 'role' = 'service_role' OR member_of(j.project_id))
    AND j.project_id IS NOT DISTINCT FROM coalesce(bound_project(), j.project_id);
  IF NOT FOUND THEN
    RETURN;
  END IF;
  IF wake_job.status = 'pending' THEN
    PERFORM pg_notify('generation_job_created', json_build_object('id', job)::text);
  END IF;
  RETURN NEXT;
END $$;

ALTER FUNCTION public.wake_job(job uuid) OWNER TO service_role;

CREATE FUNCTION public.want_title() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
  INSERT INTO titles (work_id)
  SELECT w.id FROM works w
  WHERE w.id = NEW.work_id AND w.title_by IS NULL AND w.title = NEW.about ->> 'title'
  ON CONFLICT DO NOTHING;
  IF FOUND THEN
    PERFORM pg_notify('title_wanted', '');
  END IF;
  RETURN NULL;
END $$;

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

CREATE FUNCTION public.words_of(inputs jsonb, translated jsonb, title text, tags text[]) RETURNS text
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $_$
  SELECT left(public.folded(concat_ws(' ', title, array_to_string(tags, ' '),
    (SELECT string_agg(value #>> '{}', ' ' ORDER BY key)
      FROM jsonb_each(CASE jsonb_typeof(inputs) WHEN 'object' THEN inputs END)
      WHERE jsonb_typeof(value) = 'string' AND key NOT LIKE '%negative%'
        AND value #>> '{}' !~ '^([0-9a-fA-F-]{36}$|[a-z]+:)'),
    (SELECT string_agg(value ->> 'english', ' ' ORDER BY key)
      FROM jsonb_each(CASE jsonb_typeof(translated -> 'fields')
        WHEN 'object' THEN translated -> 'fields' END)
      WHERE key NOT LIKE '%negative%'))), 8000)
$_$;

CREATE FUNCTION public.write_line() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
DECLARE last credit_transactions;
BEGIN
  PERFORM FROM users WHERE id = NEW.user_id FOR NO KEY UPDATE;
  SELECT * INTO last FROM credit_transactions
  WHERE user_id = NEW.user_id ORDER BY line DESC LIMIT 1;
  NEW.line := coalesce(last.line, 0) + 1;
  NEW.subscription_balance := coalesce(last.subscription_balance, 0) + NEW.subscription_amount;
  NEW.purchased_balance := coalesce(last.purchased_balance, 0) + NEW.purchased_amount;
  NEW.created_at := clock_timestamp();
  RETURN NEW;
END $$;

CREATE TABLE public.affiche_migrations (
    number integer NOT NULL,
    name text NOT NULL,
    digest text NOT NULL,
    applied_at timestamp with time zone DEFAULT now() NOT NULL
);

ALTER TABLE ONLY public.affiche_migrations FORCE ROW LEVEL SECURITY;

CREATE TABLE public.alert_mails (
    id uuid DEFAULT public.uuid_v7() NOT NULL,
    user_id uuid,
    address text,
    news jsonb NOT NULL,
    status text DEFAULT 'waiting'::text NOT NULL,
    token uuid DEFAULT gen_random_uuid() NOT NULL,
    tries integer DEFAULT 0 NOT NULL,
    run_at timestamp with time zone NOT NULL,
    handed_at timestamp with time zone,
    error_code text,
    created_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone,
    CONSTRAINT alert_mails_address_check CHECK ((length(address) <= 320)),
    CONSTRAINT alert_mails_check CHECK ((num_nonnulls(user_id, address) = 1)),
    CONSTRAINT alert_mails_status_check CHECK ((status = ANY (ARRAY['waiting'::text, 'sending'::text, 'sent'::text, 'dead'::text]))),
    CONSTRAINT alert_mails_tries_check CHECK ((tries >= 0))
);

ALTER TABLE ONLY public.alert_mails FORCE ROW LEVEL SECURITY;

CREATE TABLE public.alert_rounds (
    only_row boolean DEFAULT true NOT NULL,
    run_at timestamp with time zone DEFAULT '1970-01-01 00:00:00+00'::timestamp with time zone NOT NULL,
    CONSTRAINT alert_rounds_only_row_check CHECK (only_row)
);

ALTER TABLE ONLY public.alert_rounds FORCE ROW LEVEL SECURITY;

CREATE TABLE public.alerts (
    id uuid DEFAULT public.uuid_v7() NOT NULL,
    rule text NOT NULL,
    subject text DEFAULT ''::text NOT NULL,
    params jsonb DEFAULT '{}'::jsonb NOT NULL,
    opened_at timestamp with time zone NOT NULL,
    seen_at timestamp with time zone NOT NULL,
    told_at timestamp with time zone NOT NULL,
    closed_at timestamp with time zone,
    CONSTRAINT alerts_rule_check CHECK ((rule ~ '^[a-z_]{1,40}$'::text)),
    CONSTRAINT alerts_subject_check CHECK ((length(subject) <= 200))
);

ALTER TABLE ONLY public.alerts FORCE ROW LEVEL SECURITY;

CREATE TABLE public.api_keys (
    id uuid DEFAULT public.uuid_v7() NOT NULL,
    hash bytea NOT NULL,
    user_id uuid NOT NULL,
    name text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    revoked_at timestamp with time zone,
    scopes text[] DEFAULT '{read,ask,admin}'::text[] NOT NULL,
    hint text DEFAULT ''::text NOT NULL,
    expires_at timestamp with time zone,
    last_used_at timestamp with time zone,
    project_id uuid,
    CONSTRAINT api_keys_bound CHECK (((project_id IS NULL) OR (NOT (scopes @> '{admin}'::text[])))),
    CONSTRAINT api_keys_scopes_check CHECK (((scopes <> '{}'::text[]) AND (scopes <@ '{read,ask,admin}'::text[])))
);

ALTER TABLE ONLY public.api_keys FORCE ROW LEVEL SECURITY;

CREATE TABLE public.audit_log (
    id uuid DEFAULT public.uuid_v7() NOT NULL,
    at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    actor uuid,
    origin text DEFAULT ''::text NOT NULL,
    action text NOT NULL,
    subject text DEFAULT ''::text NOT NULL,
    reason text DEFAULT ''::text NOT NULL,
    before jsonb,
    after jsonb,
    CONSTRAINT audit_log_action_check CHECK ((action ~ '^[a-z_]{1,40}\.[a-z_]{1,40}$'::text)),
    CONSTRAINT audit_log_origin_check CHECK ((length(origin) <= 200)),
    CONSTRAINT audit_log_reason_check CHECK ((length(reason) <= 500)),
    CONSTRAINT audit_log_subject_check CHECK ((length(subject) <= 200))
);

ALTER TABLE ONLY public.audit_log FORCE ROW LEVEL SECURITY;

CREATE TABLE public.batch_changes (
    batch_id uuid NOT NULL,
    id bigint NOT NULL,
    gone text,
    come text,
    works integer DEFAULT 1 NOT NULL
);

ALTER TABLE ONLY public.batch_changes FORCE ROW LEVEL SECURITY;

ALTER TABLE public.batch_changes ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.batch_changes_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

ALTER TABLE public.batches ALTER COLUMN number ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.batches_number_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.browsers (
    id uuid DEFAULT public.uuid_v7() NOT NULL,
    user_id uuid NOT NULL,
    endpoint text NOT NULL,
    p256dh text NOT NULL,
    auth text NOT NULL,
    name text DEFAULT ''::text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT browsers_auth_check CHECK ((length(auth) <= 100)),
    CONSTRAINT browsers_endpoint_check CHECK (((length(endpoint) >= 8) AND (length(endpoint) <= 2000))),
    CONSTRAINT browsers_name_check CHECK ((length(name) <= 300)),
    CONSTRAINT browsers_p256dh_check CHECK ((length(p256dh) <= 200))
);

ALTER TABLE ONLY public.browsers FORCE ROW LEVEL SECURITY;

CREATE TABLE public.captions (
    reference_id uuid NOT NULL,
    place integer NOT NULL,
    token uuid DEFAULT gen_random_uuid() NOT NULL,
    tries integer DEFAULT 0 NOT NULL,
    run_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT captions_tries_check CHECK ((tries >= 0))
)
WITH (fillfactor='70');

ALTER TABLE ONLY public.captions FORCE ROW LEVEL SECURITY;

CREATE TABLE public.characters (
    id uuid DEFAULT public.uuid_v7() NOT NULL,
    number bigint NOT NULL,
    project_id uuid NOT NULL,
    user_id uuid,
    name text NOT NULL,
    slug text NOT NULL,
    skin_tone text DEFAULT ''::text NOT NULL,
    hair_color text DEFAULT ''::text NOT NULL,
    hair_style text DEFAULT ''::text NOT NULL,
    lora_file text DEFAULT ''::text NOT NULL,
    lora_strength double precision DEFAULT 0.65 NOT NULL,
    trigger_word text DEFAULT ''::text NOT NULL,
    negative_prompt text DEFAULT ''::text NOT NULL,
    portrait_file_id uuid,
    is_demo boolean DEFAULT false NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    archived_at timestamp with time zone,
    CONSTRAINT characters_hair_color_check CHECK ((length(hair_color) <= 50)),
    CONSTRAINT characters_hair_style_check CHECK ((length(hair_style) <= 200)),
    CONSTRAINT characters_lora_file_check CHECK ((length(lora_file) <= 200)),
    CONSTRAINT characters_lora_strength_check CHECK (((lora_strength >= (0.3)::double precision) AND (lora_strength <= (1.0)::double precision))),
    CONSTRAINT characters_name_check CHECK (((length(name) >= 1) AND (length(name) <= 100))),
    CONSTRAINT characters_negative_prompt_check CHECK ((length(negative_prompt) <= 2000)),
    CONSTRAINT characters_skin_tone_check CHECK ((length(skin_tone) <= 50)),
    CONSTRAINT characters_slug_check CHECK (((slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'::text) AND (length(slug) <= 50))),
    CONSTRAINT characters_trigger_word_check CHECK ((length(trigger_word) <= 100))
);

ALTER TABLE ONLY public.characters FORCE ROW LEVEL SECURITY;

ALTER TABLE public.characters ALTER COLUMN number ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.characters_number_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.collection_works (
    collection_id uuid NOT NULL,
    work_id uuid NOT NULL,
    user_id uuid NOT NULL,
    shown boolean DEFAULT true NOT NULL,
    added_at timestamp with time zone DEFAULT now() NOT NULL
);

ALTER TABLE ONLY public.collection_works FORCE ROW LEVEL SECURITY;

CREATE TABLE public.collections (
    id uuid DEFAULT public.uuid_v7() NOT NULL,
    user_id uuid NOT NULL,
    name text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT collections_name_check CHECK (((btrim(name) <> ''::text) AND (length(name) <= 400)))
);

ALTER TABLE ONLY public.collections FORCE ROW LEVEL SECURITY;

CREATE TABLE public.credit_budgets (
    id uuid DEFAULT public.uuid_v7() NOT NULL,
    user_id uuid,
    project_id uuid,
    period text NOT NULL,
    credits integer NOT NULL,
    period_start timestamp with time zone DEFAULT '-infinity'::timestamp with time zone NOT NULL,
    charged bigint DEFAULT 0 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT credit_budgets_check CHECK ((num_nonnulls(user_id, project_id) = 1)),
    CONSTRAINT credit_budgets_credits_check CHECK ((credits >= 0)),
    CONSTRAINT credit_budgets_period_check CHECK ((period = ANY (ARRAY['day'::text, 'month'::text])))
);

ALTER TABLE ONLY public.credit_budgets FORCE ROW LEVEL SECURITY;

CREATE TABLE public.credit_rules (
    only_row boolean DEFAULT true NOT NULL,
    charging boolean DEFAULT false NOT NULL,
    CONSTRAINT credit_rules_only_row_check CHECK (only_row)
);

ALTER TABLE ONLY public.credit_rules FORCE ROW LEVEL SECURITY;

CREATE TABLE public.credit_transactions (
    id uuid DEFAULT public.uuid_v7() NOT NULL,
    user_id uuid NOT NULL,
    line bigint NOT NULL,
    type text NOT NULL,
    subscription_amount integer DEFAULT 0 NOT NULL,
    purchased_amount integer DEFAULT 0 NOT NULL,
    amount integer GENERATED ALWAYS AS ((subscription_amount + purchased_amount)) STORED,
    subscription_balance integer NOT NULL,
    purchased_balance integer NOT NULL,
    work_id uuid,
    output_index integer,
    project_id uuid,
    reference text,
    reason text DEFAULT ''::text NOT NULL,
    actor uuid,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT credit_transactions_check CHECK (((subscription_amount <> 0) OR (purchased_amount <> 0))),
    CONSTRAINT credit_transactions_check1 CHECK (((type = 'adjustment'::text) OR (((
CASE
    WHEN (type = ANY (ARRAY['charge'::text, 'expiry'::text])) THEN '-1'::integer
    ELSE 1
END * subscription_amount) >= 0) AND ((
CASE
    WHEN (type = ANY (ARRAY['charge'::text, 'expiry'::text])) THEN '-1'::integer
    ELSE 1
END * purchased_amount) >= 0)))),
    CONSTRAINT credit_transactions_check2 CHECK (((work_id IS NULL) OR (type = ANY (ARRAY['charge'::text, 'refund'::text])))),
    CONSTRAINT credit_transactions_check3 CHECK (((type = 'refund'::text) = (output_index IS NOT NULL))),
    CONSTRAINT credit_transactions_output_index_check CHECK (((output_index >= 0) AND (output_index <= 9))),
    CONSTRAINT credit_transactions_purchased_balance_check CHECK ((purchased_balance >= 0)),
    CONSTRAINT credit_transactions_reason_check CHECK ((length(reason) <= 500)),
    CONSTRAINT credit_transactions_reference_check CHECK (((length(reference) >= 1) AND (length(reference) <= 200))),
    CONSTRAINT credit_transactions_subscription_balance_check CHECK ((subscription_balance >= 0)),
    CONSTRAINT credit_transactions_type_check CHECK ((type = ANY (ARRAY['grant'::text, 'purchase'::text, 'charge'::text, 'refund'::text, 'adjustment'::text, 'expiry'::text])))
);

ALTER TABLE ONLY public.credit_transactions FORCE ROW LEVEL SECURITY;

CREATE TABLE public.endpoints (
    id uuid DEFAULT public.uuid_v7() NOT NULL,
    name text NOT NULL,
    kind text NOT NULL,
    url text,
    works_at_once integer DEFAULT 2 NOT NULL,
    "position" integer DEFAULT 100 NOT NULL,
    is_active boolean DEFAULT true NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    running integer DEFAULT 0 NOT NULL,
    remote_id text,
    secret text,
    request_shape text DEFAULT 'workflow'::text NOT NULL,
    images_as text DEFAULT 'list'::text NOT NULL,
    workflow_as text DEFAULT 'object'::text NOT NULL,
    pictures_by text DEFAULT 'auto'::text NOT NULL,
    does_stages boolean DEFAULT false NOT NULL,
    price_per_second numeric(12,8),
    warm_minutes integer,
    warm_hours text,
    checked_at timestamp with time zone,
    unwell_since timestamp with time zone,
    misses integer DEFAULT 0 NOT NULL,
    health jsonb DEFAULT '{}'::jsonb NOT NULL,
    warmed_at timestamp with time zone,
    paused_at timestamp with time zone,
    CONSTRAINT endpoints_images_as_check CHECK ((images_as = ANY (ARRAY['map'::text, 'list'::text]))),
    CONSTRAINT endpoints_kind_check CHECK ((kind = ANY (ARRAY['runpod'::text, 'comfyui'::text, 'preview'::text]))),
    CONSTRAINT endpoints_pictures_by_check CHECK ((pictures_by = ANY (ARRAY['auto'::text, 'url'::text, 'base64'::text]))),
    CONSTRAINT endpoints_price_per_second_check CHECK ((price_per_second >= (0)::numeric)),
    CONSTRAINT endpoints_remote_id_check CHECK ((remote_id ~ '^[A-Za-z0-9_-]{1,100}$'::text)),
    CONSTRAINT endpoints_request_shape_check CHECK ((request_shape = ANY (ARRAY['parameters'::text, 'workflow'::text]))),
    CONSTRAINT endpoints_secret_check CHECK (((secret ~ '^[A-Za-z_][A-Za-z0-9_]{0,99}$'::text) AND (secret !~* '^(rpa_|sk_|[0-9a-f]{32})'::text))),
    CONSTRAINT endpoints_warm_minutes_check CHECK (((warm_minutes >= 1) AND (warm_minutes <= 1440))),
    CONSTRAINT endpoints_workflow_as_check CHECK ((workflow_as = ANY (ARRAY['object'::text, 'text'::text]))),
    CONSTRAINT endpoints_works_at_once_check CHECK ((works_at_once > 0))
);

ALTER TABLE ONLY public.endpoints FORCE ROW LEVEL SECURITY;

CREATE TABLE public.event_eras (
    era bigint NOT NULL,
    system text NOT NULL,
    timeline text NOT NULL
);

ALTER TABLE ONLY public.event_eras FORCE ROW LEVEL SECURITY;

CREATE TABLE public.events (
    id bigint NOT NULL,
    txid xid8 DEFAULT pg_current_xact_id() NOT NULL,
    user_id uuid NOT NULL,
    work_id uuid,
    type text NOT NULL,
    data jsonb DEFAULT '{}'::jsonb NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    era bigint DEFAULT public.event_era() NOT NULL,
    project_id uuid
);

ALTER TABLE ONLY public.events FORCE ROW LEVEL SECURITY;

ALTER TABLE public.events ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.events_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.file_uses (
    work_id uuid NOT NULL,
    file_id uuid NOT NULL
);

ALTER TABLE ONLY public.file_uses FORCE ROW LEVEL SECURITY;

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
    used_at timestamp with time zone,
    project_ids uuid[] DEFAULT '{}'::uuid[] NOT NULL,
    project_id uuid,
    thumbnail_size integer,
    CONSTRAINT files_bucket_id_check CHECK ((bucket_id = ANY (ARRAY['uploads'::text, 'works'::text]))),
    CONSTRAINT files_file_size_check CHECK ((file_size > 0)),
    CONSTRAINT files_height_check CHECK ((height > 0)),
    CONSTRAINT files_thumbnail_size_check CHECK ((thumbnail_size > 0)),
    CONSTRAINT files_width_check CHECK ((width > 0))
);

ALTER TABLE ONLY public.files FORCE ROW LEVEL SECURITY;

ALTER TABLE public.files ALTER COLUMN number ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.files_number_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE UNLOGGED TABLE public.gates (
    name text NOT NULL,
    due double precision NOT NULL,
    apart double precision NOT NULL,
    slack double precision NOT NULL,
    passed boolean NOT NULL,
    CONSTRAINT gates_name_check CHECK ((length(name) <= 400))
)
WITH (fillfactor='50');

ALTER TABLE ONLY public.gates FORCE ROW LEVEL SECURITY;

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
    turn bigint,
    about jsonb,
    waited_seconds double precision,
    woke boolean DEFAULT false NOT NULL,
    busy_since timestamp with time zone,
    stages integer DEFAULT 1 NOT NULL,
    stage_file_id uuid,
    project_id uuid,
    translation jsonb,
    CONSTRAINT generation_jobs_output_index_check CHECK (((output_index >= 0) AND (output_index <= 9))),
    CONSTRAINT generation_jobs_stage_check CHECK ((stage >= 0)),
    CONSTRAINT generation_jobs_stages_check CHECK ((stages > 0)),
    CONSTRAINT generation_jobs_status_check CHECK ((status = ANY (ARRAY['pending'::text, 'taken'::text, 'processing'::text, 'completed'::text, 'failed'::text, 'cancelled'::text]))),
    CONSTRAINT generation_jobs_step_check CHECK ((step = ANY (ARRAY['prepare'::text, 'submit'::text, 'observe'::text, 'collect'::text, 'finish'::text]))),
    CONSTRAINT generation_jobs_takes_check CHECK ((takes >= 0))
)
WITH (fillfactor='70');

ALTER TABLE ONLY public.generation_jobs FORCE ROW LEVEL SECURITY;

ALTER TABLE public.generation_jobs ALTER COLUMN number ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.generation_jobs_number_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.glossary_terms (
    project_id uuid NOT NULL,
    term text NOT NULL,
    english text,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT glossary_terms_english_check CHECK (((length(english) >= 1) AND (length(english) <= 100))),
    CONSTRAINT glossary_terms_term_check CHECK ((((length(term) >= 1) AND (length(term) <= 100)) AND (term = NORMALIZE(btrim(term), NFC))))
);

ALTER TABLE ONLY public.glossary_terms FORCE ROW LEVEL SECURITY;

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

CREATE TABLE public.identities (
    issuer text NOT NULL,
    subject text NOT NULL,
    user_id uuid NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL
);

ALTER TABLE ONLY public.identities FORCE ROW LEVEL SECURITY;

CREATE TABLE public.invitations (
    id uuid DEFAULT public.uuid_v7() NOT NULL,
    hash bytea NOT NULL,
    email text NOT NULL,
    project_id uuid,
    role text DEFAULT 'member'::text NOT NULL,
    invited_by uuid,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    accepted_at timestamp with time zone,
    accepted_by uuid,
    CONSTRAINT invitations_email_check CHECK (((email = lower(email)) AND ((length(email) >= 3) AND (length(email) <= 254)))),
    CONSTRAINT invitations_role_check CHECK ((role = ANY (ARRAY['member'::text, 'admin'::text])))
);

ALTER TABLE ONLY public.invitations FORCE ROW LEVEL SECURITY;

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
    origin text DEFAULT 'catalog'::text NOT NULL,
    placed boolean DEFAULT false NOT NULL,
    CONSTRAINT templates_credits_check CHECK ((credits >= 0)),
    CONSTRAINT templates_estimated_time_check CHECK ((estimated_time > 0)),
    CONSTRAINT templates_origin_check CHECK ((origin = ANY (ARRAY['catalog'::text, 'here'::text, 'trial'::text]))),
    CONSTRAINT templates_version_check CHECK ((version > 0))
);

ALTER TABLE ONLY public.templates FORCE ROW LEVEL SECURITY;

CREATE VIEW public.job_states WITH (security_invoker='true') AS
 SELECT j.id,
    j.work_id,
    j.user_id,
    j.project_id,
    t.slug AS template,
    j.stage,
    j.output_index,
    e.name AS endpoint,
    j.status,
    j.step,
    j.priority,
    j.takes,
    j.external_id,
    j.error_code,
    j.error_params,
    j.run_at,
    j.deadline_at,
    j.created_at,
    j.updated_at,
    j.taken_at,
    j.started_at,
    COALESCE(j.completed_at, j.failed_at, j.cancelled_at) AS ended_at,
    j.execution_seconds
   FROM (((public.generation_jobs j
     JOIN public.works w ON ((w.id = j.work_id)))
     JOIN public.templates t ON ((t.id = w.template_id)))
     LEFT JOIN public.endpoints e ON ((e.id = j.endpoint_id)));

CREATE TABLE public.llm_calls (
    id uuid DEFAULT public.uuid_v7() NOT NULL,
    purpose text NOT NULL,
    work_id uuid,
    model text NOT NULL,
    tokens_in integer NOT NULL,
    tokens_out integer NOT NULL,
    cost numeric(16,10),
    milliseconds integer NOT NULL,
    outcome text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT llm_calls_cost_check CHECK ((cost >= (0)::numeric)),
    CONSTRAINT llm_calls_milliseconds_check CHECK ((milliseconds >= 0)),
    CONSTRAINT llm_calls_model_check CHECK ((length(model) <= 200)),
    CONSTRAINT llm_calls_outcome_check CHECK ((outcome = ANY (ARRAY['answered'::text, 'unfit'::text, 'refused'::text, 'busy'::text, 'unavailable'::text]))),
    CONSTRAINT llm_calls_purpose_check CHECK ((purpose = ANY (ARRAY['translate'::text, 'title'::text, 'caption'::text]))),
    CONSTRAINT llm_calls_tokens_in_check CHECK ((tokens_in >= 0)),
    CONSTRAINT llm_calls_tokens_out_check CHECK ((tokens_out >= 0))
);

ALTER TABLE ONLY public.llm_calls FORCE ROW LEVEL SECURITY;

CREATE TABLE public.message_channels (
    user_id uuid NOT NULL,
    channel text NOT NULL,
    types text[] NOT NULL,
    window_at timestamp with time zone,
    window_seconds integer DEFAULT 0 NOT NULL,
    sent integer DEFAULT 0 NOT NULL,
    CONSTRAINT message_channels_channel_check CHECK ((channel = ANY (ARRAY['email'::text, 'push'::text]))),
    CONSTRAINT message_channels_sent_check CHECK ((sent >= 0)),
    CONSTRAINT message_channels_types_check CHECK ((types <@ '{work.completed,work.failed,work.cancelled}'::text[])),
    CONSTRAINT message_channels_window_seconds_check CHECK ((window_seconds >= 0))
);

ALTER TABLE ONLY public.message_channels FORCE ROW LEVEL SECURITY;

CREATE TABLE public.messages (
    id uuid DEFAULT public.uuid_v7() NOT NULL,
    user_id uuid NOT NULL,
    channel text NOT NULL,
    status text DEFAULT 'waiting'::text NOT NULL,
    token uuid DEFAULT gen_random_uuid() NOT NULL,
    tries integer DEFAULT 0 NOT NULL,
    run_at timestamp with time zone DEFAULT now() NOT NULL,
    handed_at timestamp with time zone,
    reached uuid[] DEFAULT '{}'::uuid[] NOT NULL,
    error_code text,
    error_params jsonb,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    ended_at timestamp with time zone,
    CONSTRAINT messages_channel_check CHECK ((channel = ANY (ARRAY['email'::text, 'push'::text]))),
    CONSTRAINT messages_status_check CHECK ((status = ANY (ARRAY['waiting'::text, 'sending'::text, 'sent'::text, 'dead'::text]))),
    CONSTRAINT messages_tries_check CHECK ((tries >= 0))
);

ALTER TABLE ONLY public.messages FORCE ROW LEVEL SECURITY;

CREATE TABLE public.notifications (
    id uuid DEFAULT public.uuid_v7() NOT NULL,
    user_id uuid NOT NULL,
    work_id uuid NOT NULL,
    type text NOT NULL,
    title text NOT NULL,
    message text NOT NULL,
    data jsonb DEFAULT '{}'::jsonb NOT NULL,
    read_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT notifications_type_check CHECK ((type = ANY (ARRAY['work.completed'::text, 'work.failed'::text, 'work.cancelled'::text])))
);

ALTER TABLE ONLY public.notifications FORCE ROW LEVEL SECURITY;

CREATE TABLE public.outbox (
    notification_id uuid NOT NULL,
    channel text NOT NULL,
    user_id uuid NOT NULL,
    message_id uuid,
    run_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT outbox_channel_check CHECK ((channel = ANY (ARRAY['email'::text, 'push'::text])))
);

ALTER TABLE ONLY public.outbox FORCE ROW LEVEL SECURITY;

CREATE TABLE public.passwords (
    user_id uuid NOT NULL,
    hash text NOT NULL,
    changed_at timestamp with time zone DEFAULT now() NOT NULL
);

ALTER TABLE ONLY public.passwords FORCE ROW LEVEL SECURITY;

CREATE TABLE public.place_changes (
    endpoint_id uuid NOT NULL,
    id bigint NOT NULL,
    places integer NOT NULL
);

ALTER TABLE ONLY public.place_changes FORCE ROW LEVEL SECURITY;

ALTER TABLE public.place_changes ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.place_changes_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.project_members (
    project_id uuid NOT NULL,
    user_id uuid NOT NULL,
    role text DEFAULT 'member'::text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT project_members_role_check CHECK ((role = ANY (ARRAY['member'::text, 'admin'::text])))
);

ALTER TABLE ONLY public.project_members FORCE ROW LEVEL SECURITY;

CREATE TABLE public.projects (
    id uuid DEFAULT public.uuid_v7() NOT NULL,
    number bigint NOT NULL,
    user_id uuid NOT NULL,
    name text NOT NULL,
    is_default boolean DEFAULT false NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    storage_quota bigint,
    work_days integer,
    demo_at timestamp with time zone,
    CONSTRAINT projects_storage_quota_check CHECK ((storage_quota >= 0)),
    CONSTRAINT projects_work_days_check CHECK ((work_days >= 0))
);

ALTER TABLE ONLY public.projects FORCE ROW LEVEL SECURITY;

ALTER TABLE public.projects ALTER COLUMN number ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.projects_number_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.rates (
    name text NOT NULL,
    due_at timestamp with time zone NOT NULL
)
WITH (fillfactor='50');

ALTER TABLE ONLY public.rates FORCE ROW LEVEL SECURITY;

CREATE TABLE public.reference_images (
    id uuid DEFAULT public.uuid_v7() NOT NULL,
    number bigint NOT NULL,
    project_id uuid NOT NULL,
    user_id uuid,
    filename text NOT NULL,
    category text DEFAULT ''::text NOT NULL,
    storage_path text GENERATED ALWAYS AS (
CASE category
    WHEN ''::text THEN filename
    ELSE ((category || '/'::text) || filename)
END) STORED,
    file_id uuid NOT NULL,
    sha256 bytea NOT NULL,
    vision_description text,
    caption_ko text,
    caption_state text DEFAULT 'none'::text NOT NULL,
    analyzed_at timestamp with time zone,
    is_demo boolean DEFAULT false NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    grams text[] GENERATED ALWAYS AS (public.search_grams(((((((filename || ' '::text) || category) || ' '::text) || COALESCE(vision_description, ''::text)) || ' '::text) || COALESCE(caption_ko, ''::text)))) STORED,
    caption_error text,
    CONSTRAINT reference_images_caption_error_check CHECK ((length(caption_error) <= 100)),
    CONSTRAINT reference_images_caption_ko_check CHECK (((length(caption_ko) >= 1) AND (length(caption_ko) <= 2000))),
    CONSTRAINT reference_images_caption_state_check CHECK ((caption_state = ANY (ARRAY['none'::text, 'waiting'::text, 'written'::text, 'edited'::text, 'failed'::text]))),
    CONSTRAINT reference_images_category_check CHECK ((length(category) <= 100)),
    CONSTRAINT reference_images_filename_check CHECK (((length(filename) >= 1) AND (length(filename) <= 500))),
    CONSTRAINT reference_images_sha256_check CHECK ((length(sha256) = 32)),
    CONSTRAINT reference_images_vision_description_check CHECK (((length(vision_description) >= 1) AND (length(vision_description) <= 2000)))
);

ALTER TABLE ONLY public.reference_images FORCE ROW LEVEL SECURITY;

ALTER TABLE public.reference_images ALTER COLUMN number ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.reference_images_number_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.removals (
    id bigint NOT NULL,
    bucket text NOT NULL,
    object_key text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL
);

ALTER TABLE ONLY public.removals FORCE ROW LEVEL SECURITY;

ALTER TABLE public.removals ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.removals_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.runs (
    key uuid NOT NULL,
    job_id uuid NOT NULL,
    endpoint_id uuid NOT NULL,
    external_id text,
    sent_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    heard_at timestamp with time zone
);

ALTER TABLE ONLY public.runs FORCE ROW LEVEL SECURITY;

CREATE TABLE public.secret_ages (
    name text NOT NULL,
    key_print bytea NOT NULL,
    digest bytea NOT NULL,
    since timestamp with time zone NOT NULL,
    seen_at timestamp with time zone NOT NULL,
    CONSTRAINT secret_ages_digest_check CHECK ((length(digest) = 16)),
    CONSTRAINT secret_ages_name_check CHECK ((length(name) <= 200))
);

ALTER TABLE ONLY public.secret_ages FORCE ROW LEVEL SECURITY;

CREATE TABLE public.sessions (
    hash bytea NOT NULL,
    user_id uuid NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    id uuid DEFAULT public.uuid_v7() NOT NULL,
    seen_at timestamp with time zone DEFAULT now() NOT NULL,
    agent text DEFAULT ''::text NOT NULL
);

ALTER TABLE ONLY public.sessions FORCE ROW LEVEL SECURITY;

CREATE VIEW public.shown_generations WITH (security_invoker='true') AS
 SELECT j.id,
    j.number,
    j.work_id,
    j.user_id,
    j.project_id,
    j.status,
    j.external_id,
    j.parameters,
    j.prompt_used,
    j.negative_prompt_used,
    j.error_code,
    j.error_params,
    j.created_at,
    j.started_at,
    j.completed_at,
    w.workflow_slug,
    w.subject,
    f.bucket_id,
    f.object_key
   FROM ((public.generation_jobs j
     CROSS JOIN LATERAL ( SELECT x.subject,
            t.slug AS workflow_slug
           FROM (public.works x
             JOIN public.templates t ON ((t.id = x.template_id)))
          WHERE (x.id = j.work_id)) w)
     LEFT JOIN public.files f ON ((f.id = j.output_file_id)));

CREATE VIEW public.shown_works WITH (security_invoker='true') AS
 SELECT w.id,
    w.number,
    w.user_id,
    w.project_id,
    w.template_id,
    w.template_version,
    w.retry_of,
    w.input_data,
    w.output_count,
    w.seed,
    w.status,
    w.progress,
    w.engine,
    w.generation_metadata,
    w.output_file_id,
    w.title,
    w.tags,
    w.error_code,
    w.error_params,
    w.created_at,
    w.taken_at,
    w.processing_at,
    w.completed_at,
    w.failed_at,
    w.cancelled_at,
    t.slug AS template_slug,
    t.estimated_time,
    w.credits_used,
    w.credits_refunded,
    w.character_id,
    w.reference_id,
    w.subject,
    w.batch_id,
    w.batch_position,
    w.choice,
    w.translation,
    w.trashed_at
   FROM (public.works w
     JOIN public.templates t ON ((t.id = w.template_id)));

CREATE TABLE public.sign_in_links (
    hash bytea NOT NULL,
    user_id uuid NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    used_at timestamp with time zone,
    purpose text DEFAULT 'sign_in'::text NOT NULL,
    CONSTRAINT sign_in_links_purpose_check CHECK ((purpose = ANY (ARRAY['sign_in'::text, 'password'::text])))
);

ALTER TABLE ONLY public.sign_in_links FORCE ROW LEVEL SECURITY;

CREATE TABLE public.stars (
    user_id uuid NOT NULL,
    work_id uuid NOT NULL,
    stars smallint NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT stars_stars_check CHECK (((stars >= 1) AND (stars <= 5)))
);

ALTER TABLE ONLY public.stars FORCE ROW LEVEL SECURITY;

CREATE TABLE public.storage_counts (
    id bigint NOT NULL,
    project_id uuid NOT NULL,
    bytes bigint NOT NULL,
    files bigint NOT NULL
);

ALTER TABLE ONLY public.storage_counts FORCE ROW LEVEL SECURITY;

ALTER TABLE public.storage_counts ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.storage_counts_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.storage_rules (
    only_row boolean DEFAULT true NOT NULL,
    quota bigint,
    CONSTRAINT storage_rules_only_row_check CHECK (only_row),
    CONSTRAINT storage_rules_quota_check CHECK ((quota > 0))
);

ALTER TABLE ONLY public.storage_rules FORCE ROW LEVEL SECURITY;

CREATE TABLE public.sweeps (
    bucket text NOT NULL,
    "position" text DEFAULT ''::text NOT NULL,
    examined bigint DEFAULT 0 NOT NULL,
    young bigint DEFAULT 0 NOT NULL,
    removed bigint DEFAULT 0 NOT NULL,
    began_at timestamp with time zone DEFAULT now() NOT NULL,
    ended_at timestamp with time zone
);

ALTER TABLE ONLY public.sweeps FORCE ROW LEVEL SECURITY;

CREATE TABLE public.template_drafts (
    id uuid DEFAULT public.uuid_v7() NOT NULL,
    template_id uuid NOT NULL,
    base_version integer,
    graphs jsonb NOT NULL,
    content jsonb NOT NULL,
    created_by uuid NOT NULL,
    changed_by uuid NOT NULL,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    changed_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT template_drafts_base_version_check CHECK ((base_version > 0)),
    CONSTRAINT template_drafts_content_check CHECK (((jsonb_typeof(content) = 'object'::text) AND (length((content)::text) <= 2097152))),
    CONSTRAINT template_drafts_graphs_check CHECK (((jsonb_typeof(graphs) = 'array'::text) AND (length((graphs)::text) <= 16777216)))
);

ALTER TABLE ONLY public.template_drafts FORCE ROW LEVEL SECURITY;

CREATE TABLE public.template_endpoints (
    template_id uuid NOT NULL,
    endpoint_id uuid NOT NULL,
    "position" integer NOT NULL
);

ALTER TABLE ONLY public.template_endpoints FORCE ROW LEVEL SECURITY;

CREATE TABLE public.template_versions (
    template_id uuid NOT NULL,
    version integer NOT NULL,
    digest text NOT NULL,
    definition jsonb NOT NULL,
    workflow_ids uuid[] NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    engines jsonb GENERATED ALWAYS AS ((definition -> 'engines'::text)) STORED,
    credits integer GENERATED ALWAYS AS (((definition ->> 'credits'::text))::integer) STORED,
    note text DEFAULT ''::text NOT NULL,
    published_by uuid,
    again integer,
    CONSTRAINT template_versions_again_check CHECK ((again > 0)),
    CONSTRAINT template_versions_note_check CHECK ((length(note) <= 500)),
    CONSTRAINT template_versions_version_check CHECK ((version > 0)),
    CONSTRAINT template_versions_workflow_ids_check CHECK ((cardinality(workflow_ids) > 0))
);

ALTER TABLE ONLY public.template_versions FORCE ROW LEVEL SECURITY;

ALTER TABLE public.templates ALTER COLUMN number ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.templates_number_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.titles (
    work_id uuid NOT NULL,
    token uuid DEFAULT gen_random_uuid() NOT NULL,
    tries integer DEFAULT 0 NOT NULL,
    run_at timestamp with time zone DEFAULT now() NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT titles_tries_check CHECK ((tries >= 0))
)
WITH (fillfactor='70');

ALTER TABLE ONLY public.titles FORCE ROW LEVEL SECURITY;

CREATE TABLE public.translations (
    project_id uuid NOT NULL,
    digest bytea NOT NULL,
    english text NOT NULL,
    model text NOT NULL,
    used_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT translations_digest_check CHECK ((length(digest) = 32)),
    CONSTRAINT translations_english_check CHECK (((length(english) >= 1) AND (length(english) <= 100000)))
);

ALTER TABLE ONLY public.translations FORCE ROW LEVEL SECURITY;

CREATE TABLE public.turns (
    endpoint_id uuid NOT NULL,
    priority integer NOT NULL,
    turn bigint NOT NULL
)
WITH (fillfactor='50');

ALTER TABLE ONLY public.turns FORCE ROW LEVEL SECURITY;

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
    subscription_allowance integer DEFAULT 0 NOT NULL,
    renewal_day smallint,
    renews_at timestamp with time zone,
    disabled_at timestamp with time zone,
    forgotten_at timestamp with time zone,
    erased_at timestamp with time zone,
    CONSTRAINT users_language_check CHECK ((language = ANY (ARRAY['ko'::text, 'en'::text]))),
    CONSTRAINT users_purchased_credits_check CHECK ((purchased_credits >= 0)),
    CONSTRAINT users_renewal_day_check CHECK (((renewal_day >= 1) AND (renewal_day <= 31))),
    CONSTRAINT users_subscription_allowance_check CHECK ((subscription_allowance >= 0)),
    CONSTRAINT users_subscription_credits_check CHECK ((subscription_credits >= 0))
);

ALTER TABLE ONLY public.users FORCE ROW LEVEL SECURITY;

ALTER TABLE public.users ALTER COLUMN number ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.users_number_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.webhook_attempts (
    delivery_id uuid NOT NULL,
    number integer NOT NULL,
    at timestamp with time zone NOT NULL,
    milliseconds integer NOT NULL,
    status_code integer,
    reason text,
    answer text DEFAULT ''::text NOT NULL,
    CONSTRAINT webhook_attempts_answer_check CHECK ((length(answer) <= 1024)),
    CONSTRAINT webhook_attempts_milliseconds_check CHECK ((milliseconds >= 0)),
    CONSTRAINT webhook_attempts_number_check CHECK ((number > 0))
);

ALTER TABLE ONLY public.webhook_attempts FORCE ROW LEVEL SECURITY;

CREATE TABLE public.webhook_deliveries (
    id uuid DEFAULT public.uuid_v7() NOT NULL,
    webhook_id uuid NOT NULL,
    type text NOT NULL,
    data jsonb NOT NULL,
    status text DEFAULT 'pending'::text NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    begun_after integer DEFAULT 0 NOT NULL,
    next_at timestamp with time zone DEFAULT now() NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    ended_at timestamp with time zone,
    CONSTRAINT webhook_deliveries_attempts_check CHECK ((attempts >= 0)),
    CONSTRAINT webhook_deliveries_status_check CHECK ((status = ANY (ARRAY['pending'::text, 'delivered'::text, 'failed'::text])))
)
WITH (fillfactor='80');

ALTER TABLE ONLY public.webhook_deliveries FORCE ROW LEVEL SECURITY;

CREATE TABLE public.webhooks (
    id uuid DEFAULT public.uuid_v7() NOT NULL,
    project_id uuid NOT NULL,
    user_id uuid NOT NULL,
    url text NOT NULL,
    description text DEFAULT ''::text NOT NULL,
    types text[] NOT NULL,
    seed bytea NOT NULL,
    previous_seed bytea,
    previous_until timestamp with time zone,
    key_print bytea NOT NULL,
    rotated_at timestamp with time zone DEFAULT now() NOT NULL,
    is_active boolean DEFAULT true NOT NULL,
    off_because text,
    off_at timestamp with time zone,
    failing_since timestamp with time zone,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT webhooks_description_check CHECK ((length(description) <= 200)),
    CONSTRAINT webhooks_off_because_check CHECK ((off_because = ANY (ARRAY['gone'::text, 'failing'::text]))),
    CONSTRAINT webhooks_previous_seed_check CHECK ((length(previous_seed) = 32)),
    CONSTRAINT webhooks_seed_check CHECK ((length(seed) = 32)),
    CONSTRAINT webhooks_types_check CHECK ((cardinality(types) > 0)),
    CONSTRAINT webhooks_url_check CHECK ((length(url) <= 2000))
);

ALTER TABLE ONLY public.webhooks FORCE ROW LEVEL SECURITY;

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

CREATE VIEW public.work_costs WITH (security_invoker='true') AS
 SELECT w.id AS work_id,
    w.user_id,
    w.project_id,
    w.template_id,
    w.status,
    w.created_at,
    w.credits_used,
    w.credits_refunded,
    (w.credits_used - w.credits_refunded) AS credits_earned,
    cost.seconds,
    cost.cost,
    cost.unpriced
   FROM (public.works w
     CROSS JOIN LATERAL ( SELECT COALESCE(sum(j.execution_seconds), (0)::double precision) AS seconds,
            COALESCE(sum(((j.execution_seconds)::numeric * e.price_per_second)), (0)::numeric) AS cost,
            count(*) FILTER (WHERE ((j.execution_seconds > (0)::double precision) AND (e.price_per_second IS NULL))) AS unpriced
           FROM (public.generation_jobs j
             LEFT JOIN public.endpoints e ON ((e.id = j.endpoint_id)))
          WHERE (j.work_id = w.id)) cost);

CREATE TABLE public.work_tags (
    work_id uuid NOT NULL,
    tag text NOT NULL,
    user_id uuid NOT NULL,
    project_id uuid,
    status text NOT NULL
);

ALTER TABLE ONLY public.work_tags FORCE ROW LEVEL SECURITY;

CREATE TABLE public.work_words (
    work_id uuid NOT NULL,
    user_id uuid NOT NULL,
    project_id uuid,
    words text NOT NULL,
    grams text[] GENERATED ALWAYS AS (public.search_grams(words)) STORED
);

ALTER TABLE ONLY public.work_words FORCE ROW LEVEL SECURITY;

CREATE TABLE public.workers (
    id uuid NOT NULL,
    host text NOT NULL,
    process integer NOT NULL,
    version text NOT NULL,
    began_at timestamp with time zone DEFAULT now() NOT NULL,
    seen_at timestamp with time zone DEFAULT now() NOT NULL
)
WITH (fillfactor='50');

ALTER TABLE ONLY public.workers FORCE ROW LEVEL SECURITY;

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

ALTER TABLE ONLY public.affiche_migrations
    ADD CONSTRAINT affiche_migrations_pkey PRIMARY KEY (number);

ALTER TABLE ONLY public.alert_mails
    ADD CONSTRAINT alert_mails_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.alert_rounds
    ADD CONSTRAINT alert_rounds_pkey PRIMARY KEY (only_row);

ALTER TABLE ONLY public.alerts
    ADD CONSTRAINT alerts_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.api_keys
    ADD CONSTRAINT api_keys_hash_key UNIQUE (hash);

ALTER TABLE ONLY public.api_keys
    ADD CONSTRAINT api_keys_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.audit_log
    ADD CONSTRAINT audit_log_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.batch_changes
    ADD CONSTRAINT batch_changes_pkey PRIMARY KEY (batch_id, id);

ALTER TABLE ONLY public.batches
    ADD CONSTRAINT batches_number_key UNIQUE (number);

ALTER TABLE ONLY public.batches
    ADD CONSTRAINT batches_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.browsers
    ADD CONSTRAINT browsers_endpoint_key UNIQUE (endpoint);

ALTER TABLE ONLY public.browsers
    ADD CONSTRAINT browsers_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.captions
    ADD CONSTRAINT captions_pkey PRIMARY KEY (reference_id);

ALTER TABLE ONLY public.characters
    ADD CONSTRAINT characters_number_key UNIQUE (number);

ALTER TABLE ONLY public.characters
    ADD CONSTRAINT characters_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.characters
    ADD CONSTRAINT characters_project_id_slug_key UNIQUE (project_id, slug);

ALTER TABLE ONLY public.collection_works
    ADD CONSTRAINT collection_works_pkey PRIMARY KEY (collection_id, work_id);

ALTER TABLE ONLY public.collections
    ADD CONSTRAINT collections_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.credit_budgets
    ADD CONSTRAINT credit_budgets_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.credit_budgets
    ADD CONSTRAINT credit_budgets_project_id_period_key UNIQUE (project_id, period);

ALTER TABLE ONLY public.credit_budgets
    ADD CONSTRAINT credit_budgets_user_id_period_key UNIQUE (user_id, period);

ALTER TABLE ONLY public.credit_rules
    ADD CONSTRAINT credit_rules_pkey PRIMARY KEY (only_row);

ALTER TABLE ONLY public.credit_transactions
    ADD CONSTRAINT credit_transactions_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.credit_transactions
    ADD CONSTRAINT credit_transactions_user_id_line_key UNIQUE (user_id, line);

ALTER TABLE ONLY public.endpoints
    ADD CONSTRAINT endpoints_name_key UNIQUE (name);

ALTER TABLE ONLY public.endpoints
    ADD CONSTRAINT endpoints_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.event_eras
    ADD CONSTRAINT event_eras_pkey PRIMARY KEY (era);

ALTER TABLE ONLY public.events
    ADD CONSTRAINT events_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.file_uses
    ADD CONSTRAINT file_uses_pkey PRIMARY KEY (work_id, file_id);

ALTER TABLE ONLY public.files
    ADD CONSTRAINT files_bucket_id_path_key UNIQUE (bucket_id, path);

ALTER TABLE ONLY public.files
    ADD CONSTRAINT files_number_key UNIQUE (number);

ALTER TABLE ONLY public.files
    ADD CONSTRAINT files_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.gates
    ADD CONSTRAINT gates_pkey PRIMARY KEY (name);

ALTER TABLE ONLY public.generation_jobs
    ADD CONSTRAINT generation_jobs_number_key UNIQUE (number);

ALTER TABLE ONLY public.generation_jobs
    ADD CONSTRAINT generation_jobs_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.glimpses
    ADD CONSTRAINT glimpses_pkey PRIMARY KEY (work_id);

ALTER TABLE ONLY public.glossary_terms
    ADD CONSTRAINT glossary_terms_pkey PRIMARY KEY (project_id, term);

ALTER TABLE ONLY public.idempotency_keys
    ADD CONSTRAINT idempotency_keys_pkey PRIMARY KEY (user_id, key);

ALTER TABLE ONLY public.identities
    ADD CONSTRAINT identities_pkey PRIMARY KEY (issuer, subject);

ALTER TABLE ONLY public.invitations
    ADD CONSTRAINT invitations_hash_key UNIQUE (hash);

ALTER TABLE ONLY public.invitations
    ADD CONSTRAINT invitations_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.llm_calls
    ADD CONSTRAINT llm_calls_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.message_channels
    ADD CONSTRAINT message_channels_pkey PRIMARY KEY (user_id, channel);

ALTER TABLE ONLY public.messages
    ADD CONSTRAINT messages_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.notifications
    ADD CONSTRAINT notifications_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.notifications
    ADD CONSTRAINT notifications_work_id_type_key UNIQUE (work_id, type);

ALTER TABLE ONLY public.outbox
    ADD CONSTRAINT outbox_pkey PRIMARY KEY (notification_id, channel);

ALTER TABLE ONLY public.passwords
    ADD CONSTRAINT passwords_pkey PRIMARY KEY (user_id);

ALTER TABLE ONLY public.place_changes
    ADD CONSTRAINT place_changes_pkey PRIMARY KEY (endpoint_id, id);

ALTER TABLE ONLY public.project_members
    ADD CONSTRAINT project_members_pkey PRIMARY KEY (project_id, user_id);

ALTER TABLE ONLY public.projects
    ADD CONSTRAINT projects_number_key UNIQUE (number);

ALTER TABLE ONLY public.projects
    ADD CONSTRAINT projects_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.rates
    ADD CONSTRAINT rates_pkey PRIMARY KEY (name);

ALTER TABLE ONLY public.reference_images
    ADD CONSTRAINT reference_images_number_key UNIQUE (number);

ALTER TABLE ONLY public.reference_images
    ADD CONSTRAINT reference_images_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.reference_images
    ADD CONSTRAINT reference_images_project_id_sha256_key UNIQUE (project_id, sha256);

ALTER TABLE ONLY public.removals
    ADD CONSTRAINT removals_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.runs
    ADD CONSTRAINT runs_pkey PRIMARY KEY (key);

ALTER TABLE ONLY public.secret_ages
    ADD CONSTRAINT secret_ages_pkey PRIMARY KEY (name, key_print);

ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT sessions_id_key UNIQUE (id);

ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT sessions_pkey PRIMARY KEY (hash);

ALTER TABLE ONLY public.sign_in_links
    ADD CONSTRAINT sign_in_links_pkey PRIMARY KEY (hash);

ALTER TABLE ONLY public.stars
    ADD CONSTRAINT stars_pkey PRIMARY KEY (user_id, work_id);

ALTER TABLE ONLY public.storage_counts
    ADD CONSTRAINT storage_counts_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.storage_rules
    ADD CONSTRAINT storage_rules_pkey PRIMARY KEY (only_row);

ALTER TABLE ONLY public.sweeps
    ADD CONSTRAINT sweeps_pkey PRIMARY KEY (bucket);

ALTER TABLE ONLY public.template_drafts
    ADD CONSTRAINT template_drafts_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.template_endpoints
    ADD CONSTRAINT template_endpoints_pkey PRIMARY KEY (template_id, endpoint_id);

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

ALTER TABLE ONLY public.titles
    ADD CONSTRAINT titles_pkey PRIMARY KEY (work_id);

ALTER TABLE ONLY public.translations
    ADD CONSTRAINT translations_pkey PRIMARY KEY (project_id, digest);

ALTER TABLE ONLY public.turns
    ADD CONSTRAINT turns_pkey PRIMARY KEY (endpoint_id, priority);

ALTER TABLE ONLY public.users
    ADD CONSTRAINT users_email_key UNIQUE (email);

ALTER TABLE ONLY public.users
    ADD CONSTRAINT users_number_key UNIQUE (number);

ALTER TABLE ONLY public.users
    ADD CONSTRAINT users_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.webhook_attempts
    ADD CONSTRAINT webhook_attempts_pkey PRIMARY KEY (delivery_id, number);

ALTER TABLE ONLY public.webhook_deliveries
    ADD CONSTRAINT webhook_deliveries_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.webhooks
    ADD CONSTRAINT webhooks_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.withdrawals
    ADD CONSTRAINT withdrawals_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.work_tags
    ADD CONSTRAINT work_tags_pkey PRIMARY KEY (work_id, tag);

ALTER TABLE ONLY public.work_words
    ADD CONSTRAINT work_words_pkey PRIMARY KEY (work_id);

ALTER TABLE ONLY public.workers
    ADD CONSTRAINT workers_pkey PRIMARY KEY (id);

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

CREATE INDEX alert_mails_due ON public.alert_mails USING btree (run_at) WHERE (status = ANY (ARRAY['waiting'::text, 'sending'::text]));

CREATE INDEX alert_mails_ended ON public.alert_mails USING btree (ended_at) WHERE (ended_at IS NOT NULL);

CREATE INDEX alert_mails_user ON public.alert_mails USING btree (user_id) WHERE (user_id IS NOT NULL);

CREATE INDEX alerts_closed ON public.alerts USING btree (closed_at) WHERE (closed_at IS NOT NULL);

CREATE UNIQUE INDEX alerts_open ON public.alerts USING btree (rule, subject) WHERE (closed_at IS NULL);

CREATE INDEX api_keys_project ON public.api_keys USING btree (project_id) WHERE (project_id IS NOT NULL);

CREATE INDEX api_keys_user ON public.api_keys USING btree (user_id, id);

CREATE INDEX audit_log_action ON public.audit_log USING btree (action, subject, id DESC);

CREATE INDEX audit_log_actor ON public.audit_log USING btree (actor, id DESC);

CREATE INDEX audit_log_age ON public.audit_log USING btree (at);

CREATE INDEX audit_log_subject ON public.audit_log USING btree (subject, id DESC);

CREATE INDEX batches_like ON public.batches USING btree (like_id) WHERE (like_id IS NOT NULL);

CREATE INDEX batches_project ON public.batches USING btree (project_id, id DESC);

CREATE INDEX batches_template ON public.batches USING btree (template_id);

CREATE INDEX batches_user ON public.batches USING btree (user_id, id DESC);

CREATE INDEX browsers_user ON public.browsers USING btree (user_id, id);

CREATE INDEX captions_due ON public.captions USING btree (place, run_at);

CREATE INDEX characters_portrait ON public.characters USING btree (portrait_file_id) WHERE (portrait_file_id IS NOT NULL);

CREATE INDEX characters_project ON public.characters USING btree (project_id, id);

CREATE INDEX characters_user ON public.characters USING btree (user_id) WHERE (user_id IS NOT NULL);

CREATE INDEX collection_works_shown ON public.collection_works USING btree (user_id, collection_id, work_id DESC) WHERE shown;

CREATE INDEX collection_works_work ON public.collection_works USING btree (work_id);

CREATE INDEX collections_user ON public.collections USING btree (user_id, id DESC);

CREATE INDEX credit_transactions_project ON public.credit_transactions USING btree (project_id, created_at) WHERE (project_id IS NOT NULL);

CREATE UNIQUE INDEX credit_transactions_reference ON public.credit_transactions USING btree (user_id, type, reference) WHERE (reference IS NOT NULL);

CREATE INDEX credit_transactions_user ON public.credit_transactions USING btree (user_id, created_at);

CREATE UNIQUE INDEX credit_transactions_work ON public.credit_transactions USING btree (work_id, type, output_index) NULLS NOT DISTINCT WHERE (work_id IS NOT NULL);

CREATE INDEX endpoints_order ON public.endpoints USING btree ("position", id) WHERE is_active;

CREATE INDEX events_age ON public.events USING btree (created_at);

CREATE INDEX events_cursor ON public.events USING btree (user_id, era, txid, id);

CREATE INDEX events_project ON public.events USING btree (project_id, era, txid, id) WHERE (project_id IS NOT NULL);

CREATE INDEX events_work ON public.events USING btree (work_id);

CREATE INDEX file_uses_file ON public.file_uses USING btree (file_id);

CREATE INDEX files_object ON public.files USING btree (object_key);

CREATE INDEX files_project ON public.files USING btree (project_id) WHERE (project_id IS NOT NULL);

CREATE INDEX files_thumbnail ON public.files USING btree (thumbnail_key) WHERE (thumbnail_key IS NOT NULL);

CREATE INDEX files_unused ON public.files USING btree (created_at) WHERE ((bucket_id = 'uploads'::text) AND (used_at IS NULL));

CREATE INDEX files_user ON public.files USING btree (user_id, id DESC);

CREATE INDEX files_work ON public.files USING btree (work_id, user_id) WHERE (work_id IS NOT NULL);

CREATE INDEX gates_due ON public.gates USING btree (due);

CREATE INDEX generation_jobs_cancelled ON public.generation_jobs USING btree (id DESC) WHERE (status = 'cancelled'::text);

CREATE INDEX generation_jobs_deadline ON public.generation_jobs USING btree (deadline_at) WHERE (status = ANY (ARRAY['taken'::text, 'processing'::text]));

CREATE INDEX generation_jobs_delayed ON public.generation_jobs USING btree (run_at) WHERE ((status = 'pending'::text) AND (turn IS NULL) AND (endpoint_id IS NOT NULL));

CREATE INDEX generation_jobs_ended ON public.generation_jobs USING btree (COALESCE(completed_at, failed_at, cancelled_at)) WHERE (status = ANY (ARRAY['completed'::text, 'failed'::text, 'cancelled'::text]));

CREATE INDEX generation_jobs_external ON public.generation_jobs USING btree (external_id) WHERE (status = 'processing'::text);

CREATE INDEX generation_jobs_failed ON public.generation_jobs USING btree (id DESC) WHERE (status = 'failed'::text);

CREATE INDEX generation_jobs_homeless ON public.generation_jobs USING btree (created_at) WHERE ((status = 'pending'::text) AND (endpoint_id IS NULL));

CREATE INDEX generation_jobs_line ON public.generation_jobs USING btree (endpoint_id, priority DESC, turn, created_at, id) WHERE ((status = 'pending'::text) AND (turn IS NOT NULL));

CREATE INDEX generation_jobs_observed ON public.generation_jobs USING btree (observe_at) WHERE ((status = 'processing'::text) AND (step = 'observe'::text));

CREATE INDEX generation_jobs_output_file ON public.generation_jobs USING btree (output_file_id) WHERE (output_file_id IS NOT NULL);

CREATE INDEX generation_jobs_ran ON public.generation_jobs USING btree (endpoint_id, workflow_id, completed_at DESC) WHERE (status = 'completed'::text);

CREATE INDEX generation_jobs_returned ON public.generation_jobs USING btree (endpoint_id, user_id, priority, turn) WHERE ((status = 'pending'::text) AND (turn IS NOT NULL) AND (takes > 0));

CREATE INDEX generation_jobs_stage_file ON public.generation_jobs USING btree (stage_file_id) WHERE (stage_file_id IS NOT NULL);

CREATE INDEX generation_jobs_steps ON public.generation_jobs USING btree (taken_at) WHERE ((status = ANY (ARRAY['taken'::text, 'processing'::text])) AND (step <> 'observe'::text));

CREATE INDEX generation_jobs_times ON public.generation_jobs USING btree (endpoint_id, workflow_id, completed_at) WHERE ((status = 'completed'::text) AND (waited_seconds IS NOT NULL));

CREATE INDEX generation_jobs_turns ON public.generation_jobs USING btree (endpoint_id, user_id, priority, turn) WHERE ((status = ANY (ARRAY['pending'::text, 'taken'::text, 'processing'::text])) AND (turn IS NOT NULL));

CREATE INDEX generation_jobs_user ON public.generation_jobs USING btree (user_id, id DESC);

CREATE INDEX generation_jobs_wakings ON public.generation_jobs USING btree (endpoint_id, completed_at) WHERE ((status = 'completed'::text) AND woke);

CREATE INDEX generation_jobs_work ON public.generation_jobs USING btree (work_id);

CREATE INDEX idempotency_keys_age ON public.idempotency_keys USING btree (created_at);

CREATE INDEX identities_user ON public.identities USING btree (user_id);

CREATE INDEX invitations_accepted_by ON public.invitations USING btree (accepted_by);

CREATE INDEX invitations_expiry ON public.invitations USING btree (expires_at);

CREATE INDEX invitations_invited_by ON public.invitations USING btree (invited_by);

CREATE INDEX invitations_project ON public.invitations USING btree (project_id, id);

CREATE INDEX llm_calls_age ON public.llm_calls USING btree (created_at);

CREATE INDEX llm_calls_work ON public.llm_calls USING btree (work_id) WHERE (work_id IS NOT NULL);

CREATE INDEX messages_dead ON public.messages USING btree (id DESC) WHERE (status = 'dead'::text);

CREATE INDEX messages_due ON public.messages USING btree (run_at) WHERE (status = ANY (ARRAY['waiting'::text, 'sending'::text]));

CREATE INDEX messages_ended ON public.messages USING btree (ended_at) WHERE (ended_at IS NOT NULL);

CREATE INDEX messages_user ON public.messages USING btree (user_id, id DESC);

CREATE INDEX notifications_age ON public.notifications USING btree (created_at);

CREATE INDEX notifications_type ON public.notifications USING btree (user_id, type, id DESC);

CREATE INDEX notifications_unread ON public.notifications USING btree (user_id, id DESC) WHERE (read_at IS NULL);

CREATE INDEX notifications_user ON public.notifications USING btree (user_id, id DESC);

CREATE INDEX outbox_due ON public.outbox USING btree (run_at) WHERE (message_id IS NULL);

CREATE INDEX outbox_message ON public.outbox USING btree (message_id) WHERE (message_id IS NOT NULL);

CREATE INDEX outbox_whose ON public.outbox USING btree (user_id, channel, notification_id) WHERE (message_id IS NULL);

CREATE INDEX project_members_user ON public.project_members USING btree (user_id, project_id) INCLUDE (role);

CREATE UNIQUE INDEX projects_default ON public.projects USING btree (user_id) WHERE is_default;

CREATE INDEX projects_user ON public.projects USING btree (user_id, id);

CREATE INDEX reference_images_category ON public.reference_images USING btree (project_id, category, id DESC);

CREATE INDEX reference_images_file ON public.reference_images USING btree (file_id);

CREATE INDEX reference_images_page ON public.reference_images USING btree (project_id, id DESC);

CREATE INDEX reference_images_uncaptioned ON public.reference_images USING btree (project_id, id) WHERE (caption_state = ANY (ARRAY['none'::text, 'waiting'::text, 'failed'::text]));

CREATE INDEX reference_images_user ON public.reference_images USING btree (user_id) WHERE (user_id IS NOT NULL);

CREATE INDEX reference_images_words ON public.reference_images USING gin (grams);

CREATE INDEX runs_endpoint ON public.runs USING btree (endpoint_id);

CREATE INDEX runs_job ON public.runs USING btree (job_id, sent_at DESC);

CREATE INDEX sessions_expiry ON public.sessions USING btree (expires_at);

CREATE INDEX sessions_user ON public.sessions USING btree (user_id);

CREATE INDEX sign_in_links_expiry ON public.sign_in_links USING btree (expires_at);

CREATE INDEX sign_in_links_user ON public.sign_in_links USING btree (user_id);

CREATE INDEX stars_work ON public.stars USING btree (work_id);

CREATE INDEX storage_counts_project ON public.storage_counts USING btree (project_id) INCLUDE (bytes, files);

CREATE INDEX template_drafts_changed ON public.template_drafts USING btree (changed_at DESC, id);

CREATE INDEX template_drafts_template ON public.template_drafts USING btree (template_id);

CREATE INDEX template_endpoints_endpoint ON public.template_endpoints USING btree (endpoint_id);

CREATE INDEX templates_gallery ON public.templates USING btree (display_order, slug) WHERE is_active;

CREATE INDEX titles_due ON public.titles USING btree (run_at);

CREATE INDEX translations_age ON public.translations USING btree (used_at);

CREATE INDEX users_email_anyhow ON public.users USING btree (lower(email));

CREATE INDEX users_forgotten ON public.users USING btree (id) WHERE ((forgotten_at IS NOT NULL) AND (erased_at IS NULL));

CREATE INDEX users_renewal ON public.users USING btree (renews_at) WHERE (renews_at IS NOT NULL);

CREATE INDEX webhook_deliveries_age ON public.webhook_deliveries USING btree (created_at);

CREATE INDEX webhook_deliveries_due ON public.webhook_deliveries USING btree (webhook_id, next_at) WHERE (status = 'pending'::text);

CREATE INDEX webhook_deliveries_log ON public.webhook_deliveries USING btree (webhook_id, id DESC);

CREATE INDEX webhooks_active ON public.webhooks USING btree (project_id) WHERE is_active;

CREATE INDEX webhooks_project ON public.webhooks USING btree (project_id, id);

CREATE INDEX webhooks_user ON public.webhooks USING btree (user_id);

CREATE INDEX withdrawals_due ON public.withdrawals USING btree (run_at) WHERE (done_at IS NULL);

CREATE INDEX withdrawals_ended ON public.withdrawals USING btree (done_at) WHERE (done_at IS NOT NULL);

CREATE INDEX withdrawals_endpoint ON public.withdrawals USING btree (endpoint_id);

CREATE INDEX withdrawals_job ON public.withdrawals USING btree (job_id);

CREATE INDEX work_tags_project ON public.work_tags USING btree (project_id, tag, status, work_id DESC);

CREATE INDEX work_tags_user ON public.work_tags USING btree (user_id, tag, status, work_id DESC);

CREATE INDEX work_words_grams ON public.work_words USING gin (grams);

CREATE INDEX work_words_project ON public.work_words USING btree (project_id, work_id DESC);

CREATE INDEX work_words_user ON public.work_words USING btree (user_id, work_id DESC);

CREATE UNIQUE INDEX works_batch ON public.works USING btree (batch_id, batch_position) WHERE (batch_id IS NOT NULL);

CREATE INDEX works_batch_newest ON public.works USING btree (batch_id, id DESC) WHERE (batch_id IS NOT NULL);

CREATE INDEX works_batch_open ON public.works USING btree (batch_id) WHERE ((batch_id IS NOT NULL) AND (status = ANY (ARRAY['pending'::text, 'taken'::text, 'processing'::text])));

CREATE INDEX works_character ON public.works USING btree (character_id, id DESC) WHERE (character_id IS NOT NULL);

CREATE INDEX works_character_status ON public.works USING btree (character_id, status, id DESC) WHERE (character_id IS NOT NULL);

CREATE INDEX works_failures ON public.works USING btree (failed_at, error_code, template_id, engine) WHERE (status = 'failed'::text);

CREATE INDEX works_outcomes ON public.works USING btree (created_at, template_id, engine, status) WHERE (status = ANY (ARRAY['completed'::text, 'failed'::text, 'cancelled'::text]));

CREATE INDEX works_output_file ON public.works USING btree (output_file_id) WHERE (output_file_id IS NOT NULL);

CREATE INDEX works_project_status ON public.works USING btree (project_id, status, id DESC);

CREATE INDEX works_project_template ON public.works USING btree (project_id, template_id, status, id DESC);

CREATE INDEX works_reference ON public.works USING btree (reference_id, id DESC) WHERE (reference_id IS NOT NULL);

CREATE INDEX works_retry ON public.works USING btree (retry_of) WHERE (retry_of IS NOT NULL);

CREATE INDEX works_template ON public.works USING btree (template_id);

CREATE INDEX works_thumbnail ON public.works USING btree (thumbnail_file_id) WHERE (thumbnail_file_id IS NOT NULL);

CREATE INDEX works_trash ON public.works USING btree (user_id, id DESC) WHERE (trashed_at IS NOT NULL);

CREATE INDEX works_trashed ON public.works USING btree (trashed_at) WHERE (trashed_at IS NOT NULL);

CREATE INDEX works_user ON public.works USING btree (user_id, id DESC);

CREATE INDEX works_user_status ON public.works USING btree (user_id, status, id DESC);

CREATE INDEX works_user_template ON public.works USING btree (user_id, template_id, status, id DESC);

CREATE TRIGGER a_line BEFORE INSERT ON public.credit_transactions FOR EACH ROW EXECUTE FUNCTION public.write_line();

CREATE TRIGGER a_status BEFORE INSERT OR UPDATE ON public.generation_jobs FOR EACH ROW EXECUTE FUNCTION public.guard_status();

CREATE TRIGGER a_status BEFORE INSERT OR UPDATE ON public.works FOR EACH ROW EXECUTE FUNCTION public.guard_status();

CREATE TRIGGER account_for_balance AFTER UPDATE OF subscription_credits, purchased_credits ON public.users FOR EACH ROW WHEN (((old.subscription_credits IS DISTINCT FROM new.subscription_credits) OR (old.purchased_credits IS DISTINCT FROM new.purchased_credits))) EXECUTE FUNCTION public.account_for_balance();

CREATE TRIGGER account_for_first AFTER INSERT ON public.users FOR EACH ROW WHEN (((new.subscription_credits > 0) OR (new.purchased_credits > 0))) EXECUTE FUNCTION public.account_for_balance();

CREATE TRIGGER add_owner AFTER INSERT OR UPDATE OF user_id ON public.projects FOR EACH ROW EXECUTE FUNCTION public.add_owner();

CREATE TRIGGER announce_gone AFTER DELETE ON public.generation_jobs FOR EACH ROW WHEN ((old.status = ANY (ARRAY['taken'::text, 'processing'::text]))) EXECUTE FUNCTION public.announce_job();

CREATE TRIGGER announce_moved AFTER UPDATE OF status ON public.generation_jobs FOR EACH ROW WHEN ((old.status IS DISTINCT FROM new.status)) EXECUTE FUNCTION public.announce_job();

CREATE TRIGGER announce_new AFTER INSERT ON public.generation_jobs FOR EACH ROW EXECUTE FUNCTION public.announce_job();

CREATE TRIGGER b_balance AFTER INSERT ON public.credit_transactions FOR EACH ROW EXECUTE FUNCTION public.keep_balance();

CREATE TRIGGER b_claims BEFORE INSERT ON public.works FOR EACH ROW EXECUTE FUNCTION public.heed_claims();

CREATE TRIGGER b_job BEFORE UPDATE ON public.generation_jobs FOR EACH ROW WHEN ((old.status IS DISTINCT FROM new.status)) EXECUTE FUNCTION public.guard_job();

CREATE TRIGGER b_work BEFORE UPDATE ON public.works FOR EACH ROW WHEN ((old.status IS DISTINCT FROM new.status)) EXECUTE FUNCTION public.guard_work();

CREATE TRIGGER c_complete BEFORE INSERT ON public.generation_jobs FOR EACH ROW EXECUTE FUNCTION public.complete_job();

CREATE TRIGGER c_complete BEFORE INSERT ON public.works FOR EACH ROW EXECUTE FUNCTION public.complete_work();

CREATE TRIGGER collections_changed AFTER UPDATE OF trashed_at ON public.works FOR EACH ROW WHEN (((old.trashed_at IS NULL) <> (new.trashed_at IS NULL))) EXECUTE FUNCTION public.show_in_collections();

CREATE TRIGGER count_changed AFTER UPDATE ON public.files FOR EACH ROW WHEN ((((old.project_id IS DISTINCT FROM new.project_id) OR (old.file_size IS DISTINCT FROM new.file_size)) OR (old.thumbnail_size IS DISTINCT FROM new.thumbnail_size))) EXECUTE FUNCTION public.count_storage();

CREATE TRIGGER count_file AFTER INSERT OR DELETE ON public.files FOR EACH ROW EXECUTE FUNCTION public.count_storage();

CREATE TRIGGER d_pair BEFORE INSERT ON public.works FOR EACH ROW EXECUTE FUNCTION public.pair_columns();

CREATE TRIGGER d_pair_again BEFORE UPDATE ON public.works FOR EACH ROW WHEN (((((new.output_file_id IS DISTINCT FROM old.output_file_id) OR (new.file_id IS DISTINCT FROM old.file_id)) OR (new.output_data_json IS DISTINCT FROM old.output_data_json)) OR (new.output_data IS DISTINCT FROM old.output_data))) EXECUTE FUNCTION public.pair_columns();

CREATE TRIGGER d_room BEFORE INSERT ON public.works FOR EACH ROW WHEN ((new.project_id IS NOT NULL)) EXECUTE FUNCTION public.check_room();

CREATE TRIGGER d_subject BEFORE INSERT ON public.works FOR EACH ROW WHEN (((new.input_data ? 'character'::text) OR (new.input_data ? 'reference'::text))) EXECUTE FUNCTION public.name_subject();

CREATE TRIGGER e_charge BEFORE INSERT ON public.works FOR EACH ROW WHEN (((new.batch_id IS NULL) OR (new.credits_used = 0))) EXECUTE FUNCTION public.charge_work();

CREATE TRIGGER e_charged BEFORE INSERT ON public.works FOR EACH ROW WHEN (((new.batch_id IS NOT NULL) AND (new.credits_used <> 0))) EXECUTE FUNCTION public.accept_charge();

CREATE TRIGGER e_turn BEFORE INSERT ON public.generation_jobs FOR EACH ROW EXECUTE FUNCTION public.give_turn();

CREATE TRIGGER e_turn_again BEFORE UPDATE OF status, run_at, endpoint_id, priority ON public.generation_jobs FOR EACH ROW WHEN ((new.status = 'pending'::text)) EXECUTE FUNCTION public.give_turn();

CREATE TRIGGER end_jobs AFTER UPDATE OF status ON public.works FOR EACH ROW WHEN (((old.status IS DISTINCT FROM new.status) AND (new.status = ANY (ARRAY['completed'::text, 'failed'::text, 'cancelled'::text])))) EXECUTE FUNCTION public.end_jobs();

CREATE TRIGGER event_changed AFTER UPDATE OF title, tags, trashed_at ON public.works FOR EACH ROW WHEN (((((old.title IS DISTINCT FROM new.title) OR (old.tags IS DISTINCT FROM new.tags)) OR (old.trashed_at IS DISTINCT FROM new.trashed_at)) AND (old.status = new.status) AND (NOT (old.output_file_id IS DISTINCT FROM new.output_file_id)))) EXECUTE FUNCTION public.record_work_change();

CREATE TRIGGER event_moved AFTER UPDATE OF status, progress ON public.works FOR EACH ROW WHEN ((((old.status IS DISTINCT FROM new.status) OR ((old.progress IS DISTINCT FROM new.progress) AND (new.status = 'processing'::text))) AND (new.batch_id IS NULL))) EXECUTE FUNCTION public.record_work_event();

CREATE TRIGGER event_moved_in_batch AFTER UPDATE OF status, progress ON public.works FOR EACH ROW WHEN ((((old.status IS DISTINCT FROM new.status) OR ((old.progress IS DISTINCT FROM new.progress) AND (new.status = 'processing'::text))) AND (new.batch_id IS NOT NULL))) EXECUTE FUNCTION public.move_in_batch();

CREATE TRIGGER event_new AFTER INSERT ON public.works FOR EACH ROW WHEN ((new.batch_id IS NULL)) EXECUTE FUNCTION public.record_work_event();

CREATE TRIGGER forget_changes AFTER DELETE ON public.batches FOR EACH ROW EXECUTE FUNCTION public.forget_changes();

CREATE TRIGGER glimpse_gone AFTER UPDATE OF status ON public.works FOR EACH ROW WHEN (((old.status = 'processing'::text) AND (new.status = ANY (ARRAY['completed'::text, 'failed'::text, 'cancelled'::text])))) EXECUTE FUNCTION public.drop_glimpse();

CREATE TRIGGER gone_of_batch AFTER DELETE ON public.works FOR EACH ROW WHEN (((old.batch_id IS NOT NULL) AND (old.batch_position IS NOT NULL))) EXECUTE FUNCTION public.move_in_batch();

CREATE TRIGGER guard_audit BEFORE DELETE OR UPDATE ON public.audit_log FOR EACH ROW EXECUTE FUNCTION public.guard_audit();

CREATE TRIGGER guard_audit_whole BEFORE TRUNCATE ON public.audit_log FOR EACH STATEMENT EXECUTE FUNCTION public.guard_audit();

CREATE TRIGGER guard_charge BEFORE UPDATE OF credits_used, subscription_credits_used, purchased_credits_used, credits_refunded, outputs_refunded, output_count, user_id ON public.works FOR EACH ROW WHEN (((((((old.credits_used IS DISTINCT FROM new.credits_used) OR (old.subscription_credits_used IS DISTINCT FROM new.subscription_credits_used)) OR (old.purchased_credits_used IS DISTINCT FROM new.purchased_credits_used)) OR (old.credits_refunded IS DISTINCT FROM new.credits_refunded)) OR (old.outputs_refunded IS DISTINCT FROM new.outputs_refunded)) OR ((old.credits_used > 0) AND ((old.output_count IS DISTINCT FROM new.output_count) OR (old.user_id IS DISTINCT FROM new.user_id))))) EXECUTE FUNCTION public.guard_charge();

CREATE TRIGGER guard_line BEFORE DELETE OR UPDATE ON public.credit_transactions FOR EACH ROW EXECUTE FUNCTION public.guard_line();

CREATE TRIGGER keep_owner BEFORE DELETE OR UPDATE ON public.project_members FOR EACH ROW EXECUTE FUNCTION public.keep_owner();

CREATE TRIGGER leave_objects AFTER DELETE ON public.files FOR EACH ROW EXECUTE FUNCTION public.leave_objects();

CREATE TRIGGER move_project AFTER UPDATE OF project_id ON public.works FOR EACH ROW WHEN ((old.project_id IS DISTINCT FROM new.project_id)) EXECUTE FUNCTION public.move_project();

CREATE TRIGGER move_storage AFTER UPDATE OF project_id ON public.works FOR EACH ROW WHEN ((old.project_id IS DISTINCT FROM new.project_id)) EXECUTE FUNCTION public.move_storage();

CREATE TRIGGER move_work AFTER UPDATE OF status ON public.generation_jobs FOR EACH ROW WHEN ((old.status IS DISTINCT FROM new.status)) EXECUTE FUNCTION public.move_work();

CREATE TRIGGER move_work_gone AFTER DELETE ON public.generation_jobs FOR EACH ROW WHEN ((old.status = ANY (ARRAY['pending'::text, 'taken'::text, 'processing'::text]))) EXECUTE FUNCTION public.move_work();

CREATE TRIGGER park_jobs AFTER UPDATE OF is_active ON public.templates FOR EACH ROW WHEN ((old.is_active IS DISTINCT FROM new.is_active)) EXECUTE FUNCTION public.park_jobs();

CREATE TRIGGER place BEFORE INSERT ON public.files FOR EACH ROW WHEN ((new.work_id IS NOT NULL)) EXECUTE FUNCTION public.place_file();

CREATE TRIGGER place AFTER UPDATE OF status, endpoint_id ON public.generation_jobs FOR EACH ROW WHEN ((((old.status = ANY (ARRAY['taken'::text, 'processing'::text])) <> (new.status = ANY (ARRAY['taken'::text, 'processing'::text]))) OR ((old.status = ANY (ARRAY['taken'::text, 'processing'::text])) AND (old.endpoint_id IS DISTINCT FROM new.endpoint_id)))) EXECUTE FUNCTION public.count_place();

CREATE TRIGGER place_gone AFTER DELETE ON public.generation_jobs FOR EACH ROW WHEN ((old.status = ANY (ARRAY['taken'::text, 'processing'::text]))) EXECUTE FUNCTION public.count_place();

CREATE TRIGGER place_upload BEFORE INSERT ON public.files FOR EACH ROW EXECUTE FUNCTION public.place_upload();

CREATE TRIGGER restart_jobs AFTER UPDATE OF status ON public.works FOR EACH ROW WHEN (((old.status IS DISTINCT FROM new.status) AND (new.status = 'pending'::text))) EXECUTE FUNCTION public.restart_jobs();

CREATE TRIGGER tags_changed AFTER UPDATE OF tags, user_id, project_id, status, trashed_at ON public.works FOR EACH ROW WHEN ((((old.tags <> '{}'::text[]) OR (new.tags <> '{}'::text[])) AND (((((old.tags IS DISTINCT FROM new.tags) OR (old.user_id IS DISTINCT FROM new.user_id)) OR (old.project_id IS DISTINCT FROM new.project_id)) OR (old.status IS DISTINCT FROM new.status)) OR (old.trashed_at IS DISTINCT FROM new.trashed_at)))) EXECUTE FUNCTION public.keep_tags();

CREATE TRIGGER tags_new AFTER INSERT ON public.works FOR EACH ROW WHEN ((new.tags <> '{}'::text[])) EXECUTE FUNCTION public.keep_tags();

CREATE TRIGGER tell_webhooks AFTER INSERT ON public.events FOR EACH ROW WHEN ((new.type <> ALL (ARRAY['work.progress'::text, 'work.taken'::text, 'work.processing'::text, 'work.pending'::text, 'notification.read'::text, 'notification.deleted'::text]))) EXECUTE FUNCTION public.tell_webhooks();

CREATE TRIGGER trg_notify_work_status_change AFTER UPDATE OF status ON public.works FOR EACH ROW WHEN (((old.status IS DISTINCT FROM new.status) AND (new.status = ANY (ARRAY['completed'::text, 'failed'::text, 'cancelled'::text])))) EXECUTE FUNCTION public.notify_work_status_change();

CREATE CONSTRAINT TRIGGER trg_refund_credits AFTER UPDATE OF status ON public.works DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (((new.credits_refunded > 0) AND (old.status IS DISTINCT FROM new.status))) EXECUTE FUNCTION public.refund_work();

CREATE TRIGGER trg_refund_credits_on_failure BEFORE UPDATE OF status ON public.works FOR EACH ROW WHEN (((new.credits_used > 0) AND (old.status IS DISTINCT FROM new.status) AND (new.status = ANY (ARRAY['completed'::text, 'failed'::text, 'cancelled'::text])))) EXECUTE FUNCTION public.reckon_refund();

CREATE TRIGGER use_files AFTER INSERT ON public.works FOR EACH ROW WHEN ((new.batch_id IS NULL)) EXECUTE FUNCTION public.use_files();

CREATE TRIGGER use_files_later AFTER UPDATE OF input_data ON public.works FOR EACH ROW WHEN ((old.input_data IS DISTINCT FROM new.input_data)) EXECUTE FUNCTION public.use_files();

CREATE TRIGGER use_reference AFTER INSERT OR UPDATE OF input_data ON public.works FOR EACH ROW WHEN ((new.reference_id IS NOT NULL)) EXECUTE FUNCTION public.use_reference();

CREATE TRIGGER want_title AFTER UPDATE OF status ON public.generation_jobs FOR EACH ROW WHEN (((old.status IS DISTINCT FROM new.status) AND (new.status = 'completed'::text) AND (new.about ? 'asks_title'::text))) EXECUTE FUNCTION public.want_title();

CREATE TRIGGER withdraw AFTER UPDATE OF status ON public.generation_jobs FOR EACH ROW WHEN (((old.external_id IS NOT NULL) AND (old.status = ANY (ARRAY['taken'::text, 'processing'::text])) AND (new.status = ANY (ARRAY['pending'::text, 'failed'::text, 'cancelled'::text])))) EXECUTE FUNCTION public.withdraw_run();

CREATE TRIGGER withdraw_gone AFTER DELETE ON public.generation_jobs FOR EACH ROW WHEN (((old.external_id IS NOT NULL) AND (old.status = ANY (ARRAY['taken'::text, 'processing'::text])))) EXECUTE FUNCTION public.withdraw_run();

CREATE TRIGGER words_changed AFTER UPDATE OF input_data, translation, title, tags, trashed_at, user_id, project_id ON public.works FOR EACH ROW WHEN ((((((((old.input_data IS DISTINCT FROM new.input_data) OR (old.translation IS DISTINCT FROM new.translation)) OR (old.title IS DISTINCT FROM new.title)) OR (old.tags IS DISTINCT FROM new.tags)) OR (old.trashed_at IS DISTINCT FROM new.trashed_at)) OR (old.user_id IS DISTINCT FROM new.user_id)) OR (old.project_id IS DISTINCT FROM new.project_id))) EXECUTE FUNCTION public.keep_words();

CREATE TRIGGER words_new AFTER INSERT ON public.works FOR EACH ROW EXECUTE FUNCTION public.keep_words();

ALTER TABLE ONLY public.alert_mails
    ADD CONSTRAINT alert_mails_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.api_keys
    ADD CONSTRAINT api_keys_project_id_fkey FOREIGN KEY (project_id) REFERENCES public.projects(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.api_keys
    ADD CONSTRAINT api_keys_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.batches
    ADD CONSTRAINT batches_like_id_fkey FOREIGN KEY (like_id) REFERENCES public.batches(id) ON DELETE SET NULL;

ALTER TABLE ONLY public.batches
    ADD CONSTRAINT batches_project_id_fkey FOREIGN KEY (project_id) REFERENCES public.projects(id);

ALTER TABLE ONLY public.batches
    ADD CONSTRAINT batches_template_id_fkey FOREIGN KEY (template_id) REFERENCES public.templates(id);

ALTER TABLE ONLY public.batches
    ADD CONSTRAINT batches_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id);

ALTER TABLE ONLY public.browsers
    ADD CONSTRAINT browsers_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.captions
    ADD CONSTRAINT captions_reference_id_fkey FOREIGN KEY (reference_id) REFERENCES public.reference_images(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.characters
    ADD CONSTRAINT characters_portrait_file_id_fkey FOREIGN KEY (portrait_file_id) REFERENCES public.files(id) ON DELETE SET NULL;

ALTER TABLE ONLY public.characters
    ADD CONSTRAINT characters_project_id_fkey FOREIGN KEY (project_id) REFERENCES public.projects(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.characters
    ADD CONSTRAINT characters_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE SET NULL;

ALTER TABLE ONLY public.collection_works
    ADD CONSTRAINT collection_works_collection_id_fkey FOREIGN KEY (collection_id) REFERENCES public.collections(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.collection_works
    ADD CONSTRAINT collection_works_work_id_fkey FOREIGN KEY (work_id) REFERENCES public.works(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.collections
    ADD CONSTRAINT collections_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.credit_budgets
    ADD CONSTRAINT credit_budgets_project_id_fkey FOREIGN KEY (project_id) REFERENCES public.projects(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.credit_budgets
    ADD CONSTRAINT credit_budgets_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.credit_transactions
    ADD CONSTRAINT credit_transactions_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.credit_transactions
    ADD CONSTRAINT credit_transactions_work_id_fkey FOREIGN KEY (work_id) REFERENCES public.works(id) ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.file_uses
    ADD CONSTRAINT file_uses_file_id_fkey FOREIGN KEY (file_id) REFERENCES public.files(id);

ALTER TABLE ONLY public.file_uses
    ADD CONSTRAINT file_uses_work_id_fkey FOREIGN KEY (work_id) REFERENCES public.works(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.files
    ADD CONSTRAINT files_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id);

ALTER TABLE ONLY public.files
    ADD CONSTRAINT files_work_id_fkey FOREIGN KEY (work_id) REFERENCES public.works(id);

ALTER TABLE ONLY public.generation_jobs
    ADD CONSTRAINT generation_jobs_endpoint_id_fkey FOREIGN KEY (endpoint_id) REFERENCES public.endpoints(id);

ALTER TABLE ONLY public.generation_jobs
    ADD CONSTRAINT generation_jobs_output_file_id_fkey FOREIGN KEY (output_file_id) REFERENCES public.files(id);

ALTER TABLE ONLY public.generation_jobs
    ADD CONSTRAINT generation_jobs_stage_file_id_fkey FOREIGN KEY (stage_file_id) REFERENCES public.files(id);

ALTER TABLE ONLY public.generation_jobs
    ADD CONSTRAINT generation_jobs_work_id_fkey FOREIGN KEY (work_id) REFERENCES public.works(id);

ALTER TABLE ONLY public.generation_jobs
    ADD CONSTRAINT generation_jobs_workflow_id_fkey FOREIGN KEY (workflow_id) REFERENCES public.workflows(id);

ALTER TABLE ONLY public.glimpses
    ADD CONSTRAINT glimpses_work_id_fkey FOREIGN KEY (work_id) REFERENCES public.works(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.glossary_terms
    ADD CONSTRAINT glossary_terms_project_id_fkey FOREIGN KEY (project_id) REFERENCES public.projects(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.idempotency_keys
    ADD CONSTRAINT idempotency_keys_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.identities
    ADD CONSTRAINT identities_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.invitations
    ADD CONSTRAINT invitations_accepted_by_fkey FOREIGN KEY (accepted_by) REFERENCES public.users(id) ON DELETE SET NULL;

ALTER TABLE ONLY public.invitations
    ADD CONSTRAINT invitations_invited_by_fkey FOREIGN KEY (invited_by) REFERENCES public.users(id) ON DELETE SET NULL;

ALTER TABLE ONLY public.invitations
    ADD CONSTRAINT invitations_project_id_fkey FOREIGN KEY (project_id) REFERENCES public.projects(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.llm_calls
    ADD CONSTRAINT llm_calls_work_id_fkey FOREIGN KEY (work_id) REFERENCES public.works(id) ON DELETE SET NULL;

ALTER TABLE ONLY public.message_channels
    ADD CONSTRAINT message_channels_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.messages
    ADD CONSTRAINT messages_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.notifications
    ADD CONSTRAINT notifications_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.notifications
    ADD CONSTRAINT notifications_work_id_fkey FOREIGN KEY (work_id) REFERENCES public.works(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.outbox
    ADD CONSTRAINT outbox_message_id_fkey FOREIGN KEY (message_id) REFERENCES public.messages(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.outbox
    ADD CONSTRAINT outbox_notification_id_fkey FOREIGN KEY (notification_id) REFERENCES public.notifications(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.passwords
    ADD CONSTRAINT passwords_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.project_members
    ADD CONSTRAINT project_members_project_id_fkey FOREIGN KEY (project_id) REFERENCES public.projects(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.project_members
    ADD CONSTRAINT project_members_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.projects
    ADD CONSTRAINT projects_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id);

ALTER TABLE ONLY public.reference_images
    ADD CONSTRAINT reference_images_file_id_fkey FOREIGN KEY (file_id) REFERENCES public.files(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.reference_images
    ADD CONSTRAINT reference_images_project_id_fkey FOREIGN KEY (project_id) REFERENCES public.projects(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.reference_images
    ADD CONSTRAINT reference_images_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE SET NULL;

ALTER TABLE ONLY public.runs
    ADD CONSTRAINT runs_endpoint_id_fkey FOREIGN KEY (endpoint_id) REFERENCES public.endpoints(id);

ALTER TABLE ONLY public.runs
    ADD CONSTRAINT runs_job_id_fkey FOREIGN KEY (job_id) REFERENCES public.generation_jobs(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT sessions_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.sign_in_links
    ADD CONSTRAINT sign_in_links_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.stars
    ADD CONSTRAINT stars_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.stars
    ADD CONSTRAINT stars_work_id_fkey FOREIGN KEY (work_id) REFERENCES public.works(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.template_endpoints
    ADD CONSTRAINT template_endpoints_endpoint_id_fkey FOREIGN KEY (endpoint_id) REFERENCES public.endpoints(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.template_endpoints
    ADD CONSTRAINT template_endpoints_template_id_fkey FOREIGN KEY (template_id) REFERENCES public.templates(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.template_versions
    ADD CONSTRAINT template_versions_template_id_fkey FOREIGN KEY (template_id) REFERENCES public.templates(id);

ALTER TABLE ONLY public.titles
    ADD CONSTRAINT titles_work_id_fkey FOREIGN KEY (work_id) REFERENCES public.works(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.translations
    ADD CONSTRAINT translations_project_id_fkey FOREIGN KEY (project_id) REFERENCES public.projects(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.turns
    ADD CONSTRAINT turns_endpoint_id_fkey FOREIGN KEY (endpoint_id) REFERENCES public.endpoints(id);

ALTER TABLE ONLY public.webhook_attempts
    ADD CONSTRAINT webhook_attempts_delivery_id_fkey FOREIGN KEY (delivery_id) REFERENCES public.webhook_deliveries(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.webhook_deliveries
    ADD CONSTRAINT webhook_deliveries_webhook_id_fkey FOREIGN KEY (webhook_id) REFERENCES public.webhooks(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.webhooks
    ADD CONSTRAINT webhooks_project_id_fkey FOREIGN KEY (project_id) REFERENCES public.projects(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.webhooks
    ADD CONSTRAINT webhooks_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.withdrawals
    ADD CONSTRAINT withdrawals_endpoint_id_fkey FOREIGN KEY (endpoint_id) REFERENCES public.endpoints(id);

ALTER TABLE ONLY public.withdrawals
    ADD CONSTRAINT withdrawals_job_id_fkey FOREIGN KEY (job_id) REFERENCES public.generation_jobs(id) ON DELETE SET NULL;

ALTER TABLE ONLY public.work_tags
    ADD CONSTRAINT work_tags_work_id_fkey FOREIGN KEY (work_id) REFERENCES public.works(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.work_words
    ADD CONSTRAINT work_words_work_id_fkey FOREIGN KEY (work_id) REFERENCES public.works(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.works
    ADD CONSTRAINT works_batch_id_fkey FOREIGN KEY (batch_id) REFERENCES public.batches(id) ON DELETE SET NULL;

ALTER TABLE ONLY public.works
    ADD CONSTRAINT works_character_id_fkey FOREIGN KEY (character_id) REFERENCES public.characters(id) ON DELETE SET NULL;

ALTER TABLE ONLY public.works
    ADD CONSTRAINT works_output_file_id_fkey FOREIGN KEY (output_file_id) REFERENCES public.files(id);

ALTER TABLE ONLY public.works
    ADD CONSTRAINT works_project_id_fkey FOREIGN KEY (project_id) REFERENCES public.projects(id);

ALTER TABLE ONLY public.works
    ADD CONSTRAINT works_reference_id_fkey FOREIGN KEY (reference_id) REFERENCES public.reference_images(id) ON DELETE SET NULL;

ALTER TABLE ONLY public.works
    ADD CONSTRAINT works_retry_of_fkey FOREIGN KEY (retry_of) REFERENCES public.works(id);

ALTER TABLE ONLY public.works
    ADD CONSTRAINT works_template_id_fkey FOREIGN KEY (template_id) REFERENCES public.templates(id);

ALTER TABLE ONLY public.works
    ADD CONSTRAINT works_thumbnail_file_id_fkey FOREIGN KEY (thumbnail_file_id) REFERENCES public.files(id);

ALTER TABLE ONLY public.works
    ADD CONSTRAINT works_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id);

CREATE POLICY admins ON public.invitations FOR SELECT TO authenticated USING ((project_id = ANY (( SELECT public.my_projects('admin'::text) AS my_projects)::uuid[])));

CREATE POLICY admins ON public.webhooks FOR SELECT TO authenticated USING ((project_id = ANY (( SELECT public.my_projects('admin'::text) AS my_projects)::uuid[])));

ALTER TABLE public.affiche_migrations ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.alert_mails ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.alert_rounds ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.alerts ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.api_keys ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.audit_log ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.batch_changes ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.batches ENABLE ROW LEVEL SECURITY;

CREATE POLICY bound ON public.batches AS RESTRICTIVE FOR SELECT TO authenticated USING (
CASE
    WHEN (( SELECT public.bound_project() AS bound_project) IS NULL) THEN true
    ELSE (project_id = ( SELECT public.bound_project() AS bound_project))
END);

CREATE POLICY bound ON public.credit_transactions AS RESTRICTIVE FOR SELECT TO authenticated USING (
CASE
    WHEN (( SELECT public.bound_project() AS bound_project) IS NULL) THEN true
    ELSE (project_id = ( SELECT public.bound_project() AS bound_project))
END);

CREATE POLICY bound ON public.events AS RESTRICTIVE FOR SELECT TO authenticated USING (
CASE
    WHEN (( SELECT public.bound_project() AS bound_project) IS NULL) THEN true
    ELSE (EXISTS ( SELECT
       FROM public.works w
      WHERE (w.id = events.work_id)))
END);

CREATE POLICY bound ON public.files AS RESTRICTIVE FOR SELECT TO authenticated USING (
CASE
    WHEN (( SELECT public.bound_project() AS bound_project) IS NULL) THEN true
    ELSE (project_ids @> ARRAY[( SELECT public.bound_project() AS bound_project)])
END);

CREATE POLICY bound ON public.generation_jobs AS RESTRICTIVE FOR SELECT TO authenticated USING (
CASE
    WHEN (( SELECT public.bound_project() AS bound_project) IS NULL) THEN true
    ELSE (project_id = ( SELECT public.bound_project() AS bound_project))
END);

CREATE POLICY bound ON public.notifications AS RESTRICTIVE FOR SELECT TO authenticated USING (
CASE
    WHEN (( SELECT public.bound_project() AS bound_project) IS NULL) THEN true
    ELSE (EXISTS ( SELECT
       FROM public.works w
      WHERE (w.id = notifications.work_id)))
END);

CREATE POLICY bound ON public.projects AS RESTRICTIVE FOR SELECT TO authenticated USING (
CASE
    WHEN (( SELECT public.bound_project() AS bound_project) IS NULL) THEN true
    ELSE (id = ( SELECT public.bound_project() AS bound_project))
END);

CREATE POLICY bound ON public.work_tags AS RESTRICTIVE FOR SELECT TO authenticated USING (
CASE
    WHEN (( SELECT public.bound_project() AS bound_project) IS NULL) THEN true
    ELSE (project_id = ( SELECT public.bound_project() AS bound_project))
END);

CREATE POLICY bound ON public.works AS RESTRICTIVE FOR SELECT TO authenticated USING (
CASE
    WHEN (( SELECT public.bound_project() AS bound_project) IS NULL) THEN true
    ELSE (project_id = ( SELECT public.bound_project() AS bound_project))
END);

ALTER TABLE public.browsers ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.captions ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.characters ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.collection_works ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.collections ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.credit_budgets ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.credit_rules ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.credit_transactions ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.endpoints ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.event_eras ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.events ENABLE ROW LEVEL SECURITY;

CREATE POLICY everyone ON public.credit_rules FOR SELECT TO authenticated USING (true);

CREATE POLICY everyone ON public.event_eras FOR SELECT TO authenticated USING (true);

CREATE POLICY everyone ON public.template_versions FOR SELECT TO authenticated USING (true);

CREATE POLICY everyone ON public.templates FOR SELECT TO authenticated USING (true);

CREATE POLICY everyone ON public.workflows FOR SELECT TO authenticated USING (true);

CREATE POLICY fellows ON public.project_members FOR SELECT TO authenticated USING ((project_id = ANY (( SELECT public.my_projects() AS my_projects)::uuid[])));

ALTER TABLE public.file_uses ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.files ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.gates ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.generation_jobs ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.glimpses ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.glossary_terms ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.idempotency_keys ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.identities ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.invitations ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.llm_calls ENABLE ROW LEVEL SECURITY;

CREATE POLICY members ON public.characters FOR SELECT TO authenticated USING ((project_id = ANY (( SELECT public.my_projects() AS my_projects)::uuid[])));

CREATE POLICY members ON public.glossary_terms FOR SELECT TO authenticated USING ((project_id = ANY (( SELECT public.my_projects() AS my_projects)::uuid[])));

CREATE POLICY members ON public.reference_images FOR SELECT TO authenticated USING ((project_id = ANY (( SELECT public.my_projects() AS my_projects)::uuid[])));

ALTER TABLE public.message_channels ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.messages ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.notifications ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.outbox ENABLE ROW LEVEL SECURITY;

CREATE POLICY own ON public.api_keys FOR SELECT TO authenticated USING ((user_id = ( SELECT auth.uid() AS uid)));

CREATE POLICY own ON public.browsers FOR SELECT TO authenticated USING ((user_id = ( SELECT auth.uid() AS uid)));

CREATE POLICY own ON public.collection_works FOR SELECT TO authenticated USING ((user_id = ( SELECT auth.uid() AS uid)));

CREATE POLICY own ON public.collections FOR SELECT TO authenticated USING ((user_id = ( SELECT auth.uid() AS uid)));

CREATE POLICY own ON public.credit_budgets FOR SELECT TO authenticated USING ((user_id = ( SELECT auth.uid() AS uid)));

CREATE POLICY own ON public.credit_transactions FOR SELECT TO authenticated USING ((user_id = ( SELECT auth.uid() AS uid)));

CREATE POLICY own ON public.idempotency_keys FOR SELECT TO authenticated USING ((user_id = ( SELECT auth.uid() AS uid)));

CREATE POLICY own ON public.message_channels FOR SELECT TO authenticated USING ((user_id = ( SELECT auth.uid() AS uid)));

CREATE POLICY own ON public.messages FOR SELECT TO authenticated USING ((user_id = ( SELECT auth.uid() AS uid)));

CREATE POLICY own ON public.notifications FOR SELECT TO authenticated USING ((user_id = ( SELECT auth.uid() AS uid)));

CREATE POLICY own ON public.outbox FOR SELECT TO authenticated USING ((user_id = ( SELECT auth.uid() AS uid)));

CREATE POLICY own ON public.stars FOR SELECT TO authenticated USING ((user_id = ( SELECT auth.uid() AS uid)));

CREATE POLICY owner ON public.affiche_migrations TO affiche USING (true);

ALTER TABLE public.passwords ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.place_changes ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.project_members ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.projects ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.rates ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.reference_images ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.removals ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.runs ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.secret_ages ENABLE ROW LEVEL SECURITY;

CREATE POLICY self ON public.users FOR SELECT TO authenticated USING ((id = ( SELECT auth.uid() AS uid)));

CREATE POLICY service ON public.alert_mails TO service_role USING (true) WITH CHECK (true);

CREATE POLICY service ON public.alert_rounds TO service_role USING (true) WITH CHECK (true);

CREATE POLICY service ON public.alerts TO service_role USING (true) WITH CHECK (true);

CREATE POLICY service ON public.api_keys TO service_role USING (true) WITH CHECK (true);

CREATE POLICY service ON public.audit_log TO service_role USING (true) WITH CHECK (true);

CREATE POLICY service ON public.batch_changes TO service_role USING (true) WITH CHECK (true);

CREATE POLICY service ON public.batches TO service_role USING (true) WITH CHECK (true);

CREATE POLICY service ON public.browsers TO service_role USING (true) WITH CHECK (true);

CREATE POLICY service ON public.captions TO service_role USING (true) WITH CHECK (true);

CREATE POLICY service ON public.characters TO service_role USING (true) WITH CHECK (true);

CREATE POLICY service ON public.collection_works TO service_role USING (true) WITH CHECK (true);

CREATE POLICY service ON public.collections TO service_role USING (true) WITH CHECK (true);

CREATE POLICY service ON public.credit_budgets TO service_role USING (true) WITH CHECK (true);

CREATE POLICY service ON public.credit_rules TO service_role USING (true) WITH CHECK (true);

CREATE POLICY service ON public.credit_transactions TO service_role USING (true) WITH CHECK (true);

CREATE POLICY service ON public.endpoints TO service_role USING (true) WITH CHECK (true);

CREATE POLICY service ON public.event_eras TO service_role USING (true) WITH CHECK (true);

CREATE POLICY service ON public.events TO service_role USING (true) WITH CHECK (true);

CREATE POLICY service ON public.file_uses TO service_role USING (true) WITH CHECK (true);

CREATE POLICY service ON public.files TO service_role USING (true) WITH CHECK (true);

CREATE POLICY service ON public.gates TO service_role USING (true) WITH CHECK (true);

CREATE POLICY service ON public.generation_jobs TO service_role USING (true) WITH CHECK (true);

CREATE POLICY service ON public.glimpses TO service_role USING (true) WITH CHECK (true);

CREATE POLICY service ON public.glossary_terms TO service_role USING (true) WITH CHECK (true);

CREATE POLICY service ON public.idempotency_keys TO service_role USING (true) WITH CHECK (true);

CREATE POLICY service ON public.identities TO service_role USING (true) WITH CHECK (true);

CREATE POLICY service ON public.invitations TO service_role USING (true) WITH CHECK (true);

CREATE POLICY service ON public.llm_calls TO service_role USING (true) WITH CHECK (true);

CREATE POLICY service ON public.message_channels TO service_role USING (true) WITH CHECK (true);

CREATE POLICY service ON public.messages TO service_role USING (true) WITH CHECK (true);

CREATE POLICY service ON public.notifications TO service_role USING (true) WITH CHECK (true);

CREATE POLICY service ON public.outbox TO service_role USING (true) WITH CHECK (true);

CREATE POLICY service ON public.passwords TO service_role USING (true) WITH CHECK (true);

CREATE POLICY service ON public.place_changes TO service_role USING (true) WITH CHECK (true);

CREATE POLICY service ON public.project_members TO service_role USING (true) WITH CHECK (true);

CREATE POLICY service ON public.projects TO service_role USING (true) WITH CHECK (true);

CREATE POLICY service ON public.rates TO service_role USING (true) WITH CHECK (true);

CREATE POLICY service ON public.reference_images TO service_role USING (true) WITH CHECK (true);

CREATE POLICY service ON public.removals TO service_role USING (true) WITH CHECK (true);

CREATE POLICY service ON public.runs TO service_role USING (true) WITH CHECK (true);

CREATE POLICY service ON public.secret_ages TO service_role USING (true) WITH CHECK (true);

CREATE POLICY service ON public.sessions TO service_role USING (true) WITH CHECK (true);

CREATE POLICY service ON public.sign_in_links TO service_role USING (true) WITH CHECK (true);

CREATE POLICY service ON public.stars TO service_role USING (true) WITH CHECK (true);

CREATE POLICY service ON public.storage_counts TO service_role USING (true) WITH CHECK (true);

CREATE POLICY service ON public.storage_rules TO service_role USING (true) WITH CHECK (true);

CREATE POLICY service ON public.sweeps TO service_role USING (true) WITH CHECK (true);

CREATE POLICY service ON public.template_drafts TO service_role USING (true) WITH CHECK (true);

CREATE POLICY service ON public.template_endpoints TO service_role USING (true) WITH CHECK (true);

CREATE POLICY service ON public.template_versions TO service_role USING (true) WITH CHECK (true);

CREATE POLICY service ON public.templates TO service_role USING (true) WITH CHECK (true);

CREATE POLICY service ON public.titles TO service_role USING (true) WITH CHECK (true);

CREATE POLICY service ON public.translations TO service_role USING (true) WITH CHECK (true);

CREATE POLICY service ON public.turns TO service_role USING (true) WITH CHECK (true);

CREATE POLICY service ON public.users TO service_role USING (true) WITH CHECK (true);

CREATE POLICY service ON public.webhook_attempts TO service_role USING (true) WITH CHECK (true);

CREATE POLICY service ON public.webhook_deliveries TO service_role USING (true) WITH CHECK (true);

CREATE POLICY service ON public.webhooks TO service_role USING (true) WITH CHECK (true);

CREATE POLICY service ON public.withdrawals TO service_role USING (true) WITH CHECK (true);

CREATE POLICY service ON public.work_tags TO service_role USING (true) WITH CHECK (true);

CREATE POLICY service ON public.work_words TO service_role USING (true) WITH CHECK (true);

CREATE POLICY service ON public.workers TO service_role USING (true) WITH CHECK (true);

CREATE POLICY service ON public.workflows TO service_role USING (true) WITH CHECK (true);

CREATE POLICY service ON public.works TO service_role USING (true) WITH CHECK (true);

ALTER TABLE public.sessions ENABLE ROW LEVEL SECURITY;

CREATE POLICY shared ON public.batches FOR SELECT TO authenticated USING (
CASE
    WHEN (user_id = ( SELECT auth.uid() AS uid)) THEN true
    ELSE (project_id = ANY (( SELECT public.my_projects() AS my_projects)::uuid[]))
END);

CREATE POLICY shared ON public.events FOR SELECT TO authenticated USING (((user_id = ( SELECT auth.uid() AS uid)) OR (project_id = ANY (( SELECT public.my_projects() AS my_projects)::uuid[]))));

CREATE POLICY shared ON public.files FOR SELECT TO authenticated USING (((user_id = ( SELECT auth.uid() AS uid)) OR (project_ids && ( SELECT public.my_projects() AS my_projects))));

CREATE POLICY shared ON public.generation_jobs FOR SELECT TO authenticated USING (((user_id = ( SELECT auth.uid() AS uid)) OR (project_id = ANY (( SELECT public.my_projects() AS my_projects)::uuid[]))));

CREATE POLICY shared ON public.projects FOR SELECT TO authenticated USING (((user_id = ( SELECT auth.uid() AS uid)) OR (id = ANY (( SELECT public.my_projects() AS my_projects)::uuid[]))));

CREATE POLICY shared ON public.work_tags FOR SELECT TO authenticated USING (
CASE
    WHEN (user_id = ( SELECT auth.uid() AS uid)) THEN true
    ELSE (project_id = ANY (( SELECT public.my_projects() AS my_projects)::uuid[]))
END);

CREATE POLICY shared ON public.works FOR SELECT TO authenticated USING (
CASE
    WHEN (user_id = ( SELECT auth.uid() AS uid)) THEN true
    ELSE (project_id = ANY (( SELECT public.my_projects() AS my_projects)::uuid[]))
END);

ALTER TABLE public.sign_in_links ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.stars ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.storage_counts ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.storage_rules ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.sweeps ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.template_drafts ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.template_endpoints ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.template_versions ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.templates ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.titles ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.translations ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.turns ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.users ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.webhook_attempts ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.webhook_deliveries ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.webhooks ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.withdrawals ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.work_tags ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.work_words ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.workers ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.workflows ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.works ENABLE ROW LEVEL SECURITY;

GRANT USAGE ON SCHEMA auth TO anon;
GRANT USAGE ON SCHEMA auth TO authenticated;
GRANT USAGE ON SCHEMA auth TO service_role;

GRANT USAGE ON SCHEMA public TO anon;
GRANT USAGE ON SCHEMA public TO authenticated;
GRANT USAGE ON SCHEMA public TO service_role;

REVOKE ALL ON FUNCTION public.admin_of(project uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.admin_of(project uuid) TO authenticated;

GRANT ALL ON TABLE public.batches TO service_role;
GRANT SELECT ON TABLE public.batches TO authenticated;

REVOKE ALL ON FUNCTION public.ask_batch(asked jsonb, places jsonb, job_priority integer, idempotency_key text, request_digest bytea) FROM PUBLIC;
GRANT ALL ON FUNCTION public.ask_batch(asked jsonb, places jsonb, job_priority integer, idempotency_key text, request_digest bytea) TO authenticated;

GRANT ALL ON TABLE public.works TO service_role;
GRANT SELECT ON TABLE public.works TO authenticated;

REVOKE ALL ON FUNCTION public.ask_work(work_id uuid, template uuid, inputs jsonb, outputs integer, chosen_seed bigint, project uuid, retried uuid, job_priority integer, idempotency_key text, request_digest bytea) FROM PUBLIC;
GRANT ALL ON FUNCTION public.ask_work(work_id uuid, template uuid, inputs jsonb, outputs integer, chosen_seed bigint, project uuid, retried uuid, job_priority integer, idempotency_key text, request_digest bytea) TO authenticated;

REVOKE ALL ON FUNCTION public.batch_counts(batch uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.batch_counts(batch uuid) TO authenticated;

REVOKE ALL ON FUNCTION public.cancel_batch(batch uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.cancel_batch(batch uuid) TO authenticated;

REVOKE ALL ON FUNCTION public.cancel_work(work_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.cancel_work(work_id uuid) TO authenticated;

REVOKE ALL ON FUNCTION public.check_job(job uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.check_job(job uuid) TO authenticated;

REVOKE ALL ON FUNCTION public.choose_works(batch uuid, chosen uuid[], pick text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.choose_works(batch uuid, chosen uuid[], pick text) TO authenticated;

REVOKE ALL ON FUNCTION public.delete_notification(notification uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.delete_notification(notification uuid) TO authenticated;

REVOKE ALL ON FUNCTION public.edit_work(work uuid, new_title text, new_tags text[]) FROM PUBLIC;
GRANT ALL ON FUNCTION public.edit_work(work uuid, new_title text, new_tags text[]) TO authenticated;

REVOKE ALL ON PROCEDURE public.entrust(IN target regproc) FROM PUBLIC;

REVOKE ALL ON FUNCTION public.events_of_many(people uuid[], eras bigint[], txids text[], ids bigint[], most integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.events_of_many(people uuid[], eras bigint[], txids text[], ids bigint[], most integer) TO service_role;

REVOKE ALL ON FUNCTION public.front_work(work uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.front_work(work uuid) TO authenticated;

GRANT ALL ON TABLE public.glimpses TO service_role;

REVOKE ALL ON FUNCTION public.glimpse_of(work uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.glimpse_of(work uuid) TO authenticated;

REVOKE ALL ON FUNCTION public.member_of(project uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.member_of(project uuid) TO authenticated;

REVOKE ALL ON FUNCTION public.my_projects(wanted text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.my_projects(wanted text) TO authenticated;

REVOKE ALL ON FUNCTION public.my_queue(most integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.my_queue(most integer) TO authenticated;

REVOKE ALL ON FUNCTION public.people_of(project uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.people_of(project uuid) TO authenticated;

REVOKE ALL ON PROCEDURE public.protect(IN target regclass) FROM PUBLIC;

REVOKE ALL ON FUNCTION public.read_notifications(one uuid, newest uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.read_notifications(one uuid, newest uuid) TO authenticated;

REVOKE ALL ON FUNCTION public.refund_work() FROM PUBLIC;
GRANT ALL ON FUNCTION public.refund_work() TO authenticated;

REVOKE ALL ON FUNCTION public.retry_batch(batch uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.retry_batch(batch uuid) TO authenticated;

REVOKE ALL ON FUNCTION public.star_works(chosen uuid[], given integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.star_works(chosen uuid[], given integer) TO authenticated;

REVOKE ALL ON FUNCTION public.tag_works(chosen uuid[], added text[], removed text[]) FROM PUBLIC;
GRANT ALL ON FUNCTION public.tag_works(chosen uuid[], added text[], removed text[]) TO authenticated;

REVOKE ALL ON FUNCTION public.trash_works(chosen uuid[], gone boolean) FROM PUBLIC;
GRANT ALL ON FUNCTION public.trash_works(chosen uuid[], gone boolean) TO authenticated;

REVOKE ALL ON FUNCTION public.wake_job(job uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.wake_job(job uuid) TO authenticated;

GRANT ALL ON TABLE public.alert_mails TO service_role;

GRANT ALL ON TABLE public.alert_rounds TO service_role;

GRANT ALL ON TABLE public.alerts TO service_role;

GRANT ALL ON TABLE public.api_keys TO service_role;

GRANT SELECT(id) ON TABLE public.api_keys TO authenticated;

GRANT SELECT(user_id) ON TABLE public.api_keys TO authenticated;

GRANT SELECT(name) ON TABLE public.api_keys TO authenticated;

GRANT SELECT(created_at) ON TABLE public.api_keys TO authenticated;

GRANT SELECT(revoked_at) ON TABLE public.api_keys TO authenticated;

GRANT SELECT(scopes) ON TABLE public.api_keys TO authenticated;

GRANT SELECT(hint) ON TABLE public.api_keys TO authenticated;

GRANT SELECT(expires_at) ON TABLE public.api_keys TO authenticated;

GRANT SELECT(last_used_at) ON TABLE public.api_keys TO authenticated;

GRANT SELECT(project_id) ON TABLE public.api_keys TO authenticated;

GRANT ALL ON TABLE public.audit_log TO service_role;

GRANT ALL ON TABLE public.batch_changes TO service_role;

GRANT ALL ON TABLE public.browsers TO service_role;

GRANT SELECT(id) ON TABLE public.browsers TO authenticated;

GRANT SELECT(user_id) ON TABLE public.browsers TO authenticated;

GRANT SELECT(name) ON TABLE public.browsers TO authenticated;

GRANT SELECT(created_at) ON TABLE public.browsers TO authenticated;

GRANT ALL ON TABLE public.captions TO service_role;

GRANT ALL ON TABLE public.characters TO service_role;
GRANT SELECT ON TABLE public.characters TO authenticated;

GRANT ALL ON TABLE public.collection_works TO service_role;
GRANT SELECT ON TABLE public.collection_works TO authenticated;

GRANT ALL ON TABLE public.collections TO service_role;
GRANT SELECT ON TABLE public.collections TO authenticated;

GRANT ALL ON TABLE public.credit_budgets TO service_role;
GRANT SELECT ON TABLE public.credit_budgets TO authenticated;

GRANT ALL ON TABLE public.credit_rules TO service_role;
GRANT SELECT ON TABLE public.credit_rules TO authenticated;

GRANT ALL ON TABLE public.credit_transactions TO service_role;

GRANT SELECT(id) ON TABLE public.credit_transactions TO authenticated;

GRANT SELECT(user_id) ON TABLE public.credit_transactions TO authenticated;

GRANT SELECT(line) ON TABLE public.credit_transactions TO authenticated;

GRANT SELECT(type) ON TABLE public.credit_transactions TO authenticated;

GRANT SELECT(subscription_amount) ON TABLE public.credit_transactions TO authenticated;

GRANT SELECT(purchased_amount) ON TABLE public.credit_transactions TO authenticated;

GRANT SELECT(amount) ON TABLE public.credit_transactions TO authenticated;

GRANT SELECT(subscription_balance) ON TABLE public.credit_transactions TO authenticated;

GRANT SELECT(purchased_balance) ON TABLE public.credit_transactions TO authenticated;

GRANT SELECT(work_id) ON TABLE public.credit_transactions TO authenticated;

GRANT SELECT(output_index) ON TABLE public.credit_transactions TO authenticated;

GRANT SELECT(project_id) ON TABLE public.credit_transactions TO authenticated;

GRANT SELECT(reference) ON TABLE public.credit_transactions TO authenticated;

GRANT SELECT(reason) ON TABLE public.credit_transactions TO authenticated;

GRANT SELECT(created_at) ON TABLE public.credit_transactions TO authenticated;

GRANT ALL ON TABLE public.endpoints TO service_role;

GRANT ALL ON TABLE public.event_eras TO service_role;

GRANT SELECT(era) ON TABLE public.event_eras TO authenticated;

GRANT ALL ON TABLE public.events TO service_role;
GRANT SELECT ON TABLE public.events TO authenticated;

GRANT ALL ON TABLE public.file_uses TO service_role;

GRANT ALL ON TABLE public.files TO service_role;
GRANT SELECT ON TABLE public.files TO authenticated;

GRANT ALL ON TABLE public.gates TO service_role;

GRANT ALL ON TABLE public.generation_jobs TO service_role;
GRANT SELECT ON TABLE public.generation_jobs TO authenticated;

GRANT ALL ON TABLE public.glossary_terms TO service_role;
GRANT SELECT ON TABLE public.glossary_terms TO authenticated;

GRANT ALL ON TABLE public.idempotency_keys TO service_role;
GRANT SELECT ON TABLE public.idempotency_keys TO authenticated;

GRANT ALL ON TABLE public.identities TO service_role;

GRANT ALL ON TABLE public.invitations TO service_role;

GRANT SELECT(id) ON TABLE public.invitations TO authenticated;

GRANT SELECT(email) ON TABLE public.invitations TO authenticated;

GRANT SELECT(project_id) ON TABLE public.invitations TO authenticated;

GRANT SELECT(role) ON TABLE public.invitations TO authenticated;

GRANT SELECT(invited_by) ON TABLE public.invitations TO authenticated;

GRANT SELECT(created_at) ON TABLE public.invitations TO authenticated;

GRANT SELECT(expires_at) ON TABLE public.invitations TO authenticated;

GRANT SELECT(accepted_at) ON TABLE public.invitations TO authenticated;

GRANT ALL ON TABLE public.templates TO service_role;
GRANT SELECT ON TABLE public.templates TO authenticated;

GRANT SELECT ON TABLE public.job_states TO service_role;

GRANT ALL ON TABLE public.llm_calls TO service_role;

GRANT ALL ON TABLE public.message_channels TO service_role;

GRANT SELECT(user_id) ON TABLE public.message_channels TO authenticated;

GRANT SELECT(channel) ON TABLE public.message_channels TO authenticated;

GRANT SELECT(types) ON TABLE public.message_channels TO authenticated;

GRANT ALL ON TABLE public.messages TO service_role;

GRANT SELECT(id) ON TABLE public.messages TO authenticated;

GRANT SELECT(user_id) ON TABLE public.messages TO authenticated;

GRANT SELECT(channel) ON TABLE public.messages TO authenticated;

GRANT SELECT(status) ON TABLE public.messages TO authenticated;

GRANT SELECT(tries) ON TABLE public.messages TO authenticated;

GRANT SELECT(error_code) ON TABLE public.messages TO authenticated;

GRANT SELECT(created_at) ON TABLE public.messages TO authenticated;

GRANT SELECT(ended_at) ON TABLE public.messages TO authenticated;

GRANT ALL ON TABLE public.notifications TO service_role;
GRANT SELECT ON TABLE public.notifications TO authenticated;

GRANT ALL ON TABLE public.outbox TO service_role;
GRANT SELECT ON TABLE public.outbox TO authenticated;

GRANT ALL ON TABLE public.passwords TO service_role;

GRANT ALL ON TABLE public.place_changes TO service_role;

GRANT ALL ON TABLE public.project_members TO service_role;
GRANT SELECT ON TABLE public.project_members TO authenticated;

GRANT ALL ON TABLE public.projects TO service_role;
GRANT SELECT ON TABLE public.projects TO authenticated;

GRANT ALL ON TABLE public.rates TO service_role;

GRANT ALL ON TABLE public.reference_images TO service_role;
GRANT SELECT ON TABLE public.reference_images TO authenticated;

GRANT ALL ON TABLE public.removals TO service_role;

GRANT ALL ON TABLE public.runs TO service_role;

GRANT ALL ON TABLE public.secret_ages TO service_role;

GRANT ALL ON TABLE public.sessions TO service_role;

GRANT SELECT ON TABLE public.shown_generations TO authenticated;
GRANT SELECT ON TABLE public.shown_generations TO service_role;

GRANT SELECT ON TABLE public.shown_works TO authenticated;
GRANT SELECT ON TABLE public.shown_works TO service_role;

GRANT ALL ON TABLE public.sign_in_links TO service_role;

GRANT ALL ON TABLE public.stars TO service_role;
GRANT SELECT ON TABLE public.stars TO authenticated;

GRANT ALL ON TABLE public.storage_counts TO service_role;

GRANT ALL ON TABLE public.storage_rules TO service_role;

GRANT ALL ON TABLE public.sweeps TO service_role;

GRANT ALL ON TABLE public.template_drafts TO service_role;

GRANT ALL ON TABLE public.template_endpoints TO service_role;

GRANT ALL ON TABLE public.template_versions TO service_role;
GRANT SELECT ON TABLE public.template_versions TO authenticated;

GRANT ALL ON TABLE public.titles TO service_role;

GRANT ALL ON TABLE public.translations TO service_role;

GRANT ALL ON TABLE public.turns TO service_role;

GRANT ALL ON TABLE public.users TO service_role;
GRANT SELECT ON TABLE public.users TO authenticated;

GRANT ALL ON TABLE public.webhook_attempts TO service_role;

GRANT ALL ON TABLE public.webhook_deliveries TO service_role;

GRANT ALL ON TABLE public.webhooks TO service_role;

GRANT SELECT(id) ON TABLE public.webhooks TO authenticated;

GRANT SELECT(project_id) ON TABLE public.webhooks TO authenticated;

GRANT SELECT(user_id) ON TABLE public.webhooks TO authenticated;

GRANT SELECT(url) ON TABLE public.webhooks TO authenticated;

GRANT SELECT(description) ON TABLE public.webhooks TO authenticated;

GRANT SELECT(types) ON TABLE public.webhooks TO authenticated;

GRANT SELECT(previous_until) ON TABLE public.webhooks TO authenticated;

GRANT SELECT(key_print) ON TABLE public.webhooks TO authenticated;

GRANT SELECT(rotated_at) ON TABLE public.webhooks TO authenticated;

GRANT SELECT(is_active) ON TABLE public.webhooks TO authenticated;

GRANT SELECT(off_because) ON TABLE public.webhooks TO authenticated;

GRANT SELECT(off_at) ON TABLE public.webhooks TO authenticated;

GRANT SELECT(failing_since) ON TABLE public.webhooks TO authenticated;

GRANT SELECT(created_at) ON TABLE public.webhooks TO authenticated;

GRANT ALL ON TABLE public.withdrawals TO service_role;

GRANT SELECT ON TABLE public.work_costs TO service_role;

GRANT ALL ON TABLE public.work_tags TO service_role;
GRANT SELECT ON TABLE public.work_tags TO authenticated;

GRANT ALL ON TABLE public.work_words TO service_role;

GRANT ALL ON TABLE public.workers TO service_role;

GRANT ALL ON TABLE public.workflows TO service_role;
GRANT SELECT ON TABLE public.workflows TO authenticated;
