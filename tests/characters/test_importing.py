"""Bringing references: folders, archives, what is there already, and what nobody should take."""

import io
import unicodedata
from pathlib import Path

import pytest
from tests.characters import archives
from tests.support.studios import photograph

from affiche.errors import ArchiveRefused, NotFound, PictureUnknown
from affiche.studio import archives as reading
from affiche.studio import imports, references, uploads
from affiche.studio.imports import Brought, Imported
from affiche.studio.references import Reference
from affiche.studio.studio import Caller, Studio


def pictures(count: int) -> list[bytes]:
    """Different ones."""
    return [photograph(40 + number, 32) for number in range(count)]


async def bring(
    studio: Studio, caller: Caller, data: bytes, category: str | None = None
) -> Imported:
    return await imports.bring_archive(studio, caller, io.BytesIO(data), category=category)


async def listed(studio: Studio, caller: Caller) -> list[Reference]:
    return await references.page(studio, caller, limit=1000)


async def test_an_archive_s_folders_are_its_categories(studio: Studio, alice: Caller) -> None:
    one, two, three = pictures(3)
    found = await bring(
        studio,
        alice,
        archives.zipped(
            {
                "set/mirror-pics/1.jpg": one,
                "set/mirror-pics/1.txt": b"mirror selfie,\n  holding phone",
                "set/mirror-pics/1.ko.txt": "거울 셀카".encode("cp949"),
                "set/beach/2.JPG": two,
                "3.jpg": three,
                "__MACOSX/set/._1.jpg": b"\0",
                "set/.DS_Store": b"\0",
                "notes.pdf": b"%PDF",
            }
        ),
    )
    assert (len(found.added), found.refused) == (3, ())
    shown = {each.storage_path: each for each in await listed(studio, alice)}
    assert set(shown) == {"mirror-pics/1.jpg", "beach/2.JPG", "3.jpg"}
    first = shown["mirror-pics/1.jpg"]
    assert first.vision_description == "mirror selfie, holding phone"
    assert (first.caption_ko, first.caption_state) == ("거울 셀카", "edited")
    assert shown["beach/2.JPG"].caption_state == "none"
    file = await uploads.get(studio, alice, first.file_id)
    assert file.thumbnail_key is not None


async def test_the_same_again_is_known_and_decoded_by_nobody(
    studio: Studio, alice: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = archives.zipped({f"{n}.jpg": data for n, data in enumerate(pictures(5))})
    first = await bring(studio, alice, made, "all")
    decoded = []
    check = uploads.check

    async def counted(data: bytes, *more: object) -> uploads.Checked:
        decoded.append(data)
        return await check(data, *more)  # type: ignore[arg-type]

    monkeypatch.setattr(uploads, "check", counted)
    again = await bring(studio, alice, made)
    assert (again.added, set(again.known)) == ((), set(first.added))
    assert decoded == []
    assert len(await listed(studio, alice)) == 5


async def test_one_that_broke_off_goes_on(studio: Studio, alice: Caller) -> None:
    data = pictures(4)
    await bring(studio, alice, archives.zipped({"0.jpg": data[0], "1.jpg": data[1]}))
    found = await bring(
        studio, alice, archives.zipped({f"{n}.jpg": each for n, each in enumerate(data)})
    )
    assert (len(found.added), len(found.known)) == (2, 2)


async def test_a_picture_that_comes_twice_is_one(studio: Studio, alice: Caller) -> None:
    (data,) = pictures(1)
    found = await bring(studio, alice, archives.zipped({"a.jpg": data, "b/c.jpg": data}))
    assert (len(found.added), len(found.known)) == (1, 1)
    assert len(await listed(studio, alice)) == 1


async def test_two_who_bring_the_same_at_once_have_one(studio: Studio, alice: Caller) -> None:
    import asyncio

    (data,) = pictures(1)
    both = await asyncio.gather(
        *(imports.bring(studio, alice, Brought(data, f"{n}.jpg")) for n in range(4))
    )
    assert len({found.id for found, _ in both}) == 1
    assert sum(is_new for _, is_new in both) == 1


async def test_what_is_no_picture_is_refused_and_the_rest_taken(
    studio: Studio, alice: Caller
) -> None:
    (data,) = pictures(1)
    found = await bring(
        studio,
        alice,
        archives.zipped({"good.jpg": data, "cut.jpg": data[:200], "text.png": b"no picture"}),
    )
    assert len(found.added) == 1
    refused = {each.field: each.code for each in found.refused}
    assert refused == {"cut.jpg": "picture_broken", "text.png": "picture_unknown"}
    assert all(each.message("ko") != each.message("en") for each in found.refused)


@pytest.mark.parametrize(
    "name",
    ["../../up.jpg", "/etc/passwd.jpg", "a/../../b.jpg", "C:\\Windows\\x.jpg", "..\\up.jpg"],
)
async def test_a_name_that_leads_out_is_refused(studio: Studio, alice: Caller, name: str) -> None:
    good, bad = pictures(2)
    found = await bring(studio, alice, archives.zipped({"good.jpg": good, name: bad}))
    assert len(found.added) == 1
    (refused,) = found.refused
    assert refused.code == "archive_path"
    assert ".." not in refused.field.split("/")


async def test_a_link_is_no_picture(studio: Studio, alice: Caller) -> None:
    found = await bring(studio, alice, archives.linked("photo.jpg", "/etc/passwd"))
    assert [(each.field, each.code) for each in found.refused] == [("photo.jpg", "archive_link")]


@pytest.mark.parametrize(
    ("raw", "utf8", "name"),
    [
        ("해변 산책.jpg".encode(), True, "해변 산책.jpg"),
        ("해변 산책.jpg".encode(), False, "해변 산책.jpg"),
        (unicodedata.normalize("NFD", "해변.jpg").encode(), True, "해변.jpg"),
        ("해변/꽃.jpg".encode("cp949"), False, "꽃.jpg"),
        (b"caf\x82.jpg", False, "café.jpg"),
    ],
    ids=["utf-8", "utf-8-unsaid", "nfd", "cp949", "cp437"],
)
async def test_names_come_out_as_they_were_meant(
    studio: Studio, alice: Caller, raw: bytes, utf8: bool, name: str
) -> None:
    (data,) = pictures(1)
    await bring(studio, alice, archives.named(raw, data, utf8=utf8))
    (found,) = await listed(studio, alice)
    assert found.filename == name
    if b"/" in raw:
        assert found.category == "해변"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "not_zip"),
        (b"PK\x03\x04 and nothing more", "not_zip"),
        (archives.zipped({"a.png": b"x"})[:-30], "not_zip"),
        (archives.locked(b"x"), "encrypted"),
        (archives.overlapping(b"x" * 100), "overlapping"),
        (archives.boasting(b"x", 0xFFFFFFF0), "too_large"),
    ],
    ids=["empty", "head", "cut", "locked", "overlapping", "too-large"],
)
async def test_an_archive_that_nobody_should_open(
    studio: Studio, alice: Caller, data: bytes, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imports, "MOST_UNPACKED", 2**30)
    with pytest.raises(ArchiveRefused) as caught:
        await bring(studio, alice, data)
    assert caught.value.params["reason"] == reason
    for language in ("ko", "en"):
        assert caught.value.message(language)
    assert await listed(studio, alice) == []


async def test_too_many_entries_are_too_many(
    studio: Studio, alice: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "MOST_ENTRIES", 20)
    with pytest.raises(ArchiveRefused):
        await bring(studio, alice, archives.crowded(21))
    monkeypatch.setattr(reading, "MOST_DIRECTORY", 500)
    with pytest.raises(ArchiveRefused):
        await bring(studio, alice, archives.crowded(19))


async def test_an_entry_that_unpacks_to_more_than_a_picture_is_not_unpacked(
    studio: Studio, alice: Caller
) -> None:
    bomb = archives.zipped({"bomb.png": bytes(studio.limits.bytes + 1)})
    assert len(bomb) < 100_000
    found = await bring(studio, alice, bomb)
    assert [each.code for each in found.refused] == ["picture_too_large"]


async def test_an_entry_that_says_less_than_it_holds_is_damaged(
    studio: Studio, alice: Caller
) -> None:
    found = await bring(studio, alice, archives.boasting(photograph(), 10))
    assert [each.code for each in found.refused] == ["archive_damaged"]


async def test_a_folder_and_those_below_it(studio: Studio, alice: Caller, tmp_path: Path) -> None:
    folder = tmp_path / "bikini-mirror-pics"
    (folder / "deep" / "beach").mkdir(parents=True)
    one, two, three = pictures(3)
    (folder / "3619935470697612901_60140989072_1.jpg").write_bytes(one)
    (folder / "deep" / "beach" / "2.jpg").write_bytes(two)
    (tmp_path / "elsewhere.jpg").write_bytes(three)
    (folder / "link.jpg").symlink_to(tmp_path / "elsewhere.jpg")
    (folder / "loop").symlink_to(folder)
    told: list[tuple[int, int]] = []
    found = await imports.bring_folder(
        studio, alice, folder, tell=lambda done, whole: told.append((done, whole))
    )
    assert (len(found.added), found.refused) == (2, ())
    assert {each.storage_path for each in await listed(studio, alice)} == {
        "bikini-mirror-pics/3619935470697612901_60140989072_1.jpg",
        "beach/2.jpg",
    }
    assert told[-1] == (2, 2)


async def test_an_empty_folder_and_an_empty_archive_bring_nothing(
    studio: Studio, alice: Caller, tmp_path: Path
) -> None:
    nothing, empty = Imported((), (), (), 0), tmp_path / "empty"
    empty.mkdir()
    assert await imports.bring_folder(studio, alice, empty) == nothing
    assert await bring(studio, alice, archives.zipped({})) == nothing
    assert await references.categories(studio, alice) == []


async def test_another_s_project_takes_nothing(studio: Studio, alice: Caller) -> None:
    with pytest.raises(NotFound):
        await imports.bring(
            studio, alice, Brought(photograph(), "1.jpg"), project_id=studio.new_id()
        )
    with pytest.raises(PictureUnknown):
        await imports.bring(studio, alice, Brought(b"no picture", "1.jpg"))
