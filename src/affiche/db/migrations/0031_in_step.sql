-- What one does in one window is told to one's others (docs/decisions/0042): stars and the trash, as
-- works tell of their own moves.

-- To nobody else: stars are a person's, and so is the trash.
SET LOCAL ROLE service_role;
DROP FUNCTION star_works;
DROP FUNCTION trash_works;
RESET ROLE;

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
  IF seen <> '{}' THEN
    INSERT INTO events (user_id, type, data)
    VALUES (auth.uid(), 'gallery.changed', jsonb_build_object('works', seen, 'stars', given));
    PERFORM pg_notify('affiche_event', auth.uid()::text);
  END IF;
  RETURN seen;
END $$;

CALL entrust('star_works');

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
  IF held <> '{}' THEN
    INSERT INTO events (user_id, type, data)
    VALUES (auth.uid(), 'gallery.changed', jsonb_build_object('works', held, 'trashed', gone));
    PERFORM pg_notify('affiche_event', auth.uid()::text);
  END IF;
  RETURN held;
END $$;
CALL entrust('trash_works');
