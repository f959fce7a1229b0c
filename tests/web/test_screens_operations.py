"""Pictures of the page for operators."""

from pathlib import Path
from uuid import UUID

import pytest
from tests.web.test_operations import troubled  # noqa: F401 - a fixture
from tests.web.test_screens import folder, shoot_both  # noqa: F401 - a fixture too
from tests.web.visitors import Open

from affiche.studio.studio import Caller

pytestmark = pytest.mark.screens


async def test_screens_of_operations(
    visit: Open,
    alice: Caller,
    troubled: UUID,  # noqa: F811
    folder: Path,  # noqa: F811
) -> None:
    await shoot_both(visit, alice, folder, "operations", "/operations")
