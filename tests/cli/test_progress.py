"""What is said of a work while it is made."""

from affiche.cli import progress
from affiche.cli.language import language
from affiche.texts import say

RUNNING = {"status": "processing", "label": "Generating..."}


def test_the_stage_is_said_where_there_are_several() -> None:
    for told in (None, {"percent": 40, "stage": None, "stages": None}):
        assert progress.state({**RUNNING, "progress": told}) == "Generating..."
    of_two = {"percent": 50, "stage": 2, "stages": 2}
    said = say(language(), "works.stage", stage=2, stages=2)
    assert progress.state({**RUNNING, "progress": of_two}) == f"Generating... {said}"
