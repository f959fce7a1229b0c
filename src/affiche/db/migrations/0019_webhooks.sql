-- Telling other programs what happened, as Standard Webhooks (docs/decisions/0025).

-- What signs is made from `seed` and a key that no row holds; `key_print` tells by which key, so
-- that a process with another one leaves it alone.
CREATE TABLE webhooks (
  id uuid PRIMARY KEY DEFAULT uuid_v7(),
  project_id uuid NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
  -- Who made it: news of a person alone goes to webhooks of their own.
  user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  url text NOT NULL CHECK (length(url) <= 2000),
  description text NOT NULL DEFAULT '' CHECK (length(description) <= 200),
  types text[] NOT NULL CHECK (cardinality(types) > 0),
  seed bytea NOT NULL CHECK (length(seed) = 32),
  previous_seed bytea CHECK (length(previous_seed) = 32),
  previous_until timestamptz,
  key_print bytea NOT NULL,
  rotated_at timestamptz NOT NULL DEFAULT now(),
  is_active boolean NOT NULL DEFAULT true,
  -- Why it was put off, where nobody did.
  off_because text CHECK (off_because IN ('gone', 'failing')),
  off_at timestamptz,
  -- Since when nothing at all came through.
  failing_since timestamptz,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX webhooks_project ON webhooks (project_id, id);
CREATE INDEX webhooks_user ON webhooks (user_id);
CREATE INDEX webhooks_active ON webhooks (project_id) WHERE is_active;
CALL protect('webhooks');
CREATE POLICY admins ON webhooks FOR SELECT TO authenticated
  USING (project_id = ANY ((SELECT my_projects('admin'))::uuid[]));
GRANT SELECT (id, project_id, user_id, url, description, types, previous_until, key_print,
  rotated_at, is_active, off_because, off_at, failing_since, created_at) ON webhooks
  TO authenticated;

-- The outbox and the log: one row is one message to one webhook; its id is the message's.
CREATE TABLE webhook_deliveries (
  id uuid PRIMARY KEY DEFAULT uuid_v7(),
  webhook_id uuid NOT NULL REFERENCES webhooks (id) ON DELETE CASCADE,
  type text NOT NULL,
  data jsonb NOT NULL,
  status text NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'delivered', 'failed')),
  attempts integer NOT NULL DEFAULT 0 CHECK (attempts >= 0),
  -- After which of them the schedule last began.
  begun_after integer NOT NULL DEFAULT 0,
  -- While it is being sent: when another process may take it for forgotten.
  next_at timestamptz NOT NULL DEFAULT now(),
  created_at timestamptz NOT NULL DEFAULT now(),
  ended_at timestamptz
) WITH (fillfactor = 80);
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (webhook_id, next_at)
  WHERE status = 'pending';
CREATE INDEX webhook_deliveries_log ON webhook_deliveries (webhook_id, id DESC);
CREATE INDEX webhook_deliveries_age ON webhook_deliveries (created_at);
CALL protect('webhook_deliveries');

CREATE TABLE webhook_attempts (
  delivery_id uuid NOT NULL REFERENCES webhook_deliveries (id) ON DELETE CASCADE,
  number integer NOT NULL CHECK (number > 0),
  at timestamptz NOT NULL,
  milliseconds integer NOT NULL CHECK (milliseconds >= 0),
  -- What was answered, or why nothing was.
  status_code integer,
  reason text,
  answer text NOT NULL DEFAULT '' CHECK (length(answer) <= 1024),
  PRIMARY KEY (delivery_id, number)
);
CALL protect('webhook_attempts');

-- In the transaction of what happened. A studio without webhooks pays for one look into an index
-- that is empty, twice a work.
CREATE FUNCTION tell_webhooks() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
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
CREATE TRIGGER tell_webhooks AFTER INSERT ON events
  FOR EACH ROW WHEN (
    NEW.type NOT IN ('work.progress', 'work.taken', 'work.processing', 'work.pending',
      'notification.read', 'notification.deleted'))
  EXECUTE FUNCTION tell_webhooks();
