"""The places that the masthead leads to: one line each, in the order in which they stand."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from affiche.settings import Settings
from affiche.studio.studio import Caller

Rule = Callable[[Caller | None, Settings], bool]


@dataclass(frozen=True, slots=True)
class Place:
    """`path` leads there, `name` is the key of its word. One is also there at what lies below
    `path` and below those of `also`. `seen` tells from the caller, None where nobody was asked
    who it is (a page of a refusal), and from the settings, whether it is shown."""

    path: str
    name: str
    also: tuple[str, ...] = ()
    seen: Rule = lambda caller, settings: True

    def holds(self, path: str) -> bool:
        """Whether somebody at `path` is here; below "/" lies everything, so it is only itself."""
        below = [root for root in (self.path, *self.also) if root != "/"]
        return path == self.path or any(f"{path}/".startswith(f"{root}/") for root in below)


PLACES: Final = (
    Place("/", "web.site.make", also=("/templates",)),
    Place("/generate", "batches.generate.nav", also=("/batches",)),
    Place("/gallery", "library.page.title", also=("/works",)),
    Place("/characters", "characters.wall.title"),
    Place("/references", "references.page.title"),
    Place("/credits", "credits.page.title", seen=lambda caller, settings: settings.credits),
    Place("/project", "projects.page.title", also=("/projects",)),
    Place(
        "/workshop",
        "workshop.title",
        seen=lambda caller, settings: caller is not None and caller.is_operator,
    ),
    Place(
        "/operations",
        "operations.page.title",
        seen=lambda caller, settings: caller is not None and caller.is_operator,
    ),
)


def places(caller: Caller | None, settings: Settings) -> list[Place]:
    """Those that `caller` may see."""
    return [place for place in PLACES if place.seen(caller, settings)]
