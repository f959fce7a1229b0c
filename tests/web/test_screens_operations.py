"""Pictures of the page for operators."""

from pathlib import Path
from uuid import UUID

import pytest
from tests.web.test_operations import troubled  # noqa: F401 - a fixture
from tests.web.test_screens import KEPT, folder, looks, shoot  # noqa: F401 - a fixture too
from tests.web.visitors import Open

from affiche.studio.studio import Caller

pytestmark = pytest.mark.screens
LOOKS = [("desktop", "ko", "light"), ("phone", "en", "dark")]


async def test_screens_of_operations(
    visit: Open,
    alice: Caller,
    troubled: UUID,  # noqa: F811
    folder: Path,  # noqa: F811
) -> None:
    for device, language, scheme in LOOKS if KEPT else LOOKS[:1]:
        visitor = await visit(alice, **looks(device, language, scheme))
        await visitor.go("/operations")
        await shoot(visitor.page, folder / f"operations-{device}-{language}-{scheme}.webp")
