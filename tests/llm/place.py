"""A model over the stand-in, with what it spends and what it notes in hand."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.pictures.samples import coded, photograph

from affiche.emulators.llm import MODEL, Server, serving
from affiche.errors import LanguageModelBusy
from affiche.llm.client import Model, Place
from affiche.llm.questions import Call, Message


@dataclass
class Purse:
    """A budget that counts, and is empty after `left`."""

    left: int = 1000
    spent: int = 0

    async def spend(self) -> None:
        if not self.left:
            raise LanguageModelBusy(detail="the purse is empty")
        self.left -= 1
        self.spent += 1


@dataclass
class Book:
    calls: list[Call] = field(default_factory=list)

    async def note(self, call: Call) -> None:
        self.calls.append(call)

    @property
    def outcomes(self) -> list[str]:
        return [call.outcome for call in self.calls]


@dataclass
class Bench:
    server: Server
    model: Model
    urgent: Purse
    patient: Purse
    book: Book


@asynccontextmanager
async def bench(key: str | None = "sekret", **place: Any) -> AsyncIterator[Bench]:
    """`place`: fields of the Place that differ; `told`: options of the server."""
    told: dict[str, Any] = place.pop("told", {})
    async with serving(**told) as server:
        given = {"url": server.url, "key": key, "model": MODEL, "seconds": 20.0} | place
        urgent, patient, book = Purse(), Purse(), Book()
        model = Model(Place(**given), urgent, patient, book)
        try:
            yield Bench(server, model, urgent, patient, book)
        finally:
            await model.close()


def png(width: int, height: int) -> bytes:
    return coded(photograph(width, height), "png")


TRANSLATE = [
    Message("system", "You translate Korean user prompts to English."),
    Message("user", "배경을 해변으로 바꿔줘"),
]
