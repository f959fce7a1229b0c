"""Which of a project's references a page shows, and where the others are."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

from affiche.studio import projects, references
from affiche.studio.projects import Project
from affiche.studio.references import Category
from affiche.studio.studio import Caller, Studio

PAGE: Final = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """`category` is None for all, "" for those of none; `pictures` of the whole project."""

    project: Project
    projects: Sequence[Project]
    is_home: bool
    category: str | None
    search: str
    categories: Sequence[Category]

    @property
    def pictures(self) -> int:
        return sum(each.pictures for each in self.categories)

    def address(self, before: UUID | None = None) -> str:
        asked: list[tuple[str, object]] = []
        if not self.is_home:
            asked.append(("project", self.project.id))
        if self.category is not None:
            asked.append(("category", self.category))
        asked += [("search", self.search)] if self.search else []
        asked += [("before", before)] if before else []
        return f"/references?{urlencode(asked)}" if asked else "/references"

    def of(self, category: str | None) -> str:
        """The address of a category, with the same words searched."""
        return replace(self, category=category).address()


async def stack_of(
    studio: Studio,
    caller: Caller,
    project_id: UUID | None,
    category: str | None,
    search: str,
) -> Stack:
    """Raises NotFound for a project that is not the caller's to see."""
    every = await projects.mine(studio, caller)
    home = next((p for p in every if p.is_default and p.user_id == caller.id), every[0])
    project = await projects.get(studio, caller, project_id or home.id)
    return Stack(
        project=project,
        projects=every,
        is_home=project.id == home.id,
        category=category,
        search=" ".join(search.split()),
        categories=await references.categories(studio, caller, project.id),
    )
