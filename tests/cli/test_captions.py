"""`affiche references describe`: captions of the operator's references, asked of a model."""

from pathlib import Path

import psycopg
import pytest
from tests.cli.programs import affiche
from tests.support.studios import photograph

from affiche.db.address import Address
from affiche.emulators.llm import MODEL


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "beach"
    made.mkdir()
    for number in (1, 2):
        (made / f"{number}.jpg").write_bytes(photograph(64 * number, 64))
    return made


def test_they_wait_are_told_and_can_be_stopped(
    data: Path, database_address: Address, folder: Path
) -> None:
    words = {
        "DATABASE_URL": database_address.url,
        # Nobody works here, so nobody is asked.
        "AFFICHE_LLM_URL": "http://127.0.0.1:9/v1",
        "AFFICHE_LLM_MODEL": MODEL,
        "AFFICHE_LANGUAGE": "en",
    }
    brought = affiche(data, "references", "import", str(folder), **words)
    assert brought.code == 0, brought.err
    told = affiche(data, "references", "describe", "--category", "beach", "--json", **words)
    assert told.code == 0, told.err
    nothing = dict.fromkeys(("none", "written", "edited", "failed"), 0)
    assert told.json == {**nothing, "waiting": 2, "reasons": []}
    with psycopg.connect(database_address.url, autocommit=True) as connection:
        connection.execute("SET ROLE service_role")
        connection.execute(
            "UPDATE reference_images SET caption_state = 'failed',"
            " caption_error = 'language_model_unfit' WHERE filename = '1.jpg'"
        )
    read = affiche(data, "references", "describe", **words)
    assert "1 wait, 0 are written" in read.out
    assert "1 failed: The language model's answer is of no use." in read.out
    again = affiche(data, "references", "describe", "--again", "--json", **words).json
    assert again["waiting"] == 2
    stopped = affiche(data, "references", "describe", "--stop", "--json", **words).json
    assert stopped == {**nothing, "none": 2, "waiting": 0, "reasons": []}


def test_without_a_model_it_is_said(data: Path, database_address: Address) -> None:
    told = affiche(data, "references", "describe", DATABASE_URL=database_address.url)
    assert told.code != 0
    assert "llm_key" in told.err
