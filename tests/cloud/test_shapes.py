"""What a RunPod worker is sent, in every shape that an endpoint may take, and what comes back: our
handler behind the real SDK answers all of them."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.cloud.backstage import ENDPOINT, KEY, Backstage, raised
from tests.cloud.place import connected
from tests.cloud.witness import (
    Seen,
    check_nothing_left,
    delivered,
    said,
    same,
    settled,
    watched,
)
from tests.support.studios import ask, at_work

from affiche.cli.packing import make
from affiche.studio import uploads, works
from affiche.studio.studio import Caller, Studio

PARCEL, POSTER = "ep-parcel", "ep-poster"
DEPLOYED = Path(__file__).parents[2] / "deploy" / "runpod"


@pytest.fixture(scope="module")
def behind(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Backstage]:
    """Workers without a package, with one that was just made, and with the one in `deploy`."""
    folder = tmp_path_factory.mktemp("backstage")
    make("klein-i2i", "serverless", folder / "parcel")
    endpoints = {
        ENDPOINT: {},
        PARCEL: {"command": (sys.executable, str(folder / "parcel" / "handler.py"))},
        POSTER: {"command": (sys.executable, str(DEPLOYED / "handler.py"))},
    }
    with raised(folder, endpoints) as found:
        yield found


@pytest.fixture
def backstage(behind: Backstage, monkeypatch: pytest.MonkeyPatch) -> Backstage:
    monkeypatch.setenv("RUNPOD_API_KEY", KEY)
    behind.clear()
    return behind


@pytest.mark.parametrize("pictures_by", ["url", "base64"])
@pytest.mark.parametrize("workflow_as", ["object", "text"])
@pytest.mark.parametrize("images_as", ["list", "map"])
async def test_a_workflow(
    studio: Studio,
    alice: Caller,
    picture: uploads.File,
    backstage: Backstage,
    pictures_by: str,
    workflow_as: str,
    images_as: str,
) -> None:
    """Seed 000 sends a map, seed 004 a list and the workflow as text."""
    row = {"pictures_by": pictures_by, "workflow_as": workflow_as, "images_as": images_as}
    async with connected(studio, backstage.runpod, **row) as cloud, at_work(cloud.studio):
        work, _ = await watched(studio, alice, await ask(studio, alice, picture))
        assert work.status == "completed", work.error_code
        assert same(await delivered(studio, alice, work), backstage.painted()[0])
        await settled(backstage)
    (job,) = backstage.jobs()
    given = job.request.input
    assert isinstance(given["workflow"], str if workflow_as == "text" else dict)
    assert isinstance(given["images"], dict if images_as == "map" else list)
    (image,) = given["images"].values() if images_as == "map" else [given["images"][0]["image"]]
    assert image.startswith(f"{cloud.studio.settings.public_url}/o/uploads/") == (
        pictures_by == "url"
    )
    await check_nothing_left(cloud)


@pytest.mark.parametrize("public", [True, False])
async def test_parameters_of_a_package(
    studio: Studio, alice: Caller, picture: uploads.File, backstage: Backstage, public: bool
) -> None:
    """Seed 001. Without a public address there is nothing to link to."""
    async with (
        connected(
            studio,
            backstage.runpod,
            webhooks=public,
            remote_id=PARCEL,
            request_shape="parameters",
        ) as cloud,
        at_work(cloud.studio),
    ):
        work, seen = await watched(studio, alice, await ask(studio, alice, picture, seed=7))
        assert work.status == "completed", work.error_code
        assert same(await delivered(studio, alice, work), backstage.painted()[0])
        await settled(backstage, PARCEL)
    (job,) = backstage.jobs(PARCEL)
    given = dict(job.request.input)
    address = given.pop("image_url" if public else "image_base64")
    assert address.startswith("http") == public
    assert given == {
        "prompt": "a quiet beach",
        "seed": 7,
        "steps": 4,
        "cfg": 1.0,
        "megapixels": 0.5,
    }
    assert seen.labels["ko"][-1] == "완료"
    await check_nothing_left(cloud)


async def poster(studio: Studio, alice: Caller, picture: uploads.File) -> tuple[works.Work, Seen]:
    inputs: dict[str, Any] = {
        "image": str(picture.id),
        "headline": "여름을 입다",
        "prompt": "노을 지는 해변",
        "steps": 4,
        "seed": 7,
    }
    asked = await works.ask(studio, alice, works.Ask(template="poster", inputs=inputs))
    return await watched(studio, alice, asked, within=90)


@pytest.mark.parametrize(
    ("remote_id", "row", "shape", "runs"),
    [
        # Two jobs, one after the other, driven by the studio.
        (ENDPOINT, {}, "workflow", 2),
        # One, on a worker that does stages; it needs no package.
        (ENDPOINT, {"does_stages": True}, "stages", 1),
    ],
)
async def test_a_poster(
    studio: Studio,
    alice: Caller,
    picture: uploads.File,
    backstage: Backstage,
    remote_id: str,
    row: dict[str, Any],
    shape: str,
    runs: int,
) -> None:
    async with (
        connected(studio, backstage.runpod, remote_id=remote_id, **row) as cloud,
        at_work(cloud.studio),
    ):
        work, seen = await poster(studio, alice, picture)
        assert work.status == "completed", work.error_code
        await settled(backstage, remote_id)
        envelope, cover = backstage.painted()[:2]
        assert same(await delivered(studio, alice, work), envelope)
        assert not same(envelope, cover)
        jobs = await cloud.rows(
            "SELECT stages, status FROM generation_jobs WHERE work_id = %(w)s ORDER BY stage",
            w=work.id,
        )
    assert cloud.ended == {"COMPLETED": runs}
    assert all(shape in job.request.input for job in backstage.jobs(remote_id))
    assert [each["status"] for each in jobs] == ["completed"] * runs
    assert sum(each["stages"] for each in jobs) == 2
    assert seen.stages[-1:] == [(2, 2)]
    assert seen.percents
    await check_nothing_left(cloud)


async def test_a_poster_by_parameters_of_the_package_that_is_shipped(
    studio: Studio, alice: Caller, picture: uploads.File, backstage: Backstage
) -> None:
    """Both stages are the package's own business."""
    row = {"remote_id": POSTER, "request_shape": "parameters"}
    async with connected(studio, backstage.runpod, **row) as cloud, at_work(cloud.studio):
        work, _ = await poster(studio, alice, picture)
        assert work.status == "completed", work.error_code
        await settled(backstage, POSTER)
        assert same(await delivered(studio, alice, work), backstage.painted()[0])
        assert (await cloud.job(work.id))["stages"] == 2
    (job,) = backstage.jobs(POSTER)
    assert set(job.request.input) >= {"headline", "image_url", "masthead", "prompt", "seed"}
    assert "stages" not in job.request.input
    await check_nothing_left(cloud)


async def test_a_public_address_that_leads_nowhere(
    studio: Studio, alice: Caller, picture: uploads.File, backstage: Backstage
) -> None:
    """The operator hears what to set, and nothing of workflows."""
    async with (
        connected(studio, backstage.runpod, door=False) as cloud,
        at_work(cloud.studio),
    ):
        work, _ = await watched(studio, alice, await ask(studio, alice, picture))
        assert (work.status, work.error_code) == ("failed", "pictures_unreachable")
        told = await said(studio, alice, work)
        assert "이 스튜디오 주소" in told["ko"]
        assert "this studio's address" in told["en"]
        await settled(backstage)
