-- name: listed
SELECT id, number, project_id, user_id, name, slug, skin_tone, hair_color, hair_style, lora_file,
  lora_strength, trigger_word, negative_prompt, portrait_file_id, is_demo, created_at, updated_at,
  archived_at
FROM characters
WHERE project_id = %(project_id)s AND id > %(after)s
  AND (archived_at IS NULL OR %(archived)s)
ORDER BY id LIMIT %(limit)s

-- name: named
-- By id, number or slug; in the project if one is given, else wherever the caller is, the caller's
-- own project first.
SELECT c.id, c.number, c.project_id, c.user_id, c.name, c.slug, c.skin_tone, c.hair_color,
  c.hair_style, c.lora_file, c.lora_strength, c.trigger_word, c.negative_prompt,
  c.portrait_file_id, c.is_demo, c.created_at, c.updated_at, c.archived_at
FROM characters c JOIN projects p ON p.id = c.project_id
WHERE c.project_id = ANY (CASE WHEN %(project_id)s::uuid IS NULL THEN (SELECT my_projects())
    ELSE ARRAY[%(project_id)s::uuid] END)
  AND (c.id = %(id)s::uuid OR c.number = %(number)s::bigint OR c.slug = %(slug)s::text)
ORDER BY c.archived_at IS NOT NULL, (p.user_id = (SELECT auth.uid()) AND p.is_default) DESC, c.id
LIMIT 1

-- name: add
INSERT INTO characters (id, project_id, user_id, name, slug, skin_tone, hair_color, hair_style,
  lora_file, lora_strength, trigger_word, negative_prompt, portrait_file_id, is_demo)
SELECT %(id)s, p.id, %(user_id)s, %(name)s, %(slug)s, %(skin_tone)s, %(hair_color)s,
  %(hair_style)s, %(lora_file)s, %(lora_strength)s, %(trigger_word)s, %(negative_prompt)s,
  %(portrait_file_id)s, %(is_demo)s
-- Under the project's lock, so that two at once do not pass the limit together.
FROM (SELECT id FROM projects WHERE id = %(project_id)s FOR UPDATE) p
WHERE (SELECT count(*) FROM characters c WHERE c.project_id = p.id) < %(most)s
RETURNING id

-- name: change
UPDATE characters SET name = %(name)s, slug = %(slug)s, skin_tone = %(skin_tone)s,
  hair_color = %(hair_color)s, hair_style = %(hair_style)s, lora_file = %(lora_file)s,
  lora_strength = %(lora_strength)s, trigger_word = %(trigger_word)s,
  negative_prompt = %(negative_prompt)s, portrait_file_id = %(portrait_file_id)s,
  archived_at = CASE WHEN %(archived)s THEN coalesce(archived_at, now()) END, updated_at = now()
WHERE id = %(id)s

-- name: show_portrait
-- To the project's members, from whoever of them brought it.
UPDATE files SET used_at = coalesce(used_at, now()),
  project_ids = CASE WHEN project_ids @> ARRAY[%(project_id)s::uuid] THEN project_ids
    ELSE project_ids || %(project_id)s::uuid END
WHERE id = %(file_id)s

-- name: remove
-- For good if no work was ever made with it; else it is put away, and its works stay with it.
WITH gone AS (
  DELETE FROM characters WHERE id = %(id)s
    AND NOT EXISTS (SELECT FROM works WHERE character_id = %(id)s)
  RETURNING id
), away AS (
  UPDATE characters SET archived_at = coalesce(archived_at, now()), updated_at = now()
  WHERE id = %(id)s AND EXISTS (SELECT FROM works WHERE character_id = %(id)s)
  RETURNING id
)
SELECT EXISTS (SELECT FROM gone) AS gone, EXISTS (SELECT FROM away) AS away

-- name: statistics
-- Each by the index alone; of a character that the caller can see.
SELECT s.status, tally.works, tally.newest
FROM unnest(ARRAY['pending', 'taken', 'processing', 'completed', 'failed', 'cancelled'])
  AS s (status)
CROSS JOIN LATERAL (
  SELECT count(*) AS works,
    (SELECT w.created_at FROM works w WHERE w.character_id = %(id)s AND w.status = s.status
      ORDER BY w.id DESC LIMIT 1) AS newest
  FROM works WHERE character_id = %(id)s AND status = s.status
) tally

-- name: endpoint
-- Where a work of the template would run now.
SELECT id, name, kind, url, works_at_once, remote_id, secret, request_shape, images_as,
  workflow_as, pictures_by, does_stages, price_per_second, warm_minutes, warm_hours
FROM endpoints WHERE id = (
  SELECT choose_endpoint(t.id, t.version) FROM templates t WHERE t.id = %(template_id)s)

-- name: has_begun
-- Whether the project is in use, or has had the demonstration.
SELECT demo_at IS NOT NULL OR EXISTS (SELECT FROM works w WHERE w.project_id = p.id)
  OR EXISTS (SELECT FROM characters c WHERE c.project_id = p.id)
FROM projects p WHERE p.id = %(project_id)s

-- name: begin_demo
UPDATE projects SET demo_at = coalesce(demo_at, now()) WHERE id = %(project_id)s

-- name: of_demo
SELECT id, true AS is_character FROM characters
WHERE project_id = %(project_id)s AND is_demo AND archived_at IS NULL
UNION ALL
SELECT id, false FROM reference_images WHERE project_id = %(project_id)s AND is_demo

-- name: faces
-- As whoever asks: the picture that was chosen for each, else the newest kept of its works, else the
-- newest. Of the kept only among the last hundred, so that no gallery is read to its end.
SELECT c.id, coalesce(c.portrait_file_id, kept.output_file_id, newest.output_file_id) AS file_id
FROM characters c
LEFT JOIN LATERAL (
  SELECT lately.output_file_id FROM (
    SELECT w.id, w.output_file_id, w.choice FROM works w
    WHERE w.character_id = c.id AND w.status = 'completed' ORDER BY w.id DESC LIMIT 100
  ) lately
  WHERE lately.choice = 'kept' AND lately.output_file_id IS NOT NULL
  ORDER BY lately.id DESC LIMIT 1
) kept ON c.portrait_file_id IS NULL
LEFT JOIN LATERAL (
  SELECT w.output_file_id FROM works w
  WHERE w.character_id = c.id AND w.status = 'completed' AND w.output_file_id IS NOT NULL
  ORDER BY w.id DESC LIMIT 1
) newest ON c.portrait_file_id IS NULL AND kept.output_file_id IS NULL
WHERE c.id = ANY (%(ids)s::uuid[])

-- name: tally
-- What people chose of its works, and the middle of how long the last hundred took on the engine.
SELECT count(*) FILTER (WHERE choice = 'kept') AS kept,
  count(*) FILTER (WHERE choice = 'rejected') AS rejected,
  (SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM took))::float8
    FROM (SELECT completed_at - processing_at AS took FROM works
      WHERE character_id = %(id)s AND status = 'completed' ORDER BY id DESC LIMIT 100) lately
  ) AS seconds
FROM works WHERE character_id = %(id)s AND status = 'completed'
