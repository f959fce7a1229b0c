"""The zip of a batch: what is in it, whatever the store or the client does."""

import asyncio
import csv
import io
import zipfile

import pytest
import pyvips
from hypothesis import given
from hypothesis import strategies as st
from tests.batches.conftest import all_works, asked, finish

from affiche.domain import parcels as rules
from affiche.domain.subjects import Subject, subject_from
from affiche.errors import Busy
from affiche.pictures import sheets
from affiche.studio import batches, parcels
from affiche.studio.batches import Batch
from affiche.studio.parcels import Parcel, Selection
from affiche.studio.studio import Caller, Studio

ALL = Selection()
MILAN = {
    "character": {
        "id": "01a1fe6a-a666-737b-82bf-0123456789ab",
        "number": 1,
        "slug": "milan",
        "name": "Milan",
        "lora_file": "milan.safetensors",
        "lora_strength": 0.65,
        "trigger_word": "milan",
        "hair_color": "",
        "hair_style": "long brunette hair",
        "skin_tone": "tan",
        "negative_prompt": "",
    },
    "reference": {
        "id": "01a1fe6a-a666-737b-82bf-0123456789ac",
        "number": 1,
        "filename": "3619935470697612901_60140989072_1.jpg",
        "category": "",
        "file_id": "01a1fe6a-a666-737b-82bf-0123456789ad",
        "caption": "",
    },
}


async def zipped(
    studio: Studio, caller: Caller, batch: Batch, selection: Selection = ALL
) -> zipfile.ZipFile:
    batch = await batches.get(studio, caller, batch.id)
    parcel = Parcel(studio, caller, batch, selection, "en")
    found = zipfile.ZipFile(io.BytesIO(b"".join([piece async for piece in parcel.pieces()])))
    assert found.testzip() is None
    return found


def table(found: zipfile.ZipFile) -> list[dict[str, str]]:
    data = found.read("works.csv")
    assert data.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def pictures(found: zipfile.ZipFile) -> list[str]:
    return [n.removeprefix("pictures/") for n in found.namelist() if n.startswith("pictures/")]


async def test_pictures_sheet_and_table(studio: Studio, alice: Caller) -> None:
    batch = await asked(
        studio, alice, 2, variations=2, inputs={"prompt": "=HYPERLINK(1)", "seed": 7}
    )
    works = await all_works(studio, alice, batch)
    await finish(studio, [work.id for work in works[:3]], "completed")
    await finish(studio, [works[3].id], "failed")
    found = await zipped(studio, alice, batch)
    assert found.namelist()[:2] == ["works.csv", "contact-sheet-01.jpg"]
    assert "missing.txt" not in found.namelist()
    names = [f"klein-i2i-{work.number}.png" for work in works[:3]]
    assert pictures(found) == names
    assert all(found.read(f"pictures/{name}").startswith(b"\x89PNG") for name in names)

    rows = table(found)
    assert [row["file"] for row in rows] == [*names, ""]
    assert [row["status"] for row in rows] == ["completed"] * 3 + ["failed"]
    assert [row["reference"] for row in rows] == ["1", "1", "2", "2"]
    assert [row["variation"] for row in rows] == ["1", "2", "1", "2"]
    assert [row["reference_name"] for row in rows] == ["참조 0.jpg"] * 2 + ["참조 1.jpg"] * 2
    assert [int(row["seed"]) for row in rows] == [work.seed for work in works]
    assert {row["prompt"] for row in rows} == {"'=HYPERLINK(1)"}
    assert {row["megapixels"] for row in rows} == {"0.5"}
    assert [row["work_id"] for row in rows] == [str(work.id) for work in works]

    sheet = pyvips.Image.jpegload_buffer(found.read("contact-sheet-01.jpg"))
    assert (sheet.width, sheet.bands) == (sheets.WIDTH, 3)
    assert sheet.height <= sheets.HIGHEST


async def test_what_is_selected(studio: Studio, alice: Caller) -> None:
    batch = await asked(studio, alice, 3)
    works = await all_works(studio, alice, batch)
    ids = [work.id for work in works]
    await finish(studio, ids, "completed")
    await batches.choose(studio, alice, batch.id, ids[:2], "kept")
    every = pictures(await zipped(studio, alice, batch))
    kept = await zipped(studio, alice, batch, Selection("kept"))
    # By the same names as among all.
    assert pictures(kept) == every[:2]
    assert len(table(kept)) == 2
    assert pictures(await zipped(studio, alice, batch, Selection(None, ids[1:]))) == every[1:]
    both = Selection("kept", ids[1:])
    assert pictures(await zipped(studio, alice, batch, both)) == every[1:2]
    assert pictures(await zipped(studio, alice, batch, Selection("rejected"))) == []


async def test_a_picture_that_is_gone_is_named_and_the_rest_is_there(
    studio: Studio, alice: Caller
) -> None:
    batch = await asked(studio, alice, 3)
    works = await all_works(studio, alice, batch)
    await finish(studio, [work.id for work in works], "completed")
    async with studio.database.as_service() as service:
        cursor = await service.connection.execute(
            "SELECT object_key FROM files WHERE work_id = %s", (works[1].id,)
        )
        row = await cursor.fetchone()
    assert row
    await studio.objects.delete("works", row[0])
    await studio.objects.delete("thumbs", row[0])
    found = await zipped(studio, alice, batch)
    gone = f"klein-i2i-{works[1].number}.png"
    assert pictures(found) == [f"klein-i2i-{work.number}.png" for work in (works[0], works[2])]
    assert gone in found.read("missing.txt").decode("utf-8-sig")
    assert found.namelist()[-1] == "missing.txt"


async def test_a_batch_without_pictures_yet(studio: Studio, alice: Caller) -> None:
    found = await zipped(studio, alice, await asked(studio, alice, 2))
    assert pictures(found) == []
    assert {row["status"] for row in table(found)} == {"pending"}


async def test_who_leaves_ends_the_reading(
    studio: Studio, alice: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = await asked(studio, alice, 2, variations=5)
    works = await all_works(studio, alice, batch)
    await finish(studio, [work.id for work in works], "completed")
    read = 0
    reading = type(studio.objects).read

    async def counted(*args: object, **more: object) -> bytes:
        nonlocal read
        read += 1
        return await reading(*args, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(type(studio.objects), "read", counted)
    monkeypatch.setattr(parcels, "CHUNK", 64)
    batch = await batches.get(studio, alice, batch.id)
    pieces = Parcel(studio, alice, batch, ALL, "en").pieces()
    await anext(pieces)
    await pieces.aclose()
    before = read
    # Whoever waited for a member gets it; whenever that is, nothing more is read after it.
    await asyncio.sleep(0.5)
    assert read - before <= 1
    assert read < len(works)
    parcels.check_room()


async def test_no_more_zips_at_once_than_there_are_threads_for(
    studio: Studio, alice: Caller
) -> None:
    batch = await batches.get(studio, alice, (await asked(studio, alice, 1)).id)
    many = [Parcel(studio, alice, batch, ALL, "en").pieces() for _ in range(parcels.MOST_OPEN)]
    for each in many:
        await anext(each)
    with pytest.raises(Busy):
        parcels.check_room()
    for each in many:
        await each.aclose()
    parcels.check_room()


# --- names and cells ----------------------------------------------------------------------------


def test_seed_003_s_name() -> None:
    found = rules.picture_name(subject_from(MILAN), "img2img-lora", 1, "png", set())
    assert found == "milan_3619935470697612901_60140989072_1_00001_.png"


@given(st.lists(st.tuples(st.text(max_size=300), st.integers(1, 10**9)), max_size=12))
def test_names_are_safe_and_none_comes_twice(given: list[tuple[str, int]]) -> None:
    taken: set[str] = set()
    for filename, number in given:
        subject = subject_from(
            MILAN | {"reference": {**MILAN["reference"], "filename": filename or "x"}}
        )
        found = rules.picture_name(subject, "klein", number, "png", taken)
        assert found.endswith(".png")
        assert len(found.encode()) <= 200
        assert not set(found) & set('<>:"/\\|?*\x00\n\r\t')
        assert found == found.strip(" .")
        assert found.isprintable() or "\u200d" in found
    assert len(taken) == len(given)


@pytest.mark.parametrize("slug", ["con", "NUL", "com1", "lpt9"])
def test_no_device_of_windows_is_named(slug: str) -> None:
    found = rules.picture_name(Subject(), slug, 3, "png", set())
    assert found.partition(".")[0].lower() not in {"con", "nul", "com1", "lpt9"}


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\t=1", " =1", "＝1", "\r=1"])
def test_no_cell_is_a_formula(text: str) -> None:
    assert rules.cell(text) == f"'{text}"


def test_numbers_are_numbers() -> None:
    assert [rules.cell(each) for each in (-1, 0.5, None, "0.5", "a")] == [-1, 0.5, None, "0.5", "a"]


@given(st.text())
def test_whatever_is_in_a_cell_is_read_again(text: str) -> None:
    heading = ("a", "b")
    written = rules.table(heading, [{"a": text, "b": 1}])
    ((a, b),) = csv.reader(io.StringIO(written, newline=""))
    assert a.lstrip("'") == text.replace("\x00", "").lstrip("'")
    assert b == "1"


# --- sheets -------------------------------------------------------------------------------------


@given(st.lists(st.tuples(st.sampled_from(["", "a", "b", "c"]), st.just(1)), max_size=200))
def test_every_cell_is_on_one_page_below_its_heading(cells: list[tuple[str, int]]) -> None:
    layout: sheets.Layout[tuple[int, str]] = sheets.Layout()
    pages = [layout.add(heading, (n, heading)) for n, (heading, _) in enumerate(cells)]
    whole = [page for page in (*pages, layout.page) if page and page.rows]
    seen = []
    for page in whole:
        assert page.height <= sheets.HIGHEST
        above = ""
        for row in page.rows:
            if isinstance(row, str):
                above = row
            else:
                assert 1 <= len(row) <= sheets.COLUMNS
                assert all(heading in (above, "") for _, heading in row)
                seen += row
    assert [n for n, _ in seen] == list(range(len(cells)))


def test_a_sheet_is_painted_whatever_is_on_it() -> None:
    odd = [
        sheets.Cell(None, "없음", "실패"),
        sheets.Cell(b"no picture", "<b>&amp; \x00\n", "\u202e", "kept"),
        sheets.Cell(None, "가" * 5000, "🙂" * 50, "rejected"),
    ]
    page = sheets.Page(["<span foreground='red'>제목</span>", odd, "", [sheets.Cell(None, "")]])
    image = pyvips.Image.jpegload_buffer(sheets.painted(page))
    assert (image.width, image.height) == (sheets.WIDTH, page.height)
