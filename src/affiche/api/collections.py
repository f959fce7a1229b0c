"""Collections of works, tags for many of them, and their pictures as a zip."""

from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from affiche.api.auth import SignedIn, studio_of
from affiche.api.bodies import StrictRoute
from affiche.api.gallery import BODY, Selection, Touched
from affiche.api.languages import of_request
from affiche.api.problems import refusals
from affiche.api.streams import ZipStream
from affiche.api.titles import VISIBLE, Tag
from affiche.api.works import ALL
from affiche.domain import tags as tag_rules
from affiche.errors import NotFound
from affiche.studio import collections, gallery
from affiche.studio.bundles import Bundle
from affiche.studio.collections import Collection

router: Final = APIRouter(prefix="/v1", tags=["works"], route_class=StrictRoute)
ZIP: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "The pictures, and `works.csv` with what they were made with; "
        "`missing.txt` names what could not be read.",
        "content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}},
    }
}


class Naming(BaseModel):
    """What a collection is called; two may be called the same."""

    model_config = ConfigDict(extra="forbid", strict=True)

    name: Annotated[str, Field(min_length=1, max_length=collections.LONGEST, pattern=VISIBLE)] = (
        Field(examples=["여름 화보"])
    )


class CollectionShape(BaseModel):
    """Works that you put together. Those in the trash are not counted, and come back with it."""

    id: UUID
    name: str
    works: int
    cover_url: str | None = Field(description="A small picture of its newest work.")
    created_at: datetime


class CollectionList(BaseModel):
    """All of yours, the newest first; 200 at most."""

    collections: list[CollectionShape]


class TagList(BaseModel):
    """Tags of your works, in the order of their letters."""

    tags: list[str]


class Tagging(Selection):
    """Tags to have, and tags not to have any more; in capitals or not."""

    add: list[Tag] = Field(default=[], max_length=tag_rules.MOST, examples=[["바다"]])
    remove: list[Tag] = Field(default=[], max_length=100)


@router.get("/collections", responses=refusals(*ALL))
async def list_collections(request: Request, caller: SignedIn) -> CollectionList:
    """Your collections. What is in one, `/v1/works?collection=` tells."""
    found = await collections.listed(studio_of(request), caller)
    return CollectionList(collections=[shape(each) for each in found])


@router.post("/collections", status_code=201, responses=BODY)
async def create_collection(
    request: Request, response: Response, asked: Naming, caller: SignedIn
) -> CollectionShape:
    """Make a collection, with nothing in it."""
    made = await collections.make(studio_of(request), caller, asked.name)
    response.headers["Location"] = f"/v1/collections/{made.id}"
    return shape(made)


@router.get("/collections/{collection_id}", responses=refusals(*ALL, NotFound))
async def read_collection(
    request: Request, collection_id: UUID, caller: SignedIn
) -> CollectionShape:
    """One collection."""
    return shape(await collections.get(studio_of(request), caller, collection_id))


@router.patch("/collections/{collection_id}", responses=BODY | refusals(NotFound))
async def rename_collection(
    request: Request, collection_id: UUID, asked: Naming, caller: SignedIn
) -> CollectionShape:
    """Call it something else."""
    studio = studio_of(request)
    return shape(await collections.rename(studio, caller, collection_id, asked.name))


@router.delete(
    "/collections/{collection_id}",
    status_code=204,
    response_class=Response,
    responses=refusals(*ALL, NotFound),
)
async def delete_collection(request: Request, collection_id: UUID, caller: SignedIn) -> Response:
    """Delete it; the works stay."""
    await collections.remove(studio_of(request), caller, collection_id)
    return Response(status_code=204)


@router.post("/collections/{collection_id}/works", responses=BODY | refusals(NotFound))
async def collect_works(
    request: Request, collection_id: UUID, asked: Selection, caller: SignedIn
) -> Touched:
    """Put works into it: yours, and those of your projects."""
    studio = studio_of(request)
    return Touched(works=await collections.add(studio, caller, collection_id, asked.works))


@router.post("/collections/{collection_id}/works/remove", responses=BODY | refusals(NotFound))
async def take_works_out(
    request: Request, collection_id: UUID, asked: Selection, caller: SignedIn
) -> Touched:
    """Take works out of it; they stay otherwise."""
    studio = studio_of(request)
    return Touched(works=await collections.take_out(studio, caller, collection_id, asked.works))


@router.get("/tags", responses=refusals(*ALL))
async def list_tags(request: Request, caller: SignedIn) -> TagList:
    """The tags of your works, each once; 300 at most."""
    return TagList(tags=await gallery.tags(studio_of(request), caller))


@router.post("/tags", responses=BODY)
async def tag_works(request: Request, asked: Tagging, caller: SignedIn) -> Touched:
    """Tag works, and take tags from them: yours, and those of your projects. A work that would have
    more than twenty stays as it is."""
    studio = studio_of(request)
    touched = await gallery.tag(studio, caller, asked.works, added=asked.add, removed=asked.remove)
    return Touched(works=touched)


@router.post("/zips", status_code=200, response_class=ZipStream, responses=ZIP | BODY)
async def zip_works(request: Request, asked: Selection, caller: SignedIn) -> ZipStream:
    """The pictures of those works as a zip, made while it is sent."""
    bundle = Bundle(studio_of(request), caller, asked.works, of_request(request))
    return ZipStream(bundle.name, bundle.pieces())


def shape(found: Collection) -> CollectionShape:
    return CollectionShape(
        id=found.id,
        name=found.name,
        works=found.works,
        cover_url=f"/v1/files/{found.cover}/thumbnail" if found.cover else None,
        created_at=found.created_at,
    )
