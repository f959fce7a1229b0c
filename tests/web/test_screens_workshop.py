"""Pictures of the workshop."""

from pathlib import Path

import pytest
from tests.web.test_screens import folder, shoot_both  # noqa: F401 - a fixture too
from tests.web.visitors import Open

from affiche.domain import drafts as edits
from affiche.studio import drafts, workshop
from affiche.studio.studio import Caller, Studio

pytestmark = pytest.mark.screens


async def test_screens_of_the_workshop(
    visit: Open,
    studio: Studio,
    alice: Caller,
    folder: Path,  # noqa: F811
) -> None:
    for field, note in (("megapixels", "크기는 묻지 않기로 함"), ("cfg", "")):
        draft = await drafts.begin_from(studio, alice, "klein-i2i")
        await drafts.change(studio, alice, draft, lambda c, f=field: edits.without_field(c, f))
        now = (await workshop.get(studio, alice, "klein-i2i")).row.version
        await workshop.publish(studio, alice, draft, over=now, note=note)
    await workshop.restore(studio, alice, "klein-i2i", 2, note="강도 항목을 다시 씀")
    draft = await drafts.begin_from(studio, alice, "klein-i2i")
    bench = f"/workshop/drafts/{draft}"
    for name, path in (
        ("workshop", "/workshop"),
        ("workshop-graph", f"{bench}?node=75:62"),
        ("workshop-form", f"{bench}?view=form&field=steps"),
        ("workshop-presets", f"{bench}?view=presets&field=fast"),
        ("workshop-new", "/workshop/new"),
        ("workshop-versions", "/workshop/templates/klein-i2i"),
    ):
        await shoot_both(visit, alice, folder, name, path)
