"""Somebody with very many works whose words are searched: a frequent word, a rare one, an old one.

Nothing is inserted one by one, and without triggers but for what is searched.
"""

from typing import Any
from uuid import UUID

from psycopg import Connection

OFTEN, RARE, OLD, NEVER = "노을", "등대", "눈꽃", "펭귄"
"""In one work of three; in one of a thousand; in the oldest tenth alone; in none."""


def fill(superuser: Connection[Any], works: int) -> UUID:
    """As superuser, with autocommit. The newest works are of now, each a minute after the last."""
    superuser.execute("SET session_replication_role = replica")
    (user_id,) = superuser.execute(
        "INSERT INTO users (name, email) VALUES ('reader', 'reader@example.com') RETURNING id"
    ).fetchone() or (None,)
    (project,) = superuser.execute(
        "INSERT INTO projects (user_id, name, is_default) VALUES (%s, 'library', true)"
        " RETURNING id",
        (user_id,),
    ).fetchone() or (None,)
    superuser.execute(
        "INSERT INTO project_members (project_id, user_id, role) VALUES (%s, %s, 'admin')",
        (project, user_id),
    )
    superuser.execute(
        """INSERT INTO works (id, user_id, project_id, template_id, template_version, status,
          created_at, seed, title, tags, input_data)
        SELECT uuidv7(make_interval(mins => n - %(works)s)), %(user_id)s, %(project)s, t.id, 1,
          CASE WHEN n %% 9 = 0 THEN 'failed' WHEN n %% 31 = 0 THEN 'cancelled'
            ELSE 'completed' END,
          now() + make_interval(mins => n - %(works)s), n,
          (ARRAY['바닷가의 저녁', '봄날 거리', 'Quiet morning', '겨울 산'])[1 + n %% 4],
          CASE WHEN n %% 500 = 0 THEN '{rare}' ELSE '{i2i}' END::text[],
          jsonb_build_object('image', uuid_v7(), 'prompt', concat_ws(' ',
            (ARRAY['조용한 해변', '분홍 벚꽃길', 'a minimal studio', '짙은 숲속'])[1 + n %% 4],
            CASE WHEN n %% 3 = 0 THEN '노을 지는 하늘' END,
            CASE WHEN n %% 1000 = 7 THEN '먼 등대' END,
            CASE WHEN n < %(works)s / 10 THEN '가지마다 눈꽃' END,
            'warm light, film grain, wide angle'))
        FROM generate_series(1, %(works)s) n
        JOIN (SELECT id, row_number() OVER (ORDER BY slug NOT LIKE 'klein%%', slug) AS place
          FROM templates) t ON t.place = CASE WHEN n %% 1000 < 3 THEN 2 ELSE 1 END""",
        {"works": works, "user_id": user_id, "project": project},
    )
    superuser.execute(
        """INSERT INTO work_words (work_id, user_id, project_id, words)
        SELECT id, user_id, project_id, words_of(input_data, translation, title, tags)
        FROM works WHERE user_id = %s""",
        (user_id,),
    )
    superuser.execute(
        """INSERT INTO work_tags (work_id, tag, user_id, project_id, status)
        SELECT id, tag, user_id, project_id, status FROM works CROSS JOIN unnest(tags) AS tag
        WHERE user_id = %s""",
        (user_id,),
    )
    superuser.execute(
        "INSERT INTO stars (user_id, work_id, stars)"
        " SELECT user_id, id, 1 + seed %% 5 FROM works WHERE user_id = %s AND seed %% 20 = 0",
        (user_id,),
    )
    (kept,) = superuser.execute(
        "INSERT INTO collections (user_id, name) VALUES (%s, 'kept') RETURNING id", (user_id,)
    ).fetchone() or (None,)
    superuser.execute(
        "INSERT INTO collection_works (collection_id, work_id, user_id)"
        " SELECT %s, id, user_id FROM works WHERE user_id = %s AND seed %% 7 = 0",
        (kept, user_id),
    )
    superuser.execute(
        "VACUUM (ANALYZE) works, work_words, work_tags, stars, collections, collection_works"
    )
    assert isinstance(user_id, UUID)
    return user_id
