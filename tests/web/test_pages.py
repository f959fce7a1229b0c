"""Pages as answers: whose they are, what guards them, how long they are kept, what goes wrong."""

import re
from pathlib import Path
from uuid import uuid4

import aiohttp
import pytest
from fastapi import APIRouter
from tests.support.servers import Answer, AsSomebody, Client
from tests.support.studios import ask, photograph, reached

from affiche.pipeline.crew import Crew
from affiche.serving import Server
from affiche.studio import people, uploads, works
from affiche.studio.studio import Caller, Studio
from affiche.web.assets import FOLDER
from affiche.web.refusals import PageRoute

HTML = {"Accept": "text/html"}


async def page(client: Client, path: str, **headers: str) -> Answer:
    return await client.get(path, headers=HTML | headers)


def posted(**fields: str) -> aiohttp.FormData:
    form = aiohttp.FormData(default_to_multipart=True)
    for name, value in fields.items():
        form.add_field(name, value)
    return form


async def test_nothing_inline_and_a_policy_that_forbids_it(client: Client) -> None:
    answer = await page(client, "/templates/klein-i2i")
    policy = answer.headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    text = answer.body.decode()
    assert not re.search(r"\sstyle=|\son\w+=|<style|javascript:|hx-on|js:", text)
    assert not re.search(r"<script(?![^>]*\bsrc=)", text)


async def test_pages_are_one_person_s_and_asked_for_each_time(client: Client) -> None:
    for path in ("/", "/gallery", "/templates/klein-i2i", "/nowhere"):
        headers = (await page(client, path)).headers
        assert headers["Cache-Control"] == "private, no-cache"
        # Else Back could show the part that was read last.
        assert "HX-Request" in headers["Vary"]


async def test_of_a_form_that_is_not_on_offer_any_more_nothing_new_can_be_made(
    client: Client, studio: Studio, alice: Caller, picture: uploads.File
) -> None:
    work = await ask(studio, alice, picture)
    await works.cancel(studio, alice, work.id)
    assert f"/works/{work.id}/retry" in (await page(client, f"/works/{work.id}")).body.decode()
    async with studio.database.as_service() as service:
        await service.connection.execute("UPDATE templates SET is_active = false")
    told = (await page(client, f"/works/{work.id}")).body.decode()
    assert "not on offer any more" in told
    assert "/retry" not in told
    assert "?from=" not in told


async def test_static_files_are_kept_for_a_year_under_their_digest(
    client: Client, nobody: Client
) -> None:
    text = (await page(client, "/templates/klein-i2i")).body.decode()
    addresses = re.findall(r'(?:href|src)="(/static/[^"]+)"', text)
    assert len(addresses) > 10
    kinds = {
        ".css": "text/css",
        ".js": "text/javascript",
        ".svg": "image/svg+xml",
        ".woff2": "font/woff2",
    }
    for address in addresses:
        answer = await nobody.get(address)
        assert answer.status == 200, address
        assert answer.headers["Content-Type"].startswith(kinds[Path(address).suffix]), address
        assert "immutable" in answer.headers["Cache-Control"]
    # An older page's address is answered as well, but not kept.
    old = re.sub(r"/static/\w+/", "/static/0123456789ab/", addresses[0])
    assert (await nobody.get(old)).headers["Cache-Control"] == "no-cache"
    for lost in ("..%2fassets.py", "css", "nothing.css"):
        assert (await nobody.get(f"/static/x/{lost}")).status == 404


async def test_type_is_found_from_the_bundled_style_sheet(client: Client, nobody: Client) -> None:
    text = (await page(client, "/")).body.decode()
    fonts: list[str] = []
    for name in ("site", "letters"):
        sheet = re.search(rf'href="(/static/\w+/{name}.css)"', text)
        assert sheet
        css = (await nobody.get(sheet[1])).body.decode()
        fonts += re.findall(r"url\(\./([^)]+\.woff2)\)", css)
    assert len(fonts) > 100
    assert all((FOLDER / font).is_file() for font in fonts)


async def test_who_is_not_signed_in_sees_how_to(nobody: Client) -> None:
    for path in ("/", "/works", f"/works/{uuid4()}", "/templates/klein-i2i", "/sign-in?token=x"):
        answer = await nobody.get(path, headers=HTML | {"Accept-Language": "en"})
        assert answer.status == 401
        assert b"Please sign in" in answer.body
    assert (await nobody.get("/v1/works", headers=HTML)).json["code"] == "not_signed_in"


async def test_the_link_leads_to_the_first_page(
    studio: Studio, alice: Caller, nobody: Client
) -> None:
    link = f"/sign-in?token={await people.make_link(studio, alice.id)}"
    answer = await nobody.get(link, headers=HTML)
    assert (answer.status, answer.headers["Location"]) == (303, "/")
    cookie = answer.headers["Set-Cookie"].partition(";")[0]
    assert (await nobody.get("/", headers=HTML | {"Cookie": cookie})).status == 200


async def test_unknown_paths_are_pages_for_people_and_problems_for_programs(
    client: Client,
) -> None:
    for path in ("/nowhere", "/works/no-id", "/templates/none", f"/works/{uuid4()}"):
        answer = await page(client, path)
        assert answer.status == 404
        assert b"There is no such page" in answer.body
    assert (await page(client, "/gallery?show=everything")).status == 404
    assert (await client.get("/nowhere")).json["code"] == "not_found"
    assert (await client.get("/v1/nowhere", headers=HTML)).json["code"] == "not_found"


async def test_other_people_s_works_are_not_there(
    studio: Studio, alice: Caller, bob: Caller, as_somebody: AsSomebody
) -> None:
    file = await uploads.upload(studio, alice, photograph())
    work = await ask(studio, alice, file, "alice's secret")
    client = await as_somebody(bob)
    assert (await page(client, f"/works/{work.id}")).status == 404
    for step in ("cancel", "retry", "again"):
        answer = await client.post(f"/works/{work.id}/{step}", headers=HTML)
        assert answer.status == 404
    assert (await page(client, f"/templates/klein-i2i?from={work.id}")).status == 404
    for path in ("/", "/gallery"):
        assert b"secret" not in (await page(client, path)).body
    assert (await works.get(studio, alice, work.id)).status == "pending"
    # Her picture is not a picture of his, whatever his form says.
    form = posted(image=str(file.id), prompt="mine now")
    answer = await client.post("/templates/klein-i2i/works", data=form, headers=HTML)
    assert answer.status == 422
    assert str(file.id).encode() not in answer.body


async def test_what_people_write_is_text(client: Client, studio: Studio, alice: Caller) -> None:
    file = await uploads.upload(studio, alice, photograph())
    evil = "<script>alert(1)</script>\"'{{7*7}}"
    work = await ask(studio, alice, file, evil)
    for path in ("/", "/gallery", f"/works/{work.id}", f"/templates/klein-i2i?from={work.id}"):
        text = (await page(client, path)).body.decode()
        assert "<script>alert" not in text
        assert "&lt;script&gt;alert(1)&lt;/script&gt;&#34;&#39;{{7*7}}" in text


async def test_a_part_of_a_page_is_what_the_whole_page_holds(
    client: Client, studio: Studio, alice: Caller
) -> None:
    file = await uploads.upload(studio, alice, photograph())
    work = await ask(studio, alice, file)
    whole = (await page(client, f"/works/{work.id}")).body.decode()
    part = (await page(client, f"/works/{work.id}", **{"HX-Request": "true"})).body.decode()
    assert "<html" not in part
    main = re.search(r"<article.*</article>", part, re.DOTALL)
    assert main
    steady = re.compile(r'seconds="[\d.]+"')
    assert steady.sub("", main[0]) in steady.sub("", whole)
    assert "<title>Queued · a quiet beach — Affiche</title>" in part


async def test_a_work_with_several_results_shows_each(
    client: Client, studio: Studio, alice: Caller, working: Crew
) -> None:
    file = await uploads.upload(studio, alice, photograph(96, 64))
    inputs = {"image": str(file.id), "prompt": "two", "megapixels": 0.5}
    asked = works.Ask(template="klein-i2i", inputs=inputs, output_count=2)
    work = await works.ask(studio, alice, asked)
    await reached(studio, alice, work.id, "completed")
    for number, output in enumerate(await works.outputs(studio, alice, [work.id]), 1):
        text = (await page(client, f"/works/{work.id}?output={number}")).body.decode()
        assert f'href="/v1/files/{output.id}?download=true"' in text
        # Both, and what they were made from.
        assert text.count("/thumbnail") == 3
    assert (await page(client, f"/works/{work.id}?output=3")).status == 404


async def test_the_address_of_a_refused_form_leads_back_to_it(client: Client) -> None:
    answer = await page(client, "/templates/klein-i2i/works")
    assert (answer.status, answer.headers["Location"]) == (303, "/templates/klein-i2i")


async def test_the_list_of_works_leads_to_the_gallery(client: Client) -> None:
    answer = await page(client, "/works?show=done&tag=Sea+%26+sun&other=x")
    assert answer.status == 308
    assert answer.headers["Location"] == "/gallery?show=done&tag=Sea+%26+sun"
    assert (await page(client, "/works")).headers["Location"] == "/gallery"


async def test_another_site_cannot_ask_in_somebody_s_name(
    studio: Studio, alice: Caller, server: Server, session: aiohttp.ClientSession
) -> None:
    token = await people.redeem_link(studio, await people.make_link(studio, alice.id))
    client = Client(server, session, {"Cookie": f"affiche_session={token}"})
    file = await uploads.upload(studio, alice, photograph())
    work = await ask(studio, alice, file)
    for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {}):
        for path in (f"/works/{work.id}/cancel", "/templates/klein-i2i/works"):
            answer = await client.post(
                path, headers=HTML | headers, data=posted(image=str(file.id), prompt="not mine")
            )
            assert answer.status == 403, (path, headers)
    assert len(await works.page(studio, alice)) == 1
    assert (await works.get(studio, alice, work.id)).status == "pending"


@pytest.fixture
def stumbling(server: Server) -> None:
    """A page with a fault of ours in it."""
    router = APIRouter(route_class=PageRoute)

    @router.get("/stumble")
    async def stumble() -> None:
        raise ZeroDivisionError("a secret of the house")

    server.app.include_router(router, include_in_schema=False)


async def test_a_fault_of_ours_is_a_page_with_a_number(client: Client, stumbling: None) -> None:
    answer = await page(client, "/stumble")
    assert answer.status == 500
    text = answer.body.decode()
    assert "Something went wrong" in text
    assert answer.headers["X-Request-Id"] in text
    assert "secret" not in text


async def test_a_form_past_all_bounds_is_refused_while_it_arrives(client: Client) -> None:
    form = aiohttp.FormData()
    form.add_field("image", bytes(90 * 2**20), filename="huge.jpg")
    answer = await client.post("/templates/klein-i2i/works", data=form, headers=HTML)
    assert answer.status == 413
