"""The language model that the settings name, and what its questions cost."""

import logging
import re
from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID

from affiche.db.database import Database
from affiche.errors import DatabaseUnavailable, LanguageModelError, NotFound, SettingInvalid
from affiche.llm.client import Model, Place
from affiche.llm.questions import Call
from affiche.settings import Settings
from affiche.studio.findings import SECONDS, Finding, line
from affiche.studio.studio import Studio

OPENROUTER: Final = "https://openrouter.ai/api/v1"
STAND_IN: Final = "affiche-stand-in"
"""What the emulator calls its model."""
log = logging.getLogger(__name__)


def place(settings: Settings) -> Place | None:
    """Where the model is; None if the settings name none. Raises SettingInvalid."""
    if settings.llm_key is None and settings.llm_url is None:
        return None
    url = (settings.llm_url or OPENROUTER).rstrip("/")
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username:
        raise SettingInvalid(name="llm_url", reason="an address begins with http:// or https://")
    if not re.fullmatch(r"[!-~]{1,200}", settings.llm_model):
        raise SettingInvalid(name="llm_model", reason="a name without spaces")
    return Place(
        url=url,
        key=settings.llm_key,
        model=settings.llm_model,
        seconds=settings.llm_seconds,
        price_in=settings.llm_price_in,
        price_out=settings.llm_price_out,
        is_stand_in=settings.llm_model == STAND_IN,
    )


class Ledger:
    """Every question is a row of `llm_calls`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def note(self, call: Call) -> None:
        """Never raises: what was paid for is not lost with the note of it."""
        try:
            async with self._database.singly() as service:
                await service.run("language.note", **_row(call))
        except DatabaseUnavailable as error:
            log.warning("a question of %s tokens was not noted: %s", call.tokens_in, error)


@dataclass(frozen=True, slots=True)
class Taken:
    """What questions came to; `cost` in US dollars, None where it is not known of any."""

    calls: int
    tokens_in: int
    tokens_out: int
    cost: float | None


async def of_work(studio: Studio, work_id: UUID) -> Taken:
    """For operators. Raises NotFound."""
    async with studio.database.singly() as service:
        found = await service.maybe(Taken, "language.of_work", work_id=work_id)
    if found is None:
        raise NotFound(what="work")
    return found


class Free:
    """Nothing is kept back, and nothing is noted: for a look from outside."""

    async def spend(self) -> None:
        """Never waits."""

    async def note(self, call: Call) -> None:
        """Nothing is asked that would cost."""


async def reached(settings: Settings) -> list[Finding]:
    """Whether the model that the settings name answers; for `affiche doctor`."""
    try:
        found = place(settings)
    except SettingInvalid as error:
        return [Finding("broken", "language_model", "invalid", {"reason": line(str(error))})]
    if found is None:
        return [Finding("note", "language_model", "no_language_model")]
    named = {"model": found.model, "url": found.url, "rate": settings.llm_rate}
    model = Model(replace(found, seconds=SECONDS), Free(), Free(), Free())
    try:
        await model.models()
    except LanguageModelError as error:
        told = {"reason": line(error.detail or error.message("en"))}
        return [Finding("broken", "language_model", "language_model_silent", named | told)]
    finally:
        await model.close()
    return [Finding("ok", "language_model", "language_model", named)]


async def lately(database: Database) -> list[Finding]:
    """How its last questions went."""
    async with database.as_service() as service:
        (row,) = await service.rows("language.last_failure")
    if not row["failed"]:
        return []
    many = row["failed"] * 2 >= row["calls"]
    return [Finding("broken" if many else "note", "language_model", "language_model_failed", row)]


def _row(call: Call) -> dict[str, Any]:
    return {
        "purpose": call.purpose,
        "work_id": call.work_id,
        "model": call.model,
        "tokens_in": call.tokens_in,
        "tokens_out": call.tokens_out,
        "cost": None if call.cost is None else round(call.cost, 10),
        "milliseconds": call.milliseconds,
        "outcome": call.outcome,
    }
