"""Ten thousand references of a project among others: pages, categories and what is looked for, in
Hangul too, each by index. What is bounded is pages that are read, and no time."""

import unicodedata
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psycopg
import pytest
from psycopg import Connection
from psycopg.conninfo import conninfo_to_dict
from tests.db.conftest import Connect, become
from tests.db.people import user, value
from tests.db.plans import plan
from tests.support.databases import Cluster

from affiche.db.address import Address
from affiche.db.statements import statement

MANY = 10_000
LAST = UUID(int=2**128 - 1)
FILL = """
WITH file AS (
  INSERT INTO files (user_id, bucket_id, path, object_key, width, height, file_size, mime_type,
    sha256)
  SELECT %(user)s, 'uploads', %(project)s || '/' || n, %(project)s || '/' || n, 8, 8, 99,
    'image/png', ''
  FROM generate_series(1, %(many)s) AS n RETURNING id, path
)
INSERT INTO reference_images (project_id, user_id, filename, category, file_id, sha256,
  vision_description, caption_ko, caption_state)
SELECT %(project)s::uuid, %(user)s, n || '.jpg', 'set-' || n %% 20, id,
  sha256((%(project)s || n)::bytea),
  CASE WHEN n %% 500 = 0 THEN 'a Red umbrella in the rain' ELSE
    'someone number ' || n || ' stands before a wall, soft light from the left' END,
  CASE WHEN n %% 500 = 0 THEN '비 오는 날 빨간 우산' WHEN n %% 777 = 0 THEN '바다와 꽃'
    ELSE n || '번째 사람이 벽 앞에 서 있는 모습, 왼쪽에서 드는 부드러운 빛' END, 'written'
FROM (SELECT id, split_part(path, '/', 2)::int AS n FROM file) numbered ORDER BY n
"""


@dataclass(frozen=True)
class Shelf:
    connection: Connection[Any]
    user: UUID
    project: UUID


@pytest.fixture(scope="module")
def shelf(cluster: Cluster, shared: Address, connect: Connect) -> Shelf:
    service = connect()
    made = []
    for name, many in (("ben", 2_000), ("anna", MANY)):
        who = user(service, name)
        project = value(
            service, "INSERT INTO projects (user_id, name) VALUES (%s, 'refs') RETURNING id", who
        )
        service.execute(FILL, {"user": who, "project": str(project), "many": many})
        made.append((who, project))
    name = str(conninfo_to_dict(shared.url)["dbname"])
    with psycopg.connect(cluster.server.superuser_url(name), autocommit=True) as superuser:
        superuser.execute("VACUUM ANALYZE reference_images")
    return Shelf(service, *made[-1])


def found(shelf: Shelf, words: str, *, who: UUID | None = None, **more: Any) -> list[str]:
    """The names of what is found, newest first."""
    asked = {
        "words": words,
        "project_id": shelf.project,
        "category": None,
        "before": LAST,
        "limit": 50,
        "user_id": who or shelf.user,
        **more,
    }
    # Prepared by psycopg, it would take those of `plan` along when something is rolled back.
    text = statement("references.found")
    rows = shelf.connection.execute(text, asked, prepare=False).fetchall()
    return [row[4] for row in rows]


def test_the_studio_has_ten_thousand(shelf: Shelf) -> None:
    query = "SELECT count(*) FROM reference_images WHERE project_id = %s AND caption_ko IS NOT NULL"
    assert value(shelf.connection, query, shelf.project) == MANY


RAINY = [f"{n}.jpg" for n in range(MANY, 0, -500)]


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("우산", RAINY),
        ("산", RAINY),
        ("빨간 우산", RAINY),
        ("우산 빨간", RAINY),
        (unicodedata.normalize("NFD", "우산"), RAINY),
        ("UMBRELLA", RAINY),
        ("red rain", RAINY),
        ("umbrel 우산", RAINY),
        ("꽃", [f"{n}.jpg" for n in range(MANY - MANY % 777, 0, -777)]),
        ("4321.jpg", ["4321.jpg"]),
        ("우산 바다", []),
        ("100%", []),
        ("_", []),
        ("\\", []),
    ],
)
def test_words_in_both_languages_and_parts_of_them(
    shelf: Shelf, words: str, names: list[str]
) -> None:
    assert found(shelf, words) == names


def test_a_search_goes_with_categories_and_pages(shelf: Shelf) -> None:
    assert found(shelf, "우산", category="set-0") == RAINY
    assert found(shelf, "우산", category="set-1") == []
    query = "SELECT id FROM reference_images WHERE project_id = %s AND filename = %s"
    half = value(shelf.connection, query, shelf.project, RAINY[9])
    assert found(shelf, "우산", limit=10) == RAINY[:10]
    assert found(shelf, "우산", before=half) == RAINY[10:]


def test_whoever_is_not_in_the_project_finds_nothing(shelf: Shelf) -> None:
    stranger = user(shelf.connection, "stranger")
    assert found(shelf, "우산", who=stranger) == []


@pytest.mark.parametrize("generic", [False, True], ids=["custom", "generic"])
@pytest.mark.parametrize("words", ["우산", "빨간 우산", "umbrella"])
def test_what_is_looked_for_is_found_by_index(shelf: Shelf, words: str, generic: bool) -> None:
    asked = {"project_id": shelf.project, "user_id": shelf.user, "category": None}
    explained = plan(
        shelf.connection,
        "references.found",
        generic,
        **asked,
        words=words,
        before=LAST,
        limit=50,
    )
    assert "reference_images_words" in explained.indexes
    assert "reference_images" not in explained.scanned
    # Of 1,400 that the table has.
    assert explained.pages <= 400


@pytest.mark.parametrize("generic", [False, True], ids=["custom", "generic"])
@pytest.mark.parametrize(
    ("name", "index", "more"),
    [
        # Of a project that has most of all there are, PostgreSQL reads the newest of all.
        ("references.page", {"reference_images_page", "reference_images_pkey"}, {}),
        ("references.page_of_category", {"reference_images_category"}, {"category": "set-7"}),
    ],
)
def test_a_page_is_read_by_index(
    shelf: Shelf, name: str, index: set[str], more: dict[str, Any], generic: bool
) -> None:
    """With row-level security at work."""
    become(shelf.connection, "authenticated", shelf.user)
    try:
        asked = {"project_id": shelf.project, "before": LAST, "limit": 50, **more}
        explained = plan(shelf.connection, name, generic, **asked)
    finally:
        become(shelf.connection, "service_role")
    assert index & explained.indexes
    assert "reference_images" not in explained.scanned
    assert explained.pages <= 200


def test_the_categories_are_counted_by_index(shelf: Shelf) -> None:
    asked = {"project_id": shelf.project}
    rows = shelf.connection.execute(statement("references.categories"), asked).fetchall()
    assert rows == sorted((f"set-{n}", MANY // 20) for n in range(20))
    explained = plan(shelf.connection, "references.categories", False, **asked)
    assert "reference_images_category" in explained.indexes
    assert "reference_images" not in explained.scanned
    none = {"project_id": UUID(int=0)}
    assert shelf.connection.execute(statement("references.categories"), none).fetchall() == []


def test_grams_are_of_one_and_two_characters_and_never_of_spaces(shelf: Shelf) -> None:
    grams = value(shelf.connection, "SELECT search_grams('빨간 Aa')")
    assert sorted(grams) == sorted(["빨", "빨간", "간", "a", "aa"])
    assert value(shelf.connection, "SELECT search_grams('')") == []
