"""The page of credits, prices where works cost something, and none of it where they do not."""

from dataclasses import replace

import pytest
from playwright.async_api import expect
from tests.support.servers import AsSomebody, Client
from tests.web.test_accessibility import look
from tests.web.visitors import Open

from affiche.domain.renewals import SEOUL
from affiche.studio import batches, treasury, works
from affiche.studio.planning import BatchAsk
from affiche.studio.studio import Caller, Studio
from affiche.studio.uploads import File

HTML = {"Accept": "text/html", "Accept-Language": "en"}
LINK = 'href="/credits"'


@pytest.fixture
def free(studio: Studio) -> bool:
    return not studio.settings.credits


@pytest.fixture
async def studio(studio: Studio, request: pytest.FixtureRequest) -> Studio:
    """One that charges, unless a test says that it does not."""
    charging = "free" not in request.fixturenames
    async with studio.database.as_service() as service:
        await service.run("credits.switch", charging=charging)
    return replace(studio, settings=replace(studio.settings, credits=charging))


async def ask(studio: Studio, caller: Caller, picture: File, outputs: int = 1) -> works.Work:
    inputs = {"image": str(picture.id), "prompt": "a quiet beach"}
    request = works.Ask(template="klein-i2i", inputs=inputs, output_count=outputs)
    return await works.ask(studio, caller, request)


async def read(client: Client, path: str) -> str:
    answer = await client.get(path, headers=HTML)
    assert answer.status == 200, path
    return answer.body.decode()


async def test_a_statement_with_what_each_work_cost(
    client: Client, studio: Studio, alice: Caller, picture: File
) -> None:
    await treasury.subscribe(studio, alice, alice.id, 4)
    await treasury.adjust(studio, alice, alice.id, 9, reason="<b>sorry</b>")
    work = await ask(studio, alice, picture, outputs=3)
    form = await read(client, "/templates/klein-i2i")
    assert "<b>1 credit</b>, about 30 s on a GPU, 9 left" in form
    await works.cancel(studio, alice, work.id)
    costs = await read(client, "/credits")
    assert costs.count(f'href="/works/{work.id}"') == 1
    assert "3 paid, 3 returned" in costs
    assert "<dd>3</dd>" in costs
    assert "<td>1 works</td><td>0 credits</td>" in costs
    text = await read(client, "/credits?view=lines")
    assert text.count(f'href="/works/{work.id}"') == 4
    assert "−3" in text
    assert "picture 3" in text
    assert "&lt;b&gt;sorry" in text
    assert LINK in await read(client, "/")
    record = await read(client, f"/works/{work.id}")
    assert "3 credits, of which 3 were returned" in record


async def test_month_by_month_and_page_by_page(
    client: Client, studio: Studio, alice: Caller, as_somebody: AsSomebody, bob: Caller
) -> None:
    for n in range(1, 53):
        await treasury.grant(studio, alice, alice.id, n)
    now = studio.now().astimezone(SEOUL)
    month = f"/credits?month={now:%Y-%m}&amp;view=lines"
    first = await read(client, "/credits?view=lines")
    assert first.count("<td><time") == 50
    assert f'href="/v1/credits/statement.csv?month={now:%Y-%m}"' in first
    earlier = await read(client, "/credits?month=2001-01")
    assert 'href="/v1/credits/statement.csv?month=2001-01"' in earlier
    assert f'href="{month}&amp;before=3"' in first
    assert (await read(client, "/credits?view=lines&before=3")).count("<td><time") == 2
    assert "No work was paid for" in await read(client, "/credits")
    assert "Nothing was paid or received in this month" in await read(
        client, "/credits?view=lines&month=2001-01"
    )
    for query in ("before=x", "month=2026-13", "view=none"):
        assert (await client.get(f"/credits?{query}", headers=HTML)).status == 422
    assert "Nothing was paid or received yet." in await read(await as_somebody(bob), "/credits")


async def test_a_batch_is_one_line_that_unfolds(
    visit: Open,
    client: Client,
    as_somebody: AsSomebody,
    studio: Studio,
    alice: Caller,
    bob: Caller,
    picture: File,
) -> None:
    await treasury.grant(studio, alice, alice.id, 20)
    asked = BatchAsk(
        template="klein-i2i",
        inputs={"prompt": "a beach"},
        references=[str(picture.id)],
        variations=3,
        name="Beaches",
    )
    batch = await batches.ask(studio, alice, asked)
    await ask(studio, alice, picture)
    visitor = await visit(alice)
    page = visitor.page
    await visitor.go("/credits")
    await expect(page.locator(".costs > .cost")).to_have_count(2)
    row = page.locator("details.cost-batch")
    await expect(row.locator("summary")).to_contain_text("Beaches")
    await expect(row.locator("summary")).to_contain_text("3 credits")
    await row.locator("summary").focus()
    await page.keyboard.press("Enter")
    await expect(row.locator(".cost-works a.cost-title")).to_have_count(3)
    theirs = await as_somebody(bob)
    assert (await theirs.get(f"/credits/batches/{batch.id}", headers=HTML)).status == 404
    assert (await read(client, f"/credits/batches/{batch.id}")).count("cost-row") == 3


async def test_who_cannot_pay_is_told_on_the_page(
    client: Client, studio: Studio, alice: Caller, picture: File
) -> None:
    await treasury.grant(studio, alice, alice.id, 1)
    work = await ask(studio, alice, picture)
    await works.cancel(studio, alice, work.id)
    await treasury.adjust(studio, alice, alice.id, -1, reason="none left")
    answer = await client.post(f"/works/{work.id}/again", headers=HTML)
    assert answer.status == 402
    assert "This costs 1 credits and you have 0." in answer.body.decode()


@pytest.mark.usefixtures("free")
async def test_where_works_cost_nothing_no_price_is_seen(
    client: Client, studio: Studio, alice: Caller, picture: File
) -> None:
    work = await ask(studio, alice, picture)
    assert "Works cost nothing in this studio." in await read(client, "/credits")
    for path in ("/", "/gallery", "/templates/klein-i2i", f"/works/{work.id}"):
        text = await read(client, path)
        assert LINK not in text
        assert "redit" not in text


@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
async def test_anybody_can_read_it(
    visit: Open, studio: Studio, alice: Caller, picture: File, phone: bool
) -> None:
    await treasury.subscribe(studio, alice, alice.id, 4)
    await treasury.set_budget(studio, alice, "month", 100, user_id=alice.id)
    await ask(studio, alice, picture, outputs=3)
    visitor = await visit(alice, phone=phone, dark=phone, language="ko" if phone else "en")
    for path in ("/credits", "/credits?view=lines", "/credits?month=2020-01"):
        await look(visitor, path)
    await look(visitor, "/templates/klein-i2i")
