-- Many people in one studio: projects with members, and what a member of a project may see of it
-- (docs/decisions/0023).

ALTER TABLE users ADD COLUMN disabled_at timestamptz;
CREATE INDEX users_email_anyhow ON users (lower(email));

-- The project's owner is one of its admins, by a row of the same kind.
CREATE TABLE project_members (
  project_id uuid NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
  user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  role text NOT NULL DEFAULT 'member' CHECK (role IN ('member', 'admin')),
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (project_id, user_id)
);
CREATE INDEX project_members_user ON project_members (user_id, project_id) INCLUDE (role);
CALL protect('project_members');

CREATE FUNCTION add_owner() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  INSERT INTO project_members (project_id, user_id, role) VALUES (NEW.id, NEW.user_id, 'admin')
  ON CONFLICT (project_id, user_id) DO UPDATE SET role = 'admin';
  RETURN NULL;
END $$;
CREATE TRIGGER add_owner AFTER INSERT OR UPDATE OF user_id ON projects
  FOR EACH ROW EXECUTE FUNCTION add_owner();

-- Nobody is left without an admin: the owner stays one, whoever asks.
CREATE FUNCTION keep_owner() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF TG_OP = 'UPDATE' THEN
    IF (NEW.project_id, NEW.user_id) = (OLD.project_id, OLD.user_id) AND NEW.role = 'admin' THEN
      RETURN NEW;
    END IF;
  END IF;
  IF EXISTS (SELECT FROM projects WHERE id = OLD.project_id AND user_id = OLD.user_id) THEN
    RAISE EXCEPTION 'the owner of a project stays its admin' USING ERRCODE = 'check_violation';
  END IF;
  RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER keep_owner BEFORE UPDATE OR DELETE ON project_members
  FOR EACH ROW EXECUTE FUNCTION keep_owner();

-- As the service, because the owner of the tables sees no rows.
SET LOCAL ROLE service_role;
INSERT INTO project_members (project_id, user_id, role) SELECT id, user_id, 'admin' FROM projects;
RESET ROLE;

-- The caller's projects; those where the caller is an admin, with 'admin'. Policies ask once for a
-- statement, not for every row, and not through the policy of the table that it reads.
CREATE FUNCTION my_projects(wanted text DEFAULT 'member') RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT coalesce(array_agg(m.project_id), '{}') FROM project_members m
  WHERE m.user_id = auth.uid() AND (wanted = 'member' OR m.role = wanted)
$$;
CALL entrust('my_projects');

CREATE FUNCTION member_of(project uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT EXISTS (
    SELECT FROM project_members m WHERE m.project_id = project AND m.user_id = auth.uid())
$$;
CALL entrust('member_of');

CREATE FUNCTION admin_of(project uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT EXISTS (
    SELECT FROM project_members m
    WHERE m.project_id = project AND m.user_id = auth.uid() AND m.role = 'admin')
$$;
CALL entrust('admin_of');

-- Of people who share a project: who they are, and none of their other columns.
CREATE FUNCTION people_of(project uuid)
RETURNS TABLE (user_id uuid, name text, email text, role text, created_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT u.id, u.name, u.email, m.role, m.created_at
  FROM project_members m JOIN users u ON u.id = m.user_id
  WHERE m.project_id = project AND member_of(project)
  ORDER BY m.created_at, u.id
$$;
CALL entrust('people_of');

CREATE POLICY fellows ON project_members FOR SELECT TO authenticated
  USING (project_id = ANY ((SELECT my_projects())::uuid[]));
GRANT SELECT ON project_members TO authenticated;

-- One opens once, until it expires, for whoever signs in with its e-mail address.
CREATE TABLE invitations (
  id uuid PRIMARY KEY DEFAULT uuid_v7(),
  hash bytea NOT NULL UNIQUE,
  email text NOT NULL CHECK (email = lower(email) AND length(email) BETWEEN 3 AND 254),
  -- Without a project it makes a member of the studio alone.
  project_id uuid REFERENCES projects (id) ON DELETE CASCADE,
  role text NOT NULL DEFAULT 'member' CHECK (role IN ('member', 'admin')),
  invited_by uuid REFERENCES users (id) ON DELETE SET NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz NOT NULL,
  accepted_at timestamptz,
  accepted_by uuid REFERENCES users (id) ON DELETE SET NULL
);
CREATE INDEX invitations_project ON invitations (project_id, id);
CREATE INDEX invitations_invited_by ON invitations (invited_by);
CREATE INDEX invitations_accepted_by ON invitations (accepted_by);
CREATE INDEX invitations_expiry ON invitations (expires_at);
CALL protect('invitations');
CREATE POLICY admins ON invitations FOR SELECT TO authenticated
  USING (project_id = ANY ((SELECT my_projects('admin'))::uuid[]));
GRANT SELECT (id, email, project_id, role, invited_by, created_at, expires_at, accepted_at)
  ON invitations TO authenticated;

-- What a work belongs to is on everything that is its own, so that no policy joins.
ALTER TABLE generation_jobs ADD COLUMN project_id uuid;
ALTER TABLE events ADD COLUMN project_id uuid;
-- All projects whose works have or use the picture.
ALTER TABLE files ADD COLUMN project_ids uuid[] NOT NULL DEFAULT '{}';

SET LOCAL ROLE service_role;
UPDATE generation_jobs j SET project_id = w.project_id FROM works w
WHERE w.id = j.work_id AND w.project_id IS NOT NULL;
UPDATE files f SET project_ids = ARRAY[w.project_id] FROM works w
WHERE w.id = f.work_id AND w.project_id IS NOT NULL;
UPDATE files f SET project_ids = used.projects FROM (
  SELECT named.id, array_agg(DISTINCT w.project_id) AS projects
  FROM works w CROSS JOIN LATERAL named_files(w.input_data) AS named (id)
  JOIN files own ON own.id = named.id AND own.user_id = w.user_id
  WHERE w.project_id IS NOT NULL GROUP BY named.id) used
WHERE f.id = used.id AND f.work_id IS NULL;
RESET ROLE;

-- Only of projects in which there is somebody to tell, so that a studio of one pays nothing.
CREATE INDEX events_project ON events (project_id, era, txid, id) WHERE project_id IS NOT NULL;
CREATE INDEX works_project_status ON works (project_id, status, id DESC);

-- In one look at the work and one at its template, for every job that is asked for.
CREATE OR REPLACE FUNCTION complete_job() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE asked record;
BEGIN
  SELECT w.id, w.status, w.user_id, w.project_id, w.template_id, w.template_version,
    t.is_active, v.workflow_ids INTO asked
  FROM works w JOIN templates t ON t.id = w.template_id
  LEFT JOIN template_versions v ON v.template_id = w.template_id AND v.version = w.template_version
  WHERE w.id = NEW.work_id;
  IF asked.status IN ('completed', 'failed', 'cancelled') THEN
    RAISE EXCEPTION 'work % is %: ask for another with retry_of', asked.id, asked.status
      USING ERRCODE = 'check_violation';
  END IF;
  NEW.user_id := asked.user_id;
  NEW.project_id := asked.project_id;
  NEW.workflow_id := coalesce(NEW.workflow_id, asked.workflow_ids[NEW.stage + 1]);
  IF NOT coalesce(asked.is_active, false) THEN
    NEW.endpoint_id := NULL;
  ELSIF NEW.endpoint_id IS NULL THEN
    NEW.endpoint_id := choose_endpoint(asked.template_id, asked.template_version);
  END IF;
  RETURN NEW;
END $$;

CREATE FUNCTION place_file() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  NEW.project_ids := ARRAY(
    SELECT project_id FROM works WHERE id = NEW.work_id AND project_id IS NOT NULL);
  RETURN NEW;
END $$;
CREATE TRIGGER place BEFORE INSERT ON files
  FOR EACH ROW WHEN (NEW.work_id IS NOT NULL) EXECUTE FUNCTION place_file();

-- What a work in a project uses, its members see; but nobody opens to others, by naming it in
-- whatever field, what they cannot see themselves.
CREATE OR REPLACE FUNCTION use_files() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE named uuid[] := ARRAY(SELECT named_files(NEW.input_data));
BEGIN
  IF named = '{}' THEN
    RETURN NULL;
  END IF;
  UPDATE files SET used_at = clock_timestamp() WHERE id = ANY (named) AND used_at IS NULL;
  UPDATE files SET project_ids = project_ids || NEW.project_id
  WHERE id = ANY (named) AND NEW.project_id IS NOT NULL
    AND NOT project_ids @> ARRAY[NEW.project_id]
    AND (user_id = NEW.user_id OR project_ids && ARRAY(
      SELECT m.project_id FROM project_members m WHERE m.user_id = NEW.user_id));
  RETURN NULL;
END $$;

-- A work that is moved to another project, by hand, takes with it what is its own.
CREATE FUNCTION move_project() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  UPDATE generation_jobs SET project_id = NEW.project_id WHERE work_id = NEW.id;
  UPDATE files SET project_ids = array_remove(ARRAY[NEW.project_id], NULL) WHERE work_id = NEW.id;
  UPDATE events SET project_id = NULL WHERE work_id = NEW.id AND project_id IS NOT NULL;
  RETURN NULL;
END $$;
CREATE TRIGGER move_project AFTER UPDATE OF project_id ON works
  FOR EACH ROW WHEN (OLD.project_id IS DISTINCT FROM NEW.project_id)
  EXECUTE FUNCTION move_project();

CREATE OR REPLACE FUNCTION record_work_event() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  happened text;
  others uuid[] := ARRAY(
    SELECT user_id FROM project_members
    WHERE project_id = NEW.project_id AND user_id <> NEW.user_id);
BEGIN
  IF TG_OP = 'INSERT' THEN
    happened := 'work.created';
  ELSIF NEW.status <> OLD.status THEN
    happened := 'work.' || NEW.status;
  ELSE
    happened := 'work.progress';
  END IF;
  INSERT INTO events (user_id, project_id, work_id, type, data)
  VALUES (NEW.user_id, CASE WHEN others <> '{}' THEN NEW.project_id END, NEW.id, happened,
    jsonb_strip_nulls(jsonb_build_object('status', NEW.status, 'progress', NEW.progress)));
  PERFORM pg_notify('affiche_event', told::text) FROM unnest(NEW.user_id || others) AS told;
  RETURN NULL;
END $$;

DROP POLICY own ON projects;
CREATE POLICY shared ON projects FOR SELECT TO authenticated
  USING (user_id = (SELECT auth.uid()) OR id = ANY ((SELECT my_projects())::uuid[]));
DROP POLICY own ON works;
-- Not an OR: PostgreSQL would read all of a user's works by two indexes, to sort them for a page.
CREATE POLICY shared ON works FOR SELECT TO authenticated
  USING (CASE WHEN user_id = (SELECT auth.uid()) THEN true
    ELSE project_id = ANY ((SELECT my_projects())::uuid[]) END);
DROP POLICY own ON generation_jobs;
CREATE POLICY shared ON generation_jobs FOR SELECT TO authenticated
  USING (user_id = (SELECT auth.uid()) OR project_id = ANY ((SELECT my_projects())::uuid[]));
DROP POLICY own ON files;
CREATE POLICY shared ON files FOR SELECT TO authenticated
  USING (user_id = (SELECT auth.uid()) OR project_ids && (SELECT my_projects())::uuid[]);
DROP POLICY own ON events;
CREATE POLICY shared ON events FOR SELECT TO authenticated
  USING (user_id = (SELECT auth.uid()) OR project_id = ANY ((SELECT my_projects())::uuid[]));

-- What `events.after` gives each of these people behind their place, with the rights of each: their
-- role and claims are taken for their own query, so that the policies above decide as if each had
-- asked alone. One question for fifty people instead of a hundred. `n` counts them from 1.
CREATE FUNCTION events_of_many(
  people uuid[], eras bigint[], txids text[], ids bigint[], most integer
) RETURNS TABLE (n integer, id bigint, era bigint, txid text, work_id uuid, type text, data jsonb,
  created_at timestamptz) LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
DECLARE
  own_role CONSTANT text := current_setting('role');
  own_claims CONSTANT text := current_setting('request.jwt.claims', true);
  who uuid;
BEGIN
  PERFORM set_config('role', 'authenticated', true);
  FOR number IN 1..cardinality(people) LOOP
    who := people[number];
    PERFORM set_config('request.jwt.claims',
      json_build_object('sub', who, 'role', 'authenticated')::text, true);
    RETURN QUERY
    SELECT number, e.id, e.era, e.txid::text AS txid, e.work_id, e.type, e.data, e.created_at FROM (
      (SELECT * FROM events
       WHERE user_id = who
         AND (era, txid, id) > (eras[number], txids[number]::text::xid8, ids[number])
         AND (txid < pg_snapshot_xmin(pg_current_snapshot())
           OR era < (SELECT max(era) FROM event_eras))
       ORDER BY events.era, events.txid, events.id LIMIT most)
      UNION ALL
      SELECT o.* FROM unnest((SELECT my_projects())::uuid[]) AS mine (id)
      CROSS JOIN LATERAL (
        SELECT * FROM events
        WHERE project_id = mine.id AND user_id <> who
          AND (era, txid, id) > (eras[number], txids[number]::text::xid8, ids[number])
          AND (txid < pg_snapshot_xmin(pg_current_snapshot())
            OR era < (SELECT max(era) FROM event_eras))
        ORDER BY events.era, events.txid, events.id LIMIT most) o
    ) e
    ORDER BY e.era, e.txid, e.id LIMIT most;
  END LOOP;
  PERFORM set_config('role', own_role, true);
  PERFORM set_config('request.jwt.claims', own_claims, true);
END $$;
-- Whoever may call it takes anybody's rights: nobody but the service.
REVOKE ALL ON FUNCTION events_of_many FROM PUBLIC, anon, authenticated;
GRANT EXECUTE ON FUNCTION events_of_many TO service_role;

-- As the service, whose they are.
SET LOCAL ROLE service_role;
DROP FUNCTION ask_work;
DROP FUNCTION cancel_work;
RESET ROLE;
CREATE FUNCTION ask_work(
  work_id uuid, template uuid, inputs jsonb, outputs integer, chosen_seed bigint,
  project uuid DEFAULT NULL, retried uuid DEFAULT NULL, job_priority integer DEFAULT 0,
  idempotency_key text DEFAULT NULL, request_digest bytea DEFAULT NULL
) RETURNS works LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  caller uuid := auth.uid();
  asked works;
BEGIN
  IF caller IS NULL OR NOT EXISTS (
    SELECT FROM users WHERE id = caller AND disabled_at IS NULL) THEN
    RAISE EXCEPTION 'nobody is signed in' USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF job_priority NOT BETWEEN -10 AND 10
    AND auth.jwt() ->> 'role' IS DISTINCT FROM 'service_role' THEN
    RAISE EXCEPTION 'a priority goes from -10 to 10' USING ERRCODE = 'check_violation';
  END IF;
  IF NOT EXISTS (SELECT FROM templates WHERE id = template AND is_active) THEN
    RAISE EXCEPTION 'no such template' USING ERRCODE = 'no_data_found', HINT = 'template';
  END IF;
  IF project IS NOT NULL AND NOT member_of(project) THEN
    RAISE EXCEPTION 'no such project' USING ERRCODE = 'no_data_found', HINT = 'project';
  END IF;
  IF retried IS NOT NULL AND NOT EXISTS (
    SELECT FROM works w
    WHERE w.id = retried AND (w.user_id = caller OR member_of(w.project_id))) THEN
    RAISE EXCEPTION 'no such work' USING ERRCODE = 'no_data_found', HINT = 'work';
  END IF;
  IF idempotency_key IS NOT NULL THEN
    -- A second request with the key waits here for the first and then fails on the key.
    INSERT INTO idempotency_keys (user_id, key, digest, work_id, inputs)
    VALUES (caller, idempotency_key, request_digest, ask_work.work_id, ask_work.inputs);
  END IF;
  INSERT INTO works (id, user_id, project_id, template_id, retry_of, input_data, output_count, seed)
  VALUES (ask_work.work_id, caller, project, template, retried, inputs, outputs, chosen_seed)
  RETURNING * INTO asked;
  INSERT INTO generation_jobs (work_id, output_index, priority)
  SELECT asked.id, n, job_priority FROM generate_series(0, outputs - 1) AS n;
  RETURN asked;
END $$;
CALL entrust('ask_work');

-- By its owner, an admin of its project, or the service.
CREATE FUNCTION cancel_work(work_id uuid) RETURNS SETOF works
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE work works;
BEGIN
  SELECT * INTO work FROM works w WHERE w.id = cancel_work.work_id AND (
    w.user_id = auth.uid() OR auth.jwt() ->> 'role' = 'service_role' OR member_of(w.project_id));
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
CALL entrust('cancel_work');

-- How people prove who they are. Only hashes are kept.
CREATE TABLE passwords (
  user_id uuid PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
  hash text NOT NULL,
  changed_at timestamptz NOT NULL DEFAULT now()
);
CALL protect('passwords');

-- Who it is that another issuer names so.
CREATE TABLE identities (
  issuer text NOT NULL,
  subject text NOT NULL,
  user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (issuer, subject)
);
CREATE INDEX identities_user ON identities (user_id);
CALL protect('identities');

ALTER TABLE sign_in_links
  ADD COLUMN purpose text NOT NULL DEFAULT 'sign_in' CHECK (purpose IN ('sign_in', 'password'));

ALTER TABLE sessions
  ADD COLUMN id uuid NOT NULL DEFAULT uuid_v7() UNIQUE,
  ADD COLUMN seen_at timestamptz NOT NULL DEFAULT now(),
  ADD COLUMN agent text NOT NULL DEFAULT '';

ALTER TABLE api_keys
  ADD COLUMN scopes text[] NOT NULL DEFAULT '{read,ask,admin}' CHECK (
    scopes <> '{}' AND scopes <@ '{read,ask,admin}'),
  ADD COLUMN hint text NOT NULL DEFAULT '',
  ADD COLUMN expires_at timestamptz,
  ADD COLUMN last_used_at timestamptz;
GRANT SELECT (scopes, hint, expires_at, last_used_at) ON api_keys TO authenticated;
