-- name: listed
-- With how many works were asked for since then and have ended.
WITH counted AS (
  SELECT template_id, count(*) AS ended, count(*) FILTER (WHERE status = 'failed') AS failed
  FROM works
  WHERE status IN ('completed', 'failed', 'cancelled') AND created_at >= %(since)s
  GROUP BY template_id
)
SELECT t.id, t.slug, t.version, t.is_active, t.origin, t.placed, t.updated_at,
  coalesce(c.ended, 0) AS ended, coalesce(c.failed, 0) AS failed
FROM templates t LEFT JOIN counted c ON c.template_id = t.id
WHERE t.origin <> 'trial' ORDER BY t.display_order, t.slug

-- name: versions
SELECT v.version, v.digest, v.note, v.again, v.created_at, v.published_by IS NOT NULL AS by_hand,
  coalesce(nullif(u.name, ''), u.email) AS published_by
FROM template_versions v LEFT JOIN users u ON u.id = v.published_by
WHERE v.template_id = %(template_id)s AND v.version < %(before)s
ORDER BY v.version DESC LIMIT %(limit)s

-- name: offer
UPDATE templates SET is_active = %(offered)s, updated_at = now()
WHERE id = %(id)s AND is_active <> %(offered)s

-- name: give_back
UPDATE templates SET origin = 'catalog', updated_at = now() WHERE id = %(id)s AND origin = 'here'

-- name: place
UPDATE templates t SET display_order = 10 * p.place, placed = true
FROM unnest(%(ids)s::uuid[]) WITH ORDINALITY AS p (id, place) WHERE t.id = p.id

-- name: put_draft
INSERT INTO template_drafts (id, template_id, base_version, graphs, content, created_by, changed_by)
VALUES (%(id)s, %(template_id)s, %(base_version)s, %(graphs)s, %(content)s, %(by)s, %(by)s)

-- name: drafts
SELECT d.id, d.template_id, d.base_version, d.content -> 'title' AS title,
  d.content ->> 'slug' AS slug, d.changed_at, coalesce(nullif(u.name, ''), u.email) AS changed_name, d.changed_by
FROM template_drafts d LEFT JOIN users u ON u.id = d.changed_by
WHERE (%(template_id)s::uuid IS NULL OR d.template_id = %(template_id)s)
ORDER BY d.changed_at DESC, d.id LIMIT %(limit)s

-- name: draft
SELECT d.id, d.template_id, d.base_version, d.graphs, d.content, d.changed_by, d.changed_at,
  coalesce(nullif(u.name, ''), u.email) AS changed_name
FROM template_drafts d LEFT JOIN users u ON u.id = d.changed_by WHERE d.id = %(id)s

-- name: lock_draft
SELECT id FROM template_drafts WHERE id = %(id)s FOR UPDATE

-- name: change_draft
UPDATE template_drafts SET content = %(content)s, changed_by = %(by)s,
  changed_at = clock_timestamp() WHERE id = %(id)s

-- name: change_graphs
UPDATE template_drafts SET graphs = %(graphs)s WHERE id = %(id)s

-- name: drop_draft
DELETE FROM template_drafts WHERE id = %(id)s

-- name: ask_trial
INSERT INTO works (id, user_id, template_id, template_version, input_data, output_count, seed)
VALUES (%(id)s, %(user_id)s, %(template_id)s, %(version)s, %(input_data)s, 1, %(seed)s)

-- name: start_trial
INSERT INTO generation_jobs (work_id, output_index) VALUES (%(id)s, 0)

-- name: ran
-- Whether that very version of a draft has come out well.
SELECT true FROM works w JOIN template_versions v
  ON v.template_id = w.template_id AND v.version = w.template_version
WHERE w.template_id = %(template_id)s AND w.status = 'completed' AND v.digest = %(digest)s LIMIT 1
