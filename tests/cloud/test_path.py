"""The whole path: studio, emulated RunPod, the real SDK's process with our handler in it, emulated
ComfyUI, and back; through everything that can go wrong on it."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from tests.cloud.backstage import ENDPOINT, KEY, Backstage, raised
from tests.cloud.place import connected
from tests.cloud.witness import (
    check_no_secret,
    check_nothing_left,
    delivered,
    said,
    same,
    settled,
    watched,
)
from tests.support.studios import ask, at_work

from affiche.domain import pace
from affiche.studio import uploads
from affiche.studio.studio import Caller, Studio


@dataclass(frozen=True, slots=True)
class Case:
    """`faults`; how the work ends (None: completed), with which words in Korean and English; after
    how many takes; how RunPod's jobs ended; whether it was told to post their ends."""

    name: str
    faults: tuple[str, ...] = ()
    code: str | None = None
    words: tuple[str, str] = ("", "")
    takes: int = 0
    ended: dict[str, int] = field(default_factory=lambda: {"COMPLETED": 1})
    webhooks: bool = True


TWICE = {"COMPLETED": 2}
NO_PICTURE = ("이미지 없이", "without a picture")
CASES = [
    Case("success"),
    Case("success, polled", webhooks=False),
    Case(
        "failure",
        ("comfyui:node:fail:node=9,exception=ValueError,message=no",),
        "run_failed",
        ("(SaveImage #9)", "(SaveImage #9)"),
        ended={"FAILED": 1},
    ),
    Case("memory ran out once", ("comfyui:node:fail:exception=torch.OutOfMemoryError,node=9",)),
    Case(
        "refused by ComfyUI",
        ("comfyui:prompt:refuse:type=value_not_in_list,node=9",),
        "engine_refused",
        ("거부", "refused"),
        ended={"FAILED": 1},
    ),
    # --- the webhook
    Case("webhook lost", ("webhook:lose:times=0",)),
    Case("webhook twice", ("webhook:repeat:times=0",)),
    Case("webhook forged", ("webhook:forge:claim=completed",)),
    Case("webhook of a stranger", ("webhook:forge:claim=stranger",)),
    # --- the result
    Case("result too large", ("result:enlarge",), "output_missing", NO_PICTURE),
    Case("result expired", ("result:expire:times=1",), takes=1, ended=TWICE),
    Case("junk: text", ("result:junk:shape=text",), "output_missing", NO_PICTURE),
    Case("junk: a page", ("result:junk:shape=html",), "output_missing", NO_PICTURE),
    Case("junk: noise", ("result:junk:shape=noise",), "output_missing", NO_PICTURE),
    Case("junk: cut off", ("result:junk:shape=cut",), takes=1, ended=TWICE),
    Case("junk: errors", ("result:junk:shape=errors",), "run_failed", ("실패", "failed")),
    # --- the public API
    Case("429 storm", ("run:refuse:status=429,times=4", "status:refuse:status=429,times=3")),
    Case("502 with HTML", ("status:refuse:status=502,html=1,times=3",)),
    Case(
        "502 with HTML, to the sending",
        ("run:refuse:status=502,html=1",),
        takes=1,
        webhooks=False,
    ),
    Case("answer to the sending lost", ("run:drop",)),
    # --- between RunPod and its worker
    Case("worker's words refused", ("done:refuse:status=502,times=2",)),
    Case("answer to the worker lost", ("done:drop:times=2",)),
]


@pytest.fixture(scope="module")
def behind(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Backstage]:
    with raised(tmp_path_factory.mktemp("backstage")) as found:
        yield found


@pytest.fixture
def backstage(behind: Backstage, monkeypatch: pytest.MonkeyPatch) -> Backstage:
    monkeypatch.setenv("RUNPOD_API_KEY", KEY)
    behind.clear()
    return behind


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
async def test_a_work(
    studio: Studio,
    alice: Caller,
    picture: uploads.File,
    backstage: Backstage,
    case: Case,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG, "affiche")
    # Word of a run is waited for a moment, in which it comes.
    monkeypatch.setattr(pace, "WITHOUT_WORD", 1.0)
    async with (
        connected(studio, backstage.runpod, webhooks=case.webhooks) as cloud,
        at_work(cloud.studio),
    ):
        backstage.plan(*case.faults)
        work, seen = await watched(studio, alice, await ask(studio, alice, picture, seed=42))
        expected = ("failed", case.code) if case.code else ("completed", None)
        assert (work.status, work.error_code) == expected
        await settled(backstage)
        assert backstage.struck(case.faults)
        assert cloud.ended == case.ended
        assert (await cloud.job(work.id))["takes"] == case.takes
        if case.code:
            told = await said(studio, alice, work)
            assert all(w in told[lang] for w, lang in zip(case.words, ("ko", "en"), strict=True))
            assert seen.labels["en"][-1] == "Error"
        else:
            assert same(await delivered(studio, alice, work), backstage.painted()[0])
            assert (work.engine, work.seed) == ("runpod", 42)
        assert seen.percents == sorted(seen.percents)
    await check_nothing_left(cloud)
    await check_no_secret(cloud, caplog.text, backstage)


async def test_somebody_sees_how_far_it_is(
    studio: Studio, alice: Caller, picture: uploads.File, backstage: Backstage
) -> None:
    async with (
        connected(studio, backstage.runpod) as cloud,
        at_work(cloud.studio),
    ):
        asked = await ask(studio, alice, picture, steps=40)
        work, seen = await watched(studio, alice, asked)
        assert work.status == "completed"
    assert [p for p in seen.percents if 0 < p < 100]
    assert seen.percents == sorted(seen.percents)
    assert seen.labels["ko"][-2:] == ["만드는 중…", "완료"]
    (job,) = backstage.jobs(ENDPOINT)
    # Its end is told, so it is looked at a few times to show how far it is.
    assert cloud.asked["status"] <= 12, cloud.asked
    assert job.status == "COMPLETED"
