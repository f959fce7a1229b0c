"""Works in every state when the backup was made: what the restored studio makes of them, and what
it leaves to the original, which may be running on."""

import asyncio
from pathlib import Path
from uuid import UUID

from tests.cli import backups
from tests.support.studios import at_work, ended, engine

from affiche.db.address import Address
from affiche.emulators.comfyui import Server
from affiche.studio import uploads, works
from affiche.studio.studio import Caller, Studio

SMALL = {"megapixels": 0.5, "steps": 1}
JOBS = """
SELECT w.id, w.status, j.id AS job, j.number, j.status AS job_status, j.step, j.takes, j.external_id
FROM works w JOIN generation_jobs j ON j.work_id = w.id ORDER BY w.id
"""


async def ask_for(studio: Studio, caller: Caller, picture: uploads.File, count: int) -> list[UUID]:
    inputs = {"image": str(picture.id), "prompt": "a quiet beach", **SMALL}
    request = works.Ask(template="klein-i2i", inputs=inputs)
    return [(await works.ask(studio, caller, request)).id for _ in range(count)]


def move(address: Address, work_id: UUID, *changes: str) -> None:
    """By hand, as the steps would."""
    with backups.service(address) as connection:
        for change in changes:
            connection.execute(
                f"UPDATE generation_jobs SET {change} WHERE work_id = %s".encode(), (work_id,)
            )


RUNNING = ("status = 'taken'", "external_id = id::text", "status = 'processing', step = 'observe'")


async def test_each_goes_on_and_no_run_of_the_original_is_touched(
    studio: Studio,
    alice: Caller,
    picture: uploads.File,
    slow_comfyui: Server,
    empty_database: Address,
    tmp_path: Path,
) -> None:
    original = studio.database.direct
    names = ("waits", "taken", "runs", "third", "failed", "cancelled", "left")
    asked = dict(zip(names, await ask_for(studio, alice, picture, len(names)), strict=True))
    move(original, asked["taken"], *RUNNING[:2])
    move(original, asked["runs"], *RUNNING)
    move(original, asked["third"], "takes = 2", *RUNNING)
    move(original, asked["failed"], "status = 'failed'")
    move(original, asked["cancelled"], "status = 'cancelled'")
    # One that was withdrawn from its run and waits for its next take, the run not yet stopped.
    move(original, asked["left"], *RUNNING, "status = 'pending'")
    before = {row["id"]: row for row in backups.rows(original, JOBS)}
    assert len(backups.rows(original, "SELECT FROM withdrawals WHERE done_at IS NULL")) == 1

    made = await backups.backed_up(studio, tmp_path)
    # What the original goes on with is not in it.
    await works.cancel(studio, alice, asked["waits"])
    data = tmp_path / "elsewhere"
    done = await backups.restored(made.path, empty_database, data)
    assert done.begun == 3

    after = {row["id"]: row for row in backups.rows(empty_database, JOBS)}
    for name in ("waits", "taken", "runs", "third", "left"):
        was, now = before[asked[name]], after[asked[name]]
        assert (now["status"], now["job_status"], now["step"]) == ("pending", "pending", "prepare")
        assert (now["takes"], now["external_id"]) == (was["takes"], None), name
        assert (now["job"] != was["job"], now["number"]) == (True, was["number"])
    for name in ("failed", "cancelled"):
        assert after[asked[name]] == before[asked[name]]
    assert backups.rows(empty_database, "SELECT FROM withdrawals WHERE done_at IS NULL") == []
    assert backups.rows(empty_database, "SELECT FROM pgqueuer.pgqueuer") == []

    async with (
        backups.opened(empty_database, data, studio) as again,
        engine(again, tmp_path / "second", pace=0.0) as fresh,
        at_work(again),
    ):
        results = await asyncio.gather(
            *(ended(again, alice, work_id, within=60) for work_id in asked.values())
        )
    statuses = dict(zip(names, (work.status for work in results), strict=True))
    ends = {"failed": "failed", "cancelled": "cancelled"}
    assert statuses == {name: ends.get(name, "completed") for name in names}
    # None of the five runs that gave a picture is one that the original had named.
    assert backups.whole_pictures(empty_database, data / "objects") == 1 + 5
    runs = backups.rows(empty_database, JOBS)
    own = {row["external_id"] for row in runs if row["status"] == "completed"}
    theirs = {str(row["job"]) for row in before.values()}
    assert not own & theirs
    assert fresh.url != slow_comfyui.url
    spent = backups.rows(empty_database, "SELECT id, credits_used FROM works ORDER BY id")
    charged = backups.rows(original, "SELECT id, credits_used FROM works ORDER BY id")
    assert spent == charged
