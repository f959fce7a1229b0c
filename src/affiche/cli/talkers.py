"""The stand-in of a language model: what `affiche emulate llm` runs, and what a laptop has that has
no key to a real one."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from affiche.cli import mishaps
from affiche.cli.language import words
from affiche.cli.terminal import out
from affiche.settings import Settings

if TYPE_CHECKING:
    from affiche.emulators.llm import Chance, Fault


@dataclass(frozen=True, slots=True)
class Wanted:
    """The server that a command line asks for; `control` opens /_faults."""

    host: str
    port: int
    key: str | None
    control: bool
    faults: Sequence["Fault"]
    chance: "Chance | None"


def planned(
    faults: Sequence[str], chaos: float, seed: int
) -> tuple[Sequence["Fault"], "Chance | None"]:
    from affiche.emulators.llm import Chance, parse

    example = "chat:refuse:status=429,retry_after=2"
    return mishaps.planned(faults, chaos, seed, parse=parse, chance=Chance, example=example)


async def serve(wanted: Wanted) -> None:
    """Until it is interrupted. Raises OSError for a port that is taken."""
    from affiche.emulators.llm import MODEL, serving

    told = {"key": wanted.key, "control": wanted.control}
    async with serving(host=wanted.host, port=wanted.port, **told) as running:
        running.faults.begin(wanted.faults, wanted.chance)
        out().print(words("emulate.talking", url=running.url))
        for name, value in (
            ("AFFICHE_LLM_URL", running.url),
            ("AFFICHE_LLM_MODEL", MODEL),
            *([("AFFICHE_LLM_KEY", wanted.key)] if wanted.key else []),
        ):
            out().print(f"{name}={value}", soft_wrap=True)
        await asyncio.get_running_loop().create_future()


@asynccontextmanager
async def with_words(settings: Settings) -> AsyncIterator[Settings]:
    """With the built-in dictionary in the place of a language model, where there is none."""
    from affiche.studio.language import place

    if place(settings) is not None:
        yield settings
        return
    from affiche.emulators.llm import MODEL, serving

    async with serving() as stand_in:
        yield replace(settings, llm_url=stand_in.url, llm_model=MODEL)
