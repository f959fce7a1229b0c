"""`affiche batch`: real commands on a database."""

import zipfile
from pathlib import Path

from tests.cli.programs import Done, affiche
from tests.support.studios import photograph

from affiche.db.address import Address


def test_a_batch_s_life(data: Path, database_address: Address, tmp_path: Path) -> None:
    def run(*arguments: str) -> Done:
        return affiche(data, "batch", *arguments, DATABASE_URL=database_address.url)

    folder = tmp_path / "참조"
    folder.mkdir()
    for n in range(2):
        (folder / f"{n}.jpg").write_bytes(photograph(64, 64))
    wanted = ("ask", "klein-i2i", "prompt=a beach", "--reference", str(folder), "--variations", "2")
    quoted = run(*wanted, "--x", "steps=4..8/4", "--quote", "--json")
    assert (quoted.code, quoted.err) == (0, "")
    assert (quoted.json["works"], quoted.json["references"]) == (8, 2)
    assert run("list", "--json").json == {"batches": []}
    made = run(*wanted, "--name", "봄", "--json").json
    assert (made["works"], made["counts"], made["name"]) == (4, {"pending": 4}, "봄")
    assert made["id"] in run("list").out
    assert "4 works: waiting 4" in run("show", made["id"]).err
    refused = run("choose", made["id"], made["id"], "--keep", "--reject", "--json")
    assert (refused.code, refused.json["error"]["code"]) == (2, "keep_or_reject")
    assert run("retry", made["id"], "--json").json["error"]["code"] == "nothing_failed"
    assert run("more", made["id"], "--json").json["error"]["code"] == "nothing_kept"
    cancelled = run("cancel", made["id"], "--json").json
    assert (cancelled["counts"], cancelled["ended"]) == ({"cancelled": 4}, True)
    saved = run("zip", made["id"], "--out", str(tmp_path / "out"))
    with zipfile.ZipFile(saved.out.strip()) as found:
        assert found.testzip() is None
        assert found.namelist() == ["works.csv", "contact-sheet-01.jpg"]
    wrong = run("ask", "klein-i2i", "prompt=x", "--reference", str(folder), "--x", "denoise=9")
    assert wrong.code == 2
