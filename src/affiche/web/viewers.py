"""The three panes around a form: which are folded away, and the work in the viewer."""

from typing import Any, Final
from uuid import UUID

from affiche.api.auth import SignedIn
from affiche.studio import works
from affiche.studio.works import Work
from affiche.web import views
from affiche.web.pages import Desk

FOLDED: Final = "affiche_folded"
"""A cookie, so that the page comes as it was left and nothing moves once it is there."""
SIDES: Final = ("form", "queue")


def folded(page: Desk) -> list[str]:
    told = page.request.cookies.get(FOLDED, "").split(".")
    return [side for side in SIDES if side in told]


async def find(page: Desk, caller: SignedIn, work_id: UUID | None) -> Work | None:
    """Raises NotFound."""
    return await works.get(page.studio, caller, work_id) if work_id else None


async def seen(page: Desk, caller: SignedIn, work: Work | None, output: int) -> dict[str, Any]:
    """What the viewer shows; `work` is None where it is the picture of the form."""
    if work is None:
        return {"work": None}
    found = await views.of_work(page, caller, work, output)
    # The form's own are of the newest version.
    return {name: value for name, value in found.items() if name not in ("template", "english")}
