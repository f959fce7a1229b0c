"""Works on RunPod with a worker that answers at once: what is asked, told, adopted, withdrawn."""

import pytest
from tests.cloud.place import connected, paint
from tests.support.studios import ask, at_work, ended

from affiche.emulators.runpod import serving
from affiche.studio import uploads
from affiche.studio.studio import Caller, Studio


@pytest.mark.parametrize("webhooks", [True, False])
async def test_a_work_becomes_a_picture(
    studio: Studio, alice: Caller, picture: uploads.File, webhooks: bool
) -> None:
    async with (
        serving(paint, standby=1, control=True) as emulator,
        connected(studio, emulator, webhooks=webhooks) as cloud,
        at_work(cloud.studio),
    ):
        asked = await ask(studio, alice, picture, seed=42)
        work = await ended(studio, alice, asked.id)
        assert (work.status, work.engine, work.seed) == ("completed", "runpod", 42)
        job = await cloud.job(work.id)
        assert job["execution_seconds"] is not None
        assert job["waited_seconds"] is not None
        assert cloud.asked["run"] == 1
        print(cloud.emulator.counted())
