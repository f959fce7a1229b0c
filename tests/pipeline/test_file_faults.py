"""The file store is full, closed, or was changed behind our back: people are told so, and what was
asked for goes on once it is well again."""

import asyncio
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.cli.programs import running
from tests.support.servers import Client
from tests.support.studios import ask, at_work, ended, photograph

from affiche.emulators.comfyui import Server
from affiche.studio import works
from affiche.studio.studio import Caller, Studio
from affiche.studio.uploads import File


def limit_files(pid: int, size: int) -> None:
    """The kernel lets the process's files grow to `size` bytes, as on a disk that is full."""
    _, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, hard))


async def test_a_disk_that_is_full_while_a_picture_is_stored(
    studio: Studio, alice: Caller, comfyui: Server, picture: File
) -> None:
    data, database = studio.settings.data, studio.settings.database_url or ""
    with running(data, "work", DATABASE_URL=database, AFFICHE_RETRY_SECONDS="1") as worker:
        await asyncio.to_thread(worker.wait_for, "Ctrl-C")
        limit_files(worker.process.pid, 2_000)
        asked = await ask(studio, alice, picture)
        await asyncio.to_thread(worker.wait_for, "file store cannot be used")
        limit_files(worker.process.pid, resource.RLIM_INFINITY)
        work = await ended(studio, alice, asked.id)
        assert work.status == "completed", worker.text
    (output,) = await works.outputs(studio, alice, [work.id])
    assert len(await studio.objects.read("works", output.object_key)) == output.file_size
    assert [p for p in (data / "objects").rglob("*#*") if p.is_file()] == []
    assert "Traceback" not in worker.text


async def test_a_store_that_cannot_be_written(
    studio: Studio, alice: Caller, picture: File, client: Client
) -> None:
    """As a folder that is not mounted or read-only: a file stands where the folder was."""
    objects = studio.settings.data / "objects"
    with moved_away(objects / "uploads"):
        refused = await client.upload(photograph())
        assert (refused.status, refused.json["code"]) == (503, "storage_failed")
        assert refused.headers["Retry-After"] == "5"
        assert str(objects).encode() not in refused.body
        check = await client.get(f"/v1/files/{picture.id}")
        assert (check.status, check.json["code"]) == (503, "storage_failed")
        # What needs no files is answered as ever.
        assert (await client.get("/v1/works")).status == 200
    assert (await client.upload(photograph())).status == 201
    assert (await client.get(f"/v1/files/{picture.id}")).status == 200


@contextmanager
def moved_away(folder: Path) -> Iterator[None]:
    kept = folder.with_name(f"{folder.name}.kept")
    folder.rename(kept)
    folder.write_text("no folder")
    yield
    folder.unlink()
    kept.rename(folder)


REASONS = {"gone": "not_found", "cut off": "run_failed", "empty": "run_failed"}


@pytest.mark.parametrize("how", REASONS)
async def test_an_input_that_somebody_damaged(
    studio: Studio, alice: Caller, comfyui: Server, picture: File, how: str
) -> None:
    path = studio.settings.data / "objects" / "uploads" / picture.object_key
    data = path.read_bytes()
    path.unlink()
    if how != "gone":
        path.write_bytes(data[: len(data) // 2] if how == "cut off" else b"")
    asked = await ask(studio, alice, picture)
    async with at_work(studio):
        work = await ended(studio, alice, asked.id)
        assert (work.status, work.error_code) == ("failed", REASONS[how])
        path.write_bytes(data)
        again = await works.retry(studio, alice, work.id)
        assert (await ended(studio, alice, again.id)).status == "completed"


async def test_an_output_that_is_gone(
    studio: Studio, alice: Caller, comfyui: Server, picture: File, client: Client
) -> None:
    async with at_work(studio):
        work = await ended(studio, alice, (await ask(studio, alice, picture)).id)
    (output,) = await works.outputs(studio, alice, [work.id])
    (studio.settings.data / "objects" / "works" / output.object_key).unlink()
    answer = await client.get(f"/v1/files/{output.id}")
    assert (answer.status, answer.json["code"]) == (404, "not_found")
    assert await works.get(studio, alice, work.id) == work
