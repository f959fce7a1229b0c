-- Works put together by hand, tags for many at once (docs/decisions/0040).

-- --- collections --------------------------------------------------------------------------------

-- A person's own; a work may be in any number of them.
CREATE TABLE collections (
  id uuid PRIMARY KEY DEFAULT uuid_v7(),
  user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  name text NOT NULL CHECK (btrim(name) <> '' AND length(name) <= 400),
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX collections_user ON collections (user_id, id DESC);
CALL protect('collections');
CREATE POLICY own ON collections FOR SELECT TO authenticated
  USING (user_id = (SELECT auth.uid()));
GRANT SELECT ON collections TO authenticated;

-- `shown`: not in the trash, so that what is in a collection is counted here alone.
CREATE TABLE collection_works (
  collection_id uuid NOT NULL REFERENCES collections (id) ON DELETE CASCADE,
  work_id uuid NOT NULL REFERENCES works (id) ON DELETE CASCADE,
  user_id uuid NOT NULL,
  shown boolean NOT NULL DEFAULT true,
  added_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (collection_id, work_id)
);
CREATE INDEX collection_works_work ON collection_works (work_id);
CREATE INDEX collection_works_shown ON collection_works (user_id, collection_id, work_id DESC)
  WHERE shown;
CALL protect('collection_works');
CREATE POLICY own ON collection_works FOR SELECT TO authenticated
  USING (user_id = (SELECT auth.uid()));
GRANT SELECT ON collection_works TO authenticated;

CREATE FUNCTION show_in_collections() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  UPDATE collection_works SET shown = NEW.trashed_at IS NULL WHERE work_id = NEW.id;
  RETURN NULL;
END $$;
CREATE TRIGGER collections_changed AFTER UPDATE OF trashed_at ON works
  FOR EACH ROW WHEN ((OLD.trashed_at IS NULL) <> (NEW.trashed_at IS NULL))
  EXECUTE FUNCTION show_in_collections();

-- --- tags for many ------------------------------------------------------------------------------

-- More tags and fewer, to the works of those that the caller may edit; which those are. A work that
-- would have more than twenty stays as it is, and so is left out. The bounds are those of `edit_work`.
CREATE FUNCTION tag_works(chosen uuid[], added text[], removed text[]) RETURNS uuid[]
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  gone CONSTANT text[] := ARRAY(SELECT tag_key(tag) FROM unnest(removed) AS tag);
  away CONSTANT text[] := ARRAY(SELECT tag_key(tag) FROM unnest(removed || added) AS tag);
  held uuid[];
BEGIN
  IF EXISTS (SELECT FROM unnest(added) AS tag
      WHERE tag IS NULL OR btrim(tag) = '' OR length(tag) > 160) THEN
    RAISE EXCEPTION 'a tag is empty or too long' USING ERRCODE = 'check_violation';
  END IF;
  held := ARRAY(
    SELECT w.id FROM works w
    WHERE w.id = ANY (chosen) AND (w.user_id = auth.uid() OR member_of(w.project_id))
      AND w.project_id IS NOT DISTINCT FROM coalesce(bound_project(), w.project_id)
      AND (SELECT count(*) FROM unnest(w.tags) AS tag WHERE tag_key(tag) <> ALL (away))
        + cardinality(added) <= 20
    ORDER BY w.id FOR UPDATE);
  UPDATE works w SET tags = next.tags
  FROM works x CROSS JOIN LATERAL (
    SELECT ARRAY(SELECT tag FROM unnest(x.tags) WITH ORDINALITY AS had (tag, place)
      WHERE tag_key(tag) <> ALL (gone) ORDER BY place)
    || ARRAY(SELECT tag FROM unnest(added) WITH ORDINALITY AS more (tag, place)
      WHERE tag_key(tag) <> ALL (ARRAY(SELECT tag_key(had) FROM unnest(x.tags) AS had
        WHERE tag_key(had) <> ALL (gone))) ORDER BY place) AS tags
  ) next
  WHERE x.id = w.id AND w.id = ANY (held) AND w.tags <> next.tags;
  RETURN held;
END $$;
CALL entrust('tag_works');

-- --- batches ------------------------------------------------------------------------------------

-- The newest of a batch, without reading all of it.
CREATE INDEX works_batch_newest ON works (batch_id, id DESC) WHERE batch_id IS NOT NULL;
