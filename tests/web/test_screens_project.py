"""Pictures of a project's page."""

from pathlib import Path

import pytest
from tests.web.test_project import House, house, studio  # noqa: F401 - fixtures
from tests.web.test_screens import KEPT, folder, looks, shoot  # noqa: F401 - a fixture too
from tests.web.visitors import Open

from affiche.studio.studio import Caller

pytestmark = pytest.mark.screens
LOOKS = [("desktop", "ko", "light"), ("phone", "en", "dark")]


async def test_screens_of_a_project(
    visit: Open,
    alice: Caller,
    house: House,  # noqa: F811
    folder: Path,  # noqa: F811
) -> None:
    for device, language, scheme in LOOKS if KEPT else LOOKS[:1]:
        visitor = await visit(alice, **looks(device, language, scheme))
        await visitor.go(house.path)
        await shoot(visitor.page, folder / f"project-{device}-{language}-{scheme}.webp")
