"""What the seeds ask for and a later issue brings: each tried, and expected to fail until then."""

from uuid import UUID

import pytest
from starlette.routing import BaseRoute, Match

from affiche import settings
from affiche.db.address import parse
from affiche.db.database import Database
from affiche.serving import application
from affiche.storage.objects import Objects
from affiche.studio.feed import Feed
from affiche.studio.studio import Studio
from affiche.web.assets import Assets


@pytest.fixture(scope="module")
def routes(tmp_path_factory: pytest.TempPathFactory) -> list[BaseRoute]:
    """The studio's own; to look at them nothing has to run."""
    folder = tmp_path_factory.mktemp("studio")
    chosen, _ = settings.read({"AFFICHE_DATA": str(folder)})
    database = Database(parse("postgresql://nobody@127.0.0.1/none"), size=1)
    studio = Studio(chosen, database, Objects(folder / "objects"), bytes(32))
    return application(studio, Feed(studio)).routes


def is_served(routes: list[BaseRoute], path: str) -> bool:
    """By whatever method."""
    scope = {"type": "http", "method": "GET", "path": path, "root_path": "", "headers": []}
    return any(route.matches(scope)[0] is not Match.NONE for route in routes)


def test_a_path_that_is_served_is_told_from_one_that_is_not(routes: list[BaseRoute]) -> None:
    for path in ("/v1/works", f"/v1/works/{UUID(int=1)}", "/functions/v1/works/generate", "/works"):
        assert is_served(routes, path)
    for path in ("/api/nowhere", "/v1/works/1/2/3", "/nowhere"):
        assert not is_served(routes, path)


@pytest.mark.xfail(raises=AssertionError, reason="comes with the studio's own pages")
@pytest.mark.parametrize("element", ["light-box"])
def test_an_element(element: str) -> None:
    assert element in Assets().elements
