"""The pages of characters: by mouse, by keyboard, live, and what they say of mistakes."""

from typing import Any
from uuid import UUID

import pytest
from playwright.async_api import expect
from tests.characters.conftest import MILAN, ask, milan, reference
from tests.support.servers import AsSomebody, Client
from tests.support.studios import at_work, photograph, reached
from tests.web.test_accessibility import check, look
from tests.web.test_keyboard import tab_to
from tests.web.visitors import Open, Visit

from affiche.emulators.comfyui import Server as Engine
from affiche.studio import characters, portraits, uploads, works
from affiche.studio.characters import Character
from affiche.studio.references import Reference
from affiche.studio.studio import Caller, Studio

__all__ = ["milan", "reference"]
LIVE = 60_000
"""Milliseconds for what comes by itself, on a machine that has other things to do."""
HTML = {"Accept": "text/html", "Accept-Language": "en"}
FORM = {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"}


async def read(client: Client, path: str) -> str:
    answer = await client.get(path, headers=HTML)
    assert answer.status == 200, path
    return answer.body.decode()


async def send(client: Client, path: str, **fields: str) -> Any:
    return await client.post(path, data=fields or {"x": ""}, headers=HTML | FORM)


async def made(studio: Studio, alice: Caller, reference: Reference) -> UUID:
    work = await ask(studio, alice, character="milan", reference=str(reference.id))
    await reached(studio, alice, work.id, "completed")
    return work.id


async def test_one_is_made_changed_and_deleted_by_mouse(
    visitor: Visit, studio: Studio, alice: Caller
) -> None:
    page = visitor.page
    visitor.expected.append("status of 422")
    await visitor.go("/characters")
    await expect(page.locator(".empty-title")).to_have_text("There are no characters yet.")
    await page.click(".empty a")
    await page.fill("#lora_file", "../milan.safetensors")
    await page.fill("#lora_strength", "2")
    await page.click("form.person-form .button-primary")
    wrong = page.locator(".notice-wrong li")
    await expect(wrong).to_have_count(3)
    await expect(page.locator("#name")).to_be_focused()
    await expect(page.locator("#lora_file")).to_have_value("../milan.safetensors")
    await check(visitor, "a wrong form")
    await page.fill("#name", "Milan")
    await page.fill("#lora_file", "milan.safetensors")
    await page.fill("#lora_strength", "0.8")
    await page.click("form.person-form .button-primary")
    await page.wait_for_url("**/characters/milan")
    await expect(page.locator(".person-large")).to_have_text("Milan")
    await page.click("#edit")
    await expect(page.locator("#name")).to_be_focused()
    await page.fill("#hair_style", "long brunette hair")
    await page.fill("#trigger_word", "x" * 101)
    await page.click("#words .button-primary")
    await expect(page.locator("#trigger_word")).to_be_focused()
    await expect(page.locator("#trigger_word-problem")).to_be_visible()
    await page.fill("#trigger_word", "milan")
    await page.click("#words .button-primary")
    await expect(page.locator(".person-record")).to_contain_text("long brunette hair")
    found = await characters.get(studio, alice, "milan")
    assert (found.trigger_word, found.lora_strength) == ("milan", 0.8)
    await page.click(".question summary")
    await page.click(".question button")
    await page.wait_for_url("**/characters")
    assert await characters.find(studio, alice, "milan") is None


async def test_one_is_made_by_keyboard_alone(visitor: Visit, studio: Studio, alice: Caller) -> None:
    page = visitor.page
    await visitor.go("/characters")
    await tab_to(page, "a[href='/characters/new']")
    await page.keyboard.press("Enter")
    await expect(page.locator("#name")).to_be_focused()
    await page.keyboard.type("Milan")
    await tab_to(page, "#hair_style")
    await page.keyboard.type("long hair")
    await tab_to(page, "#lora_strength")
    await page.keyboard.press("ArrowUp")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/characters/milan")
    await tab_to(page, "#edit")
    await page.keyboard.press("Enter")
    await expect(page.locator("#name")).to_be_focused()
    await tab_to(page, "#words .actions a")
    await page.keyboard.press("Enter")
    await expect(page.locator("#edit")).to_be_visible()
    await tab_to(page, ".question summary")
    await page.keyboard.press("Enter")
    await tab_to(page, ".question button")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/characters")
    assert await characters.find(studio, alice, "milan") is None


async def test_its_works_are_seen_while_they_are_made_and_may_be_cancelled(
    visitor: Visit,
    studio: Studio,
    alice: Caller,
    milan: Character,
    reference: Reference,
    preview: Engine,
) -> None:
    page = visitor.page
    await visitor.go("/characters/milan")
    await expect(page.locator(".queue-none")).to_be_visible()
    first = await ask(studio, alice, character="milan", reference=str(reference.id))
    second = await ask(studio, alice, character="milan", reference=str(reference.id))
    await expect(page.locator(".queued")).to_have_count(2, timeout=LIVE)
    await page.locator(f"#queued-{second.id} button").click()
    await expect(page.locator(f"#tile-{second.id}")).to_contain_text("Cancelled", timeout=LIVE)
    async with at_work(studio):
        await reached(studio, alice, first.id, "completed")
    painted = page.locator(f"#tile-{first.id} > a > img:not(.tile-source)")
    await expect(painted).to_be_visible(timeout=LIVE)
    await expect(page.locator(".queue-none")).to_be_visible(timeout=LIVE)
    await page.reload()
    await expect(page.locator(".person-large img")).to_be_visible()


async def test_what_shows_it_and_what_came_of_its_works(
    studio: Studio,
    client: Client,
    alice: Caller,
    milan: Character,
    reference: Reference,
    preview: Engine,
) -> None:
    assert await portraits.faces(studio, alice, [milan]) == {}
    async with at_work(studio):
        old, new = [await made(studio, alice, reference) for _ in range(2)]
    (newest,) = await works.outputs(studio, alice, [new])
    assert await portraits.faces(studio, alice, [milan]) == {milan.id: newest.id}
    async with studio.database.as_service() as service:
        await service.connection.execute("UPDATE works SET choice = 'kept' WHERE id = %s", (old,))
    (kept,) = await works.outputs(studio, alice, [old])
    assert await portraits.faces(studio, alice, [milan]) == {milan.id: kept.id}
    found = await portraits.tally(studio, alice, "milan")
    assert (found.kept, found.rejected) == (1, 0)
    assert found.seconds is not None
    chosen = await uploads.upload(studio, alice, photograph(), name="me.jpg")
    await characters.change(studio, alice, milan.id, {"portrait_file_id": chosen.id})
    again = await characters.get(studio, alice, milan.id)
    assert await portraits.faces(studio, alice, [again]) == {milan.id: chosen.id}
    page = await read(client, "/characters/milan")
    assert f"/v1/files/{chosen.id}/thumbnail" in page
    assert "/generate?character=milan" in page
    answer = await send(client, "/characters/milan/remove")
    assert answer.headers["Location"] == f"/characters/{milan.id}"
    assert "Bring it back" in await read(client, f"/characters/{milan.id}")
    assert "Milan" in await read(client, "/characters?show=away")
    assert "Milan" not in await read(client, "/characters")
    await send(client, f"/characters/{milan.id}/restore")
    assert "Milan" in await read(client, "/characters")


async def test_whether_an_engine_has_its_file(
    studio: Studio, client: Client, alice: Caller, milan: Character, comfyui: Engine
) -> None:
    assert "comfyui has it." in await read(client, "/characters/milan/lora")
    other = {"name": "Skyler", "lora_file": "skyler.safetensors"}
    await characters.make(studio, alice, other)
    assert "comfyui has no skyler.safetensors" in await read(client, "/characters/skyler/lora")
    unset = await characters.make(studio, alice, {"name": "Nobody"})
    assert "Without a LoRA file" in await read(client, f"/characters/{unset.slug}/lora")


async def test_a_short_name_that_is_taken_and_two_of_one_name(
    client: Client, studio: Studio, alice: Caller, milan: Character
) -> None:
    answer = await send(client, "/characters/new", name="Milan", slug="milan")
    assert answer.status == 409
    assert "is called “milan” already" in answer.body.decode()
    number = await characters.make(studio, alice, {"name": "7", "slug": "7"})
    page = await read(client, "/characters")
    assert 'href="/characters/milan"' in page
    assert f'href="/characters/{number.id}"' in page


async def test_another_s_and_another_site_s(
    client: Client, bob: Caller, milan: Character, as_somebody: AsSomebody
) -> None:
    theirs = await as_somebody(bob)
    for path in ("", "/lora"):
        assert (await theirs.get(f"/characters/{milan.id}{path}", headers=HTML)).status == 404
    for path in ("", "/remove", "/restore"):
        assert (await send(theirs, f"/characters/{milan.id}{path}", name="x")).status == 404
    elsewhere = HTML | FORM | {"Sec-Fetch-Site": "cross-site"}
    for path in ("/characters/new", f"/characters/{milan.id}", f"/characters/{milan.id}/remove"):
        refused = await client.post(path, data={"name": "x"}, headers=elsewhere)
        assert refused.status == 403, path


@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
async def test_anybody_can_read_it(
    visit: Open,
    studio: Studio,
    alice: Caller,
    milan: Character,
    reference: Reference,
    phone: bool,
) -> None:
    await characters.make(studio, alice, {"name": "하루"})
    await characters.make(studio, alice, MILAN | {"name": "Away", "slug": "away"})
    await characters.change(studio, alice, "away", {"archived": True})
    await ask(studio, alice, character="milan", reference=str(reference.id))
    looks = {"phone": phone, "dark": phone, "language": "ko" if phone else "en"}
    visitor = await visit(alice, reduced_motion="reduce", **looks)
    for path in ("", "?show=away", "/new", "/milan", "/milan?edit=true", "/milan?show=ended"):
        await look(visitor, f"/characters{path}")
