-- Transaction ids order events within one line of transactions only: a database that was restored
-- into another server, or a standby that took over, counts from elsewhere. Each line that has
-- written events here is an era, later ones greater, and cursors begin with it (docs/decisions/0016).
CREATE TABLE event_eras (
  era bigint PRIMARY KEY,
  system text NOT NULL,
  timeline text NOT NULL
);
CALL protect('event_eras');
CREATE POLICY everyone ON event_eras FOR SELECT TO authenticated USING (true);
GRANT SELECT (era) ON event_eras TO authenticated;

-- The era of whatever is written now; the first event of a new line begins it. Which system this is
-- says a file, and is read once a connection: it does not change under one, but for what is told of
-- another in a row that was restored here.
CREATE FUNCTION event_era() RETURNS bigint LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
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

-- What is there is of the era before all that are counted.
ALTER TABLE events ADD COLUMN era bigint NOT NULL DEFAULT 0;
ALTER TABLE events ALTER COLUMN era SET DEFAULT event_era();
DROP INDEX events_cursor;
CREATE INDEX events_cursor ON events (user_id, era, txid, id);

-- However a job ends, whoever still held it holds it no more: before, what came late to a completed
-- job could write its row, or was refused as a move of the state table.
CREATE OR REPLACE FUNCTION guard_job() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
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

-- A work that is set back to pending by hand begins anew with whatever of it is under way. Before,
-- its jobs ran on, and could not end: a work does not go from pending to processing or completed.
CREATE FUNCTION restart_jobs() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  UPDATE generation_jobs SET status = 'pending'
  WHERE work_id = NEW.id AND status IN ('taken', 'processing');
  RETURN NULL;
END $$;
CREATE TRIGGER restart_jobs AFTER UPDATE OF status ON works
  FOR EACH ROW WHEN (OLD.status IS DISTINCT FROM NEW.status AND NEW.status = 'pending')
  EXECUTE FUNCTION restart_jobs();
