"""The language model that the settings name, and what its questions cost."""

import logging
import re
from typing import Any, Final
from urllib.parse import urlsplit

from affiche.db.database import Database
from affiche.errors import DatabaseUnavailable, SettingInvalid
from affiche.llm.client import Place
from affiche.llm.questions import Call
from affiche.settings import Settings

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
