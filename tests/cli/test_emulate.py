"""`affiche emulate comfyui` with faults: planned on the command line, or left to chance."""

import json
from pathlib import Path

import pytest
from tests.cli.programs import affiche, ask, running

WHERE = r"http://\S+"


def test_a_fault_of_the_command_line_strikes_once(data: Path) -> None:
    faults = ("--fault", "system_stats:refuse:status=503", "--fault", "queue:junk:nth=2")
    with running(data, "emulate", "comfyui", "--port", "0", *faults) as emulator:
        url = emulator.wait_for(WHERE)
        assert [ask(f"{url}/system_stats").status for _ in range(2)] == [503, 200]
        assert json.loads(ask(f"{url}/queue").body) == {"queue_running": [], "queue_pending": []}
        assert b"junk" in ask(f"{url}/queue").body


def test_chance_has_a_seed(data: Path) -> None:
    arguments = ("emulate", "comfyui", "--port", "0", "--faults", "--chaos", "1", "--seed", "5")
    with running(data, *arguments) as emulator:
        told = json.loads(ask(f"{emulator.wait_for(WHERE)}/_faults").body)
    assert (told["chance"], told["planned"]) == ({"probability": 1.0, "seed": 5}, [])


@pytest.mark.parametrize(
    "arguments",
    [("--fault", "prompt:melt"), ("--fault", "queue:delay:seconds=x"), ("--chaos", "2")],
    ids=" ".join,
)
def test_a_fault_that_there_is_not(data: Path, arguments: tuple[str, ...]) -> None:
    done = affiche(data, "emulate", "comfyui", *arguments)
    assert (done.code, done.out) == (2, "")
    assert "hint: " in done.err
