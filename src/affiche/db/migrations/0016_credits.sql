-- What works cost, and who has paid what (docs/decisions/0022). The ledger is the truth: a balance
-- in `users` is what its last line says, and whoever writes one by hand writes a line by that.

-- Whether works cost anything. Triggers cannot see settings, so `AFFICHE_CREDITS` is put here.
CREATE TABLE credit_rules (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  charging boolean NOT NULL DEFAULT false
);
CALL protect('credit_rules');
CREATE POLICY everyone ON credit_rules FOR SELECT TO authenticated USING (true);
GRANT SELECT ON credit_rules TO authenticated;

ALTER TABLE users
  ADD COLUMN subscription_allowance integer NOT NULL DEFAULT 0 CHECK (subscription_allowance >= 0),
  -- Of the month, in Seoul; in a shorter month its last day.
  ADD COLUMN renewal_day smallint CHECK (renewal_day BETWEEN 1 AND 31),
  ADD COLUMN renews_at timestamptz;
CREATE INDEX users_renewal ON users (renews_at) WHERE renews_at IS NOT NULL;

-- What goes back of `credits_used`, and for which outputs, known before anybody is told of the end.
ALTER TABLE works
  ADD COLUMN credits_refunded integer NOT NULL DEFAULT 0
    CHECK (credits_refunded BETWEEN 0 AND credits_used),
  ADD COLUMN outputs_refunded integer[] NOT NULL DEFAULT '{}';

-- By itself, because a definition holds whole graphs.
ALTER TABLE template_versions
  ADD COLUMN credits integer GENERATED ALWAYS AS ((definition ->> 'credits')::integer) STORED;

CREATE TABLE credit_transactions (
  id uuid PRIMARY KEY DEFAULT uuid_v7(),
  user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  -- The user's first is 1, and none is left out.
  line bigint NOT NULL,
  type text NOT NULL CHECK (
    type IN ('grant', 'purchase', 'charge', 'refund', 'adjustment', 'expiry')),
  subscription_amount integer NOT NULL DEFAULT 0,
  purchased_amount integer NOT NULL DEFAULT 0,
  amount integer GENERATED ALWAYS AS (subscription_amount + purchased_amount) STORED,
  subscription_balance integer NOT NULL CHECK (subscription_balance >= 0),
  purchased_balance integer NOT NULL CHECK (purchased_balance >= 0),
  -- A charge is written before its work, within one statement.
  work_id uuid REFERENCES works (id) ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED,
  output_index integer CHECK (output_index BETWEEN 0 AND 9),
  -- A record, of a project that may be gone.
  project_id uuid,
  -- A payment's or a renewal's name: the same one counts once.
  reference text CHECK (length(reference) BETWEEN 1 AND 200),
  reason text NOT NULL DEFAULT '' CHECK (length(reason) <= 500),
  actor uuid,
  created_at timestamptz NOT NULL,
  UNIQUE (user_id, line),
  CHECK (subscription_amount <> 0 OR purchased_amount <> 0),
  CHECK (type = 'adjustment' OR (
    CASE WHEN type IN ('charge', 'expiry') THEN -1 ELSE 1 END * subscription_amount >= 0
    AND CASE WHEN type IN ('charge', 'expiry') THEN -1 ELSE 1 END * purchased_amount >= 0)),
  CHECK (work_id IS NULL OR type IN ('charge', 'refund')),
  CHECK ((type = 'refund') = (output_index IS NOT NULL))
);
-- One charge a work, one refund an output.
CREATE UNIQUE INDEX credit_transactions_work
  ON credit_transactions (work_id, type, output_index) NULLS NOT DISTINCT
  WHERE work_id IS NOT NULL;
CREATE UNIQUE INDEX credit_transactions_reference
  ON credit_transactions (user_id, type, reference) WHERE reference IS NOT NULL;
CREATE INDEX credit_transactions_user ON credit_transactions (user_id, created_at);
CREATE INDEX credit_transactions_project ON credit_transactions (project_id, created_at)
  WHERE project_id IS NOT NULL;
CALL protect('credit_transactions');
CREATE POLICY own ON credit_transactions FOR SELECT TO authenticated
  USING (user_id = (SELECT auth.uid()));
-- Not who of the operators wrote it.
GRANT SELECT (id, user_id, line, type, subscription_amount, purchased_amount, amount,
  subscription_balance, purchased_balance, work_id, output_index, project_id, reference, reason,
  created_at) ON credit_transactions TO authenticated;

-- How much may be spent in a day or a month of Seoul's. `charged` since `period_start`, without
-- what has gone back since.
CREATE TABLE credit_budgets (
  id uuid PRIMARY KEY DEFAULT uuid_v7(),
  user_id uuid REFERENCES users (id) ON DELETE CASCADE,
  project_id uuid REFERENCES projects (id) ON DELETE CASCADE,
  period text NOT NULL CHECK (period IN ('day', 'month')),
  credits integer NOT NULL CHECK (credits >= 0),
  period_start timestamptz NOT NULL DEFAULT '-infinity',
  charged bigint NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL DEFAULT now(),
  CHECK (num_nonnulls(user_id, project_id) = 1),
  UNIQUE (user_id, period),
  UNIQUE (project_id, period)
);
CALL protect('credit_budgets');
CREATE POLICY own ON credit_budgets FOR SELECT TO authenticated
  USING (user_id = (SELECT auth.uid()));
GRANT SELECT ON credit_budgets TO authenticated;

-- --- the ledger and the balances ----------------------------------------------------------------

-- Lines of one user come one after the other: each waits for the user's row.
CREATE FUNCTION write_line() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
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
CREATE TRIGGER a_line BEFORE INSERT ON credit_transactions
  FOR EACH ROW EXECUTE FUNCTION write_line();

CREATE FUNCTION keep_balance() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  UPDATE users
  SET subscription_credits = NEW.subscription_balance, purchased_credits = NEW.purchased_balance
  WHERE id = NEW.user_id AND (subscription_credits, purchased_credits)
    IS DISTINCT FROM (NEW.subscription_balance, NEW.purchased_balance);
  RETURN NULL;
END $$;
CREATE TRIGGER b_balance AFTER INSERT ON credit_transactions
  FOR EACH ROW EXECUTE FUNCTION keep_balance();

CREATE FUNCTION account_for_balance() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
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
CREATE TRIGGER account_for_first AFTER INSERT ON users
  FOR EACH ROW WHEN (NEW.subscription_credits > 0 OR NEW.purchased_credits > 0)
  EXECUTE FUNCTION account_for_balance();
CREATE TRIGGER account_for_balance AFTER UPDATE OF subscription_credits, purchased_credits ON users
  FOR EACH ROW WHEN (
    (OLD.subscription_credits, OLD.purchased_credits)
    IS DISTINCT FROM (NEW.subscription_credits, NEW.purchased_credits))
  EXECUTE FUNCTION account_for_balance();

-- A line stands as it was written. It goes with its user, and forgets a work that is deleted.
CREATE FUNCTION guard_line() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
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
CREATE TRIGGER guard_line BEFORE UPDATE OR DELETE ON credit_transactions
  FOR EACH ROW EXECUTE FUNCTION guard_line();

-- A month is over: what is left of the subscription expires, and the next month's is there. Whether
-- it was still to be done.
CREATE FUNCTION renew_subscription(payer uuid, due timestamptz, following timestamptz)
RETURNS boolean LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
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

-- --- charging -----------------------------------------------------------------------------------

-- Takes `price` from every budget of the user's and the project's, or raises AF003.
CREATE FUNCTION spend_budgets(payer uuid, project uuid, price integer) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
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

-- What has gone back since then of what was charged since then.
CREATE FUNCTION budget_refunds(payer uuid, project uuid, since timestamptz) RETURNS bigint
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
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

-- However a work comes, its user pays for it here: what is left of the subscription first.
CREATE FUNCTION charge_work() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
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
-- Behind `c_complete`, which names version and project.
CREATE TRIGGER e_charge BEFORE INSERT ON works FOR EACH ROW EXECUTE FUNCTION charge_work();

-- What a work was charged with is nobody's to change, nor what that was for.
CREATE FUNCTION guard_charge() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  RAISE EXCEPTION 'what work % was charged stands; write an adjustment', OLD.id
    USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER guard_charge
  BEFORE UPDATE OF credits_used, subscription_credits_used, purchased_credits_used,
    credits_refunded, outputs_refunded, output_count, user_id ON works
  FOR EACH ROW WHEN (
    (OLD.credits_used, OLD.subscription_credits_used, OLD.purchased_credits_used,
      OLD.credits_refunded, OLD.outputs_refunded)
    IS DISTINCT FROM
    (NEW.credits_used, NEW.subscription_credits_used, NEW.purchased_credits_used,
      NEW.credits_refunded, NEW.outputs_refunded)
    OR (OLD.credits_used > 0
      AND (OLD.output_count, OLD.user_id) IS DISTINCT FROM (NEW.output_count, NEW.user_id)))
  EXECUTE FUNCTION guard_charge();

-- --- refunding ----------------------------------------------------------------------------------

-- Before the end is told, which outputs have no picture, and how much goes back for them; nobody's
-- row is locked for it. A work that is completed by SQL has the picture that it names.
CREATE FUNCTION reckon_refund() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
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
CREATE TRIGGER trg_refund_credits_on_failure BEFORE UPDATE OF status ON works
  FOR EACH ROW WHEN (
    NEW.credits_used > 0 AND OLD.status IS DISTINCT FROM NEW.status
    AND NEW.status IN ('completed', 'failed', 'cancelled'))
  EXECUTE FUNCTION reckon_refund();

-- At the transaction's end, so that whoever holds a user's row waits for no job and no work any
-- more. The outputs were paid for in their order, from the subscription as long as that lasted: to
-- where its credits came from, each goes back.
CREATE FUNCTION refund_work() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
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
CREATE CONSTRAINT TRIGGER trg_refund_credits AFTER UPDATE OF status ON works
  DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW WHEN (NEW.credits_refunded > 0 AND OLD.status IS DISTINCT FROM NEW.status)
  EXECUTE FUNCTION refund_work();
CALL entrust('refund_work');

-- --- what is shown ------------------------------------------------------------------------------

CREATE OR REPLACE VIEW shown_works WITH (security_invoker = true) AS
SELECT w.id, w.number, w.user_id, w.project_id, w.template_id, w.template_version, w.retry_of,
  w.input_data, w.output_count, w.seed, w.status, w.progress, w.engine, w.generation_metadata,
  w.output_file_id, w.title, w.tags, w.error_code, w.error_params, w.created_at, w.taken_at,
  w.processing_at, w.completed_at, w.failed_at, w.cancelled_at,
  t.slug AS template_slug, t.estimated_time, w.credits_used, w.credits_refunded
FROM works w JOIN templates t ON t.id = w.template_id;

-- What engines took for a work, at their price per second, beside what was paid for it.
CREATE VIEW work_costs WITH (security_invoker = true) AS
SELECT w.id AS work_id, w.user_id, w.project_id, w.template_id, w.status, w.created_at,
  w.credits_used, w.credits_refunded, w.credits_used - w.credits_refunded AS credits_earned,
  cost.seconds, cost.cost, cost.unpriced
FROM works w CROSS JOIN LATERAL (
  SELECT coalesce(sum(j.execution_seconds), 0) AS seconds,
    coalesce(sum(j.execution_seconds::numeric * e.price_per_second), 0) AS cost,
    count(*) FILTER (WHERE j.execution_seconds > 0 AND e.price_per_second IS NULL) AS unpriced
  FROM generation_jobs j LEFT JOIN endpoints e ON e.id = j.endpoint_id
  WHERE j.work_id = w.id
) cost;
REVOKE ALL ON work_costs FROM PUBLIC, anon, authenticated, service_role;
GRANT SELECT ON work_costs TO service_role;

-- As the service, because the owner sees no rows.
SET LOCAL ROLE service_role;
INSERT INTO credit_rules DEFAULT VALUES;
INSERT INTO credit_transactions (user_id, type, subscription_amount, purchased_amount, reason)
SELECT id, 'adjustment', subscription_credits, purchased_credits, 'brought forward' FROM users
WHERE subscription_credits > 0 OR purchased_credits > 0 ORDER BY id;
RESET ROLE;
