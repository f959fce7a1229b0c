-- What operators do and what they are told of (docs/decisions/0026).

-- Who did what, when, on what and why. No foreign keys: an entry stays when what it names is gone,
-- and it names people by their ids alone.
CREATE TABLE audit_log (
  id uuid PRIMARY KEY DEFAULT uuid_v7(),
  at timestamptz NOT NULL DEFAULT clock_timestamp(),
  actor uuid,
  -- By which way: a command and whose it was, or a request's id.
  origin text NOT NULL DEFAULT '' CHECK (length(origin) <= 200),
  -- What kind of thing, a point, what was done with it.
  action text NOT NULL CHECK (action ~ '^[a-z_]{1,40}\.[a-z_]{1,40}$'),
  subject text NOT NULL DEFAULT '' CHECK (length(subject) <= 200),
  reason text NOT NULL DEFAULT '' CHECK (length(reason) <= 500),
  before jsonb,
  after jsonb
);
CREATE INDEX audit_log_actor ON audit_log (actor, id DESC);
CREATE INDEX audit_log_action ON audit_log (action, subject, id DESC);
CREATE INDEX audit_log_subject ON audit_log (subject, id DESC);
CREATE INDEX audit_log_age ON audit_log (at);
CALL protect('audit_log');

-- An entry stands as it was written, until it is old enough to be forgotten.
CREATE FUNCTION guard_audit() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    IF current_setting('affiche.forgetting', true) = 'audit_log'
      AND OLD.at < clock_timestamp() - interval '30 days' THEN
      RETURN OLD;
    END IF;
  END IF;
  RAISE EXCEPTION 'the audit log is only added to' USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER guard_audit BEFORE UPDATE OR DELETE ON audit_log
  FOR EACH ROW EXECUTE FUNCTION guard_audit();
CREATE TRIGGER guard_audit_whole BEFORE TRUNCATE ON audit_log
  FOR EACH STATEMENT EXECUTE FUNCTION guard_audit();

-- Retention's own way: some entries from before then, and never one of the last 30 days; how many.
CREATE FUNCTION forget_audit(earliest timestamptz, most integer) RETURNS integer
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
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

-- What is wrong with the studio as a whole. `seen_at`: when it last was; `told_at`: when operators
-- last were told.
CREATE TABLE alerts (
  id uuid PRIMARY KEY DEFAULT uuid_v7(),
  rule text NOT NULL CHECK (rule ~ '^[a-z_]{1,40}$'),
  -- Which endpoint, budget, project; nothing where the rule is about the studio.
  subject text NOT NULL DEFAULT '' CHECK (length(subject) <= 200),
  params jsonb NOT NULL DEFAULT '{}',
  opened_at timestamptz NOT NULL,
  seen_at timestamptz NOT NULL,
  told_at timestamptz NOT NULL,
  closed_at timestamptz
);
CREATE UNIQUE INDEX alerts_open ON alerts (rule, subject) WHERE closed_at IS NULL;
CREATE INDEX alerts_closed ON alerts (closed_at) WHERE closed_at IS NOT NULL;
CALL protect('alerts');

-- When somebody last looked, so that one process does at a time.
CREATE TABLE alert_rounds (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  run_at timestamptz NOT NULL DEFAULT 'epoch'
);
CALL protect('alert_rounds');

-- E-mail about alerts: to an operator, or to an address that settings name. What it says is fixed
-- when it is written. `handed_at`: from then on it may have arrived, and is not sent again.
CREATE TABLE alert_mails (
  id uuid PRIMARY KEY DEFAULT uuid_v7(),
  user_id uuid REFERENCES users (id) ON DELETE CASCADE,
  address text CHECK (length(address) <= 320),
  news jsonb NOT NULL,
  status text NOT NULL DEFAULT 'waiting' CHECK (status IN ('waiting', 'sending', 'sent', 'dead')),
  token uuid NOT NULL DEFAULT gen_random_uuid(),
  tries integer NOT NULL DEFAULT 0 CHECK (tries >= 0),
  run_at timestamptz NOT NULL,
  handed_at timestamptz,
  error_code text,
  created_at timestamptz NOT NULL,
  ended_at timestamptz,
  CHECK (num_nonnulls(user_id, address) = 1)
);
CREATE INDEX alert_mails_due ON alert_mails (run_at) WHERE status IN ('waiting', 'sending');
CREATE INDEX alert_mails_user ON alert_mails (user_id) WHERE user_id IS NOT NULL;
CREATE INDEX alert_mails_ended ON alert_mails (ended_at) WHERE ended_at IS NOT NULL;
CALL protect('alert_mails');

-- Since when a secret of the settings or the secrets file has been what it is: known by a digest
-- under a key that no row holds, of which `key_print` is the print.
CREATE TABLE secret_ages (
  name text NOT NULL CHECK (length(name) <= 200),
  key_print bytea NOT NULL,
  digest bytea NOT NULL CHECK (length(digest) = 16),
  since timestamptz NOT NULL,
  seen_at timestamptz NOT NULL,
  PRIMARY KEY (name, key_print)
);
CALL protect('secret_ages');

-- An endpoint that an operator has stopped is given nothing new; settings do not know of it.
ALTER TABLE endpoints ADD COLUMN paused_at timestamptz;

-- As before, and one that is paused comes after those that are not, like an unwell one.
CREATE OR REPLACE FUNCTION choose_endpoint(
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
  ORDER BY r.position IS NULL AND e.kind = 'preview',
    e.unwell_since IS NOT NULL OR e.paused_at IS NOT NULL,
    e.id IS NOT DISTINCT FROM avoided, coalesce(r.position, e.position), e.id
  LIMIT 1
$$;

-- How works ended, of a week: written once for each, when it ends, and read without the table.
CREATE INDEX works_outcomes ON works (created_at, template_id, engine, status)
  WHERE status IN ('completed', 'failed', 'cancelled');
CREATE INDEX works_failures ON works (failed_at, error_code, template_id, engine)
  WHERE status = 'failed';
-- For lists of what went wrong, newest first.
CREATE INDEX generation_jobs_failed ON generation_jobs (id DESC) WHERE status = 'failed';
CREATE INDEX generation_jobs_cancelled ON generation_jobs (id DESC) WHERE status = 'cancelled';

-- A run as an operator sees it.
CREATE VIEW job_states WITH (security_invoker = true) AS
SELECT j.id, j.work_id, j.user_id, j.project_id, t.slug AS template, j.stage, j.output_index,
  e.name AS endpoint, j.status, j.step, j.priority, j.takes, j.external_id, j.error_code,
  j.error_params, j.run_at, j.deadline_at, j.created_at, j.updated_at, j.taken_at, j.started_at,
  coalesce(j.completed_at, j.failed_at, j.cancelled_at) AS ended_at, j.execution_seconds
FROM generation_jobs j JOIN works w ON w.id = j.work_id JOIN templates t ON t.id = w.template_id
LEFT JOIN endpoints e ON e.id = j.endpoint_id;
REVOKE ALL ON job_states FROM PUBLIC, anon, authenticated, service_role;
GRANT SELECT ON job_states TO service_role;

-- As the service, because the owner sees no rows.
SET LOCAL ROLE service_role;
INSERT INTO alert_rounds DEFAULT VALUES;
RESET ROLE;
