"""Archives that are not what they should be, and places that cannot take one: said plainly, and
nothing is left that could be taken for a studio."""

import asyncio
import gzip
import io
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.cli import backups
from tests.support.studios import photograph

from affiche.db import dump_loading, migrate
from affiche.db.address import Address
from affiche.errors import BackupBroken, BackupNewer, RestoreFailed, RestoreRefused
from affiche.storage.objects import Objects
from affiche.studio import uploads
from affiche.studio.backups import archive, unfinished
from affiche.studio.backups.checking import Checked, check, unpacked
from affiche.studio.backups.restoring import restore
from affiche.studio.studio import Caller, Studio
from affiche.texts import LANGUAGES

Page = dict[str, object]


@pytest.fixture
async def whole(studio: Studio, alice: Caller, tmp_path: Path) -> Checked:
    """A backup with an upload and its thumbnail."""
    await uploads.upload(studio, alice, photograph(64, 64), name="ramp.jpg")
    return check((await backups.backed_up(studio, tmp_path)).path)


@pytest.fixture
async def data(tmp_path: Path) -> AsyncIterator[Path]:
    """A new data folder; in the end there is no mark in it."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    yield folder
    assert unfinished.digest(folder) is None


def objects(data: Path) -> list[Path]:
    return [path for path in (data / "objects").rglob("*") if path.is_file()]


async def into(checked: Checked, address: Address, data: Path) -> None:
    assert await restore(checked, address, data / "objects", data) is not None


async def test_a_file_that_ends_too_early_is_no_backup(whole: Checked, tmp_path: Path) -> None:
    data, cut = whole.path.read_bytes(), tmp_path / "cut.tar"
    # Behind the digest there is only what tar wants.
    end = data.rindex(whole.digest.encode()) + len(whole.digest)
    for length in (*range(0, end, 511), end - 1):
        cut.write_bytes(data[:length])
        with pytest.raises(BackupBroken):
            check(cut)
    cut.write_bytes(data[:end])
    assert check(cut).manifest == whole.manifest


async def test_no_altered_byte_goes_unseen(whole: Checked, tmp_path: Path) -> None:
    original, altered = whole.path.read_bytes(), tmp_path / "altered.tar"

    @given(place=st.integers(0, len(original) - 1), bit=st.integers(0, 7))
    @settings(
        max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
    )
    def alter(place: int, bit: int) -> None:
        data = bytearray(original)
        data[place] ^= 1 << bit
        altered.write_bytes(data)
        try:
            found = check(altered)
        except (BackupBroken, BackupNewer):
            return
        # Then it was in what tar fills its blocks up with.
        assert (found.digest, found.manifest) == (whole.digest, whole.manifest)

    alter()


@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"", "no_backup"), (b"PK\3\4" + bytes(600), "no_backup"), (None, "missing")],
)
def test_what_is_no_backup_at_all(content: bytes | None, reason: str, tmp_path: Path) -> None:
    path = tmp_path / "some.tar"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(BackupBroken) as caught:
        check(path)
    assert caught.value.params == {"reason": reason}
    for language in LANGUAGES:
        assert caught.value.message(language)
        assert caught.value.hint(language)


def test_a_folder_is_no_backup(tmp_path: Path) -> None:
    with pytest.raises(BackupBroken) as caught:
        check(tmp_path)
    assert caught.value.params == {"reason": "unreadable"}


def rewritten(path: Path, change: Callable[[Page], None], *more: tuple[str, bytes]) -> Path:
    """The archive with another first page, further members, and a digest that fits."""
    made = path.with_name("rewritten.tar")
    with archive.reading(path) as reader, made.open("wb") as file:
        writer = archive.Writer(file, 0)
        for member in reader:
            content = member.whole()
            if member.name == archive.ABOUT:
                page = json.loads(content)
                change(page)
                content = json.dumps(page).encode()
            if member.name == archive.MANIFEST:
                for name, added in more:
                    writer.add(name, added)
            writer.add(member.name, content)
        writer.close()
    return made


def later_format(page: Page) -> None:
    page.clear()
    page.update(kind="affiche backup", format=2, version="9.9.9", other="pages")


def later_migration(page: Page) -> None:
    schema = page["schema"]
    assert isinstance(schema, dict)
    schema["migrations"].append([9999, "digest"])
    page["version"] = "9.9.9"


@pytest.mark.parametrize("change", [later_format, later_migration])
async def test_one_of_a_later_version_names_that_version(
    whole: Checked, change: Callable[[Page], None]
) -> None:
    with pytest.raises(BackupNewer) as caught:
        check(rewritten(whole.path, change))
    for language in LANGUAGES:
        assert "9.9.9" in caught.value.message(language)
        assert caught.value.hint(language)


@pytest.mark.parametrize(
    "member",
    [
        ("objects/works/../../../etc/passwd", b"x"),
        ("objects/elsewhere/a.png", b"x"),
        ("/etc/passwd", b"x"),
        ("tables/strangers/000001.copy.gz", gzip.compress(b"1\n")),
        ("tables/users/000002.copy.gz", gzip.compress(b"one row too many\n")),
        ("tables/users/000002.copy.gz", gzip.compress(b"")[:-1]),
        ("tables/users/000002.copy.gz", b"no gzip"),
    ],
    ids=lambda member: member[0],
)
async def test_what_has_no_place_in_an_archive_is_refused_before_anything_is_written(
    whole: Checked, member: tuple[str, bytes]
) -> None:
    with pytest.raises(BackupBroken) as caught:
        check(rewritten(whole.path, lambda _: None, member))
    assert caught.value.params == {"reason": "damaged"}


async def test_what_unpacks_without_end_is_not_held(whole: Checked) -> None:
    bomb = io.BytesIO()
    with gzip.GzipFile(fileobj=bomb, mode="wb") as file:
        for _ in range(200):
            file.write(bytes(1024 * 1024))
    path = rewritten(whole.path, lambda _: None, ("tables/users/000002.copy.gz", bomb.getvalue()))
    with archive.reading(path) as reader:
        member = next(m for m in reader if m.name.endswith("users/000002.copy.gz"))
        assert max(len(piece) for piece in unpacked(member)) <= archive.PIECE


async def test_a_studio_that_is_there_is_not_written_over(
    whole: Checked, database_address: Address, empty_database: Address, data: Path
) -> None:
    with pytest.raises(RestoreRefused) as caught:
        await into(whole, database_address, data)
    assert caught.value.params == {"what": "database"}
    (data / "objects" / "works").mkdir(parents=True)
    (data / "objects" / "works" / "somebody.png").write_bytes(b"somebody's")
    with pytest.raises(RestoreRefused) as caught:
        await into(whole, empty_database, data)
    assert caught.value.params == {"what": "objects"}
    assert [path.read_bytes() for path in objects(data)] == [b"somebody's"]
    assert await dump_loading.is_empty(empty_database)


async def test_a_store_that_fails_half_way_leaves_nothing(
    whole: Checked, empty_database: Address, data: Path
) -> None:
    (data / "objects").mkdir()
    (data / "objects" / "thumbs").write_text("where a folder should be")
    with pytest.raises(RestoreFailed) as caught:
        await into(whole, empty_database, data)
    (data / "objects" / "thumbs").unlink()
    assert objects(data) == []
    assert await dump_loading.is_empty(empty_database)
    for language in LANGUAGES:
        assert caught.value.message(language)
        assert caught.value.hint(language)
    await into(whole, empty_database, data)
    assert len(objects(data)) == 2


async def test_what_is_still_being_stored_when_another_fails_is_deleted_too(
    whole: Checked, empty_database: Address, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put, slow = Objects.put, set[asyncio.Task[None]]()

    async def late(*told: Any) -> None:
        await asyncio.sleep(0.2)
        await put(*told)

    async def uncancelled(self: Objects, bucket: str, *told: Any) -> None:
        """As a folder's store does: what it has begun goes on when nobody waits any more."""
        if bucket == "uploads":
            slow.add(task := asyncio.create_task(late(self, bucket, *told)))
            await asyncio.shield(task)
        else:
            await put(self, bucket, *told)

    (data / "objects").mkdir()
    (data / "objects" / "thumbs").write_text("where a folder should be")
    with monkeypatch.context() as patched:
        patched.setattr(Objects, "put", uncancelled)
        with pytest.raises(RestoreFailed):
            await into(whole, empty_database, data)
        assert slow
        await asyncio.gather(*slow)
    (data / "objects" / "thumbs").unlink()
    assert objects(data) == []
    await into(whole, empty_database, data)


async def test_rows_that_do_not_fit_leave_nothing(
    whole: Checked, empty_database: Address, data: Path
) -> None:
    fewer = {table: rows for table, rows in whole.manifest.rows.items() if table != "users"}
    wrong = replace(whole, manifest=replace(whole.manifest, rows={**fewer, "users": 99}))
    with pytest.raises(RestoreFailed):
        await into(wrong, empty_database, data)
    assert await dump_loading.is_empty(empty_database)
    assert objects(data) == []
    await into(whole, empty_database, data)


async def test_a_later_migration_that_fails_leaves_nothing(
    whole: Checked, empty_database: Address, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = migrate.migrations()
    broken = migrate.Migration(known[-1].number + 1, "broken", "SELECT 1 / 0")
    monkeypatch.setattr(migrate, "migrations", lambda: [*known, broken])
    with pytest.raises(RestoreFailed) as caught:
        await into(whole, empty_database, data)
    assert "division by zero" in caught.value.message("en")
    assert await dump_loading.is_empty(empty_database)


async def test_one_that_was_killed_is_gone_on_with_by_the_same_archive_alone(
    whole: Checked, empty_database: Address, data: Path
) -> None:
    # As a kill -9 among the objects leaves it.
    unfinished.begin(data, whole.digest)
    (data / "objects" / "works").mkdir(parents=True)
    (data / "objects" / "works" / "half.png").write_bytes(b"half")
    with pytest.raises(RestoreRefused) as caught:
        await into(replace(whole, digest="0" * 64), empty_database, data)
    assert caught.value.params == {"what": "unfinished"}
    await into(whole, empty_database, data)
    assert unfinished.digest(data) is None
    # Killed between its last two doings, there is only the mark to take away.
    unfinished.begin(data, whole.digest)
    assert await restore(whole, empty_database, data / "objects", data) is None
