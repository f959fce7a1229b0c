-- Nobody asks to pass everybody: the bound that the studio has holds for its function too.
-- As the service, whose it is.
SET LOCAL ROLE service_role;
DROP FUNCTION ask_work;
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
  IF caller IS NULL OR NOT EXISTS (SELECT FROM users WHERE id = caller) THEN
    RAISE EXCEPTION 'nobody is signed in' USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF job_priority NOT BETWEEN -10 AND 10
    AND auth.jwt() ->> 'role' IS DISTINCT FROM 'service_role' THEN
    RAISE EXCEPTION 'a priority goes from -10 to 10' USING ERRCODE = 'check_violation';
  END IF;
  IF NOT EXISTS (SELECT FROM templates WHERE id = template AND is_active) THEN
    RAISE EXCEPTION 'no such template' USING ERRCODE = 'no_data_found', HINT = 'template';
  END IF;
  IF project IS NOT NULL
    AND NOT EXISTS (SELECT FROM projects WHERE id = project AND user_id = caller) THEN
    RAISE EXCEPTION 'no such project' USING ERRCODE = 'no_data_found', HINT = 'project';
  END IF;
  IF retried IS NOT NULL
    AND NOT EXISTS (SELECT FROM works w WHERE w.id = retried AND w.user_id = caller) THEN
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
