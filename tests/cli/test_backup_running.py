"""A studio under load, backed up by hand of the how-to page and restored beside itself, on the same
ComfyUI server: both finish every work, and neither touches the other's."""

import json
import re
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.cli import backups
from tests.cli.programs import PROGRAM, affiche, ask, environment, running

from affiche.db import embedded
from affiche.db.address import Address, parse
from affiche.db.statements import statement

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "backup.md"
OPEN = 6
"""Works that are always asked for and not yet ended while the backup is made."""
INPUTS = {"prompt": "노을", "megapixels": 0.5, "steps": 2}
COUNT = "SELECT count(*) AS n FROM works WHERE status = 'completed'"
UNENDED = "SELECT count(*) AS n FROM works WHERE status IN ('pending', 'taken', 'processing')"
CURSOR = "SELECT era, txid::text AS txid, id, user_id FROM events ORDER BY id DESC LIMIT 1"


def commands() -> list[str]:
    """Of the how-to page, in their order."""
    return re.findall(r"```sh\n(.+?)\n```", PAGE.read_text("utf-8"), re.DOTALL)


@dataclass
class Scene:
    home: Path
    emulator: str
    data: Path
    spoken: list[str]

    @property
    def settings(self) -> dict[str, str]:
        return {"COMFYUI_URL": self.emulator, "AFFICHE_COMFYUI_WORKS": "3"}

    def shell(self, command: str) -> subprocess.CompletedProcess[str]:
        """A command of the page, as somebody types it."""
        self.spoken.append(command)
        path = f"{PROGRAM.parent}:{environment(self.data)['PATH']}"
        return subprocess.run(
            ["bash", "-euo", "pipefail", "-c", command],
            env=environment(self.data, **self.settings, PATH=path),
            cwd=self.home,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    data = tmp_path / "data"
    with running(data, "emulate", "comfyui", "--port", "0", "--pace", "0.3") as emulator:
        yield Scene(tmp_path, emulator.wait_for(r"http://\S+"), data, [])


def address(data: Path) -> Address:
    """Of the embedded server that runs on a data folder."""
    passwords = json.loads((data / "postgres.json").read_text())
    sockets = embedded._socket_folder(data)
    server = embedded.Server(data, sockets, passwords["postgres"], passwords[embedded.OWNER])
    return parse(server.url)


def wait_for(data: Path, count: int, seconds: float = 90) -> None:
    until = time.monotonic() + seconds
    with backups.service(address(data)) as connection:
        while True:
            row = connection.execute(COUNT).fetchone()
            assert row is not None
            if row["n"] >= count:
                return
            assert time.monotonic() < until, f"{row['n']} of {count} works ended"
            time.sleep(0.05)


def jobs(data: Path) -> dict[Any, dict[str, Any]]:
    query = """
    SELECT w.id, w.status, w.user_id, w.credits_used, w.seed, j.external_id, j.takes
    FROM works w JOIN generation_jobs j ON j.work_id = w.id"""
    return {row["id"]: row for row in backups.rows(address(data), query)}


def test_a_restored_studio_finishes_what_was_under_way_beside_the_original(
    scene: Scene, photo: Path
) -> None:
    page = commands()
    assert len(page) == 5
    backup, _, look, restore, start = page
    with ExitStack() as stack:
        up = stack.enter_context(running(scene.data, "up", **scene.settings))
        up.wait_for("Ctrl-C")
        told = json.loads((scene.data / "studio.json").read_text())
        first = affiche(
            *(scene.data, "run", "klein-i2i", f"image=@{photo}", "prompt=a", "megapixels=0.5"),
            "steps=1",
        )
        assert first.code == 0, first.err
        source = backups.rows(address(scene.data), "SELECT id FROM files WHERE work_id IS NULL")
        body = {"template": "klein-i2i", "inputs": {**INPUTS, "image": str(source[0]["id"])}}
        with asking(scene.data, told, body):
            wait_for(scene.data, 4)
            (cursor,) = backups.rows(address(scene.data), CURSOR)
            made = scene.shell(backup)
        assert made.returncode == 0, made.stderr
        assert "prompts: keep it safe" in made.stderr
        (archive,) = (scene.home / "backups").iterdir()
        assert made.stdout.strip() == str(archive)
        whole = scene.shell(look)
        assert (whole.returncode, whole.stderr) == (0, "")
        assert "is whole" in whole.stdout

        done = scene.shell(restore)
        assert done.returncode == 0, done.stderr
        begun = re.search(r"(\d+) works that were under way", done.stderr)
        assert begun
        assert int(begun[1]) >= 1
        again = scene.shell(restore)
        assert again.returncode == 1
        assert "holds a studio already" in again.stderr

        elsewhere = scene.home / "restored"
        assert start == "AFFICHE_DATA=restored affiche up"
        scene.spoken.append(start)
        second = stack.enter_context(running(elsewhere, "up", **scene.settings))
        second.wait_for("Ctrl-C")
        for data in (scene.data, elsewhere):
            works = len(jobs(data))
            wait_for(data, works)
            assert backups.whole_pictures(address(data), data / "objects") == 1 + works

        here, there = jobs(scene.data), jobs(elsewhere)
        assert there.keys() <= here.keys()
        for job in (*here.values(), *there.values()):
            # Nobody's run was stopped or lost: no work needed a second take.
            assert (job["status"], job["takes"]) == ("completed", 0)
        for work_id, job in there.items():
            assert job["credits_used"] == here[work_id]["credits_used"]
        named = Counter(job["external_id"] for each in (here, there) for job in each.values())
        history = ask(f"{scene.emulator}/history?max_items=1000").json
        assert set(history) == set(named)
        assert all(run["status"]["status_str"] == "success" for run in history.values())
        # What had ended when the backup was made is the same run in both.
        both = {run for run, count in named.items() if count == 2}
        assert both == {
            job["external_id"]
            for work_id, job in there.items()
            if job["external_id"] == here[work_id]["external_id"]
        }
        check_events(cursor, len(there), address(elsewhere))
        # An API key of before is good.
        now = json.loads((elsewhere / "studio.json").read_text())
        assert ask(f"{now['url']}/v1/me", key=told["api_key"]).status == 200

        too_small = scene.shell("ulimit -f 100; affiche backup small.tar")
        assert too_small.returncode == 1, too_small.stderr
        assert "File too large" in too_small.stderr
        assert "hint: " in too_small.stderr
        assert not [path for path in scene.home.iterdir() if "small" in path.name]
    assert [command for command in page if command not in scene.spoken] == [page[1]]


def check_events(cursor: dict[str, Any], works: int, restored: Address) -> None:
    """From a cursor of the original's the restored studio tells everything that came after it, up
    to the end of every work there."""
    past = """SELECT work_id FROM events WHERE type = 'work.completed'
        AND (era, txid, id) <= ({era}, '{txid}', {id})"""
    known = {row["work_id"] for row in backups.rows(restored, past.format(**cursor))}
    with backups.service(restored) as connection:
        # What an older transaction may still precede is held back for a moment.
        for _ in range(200):
            found = connection.execute(statement("events.after"), {**cursor, "limit": 100_000})
            heard = found.fetchall()
            ends = Counter(e["work_id"] for e in heard if e["type"] == "work.completed")
            if len(ends) >= works - len(known):
                break
            time.sleep(0.05)
    assert known
    assert not known & ends.keys()
    assert set(ends.values()) == {1}
    assert len(ends) == works - len(known)


@contextmanager
def asking(data: Path, told: dict[str, str], body: dict[str, Any]) -> Iterator[None]:
    """Ask for works, so that there are always some under way."""
    enough, answers, url = threading.Event(), list[int](), f"{told['url']}/v1/works"

    def go_on() -> None:
        while not enough.is_set():
            (unended,) = backups.rows(address(data), UNENDED)
            for _ in range(OPEN - unended["n"]):
                answers.append(ask(url, method="POST", key=told["api_key"], body=body).status)
            enough.wait(0.1)

    thread = threading.Thread(target=go_on)
    thread.start()
    try:
        yield
    finally:
        enough.set()
        thread.join(60)
    assert set(answers) == {201}


def test_the_nightly_line_keeps_the_last_fourteen(scene: Scene) -> None:
    folder = scene.home / "backups"
    folder.mkdir()
    for day in range(20):
        (folder / f"affiche-202601{day + 1:02}-000000.tar").write_text("")
    keep = commands()[1].partition("&& ")[2]
    assert scene.shell(keep).returncode == 0
    assert len(list(folder.iterdir())) == 14


def test_where_no_studio_is_there_is_nothing_to_back_up(tmp_path: Path) -> None:
    data = tmp_path / "data"
    done = affiche(data, "backup", "some.tar", AFFICHE_LANGUAGE="ko")
    assert done.code == 1
    assert "백업할 것이 없습니다" in done.err
    assert not data.exists()
    missing = affiche(data, "restore", "some.tar", "--json")
    assert missing.code == 1
    assert missing.json["error"]["code"] == "backup_broken"
    assert not data.exists()


def test_a_folder_with_half_a_restore_does_not_start(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir(mode=0o700)
    (data / "restoring").write_text("0" * 64)
    for command in ("up", "work", "migrate"):
        done = affiche(data, command)
        assert done.code == 1
        assert "has not ended" in done.err
        assert "hint: Run the same" in done.err
