-- Seed 003's API: somebody has a run looked at at once.

-- A run that is looked at again later is due now, by whoever may see its job; whether there is such
-- a job. Nothing else changes, so that it may be asked for as often as people press a button.
CREATE FUNCTION check_job(job uuid) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  PERFORM FROM generation_jobs j WHERE j.id = job AND (
    j.user_id = auth.uid() OR auth.jwt() ->> 'role' = 'service_role' OR member_of(j.project_id));
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  -- Whoever is at work on it at this moment looks anyway.
  UPDATE generation_jobs SET observe_at = clock_timestamp()
  WHERE id = ANY (ARRAY(
    SELECT id FROM generation_jobs
    WHERE id = job AND status = 'processing' AND step = 'observe' AND step_started_at IS NULL
      AND observe_at > clock_timestamp()
    FOR UPDATE SKIP LOCKED));
  RETURN true;
END $$;
CALL entrust('check_job');
