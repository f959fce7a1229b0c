-- Works that are asked for together, in one transaction however many (docs/decisions/0032).

CREATE TABLE batches (
  id uuid PRIMARY KEY DEFAULT uuid_v7(),
  number bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
  user_id uuid NOT NULL REFERENCES users (id),
  project_id uuid REFERENCES projects (id),
  template_id uuid NOT NULL REFERENCES templates (id),
  template_version integer,
  name text NOT NULL DEFAULT '' CHECK (length(name) <= 200),
  -- What all its works have in common, by request key.
  inputs jsonb NOT NULL DEFAULT '{}',
  -- Under which key each work has its reference, if there are any.
  reference_key text CHECK (length(reference_key) <= 100),
  reference_count integer NOT NULL DEFAULT 1 CHECK (reference_count > 0),
  variations integer NOT NULL DEFAULT 1 CHECK (variations BETWEEN 1 AND 5),
  -- "x" and "y", each with the field's name, its key and its values.
  grid jsonb NOT NULL DEFAULT '{}',
  seed bigint NOT NULL CHECK (seed BETWEEN 1 AND 9007199254740991),
  -- Places: a work that is tried again has that of the one before.
  works integer NOT NULL CHECK (works BETWEEN 1 AND 5000),
  -- Of which the kept ones were made more of.
  like_id uuid REFERENCES batches (id) ON DELETE SET NULL,
  -- Works by status and by choice, but for what `batch_changes` holds.
  counts jsonb NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL DEFAULT now()
) WITH (fillfactor = 80);
CREATE INDEX batches_user ON batches (user_id, id DESC);
CREATE INDEX batches_project ON batches (project_id, id DESC);
CREATE INDEX batches_template ON batches (template_id);
CREATE INDEX batches_like ON batches (like_id) WHERE like_id IS NOT NULL;
CALL protect('batches');
CREATE POLICY shared ON batches FOR SELECT TO authenticated
  USING (CASE WHEN user_id = (SELECT auth.uid()) THEN true
    ELSE project_id = ANY ((SELECT my_projects())::uuid[]) END);
CREATE POLICY bound ON batches AS RESTRICTIVE FOR SELECT TO authenticated
  USING (CASE WHEN (SELECT bound_project()) IS NULL THEN true
    ELSE project_id = (SELECT bound_project()) END);
GRANT SELECT ON batches TO authenticated;

-- What moved since somebody last counted. Rows of their own and no foreign key, so that works of one
-- batch which move at once need not wait for each other on the batch's row.
CREATE TABLE batch_changes (
  batch_id uuid NOT NULL,
  id bigint GENERATED ALWAYS AS IDENTITY,
  gone text,
  come text,
  works integer NOT NULL DEFAULT 1,
  PRIMARY KEY (batch_id, id)
);
CALL protect('batch_changes');

-- `batch_position`: from 0, in the order reference, variation, y, x; without one, another work has
-- taken its place. `choice`: off the contact sheet.
ALTER TABLE works
  ADD COLUMN batch_id uuid REFERENCES batches (id) ON DELETE SET NULL,
  ADD COLUMN batch_position integer CHECK (batch_position BETWEEN 0 AND 4999),
  ADD COLUMN choice text CHECK (choice IN ('kept', 'rejected'));
CREATE UNIQUE INDEX works_batch ON works (batch_id, batch_position) WHERE batch_id IS NOT NULL;

-- --- what lists are found by ----------------------------------------------------------------------

-- With the status before the id: a page of all states is six short looks, one of some states fewer,
-- and neither ever reads past works of other states. So no work is in more indexes than before: a
-- page of a whole project is found by `works_project_status` in the same way.
DROP INDEX works_user_template;
CREATE INDEX works_user_template ON works (user_id, template_id, status, id DESC);
DROP INDEX works_project;
CREATE INDEX works_project_template ON works (project_id, template_id, status, id DESC);

-- --- asking ---------------------------------------------------------------------------------------

-- What a work of a batch is charged is in the ledger before it is there itself, with the rest of its
-- batch; whatever says so and is not there is charged as any other.
CREATE FUNCTION accept_charge() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
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
DROP TRIGGER e_charge ON works;
CREATE TRIGGER e_charge BEFORE INSERT ON works
  FOR EACH ROW WHEN (NEW.batch_id IS NULL OR NEW.credits_used = 0)
  EXECUTE FUNCTION charge_work();
CREATE TRIGGER e_charged BEFORE INSERT ON works
  FOR EACH ROW WHEN (NEW.batch_id IS NOT NULL AND NEW.credits_used <> 0)
  EXECUTE FUNCTION accept_charge();

-- Of lines that one statement writes, the last says the balance: a thousand versions of one user's
-- row, each of which every look at it would pass, are not worth having.
CREATE OR REPLACE FUNCTION keep_balance() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
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

-- What a work and those who may see it are told of its batch: one event for all that are asked for,
-- and in each of a work's own, which batch it is of.
CREATE FUNCTION move_in_batch() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
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
DROP TRIGGER event_new ON works;
CREATE TRIGGER event_new AFTER INSERT ON works
  FOR EACH ROW WHEN (NEW.batch_id IS NULL) EXECUTE FUNCTION record_work_event();
DROP TRIGGER event_moved ON works;
CREATE TRIGGER event_moved AFTER UPDATE OF status, progress ON works
  FOR EACH ROW WHEN (
    (OLD.status IS DISTINCT FROM NEW.status
      OR (OLD.progress IS DISTINCT FROM NEW.progress AND NEW.status = 'processing'))
    AND NEW.batch_id IS NULL)
  EXECUTE FUNCTION record_work_event();
CREATE TRIGGER event_moved_in_batch AFTER UPDATE OF status, progress ON works
  FOR EACH ROW WHEN (
    (OLD.status IS DISTINCT FROM NEW.status
      OR (OLD.progress IS DISTINCT FROM NEW.progress AND NEW.status = 'processing'))
    AND NEW.batch_id IS NOT NULL)
  EXECUTE FUNCTION move_in_batch();
CREATE TRIGGER gone_of_batch AFTER DELETE ON works
  FOR EACH ROW WHEN (OLD.batch_id IS NOT NULL AND OLD.batch_position IS NOT NULL)
  EXECUTE FUNCTION move_in_batch();
-- Many works of a batch name the same few pictures.
DROP TRIGGER use_files ON works;
CREATE TRIGGER use_files AFTER INSERT ON works
  FOR EACH ROW WHEN (NEW.batch_id IS NULL) EXECUTE FUNCTION use_files();

CREATE FUNCTION forget_changes() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  DELETE FROM batch_changes WHERE batch_id = OLD.id;
  RETURN NULL;
END $$;
CREATE TRIGGER forget_changes AFTER DELETE ON batches
  FOR EACH ROW EXECUTE FUNCTION forget_changes();

-- All works of `places`, paid for by `payer`, or none. A place: {id, position, seed, retry_of,
-- inputs}, whose inputs go before those that all have. For the functions below, which see to who may.
CREATE FUNCTION ask_works(made batches, payer uuid, places jsonb, job_priority integer)
RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
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

-- `asked`: what a row of `batches` is made of; `places` as above, 1 to 5,000. As `ask_work`.
CREATE FUNCTION ask_batch(
  asked jsonb, places jsonb, job_priority integer DEFAULT 0,
  idempotency_key text DEFAULT NULL, request_digest bytea DEFAULT NULL
) RETURNS batches LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
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
CALL entrust('ask_batch');

-- Whether the batch is the caller's to see.
CREATE FUNCTION sees_batch(whose uuid, project uuid) RETURNS boolean LANGUAGE sql STABLE
SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT auth.jwt() ->> 'role' = 'service_role'
    OR (whose = auth.uid() AND project IS NOT DISTINCT FROM coalesce(bound_project(), project))
    OR member_of(project)
$$;

-- The batch, locked, for whoever may change it: who asked for it, an admin of its project, or the
-- service. Nothing where it is not the caller's to see.
CREATE FUNCTION hold_batch(batch uuid) RETURNS batches
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
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

-- What failed of it is asked for again, each in its place and with its seed; how many that were.
CREATE FUNCTION retry_batch(batch uuid) RETURNS integer LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
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
CALL entrust('retry_batch');

-- What of it has not ended is cancelled; how many works that were.
CREATE FUNCTION cancel_batch(batch uuid) RETURNS integer LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
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
CALL entrust('cancel_batch');

-- Of these works of it, those that are complete are kept, rejected, or neither; how many those are.
-- By any member: choosing takes nothing from whoever asked.
CREATE FUNCTION choose_works(batch uuid, chosen uuid[], pick text) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
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
CALL entrust('choose_works');

-- --- what is shown --------------------------------------------------------------------------------

-- Works by status and by choice, of a batch that the caller may see. Whoever finds many changes adds
-- them to the batch's own row; nobody waits for another who does.
CREATE FUNCTION batch_counts(batch uuid) RETURNS jsonb LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
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

-- `changes`: [[gone, come, works]].
CREATE FUNCTION sum_counts(counts jsonb, changes jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp AS $$
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
CALL entrust('batch_counts');

CREATE OR REPLACE VIEW shown_works WITH (security_invoker = true) AS
SELECT w.id, w.number, w.user_id, w.project_id, w.template_id, w.template_version, w.retry_of,
  w.input_data, w.output_count, w.seed, w.status, w.progress, w.engine, w.generation_metadata,
  w.output_file_id, w.title, w.tags, w.error_code, w.error_params, w.created_at, w.taken_at,
  w.processing_at, w.completed_at, w.failed_at, w.cancelled_at,
  t.slug AS template_slug, t.estimated_time, w.credits_used, w.credits_refunded,
  w.character_id, w.reference_id, w.subject, w.batch_id, w.batch_position, w.choice,
  w.translation
FROM works w JOIN templates t ON t.id = w.template_id;
