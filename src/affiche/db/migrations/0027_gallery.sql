-- What people do with what was made: find it by its words, give it stars, throw it away and take it
-- out again (docs/decisions/0035).

-- --- the trash ----------------------------------------------------------------------------------

-- When whoever asked for the work threw it away. Its state is what it was.
ALTER TABLE works ADD COLUMN trashed_at timestamptz;
CREATE INDEX works_trash ON works (user_id, id DESC) WHERE trashed_at IS NOT NULL;
CREATE INDEX works_trashed ON works (trashed_at) WHERE trashed_at IS NOT NULL;

CREATE OR REPLACE VIEW shown_works WITH (security_invoker = true) AS
SELECT w.id, w.number, w.user_id, w.project_id, w.template_id, w.template_version, w.retry_of,
  w.input_data, w.output_count, w.seed, w.status, w.progress, w.engine, w.generation_metadata,
  w.output_file_id, w.title, w.tags, w.error_code, w.error_params, w.created_at, w.taken_at,
  w.processing_at, w.completed_at, w.failed_at, w.cancelled_at,
  t.slug AS template_slug, t.estimated_time, w.credits_used, w.credits_refunded,
  w.character_id, w.reference_id, w.subject, w.batch_id, w.batch_position, w.choice,
  w.translation, w.trashed_at
FROM works w JOIN templates t ON t.id = w.template_id;

-- Into the trash or out of it: the caller's own, and of those only what has ended. Which were moved.
CREATE FUNCTION trash_works(chosen uuid[], gone boolean) RETURNS uuid[]
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  held CONSTANT uuid[] := ARRAY(
    SELECT w.id FROM works w
    WHERE w.id = ANY (chosen) AND w.user_id = auth.uid()
      AND w.project_id IS NOT DISTINCT FROM coalesce(bound_project(), w.project_id)
      AND w.status IN ('completed', 'failed', 'cancelled')
      AND (w.trashed_at IS NULL) = gone
    ORDER BY w.id FOR UPDATE);
BEGIN
  UPDATE works SET trashed_at = CASE WHEN gone THEN now() END WHERE id = ANY (held);
  RETURN held;
END $$;
CALL entrust('trash_works');

DROP TRIGGER event_changed ON works;
CREATE TRIGGER event_changed AFTER UPDATE OF title, tags, trashed_at ON works
  FOR EACH ROW WHEN (
    (OLD.title, OLD.tags, OLD.trashed_at) IS DISTINCT FROM (NEW.title, NEW.tags, NEW.trashed_at)
    AND OLD.status = NEW.status
    AND OLD.output_file_id IS NOT DISTINCT FROM NEW.output_file_id)
  EXECUTE FUNCTION record_work_change();

-- What is in the trash is found by no tag.
CREATE OR REPLACE FUNCTION keep_tags() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND OLD.tags <> '{}' THEN
    DELETE FROM work_tags WHERE work_id = NEW.id;
  END IF;
  INSERT INTO work_tags (work_id, tag, user_id, project_id, status)
  SELECT DISTINCT NEW.id, tag_key(tag), NEW.user_id, NEW.project_id, NEW.status
  FROM unnest(NEW.tags) AS tag WHERE tag IS NOT NULL AND NEW.trashed_at IS NULL;
  RETURN NULL;
END $$;
DROP TRIGGER tags_changed ON works;
CREATE TRIGGER tags_changed AFTER UPDATE OF tags, user_id, project_id, status, trashed_at ON works
  FOR EACH ROW WHEN (
    (OLD.tags <> '{}' OR NEW.tags <> '{}')
    AND (OLD.tags, OLD.user_id, OLD.project_id, OLD.status, OLD.trashed_at)
    IS DISTINCT FROM (NEW.tags, NEW.user_id, NEW.project_id, NEW.status, NEW.trashed_at))
  EXECUTE FUNCTION keep_tags();

-- --- stars --------------------------------------------------------------------------------------

-- How many somebody gave to a work that they see: each person their own.
CREATE TABLE stars (
  user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  work_id uuid NOT NULL REFERENCES works (id) ON DELETE CASCADE,
  stars smallint NOT NULL CHECK (stars BETWEEN 1 AND 5),
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (user_id, work_id)
);
CREATE INDEX stars_work ON stars (work_id);
CALL protect('stars');
CREATE POLICY own ON stars FOR SELECT TO authenticated USING (user_id = (SELECT auth.uid()));
GRANT SELECT ON stars TO authenticated;

-- To the works of those that the caller sees; 0 takes them away. Which those are.
CREATE FUNCTION star_works(chosen uuid[], given integer) RETURNS uuid[]
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  seen CONSTANT uuid[] := ARRAY(
    SELECT w.id FROM works w
    WHERE w.id = ANY (chosen) AND (w.user_id = auth.uid() OR member_of(w.project_id))
      AND w.project_id IS NOT DISTINCT FROM coalesce(bound_project(), w.project_id)
    ORDER BY w.id);
BEGIN
  IF given = 0 THEN
    DELETE FROM stars s WHERE s.user_id = auth.uid() AND s.work_id = ANY (seen);
  ELSE
    INSERT INTO stars (user_id, work_id, stars)
    SELECT auth.uid(), one, given FROM unnest(seen) AS one
    ON CONFLICT (user_id, work_id) DO UPDATE SET stars = excluded.stars;
  END IF;
  RETURN seen;
END $$;
CALL entrust('star_works');

-- --- words --------------------------------------------------------------------------------------

-- All that a work is found by: what was written in its form, the English of it, its title and tags.
-- Not what it was to be without, nor ids and addresses.
CREATE FUNCTION words_of(inputs jsonb, translated jsonb, title text, tags text[]) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT left(public.folded(concat_ws(' ', title, array_to_string(tags, ' '),
    (SELECT string_agg(value #>> '{}', ' ' ORDER BY key)
      FROM jsonb_each(CASE jsonb_typeof(inputs) WHEN 'object' THEN inputs END)
      WHERE jsonb_typeof(value) = 'string' AND key NOT LIKE '%negative%'
        AND value #>> '{}' !~ '^([0-9a-fA-F-]{36}$|[a-z]+:)'),
    (SELECT string_agg(value ->> 'english', ' ' ORDER BY key)
      FROM jsonb_each(CASE jsonb_typeof(translated -> 'fields')
        WHEN 'object' THEN translated -> 'fields' END)
      WHERE key NOT LIKE '%negative%'))), 8000)
$$;

-- Of every work that is not in the trash; apart from `works`, whose rows change many times a run.
CREATE TABLE work_words (
  work_id uuid PRIMARY KEY REFERENCES works (id) ON DELETE CASCADE,
  user_id uuid NOT NULL,
  project_id uuid,
  words text NOT NULL,
  grams text[] GENERATED ALWAYS AS (search_grams(words)) STORED
);
CREATE INDEX work_words_user ON work_words (user_id, work_id DESC);
CREATE INDEX work_words_project ON work_words (project_id, work_id DESC);
CREATE INDEX work_words_grams ON work_words USING gin (grams);
CALL protect('work_words');

-- What to look for in `grams`: two signs of a word, or its only one. What one sign of a longer word
-- would find, the two that it stands in find too.
CREATE FUNCTION sought_grams(words text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT coalesce(array_agg(DISTINCT gram), '{}')
  FROM regexp_split_to_table(public.folded(words), '\s+') AS word
  CROSS JOIN LATERAL unnest(public.search_grams(word)) AS gram
  WHERE word <> '' AND length(gram) = least(2, length(word))
$$;

-- The words of it, each as a pattern.
CREATE FUNCTION sought_patterns(words text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT coalesce(array_agg('%' || regexp_replace(word, '([\\%_])', '\\\1', 'g') || '%'), '{}')
  FROM regexp_split_to_table(public.folded(words), '\s+') AS word WHERE word <> ''
$$;

CREATE FUNCTION keep_words() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF NEW.trashed_at IS NOT NULL THEN
    DELETE FROM work_words WHERE work_id = NEW.id;
  ELSE
    INSERT INTO work_words (work_id, user_id, project_id, words)
    VALUES (NEW.id, NEW.user_id, NEW.project_id,
      words_of(NEW.input_data, NEW.translation, NEW.title, NEW.tags))
    ON CONFLICT (work_id) DO UPDATE SET
      user_id = excluded.user_id, project_id = excluded.project_id, words = excluded.words;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER words_new AFTER INSERT ON works FOR EACH ROW EXECUTE FUNCTION keep_words();
CREATE TRIGGER words_changed
  AFTER UPDATE OF input_data, translation, title, tags, trashed_at, user_id, project_id ON works
  FOR EACH ROW WHEN (
    (OLD.input_data, OLD.translation, OLD.title, OLD.tags, OLD.trashed_at, OLD.user_id,
      OLD.project_id)
    IS DISTINCT FROM (NEW.input_data, NEW.translation, NEW.title, NEW.tags, NEW.trashed_at,
      NEW.user_id, NEW.project_id))
  EXECUTE FUNCTION keep_words();

-- As the service, because the owner of the tables sees no rows.
SET LOCAL ROLE service_role;
INSERT INTO work_words (work_id, user_id, project_id, words)
SELECT id, user_id, project_id, words_of(input_data, translation, title, tags) FROM works;
RESET ROLE;
