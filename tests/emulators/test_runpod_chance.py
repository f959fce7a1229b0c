"""RunPod's faults by chance, and as a command line writes them."""

import asyncio

import aiohttp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from affiche.emulators.runpod.faults import POINTS, SHAPES, Asker, Chance, Fault, Faults, parse

from .cloud import ENDED, Cloud, cloud_of

OCCASIONS = st.lists(
    st.tuples(st.sampled_from(sorted(POINTS)), st.integers(1, 4)), min_size=1, max_size=60
)


def met(occasions: list[tuple[str, int]], seed: int) -> dict[tuple[str, int], list[Fault | None]]:
    faults = Faults(chance=Chance(0.5, seed))
    found: dict[tuple[str, int], list[Fault | None]] = {}
    for point, number in occasions:
        fault = faults.take(point, POINTS[point], "ep1", asker=Asker(f"job {number}", number))
        found.setdefault((point, number), []).append(fault)
    return found


@given(OCCASIONS, st.integers(0, 9), st.randoms())
def test_each_job_meets_its_own_whatever_the_others_do(
    occasions: list[tuple[str, int]], seed: int, order: object
) -> None:
    mixed = sorted(occasions, key=lambda _: order.random())  # type: ignore[attr-defined]
    assert met(occasions, seed) == met(mixed, seed)


def test_nothing_that_never_ends_is_left_to_chance() -> None:
    occasions = [(point, number) for point in POINTS for number in range(200)]
    kinds = {fault.kind for faults in met(occasions, 1).values() for fault in faults if fault}
    possible = {kind for kinds in POINTS.values() for kind in kinds}
    assert kinds == possible - {"hang", "stick", "vanish"}


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("run:drop", Fault("run", "drop")),
        ("status:refuse:status=502,html=1,times=3",
         Fault("status", "refuse", status=502, html=True, times=3)),
        ("status:refuse:html=0", Fault("status", "refuse")),
        ("work:kill:seconds=0.5,job=2", Fault("work", "kill", seconds=0.5, job=2)),
        ("result:junk:shape=no_image,nth=4", Fault("result", "junk", shape="no_image", nth=4)),
        ("worker:throttle:endpoint=ep1", Fault("worker", "throttle", endpoint="ep1")),
        ("webhook:forge:claim=stranger", Fault("webhook", "forge", claim="stranger")),
        ("cancel:drop:job=5d0c-u1", Fault("cancel", "drop", job="5d0c-u1")),
    ],
)  # fmt: skip
def test_faults_as_a_command_line_writes_them(text: str, fault: Fault) -> None:
    assert parse(text) == fault


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "run: refuse"),
        ("run:melt", "run: refuse"),
        ("run:drop:tims=1", "times=…"),
        ("run:drop:times=x", "has to be a number"),
        ("run:drop:nth=0", "has to be a number"),
        ("result:junk:shape=round", "no_image"),
        ("webhook:forge:claim=king", "stranger"),
    ],
)
def test_faults_that_there_are_not(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        parse(text)


def test_shapes_are_named_as_they_can_be_written() -> None:
    assert all(parse(f"result:junk:shape={name}").shape == name for name in SHAPES)


async def test_under_chaos_every_job_that_was_accepted_ends() -> None:
    async with cloud_of(lost_after=0.2, execution=5, restart_pause=0.02, limits={}) as cloud:
        cloud.server.faults.chance = Chance(0.2, 7)
        jobs = [job for _ in range(40) if (job := await asked(cloud))]
        assert len(jobs) > 20
        assert all([await ended(cloud, job) for job in jobs])
        assert {struck.fault.point for struck in cloud.server.faults.struck} >= {"run", "result"}


async def asked(cloud: Cloud) -> str | None:
    """The id of a job, unless a fault came between."""
    try:
        status, answer = await cloud.post("/run", {"input": {"seconds": 0.01}})
    except aiohttp.ClientError:
        return None
    return answer["id"] if status == 200 and isinstance(answer, dict) else None


async def ended(cloud: Cloud, job: str) -> bool:
    """Whether the job ends, or is forgotten, in the end."""
    for _ in range(500):
        await asyncio.sleep(0.01)
        try:
            status, told = await cloud.get(f"/status/{job}")
        except aiohttp.ClientError:
            continue
        if status == 404 or (isinstance(told, dict) and told["status"] in ENDED):
            return True
    return False
