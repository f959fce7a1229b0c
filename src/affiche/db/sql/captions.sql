-- name: want
WITH wanted AS (
  UPDATE reference_images SET caption_state = 'waiting', caption_error = NULL, updated_at = now()
  WHERE project_id = %(project_id)s AND caption_state = ANY (%(states)s)
    AND (%(category)s::text IS NULL OR category = %(category)s)
    AND (%(chosen)s::uuid[] IS NULL OR id = ANY (%(chosen)s))
  RETURNING id
), placed AS (
  INSERT INTO captions (reference_id, place)
  SELECT id, row_number() OVER (ORDER BY id) FROM wanted
  ON CONFLICT (reference_id) DO UPDATE SET place = excluded.place, tries = 0, run_at = now()
), told AS (
  SELECT pg_notify('caption_wanted', '') WHERE EXISTS (SELECT FROM wanted)
)
SELECT count(*) FROM wanted LEFT JOIN told ON true

-- name: reckon
SELECT count(*) FROM reference_images
WHERE project_id = %(project_id)s AND caption_state = ANY (%(states)s)
  AND (%(category)s::text IS NULL OR category = %(category)s)
  AND (%(chosen)s::uuid[] IS NULL OR id = ANY (%(chosen)s))

-- name: pace
-- Seconds for each of the last ones, while the model was at it.
SELECT avg(gap)::float8 FROM (
  SELECT extract(epoch FROM analyzed_at - lag(analyzed_at) OVER (ORDER BY analyzed_at)) AS gap
  FROM (SELECT analyzed_at FROM reference_images
    WHERE project_id = %(project_id)s AND analyzed_at IS NOT NULL
    ORDER BY analyzed_at DESC LIMIT 100) lately) gaps
WHERE gap <= 60

-- name: stop
-- What is being asked for this moment finds nothing to be written.
WITH stopped AS (
  UPDATE reference_images SET updated_at = now(), caption_state =
    CASE WHEN vision_description IS NULL AND caption_ko IS NULL THEN 'none' ELSE 'edited' END
  WHERE project_id = %(project_id)s AND caption_state = 'waiting'
  RETURNING id
), gone AS (
  DELETE FROM captions USING stopped WHERE reference_id = stopped.id
)
SELECT count(*) FROM stopped

-- name: progress
SELECT
  count(*) FILTER (WHERE caption_state = 'none') AS none,
  count(*) FILTER (WHERE caption_state = 'waiting') AS waiting,
  count(*) FILTER (WHERE caption_state = 'written') AS written,
  count(*) FILTER (WHERE caption_state = 'edited') AS edited,
  count(*) FILTER (WHERE caption_state = 'failed') AS failed
FROM reference_images WHERE project_id = %(project_id)s

-- name: reasons
SELECT caption_error AS code, count(*) AS references FROM reference_images
WHERE project_id = %(project_id)s AND caption_state = 'failed'
GROUP BY caption_error ORDER BY count(*) DESC, caption_error

-- name: take
-- Whoever takes them has `lease` to ask.
WITH due AS (
  SELECT reference_id FROM captions WHERE run_at <= %(now)s
  ORDER BY place, run_at LIMIT %(most)s FOR UPDATE SKIP LOCKED
), held AS (
  UPDATE captions c SET token = gen_random_uuid(), tries = c.tries + 1, run_at = %(lease)s
  FROM due WHERE c.reference_id = due.reference_id
  RETURNING c.reference_id, c.token, c.tries
)
SELECT held.reference_id, held.token, held.tries, r.caption_state, f.thumbnail_key
FROM held JOIN reference_images r ON r.id = held.reference_id JOIN files f ON f.id = r.file_id

-- name: settle
-- True for whoever still holds it; nobody else takes it up.
DELETE FROM captions WHERE reference_id = %(reference_id)s AND token = %(token)s RETURNING true

-- name: write
-- Never over words that somebody wrote meanwhile.
UPDATE reference_images SET vision_description = %(english)s, caption_ko = %(korean)s,
  caption_state = 'written', analyzed_at = %(now)s, updated_at = %(now)s
WHERE id = %(reference_id)s AND caption_state = 'waiting'

-- name: fail
-- What has words keeps them, and nobody is asked to try again.
UPDATE reference_images SET caption_error = %(code)s, updated_at = %(now)s, caption_state =
  CASE WHEN vision_description IS NULL AND caption_ko IS NULL THEN 'failed' ELSE 'edited' END
WHERE id = %(reference_id)s AND caption_state = 'waiting'

-- name: again
UPDATE captions SET run_at = %(run_at)s, tries = %(tries)s
WHERE reference_id = %(reference_id)s AND token = %(token)s
