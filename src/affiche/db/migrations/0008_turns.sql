-- Admission takes the waiting job with the smallest turn, and knows how many run without counting
-- them, so that a claim costs the same whatever waits or runs (docs/decisions/0014).

-- How far each line has come: the turn of the job that was admitted last. Every priority at an
-- endpoint is a line of its own, or a batch of urgent works would let all that are not urgent pass.
CREATE TABLE turns (
  endpoint_id uuid NOT NULL REFERENCES endpoints (id),
  priority integer NOT NULL,
  turn bigint NOT NULL,
  PRIMARY KEY (endpoint_id, priority)
) WITH (fillfactor = 50);
CALL protect('turns');

-- A job's turn is given when it comes into line. Without one it waits elsewhere: for its `run_at`,
-- or for its template, which is off.
ALTER TABLE generation_jobs ADD COLUMN turn bigint;

-- What began or ceased to run since admission last added it to `endpoints.running`. Rows of their
-- own, so that jobs which end at once need not wait for each other on the endpoint's row; and no
-- foreign key, which would lock it too.
CREATE TABLE place_changes (
  endpoint_id uuid NOT NULL,
  id bigint GENERATED ALWAYS AS IDENTITY,
  places integer NOT NULL,
  PRIMARY KEY (endpoint_id, id)
);
CALL protect('place_changes');
ALTER TABLE endpoints ADD COLUMN running integer NOT NULL DEFAULT 0;

-- What waits and runs now. As the service, because the owner sees no rows.
SET LOCAL ROLE service_role;
UPDATE generation_jobs j SET turn = 2 * place.number - 1 FROM (
  SELECT id, row_number() OVER (
    PARTITION BY endpoint_id, priority, user_id ORDER BY created_at, id) AS number
  FROM generation_jobs
  WHERE status = 'pending' AND endpoint_id IS NOT NULL AND run_at <= now()
) place WHERE j.id = place.id;
UPDATE endpoints e SET running = (
  SELECT count(*) FROM generation_jobs j
  WHERE j.endpoint_id = e.id AND j.status IN ('taken', 'processing'));
RESET ROLE;

DROP INDEX generation_jobs_waiting, generation_jobs_running, generation_jobs_delayed;
CREATE INDEX generation_jobs_line
  ON generation_jobs (endpoint_id, priority DESC, turn, created_at, id)
  WHERE status = 'pending' AND turn IS NOT NULL;
CREATE INDEX generation_jobs_turns ON generation_jobs (endpoint_id, user_id, priority, turn)
  WHERE status IN ('pending', 'taken', 'processing') AND turn IS NOT NULL;
CREATE INDEX generation_jobs_returned ON generation_jobs (endpoint_id, user_id, priority, turn)
  WHERE status = 'pending' AND turn IS NOT NULL AND takes > 0;
CREATE INDEX generation_jobs_delayed ON generation_jobs (run_at)
  WHERE status = 'pending' AND turn IS NULL AND endpoint_id IS NOT NULL;

-- With the owner, whom row-level security asks for: by the work alone, PostgreSQL reads all of
-- a user's files beside it, to see which of a page's pictures are among them.
DROP INDEX files_work;
CREATE INDEX files_work ON files (work_id, user_id) WHERE work_id IS NOT NULL;

-- Start-time fair queueing: behind the line's present turn, and two behind the user's own last.
-- Two, so that whoever has nothing here comes before the next work of whoever has.
CREATE FUNCTION give_turn() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
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
CREATE TRIGGER e_turn BEFORE INSERT ON generation_jobs
  FOR EACH ROW EXECUTE FUNCTION give_turn();
CREATE TRIGGER e_turn_again BEFORE UPDATE OF status, run_at, endpoint_id, priority
  ON generation_jobs FOR EACH ROW WHEN (NEW.status = 'pending') EXECUTE FUNCTION give_turn();

CREATE FUNCTION count_place() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
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
CREATE TRIGGER place AFTER UPDATE OF status, endpoint_id ON generation_jobs
  FOR EACH ROW WHEN (
    (OLD.status IN ('taken', 'processing')) <> (NEW.status IN ('taken', 'processing'))
    OR (OLD.status IN ('taken', 'processing') AND OLD.endpoint_id IS DISTINCT FROM NEW.endpoint_id))
  EXECUTE FUNCTION count_place();
CREATE TRIGGER place_gone AFTER DELETE ON generation_jobs
  FOR EACH ROW WHEN (OLD.status IN ('taken', 'processing')) EXECUTE FUNCTION count_place();

-- A work as its owner sees it, with what is shown of its template; under the caller's own rights.
CREATE VIEW shown_works WITH (security_invoker = true) AS
SELECT w.id, w.number, w.user_id, w.project_id, w.template_id, w.template_version, w.retry_of,
  w.input_data, w.output_count, w.seed, w.status, w.progress, w.engine, w.generation_metadata,
  w.output_file_id, w.title, w.tags, w.error_code, w.error_params, w.created_at, w.taken_at,
  w.processing_at, w.completed_at, w.failed_at, w.cancelled_at,
  t.slug AS template_slug, t.estimated_time
FROM works w JOIN templates t ON t.id = w.template_id;
REVOKE ALL ON shown_works FROM PUBLIC, anon, authenticated, service_role;
GRANT SELECT ON shown_works TO authenticated, service_role;
