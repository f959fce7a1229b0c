"""Collections on the gallery: made, named otherwise and deleted, with scripts or without."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from affiche.api.auth import SignedIn
from affiche.studio import collections
from affiche.web.pages import desk
from affiche.web.refusals import PageRoute

router: Final = APIRouter(route_class=PageRoute)
Name = Annotated[str, Form(max_length=1000)]


@router.post("/collections")
async def make(request: Request, caller: SignedIn, name: Name = "") -> Response:
    page = desk(request, caller)
    made = await collections.make(page.studio, caller, name)
    return page.go(f"/gallery?collection={made.id}")


@router.post("/collections/{collection_id}")
async def rename(
    request: Request, collection_id: UUID, caller: SignedIn, name: Name = ""
) -> Response:
    page = desk(request, caller)
    await collections.rename(page.studio, caller, collection_id, name)
    return page.go(f"/gallery?collection={collection_id}")


@router.post("/collections/{collection_id}/delete")
async def delete(request: Request, collection_id: UUID, caller: SignedIn) -> Response:
    page = desk(request, caller)
    await collections.remove(page.studio, caller, collection_id)
    return page.go("/gallery")
