"""Workers are kept awake as often as was asked for, by one process, and never at anybody's cost."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from affiche.emulators.comfyui import Server
from affiche.engines.comfyui.engine import ComfyEngine
from affiche.errors import EngineUnreachable
from affiche.pipeline.crew import Crew
from affiche.pipeline.warmth import Warmth
from affiche.studio.studio import Studio

NOON = datetime(2026, 2, 11, 12, 0, tzinfo=UTC)


class Clock:
    now = NOON

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def pings(studio: Studio, comfyui: Server, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was asked to stay awake, where every engine counts that instead of doing nothing."""
    found: list[str] = []

    async def warm(engine: ComfyEngine) -> None:
        found.append(engine.kind)

    monkeypatch.setattr(ComfyEngine, "warm", warm)
    return found


async def keep(studio: Studio, minutes: int | None, hours: str | None = None) -> None:
    async with studio.database.as_service() as service:
        await service.connection.execute(
            "UPDATE endpoints SET warm_minutes = %s, warm_hours = %s", (minutes, hours)
        )


async def test_off_by_default(studio: Studio, pings: list[str]) -> None:
    assert await Warmth(Crew(studio).line).warm() == 0
    assert pings == []


async def test_every_so_many_minutes_once_among_all_processes(
    studio: Studio, pings: list[str]
) -> None:
    clock = Clock()
    processes = [Warmth(Crew(replace(studio, now=clock)).line) for _ in range(3)]
    await keep(studio, 10)
    for minute in range(31):
        clock.now = NOON + timedelta(minutes=minute)
        await asyncio.gather(*(each.warm() for each in processes))
    assert len(pings) == 4
    await asyncio.gather(*(each.line.engines.close() for each in processes))


async def test_only_within_the_hours(studio: Studio, pings: list[str]) -> None:
    clock = Clock()
    warmth = Warmth(Crew(replace(studio, now=clock)).line)
    await keep(studio, 1, "12:00-12:05")
    for minute in range(-5, 15):
        clock.now = NOON + timedelta(minutes=minute)
        await warmth.warm()
    assert len(pings) == 5
    await warmth.line.engines.close()


async def test_a_ping_that_fails_is_told_and_nothing_more(
    studio: Studio,
    pings: list[str],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def fail(engine: ComfyEngine) -> None:
        raise EngineUnreachable(detail="asleep for good")

    monkeypatch.setattr(ComfyEngine, "warm", fail)
    await keep(studio, 10)
    warmth = Warmth(Crew(studio).line)
    assert await warmth.warm() == 1
    assert "asleep for good" in caplog.text
    # Not again before its time.
    assert await warmth.warm() == 0
    await warmth.line.engines.close()
