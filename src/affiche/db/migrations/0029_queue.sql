-- One's own queue: where each work stands in its line, what goes first of one's own, and the picture
-- that an engine shows while it is at work (docs/decisions/0036).

-- --- the line -----------------------------------------------------------------------------------

-- How long runs of a workflow took at an endpoint, the last ones first.
CREATE INDEX generation_jobs_ran ON generation_jobs (endpoint_id, workflow_id, completed_at DESC)
  WHERE status = 'completed';

-- Seconds that the last runs of it took there, in the middle; nothing where there was none.
CREATE FUNCTION usual_run(endpoint uuid, workflow uuid) RETURNS double precision
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY latest.seconds) FROM (
    SELECT coalesce(j.execution_seconds,
      extract(epoch FROM j.completed_at - coalesce(j.running_at, j.started_at))) AS seconds
    FROM generation_jobs j
    WHERE j.endpoint_id = endpoint AND j.workflow_id = workflow AND j.status = 'completed'
    ORDER BY j.completed_at DESC LIMIT 20) latest
$$;

-- The caller's works under way, in the order of their turns, at most so many: what runs, what waits
-- in a line, what waits elsewhere. `place` of `line` that wait at its endpoint, the line counted up
-- to a thousand; nothing past that. `usual`: seconds of its longest job; `ran`: for how long it has
-- been at it; `ahead`: of all that wait before it; `under_way`: what is left of all that run there.
-- Each is nothing where one of those runs has no history, or takes far longer than usual. Numbers
-- alone: nobody else's works.
CREATE FUNCTION my_queue(most integer) RETURNS TABLE (
  work_id uuid, rank bigint, place bigint, line bigint, lanes integer, answers boolean,
  usual double precision, ran double precision, ahead double precision, under_way double precision
) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  WITH mine AS MATERIALIZED (
    (SELECT w.id, 0 AS ord, 0::bigint AS turn FROM works w
    WHERE w.user_id = auth.uid() AND w.status IN ('taken', 'processing')
      AND w.project_id IS NOT DISTINCT FROM coalesce(bound_project(), w.project_id)
    ORDER BY w.id LIMIT most)
    UNION ALL
    (SELECT j.work_id, 1, j.turn FROM endpoints e CROSS JOIN LATERAL (
      SELECT x.work_id, x.turn FROM generation_jobs x
      WHERE x.endpoint_id = e.id AND x.user_id = auth.uid() AND x.status = 'pending'
        AND x.turn IS NOT NULL
        AND x.project_id IS NOT DISTINCT FROM coalesce(bound_project(), x.project_id)
      ORDER BY x.priority DESC, x.turn, x.created_at, x.id LIMIT most) j)
    UNION ALL
    (SELECT w.id, 2, 0 FROM works w
    WHERE w.user_id = auth.uid() AND w.status = 'pending'
      AND w.project_id IS NOT DISTINCT FROM coalesce(bound_project(), w.project_id)
    ORDER BY w.id LIMIT most)
  ), first AS MATERIALIZED (
    SELECT id, row_number() OVER (ORDER BY ord, turn, id) AS rank FROM (
      SELECT DISTINCT ON (id) id, ord, turn FROM mine ORDER BY id, ord, turn) one
    ORDER BY ord, turn, id LIMIT most
  ), own AS MATERIALIZED (
    SELECT f.rank, j.id, j.work_id, j.endpoint_id, j.workflow_id, j.status,
      coalesce(j.running_at, j.started_at, j.taken_at) AS since
    FROM first f JOIN generation_jobs j ON j.work_id = f.id
    WHERE j.status IN ('pending', 'taken', 'processing')
  ), lines AS MATERIALIZED (
    SELECT l.*, o.endpoint_id, row_number() OVER (
      PARTITION BY o.endpoint_id ORDER BY l.priority DESC, l.turn, l.created_at, l.id) AS place
    FROM (SELECT DISTINCT endpoint_id FROM own WHERE status = 'pending') o
    CROSS JOIN LATERAL (
      SELECT x.id, x.workflow_id, x.priority, x.turn, x.created_at FROM generation_jobs x
      WHERE x.endpoint_id = o.endpoint_id AND x.status = 'pending' AND x.turn IS NOT NULL
      ORDER BY x.priority DESC, x.turn, x.created_at, x.id LIMIT 1000) l
  ), running AS MATERIALIZED (
    SELECT x.endpoint_id, x.workflow_id,
      extract(epoch FROM clock_timestamp() - coalesce(x.running_at, x.started_at, x.taken_at)) AS ran
    FROM generation_jobs x
    WHERE x.status IN ('taken', 'processing') AND x.endpoint_id IN (SELECT endpoint_id FROM lines)
  ), times AS MATERIALIZED (
    SELECT endpoint_id, workflow_id, usual_run(endpoint_id, workflow_id) AS usual FROM (
      SELECT endpoint_id, workflow_id FROM own UNION SELECT endpoint_id, workflow_id FROM lines
      UNION SELECT endpoint_id, workflow_id FROM running) every
    WHERE endpoint_id IS NOT NULL AND workflow_id IS NOT NULL
  ), sums AS MATERIALIZED (
    SELECT l.id, l.endpoint_id, l.place,
      count(*) OVER whole AS line,
      -- Of those before it: none of them may be unknown.
      CASE WHEN count(*) FILTER (WHERE t.usual IS NULL) OVER before = 0
        THEN coalesce(sum(t.usual) OVER before, 0) END AS ahead
    FROM lines l LEFT JOIN times t USING (endpoint_id, workflow_id)
    WINDOW whole AS (PARTITION BY l.endpoint_id), before AS (PARTITION BY l.endpoint_id
      ORDER BY l.place ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
  ), rest AS MATERIALIZED (
    -- What takes so long beyond what is usual may take ever so long.
    SELECT r.endpoint_id, CASE WHEN bool_and(t.usual IS NOT NULL AND r.ran < 2 * t.usual + 5)
      THEN sum(greatest(0, t.usual - r.ran)) END AS seconds
    FROM running r LEFT JOIN times t USING (endpoint_id, workflow_id) GROUP BY r.endpoint_id
  )
  SELECT o.work_id, min(o.rank), min(s.place), max(s.line), max(e.works_at_once),
    bool_and(e.is_active AND e.paused_at IS NULL AND e.unwell_since IS NULL),
    CASE WHEN bool_and(t.usual IS NOT NULL) THEN max(t.usual) END,
    max(extract(epoch FROM clock_timestamp() - o.since)) FILTER (WHERE o.status <> 'pending'),
    -- Until the last of its jobs has its turn.
    CASE WHEN bool_and(s.ahead IS NOT NULL) FILTER (WHERE o.status = 'pending')
      THEN max(s.ahead) END,
    CASE WHEN bool_and(r.endpoint_id IS NULL OR r.seconds IS NOT NULL)
      THEN coalesce(max(r.seconds), 0) END
  FROM own o
  LEFT JOIN sums s ON s.id = o.id
  LEFT JOIN times t ON t.endpoint_id = o.endpoint_id AND t.workflow_id = o.workflow_id
  LEFT JOIN rest r ON r.endpoint_id = o.endpoint_id
  LEFT JOIN endpoints e ON e.id = o.endpoint_id
  GROUP BY o.work_id ORDER BY min(o.rank)
$$;
CALL entrust('my_queue');

-- A work of the caller's before all that waits of theirs, in each line that it waits in; whether it
-- waited. Nothing for a work that is not theirs.
-- Its jobs and the caller's others there change places among themselves alone, so nobody else's turn
-- moves. A turn that two people share goes by age: whoever got an older job's place by this stands
-- behind those whom that one stood behind, and never before them.
CREATE FUNCTION front_work(work uuid) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  caller CONSTANT uuid := auth.uid();
  moves boolean;
BEGIN
  PERFORM FROM works w WHERE w.id = work AND w.user_id = caller
    AND w.project_id IS NOT DISTINCT FROM coalesce(bound_project(), w.project_id);
  IF NOT FOUND THEN
    RETURN NULL;
  END IF;
  WITH line AS MATERIALIZED (
    -- Whose turn it is at this very moment is not waited for.
    SELECT j.id, j.work_id, j.endpoint_id, j.priority, j.turn, j.created_at
    FROM generation_jobs j
    WHERE j.user_id = caller AND j.status = 'pending' AND j.turn IS NOT NULL
      -- What has begun before is finished first.
      AND j.stage = 0 AND j.takes = 0
      AND (j.endpoint_id, j.priority) IN (
        SELECT o.endpoint_id, o.priority FROM generation_jobs o
        WHERE o.work_id = work AND o.status = 'pending' AND o.turn IS NOT NULL)
    FOR UPDATE SKIP LOCKED
  ), places AS (
    SELECT line.*, row_number() OVER (line ORDER BY turn, created_at, id) AS n,
      min(turn) OVER line AS foremost
    FROM line WINDOW line AS (PARTITION BY endpoint_id, priority)
  ), wanted AS (
    SELECT line.*, row_number() OVER (PARTITION BY endpoint_id, priority
      ORDER BY work_id <> work, turn, created_at, id) AS n
    FROM line
  ), moved AS (
    UPDATE generation_jobs j SET turn = greatest(
      p.turn + (EXISTS (
        SELECT FROM generation_jobs o
        WHERE o.endpoint_id = p.endpoint_id AND o.status = 'pending' AND o.priority = p.priority
          AND o.turn = p.turn AND o.user_id <> caller
          AND (o.created_at, o.id) > (w.created_at, w.id)
          AND (o.created_at, o.id) < (p.created_at, p.id)))::integer,
      CASE WHEN w.work_id <> work THEN p.foremost + 2 ELSE 0 END)
    FROM wanted w JOIN places p USING (endpoint_id, priority, n)
    -- Those behind it keep theirs.
    WHERE j.id = w.id AND p.id <> w.id
    RETURNING j.id
  )
  SELECT EXISTS (SELECT FROM line WHERE work_id = work) INTO moves FROM (SELECT count(*) FROM moved) m;
  IF moves THEN
    INSERT INTO events (user_id, work_id, type, data)
    VALUES (caller, work, 'work.changed', '{"status": "pending"}');
    PERFORM pg_notify('affiche_event', caller::text);
    -- Who was held meanwhile is wanted again.
    PERFORM pg_notify('generation_job_created', '');
  END IF;
  RETURN moves;
END $$;
CALL entrust('front_work');

-- --- pictures under way -------------------------------------------------------------------------

-- The last picture that an engine showed of a work it is at: small, gone with the work's end, and
-- not written ahead, since a crash loses nothing that does not come again.
CREATE UNLOGGED TABLE glimpses (
  work_id uuid PRIMARY KEY REFERENCES works (id) ON DELETE CASCADE,
  number integer NOT NULL DEFAULT 1,
  media_type text NOT NULL CHECK (media_type IN ('image/jpeg', 'image/webp')),
  picture bytea NOT NULL CHECK (octet_length(picture) <= 131072)
);
CALL protect('glimpses');
-- That of a work that the caller sees.
CREATE FUNCTION glimpse_of(work uuid) RETURNS SETOF glimpses
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT g.* FROM glimpses g JOIN works w ON w.id = g.work_id
  WHERE g.work_id = work AND (w.user_id = auth.uid() OR member_of(w.project_id))
    AND w.project_id IS NOT DISTINCT FROM coalesce(bound_project(), w.project_id)
$$;
CALL entrust('glimpse_of');

CREATE FUNCTION drop_glimpse() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  DELETE FROM glimpses WHERE work_id = NEW.id;
  RETURN NULL;
END $$;
CREATE TRIGGER glimpse_gone AFTER UPDATE OF status ON works
  FOR EACH ROW WHEN (
    OLD.status = 'processing' AND NEW.status IN ('completed', 'failed', 'cancelled'))
  EXECUTE FUNCTION drop_glimpse();
