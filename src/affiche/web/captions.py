"""Captions of many references from the language model: of which, told before it is asked."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from affiche.api.auth import SignedIn
from affiche.domain.collections import LONGEST_CATEGORY
from affiche.errors import NotFound
from affiche.studio import captions
from affiche.studio.captions import STATES, Whose
from affiche.studio.failures import recalled
from affiche.web.doors import words
from affiche.web.pages import Desk, desk
from affiche.web.refusals import PageRoute
from affiche.web.stacks import stack_of

router: Final = APIRouter(route_class=PageRoute)
ADDRESS: Final = "/references/captions/many"


@router.get(ADDRESS)
async def show_many(
    request: Request,
    caller: SignedIn,
    project: UUID | None = None,
    category: Annotated[str, Query(max_length=LONGEST_CATEGORY + 1)] = "",
    over: Whose = "none",
) -> Response:
    """`category` is "=" and its name, or "" for all."""
    return await _page(desk(request, caller), caller, project, category, over)


@router.post(ADDRESS)
async def ask_many(request: Request, caller: SignedIn) -> Response:
    page, sent = desk(request, caller), await words(request)
    try:
        project = UUID(sent["project"]) if sent.get("project") else None
    except ValueError as error:
        raise NotFound(what="project") from error
    category = sent.get("category", "")
    over: Whose = next((each for each in STATES if each == sent.get("over")), "none")
    if "stop" in sent:
        await captions.stop(page.studio, caller, project)
    else:
        await captions.want(
            page.studio, caller, project, category=_named(category), again=True, over=over
        )
    if page.wants_fragment:
        return await _page(page, caller, project, category, "none")
    return page.go(ADDRESS + (f"?project={project}" if project else ""))


async def _page(
    page: Desk, caller: SignedIn, project: UUID | None, category: str, over: Whose
) -> Response:
    stack = await stack_of(page.studio, caller, project, _named(category), "")
    reckoned = await captions.reckon(
        page.studio, caller, stack.project.id, category=_named(category), over=over
    )
    progress = await captions.progress(page.studio, caller, stack.project.id)
    return page.page(
        "references/captions_page.html",
        stack=stack,
        category=category,
        over=over,
        choices=list(STATES),
        sum=reckoned,
        minutes=max(1, round(reckoned.seconds / 60)),
        progress=progress,
        reasons=[
            (recalled(each.code, None).message(page.language), each.references)
            for each in progress.reasons
        ],
        with_model=page.studio.model is not None,
        address=ADDRESS,
    )


def _named(category: str) -> str | None:
    return category[1:] if category.startswith("=") else None
