"""The gallery of somebody with very many works: whatever is looked for, little of it is read.

`python -m bench.gallery` says how long that takes for 100,000.
"""

from typing import Any
from uuid import UUID

import psycopg
import pytest
from psycopg import Connection
from psycopg.conninfo import conninfo_to_dict
from tests.db import library
from tests.db.conftest import Connect, become
from tests.db.people import value
from tests.db.plans import plan
from tests.support.databases import Cluster

from affiche.db.address import Address

WORKS = 25_000
LAST = UUID(int=2**128 - 1)
LARGE = {"works", "work_words"}
NOTHING: dict[str, Any] = dict.fromkeys(
    (
        *("project_id", "template_id", "character_id", "batch_id", "statuses", "tag", "stars"),
        *("collection_id", "bound"),
    )
)
Reader = tuple[Connection[Any], dict[str, Any]]


@pytest.fixture(scope="module")
def reader(cluster: Cluster, shared: Address, connect: Connect) -> Reader:
    name = str(conninfo_to_dict(shared.url)["dbname"])
    with psycopg.connect(cluster.server.superuser_url(name), autocommit=True) as superuser:
        user_id = library.fill(superuser, WORKS)
    bounds = {"since": UUID(int=0), "before": LAST, "limit": 61}
    return connect(), NOTHING | bounds | {"user_id": user_id, "owner": user_id}


def narrowed(connection: Connection[Any], name: str) -> dict[str, Any]:
    query = "SELECT template_id FROM works GROUP BY 1 ORDER BY count(*) LIMIT 1"
    middle = "SELECT id FROM works ORDER BY id OFFSET %s LIMIT 1"
    return {
        "all": dict,
        "from the middle": lambda: {"before": value(connection, middle, WORKS // 2)},
        "template": lambda: {"template_id": value(connection, query)},
        "failed": lambda: {"statuses": ["failed"]},
        "running": lambda: {"statuses": ["pending", "taken", "processing"]},
        "tag": lambda: {"tag": "rare"},
        "stars": lambda: {"stars": 4},
        "collection": lambda: {
            "collection_id": value(connection, "SELECT id FROM collections LIMIT 1"),
            "owner": None,
        },
    }[name]()


NARROWED = ("all", "from the middle", "template", "failed", "running", "tag", "stars", "collection")


@pytest.mark.parametrize("name", ["gallery.page", "gallery.page_up"])
@pytest.mark.parametrize("asked", NARROWED)
def test_a_page(reader: Reader, name: str, asked: str) -> None:
    """By the person, with row-level security at work."""
    connection, params = reader
    params = params | narrowed(connection, asked)
    become(connection, "authenticated", params["user_id"])
    try:
        found = plan(connection, name, False, **params)
    finally:
        become(connection, "service_role")
    assert not found.scanned & LARGE
    assert found.pages <= 5_000


@pytest.mark.parametrize("name", ["gallery.found", "gallery.found_up"])
@pytest.mark.parametrize("asked", NARROWED)
@pytest.mark.parametrize("words", [library.OFTEN, library.RARE, library.NEVER])
def test_what_is_searched(reader: Reader, name: str, asked: str, words: str) -> None:
    """The two thousand that are read one by one are four pages each; and their words are never
    cut into pairs by whoever looks for them."""
    connection, params = reader
    found = plan(connection, name, False, **params | narrowed(connection, asked), words=words)
    assert not found.scanned & LARGE
    assert "work_words_grams" in found.indexes or words == library.OFTEN
    assert found.pages <= 14_000


@pytest.mark.parametrize("name", ["gallery.found", "gallery.found_up"])
@pytest.mark.parametrize("asked", ["all", "from the middle"])
def test_what_was_written_long_ago_is_found_by_its_pairs(
    reader: Reader, name: str, asked: str
) -> None:
    """And not by walking through all that is younger."""
    connection, params = reader
    params = params | narrowed(connection, asked)
    found = plan(connection, name, False, **params, words=library.OLD)
    assert "work_words_grams" in found.indexes
    # Every work of the oldest tenth has the word, and each is looked at once.
    assert found.rows <= WORKS // 10 + 2_000


def test_the_trash_is_found_without_what_is_not_in_it(reader: Reader) -> None:
    connection, params = reader
    become(connection, "authenticated", params["user_id"])
    try:
        found = plan(
            connection, "gallery.trash", False, user_id=params["user_id"], before=LAST, limit=61
        )
    finally:
        become(connection, "service_role")
    assert "works_trash" in found.indexes
    assert found.pages <= 100
