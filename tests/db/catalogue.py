"""What PostgreSQL's own catalogue must say of every table, policy and function of ours."""

from typing import Any

from psycopg import Connection

# Each finds what breaks a rule, as (rule, name). pgqueuer keeps its own schema and is left out.
RULES = {
    "row-level security is off or not forced": """
        SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace
        AND relkind IN ('r', 'p') AND NOT (relrowsecurity AND relforcerowsecurity)""",
    "no policy for the service role": """
        SELECT relname FROM pg_class c WHERE relnamespace = 'public'::regnamespace
        AND relkind IN ('r', 'p') AND relname <> 'affiche_migrations' AND NOT EXISTS (
          SELECT FROM pg_policies p WHERE p.schemaname = 'public' AND p.tablename = c.relname
          AND p.roles = '{service_role}' AND p.cmd = 'ALL' AND p.qual = 'true'
          AND p.with_check = 'true')""",
    "a policy names no role": """
        SELECT tablename || '.' || policyname FROM pg_policies
        WHERE schemaname = 'public' AND roles && '{public,anon}'""",
    "a policy lets a person write": """
        SELECT tablename || '.' || policyname FROM pg_policies
        WHERE schemaname = 'public' AND 'authenticated' = ANY (roles) AND cmd <> 'SELECT'""",
    "something is granted to everybody": """
        SELECT relname || ': ' || a.privilege_type FROM pg_class c
        CROSS JOIN LATERAL aclexplode(c.relacl) a
        WHERE relnamespace = 'public'::regnamespace
        AND a.grantee IN (0, 'anon'::regrole)""",
    "a column is granted to everybody": """
        SELECT attrelid::regclass::text || '.' || attname FROM pg_attribute
        CROSS JOIN LATERAL aclexplode(attacl) a
        JOIN pg_class c ON c.oid = attrelid AND c.relnamespace = 'public'::regnamespace
        WHERE a.grantee IN (0, 'anon'::regrole)""",
    "a person may do more than read": """
        SELECT relname || ': ' || a.privilege_type FROM pg_class c
        CROSS JOIN LATERAL aclexplode(c.relacl) a
        WHERE relnamespace = 'public'::regnamespace
        AND a.grantee = 'authenticated'::regrole
        AND (relkind NOT IN ('r', 'p', 'v') OR a.privilege_type <> 'SELECT')""",
    "a view shows what its owner may see": """
        SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace
        AND relkind = 'v' AND NOT coalesce(reloptions, '{}') && '{security_invoker=true}'""",
    "a stored view or foreign table has no rule here": """
        SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace
        AND relkind IN ('m', 'f')""",
    "a function that acts for others is not the service role's": """
        SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace
        AND prosecdef AND proowner <> 'service_role'::regrole""",
    "a function looks its names up wherever its caller says": """
        SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace
        AND NOT coalesce(proconfig, '{}') && ARRAY[
          'search_path=pg_catalog, public, pg_temp', 'search_path=pg_catalog, pg_temp']""",
    "a function that acts for others is everybody's to call": """
        SELECT proname FROM pg_proc CROSS JOIN LATERAL aclexplode(
          coalesce(proacl, acldefault('f', proowner))) a
        WHERE pronamespace = 'public'::regnamespace AND (prosecdef OR prokind = 'p')
        AND a.grantee IN (0, 'anon'::regrole)""",
    "a foreign key has no index": """
        SELECT conrelid::regclass || '.' || conname FROM pg_constraint f
        WHERE contype = 'f' AND connamespace = 'public'::regnamespace
        -- What these name is never deleted, and jobs are written too often (0009).
        AND conname <> ALL ('{generation_jobs_workflow_id_fkey,generation_jobs_endpoint_id_fkey}')
        AND NOT EXISTS (
          SELECT FROM pg_index i WHERE i.indrelid = f.conrelid AND i.indisvalid
          AND (i.indkey::int2[])[0:cardinality(f.conkey) - 1] = f.conkey
          AND coalesce(pg_get_expr(i.indpred, i.indrelid) ~ '^\\(\\w+ IS NOT NULL\\)$', true))""",
}


def faults(connection: Connection[Any]) -> list[str]:
    """Everything that breaks a rule, by rule."""
    return [
        f"{rule}: {name}"
        for rule, query in RULES.items()
        for (name,) in connection.execute(query).fetchall()
    ]
