"""A large studio: many works of many users, some of them waiting or running, and what they left.

Every tenth work is one user's. Nothing is inserted one by one: a million works take a minute.
"""

from dataclasses import dataclass
from typing import Any

from psycopg import Connection

TABLES = ("works", "generation_jobs", "files", "events", "work_tags")


@dataclass(frozen=True, kw_only=True)
class Size:
    users: int = 300
    works: int = 50_000
    waiting: int = 20_000
    running: int = 5_000

    @property
    def delayed(self) -> int:
        """Of those that wait, every twentieth."""
        last = self.works // 20
        return last - (self.works - self.waiting) // 20


SMALL = Size()


def statements(size: Size) -> list[str]:
    """People and their works, without what those left."""
    works, ended = size.works, size.works - size.waiting - size.running
    return [
        f"""INSERT INTO users (id, name, email)
        SELECT uuidv7(make_interval(secs => n - 1e8)), 'u' || n, n || '@example.com'
        FROM generate_series(1, {size.users}) n""",
        """INSERT INTO projects (user_id, name, is_default)
        SELECT id, name, true FROM users u
        WHERE NOT EXISTS (SELECT FROM projects p WHERE p.user_id = u.id AND p.is_default)""",
        "INSERT INTO project_members (project_id, user_id, role)"
        " SELECT id, user_id, 'admin' FROM projects ON CONFLICT DO NOTHING",
        *(
            f"CREATE TEMP TABLE {name} AS"
            f" SELECT row_number() OVER (ORDER BY {order}) - 1 AS place, id FROM {table}"
            for name, table, order in (
                ("people", "users", "id"),
                # Of the two that were first, whatever else the catalog comes to hold.
                ("kinds", "templates", "slug NOT LIKE 'klein%', slug"),
            )
        ),
        # Older first, so that ids are in the order of time; every user has some of every kind.
        f"""INSERT INTO works (id, user_id, template_id, template_version, status, created_at, seed)
        SELECT uuidv7(make_interval(secs => (n - {works}) * 20)), p.id, t.id, 1,
          CASE WHEN n > {works - size.waiting} THEN 'pending' WHEN n > {ended} THEN 'processing'
               WHEN n % 9 = 0 THEN 'failed' WHEN n % 31 = 0 THEN 'cancelled' ELSE 'completed' END,
          now() + make_interval(secs => (n - {works}) * 20), n
        FROM generate_series(1, {works}) n
        JOIN people p ON p.place = CASE WHEN n % 10 = 0 THEN 0 ELSE n % {size.users} END
        JOIN kinds t ON t.place = n % 7 % 2""",
        """UPDATE works w SET project_id = p.id FROM projects p
        WHERE p.user_id = w.user_id AND p.is_default""",
        # One that all have which are done, and one that few have.
        """INSERT INTO work_tags (work_id, tag, user_id, project_id, status)
        SELECT id, tag, user_id, project_id, status FROM works
        CROSS JOIN unnest(ARRAY['i2i', 'rare']) AS tag
        WHERE status = 'completed' AND (tag = 'i2i' OR seed % 1000 = 10)""",
        """INSERT INTO characters (project_id, name, slug)
        SELECT id, 'Milan', 'milan' FROM projects WHERE is_default""",
        """INSERT INTO batches (user_id, project_id, template_id, reference_count, variations, seed,
          works)
        SELECT p.user_id, p.id, k.id, 1000, 5, 1, 5000 FROM projects p JOIN kinds k ON k.place = 0
        WHERE p.is_default""",
        # A third of all works is of their project's character, and the first ones of a batch, a
        # thousand of them without a place: in those another was tried.
        """UPDATE works w SET batch_id = CASE WHEN place.n < 6000 THEN b.id END,
          batch_position = CASE WHEN place.n < 5000 THEN place.n END,
          character_id = (SELECT c.id FROM characters c WHERE c.project_id = w.project_id)
        FROM (SELECT id, row_number() OVER (PARTITION BY user_id ORDER BY id) - 1 AS n FROM works
          WHERE seed % 3 = 0) place, batches b
        WHERE w.id = place.id AND b.user_id = w.user_id""",
    ]


def left(size: Size) -> list[str]:
    """What works leave: pictures, runs and events."""
    return [
        """INSERT INTO files (id, user_id, work_id, bucket_id, path, object_key, width, height,
          file_size, mime_type, sha256, created_at, project_ids)
        SELECT id, user_id, id, 'works', user_id || '/' || id, id::text, 8, 8, 99, 'image/png', '',
          created_at, ARRAY[project_id] FROM works WHERE status = 'completed'""",
        """INSERT INTO generation_jobs (id, work_id, user_id, project_id, endpoint_id, status, step,
          priority, run_at, observe_at, deadline_at, external_id, output_file_id, created_at, turn)
        SELECT w.id, w.id, w.user_id, w.project_id, e.id, w.status,
          CASE w.status WHEN 'pending' THEN 'prepare' WHEN 'processing' THEN 'observe'
            ELSE 'finish' END, p.priority,
          w.created_at + CASE WHEN p.delayed THEN interval '1 year' ELSE interval '0' END,
          w.created_at, w.created_at + interval '1 year', w.id::text,
          CASE w.status WHEN 'completed' THEN w.id END, w.created_at,
          CASE WHEN w.status IN ('pending', 'processing') AND NOT p.delayed THEN
            2 * row_number() OVER (PARTITION BY w.user_id, p.priority, w.status, p.delayed
              ORDER BY w.id) - CASE w.status WHEN 'pending' THEN 1 ELSE 1000000 END END
        FROM works w
        CROSS JOIN (SELECT id FROM endpoints WHERE is_active ORDER BY position, id LIMIT 1) e
        CROSS JOIN LATERAL (SELECT CASE WHEN w.seed % 50 = 1 THEN 1 ELSE 0 END AS priority,
          w.status = 'pending' AND w.seed % 20 = 0 AS delayed) p""",
        f"""UPDATE endpoints SET running = {size.running}, works_at_once = {size.running} + 1000
        WHERE id IN (SELECT endpoint_id FROM generation_jobs)""",
        f"""INSERT INTO events (txid, user_id, project_id, work_id, type, created_at)
        SELECT (n / 5000 + 3)::text::xid8, p.id, m.id, NULL, 'work.completed', now()
        FROM generate_series(1, {size.works}) n JOIN people p ON p.place = n % {size.users}
        JOIN projects m ON m.user_id = p.id AND m.is_default""",
    ]


def fill(superuser: Connection[Any], size: Size = SMALL, *, works_alone: bool = False) -> None:
    """As superuser, with autocommit: nobody else may leave out triggers. `works_alone`: without
    what they left, in half the time.

    Indexes are made again at the end, which takes a tenth of the time.
    """
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
    for statement in [*statements(size), *(() if works_alone else left(size))]:
        superuser.execute(statement)
    for _, definition in indexes:
        superuser.execute(definition)
    superuser.execute(f"VACUUM (ANALYZE) {', '.join(TABLES)}")
