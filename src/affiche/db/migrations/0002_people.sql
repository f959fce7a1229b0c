CREATE TABLE users (
  id uuid PRIMARY KEY DEFAULT uuid_v7(),
  number bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
  email text UNIQUE,
  name text NOT NULL DEFAULT '',
  language text NOT NULL DEFAULT 'ko' CHECK (language IN ('ko', 'en')),
  is_operator boolean NOT NULL DEFAULT false,
  subscription_credits integer NOT NULL DEFAULT 0 CHECK (subscription_credits >= 0),
  purchased_credits integer NOT NULL DEFAULT 0 CHECK (purchased_credits >= 0),
  created_at timestamptz NOT NULL DEFAULT now()
);
CALL protect('users');
CREATE POLICY self ON users FOR SELECT TO authenticated USING (id = (SELECT auth.uid()));
GRANT SELECT ON users TO authenticated;

CREATE TABLE projects (
  id uuid PRIMARY KEY DEFAULT uuid_v7(),
  number bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
  user_id uuid NOT NULL REFERENCES users (id),
  name text NOT NULL,
  is_default boolean NOT NULL DEFAULT false,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX projects_user ON projects (user_id, id);
CREATE UNIQUE INDEX projects_default ON projects (user_id) WHERE is_default;
CALL protect('projects');
CREATE POLICY own ON projects FOR SELECT TO authenticated USING (user_id = (SELECT auth.uid()));
GRANT SELECT ON projects TO authenticated;

-- How a person or a program proves who it is: only hashes are kept.
CREATE TABLE sign_in_links (
  hash bytea PRIMARY KEY,
  user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  created_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz NOT NULL,
  used_at timestamptz
);
CREATE INDEX sign_in_links_user ON sign_in_links (user_id);
CREATE INDEX sign_in_links_expiry ON sign_in_links (expires_at);
CALL protect('sign_in_links');

CREATE TABLE sessions (
  hash bytea PRIMARY KEY,
  user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  created_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz NOT NULL
);
CREATE INDEX sessions_user ON sessions (user_id);
CREATE INDEX sessions_expiry ON sessions (expires_at);
CALL protect('sessions');

CREATE TABLE api_keys (
  id uuid PRIMARY KEY DEFAULT uuid_v7(),
  hash bytea NOT NULL UNIQUE,
  user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  name text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  revoked_at timestamptz
);
CREATE INDEX api_keys_user ON api_keys (user_id, id);
CALL protect('api_keys');
CREATE POLICY own ON api_keys FOR SELECT TO authenticated USING (user_id = (SELECT auth.uid()));
GRANT SELECT (id, user_id, name, created_at, revoked_at) ON api_keys TO authenticated;

CREATE TABLE idempotency_keys (
  user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  key text NOT NULL CHECK (length(key) BETWEEN 1 AND 255),
  digest bytea NOT NULL,
  work_id uuid NOT NULL,
  inputs jsonb NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (user_id, key)
);
CREATE INDEX idempotency_keys_age ON idempotency_keys (created_at);
CALL protect('idempotency_keys');
CREATE POLICY own ON idempotency_keys FOR SELECT TO authenticated
  USING (user_id = (SELECT auth.uid()));
GRANT SELECT ON idempotency_keys TO authenticated;
