"""A large studio: 200,000 works of 300 users, 50,000 of them waiting, and what they left behind."""

from typing import Any

from psycopg import Connection

USERS, WORKS, WAITING, RUNNING, EVENTS = 300, 200_000, 50_000, 64, 100_000

# Without triggers and indexes at work, a tenth of the time; indexes are made again at the end.
FILL = [
    f"""INSERT INTO users (id, name, email)
        SELECT uuidv7(make_interval(secs => n - 1e8)), 'u' || n, n || '@example.com'
        FROM generate_series(1, {USERS}) n""",
    *(
        f"CREATE TEMP TABLE {name} AS"
        f" SELECT row_number() OVER (ORDER BY id) - 1 AS place, id FROM {table}"
        for name, table in (("people", "users"), ("kinds", "templates"))
    ),
    # Older first, so that ids are in the order of time; every user has some of every kind.
    f"""INSERT INTO works (id, user_id, template_id, template_version, status, created_at, seed)
        SELECT uuidv7(make_interval(secs => (n - {WORKS}) * 20)), p.id,
          t.id, 1,
          CASE WHEN n > {WORKS - WAITING} THEN 'pending'
               WHEN n > {WORKS - WAITING - RUNNING} THEN 'processing'
               WHEN n % 9 = 0 THEN 'failed' WHEN n % 31 = 0 THEN 'cancelled' ELSE 'completed' END,
          now() + make_interval(secs => (n - {WORKS}) * 20), n
        FROM generate_series(1, {WORKS}) n JOIN people p ON p.place = n % {USERS}
        JOIN kinds t ON t.place = n % 7 % 2""",
    f"""INSERT INTO generation_jobs (id, work_id, user_id, endpoint_id, status, step, priority,
          run_at, observe_at, deadline_at, external_id, created_at)
        SELECT w.id, w.id, w.user_id, (SELECT id FROM endpoints LIMIT 1), w.status,
          CASE w.status WHEN 'pending' THEN 'prepare' WHEN 'processing' THEN 'observe'
            ELSE 'finish' END,
          CASE WHEN w.seed % 50 = 0 THEN 1 ELSE 0 END,
          w.created_at + CASE WHEN w.status = 'pending' AND w.seed % 20 = 0
            THEN interval '1 year' ELSE interval '0' END,
          w.created_at, w.created_at + interval '1 year', w.id::text, w.created_at
        FROM works w WHERE w.seed > {WORKS - WAITING} - 30000""",
    f"""INSERT INTO events (txid, user_id, work_id, type, created_at)
        SELECT (n / 1000 + 3)::text::xid8, p.id, NULL, 'work.completed', now()
        FROM generate_series(1, {EVENTS}) n JOIN people p ON p.place = n % {USERS}""",
]
TABLES = ("works", "generation_jobs", "events")


def fill(superuser: Connection[Any]) -> None:
    """As superuser, with autocommit: nobody else may leave out triggers."""
    superuser.execute("SET session_replication_role = replica")
    superuser.execute("SET maintenance_work_mem = '256MB'")
    indexes = superuser.execute(
        "SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) FROM pg_index i"
        " WHERE i.indrelid = ANY (%s::regclass[]) AND NOT EXISTS ("
        "   SELECT FROM pg_constraint WHERE conindid = i.indexrelid)",
        (list(TABLES),),
    ).fetchall()
    for name, _ in indexes:
        superuser.execute(f"DROP INDEX {name}")
    for statement in FILL:
        superuser.execute(statement)
    for _, definition in indexes:
        superuser.execute(definition)
    superuser.execute(f"VACUUM (ANALYZE) {', '.join(TABLES)}")
