"""A work that waits for a GPU to wake up."""

import asyncio

import pytest
from tests.cloud.place import connected, paint
from tests.support.studios import ask, at_work, ended

from affiche.api.shapes import work_shape
from affiche.emulators.runpod import serving
from affiche.engines.runpod import engine
from affiche.studio import templates, uploads, works
from affiche.studio.studio import Caller, Studio


async def test_people_are_told_that_a_gpu_wakes_up(
    studio: Studio,
    alice: Caller,
    picture: uploads.File,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(engine, "WAKING_AFTER", 0.0)
    caplog.set_level("INFO", "affiche.pipeline.polls")
    told = set()
    async with (
        serving(paint, cold_start=3.5) as emulator,
        connected(studio, emulator) as cloud,
        at_work(cloud.studio),
    ):
        asked = await ask(studio, alice, picture)
        async with asyncio.timeout(30):
            while not (work := await works.get(studio, alice, asked.id)).ended:
                if work.waking is not None:
                    at = await templates.at_version(studio, work.template_id, work.template_version)
                    shown = work_shape(work, at, [], "en", studio.now())
                    assert shown.progress is not None
                    assert shown.progress.waking == work.waking
                    assert work_shape(work, at, [], "ko", studio.now()).label == (
                        f"GPU를 깨우는 중, 약 {work.waking}초"
                    )
                    told.add(shown.label)
                await asyncio.sleep(0.05)
        work = await ended(studio, alice, asked.id)
        assert work.status == "completed"
        assert work.waking is None
        job = await cloud.job(work.id)
        assert job["woke"]
        assert job["waited_seconds"] >= 3
    # Nobody knows as yet how long it takes here, so what is usual is said.
    assert told <= {"Waking the GPU up, about 45 s", "Waking the GPU up, about 40 s"}
    assert told
    assert caplog.text.count("waits for a worker to wake up") == 1
