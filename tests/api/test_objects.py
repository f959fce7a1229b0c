"""Pictures by signed link: what an engine elsewhere is given in place of bytes."""

from datetime import timedelta

import pytest
from tests.support.servers import Client

from affiche.studio.studio import Studio
from affiche.studio.uploads import File

HOUR = timedelta(hours=1)


async def link_to(studio: Studio, bucket: str, key: str, valid: timedelta = HOUR) -> str:
    return await studio.objects.link(
        bucket, key, secret=studio.secret, now=studio.now(), valid=valid
    )


async def test_whoever_has_the_link_has_the_picture(
    nobody: Client, studio: Studio, picture: File
) -> None:
    link = await link_to(studio, picture.bucket_id, picture.object_key)
    answer = await nobody.get(link)
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert answer.headers["Content-Length"] == str(picture.file_size)
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert answer.body == await studio.objects.read(picture.bucket_id, picture.object_key)
    head = await nobody.call("HEAD", link)
    assert (head.status, head.body) == (200, b"")
    assert head.headers["Content-Length"] == str(picture.file_size)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("?exp=", "?exp=9"),
        ("&sig=", "&sig=A"),
        ("/o/uploads/", "/o/works/"),
        ("/o/uploads/", "/o/uploads/x"),
        ("/o/uploads/", "/o/nowhere/"),
    ],
)
async def test_a_link_that_was_changed_leads_nowhere(
    nobody: Client, studio: Studio, picture: File, before: str, after: str
) -> None:
    link = await link_to(studio, picture.bucket_id, picture.object_key)
    answer = await nobody.get(link.replace(before, after))
    assert answer.status == 404
    assert answer.json["code"] == "not_found"


async def test_a_link_holds_for_its_time_only(
    nobody: Client, studio: Studio, picture: File
) -> None:
    link = await link_to(studio, picture.bucket_id, picture.object_key, -HOUR)
    assert (await nobody.get(link)).status == 404


async def test_what_is_gone_is_gone_and_without_a_signature_there_is_nothing(
    nobody: Client, studio: Studio, picture: File
) -> None:
    link = await link_to(studio, picture.bucket_id, picture.object_key)
    assert (await nobody.get(link.partition("?")[0])).status == 404
    assert (await nobody.get(link.partition("&")[0])).status == 404
    await studio.objects.delete(picture.bucket_id, picture.object_key)
    assert (await nobody.get(link)).status == 404
