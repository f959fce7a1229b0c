-- Words: what the language model was asked and what that cost, translations that were made, and the
-- glossary of a project (docs/decisions/0029).

-- One row is one question. `cost` in US dollars, NULL where nobody knows it; the operators' alone.
CREATE TABLE llm_calls (
  id uuid PRIMARY KEY DEFAULT uuid_v7(),
  purpose text NOT NULL CHECK (purpose IN ('translate', 'title', 'caption')),
  work_id uuid REFERENCES works (id) ON DELETE SET NULL,
  model text NOT NULL CHECK (length(model) <= 200),
  tokens_in integer NOT NULL CHECK (tokens_in >= 0),
  tokens_out integer NOT NULL CHECK (tokens_out >= 0),
  cost numeric(16, 10) CHECK (cost >= 0),
  milliseconds integer NOT NULL CHECK (milliseconds >= 0),
  outcome text NOT NULL CHECK (
    outcome IN ('answered', 'unfit', 'refused', 'busy', 'unavailable')),
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX llm_calls_work ON llm_calls (work_id) WHERE work_id IS NOT NULL;
CREATE INDEX llm_calls_age ON llm_calls (created_at);
CALL protect('llm_calls');

-- What was paid for once, by a digest of the words, the glossary's part in them, the model and the
-- version of our instruction. A project's own: elsewhere it would tell who else asked for the same.
CREATE TABLE translations (
  project_id uuid NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
  digest bytea NOT NULL CHECK (length(digest) = 32),
  english text NOT NULL CHECK (length(english) BETWEEN 1 AND 100000),
  model text NOT NULL,
  used_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (project_id, digest)
);
CREATE INDEX translations_age ON translations (used_at);
CALL protect('translations');

-- Names of brands and products: `english` is what stands for the term in English, NULL if it is
-- kept as it is written.
CREATE TABLE glossary_terms (
  project_id uuid NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
  term text NOT NULL CHECK (length(term) BETWEEN 1 AND 100 AND term = normalize(btrim(term), NFC)),
  english text CHECK (length(english) BETWEEN 1 AND 100),
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (project_id, term)
);
CALL protect('glossary_terms');
CREATE POLICY members ON glossary_terms FOR SELECT TO authenticated
  USING (project_id = ANY ((SELECT my_projects())::uuid[]));
GRANT SELECT ON glossary_terms TO authenticated;

-- What came of translating a work's words: {"status": …, "model": …, "fields": {"prompt": {"status":
-- …, "english": …}}}; `input_data` keeps them as they were written. Settled by a job before it is
-- submitted, and the work's from then on, so that its row is not written once more for it.
ALTER TABLE generation_jobs ADD COLUMN translation jsonb;
ALTER TABLE works ADD COLUMN translation jsonb;
