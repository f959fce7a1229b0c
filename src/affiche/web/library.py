"""The gallery: everything that one made, to look through, give stars, label, save, throw away and
put back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Query, Request
from pydantic import BeforeValidator
from starlette.responses import JSONResponse, Response

from affiche.api.auth import SignedIn
from affiche.api.streams import ZipStream
from affiche.domain.selections import LONGEST_SEARCH, MOST
from affiche.errors import NotFound
from affiche.studio import characters, collections, gallery, templates
from affiche.studio.bundles import Bundle
from affiche.studio.gallery import Wanted
from affiche.studio.works import LAST_ID, Work
from affiche.web import cards
from affiche.web.cards import SHOWN, Card
from affiche.web.pages import Desk, desk
from affiche.web.refusals import PageRoute

router: Final = APIRouter(route_class=PageRoute)
PAGE: Final = 60
MONTHS: Final = 240
_MONTH: Final = r"^\d{4}-(0[1-9]|1[0-2])$"


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address of the page says; `month`: the newest that is shown, as 2026-02."""

    words: str = ""
    show: str = "all"
    template: str = ""
    character: str = ""
    tag: str = ""
    stars: int = 0
    collection: str = ""
    month: str = ""

    @property
    def narrowed(self) -> bool:
        return self != Asked()

    def query(self, **more: object) -> Mapping[str, object]:
        """The parts of an address that shows it again."""
        show = self.show if self.show != "all" else ""
        found = {name: getattr(self, name) for name in Asked.__slots__} | {"show": show}
        return found | more

    def wanted(self) -> Wanted:
        """Raises NotFound for a kind of works that there is not."""
        if self.show not in SHOWN:
            raise NotFound(what="page")
        return Wanted(
            statuses=SHOWN[self.show],
            template=self.template or None,
            character=UUID(self.character) if self.character else None,
            tag=self.tag or None,
            words=self.words,
            stars=self.stars or None,
            collection=UUID(self.collection) if self.collection else None,
            until=after(self.month) if self.month else None,
        )


Id = Annotated[UUID | None, BeforeValidator(lambda given: given or None)]


def asked_of(
    words: Annotated[str, Query(max_length=LONGEST_SEARCH)] = "",
    show: str = "all",
    template: Annotated[str, Query(max_length=200)] = "",
    character: Id = None,
    tag: Annotated[str, Query(max_length=200)] = "",
    stars: Annotated[int, Query(ge=0, le=5), BeforeValidator(lambda given: given or 0)] = 0,
    collection: Id = None,
    month: Annotated[str, Query(pattern=f"{_MONTH}|^$")] = "",
) -> Asked:
    ids = str(character or ""), str(collection or "")
    return Asked(words.strip(), show, template, ids[0], tag, stars, ids[1], month)


Filters = Annotated[Asked, Depends(asked_of)]


@router.get("/gallery")
async def gallery_page(
    request: Request,
    caller: SignedIn,
    asked: Filters,
    before: UUID | None = None,
    after: UUID | None = None,
) -> Response:
    page = desk(request, caller)
    wanted = replace(asked.wanted(), before=before, after=after)
    opened = None
    if wanted.collection:
        opened = await collections.get(page.studio, caller, wanted.collection)
    found = await gallery.page(page.studio, caller, wanted, limit=PAGE + 1)
    shown = found[-PAGE:] if after else found[:PAGE]
    older = len(found) > PAGE if not after else bool(shown)
    offered = await templates.gallery(page.studio, caller)
    return page.page(
        "library.html",
        trash=False,
        asked=asked,
        before=before,
        after=after,
        older=shown[-1].id if older and shown else None,
        newer=shown[0].id if shown and (before or after or asked.month) else None,
        newest=shown[0].id if shown else None,
        # So much of it is read again as it stands, whatever comes above it.
        below=UUID(int=min(shown[0].id.int + 1, LAST_ID.int)) if shown else None,
        kinds=list(SHOWN),
        offered=[(v.template.slug, v.template.title.say(page.language)) for v in offered],
        people=await characters.listed(page.studio, caller),
        months=await _months(page, caller),
        opened=opened,
        shelf=await _shelf(page, caller, asked, before or after),
        **await _hung(page, caller, shown),
    )


@router.get("/gallery/trash")
async def trash_page(request: Request, caller: SignedIn, before: UUID | None = None) -> Response:
    page = desk(request, caller)
    found = await gallery.trash(page.studio, caller, before=before, limit=PAGE + 1)
    shown = found[:PAGE]
    return page.page(
        "library.html",
        trash=True,
        asked=Asked(),
        before=before,
        after=None,
        older=shown[-1].id if len(found) > PAGE else None,
        newer=None,
        below=None,
        opened=None,
        shelf=[],
        **await _hung(page, caller, shown),
    )


@router.post("/gallery/change")
async def change(
    request: Request,
    caller: SignedIn,
    do: Annotated[str, Form(pattern="^(star|throw|restore)$")],
    work: Annotated[list[UUID] | None, Form()] = None,
    stars: Annotated[int, Form(ge=0, le=5)] = 0,
) -> Response:
    """For whoever has no scripts; with them the page asks the API and stays as it is."""
    page, chosen = desk(request, caller), (work or [])[:MOST]
    if chosen and do == "throw":
        await gallery.throw(page.studio, caller, chosen)
    elif chosen and do == "restore":
        await gallery.put_back(page.studio, caller, chosen)
    elif chosen:
        await gallery.star(page.studio, caller, chosen, stars)
    return page.go("/gallery/trash" if do == "restore" else "/gallery")


@router.get("/gallery/found")
async def everything(request: Request, caller: SignedIn, asked: Filters) -> Response:
    """The ids of all that the page's address finds, and whether these are all."""
    page = desk(request, caller)
    works, whole = await gallery.found(page.studio, caller, asked.wanted())
    return JSONResponse({"works": [str(work) for work in works], "all": whole})


@router.post("/gallery/zip")
async def save(
    request: Request, caller: SignedIn, work: Annotated[list[UUID] | None, Form()] = None
) -> ZipStream:
    page = desk(request, caller)
    bundle = Bundle(page.studio, caller, work or [], page.language)
    return ZipStream(bundle.name, bundle.pieces())


async def _shelf(
    page: Desk, caller: SignedIn, asked: Asked, place: UUID | None
) -> list[collections.Collection]:
    """What stands on top of the wall: nothing where something is looked for."""
    if asked.narrowed or place:
        return []
    return await collections.listed(page.studio, caller)


async def _hung(page: Desk, caller: SignedIn, shown: Sequence[Work]) -> dict[str, Any]:
    found: list[Card] = await cards.of_works(page.studio, caller, shown, page.language)
    return {
        "cards": found,
        "stars": await gallery.stars(page.studio, caller, [work.id for work in shown]),
        "held": await collections.holding(page.studio, caller, [work.id for work in shown]),
        "running": any(not work.ended for work in shown),
        "days": f"{page.studio.settings.trash_days:g}",
    }


async def _months(page: Desk, caller: SignedIn) -> list[tuple[str, int, int]]:
    """Those of the caller's works from the newest to the oldest, as (2026-02, 2026, 2)."""
    first = await gallery.page(page.studio, caller, Wanted(after=UUID(int=0)), limit=1)
    if not first:
        return []
    now, then = page.now.astimezone(UTC), first[0].created_at.astimezone(UTC)
    last, oldest = now.year * 12 + now.month - 1, then.year * 12 + then.month - 1
    numbers = range(last, max(oldest, last - MONTHS) - 1, -1)
    return [(f"{n // 12:04}-{n % 12 + 1:02}", n // 12, n % 12 + 1) for n in numbers]


def after(month: str) -> datetime:
    """When it is over, in UTC."""
    year, number = (int(part) for part in month.split("-"))
    if number == 12:
        return datetime(min(year + 1, 9999), 1, 1, tzinfo=UTC)
    return datetime(max(year, 1), number + 1, 1, tzinfo=UTC)
