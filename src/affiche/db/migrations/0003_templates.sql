-- A workflow never changes once it is stored: another graph is another row.
CREATE TABLE workflows (
  id uuid PRIMARY KEY DEFAULT uuid_v7(),
  number bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
  slug text NOT NULL,
  name text NOT NULL,
  description text NOT NULL DEFAULT '',
  comfyui_workflow jsonb NOT NULL,
  editable_params jsonb NOT NULL DEFAULT '[]',
  outputs text[] NOT NULL DEFAULT '{}',
  digest text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (slug, digest)
);
CALL protect('workflows');
CREATE POLICY everyone ON workflows FOR SELECT TO authenticated USING (true);
GRANT SELECT ON workflows TO authenticated;

CREATE TABLE endpoints (
  id uuid PRIMARY KEY DEFAULT uuid_v7(),
  name text NOT NULL UNIQUE,
  kind text NOT NULL CHECK (kind IN ('runpod', 'comfyui', 'preview')),
  url text,
  works_at_once integer NOT NULL DEFAULT 2 CHECK (works_at_once > 0),
  position integer NOT NULL DEFAULT 100,
  is_active boolean NOT NULL DEFAULT true,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX endpoints_order ON endpoints (position, id) WHERE is_active;
CALL protect('endpoints');

CREATE TABLE templates (
  id uuid PRIMARY KEY DEFAULT uuid_v7(),
  number bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
  template_name text NOT NULL UNIQUE,
  slug text NOT NULL UNIQUE,
  version integer NOT NULL DEFAULT 1 CHECK (version > 0),
  work_type text NOT NULL,
  title text NOT NULL,
  description text NOT NULL DEFAULT '',
  estimated_time integer NOT NULL DEFAULT 30 CHECK (estimated_time > 0),
  is_active boolean NOT NULL DEFAULT false,
  display_order integer NOT NULL DEFAULT 100,
  credits integer NOT NULL DEFAULT 1 CHECK (credits >= 0),
  form_fields jsonb NOT NULL DEFAULT '[]',
  request_dto jsonb NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX templates_gallery ON templates (display_order, slug) WHERE is_active;
CALL protect('templates');
CREATE POLICY everyone ON templates FOR SELECT TO authenticated USING (true);
GRANT SELECT ON templates TO authenticated;

-- What a template was when a work asked for it: `definition` is the whole of it.
CREATE TABLE template_versions (
  template_id uuid NOT NULL REFERENCES templates (id),
  version integer NOT NULL CHECK (version > 0),
  digest text NOT NULL,
  definition jsonb NOT NULL,
  workflow_ids uuid[] NOT NULL CHECK (cardinality(workflow_ids) > 0),
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (template_id, version)
);
CALL protect('template_versions');
CREATE POLICY everyone ON template_versions FOR SELECT TO authenticated USING (true);
GRANT SELECT ON template_versions TO authenticated;
