-- name: by_id
SELECT id, name, kind, url, works_at_once, remote_id, secret, request_shape, images_as,
  workflow_as, pictures_by, does_stages, price_per_second, warm_minutes, warm_hours
FROM endpoints WHERE id = %(id)s

-- name: active
SELECT id, name, kind, url, works_at_once, remote_id, secret, request_shape, images_as,
  workflow_as, pictures_by, does_stages, price_per_second, warm_minutes, warm_hours
FROM endpoints WHERE is_active ORDER BY position, id

-- name: put
-- Of an engine at a new address nothing is known.
INSERT INTO endpoints (name, kind, url, works_at_once, position)
VALUES (%(name)s, %(kind)s, %(url)s, %(works_at_once)s, %(position)s)
ON CONFLICT (name) DO UPDATE SET
  kind = excluded.kind, works_at_once = excluded.works_at_once, position = excluded.position,
  is_active = true, url = coalesce(excluded.url, endpoints.url),
  unwell_since = CASE WHEN coalesce(excluded.url, endpoints.url)
    IS NOT DISTINCT FROM endpoints.url THEN endpoints.unwell_since END

-- name: put_runpod
-- What settings say; price and warmth are the row's own.
INSERT INTO endpoints (name, kind, url, works_at_once, position, remote_id, secret, request_shape,
  images_as, workflow_as, pictures_by, does_stages)
VALUES (%(name)s, 'runpod', %(url)s, %(works_at_once)s, %(position)s, %(remote_id)s, %(secret)s,
  %(request_shape)s, %(images_as)s, %(workflow_as)s, %(pictures_by)s, %(does_stages)s)
ON CONFLICT (name) DO UPDATE SET
  kind = excluded.kind, url = excluded.url, works_at_once = excluded.works_at_once,
  position = excluded.position, remote_id = excluded.remote_id, secret = excluded.secret,
  request_shape = excluded.request_shape, images_as = excluded.images_as,
  workflow_as = excluded.workflow_as, pictures_by = excluded.pictures_by,
  does_stages = excluded.does_stages, is_active = true,
  unwell_since = CASE WHEN (excluded.url, excluded.remote_id)
    IS NOT DISTINCT FROM (endpoints.url, endpoints.remote_id) THEN endpoints.unwell_since END

-- name: retire
UPDATE endpoints SET is_active = false WHERE name = %(name)s AND is_active

-- name: retire_runpod
-- Those that settings once named and name no more.
UPDATE endpoints SET is_active = false
WHERE name ~ '^runpod(-[0-9]+)?$' AND is_active AND name <> ALL (%(names)s::text[])

-- name: adopt
-- What waits at no endpoint and could run at one, the first that came first.
WITH goals AS MATERIALIZED (
  SELECT g.template_id, g.version, g.id FROM (
    SELECT v.template_id, v.version, choose_endpoint(v.template_id, v.version) AS id
    FROM templates t JOIN template_versions v ON v.template_id = t.id WHERE t.is_active
  ) g WHERE g.id IS NOT NULL
), strays AS MATERIALIZED (
  -- Asked for by itself and not joined, so that the line is read in its order and no further.
  SELECT j.id, (
    SELECT g.id FROM works w JOIN goals g
      ON g.template_id = w.template_id AND g.version = w.template_version
    WHERE w.id = j.work_id) AS goal
  FROM generation_jobs j
  WHERE j.status = 'pending' AND j.endpoint_id IS NULL
    AND EXISTS (SELECT FROM goals) AND (
    SELECT g.id FROM works w JOIN goals g
      ON g.template_id = w.template_id AND g.version = w.template_version
    WHERE w.id = j.work_id) IS NOT NULL
  ORDER BY j.created_at LIMIT %(most)s FOR UPDATE OF j SKIP LOCKED
)
UPDATE generation_jobs j SET endpoint_id = s.goal FROM strays s WHERE j.id = s.id

-- name: left
-- Where works may wait that are to run elsewhere.
SELECT id FROM endpoints e
WHERE (NOT is_active OR unwell_since IS NOT NULL OR paused_at IS NOT NULL) AND (
  SELECT true FROM generation_jobs j
  WHERE j.endpoint_id = e.id AND j.status = 'pending' AND j.turn IS NOT NULL
  ORDER BY j.priority DESC, j.turn, j.created_at, j.id LIMIT 1)

-- name: rehome
-- The first in line go first to where their template's works go now, and line up there in the same
-- order; from an unwell endpoint, or one that is paused, only to one that is neither.
WITH goals AS MATERIALIZED (
  SELECT g.template_id, g.version, g.id FROM (
    SELECT v.template_id, v.version, choose_endpoint(v.template_id, v.version) AS id
    FROM templates t JOIN template_versions v ON v.template_id = t.id WHERE t.is_active
  ) g, endpoints e, endpoints own
  WHERE e.id = g.id AND own.id = %(endpoint_id)s AND e.id <> own.id
    AND ((e.unwell_since IS NULL AND e.paused_at IS NULL) OR NOT own.is_active)
), strays AS MATERIALIZED (
  SELECT j.id, (
    SELECT g.id FROM works w JOIN goals g
      ON g.template_id = w.template_id AND g.version = w.template_version
    WHERE w.id = j.work_id) AS goal
  FROM generation_jobs j
  WHERE j.endpoint_id = %(endpoint_id)s AND j.status = 'pending' AND j.turn IS NOT NULL
    -- Or the whole line would be read for nothing.
    AND EXISTS (SELECT FROM goals) AND (
    SELECT g.id FROM works w JOIN goals g
      ON g.template_id = w.template_id AND g.version = w.template_version
    WHERE w.id = j.work_id) IS NOT NULL
  ORDER BY j.priority DESC, j.turn, j.created_at, j.id LIMIT %(most)s
  FOR UPDATE OF j SKIP LOCKED
)
UPDATE generation_jobs j SET endpoint_id = s.goal FROM strays s WHERE j.id = s.id

-- name: moved
UPDATE endpoints SET url = %(url)s, unwell_since = NULL
WHERE name = %(name)s AND url IS DISTINCT FROM %(url)s

-- name: look_at
-- Whose turn it is to be asked how it is; nobody else asks until it is again.
UPDATE endpoints e SET checked_at = clock_timestamp()
WHERE id = ANY (ARRAY(
  SELECT id FROM endpoints
  WHERE is_active AND url IS NOT NULL AND (
    checked_at IS NULL
    OR checked_at < clock_timestamp() - CASE WHEN misses = 0
      THEN %(well)s::interval ELSE %(unwell)s::interval END
    OR (id = ANY (%(faulted)s::uuid[]) AND checked_at < clock_timestamp() - interval '1 second'))
  FOR NO KEY UPDATE SKIP LOCKED))
RETURNING id, name, url, misses, unwell_since

-- name: found
-- Unless it has moved elsewhere since.
UPDATE endpoints SET misses = %(misses)s, unwell_since = %(unwell_since)s, health = %(health)s
WHERE id = %(id)s AND url IS NOT DISTINCT FROM %(url)s

-- name: kept_warm
SELECT id, warm_minutes, warm_hours, warmed_at FROM endpoints
WHERE is_active AND warm_minutes IS NOT NULL AND unwell_since IS NULL AND paused_at IS NULL

-- name: warm
-- Whoever writes it first is the one to ping.
UPDATE endpoints SET warmed_at = %(now)s
WHERE id = %(id)s AND warmed_at IS NOT DISTINCT FROM %(warmed_at)s

-- name: listed
SELECT e.id, e.name, e.kind, e.url, e.works_at_once, e.remote_id, e.secret, e.request_shape,
  e.images_as, e.workflow_as, e.pictures_by, e.does_stages, e.price_per_second, e.warm_minutes,
  e.warm_hours, e.position, e.is_active, e.checked_at, e.unwell_since, e.paused_at, e.health,
  e.warmed_at,
  (e.running + (SELECT coalesce(sum(c.places), 0) FROM place_changes c
    WHERE c.endpoint_id = e.id))::integer AS running,
  (SELECT count(*) FROM (
    SELECT FROM generation_jobs j
    WHERE j.endpoint_id = e.id AND j.status = 'pending' AND j.turn IS NOT NULL
    LIMIT 1000) waiting)::integer AS waiting,
  ARRAY(SELECT t.slug FROM template_endpoints r JOIN templates t ON t.id = r.template_id
    WHERE r.endpoint_id = e.id ORDER BY t.slug) AS templates
FROM endpoints e WHERE e.is_active OR %(retired)s ORDER BY e.is_active DESC, e.position, e.id

-- name: save
-- Of one that was changed nothing is known any more.
INSERT INTO endpoints (id, name, kind, url, works_at_once, remote_id, secret, request_shape,
  images_as, workflow_as, pictures_by, does_stages, price_per_second, warm_minutes, warm_hours,
  position)
VALUES (%(id)s, %(name)s, %(kind)s, %(url)s, %(works_at_once)s, %(remote_id)s, %(secret)s,
  %(request_shape)s, %(images_as)s, %(workflow_as)s, %(pictures_by)s, %(does_stages)s,
  %(price_per_second)s, %(warm_minutes)s, %(warm_hours)s, %(position)s)
ON CONFLICT (name) DO UPDATE SET
  kind = excluded.kind, url = excluded.url, works_at_once = excluded.works_at_once,
  remote_id = excluded.remote_id, secret = excluded.secret,
  request_shape = excluded.request_shape, images_as = excluded.images_as,
  workflow_as = excluded.workflow_as, pictures_by = excluded.pictures_by,
  does_stages = excluded.does_stages, price_per_second = excluded.price_per_second,
  warm_minutes = excluded.warm_minutes, warm_hours = excluded.warm_hours,
  position = excluded.position, is_active = true, checked_at = NULL, misses = 0,
  unwell_since = NULL, health = '{}'

-- name: pause
UPDATE endpoints SET paused_at = CASE WHEN %(paused_at)s::timestamptz IS NOT NULL
  THEN coalesce(paused_at, %(paused_at)s) END
WHERE id = %(id)s

-- name: leave_routes
DELETE FROM template_endpoints WHERE endpoint_id = %(id)s

-- name: forget_route
DELETE FROM template_endpoints
WHERE template_id = %(template_id)s AND endpoint_id <> ALL (%(ids)s::uuid[])

-- name: put_route
INSERT INTO template_endpoints (template_id, endpoint_id, position)
SELECT %(template_id)s, id, place FROM unnest(%(ids)s::uuid[]) WITH ORDINALITY AS r (id, place)
ON CONFLICT (template_id, endpoint_id) DO UPDATE SET position = excluded.position

-- name: announce
SELECT pg_notify('generation_job_created', '')

-- name: nowhere
-- Templates on offer whose works no endpoint in use would take.
SELECT slug FROM templates WHERE is_active AND choose_endpoint(id, version) IS NULL ORDER BY slug
