"""What goes wrong when a job is sent to RunPod, and how often it is sent then. What goes wrong
later is told by test_path, with the real SDK between."""

import asyncio
from dataclasses import dataclass

import pytest
from tests.cloud.place import ENDPOINT, connected, paint
from tests.support.studios import ask, at_work, ended

from affiche.domain import pace
from affiche.emulators.runpod import serving
from affiche.emulators.runpod.faults import parse
from affiche.studio import uploads
from affiche.studio.studio import Caller, Studio


@dataclass(frozen=True, slots=True)
class Case:
    """`faults`; how the work ends (None: completed) and after how many takes; how many jobs there
    are at RunPod by then, and how they ended, where that is certain."""

    faults: tuple[str, ...]
    code: str | None = None
    takes: int = 0
    runs: int = 1
    webhooks: bool = True

    def __str__(self) -> str:
        return " ".join(self.faults) + ("" if self.webhooks else " (polled)")


CASES = [
    Case(("run:refuse:status=429,times=4",), runs=5),
    Case(("run:refuse:status=401",), takes=1, runs=2),
    Case(("run:refuse:status=404",), takes=1, runs=2),
    Case(("run:refuse:status=400",), "engine_refused"),
    Case(("run:drop",)),
    Case(("run:truncate",)),
    Case(("run:refuse:status=502,html=1",), takes=1, runs=2, webhooks=False),
    Case(("run:drop",), takes=1, runs=2, webhooks=False),
    Case(("run:junk",), takes=1, runs=2, webhooks=False),
    Case(("run:vanish",), takes=1, runs=2, webhooks=False),
]


@pytest.mark.parametrize("case", CASES, ids=str)
async def test_a_work_ends_as_it_should(
    studio: Studio,
    alice: Caller,
    picture: uploads.File,
    case: Case,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Word of a run is waited for a moment, in which it comes.
    monkeypatch.setattr(pace, "WITHOUT_WORD", 1.0)
    async with (
        serving(paint, standby=1, retry_pause=0.1) as emulator,
        connected(studio, emulator, webhooks=case.webhooks) as cloud,
        at_work(cloud.studio),
    ):
        for fault in case.faults:
            emulator.faults.put(parse(fault))
        asked = await ask(studio, alice, picture)
        work = await ended(studio, alice, asked.id, within=60)
        expected = ("failed", case.code) if case.code else ("completed", None)
        assert (work.status, work.error_code) == expected
        job = await cloud.job(work.id)
        assert job["takes"] == case.takes
        assert cloud.asked["run"] == case.runs
        # Nothing that we know of is left running there.
        async with asyncio.timeout(20):
            while (jobs := emulator.endpoint(ENDPOINT).health()["jobs"])["inQueue"]:
                await asyncio.sleep(0.05)
        assert not jobs["inProgress"]
