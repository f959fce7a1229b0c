-- Roles and claims as on Supabase, made where they are missing, so that an existing Supabase
-- project can be the substrate; ids that sort by time; and how every table is protected.

DO $$
DECLARE wanted text;
BEGIN
  FOREACH wanted IN ARRAY ARRAY['anon', 'authenticated', 'service_role'] LOOP
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted) THEN
      EXECUTE format('CREATE ROLE %I NOLOGIN', wanted);
      EXECUTE format('GRANT %I TO CURRENT_USER', wanted);
    END IF;
  END LOOP;
END $$;

CREATE SCHEMA IF NOT EXISTS auth;

DO $$
BEGIN
  IF to_regprocedure('auth.jwt()') IS NULL THEN
    CREATE FUNCTION auth.jwt() RETURNS jsonb LANGUAGE sql STABLE AS
      $f$ SELECT nullif(current_setting('request.jwt.claims', true), '')::jsonb $f$;
  END IF;
  IF to_regprocedure('auth.uid()') IS NULL THEN
    CREATE FUNCTION auth.uid() RETURNS uuid LANGUAGE sql STABLE AS
      $f$ SELECT nullif(auth.jwt() ->> 'sub', '')::uuid $f$;
  END IF;
END $$;

GRANT USAGE ON SCHEMA auth, public TO anon, authenticated, service_role;

-- RFC 9562 version 7; PostgreSQL has its own only from 18 on.
CREATE FUNCTION uuid_v7() RETURNS uuid LANGUAGE sql VOLATILE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp AS $$
  SELECT encode(
    set_bit(set_bit(
      overlay(uuid_send(gen_random_uuid())
        PLACING substring(int8send((extract(epoch FROM clock_timestamp()) * 1000)::bigint) FROM 3)
        FROM 1 FOR 6),
      52, 1), 53, 1), 'hex')::uuid
$$;

-- Row-level security on, forced, all for the service role; what others may see is said per table.
CREATE PROCEDURE protect(target regclass) LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE counter text;
BEGIN
  EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', target);
  EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', target);
  EXECUTE format('REVOKE ALL ON %s FROM PUBLIC, anon, authenticated', target);
  EXECUTE format('GRANT ALL ON %s TO service_role', target);
  EXECUTE format(
    'CREATE POLICY service ON %s TO service_role USING (true) WITH CHECK (true)', target);
  -- Supabase grants people the counters of identity columns too.
  FOR counter IN
    SELECT pg_get_serial_sequence(target::text, attname) FROM pg_attribute
    WHERE attrelid = target AND attidentity <> ''
  LOOP
    EXECUTE format('REVOKE ALL ON SEQUENCE %s FROM PUBLIC, anon, authenticated', counter);
  END LOOP;
END $$;

-- A function that acts with the service role's rights for whoever is signed in.
CREATE PROCEDURE entrust(target regproc) LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC, anon', target::regprocedure);
  EXECUTE format(
    'GRANT EXECUTE ON FUNCTION %s TO authenticated, service_role', target::regprocedure);
  GRANT CREATE ON SCHEMA public TO service_role;
  EXECUTE format('ALTER FUNCTION %s OWNER TO service_role', target::regprocedure);
  REVOKE CREATE ON SCHEMA public FROM service_role;
END $$;
REVOKE ALL ON PROCEDURE protect(regclass), entrust(regproc)
  FROM PUBLIC, anon, authenticated, service_role;
REVOKE ALL ON affiche_migrations FROM PUBLIC, anon, authenticated, service_role;
