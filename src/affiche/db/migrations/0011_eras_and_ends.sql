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

-- The era of whatever is written now; the first event of a new line begins it.
CREATE FUNCTION event_era() RETURNS bigint LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  own_system CONSTANT text := (pg_control_system()).system_identifier;
  own_timeline CONSTANT text := left(pg_walfile_name(pg_current_wal_lsn()), 8);
  latest event_eras;
BEGIN
  FOR attempt IN 1..2 LOOP
    SELECT * INTO latest FROM event_eras ORDER BY era DESC LIMIT 1;
    IF latest.system = own_system AND latest.timeline = own_timeline THEN
      RETURN latest.era;
    END IF;
    -- Of two that begin it at once, the second finds it begun.
    PERFORM pg_advisory_xact_lock(420786);
  END LOOP;
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
