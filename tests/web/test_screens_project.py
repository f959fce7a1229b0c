"""Pictures of a project's page."""

from pathlib import Path

import pytest
from tests.web.test_project import House, house, studio  # noqa: F401 - fixtures
from tests.web.test_screens import folder, shoot_both  # noqa: F401 - a fixture too
from tests.web.visitors import Open

from affiche.studio.studio import Caller

pytestmark = pytest.mark.screens


async def test_screens_of_a_project(
    visit: Open,
    alice: Caller,
    house: House,  # noqa: F811
    folder: Path,  # noqa: F811
) -> None:
    await shoot_both(visit, alice, folder, "project", house.path)
