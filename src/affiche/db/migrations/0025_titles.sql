-- What works are called: titles that the language model gives, and those that people give; tags, and
-- finding works by them (docs/decisions/0030). And seed 001's webhook, which names a job.

-- Wakes whoever takes jobs, if the caller may see the job and it waits; the job as it is, or nothing.
CREATE FUNCTION wake_job(job uuid) RETURNS TABLE (id uuid, work_id uuid, status text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  SELECT j.id, j.work_id, j.status INTO wake_job.id, wake_job.work_id, wake_job.status
  FROM generation_jobs j
  WHERE j.id = job AND (
    j.user_id = auth.uid() OR auth.jwt() ->> 'role' = 'service_role' OR member_of(j.project_id))
    AND j.project_id IS NOT DISTINCT FROM coalesce(bound_project(), j.project_id);
  IF NOT FOUND THEN
    RETURN;
  END IF;
  IF wake_job.status = 'pending' THEN
    PERFORM pg_notify('generation_job_created', json_build_object('id', job)::text);
  END IF;
  RETURN NEXT;
END $$;
CALL entrust('wake_job');

-- --- titles -------------------------------------------------------------------------------------

-- Whose the title is, where it is not the template's: nobody but a person writes over a person's.
ALTER TABLE works ADD COLUMN title_by text CHECK (title_by IN ('model', 'person'));

-- Works whose title the language model is asked for. A row goes when that is settled; while it is
-- asked, `run_at` is when another process may take it for forgotten.
CREATE TABLE titles (
  work_id uuid PRIMARY KEY REFERENCES works (id) ON DELETE CASCADE,
  token uuid NOT NULL DEFAULT gen_random_uuid(),
  tries integer NOT NULL DEFAULT 0 CHECK (tries >= 0),
  run_at timestamptz NOT NULL DEFAULT now(),
  created_at timestamptz NOT NULL DEFAULT now()
) WITH (fillfactor = 70);
CREATE INDEX titles_due ON titles (run_at);
CALL protect('titles');

-- Behind `move_work`, which has just given the work the template's title. A studio without a model
-- pays nothing for this.
CREATE FUNCTION want_title() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  INSERT INTO titles (work_id)
  SELECT w.id FROM works w
  WHERE w.id = NEW.work_id AND w.title_by IS NULL AND w.title = NEW.about ->> 'title'
  ON CONFLICT DO NOTHING;
  IF FOUND THEN
    PERFORM pg_notify('title_wanted', '');
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER want_title AFTER UPDATE OF status ON generation_jobs
  FOR EACH ROW WHEN (
    OLD.status IS DISTINCT FROM NEW.status AND NEW.status = 'completed'
    AND NEW.about ? 'asks_title')
  EXECUTE FUNCTION want_title();

-- --- tags ---------------------------------------------------------------------------------------

-- The tags of `works.tags` one by one and in small letters, so that a page of works is found by one
-- of them, and by their status, however many have it.
CREATE TABLE work_tags (
  work_id uuid NOT NULL REFERENCES works (id) ON DELETE CASCADE,
  tag text NOT NULL,
  user_id uuid NOT NULL,
  project_id uuid,
  status text NOT NULL,
  PRIMARY KEY (work_id, tag)
);
CREATE INDEX work_tags_user ON work_tags (user_id, tag, status, work_id DESC);
CREATE INDEX work_tags_project ON work_tags (project_id, tag, status, work_id DESC);
CALL protect('work_tags');
CREATE POLICY shared ON work_tags FOR SELECT TO authenticated
  USING (CASE WHEN user_id = (SELECT auth.uid()) THEN true
    ELSE project_id = ANY ((SELECT my_projects())::uuid[]) END);
CREATE POLICY bound ON work_tags AS RESTRICTIVE FOR SELECT TO authenticated
  USING (CASE WHEN (SELECT bound_project()) IS NULL THEN true
    ELSE project_id = (SELECT bound_project()) END);
GRANT SELECT ON work_tags TO authenticated;

-- What tags have in common that count as one; no longer than an index takes, whoever wrote them.
CREATE FUNCTION tag_key(tag text) RETURNS text LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp AS $$ SELECT left(lower(tag), 160) $$;

CREATE FUNCTION keep_tags() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND OLD.tags <> '{}' THEN
    DELETE FROM work_tags WHERE work_id = NEW.id;
  END IF;
  INSERT INTO work_tags (work_id, tag, user_id, project_id, status)
  SELECT DISTINCT NEW.id, tag_key(tag), NEW.user_id, NEW.project_id, NEW.status
  FROM unnest(NEW.tags) AS tag WHERE tag IS NOT NULL;
  RETURN NULL;
END $$;
CREATE TRIGGER tags_new AFTER INSERT ON works
  FOR EACH ROW WHEN (NEW.tags <> '{}') EXECUTE FUNCTION keep_tags();
-- A work that has none until it is completed pays for this once.
CREATE TRIGGER tags_changed AFTER UPDATE OF tags, user_id, project_id, status ON works
  FOR EACH ROW WHEN (
    (OLD.tags <> '{}' OR NEW.tags <> '{}')
    AND (OLD.tags, OLD.user_id, OLD.project_id, OLD.status)
    IS DISTINCT FROM (NEW.tags, NEW.user_id, NEW.project_id, NEW.status))
  EXECUTE FUNCTION keep_tags();

-- As the service, because the owner of the tables sees no rows.
SET LOCAL ROLE service_role;
INSERT INTO work_tags (work_id, tag, user_id, project_id, status)
SELECT DISTINCT w.id, tag_key(tag), w.user_id, w.project_id, w.status
FROM works w CROSS JOIN LATERAL unnest(w.tags) AS tag WHERE tag IS NOT NULL;
RESET ROLE;

-- --- changing both ------------------------------------------------------------------------------

-- By whoever asked for the work, a member of its project, or the service; what is NULL stays. Whether
-- there was such a work. The bounds are those of domain/titles and domain/tags, with room for signs
-- that are made of several.
CREATE FUNCTION edit_work(work uuid, new_title text DEFAULT NULL, new_tags text[] DEFAULT NULL)
RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF new_title IS NOT NULL AND (btrim(new_title) = '' OR length(new_title) > 400)
    OR cardinality(new_tags) > 20
    OR EXISTS (SELECT FROM unnest(new_tags) AS tag
      WHERE tag IS NULL OR btrim(tag) = '' OR length(tag) > 160) THEN
    RAISE EXCEPTION 'a title or a tag is empty or too long' USING ERRCODE = 'check_violation';
  END IF;
  PERFORM FROM works w WHERE w.id = work AND (
    w.user_id = auth.uid() OR auth.jwt() ->> 'role' = 'service_role' OR member_of(w.project_id))
    AND w.project_id IS NOT DISTINCT FROM coalesce(bound_project(), w.project_id);
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  IF new_title IS NOT NULL THEN
    -- First this row, as whoever asks the model locks them: then what is written here stays.
    DELETE FROM titles t WHERE t.work_id = work;
  END IF;
  UPDATE works w SET
    title = coalesce(new_title, w.title),
    title_by = CASE WHEN new_title IS NULL THEN w.title_by ELSE 'person' END,
    tags = coalesce(new_tags, w.tags)
  WHERE w.id = work;
  RETURN true;
END $$;
CALL entrust('edit_work');

-- Of a work that is delivered its end tells.
CREATE FUNCTION record_work_change() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  others uuid[] := ARRAY(
    SELECT user_id FROM project_members
    WHERE project_id = NEW.project_id AND user_id <> NEW.user_id);
BEGIN
  INSERT INTO events (user_id, project_id, work_id, type, data)
  VALUES (NEW.user_id, CASE WHEN others <> '{}' THEN NEW.project_id END, NEW.id, 'work.changed',
    jsonb_strip_nulls(jsonb_build_object('status', NEW.status, 'batch_id', NEW.batch_id)));
  PERFORM pg_notify('affiche_event', told::text) FROM unnest(NEW.user_id || others) AS told;
  RETURN NULL;
END $$;
CREATE TRIGGER event_changed AFTER UPDATE OF title, tags ON works
  FOR EACH ROW WHEN (
    (OLD.title, OLD.tags) IS DISTINCT FROM (NEW.title, NEW.tags) AND OLD.status = NEW.status
    AND OLD.output_file_id IS NOT DISTINCT FROM NEW.output_file_id)
  EXECUTE FUNCTION record_work_change();

-- --- captions of references ---------------------------------------------------------------------

-- Why the model gave it none: an error's code, where `caption_state` is 'failed'.
ALTER TABLE reference_images ADD COLUMN caption_error text CHECK (length(caption_error) <= 100);

-- References that wait for a caption, each at its `place` among those of its project, so that whoever
-- has few does not wait behind whoever has many. A row goes when its reference has been settled.
CREATE TABLE captions (
  reference_id uuid PRIMARY KEY REFERENCES reference_images (id) ON DELETE CASCADE,
  place integer NOT NULL,
  token uuid NOT NULL DEFAULT gen_random_uuid(),
  tries integer NOT NULL DEFAULT 0 CHECK (tries >= 0),
  run_at timestamptz NOT NULL DEFAULT now()
) WITH (fillfactor = 70);
CREATE INDEX captions_due ON captions (place, run_at);
CALL protect('captions');
