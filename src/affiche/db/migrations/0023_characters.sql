-- Who is in the pictures and what these are made after: characters, seed 003's models, and captioned
-- reference pictures, both a project's (docs/decisions/0031).

CREATE TABLE characters (
  id uuid PRIMARY KEY DEFAULT uuid_v7(),
  number bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
  project_id uuid NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
  -- Who made it.
  user_id uuid REFERENCES users (id) ON DELETE SET NULL,
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
  slug text NOT NULL CHECK (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' AND length(slug) <= 50),
  skin_tone text NOT NULL DEFAULT '' CHECK (length(skin_tone) <= 50),
  hair_color text NOT NULL DEFAULT '' CHECK (length(hair_color) <= 50),
  hair_style text NOT NULL DEFAULT '' CHECK (length(hair_style) <= 200),
  lora_file text NOT NULL DEFAULT '' CHECK (length(lora_file) <= 200),
  lora_strength double precision NOT NULL DEFAULT 0.65 CHECK (lora_strength BETWEEN 0.3 AND 1.0),
  trigger_word text NOT NULL DEFAULT '' CHECK (length(trigger_word) <= 100),
  negative_prompt text NOT NULL DEFAULT '' CHECK (length(negative_prompt) <= 2000),
  portrait_file_id uuid REFERENCES files (id) ON DELETE SET NULL,
  is_demo boolean NOT NULL DEFAULT false,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  archived_at timestamptz,
  UNIQUE (project_id, slug)
);
CREATE INDEX characters_project ON characters (project_id, id);
CREATE INDEX characters_user ON characters (user_id) WHERE user_id IS NOT NULL;
CREATE INDEX characters_portrait ON characters (portrait_file_id)
  WHERE portrait_file_id IS NOT NULL;
CALL protect('characters');
CREATE POLICY members ON characters FOR SELECT TO authenticated
  USING (project_id = ANY ((SELECT my_projects())::uuid[]));
GRANT SELECT ON characters TO authenticated;

-- What is searched for is compared in this form: composed, and without the size of letters.
CREATE FUNCTION folded(words text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp AS $$
  SELECT lower(normalize(coalesce(words, ''), NFKC))
$$;

-- Each character and each two that stand together. pg_trgm needs three, and Korean words of two
-- syllables are many; with the locale "C" it sees no Hangul at all.
CREATE FUNCTION search_grams(words text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT coalesce(array_agg(DISTINCT gram), '{}') FROM (
    SELECT unnest(ARRAY[one, one || lead(one) OVER (ORDER BY at)]) AS gram
    FROM string_to_table(public.folded(words), NULL) WITH ORDINALITY AS letter (one, at)
  ) cut
  WHERE gram IS NOT NULL AND gram !~ '\s'
$$;

CREATE TABLE reference_images (
  id uuid PRIMARY KEY DEFAULT uuid_v7(),
  number bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
  project_id uuid NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
  -- Who brought it.
  user_id uuid REFERENCES users (id) ON DELETE SET NULL,
  filename text NOT NULL CHECK (length(filename) BETWEEN 1 AND 500),
  category text NOT NULL DEFAULT '' CHECK (length(category) <= 100),
  storage_path text GENERATED ALWAYS AS (
    CASE category WHEN '' THEN filename ELSE category || '/' || filename END) STORED,
  file_id uuid NOT NULL REFERENCES files (id) ON DELETE CASCADE,
  -- Of the bytes as they were brought, so that what is there is known before it is decoded.
  sha256 bytea NOT NULL CHECK (length(sha256) = 32),
  -- In English, because it becomes part of prompts; beside it the same for Korean readers.
  vision_description text CHECK (length(vision_description) BETWEEN 1 AND 2000),
  caption_ko text CHECK (length(caption_ko) BETWEEN 1 AND 2000),
  -- `edited`: somebody's own words, which no model writes over.
  caption_state text NOT NULL DEFAULT 'none' CHECK (
    caption_state IN ('none', 'waiting', 'written', 'edited', 'failed')),
  analyzed_at timestamptz,
  is_demo boolean NOT NULL DEFAULT false,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  grams text[] GENERATED ALWAYS AS (search_grams(
    filename || ' ' || category || ' ' || coalesce(vision_description, '') || ' '
    || coalesce(caption_ko, ''))) STORED,
  UNIQUE (project_id, sha256)
);
CREATE INDEX reference_images_page ON reference_images (project_id, id DESC);
CREATE INDEX reference_images_category ON reference_images (project_id, category, id DESC);
CREATE INDEX reference_images_uncaptioned ON reference_images (project_id, id)
  WHERE caption_state IN ('none', 'waiting', 'failed');
CREATE INDEX reference_images_words ON reference_images USING gin (grams);
CREATE INDEX reference_images_user ON reference_images (user_id) WHERE user_id IS NOT NULL;
CREATE INDEX reference_images_file ON reference_images (file_id);
CALL protect('reference_images');
CREATE POLICY members ON reference_images FOR SELECT TO authenticated
  USING (project_id = ANY ((SELECT my_projects())::uuid[]));
GRANT SELECT ON reference_images TO authenticated;

-- When the demonstration was put there, so that it does not come again to who deleted it.
ALTER TABLE projects ADD COLUMN demo_at timestamptz;

-- `subject`: what both said when they were asked for, so that no later edit changes what a work that
-- waits will make, and the record shows it.
ALTER TABLE works
  ADD COLUMN character_id uuid REFERENCES characters (id) ON DELETE SET NULL,
  ADD COLUMN reference_id uuid REFERENCES reference_images (id) ON DELETE SET NULL,
  ADD COLUMN subject jsonb;
CREATE INDEX works_character ON works (character_id, id DESC) WHERE character_id IS NOT NULL;
CREATE INDEX works_character_status ON works (character_id, status, id DESC)
  WHERE character_id IS NOT NULL;
CREATE INDEX works_reference ON works (reference_id, id DESC) WHERE reference_id IS NOT NULL;

-- The inputs name both by `character` and `reference`, by id, a character by its slug too, whoever
-- writes them; what is not in the work's project is not found, and the prepare step says so.
CREATE FUNCTION name_subject() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  chosen characters;
  shown reference_images;
BEGIN
  SELECT * INTO chosen FROM characters
  WHERE project_id = NEW.project_id AND archived_at IS NULL
    AND (id::text = lower(NEW.input_data ->> 'character') OR slug = NEW.input_data ->> 'character');
  IF FOUND THEN
    NEW.character_id := chosen.id;
    NEW.subject := jsonb_build_object('character', jsonb_build_object(
      'id', chosen.id, 'number', chosen.number, 'slug', chosen.slug, 'name', chosen.name,
      'skin_tone', chosen.skin_tone, 'hair_color', chosen.hair_color,
      'hair_style', chosen.hair_style, 'lora_file', chosen.lora_file,
      'lora_strength', chosen.lora_strength, 'trigger_word', chosen.trigger_word,
      'negative_prompt', chosen.negative_prompt));
  END IF;
  SELECT * INTO shown FROM reference_images
  WHERE project_id = NEW.project_id
    AND id = (SELECT named FROM named_files(NEW.input_data -> 'reference') AS named LIMIT 1);
  IF FOUND THEN
    NEW.reference_id := shown.id;
    NEW.subject := coalesce(NEW.subject, '{}') || jsonb_build_object('reference',
      jsonb_build_object(
        'id', shown.id, 'number', shown.number, 'filename', shown.filename,
        'category', shown.category, 'file_id', shown.file_id,
        'caption', coalesce(shown.vision_description, ''),
        'caption_ko', coalesce(shown.caption_ko, '')));
  END IF;
  RETURN NEW;
END $$;
-- Behind `c_complete`, which names the project.
CREATE TRIGGER d_subject BEFORE INSERT ON works
  FOR EACH ROW WHEN (NEW.input_data ? 'character' OR NEW.input_data ? 'reference')
  EXECUTE FUNCTION name_subject();

-- The reference's picture is kept for the work, whatever becomes of the reference (0021).
CREATE FUNCTION use_reference() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  INSERT INTO file_uses (work_id, file_id)
  SELECT NEW.id, f.id FROM files f WHERE f.id = (NEW.subject #>> '{reference,file_id}')::uuid
  ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$;
-- Behind `use_files`, which keeps what the inputs themselves name.
CREATE TRIGGER use_reference AFTER INSERT OR UPDATE OF input_data ON works
  FOR EACH ROW WHEN (NEW.reference_id IS NOT NULL) EXECUTE FUNCTION use_reference();

CREATE OR REPLACE VIEW shown_works WITH (security_invoker = true) AS
SELECT w.id, w.number, w.user_id, w.project_id, w.template_id, w.template_version, w.retry_of,
  w.input_data, w.output_count, w.seed, w.status, w.progress, w.engine, w.generation_metadata,
  w.output_file_id, w.title, w.tags, w.error_code, w.error_params, w.created_at, w.taken_at,
  w.processing_at, w.completed_at, w.failed_at, w.cancelled_at,
  t.slug AS template_slug, t.estimated_time, w.credits_used, w.credits_refunded,
  w.character_id, w.reference_id, w.subject
FROM works w JOIN templates t ON t.id = w.template_id;
