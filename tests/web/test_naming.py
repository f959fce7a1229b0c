"""A work's title and tags on its page, and the page that changes them."""

from typing import Any

import pytest
from playwright.async_api import expect
from tests.support.servers import AsSomebody, Client
from tests.support.studios import ask
from tests.web.test_accessibility import look
from tests.web.visitors import Open

from affiche.studio import titles, works
from affiche.studio.studio import Caller, Studio
from affiche.studio.uploads import File

HTML = {"Accept": "text/html", "Accept-Language": "en"}
FORM = {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"}


@pytest.fixture
async def work(studio: Studio, alice: Caller, picture: File) -> works.Work:
    return await ask(studio, alice, picture)


async def read(client: Client, path: str) -> str:
    answer = await client.get(path, headers=HTML)
    assert answer.status == 200, path
    return answer.body.decode()


async def send(client: Client, work: works.Work, **fields: str) -> Any:
    return await client.post(f"/works/{work.id}/name", data=fields, headers=HTML | FORM)


async def test_what_is_typed_is_kept_and_shown(
    client: Client, studio: Studio, alice: Caller, work: works.Work
) -> None:
    page = await read(client, f"/works/{work.id}")
    assert f'href="/works/{work.id}/name"' in page
    answer = await send(client, work, title="<b>해변</b>", tags="바다, Sea & sun , sea & sun")
    assert (answer.status, answer.headers["Location"]) == (303, f"/works/{work.id}")
    found = await works.get(studio, alice, work.id)
    assert (found.title, found.tags) == ("<b>해변</b>", ["바다", "Sea & sun"])
    page = await read(client, f"/works/{work.id}")
    assert "&lt;b&gt;해변" in page
    assert 'href="/gallery?tag=Sea%20%26%20sun"' in page
    form = await read(client, f"/works/{work.id}/name")
    assert 'value="바다, Sea &amp; sun"' in form
    listed = await read(client, "/gallery?tag=sea%20%26%20sun")
    assert f'href="/works/{work.id}"' in listed
    assert f'href="/works/{work.id}"' not in await read(client, "/gallery?tag=nothing")


async def test_a_title_that_was_left_alone_is_not_a_person_s(
    client: Client, studio: Studio, alice: Caller, work: works.Work
) -> None:
    async with studio.database.as_service() as service:
        await service.connection.execute("UPDATE works SET title = 'I2I 작품'")
    assert (await send(client, work, title="I2I 작품", tags="바다")).status == 303
    async with studio.database.as_service() as service:
        cursor = await service.connection.execute("SELECT title_by, tags FROM works")
        assert await cursor.fetchone() == (None, ["바다"])


async def test_what_is_wrong_stays_typed(
    client: Client, studio: Studio, alice: Caller, work: works.Work
) -> None:
    answer = await send(client, work, title="x" * 101, tags="바다")
    assert answer.status == 422
    assert 'role="alert"' in answer.body.decode()
    assert "x" * 101 in answer.body.decode()
    assert (await works.get(studio, alice, work.id)).tags == []


async def test_another_s_and_another_site_s(
    client: Client, bob: Caller, work: works.Work, as_somebody: AsSomebody
) -> None:
    theirs = await as_somebody(bob)
    assert (await theirs.get(f"/works/{work.id}/name", headers=HTML)).status == 404
    assert (await send(theirs, work, title="mine", tags="")).status == 404
    elsewhere = HTML | FORM | {"Sec-Fetch-Site": "cross-site"}
    refused = await client.post(f"/works/{work.id}/name", data={"title": "x"}, headers=elsewhere)
    assert refused.status == 403


async def test_an_open_page_shows_a_new_title(
    visit: Open, studio: Studio, alice: Caller, work: works.Work
) -> None:
    await works.cancel(studio, alice, work.id)
    visitor = await visit(alice)
    await visitor.go(f"/works/{work.id}")
    record = visitor.page.locator("#record")
    await expect(record).to_contain_text("none yet")
    await titles.edit(studio, alice, work.id, title="해변의 저녁", tags=["바다"])
    await expect(record).to_contain_text("해변의 저녁", timeout=60_000)
    await expect(record.get_by_role("link", name="바다", exact=True)).to_be_visible()


@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
async def test_anybody_can_read_it(
    visit: Open, alice: Caller, work: works.Work, phone: bool
) -> None:
    visitor = await visit(alice, phone=phone, dark=phone, language="ko" if phone else "en")
    for path in (f"/works/{work.id}/name", f"/works/{work.id}", "/gallery?tag=nothing"):
        await look(visitor, path)
