"""References as the page for batches offers them: some at a time, by category and search."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from affiche.domain.batches import MOST_WORKS
from affiche.studio import references
from affiche.studio.references import Reference
from affiche.studio.studio import Caller
from affiche.texts import Language
from affiche.web.pages import Desk

PAGE: Final = 60


@dataclass(frozen=True, slots=True)
class Item:
    """One reference; `caption` in the reader's language where there is one, `lang` its own."""

    reference: Reference
    caption: str
    lang: Language


@dataclass(frozen=True, slots=True)
class Shelf:
    """`next` is the last one shown where there are more behind it. `whole`: nothing narrows it."""

    items: Sequence[Item]
    next: UUID | None
    category: str
    words: str
    before: UUID | None

    @property
    def whole(self) -> bool:
        return not (self.category or self.words)


async def shelf(
    page: Desk, caller: Caller, category: str, words: str, *, before: UUID | None = None
) -> Shelf:
    """`category` is "=" and its name, or "" for all."""
    found = await references.page(
        page.studio,
        caller,
        category=named(category),
        words=words,
        before=before,
        limit=PAGE + 1,
    )
    shown = found[:PAGE]
    following = shown[-1].id if len(found) > PAGE else None
    items = [_item(each, page.language) for each in shown]
    return Shelf(items, following, category, words, before)


async def everything(page: Desk, caller: Caller, category: str, words: str) -> list[str]:
    """Ids, newest first, up to as many as a batch can have."""
    found = await references.page(
        page.studio, caller, category=named(category), words=words, limit=MOST_WORKS
    )
    return [str(each.id) for each in found]


def named(category: str) -> str | None:
    """Of the page's choices the first is all; one can have no name."""
    return category[1:] if category.startswith("=") else None


def after(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _item(reference: Reference, language: Language) -> Item:
    ko, en = reference.caption_ko or "", reference.vision_description or ""
    if language == "ko" and ko:
        return Item(reference, ko, "ko")
    return Item(reference, en or ko, "en" if en else "ko")
