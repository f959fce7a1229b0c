-- What changed, for whoever may see it. A sequence is not commit order, so the cursor is the
-- transaction's id with the sequence behind it, and readers stop below the oldest running one.
-- No foreign keys: each would lock its user's row, four times a work, for a record of a week.
CREATE TABLE events (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  txid xid8 NOT NULL DEFAULT pg_current_xact_id(),
  user_id uuid NOT NULL,
  work_id uuid,
  type text NOT NULL,
  data jsonb NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX events_cursor ON events (user_id, txid, id);
CREATE INDEX events_work ON events (work_id);
CREATE INDEX events_age ON events (created_at);
CALL protect('events');
CREATE POLICY own ON events FOR SELECT TO authenticated USING (user_id = (SELECT auth.uid()));
GRANT SELECT ON events TO authenticated;

CREATE FUNCTION record_work_event() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
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
CREATE TRIGGER event_new AFTER INSERT ON works
  FOR EACH ROW EXECUTE FUNCTION record_work_event();
CREATE TRIGGER event_moved AFTER UPDATE OF status, progress ON works
  FOR EACH ROW WHEN (
    OLD.status IS DISTINCT FROM NEW.status
    OR (OLD.progress IS DISTINCT FROM NEW.progress AND NEW.status = 'processing'))
  EXECUTE FUNCTION record_work_event();
