"""Making an API key on the page of a project, where it is shown this once."""

from datetime import timedelta
from typing import Final
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import Response

from affiche.api.auth import Administering
from affiche.errors import BoundKeyRules, FieldProblem, InvalidInputs
from affiche.studio import keys
from affiche.studio.keys import Wish
from affiche.studio.studio import SCOPES
from affiche.web.doors import words
from affiche.web.pages import desk
from affiche.web.projects import Said, chosen, name_of, show_project
from affiche.web.refusals import PageRoute

router: Final = APIRouter(route_class=PageRoute)
LIVES: Final = ("30", "90", "365")
"""Days that may be chosen; else it does not expire."""


@router.post("/projects/{project_id}/keys")
async def make_key(request: Request, project_id: UUID, caller: Administering) -> Response:
    page, sent = desk(request, caller), await words(request)
    days = sent.get("days", "")
    lives = timedelta(days=int(days)) if days in LIVES else None
    bound = project_id if sent.get("where") == "here" else None
    try:
        scopes = [each for each in SCOPES if each in chosen(sent, "scope")]
        if not scopes:
            raise InvalidInputs([FieldProblem("scopes", "required")])
        wish = Wish(name_of(sent), scopes, lives, bound)
        made = await keys.make(page.studio, caller.id, wish)
    except (InvalidInputs, BoundKeyRules) as error:
        return await show_project(page, caller, project_id, Said("keys", error, sent))
    said = Said("keys", secret=made.secret, about=made.key.name)
    return await show_project(page, caller, project_id, said)
