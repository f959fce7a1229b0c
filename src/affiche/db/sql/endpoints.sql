-- name: by_id
SELECT id, name, kind, url, works_at_once, remote_id, secret, request_shape, images_as,
  workflow_as, pictures_by, does_stages, price_per_second, warm_minutes, warm_hours
FROM endpoints WHERE id = %(id)s

-- name: active
SELECT id, name, kind, url, works_at_once, remote_id, secret, request_shape, images_as,
  workflow_as, pictures_by, does_stages, price_per_second, warm_minutes, warm_hours
FROM endpoints WHERE is_active ORDER BY position, id

-- name: put
INSERT INTO endpoints (name, kind, url, works_at_once, position)
VALUES (%(name)s, %(kind)s, %(url)s, %(works_at_once)s, %(position)s)
ON CONFLICT (name) DO UPDATE SET
  kind = excluded.kind, works_at_once = excluded.works_at_once, position = excluded.position,
  is_active = true, url = coalesce(excluded.url, endpoints.url)

-- name: retire
UPDATE endpoints SET is_active = false WHERE name = %(name)s AND is_active

-- name: adopt
-- What waits where it cannot run: at no endpoint, or at one that is not used any more.
UPDATE generation_jobs j SET endpoint_id = choose_endpoint(w.template_id, w.template_version)
FROM works w JOIN templates t ON t.id = w.template_id
WHERE j.status = 'pending' AND w.id = j.work_id AND t.is_active
  AND (j.endpoint_id IS NULL OR j.endpoint_id IN (SELECT id FROM endpoints WHERE NOT is_active))

-- name: moved
UPDATE endpoints SET url = %(url)s WHERE name = %(name)s AND url IS DISTINCT FROM %(url)s
