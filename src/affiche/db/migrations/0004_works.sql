CREATE TABLE files (
  id uuid PRIMARY KEY DEFAULT uuid_v7(),
  number bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
  user_id uuid NOT NULL REFERENCES users (id),
  work_id uuid,
  bucket_id text NOT NULL CHECK (bucket_id IN ('uploads', 'works')),
  path text NOT NULL,
  object_key text NOT NULL,
  thumbnail_key text,
  name text NOT NULL DEFAULT '',
  width integer NOT NULL CHECK (width > 0),
  height integer NOT NULL CHECK (height > 0),
  file_size bigint NOT NULL CHECK (file_size > 0),
  mime_type text NOT NULL,
  sha256 bytea NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  file_path text GENERATED ALWAYS AS (path) STORED,
  file_url text GENERATED ALWAYS AS ('/v1/files/' || id::text) STORED,
  UNIQUE (bucket_id, path)
);
CREATE INDEX files_user ON files (user_id, id DESC);
CREATE INDEX files_work ON files (work_id) WHERE work_id IS NOT NULL;
CALL protect('files');
CREATE POLICY own ON files FOR SELECT TO authenticated USING (user_id = (SELECT auth.uid()));
GRANT SELECT ON files TO authenticated;

CREATE TABLE works (
  id uuid PRIMARY KEY DEFAULT uuid_v7(),
  number bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
  user_id uuid NOT NULL REFERENCES users (id),
  project_id uuid REFERENCES projects (id),
  template_id uuid NOT NULL REFERENCES templates (id),
  template_version integer,
  retry_of uuid REFERENCES works (id),
  input_data jsonb NOT NULL DEFAULT '{}',
  output_count integer NOT NULL DEFAULT 1 CHECK (output_count BETWEEN 1 AND 10),
  seed bigint CHECK (seed BETWEEN 1 AND 9007199254740991),
  status text NOT NULL DEFAULT 'pending' CHECK (
    status IN ('pending', 'taken', 'processing', 'completed', 'failed', 'cancelled')),
  progress jsonb,
  engine text,
  runpod_job_id text,
  generation_metadata jsonb,
  output_file_id uuid REFERENCES files (id),
  thumbnail_file_id uuid REFERENCES files (id),
  title text,
  output_data_json jsonb,
  tags text[] NOT NULL DEFAULT '{}',
  error_code text,
  error_params jsonb,
  error_message text,
  credits_used integer NOT NULL DEFAULT 0 CHECK (credits_used >= 0),
  subscription_credits_used integer NOT NULL DEFAULT 0 CHECK (subscription_credits_used >= 0),
  purchased_credits_used integer NOT NULL DEFAULT 0 CHECK (purchased_credits_used >= 0),
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  taken_at timestamptz,
  processing_at timestamptz,
  completed_at timestamptz,
  failed_at timestamptz,
  cancelled_at timestamptz,
  -- Other names of output_file_id and output_data_json, kept the same by a trigger, because
  -- statements that people have write them, and a generated column cannot be written.
  file_id uuid,
  output_data jsonb
) WITH (fillfactor = 80);
CREATE INDEX works_user ON works (user_id, id DESC);
CREATE INDEX works_user_status ON works (user_id, status, id DESC);
CREATE INDEX works_user_template ON works (user_id, template_id, id DESC);
CREATE INDEX works_retry ON works (retry_of) WHERE retry_of IS NOT NULL;
CREATE INDEX works_template ON works (template_id);
CREATE INDEX works_output_file ON works (output_file_id) WHERE output_file_id IS NOT NULL;
CREATE INDEX works_thumbnail ON works (thumbnail_file_id) WHERE thumbnail_file_id IS NOT NULL;
CREATE INDEX works_project ON works (project_id, id DESC);
ALTER TABLE files ADD FOREIGN KEY (work_id) REFERENCES works (id);
CALL protect('works');
CREATE POLICY own ON works FOR SELECT TO authenticated USING (user_id = (SELECT auth.uid()));
GRANT SELECT ON works TO authenticated;

CREATE TABLE generation_jobs (
  id uuid PRIMARY KEY DEFAULT uuid_v7(),
  number bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
  work_id uuid NOT NULL REFERENCES works (id),
  -- The work's, put there by a trigger; a key of its own would lock the user's row once more.
  user_id uuid NOT NULL,
  stage integer NOT NULL DEFAULT 0 CHECK (stage >= 0),
  output_index integer NOT NULL DEFAULT 0 CHECK (output_index BETWEEN 0 AND 9),
  workflow_id uuid REFERENCES workflows (id),
  endpoint_id uuid REFERENCES endpoints (id),
  status text NOT NULL DEFAULT 'pending' CHECK (
    status IN ('pending', 'taken', 'processing', 'completed', 'failed', 'cancelled')),
  priority integer NOT NULL DEFAULT 0,
  step text NOT NULL DEFAULT 'prepare' CHECK (
    step IN ('prepare', 'submit', 'observe', 'collect', 'finish')),
  token uuid NOT NULL DEFAULT gen_random_uuid(),
  entry uuid,
  takes integer NOT NULL DEFAULT 0 CHECK (takes >= 0),
  run_at timestamptz NOT NULL DEFAULT now(),
  step_started_at timestamptz,
  observe_at timestamptz,
  deadline_at timestamptz,
  external_id text,
  parameters jsonb NOT NULL DEFAULT '{}',
  prompt_used text,
  negative_prompt_used text,
  outputs jsonb,
  output_file_id uuid REFERENCES files (id),
  error_code text,
  error_params jsonb,
  error_message text,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  taken_at timestamptz,
  started_at timestamptz,
  running_at timestamptz,
  completed_at timestamptz,
  failed_at timestamptz,
  cancelled_at timestamptz,
  execution_seconds double precision,
  runpod_job_id text GENERATED ALWAYS AS (external_id) STORED,
  result_image_url text GENERATED ALWAYS AS ('/v1/files/' || output_file_id::text) STORED
) WITH (fillfactor = 70);
-- Admission walks the users who wait (a loose scan) and takes each one's first few.
CREATE INDEX generation_jobs_waiting
  ON generation_jobs (endpoint_id, user_id, priority DESC, created_at, id)
  WHERE status = 'pending';
CREATE INDEX generation_jobs_running ON generation_jobs (endpoint_id, user_id)
  WHERE status IN ('taken', 'processing');
CREATE INDEX generation_jobs_observed ON generation_jobs (observe_at)
  WHERE status = 'processing' AND step = 'observe';
CREATE INDEX generation_jobs_steps ON generation_jobs (updated_at)
  WHERE status IN ('taken', 'processing') AND step <> 'observe';
CREATE INDEX generation_jobs_deadline ON generation_jobs (deadline_at)
  WHERE status IN ('taken', 'processing');
CREATE INDEX generation_jobs_external ON generation_jobs (external_id)
  WHERE status = 'processing';
CREATE INDEX generation_jobs_delayed ON generation_jobs (run_at) WHERE status = 'pending';
CREATE INDEX generation_jobs_work ON generation_jobs (work_id);
CREATE INDEX generation_jobs_user ON generation_jobs (user_id, id DESC);
CREATE INDEX generation_jobs_workflow ON generation_jobs (workflow_id);
CREATE INDEX generation_jobs_endpoint ON generation_jobs (endpoint_id);
CREATE INDEX generation_jobs_output_file ON generation_jobs (output_file_id)
  WHERE output_file_id IS NOT NULL;
CALL protect('generation_jobs');
CREATE POLICY own ON generation_jobs FOR SELECT TO authenticated
  USING (user_id = (SELECT auth.uid()));
GRANT SELECT ON generation_jobs TO authenticated;

-- Runs on an engine that nobody waits for any more and that must be found and stopped.
CREATE TABLE withdrawals (
  id uuid PRIMARY KEY DEFAULT uuid_v7(),
  job_id uuid REFERENCES generation_jobs (id) ON DELETE SET NULL,
  endpoint_id uuid NOT NULL REFERENCES endpoints (id),
  external_id text NOT NULL,
  tries integer NOT NULL DEFAULT 0,
  run_at timestamptz NOT NULL DEFAULT now(),
  created_at timestamptz NOT NULL DEFAULT now(),
  done_at timestamptz
);
CREATE INDEX withdrawals_due ON withdrawals (run_at) WHERE done_at IS NULL;
CREATE INDEX withdrawals_job ON withdrawals (job_id);
CREATE INDEX withdrawals_endpoint ON withdrawals (endpoint_id);
CALL protect('withdrawals');
