-- A picture goes through the stages of its template one job after the other, or through several in
-- one job where the endpoint's worker does stages (docs/decisions/0018).
ALTER TABLE generation_jobs
  -- How many stages the job runs, from its `stage` on.
  ADD COLUMN stages integer NOT NULL DEFAULT 1 CHECK (stages > 0),
  -- The picture of a stage that is not the last. It is the work's and none of its outputs.
  ADD COLUMN stage_file_id uuid REFERENCES files (id);
CREATE INDEX generation_jobs_stage_file ON generation_jobs (stage_file_id)
  WHERE stage_file_id IS NOT NULL;

CREATE OR REPLACE FUNCTION give_turn() RETURNS trigger LANGUAGE plpgsql
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
