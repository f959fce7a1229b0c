"""Where `affiche run` asks: a studio that runs elsewhere, or one that it starts itself."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from affiche.domain.fields import Field

Record = Mapping[str, Any]
"""A work or an output as `GET /v1/works/{id}` gives it."""
ENDED = ("completed", "failed", "cancelled")


@dataclass(frozen=True, slots=True)
class Offer:
    """A template as somebody who asks for a work sees it."""

    slug: str
    title: str
    fields: tuple[Field, ...]


class Desk(Protocol):
    """Every call raises an AfficheError, a CommandError or Refused."""

    async def offer(self, name: str) -> Offer:
        """The template by id, slug or template name."""

    async def upload(self, path: Path) -> str:
        """The id of the uploaded picture."""

    async def ask(self, template: str, inputs: Mapping[str, Any], output_count: int) -> Record:
        """The new work."""

    def follow(self, work_id: str) -> AsyncIterator[Record]:
        """The work whenever it may have changed, until it has ended."""

    async def cancel(self, work_id: str) -> Record: ...

    def read(self, output: Record) -> AsyncIterator[bytes]:
        """An output's bytes."""
