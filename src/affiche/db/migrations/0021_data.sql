-- What a project keeps and may keep, what is forgotten when, keys that are for one project alone,
-- and what a request says of itself to the works that it asks for (docs/decisions/0027).

-- --- which files a work names -------------------------------------------------------------------

-- The database itself refuses to let go of a picture that a work still names.
CREATE TABLE file_uses (
  work_id uuid NOT NULL REFERENCES works (id) ON DELETE CASCADE,
  file_id uuid NOT NULL REFERENCES files (id),
  PRIMARY KEY (work_id, file_id)
);
CREATE INDEX file_uses_file ON file_uses (file_id);
CALL protect('file_uses');

CREATE OR REPLACE FUNCTION use_files() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE named uuid[] := ARRAY(SELECT named_files(NEW.input_data));
BEGIN
  IF TG_OP = 'UPDATE' THEN
    DELETE FROM file_uses WHERE work_id = NEW.id AND file_id <> ALL (named);
  END IF;
  IF named = '{}' THEN
    RETURN NULL;
  END IF;
  UPDATE files SET used_at = clock_timestamp() WHERE id = ANY (named) AND used_at IS NULL;
  UPDATE files SET project_ids = project_ids || NEW.project_id
  WHERE id = ANY (named) AND NEW.project_id IS NOT NULL
    AND NOT project_ids @> ARRAY[NEW.project_id]
    AND (user_id = NEW.user_id OR project_ids && ARRAY(
      SELECT m.project_id FROM project_members m WHERE m.user_id = NEW.user_id));
  -- Nor does anybody keep what they cannot see, by naming it.
  INSERT INTO file_uses (work_id, file_id)
  SELECT NEW.id, f.id FROM files f
  WHERE f.id = ANY (named) AND (f.user_id = NEW.user_id OR f.project_ids && ARRAY(
    SELECT m.project_id FROM project_members m WHERE m.user_id = NEW.user_id))
  ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$;

-- --- what a project keeps -----------------------------------------------------------------------

ALTER TABLE files
  -- Where the file counts: a work's in its project, an upload where it was brought, which is its
  -- owner's own project unless they said otherwise.
  ADD COLUMN project_id uuid,
  -- Unknown of thumbnails from before, until the sweep comes by.
  ADD COLUMN thumbnail_size integer CHECK (thumbnail_size > 0);
CREATE INDEX files_project ON files (project_id) WHERE project_id IS NOT NULL;

ALTER TABLE projects
  -- In bytes; 0 for none, null for the studio's.
  ADD COLUMN storage_quota bigint CHECK (storage_quota >= 0),
  -- After how many days ended works go; 0 for never, null for the studio's.
  ADD COLUMN work_days integer CHECK (work_days >= 0);

-- Triggers cannot see settings, so the studio's quota is put here: in bytes, null for none.
CREATE TABLE storage_rules (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  quota bigint CHECK (quota > 0)
);
CALL protect('storage_rules');

-- What each file added or took away, summed up now and then: nobody's row is locked for it, so that
-- no picture waits for another. What a project keeps is the sum of its rows, at every moment.
CREATE TABLE storage_counts (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  project_id uuid NOT NULL,
  bytes bigint NOT NULL,
  files bigint NOT NULL
);
CREATE INDEX storage_counts_project ON storage_counts (project_id) INCLUDE (bytes, files);
CALL protect('storage_counts');

CREATE FUNCTION place_upload() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF NEW.work_id IS NOT NULL THEN
    NEW.project_id := (SELECT project_id FROM works WHERE id = NEW.work_id);
  ELSIF NEW.project_id IS NOT NULL THEN
    -- Brought into a project, it is its members' to see.
    NEW.project_ids := NEW.project_ids || NEW.project_id;
  ELSE
    NEW.project_id := (SELECT id FROM projects WHERE user_id = NEW.user_id AND is_default);
  END IF;
  RETURN NEW;
END $$;

CREATE FUNCTION count_storage() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF TG_OP <> 'INSERT' THEN
    INSERT INTO storage_counts (project_id, bytes, files)
    SELECT OLD.project_id, -OLD.file_size - coalesce(OLD.thumbnail_size, 0), -1
    WHERE OLD.project_id IS NOT NULL;
  END IF;
  IF TG_OP <> 'DELETE' THEN
    INSERT INTO storage_counts (project_id, bytes, files)
    SELECT NEW.project_id, NEW.file_size + coalesce(NEW.thumbnail_size, 0), 1
    WHERE NEW.project_id IS NOT NULL;
  END IF;
  RETURN NULL;
END $$;

-- In bytes; null for none.
CREATE FUNCTION storage_quota(project uuid) RETURNS bigint LANGUAGE sql STABLE
SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT nullif(coalesce((SELECT p.storage_quota FROM projects p WHERE p.id = project),
    (SELECT r.quota FROM storage_rules r), 0), 0)
$$;

CREATE FUNCTION storage_used(project uuid) RETURNS bigint LANGUAGE sql STABLE
SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT coalesce(sum(bytes), 0)::bigint FROM storage_counts WHERE project_id = project
$$;

-- Raises AF004 where `wanted` bytes more would be too much. Whoever wants some waits for whoever
-- came before, so that no two take the same room.
CREATE FUNCTION take_room(project uuid, wanted bigint) RETURNS void LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  quota CONSTANT bigint := storage_quota(project);
  used bigint;
BEGIN
  IF quota IS NULL THEN
    RETURN;
  END IF;
  IF wanted > 0 THEN
    PERFORM pg_advisory_xact_lock(420788, hashtext(project::text));
  END IF;
  used := storage_used(project);
  -- What a work will need nobody knows: it is let in as long as there is any room.
  IF used + greatest(wanted, 1) > quota THEN
    RAISE EXCEPTION 'the storage of project % is full', project USING ERRCODE = 'AF004',
      DETAIL = json_build_object('used', used, 'quota', quota, 'needed', wanted)::text;
  END IF;
END $$;

CREATE FUNCTION check_room() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  PERFORM take_room(NEW.project_id, 0);
  RETURN NEW;
END $$;
-- Behind `c_complete`, which names the project, and before anything is charged.
CREATE TRIGGER d_room BEFORE INSERT ON works
  FOR EACH ROW WHEN (NEW.project_id IS NOT NULL) EXECUTE FUNCTION check_room();

-- A work that is moved to another project, by hand, takes the place of its pictures with it.
CREATE FUNCTION move_storage() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  UPDATE files SET project_id = NEW.project_id WHERE work_id = NEW.id;
  RETURN NULL;
END $$;
CREATE TRIGGER move_storage AFTER UPDATE OF project_id ON works
  FOR EACH ROW WHEN (OLD.project_id IS DISTINCT FROM NEW.project_id)
  EXECUTE FUNCTION move_storage();

-- --- what is forgotten --------------------------------------------------------------------------

-- Objects whose row is gone. They are deleted from the store behind the transaction that let go of
-- them, never before; whoever finds one here a second time finds it deleted.
CREATE TABLE removals (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  bucket text NOT NULL,
  object_key text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);
CALL protect('removals');

CREATE FUNCTION leave_objects() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  INSERT INTO removals (bucket, object_key)
  SELECT bucket, key FROM (VALUES (OLD.bucket_id, OLD.object_key), ('thumbs', OLD.thumbnail_key))
    AS left_behind (bucket, key)
  WHERE key IS NOT NULL;
  RETURN NULL;
END $$;
CREATE TRIGGER leave_objects AFTER DELETE ON files
  FOR EACH ROW EXECUTE FUNCTION leave_objects();

-- Whether anything still shows or names it: a work, a character, a reference.
CREATE FUNCTION is_needed(file uuid) RETURNS boolean LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  RETURN EXISTS (SELECT FROM file_uses u WHERE u.file_id = file)
    -- Those come with 0023.
    OR EXISTS (SELECT FROM reference_images r WHERE r.file_id = file)
    OR EXISTS (SELECT FROM characters c WHERE c.portrait_file_id = file);
END $$;

-- Whether it is gone; what is still needed stays, as no work's own.
CREATE FUNCTION drop_file(file uuid) RETURNS boolean LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF is_needed(file) THEN
    RETURN false;
  END IF;
  DELETE FROM files WHERE id = file;
  RETURN FOUND;
EXCEPTION WHEN foreign_key_violation THEN
  -- Named meanwhile.
  RETURN false;
END $$;

-- Works that have ended, with all that is their own; how many. Uploads that none names any more
-- are as unused as before, and go when their time has come. The ledger keeps its lines.
CREATE FUNCTION drop_works(chosen uuid[]) RETURNS integer LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  ended CONSTANT uuid[] := ARRAY(
    SELECT id FROM works WHERE id = ANY (chosen) AND status IN ('completed', 'failed', 'cancelled')
    ORDER BY id FOR UPDATE SKIP LOCKED);
  named CONSTANT uuid[] := ARRAY(
    SELECT DISTINCT file_id FROM file_uses WHERE work_id = ANY (ended));
  own CONSTANT uuid[] := ARRAY(SELECT id FROM files WHERE work_id = ANY (ended));
BEGIN
  UPDATE works SET retry_of = NULL WHERE retry_of = ANY (ended);
  UPDATE files SET work_id = NULL WHERE id = ANY (own);
  DELETE FROM generation_jobs WHERE work_id = ANY (ended);
  DELETE FROM works WHERE id = ANY (ended);
  PERFORM drop_file(id) FROM files
  WHERE (id = ANY (own) OR id = ANY (named)) AND bucket_id = 'works' AND work_id IS NULL;
  UPDATE files SET used_at = NULL
  WHERE id = ANY (named) AND bucket_id = 'uploads'
    AND NOT is_needed(id);
  RETURN cardinality(ended);
END $$;

ALTER TABLE users
  -- Since when the person is forgotten, and since when all that was theirs is gone too.
  ADD COLUMN forgotten_at timestamptz,
  ADD COLUMN erased_at timestamptz;
CREATE INDEX users_forgotten ON users (id) WHERE forgotten_at IS NOT NULL AND erased_at IS NULL;

-- --- keys for one project -----------------------------------------------------------------------

ALTER TABLE api_keys ADD COLUMN project_id uuid REFERENCES projects (id) ON DELETE CASCADE;
-- Whoever may manage keys could make one without this bound.
ALTER TABLE api_keys ADD CONSTRAINT api_keys_bound CHECK (
  project_id IS NULL OR NOT scopes @> '{admin}');
CREATE INDEX api_keys_project ON api_keys (project_id) WHERE project_id IS NOT NULL;
GRANT SELECT (project_id) ON api_keys TO authenticated;

-- The project that the caller's key is for; null for whoever may go everywhere.
CREATE FUNCTION bound_project() RETURNS uuid LANGUAGE sql STABLE
SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT nullif(auth.jwt() ->> 'affiche_project', '')::uuid
$$;

-- Those are the service's, and replaced as whose they are.
GRANT CREATE ON SCHEMA public TO service_role;
SET LOCAL ROLE service_role;
CREATE OR REPLACE FUNCTION my_projects(wanted text DEFAULT 'member') RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT coalesce(array_agg(m.project_id), '{}') FROM project_members m
  WHERE m.user_id = auth.uid() AND (wanted = 'member' OR m.role = wanted)
    AND m.project_id = coalesce(bound_project(), m.project_id)
$$;

CREATE OR REPLACE FUNCTION member_of(project uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT EXISTS (
    SELECT FROM project_members m WHERE m.project_id = project AND m.user_id = auth.uid()
      AND m.project_id = coalesce(bound_project(), m.project_id))
$$;

CREATE OR REPLACE FUNCTION admin_of(project uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT EXISTS (
    SELECT FROM project_members m
    WHERE m.project_id = project AND m.user_id = auth.uid() AND m.role = 'admin'
      AND m.project_id = coalesce(bound_project(), m.project_id))
$$;

CREATE OR REPLACE FUNCTION cancel_work(work_id uuid) RETURNS SETOF works
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE work works;
BEGIN
  SELECT * INTO work FROM works w WHERE w.id = cancel_work.work_id AND (
    w.user_id = auth.uid() OR auth.jwt() ->> 'role' = 'service_role' OR member_of(w.project_id))
    AND w.project_id IS NOT DISTINCT FROM coalesce(bound_project(), w.project_id);
  IF NOT FOUND THEN
    RETURN;
  END IF;
  IF work.user_id IS DISTINCT FROM auth.uid() AND auth.jwt() ->> 'role' <> 'service_role'
    AND NOT admin_of(work.project_id) THEN
    RAISE EXCEPTION 'it is another member''s' USING ERRCODE = 'insufficient_privilege';
  END IF;
  -- First its jobs, as every step locks them, and then the work, which ends its jobs.
  PERFORM FROM generation_jobs j WHERE j.work_id = cancel_work.work_id ORDER BY j.id FOR UPDATE;
  UPDATE works w SET status = 'cancelled'
  WHERE w.id = cancel_work.work_id AND w.status IN ('pending', 'taken', 'processing');
  RETURN QUERY SELECT * FROM works w WHERE w.id = cancel_work.work_id;
END $$;

RESET ROLE;
REVOKE CREATE ON SCHEMA public FROM service_role;

-- Beside what lets people see: of all that, a key for one project sees what is of it.
CREATE POLICY bound ON projects AS RESTRICTIVE FOR SELECT TO authenticated
  USING (CASE WHEN (SELECT bound_project()) IS NULL THEN true
    ELSE id = (SELECT bound_project()) END);
CREATE POLICY bound ON works AS RESTRICTIVE FOR SELECT TO authenticated
  USING (CASE WHEN (SELECT bound_project()) IS NULL THEN true
    ELSE project_id = (SELECT bound_project()) END);
CREATE POLICY bound ON generation_jobs AS RESTRICTIVE FOR SELECT TO authenticated
  USING (CASE WHEN (SELECT bound_project()) IS NULL THEN true
    ELSE project_id = (SELECT bound_project()) END);
CREATE POLICY bound ON files AS RESTRICTIVE FOR SELECT TO authenticated
  USING (CASE WHEN (SELECT bound_project()) IS NULL THEN true
    ELSE project_ids @> ARRAY[(SELECT bound_project())] END);
CREATE POLICY bound ON credit_transactions AS RESTRICTIVE FOR SELECT TO authenticated
  USING (CASE WHEN (SELECT bound_project()) IS NULL THEN true
    ELSE project_id = (SELECT bound_project()) END);
CREATE POLICY bound ON events AS RESTRICTIVE FOR SELECT TO authenticated
  USING (CASE WHEN (SELECT bound_project()) IS NULL THEN true
    ELSE EXISTS (SELECT FROM works w WHERE w.id = work_id) END);
CREATE POLICY bound ON notifications AS RESTRICTIVE FOR SELECT TO authenticated
  USING (CASE WHEN (SELECT bound_project()) IS NULL THEN true
    ELSE EXISTS (SELECT FROM works w WHERE w.id = work_id) END);

-- --- what a request says of itself --------------------------------------------------------------

-- Of the request that asked, as W3C's `traceparent`; null where nobody follows.
ALTER TABLE works ADD COLUMN trace text CHECK (length(trace) <= 100);

CREATE FUNCTION heed_claims() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  claims CONSTANT jsonb := auth.jwt();
  bound CONSTANT uuid := nullif(claims ->> 'affiche_project', '')::uuid;
BEGIN
  IF bound IS NOT NULL THEN
    NEW.project_id := coalesce(NEW.project_id, bound);
    IF NEW.project_id <> bound OR NOT member_of(bound) THEN
      RAISE EXCEPTION 'no such project' USING ERRCODE = 'no_data_found', HINT = 'project';
    END IF;
  END IF;
  NEW.trace := claims ->> 'affiche_trace';
  RETURN NEW;
END $$;
-- Before `c_complete`, which takes the user's own project.
CREATE TRIGGER b_claims BEFORE INSERT ON works FOR EACH ROW EXECUTE FUNCTION heed_claims();

-- --- who asks too often -------------------------------------------------------------------------

-- Of sign-ins, for all processes together: when whoever has a name falls due next, in seconds since
-- 1970. What a crash takes of it is made up for in a minute.
CREATE UNLOGGED TABLE gates (
  name text PRIMARY KEY CHECK (length(name) <= 400),
  due double precision NOT NULL,
  apart double precision NOT NULL,
  slack double precision NOT NULL,
  passed boolean NOT NULL
) WITH (fillfactor = 50);
CREATE INDEX gates_due ON gates (due);
CALL protect('gates');

-- --- what is there ------------------------------------------------------------------------------

-- As the service, because the owner sees no rows.
SET LOCAL ROLE service_role;
INSERT INTO storage_rules DEFAULT VALUES;
INSERT INTO file_uses (work_id, file_id)
SELECT w.id, f.id FROM works w CROSS JOIN LATERAL named_files(w.input_data) AS named (id)
JOIN files f ON f.id = named.id
WHERE f.user_id = w.user_id OR f.project_ids @> ARRAY[w.project_id]
ON CONFLICT DO NOTHING;
UPDATE files f SET project_id = w.project_id FROM works w
WHERE w.id = f.work_id AND w.project_id IS NOT NULL;
UPDATE files f SET project_id = p.id FROM projects p
WHERE f.work_id IS NULL AND p.user_id = f.user_id AND p.is_default;
INSERT INTO storage_counts (project_id, bytes, files)
SELECT project_id, sum(file_size), count(*) FROM files WHERE project_id IS NOT NULL
GROUP BY project_id;
RESET ROLE;

CREATE TRIGGER place_upload BEFORE INSERT ON files
  FOR EACH ROW EXECUTE FUNCTION place_upload();
CREATE TRIGGER count_file AFTER INSERT OR DELETE ON files
  FOR EACH ROW EXECUTE FUNCTION count_storage();
CREATE TRIGGER count_changed AFTER UPDATE ON files
  FOR EACH ROW WHEN (
    (OLD.project_id, OLD.file_size, OLD.thumbnail_size)
    IS DISTINCT FROM (NEW.project_id, NEW.file_size, NEW.thumbnail_size))
  EXECUTE FUNCTION count_storage();
