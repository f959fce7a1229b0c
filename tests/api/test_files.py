"""Pictures over HTTP: in by form and by body, out whole and small, and what is refused."""

from pathlib import Path

import aiohttp
import pytest
import pyvips
from tests.pictures import samples
from tests.support.servers import Answer, Client
from tests.support.studios import photograph

from affiche.storage.objects import Objects
from affiche.studio.studio import Studio

JPEG = photograph(64, 48)
LARGE = 2 * 2**20


async def kept(studio: Studio) -> tuple[int, int]:
    """Rows and objects."""
    async with studio.database.as_service() as service:
        cursor = await service.connection.execute("SELECT count(*) FROM files")
        row = await cursor.fetchone()
    folder = studio.settings.data / "objects"
    return (row[0] if row else -1), sum(1 for path in folder.rglob("*") if path.is_file())


@pytest.fixture
def small_limits(studio: Studio) -> Studio:
    """A megabyte and a megapixel."""
    object.__setattr__(studio.settings, "upload_mb", 1)
    object.__setattr__(studio.settings, "upload_megapixels", 1)
    return studio


async def test_a_picture_goes_in_by_form_and_comes_out_again(client: Client) -> None:
    answer = await client.upload(photograph(64, 48, ".png"), "배경 사진.png")
    assert answer.status == 201
    file = answer.json
    assert file["name"] == "배경 사진.png"
    assert (file["width"], file["height"], file["mime_type"]) == (64, 48, "image/png")
    assert file["work_id"] is None

    about = await client.get(f"{file['url']}/about")
    assert about.json == file

    picture = await client.get(file["url"])
    assert picture.status == 200
    assert picture.headers["Content-Type"] == "image/png"
    assert int(picture.headers["Content-Length"]) == len(picture.body) == file["size"]
    found = pyvips.Image.new_from_buffer(picture.body, "")
    assert (found.width, found.height) == (64, 48)

    small = await client.get(file["thumbnail_url"])
    assert small.status == 200
    assert small.headers["Content-Type"] == "image/jpeg"
    assert small.headers["Cache-Control"] == "private, max-age=31536000, immutable"
    assert small.body[:3] == b"\xff\xd8\xff"


async def test_a_picture_goes_in_as_the_body_itself(client: Client) -> None:
    for kind in ("image/jpeg", "application/octet-stream"):
        answer = await client.post(
            "/v1/files?name=a.jpg", data=JPEG, headers={"Content-Type": kind}
        )
        assert answer.status == 201
        assert (answer.json["name"], answer.json["mime_type"]) == ("a.jpg", "image/jpeg")


async def test_a_name_cannot_lead_anywhere(client: Client) -> None:
    for name in ("../../etc/pass\u202ewd.jpg", "C:\\pictures\\pass\u2028wd.jpg"):
        answer = await client.upload(JPEG, name)
        assert answer.json["name"] == "passwd.jpg"


async def test_a_download_is_named_after_what_it_is(client: Client) -> None:
    file = (await client.upload(JPEG, '노을 "a".heic')).json
    shown = await client.get(file["url"])
    saved = await client.get(f"{file['url']}?download=1")
    name = "filename=\"__ _a_.jpg\"; filename*=UTF-8''%EB%85%B8%EC%9D%84%20%22a%22.jpg"
    assert shown.headers["Content-Disposition"] == f"inline; {name}"
    assert saved.headers["Content-Disposition"] == f"attachment; {name}"


async def test_what_a_client_has_is_not_sent_again(client: Client) -> None:
    file = (await client.upload(JPEG)).json
    for address in (file["url"], file["thumbnail_url"]):
        etag = (await client.get(address)).headers["ETag"]
        for known in (etag, f'"other", W/{etag}', "*"):
            again = await client.get(address, headers={"If-None-Match": known})
            assert (again.status, again.body) == (304, b"")
        changed = await client.get(address, headers={"If-None-Match": '"other"'})
        assert changed.status == 200


WRONG = {
    "empty": (b"", 422, "picture_empty"),
    "a text behind a picture's name": (b"this is no picture", 415, "picture_unknown"),
    "a page behind a picture's name": (b"<svg xmlns='x'><script/></svg>", 415, "picture_type"),
    "a PDF behind a picture's name": (b"%PDF-1.7 ...", 415, "picture_type"),
    "truncated jpeg": (photograph(300, 300)[:-900], 422, "picture_broken"),
    "truncated png": (photograph(300, 300, ".png")[:-900], 422, "picture_broken"),
    "only a beginning": (JPEG[:20], 422, "picture_broken"),
    "too many pixels": (
        samples.png_claiming(30_000, 30_000),
        422,
        "picture_too_many_pixels",
    ),
}
SENTENCES = {
    "picture_empty": ("The file is empty.", "파일이 비어 있습니다."),
    "picture_broken": (
        "The picture cannot be read to its end.",
        "이미지를 끝까지 읽을 수 없습니다.",
    ),
}


@pytest.mark.parametrize("case", WRONG)
@pytest.mark.parametrize("way", ["form", "body"])
async def test_a_wrong_picture_is_refused_by_field_and_leaves_nothing(
    client: Client, studio: Studio, case: str, way: str
) -> None:
    data, status, code = WRONG[case]

    async def send(language: str) -> Answer:
        headers = {"Accept-Language": language}
        if way == "form":
            return await client.upload(data, "right.jpg", headers=headers)
        headers["Content-Type"] = "image/jpeg"
        return await client.post("/v1/files?name=right.jpg", data=data, headers=headers)

    english, korean = await send("en-GB,en;q=0.9"), await send("ko-KR")
    for answer in (english, korean):
        assert answer.status == status
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert answer.json["code"] == code
        assert answer.fields == {"file": code}
        assert answer.json["fields"][0]["message"] == answer.json["detail"]
    assert english.json["detail"].isascii() or "×" in english.json["detail"]
    assert any("가" <= letter <= "힣" for letter in korean.json["detail"])
    if code in SENTENCES:
        assert (english.json["detail"], korean.json["detail"]) == SENTENCES[code]
    assert await kept(studio) == (0, 0)


async def test_too_many_bytes_are_refused_before_they_are_read(
    client: Client, small_limits: Studio
) -> None:
    for answer in (
        await client.upload(b"\xff\xd8\xff" + bytes(LARGE)),
        await client.post("/v1/files", data=bytes(LARGE), headers={"Content-Type": "image/jpeg"}),
    ):
        assert (answer.status, answer.json["code"]) == (413, "picture_too_large")
        assert answer.json["detail"] == "The file is larger than 1 MB."
        assert answer.fields == {"file": "picture_too_large"}
    assert await kept(small_limits) == (0, 0)


async def test_bytes_that_were_not_announced_are_counted(
    client: Client, small_limits: Studio
) -> None:
    sent = 0

    async def endless():  # type: ignore[no-untyped-def]
        nonlocal sent
        while sent < 64 * 2**20:
            sent += 2**16
            yield bytes(2**16)

    try:
        answer = await client.post(
            "/v1/files", data=endless(), headers={"Content-Type": "image/png"}
        )
        assert (answer.status, answer.json["code"]) == (413, "picture_too_large")
    except aiohttp.ClientConnectionError:
        # The client noticed that nobody reads on before it read why.
        assert sent < 64 * 2**20
    assert await kept(small_limits) == (0, 0)


async def test_a_picture_within_the_bytes_and_past_the_pixels(
    client: Client, small_limits: Studio
) -> None:
    answer = await client.upload(photograph(1200, 900))
    assert (answer.status, answer.json["code"]) == (422, "picture_too_many_pixels")
    assert answer.json["detail"] == "1200 × 900 pixels is more than 1 megapixels."
    assert await kept(small_limits) == (0, 0)


async def test_a_form_without_the_field_says_so(client: Client) -> None:
    form = aiohttp.FormData()
    form.add_field("picture", JPEG, filename="a.jpg")
    answer = await client.post("/v1/files", data=form)
    assert answer.status == 422
    assert answer.fields == {"file": "required", "picture": "unknown"}


async def test_a_form_with_text_for_the_picture_says_so(client: Client) -> None:
    form = aiohttp.FormData(default_to_multipart=True)
    form.add_field("file", "words")
    answer = await client.post("/v1/files", data=form)
    assert answer.fields == {"file": "not_a_picture"}


async def test_a_form_that_breaks_off_is_refused(client: Client, studio: Studio) -> None:
    head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\n\r\n'
    for body in (head + JPEG, b"--y\r\n", b"nonsense", b""):
        answer = await client.post(
            "/v1/files", data=body, headers={"Content-Type": "multipart/form-data; boundary=x"}
        )
        assert answer.status in (400, 422), body[:20]
    bare = await client.post(
        "/v1/files", data=b"x", headers={"Content-Type": "multipart/form-data"}
    )
    assert bare.json["code"] == "request_unreadable"
    assert await kept(studio) == (0, 0)


async def test_two_files_at_once_are_refused(client: Client, studio: Studio) -> None:
    form = aiohttp.FormData()
    form.add_field("file", JPEG, filename="a.jpg")
    form.add_field("file", JPEG, filename="b.jpg")
    answer = await client.post("/v1/files", data=form)
    assert (answer.status, answer.json["code"]) == (400, "request_unreadable")
    assert await kept(studio) == (0, 0)


async def test_a_body_of_another_type_is_refused(client: Client) -> None:
    answer = await client.post("/v1/files", json={"file": "x"})
    assert (answer.status, answer.json["code"]) == (415, "media_type")


async def test_a_file_whose_object_is_gone_is_not_found(client: Client, studio: Studio) -> None:
    file = (await client.upload(JPEG)).json
    for path in (studio.settings.data / "objects").rglob("*"):
        if path.is_file():
            path.unlink()
    for address in (file["url"], file["thumbnail_url"]):
        assert (await client.get(address)).status == 404


async def test_a_store_that_cannot_be_written_leaves_no_row(
    client: Client, studio: Studio, tmp_path: Path
) -> None:
    blocked = tmp_path / "blocked"
    store = Objects(blocked)
    for bucket in ("uploads", "thumbs"):
        (blocked / bucket).parent.mkdir(exist_ok=True)
        (blocked / bucket).write_text("a file where a folder should be")
    object.__setattr__(studio, "objects", store)
    answer = await client.upload(JPEG)
    assert (answer.status, answer.json["code"]) == (503, "storage_failed")
    assert answer.headers["Retry-After"]
    assert (await kept(studio))[0] == 0
