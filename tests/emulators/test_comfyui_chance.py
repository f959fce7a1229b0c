"""Faults by chance: the same seed and the same requests give the same ones."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affiche.emulators.comfyui.faults import POINTS, Asker, Chance, Fault, Faults, parse

from .desk import Desk
from .graphs import blank

OCCASIONS = st.lists(
    st.tuples(st.sampled_from(sorted(POINTS)), st.integers(1, 4)), min_size=1, max_size=60
)


def met(occasions: list[tuple[str, int]], seed: int) -> dict[tuple[str, int], list[Fault | None]]:
    faults = Faults(chance=Chance(0.5, seed))
    found: dict[tuple[str, int], list[Fault | None]] = {}
    for point, number in occasions:
        fault = faults.take(point, POINTS[point], asker=Asker(f"prompt {number}", number))
        found.setdefault((point, number), []).append(fault)
    return found


@given(OCCASIONS, st.integers(0, 9), st.randoms())
def test_each_prompt_meets_its_own_whatever_the_others_do(
    occasions: list[tuple[str, int]], seed: int, order: object
) -> None:
    mixed = sorted(occasions, key=lambda _: order.random())  # type: ignore[attr-defined]
    assert met(occasions, seed) == met(mixed, seed)


def test_another_seed_gives_others_and_the_probability_holds() -> None:
    occasions = [(point, number) for point in POINTS for number in range(100)]
    one, other = met(occasions, 1), met(occasions, 2)
    assert one != other
    struck = sum(fault is not None for faults in one.values() for fault in faults)
    assert 0.4 < struck / len(occasions) < 0.6
    kinds = {fault.kind for faults in one.values() for fault in faults if fault}
    assert {"refuse", "delay", "fail", "restart", "partial", "drop"} <= kinds
    assert not kinds & {"hang", "flood"}, "nothing that never ends"


@pytest.mark.parametrize("probability", [0.0, 1.0])
def test_never_and_always(probability: float) -> None:
    faults = Faults(chance=Chance(probability))
    taken = [faults.take("queue", POINTS["queue"]) for _ in range(20)]
    assert [fault is not None for fault in taken] == [probability == 1.0] * 20
    faults.clear()
    assert faults.take("queue", POINTS["queue"]) is None


@pytest.mark.parametrize("probability", [-0.1, 1.1, 7])
def test_a_probability_that_is_none(probability: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        Chance(probability)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("prompt:hang", Fault("prompt", "hang")),
        ("node:fail:node=75:64,times=2", Fault("node", "fail", times=2, node="75:64")),
        ("queue:delay:seconds=0.5", Fault("queue", "delay", seconds=0.5)),
        ("view:truncate:keep=10,prompt=3", Fault("view", "truncate", keep=10, prompt=3)),
        ("end:lose:prompt=0198c0de", Fault("end", "lose", prompt="0198c0de")),
        ("socket:drop:frame=executed,nth=2", Fault("socket", "drop", frame="executed", nth=2)),
    ],
)
def test_faults_as_a_command_line_writes_them(text: str, fault: Fault) -> None:
    assert parse(text) == fault


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "prompt: refuse"),
        ("prompt", "prompt: refuse"),
        ("moon:hang", "prompt: refuse"),
        ("prompt:melt", "prompt: refuse"),
        ("prompt:hang:tims=1", "times=…"),
        ("prompt:hang:times", "times=…"),
        ("prompt:hang:times=x", "has to be a number"),
        ("prompt:hang:times=-1", "has to be a number"),
        ("prompt:hang:nth=0", "has to be a number"),
        ("prompt:delay:seconds=-1", "has to be a number"),
    ],
)
def test_faults_that_there_are_not(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        parse(text)


@pytest.mark.parametrize("desk", [{"control": True}], indirect=True)
async def test_chance_over_the_control_route(desk: Desk) -> None:
    assert (await desk.post("/_faults", {"probability": 1.0, "seed": 7}))[0] == 200
    first = [(await desk.get("/system_stats"))[0] for _ in range(3)]
    _, told = await desk.get("/_faults")
    assert told["chance"] == {"probability": 1.0, "seed": 7}
    assert [one["fault"]["point"] for one in told["struck"]][:3] == ["system_stats"] * 3
    assert len(first) == 3
    assert (await desk.post("/_faults", {"probability": 7}))[0] == 400
    async with desk.http.delete("/_faults") as answer:
        assert answer.status == 200
    assert (await desk.run(blank()))["status"]["completed"]
