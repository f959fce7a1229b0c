-- name: gallery
SELECT t.id, t.number, t.slug, t.version, t.is_active, t.display_order
FROM templates t WHERE t.is_active ORDER BY t.display_order, t.slug

-- name: find
SELECT t.id, t.number, t.slug, t.version, t.is_active, t.display_order FROM templates t
WHERE t.id::text = %(name)s OR t.slug = %(name)s OR t.template_name = %(name)s

-- name: definition
SELECT definition FROM template_versions
WHERE template_id = %(template_id)s AND version = %(version)s

-- name: hold
SELECT pg_advisory_xact_lock(420791)

-- name: present
SELECT t.version, t.origin, v.digest FROM templates t
JOIN template_versions v ON v.template_id = t.id AND v.version = t.version
WHERE t.id = %(id)s

-- name: taken
-- By another template's: its name, or the one in addresses.
SELECT slug FROM templates
WHERE id <> %(id)s AND (slug = %(slug)s OR template_name = %(template_name)s) LIMIT 1

-- name: put_workflow
WITH added AS (
  INSERT INTO workflows (slug, name, description, comfyui_workflow, editable_params, outputs, digest)
  VALUES (%(slug)s, %(name)s, %(description)s, %(graph)s, %(bindings)s, %(outputs)s, %(digest)s)
  ON CONFLICT (slug, digest) DO NOTHING RETURNING id
)
SELECT id FROM added UNION ALL
SELECT id FROM workflows WHERE slug = %(slug)s AND digest = %(digest)s LIMIT 1

-- name: put_version
INSERT INTO template_versions (template_id, version, digest, definition, workflow_ids, note,
  published_by, again)
VALUES (%(id)s, %(version)s, %(digest)s, %(definition)s, %(workflow_ids)s, %(note)s,
  %(published_by)s, %(again)s)

-- name: put
INSERT INTO templates (id, template_name, slug, version, work_type, title, description,
  estimated_time, is_active, display_order, credits, form_fields, request_dto, origin)
VALUES (%(id)s, %(template_name)s, %(slug)s, %(version)s, %(work_type)s, %(title)s,
  %(description)s, %(estimated_time)s, %(is_active)s, %(display_order)s, %(credits)s,
  %(form_fields)s, %(request_dto)s, %(origin)s)
ON CONFLICT (id) DO UPDATE SET
  template_name = excluded.template_name, slug = excluded.slug, version = excluded.version,
  work_type = excluded.work_type, title = excluded.title, description = excluded.description,
  estimated_time = excluded.estimated_time, origin = excluded.origin,
  display_order = CASE WHEN templates.placed
    THEN templates.display_order ELSE excluded.display_order END,
  credits = excluded.credits, form_fields = excluded.form_fields,
  request_dto = excluded.request_dto, updated_at = now()
