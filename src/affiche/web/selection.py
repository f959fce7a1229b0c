"""What is done with several references that were selected on their page: told before it is done."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from fastapi import APIRouter, Form, Request
from pydantic import BeforeValidator
from starlette.responses import Response

from affiche.api.auth import SignedIn
from affiche.domain.collections import LONGEST_CATEGORY, checked_category
from affiche.studio import captions, references
from affiche.studio.captions import STATES, Whose
from affiche.texts import say
from affiche.web.pages import Desk, desk
from affiche.web.refusals import PageRoute
from affiche.web.stacks import Stack, stack_of

router: Final = APIRouter(route_class=PageRoute)
Act = Literal["captions", "category", "delete"]
Id = Annotated[UUID | None, Form(), BeforeValidator(lambda given: given or None)]


@dataclass(frozen=True, slots=True)
class Selected:
    """`chosen` on the page of `stack`; `over` and `category`: what is wanted for them."""

    act: Act
    chosen: Sequence[UUID]
    stack: Stack
    over: Whose
    category: str

    @property
    def project(self) -> UUID:
        return self.stack.project.id


@router.post("/references/selected")
async def selected(
    request: Request,
    caller: SignedIn,
    act: Annotated[Act, Form()],
    reference: Annotated[list[UUID] | None, Form()] = None,
    project: Id = None,
    shown: Annotated[str, Form(max_length=LONGEST_CATEGORY + 1)] = "",
    over: Annotated[Whose, Form()] = "none",
    category: Annotated[str, Form(max_length=LONGEST_CATEGORY)] = "",
    sure: Annotated[str, Form()] = "",
) -> Response:
    """`shown`: "=" and the category that the page shows, or "" for all. Without `sure` it is only
    told what would be done."""
    page = desk(request, caller)
    of = shown[1:] if shown.startswith("=") else None
    stack = await stack_of(page.studio, caller, project, of, "")
    asked = Selected(act, reference or [], stack, over, category)
    if not sure:
        return await _told(page, caller, asked)
    done, gone = await _done(page, caller, asked)
    if not page.wants_fragment:
        return page.go(stack.address())
    return page.page("references/selection.html", asked=asked, done=done, gone=gone)


async def _told(page: Desk, caller: SignedIn, asked: Selected) -> Response:
    found = await references.chosen(page.studio, caller, asked.chosen, asked.project)
    context: dict[str, Any] = {"asked": asked, "found": found, "done": "", "gone": []}
    if asked.act == "captions":
        sum = await captions.reckon(
            page.studio, caller, asked.project, chosen=asked.chosen, over=asked.over
        )
        context |= {"sum": sum, "minutes": max(1, round(sum.seconds / 60)), "choices": list(STATES)}
    return page.page("references/selection.html", **context)


async def _done(page: Desk, caller: SignedIn, asked: Selected) -> tuple[str, list[UUID]]:
    """What was done, in words, and which of them the page shows no longer."""
    studio, project = page.studio, asked.project
    if asked.act == "captions":
        n = await captions.want(studio, caller, project, chosen=asked.chosen, over=asked.over)
        return say(page.language, "references.captions.waiting", n=n), []
    if asked.act == "delete":
        thrown = await references.throw(studio, caller, asked.chosen, project)
        return say(page.language, "references.selected.deleted", n=len(thrown)), thrown
    name = checked_category(asked.category)
    placed = await references.place(studio, caller, asked.chosen, name, project)
    stays = asked.stack.category in (None, name)
    key = "references.selected.placed" if name else "references.selected.displaced"
    return say(page.language, key, n=len(placed), name=name), [] if stays else placed
