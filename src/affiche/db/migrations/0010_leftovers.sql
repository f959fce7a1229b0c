-- What nobody needs any more is found by index and deleted in small batches.

-- Objects in the store are looked up by the names that rows give them.
CREATE INDEX files_object ON files (object_key);
CREATE INDEX files_thumbnail ON files (thumbnail_key) WHERE thumbnail_key IS NOT NULL;

-- When a work first named the file in its inputs; until then an upload is nobody's.
ALTER TABLE files ADD COLUMN used_at timestamptz;
CREATE INDEX files_unused ON files (created_at) WHERE bucket_id = 'uploads' AND used_at IS NULL;

-- Not by `updated_at`: an index on it would make every write of a job touch all the others.
CREATE INDEX generation_jobs_ended
  ON generation_jobs ((coalesce(completed_at, failed_at, cancelled_at)))
  WHERE status IN ('completed', 'failed', 'cancelled');
CREATE INDEX withdrawals_ended ON withdrawals (done_at) WHERE done_at IS NOT NULL;

-- The ids in a work's inputs, at any depth; what is no id, a picture in base64 say, is passed over.
CREATE FUNCTION named_files(inputs jsonb) RETURNS SETOF uuid LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp AS $$
  SELECT (found #>> '{}')::uuid FROM jsonb_path_query(inputs, 'strict $.**') AS found
  WHERE jsonb_typeof(found) = 'string' AND length(found #>> '{}') = 36
    AND found #>> '{}' ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
$$;

CREATE FUNCTION use_files() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  UPDATE files SET used_at = clock_timestamp()
  WHERE id IN (SELECT named_files(NEW.input_data)) AND used_at IS NULL;
  RETURN NULL;
END $$;
CREATE TRIGGER use_files AFTER INSERT ON works FOR EACH ROW EXECUTE FUNCTION use_files();
CREATE TRIGGER use_files_later AFTER UPDATE OF input_data ON works
  FOR EACH ROW WHEN (OLD.input_data IS DISTINCT FROM NEW.input_data)
  EXECUTE FUNCTION use_files();

-- Where a look through the store stands, so that a new process goes on and does not begin again.
CREATE TABLE sweeps (
  bucket text PRIMARY KEY,
  position text NOT NULL DEFAULT '',
  examined bigint NOT NULL DEFAULT 0,
  young bigint NOT NULL DEFAULT 0,
  removed bigint NOT NULL DEFAULT 0,
  began_at timestamptz NOT NULL DEFAULT now(),
  ended_at timestamptz
);
CALL protect('sweeps');

-- The processes that work on steps, each as it last said that it lives.
CREATE TABLE workers (
  id uuid PRIMARY KEY,
  host text NOT NULL,
  process integer NOT NULL,
  version text NOT NULL,
  began_at timestamptz NOT NULL DEFAULT now(),
  seen_at timestamptz NOT NULL DEFAULT now()
) WITH (fillfactor = 50);
CALL protect('workers');

-- Forced row-level security shows the schema's owner nothing.
SET LOCAL ROLE service_role;
UPDATE files SET used_at = now() WHERE id IN (SELECT named_files(input_data) FROM works);
RESET ROLE;
