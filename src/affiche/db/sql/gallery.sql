-- name: page
-- Here and below: planned for these very values, so that of the indexes of works the one is walked
-- that leaves least over.
SELECT s.* FROM (
  SELECT x.id FROM works x
  WHERE (%(owner)s::uuid IS NULL OR x.user_id = %(owner)s)
    AND (%(project_id)s::uuid IS NULL OR x.project_id = %(project_id)s)
    AND (%(template_id)s::uuid IS NULL OR x.template_id = %(template_id)s)
    AND (%(character_id)s::uuid IS NULL OR x.character_id = %(character_id)s)
    AND (%(batch_id)s::uuid IS NULL OR x.batch_id = %(batch_id)s)
    AND (%(statuses)s::text[] IS NULL OR x.status = ANY (%(statuses)s))
    AND (%(tag)s::text IS NULL OR x.id IN (SELECT t.work_id FROM work_tags t
      WHERE t.tag = tag_key(%(tag)s) AND (%(owner)s::uuid IS NULL OR t.user_id = %(owner)s)
        AND (%(project_id)s::uuid IS NULL OR t.project_id = %(project_id)s)))
    AND (%(stars)s::int IS NULL OR x.id IN (SELECT r.work_id FROM stars r
      WHERE r.user_id = %(user_id)s AND r.stars >= %(stars)s))
    AND (%(collection_id)s::uuid IS NULL OR x.id IN (SELECT k.work_id FROM collection_works k
      WHERE k.user_id = %(user_id)s AND k.collection_id = %(collection_id)s AND k.shown))
    AND x.trashed_at IS NULL AND x.id < %(before)s AND x.id >= %(since)s
  ORDER BY x.id DESC LIMIT %(limit)s
) page JOIN shown_works s ON s.id = page.id ORDER BY s.id DESC

-- name: page_up
-- Those next above a place, the newest of them first.
SELECT s.* FROM (
  SELECT x.id FROM works x
  WHERE (%(owner)s::uuid IS NULL OR x.user_id = %(owner)s)
    AND (%(project_id)s::uuid IS NULL OR x.project_id = %(project_id)s)
    AND (%(template_id)s::uuid IS NULL OR x.template_id = %(template_id)s)
    AND (%(character_id)s::uuid IS NULL OR x.character_id = %(character_id)s)
    AND (%(batch_id)s::uuid IS NULL OR x.batch_id = %(batch_id)s)
    AND (%(statuses)s::text[] IS NULL OR x.status = ANY (%(statuses)s))
    AND (%(tag)s::text IS NULL OR x.id IN (SELECT t.work_id FROM work_tags t
      WHERE t.tag = tag_key(%(tag)s) AND (%(owner)s::uuid IS NULL OR t.user_id = %(owner)s)
        AND (%(project_id)s::uuid IS NULL OR t.project_id = %(project_id)s)))
    AND (%(stars)s::int IS NULL OR x.id IN (SELECT r.work_id FROM stars r
      WHERE r.user_id = %(user_id)s AND r.stars >= %(stars)s))
    AND (%(collection_id)s::uuid IS NULL OR x.id IN (SELECT k.work_id FROM collection_works k
      WHERE k.user_id = %(user_id)s AND k.collection_id = %(collection_id)s AND k.shown))
    AND x.trashed_at IS NULL AND x.id < %(before)s AND x.id >= %(since)s
  ORDER BY x.id LIMIT %(limit)s
) page JOIN shown_works s ON s.id = page.id ORDER BY s.id DESC

-- name: found
-- First the next two thousand of what else is asked for are read one by one: that is all of it where
-- there are not more, and whatever is as frequent as one in thirty fills its page there. What is rarer
-- is found by its pairs of letters, and read whole: where nothing else is asked for, the first of it
-- before its works are looked up (what has words is not in the trash). From where and to where is
-- said of those by an expression that no index serves: else what is older than some work is walked by
-- age, every row of it read for its words. As the service, because row-level security would have every
-- row read before the index were asked; so it says itself whose they must be.
WITH next AS MATERIALIZED (
  SELECT x.id FROM works x
  WHERE (%(owner)s::uuid IS NULL OR x.user_id = %(owner)s)
    AND (%(project_id)s::uuid IS NULL OR x.project_id = %(project_id)s)
    AND (%(template_id)s::uuid IS NULL OR x.template_id = %(template_id)s)
    AND (%(character_id)s::uuid IS NULL OR x.character_id = %(character_id)s)
    AND (%(batch_id)s::uuid IS NULL OR x.batch_id = %(batch_id)s)
    AND (%(statuses)s::text[] IS NULL OR x.status = ANY (%(statuses)s))
    AND (%(tag)s::text IS NULL OR x.id IN (SELECT t.work_id FROM work_tags t
      WHERE t.tag = tag_key(%(tag)s) AND (%(owner)s::uuid IS NULL OR t.user_id = %(owner)s)
        AND (%(project_id)s::uuid IS NULL OR t.project_id = %(project_id)s)))
    AND (%(stars)s::int IS NULL OR x.id IN (SELECT r.work_id FROM stars r
      WHERE r.user_id = %(user_id)s AND r.stars >= %(stars)s))
    AND (%(collection_id)s::uuid IS NULL OR x.id IN (SELECT k.work_id FROM collection_works k
      WHERE k.user_id = %(user_id)s AND k.collection_id = %(collection_id)s AND k.shown))
    AND x.trashed_at IS NULL AND x.id < %(before)s AND x.id >= %(since)s
  ORDER BY x.id DESC LIMIT 2000
), near AS MATERIALIZED (
  SELECT n.id AS work_id FROM next n
  WHERE (SELECT m.words FROM work_words m WHERE m.work_id = n.id)
    LIKE ALL (sought_patterns(%(words)s))
  ORDER BY n.id DESC LIMIT %(limit)s
), hits AS MATERIALIZED (
  SELECT m.work_id FROM work_words m
  WHERE (SELECT count(*) FROM near) < %(limit)s AND (SELECT count(*) FROM next) = 2000
    AND m.grams @> sought_grams(%(words)s) AND m.words LIKE ALL (sought_patterns(%(words)s))
    AND (%(owner)s::uuid IS NULL OR m.user_id = %(owner)s)
    AND (%(project_id)s::uuid IS NULL OR m.project_id = %(project_id)s)
    AND coalesce(m.work_id, m.work_id) < %(before)s AND coalesce(m.work_id, m.work_id) >= %(since)s
), first AS (
  SELECT work_id FROM hits ORDER BY work_id DESC LIMIT CASE
    WHEN num_nonnulls(%(template_id)s::uuid, %(character_id)s::uuid, %(batch_id)s::uuid,
      %(statuses)s::text[], %(tag)s::text, %(stars)s::int, %(collection_id)s::uuid) = 0
    THEN %(limit)s END
), far AS (
  SELECT h.work_id FROM first h JOIN works x ON x.id = h.work_id
  WHERE x.trashed_at IS NULL
    AND (%(template_id)s::uuid IS NULL OR x.template_id = %(template_id)s)
    AND (%(character_id)s::uuid IS NULL OR x.character_id = %(character_id)s)
    AND (%(batch_id)s::uuid IS NULL OR x.batch_id = %(batch_id)s)
    AND (%(statuses)s::text[] IS NULL OR x.status = ANY (%(statuses)s))
    AND (%(tag)s::text IS NULL OR EXISTS (SELECT FROM work_tags t
      WHERE t.work_id = x.id AND t.tag = tag_key(%(tag)s)))
    AND (%(stars)s::int IS NULL OR EXISTS (SELECT FROM stars r
      WHERE r.work_id = x.id AND r.user_id = %(user_id)s AND r.stars >= %(stars)s))
    AND (%(collection_id)s::uuid IS NULL OR EXISTS (SELECT FROM collection_works k
      WHERE k.user_id = %(user_id)s AND k.collection_id = %(collection_id)s AND k.shown
        AND k.work_id = x.id))
  ORDER BY h.work_id DESC LIMIT %(limit)s
)
SELECT s.* FROM (
  (SELECT work_id FROM near UNION SELECT work_id FROM far) ORDER BY work_id DESC LIMIT %(limit)s
) page JOIN shown_works s ON s.id = page.work_id
WHERE (s.user_id = %(user_id)s OR EXISTS (SELECT FROM project_members p
    WHERE p.project_id = s.project_id AND p.user_id = %(user_id)s))
  AND (%(bound)s::uuid IS NULL OR s.project_id = %(bound)s)
ORDER BY s.id DESC

-- name: found_up
WITH next AS MATERIALIZED (
  SELECT x.id FROM works x
  WHERE (%(owner)s::uuid IS NULL OR x.user_id = %(owner)s)
    AND (%(project_id)s::uuid IS NULL OR x.project_id = %(project_id)s)
    AND (%(template_id)s::uuid IS NULL OR x.template_id = %(template_id)s)
    AND (%(character_id)s::uuid IS NULL OR x.character_id = %(character_id)s)
    AND (%(batch_id)s::uuid IS NULL OR x.batch_id = %(batch_id)s)
    AND (%(statuses)s::text[] IS NULL OR x.status = ANY (%(statuses)s))
    AND (%(tag)s::text IS NULL OR x.id IN (SELECT t.work_id FROM work_tags t
      WHERE t.tag = tag_key(%(tag)s) AND (%(owner)s::uuid IS NULL OR t.user_id = %(owner)s)
        AND (%(project_id)s::uuid IS NULL OR t.project_id = %(project_id)s)))
    AND (%(stars)s::int IS NULL OR x.id IN (SELECT r.work_id FROM stars r
      WHERE r.user_id = %(user_id)s AND r.stars >= %(stars)s))
    AND (%(collection_id)s::uuid IS NULL OR x.id IN (SELECT k.work_id FROM collection_works k
      WHERE k.user_id = %(user_id)s AND k.collection_id = %(collection_id)s AND k.shown))
    AND x.trashed_at IS NULL AND x.id < %(before)s AND x.id >= %(since)s
  ORDER BY x.id LIMIT 2000
), near AS MATERIALIZED (
  SELECT n.id AS work_id FROM next n
  WHERE (SELECT m.words FROM work_words m WHERE m.work_id = n.id)
    LIKE ALL (sought_patterns(%(words)s))
  ORDER BY n.id LIMIT %(limit)s
), hits AS MATERIALIZED (
  SELECT m.work_id FROM work_words m
  WHERE (SELECT count(*) FROM near) < %(limit)s AND (SELECT count(*) FROM next) = 2000
    AND m.grams @> sought_grams(%(words)s) AND m.words LIKE ALL (sought_patterns(%(words)s))
    AND (%(owner)s::uuid IS NULL OR m.user_id = %(owner)s)
    AND (%(project_id)s::uuid IS NULL OR m.project_id = %(project_id)s)
    AND coalesce(m.work_id, m.work_id) < %(before)s AND coalesce(m.work_id, m.work_id) >= %(since)s
), first AS (
  SELECT work_id FROM hits ORDER BY work_id LIMIT CASE
    WHEN num_nonnulls(%(template_id)s::uuid, %(character_id)s::uuid, %(batch_id)s::uuid,
      %(statuses)s::text[], %(tag)s::text, %(stars)s::int, %(collection_id)s::uuid) = 0
    THEN %(limit)s END
), far AS (
  SELECT h.work_id FROM first h JOIN works x ON x.id = h.work_id
  WHERE x.trashed_at IS NULL
    AND (%(template_id)s::uuid IS NULL OR x.template_id = %(template_id)s)
    AND (%(character_id)s::uuid IS NULL OR x.character_id = %(character_id)s)
    AND (%(batch_id)s::uuid IS NULL OR x.batch_id = %(batch_id)s)
    AND (%(statuses)s::text[] IS NULL OR x.status = ANY (%(statuses)s))
    AND (%(tag)s::text IS NULL OR EXISTS (SELECT FROM work_tags t
      WHERE t.work_id = x.id AND t.tag = tag_key(%(tag)s)))
    AND (%(stars)s::int IS NULL OR EXISTS (SELECT FROM stars r
      WHERE r.work_id = x.id AND r.user_id = %(user_id)s AND r.stars >= %(stars)s))
    AND (%(collection_id)s::uuid IS NULL OR EXISTS (SELECT FROM collection_works k
      WHERE k.user_id = %(user_id)s AND k.collection_id = %(collection_id)s AND k.shown
        AND k.work_id = x.id))
  ORDER BY h.work_id LIMIT %(limit)s
)
SELECT s.* FROM (
  (SELECT work_id FROM near UNION SELECT work_id FROM far) ORDER BY work_id LIMIT %(limit)s
) page JOIN shown_works s ON s.id = page.work_id
WHERE (s.user_id = %(user_id)s OR EXISTS (SELECT FROM project_members p
    WHERE p.project_id = s.project_id AND p.user_id = %(user_id)s))
  AND (%(bound)s::uuid IS NULL OR s.project_id = %(bound)s)
ORDER BY s.id DESC

-- name: trash
SELECT * FROM shown_works
WHERE user_id = %(user_id)s AND trashed_at IS NOT NULL AND id < %(before)s
ORDER BY id DESC LIMIT %(limit)s

-- name: stars
SELECT work_id, stars FROM stars WHERE user_id = auth.uid() AND work_id = ANY (%(work_ids)s)

-- name: star
SELECT star_works(%(work_ids)s, %(stars)s)

-- name: tag
SELECT tag_works(%(work_ids)s, %(added)s, %(removed)s)

-- name: tags
-- Each once, by as many looks into the index as there are tags; as the newest work spells it.
WITH RECURSIVE own AS (
  (SELECT t.tag FROM work_tags t WHERE t.user_id = %(user_id)s ORDER BY t.tag LIMIT 1)
  UNION ALL
  SELECT (SELECT t.tag FROM work_tags t
    WHERE t.user_id = %(user_id)s AND t.tag > own.tag ORDER BY t.tag LIMIT 1)
  FROM own WHERE own.tag IS NOT NULL
)
SELECT (SELECT spelt FROM work_tags t JOIN works w ON w.id = t.work_id
  CROSS JOIN LATERAL unnest(w.tags) AS spelt
  WHERE t.user_id = %(user_id)s AND t.tag = own.tag AND tag_key(spelt) = own.tag LIMIT 1) AS tag
FROM own WHERE own.tag IS NOT NULL ORDER BY own.tag LIMIT %(most)s

-- name: pictures
-- The outputs of those works, in their order; for a zip.
SELECT w.id, w.number, w.subject, w.title, w.tags, w.seed, w.input_data, w.created_at,
  w.translation, t.slug, f.object_key, f.mime_type
FROM works w JOIN templates t ON t.id = w.template_id
JOIN files f ON f.work_id = w.id AND f.bucket_id = 'works'
WHERE w.id = ANY (%(work_ids)s) AND w.trashed_at IS NULL AND w.status = 'completed'
  AND (EXISTS (SELECT FROM generation_jobs j WHERE j.output_file_id = f.id AND j.work_id = w.id)
    OR NOT EXISTS (SELECT FROM generation_jobs j WHERE j.work_id = w.id))
ORDER BY w.id DESC, length(f.path), f.path

-- name: throw
SELECT trash_works(%(work_ids)s, %(gone)s)

-- name: forget
-- Of those in the trash the ones that have lain there longest.
SELECT drop_works(ARRAY(
  SELECT w.id FROM works w WHERE w.trashed_at < %(before)s
  ORDER BY w.trashed_at LIMIT %(most)s))
