-- Seed 003's API: jobs as it shows them, and somebody has a run looked at at once.

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

-- Jobs with the character that they were asked for with, as seed 003's API shows them.
CREATE VIEW shown_generations WITH (security_invoker = true) AS
SELECT j.id, j.number, j.work_id, j.user_id, j.project_id, j.status, j.external_id, j.parameters,
  j.prompt_used, j.negative_prompt_used, j.error_code, j.error_params, j.created_at, j.started_at,
  j.completed_at, w.workflow_slug, w.subject, f.bucket_id, f.object_key
FROM generation_jobs j
CROSS JOIN LATERAL (
  SELECT x.subject, t.slug AS workflow_slug
  FROM works x JOIN templates t ON t.id = x.template_id WHERE x.id = j.work_id) w
LEFT JOIN files f ON f.id = j.output_file_id;
REVOKE ALL ON shown_generations FROM PUBLIC, anon, authenticated, service_role;
GRANT SELECT ON shown_generations TO authenticated, service_role;
