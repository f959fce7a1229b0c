-- Templates that operators make in the workshop (docs/decisions/0039).

ALTER TABLE templates
  -- Whose word counts: the folder's on disk, the workshop's, or a draft's that is tried.
  ADD COLUMN origin text NOT NULL DEFAULT 'catalog' CHECK (origin IN ('catalog', 'here', 'trial')),
  -- Its place on the page was chosen by hand, which no folder takes back.
  ADD COLUMN placed boolean NOT NULL DEFAULT false;

ALTER TABLE template_versions
  ADD COLUMN note text NOT NULL DEFAULT '' CHECK (length(note) <= 500),
  -- Who published it, where a person did. No foreign key: a version stays when people leave.
  ADD COLUMN published_by uuid,
  -- The earlier version that this one is again.
  ADD COLUMN again integer CHECK (again > 0);

-- What will be a version. `graphs`: one of each stage, which are large and seldom change; `content`:
-- all else of the definition, as far as it has come. `template_id`: which template it will be of.
CREATE TABLE template_drafts (
  id uuid PRIMARY KEY DEFAULT uuid_v7(),
  template_id uuid NOT NULL,
  base_version integer CHECK (base_version > 0),
  graphs jsonb NOT NULL CHECK (jsonb_typeof(graphs) = 'array' AND length(graphs::text) <= 16777216),
  content jsonb NOT NULL
    CHECK (jsonb_typeof(content) = 'object' AND length(content::text) <= 2097152),
  -- No foreign keys to people, as with versions.
  created_by uuid NOT NULL,
  changed_by uuid NOT NULL,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  changed_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX template_drafts_changed ON template_drafts (changed_at DESC, id);
CREATE INDEX template_drafts_template ON template_drafts (template_id);
CALL protect('template_drafts');

-- A draft that is tried is on nobody's page, and its jobs run all the same: where its route leads.
CREATE OR REPLACE FUNCTION complete_job() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE asked record;
BEGIN
  SELECT w.id, w.status, w.user_id, w.project_id, w.template_id, w.template_version,
    t.is_active OR t.origin = 'trial' AS runs, v.workflow_ids INTO asked
  FROM works w JOIN templates t ON t.id = w.template_id
  LEFT JOIN template_versions v ON v.template_id = w.template_id AND v.version = w.template_version
  WHERE w.id = NEW.work_id;
  IF asked.status IN ('completed', 'failed', 'cancelled') THEN
    RAISE EXCEPTION 'work % is %: ask for another with retry_of', asked.id, asked.status
      USING ERRCODE = 'check_violation';
  END IF;
  NEW.user_id := asked.user_id;
  NEW.project_id := asked.project_id;
  NEW.workflow_id := coalesce(NEW.workflow_id, asked.workflow_ids[NEW.stage + 1]);
  IF NOT coalesce(asked.runs, false) THEN
    NEW.endpoint_id := NULL;
  ELSIF NEW.endpoint_id IS NULL THEN
    NEW.endpoint_id := choose_endpoint(asked.template_id, asked.template_version);
  END IF;
  RETURN NEW;
END $$;
