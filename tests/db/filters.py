"""The lists of works that people ask for, each by its statement and the filters that go with it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from psycopg import Connection
from tests.db.people import value

from affiche.domain.ids import floor

EVERY: Final = ["pending", "taken", "processing", "completed", "failed", "cancelled"]
NOTHING: Final = dict.fromkeys(("template_id", "project_id", "character_id", "batch_id"))
PAGE: Final[dict[str, Any]] = {
    "before": UUID(int=2**128 - 1),
    "since": UUID(int=0),
    "statuses": EVERY,
    "limit": 50,
    **NOTHING,
}


@dataclass(frozen=True)
class Owner:
    """Who has most works, and what those are of."""

    user: UUID
    template: UUID
    project: UUID
    character: UUID
    batch: UUID


@dataclass(frozen=True)
class Filter:
    """`of`: what the list is of, by the names in `Owner`. `pages` and `rows`: the most that may be
    read for the first page of a hundred thousand works."""

    title: str
    name: str
    of: Sequence[str] = ()
    more: Mapping[str, Any] = field(default_factory=dict)
    pages: int = 500
    rows: int = 3 * len(EVERY) * 50

    @property
    def generic(self) -> bool:
        """Whether it is planned once for all values, as `works.page` runs it."""
        return self.name == "works.page"

    def params(self, owner: Owner) -> dict[str, Any]:
        named = {f"{name}_id": getattr(owner, name) for name in self.of}
        return {"user_id": owner.user, **PAGE, **named, **self.more}


def owner(connection: Connection[Any]) -> Owner:
    """As the service."""
    query = "SELECT user_id, template_id, project_id FROM works ORDER BY id LIMIT 1"
    user, template, project = connection.execute(query).fetchone() or (None,) * 3
    of_project = "SELECT id FROM {} WHERE project_id = %s"
    character, batch = (
        value(connection, of_project.format(table), project) for table in ("characters", "batches")
    )
    return Owner(user, template, project, character, batch)


DONE: Final = {"statuses": ["completed"]}
ENDED_BADLY: Final = {"statuses": ["failed", "cancelled"]}
AGES_AGO: Final = floor(datetime(2000, 1, 1, tzinfo=UTC))
LAST_WEEK: Final = {"since": floor(datetime.now(UTC) - timedelta(days=7))}
LAST_YEAR: Final = {"before": floor(datetime.now(UTC) - timedelta(days=7)), "since": AGES_AGO}
# Of a batch all is read, which is five thousand works and those that were tried again.
BATCH: Final[dict[str, Any]] = {"of": ("batch",), "pages": 6_500, "rows": 6_000}
FILTERS: Final[Sequence[Filter]] = (
    Filter("all", "works.page"),
    Filter("all, dated", "works.page", more=LAST_YEAR),
    Filter("completed", "works.page_of_status", more=DONE),
    Filter("failed or cancelled", "works.page_of_status", more=ENDED_BADLY),
    Filter("of a week", "works.page_of_status", more=DONE | LAST_WEEK),
    Filter("of a template", "works.page_of_template", ("template",)),
    Filter("of a template, failed", "works.page_of_template", ("template",), ENDED_BADLY),
    Filter("of a project", "works.page_of_project", ("project",)),
    Filter("of a project, dated", "works.page_of_project", ("project",), DONE | LAST_YEAR),
    Filter("of project and template", "works.page_of_project_template", ("project", "template")),
    Filter("of a character", "works.page_of_character", ("character",)),
    Filter("of a character, done", "works.page_of_character", ("character", "template"), DONE),
    Filter("of a batch", "works.page_of_batch", **BATCH),
    Filter("of a batch, failed", "works.page_of_batch", **BATCH, more=ENDED_BADLY),
    Filter("of a tag", "titles.page_of_tag", more={"tag": "I2I"}),
    Filter("of a rare tag", "titles.page_of_tag", more={"tag": "rare"}),
    Filter("of a project's tag", "titles.page_of_project_tag", ("project",), {"tag": "I2I"}),
)
