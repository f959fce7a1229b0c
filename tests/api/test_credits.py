"""Credits over HTTP: what one has, what became of it, what a work would cost, and when not."""

import csv
from uuid import UUID, uuid4

import pytest
from tests.api.asking import asked, uploaded
from tests.support.servers import AsSomebody, Client

from affiche.domain.months import Month
from affiche.domain.renewals import SEOUL
from affiche.errors import CreditsShort, Forbidden, InvalidInputs, NotFound
from affiche.studio import credits, treasury, works
from affiche.studio.studio import Caller, Studio

ROUTES = ("/v1/credits", "/v1/credits/transactions", "/v1/credits/statement.csv")


@pytest.fixture
async def charging(studio: Studio) -> None:
    async with studio.database.as_service() as service:
        await service.run("credits.switch", charging=True)


async def test_a_studio_without_credits_has_none(client: Client) -> None:
    for route in ROUTES:
        answer = await client.get(route)
        assert (answer.status, answer.json["code"]) == (404, "credits_off")
    quote = await client.post("/v1/quotes", json={"template": "poster", "output_count": 3})
    assert quote.json == {
        "template": "poster",
        "output_count": 3,
        "charging": False,
        "credits": 0,
        "balance": None,
        "suffices": True,
    }
    work = (await asked(client, await uploaded(client))).json
    assert (work["credits"], work["credits_refunded"]) == (0, 0)


@pytest.mark.usefixtures("charging")
async def test_a_work_is_quoted_charged_and_refunded(
    client: Client, studio: Studio, alice: Caller
) -> None:
    await treasury.grant(studio, alice, alice.id, 2, pool="subscription")
    await treasury.purchase(studio, alice, alice.id, 3, reference="payment 1")
    quote = (
        await client.post("/v1/quotes", json={"template": "klein-i2i", "output_count": 4})
    ).json
    assert (quote["credits"], quote["balance"], quote["suffices"]) == (4, 5, True)

    picture = await uploaded(client)
    work = (await asked(client, picture, output_count=4)).json
    assert (work["credits"], work["credits_refunded"]) == (4, 0)
    own = (await client.get("/v1/credits")).json
    assert (own["balance"], own["subscription_credits"], own["purchased_credits"]) == (1, 0, 1)

    refused = await asked(client, picture, output_count=2)
    assert (refused.status, refused.json["code"]) == (402, "credits_short")
    assert "2" in refused.json["detail"]
    assert "1" in refused.json["detail"]
    assert refused.json["hint"]

    ended = (await client.post(f"/v1/works/{work['id']}/cancel")).json
    assert (ended["status"], ended["credits_refunded"]) == ("cancelled", 4)
    own = (await client.get("/v1/credits")).json
    assert (own["subscription_credits"], own["purchased_credits"]) == (2, 3)
    again = await client.post(f"/v1/works/{work['id']}/retry")
    assert (again.status, again.json["credits"]) == (201, 4)


@pytest.mark.usefixtures("charging")
async def test_the_edge_function_deducts_and_answers_at_once(
    client: Client, studio: Studio, alice: Caller
) -> None:
    await treasury.grant(studio, alice, alice.id, 3)
    body = {
        "type": "image_to_image",
        "template_id": "klein-i2i",
        "output_count": 2,
        "input_data": {"image": await uploaded(client), "prompt": "a beach"},
    }
    answer = await client.post("/functions/v1/works/generate", json=body)
    assert answer.status == 200
    assert set(answer.json) == {"work_id", "status", "estimated_time"}
    assert (await client.get("/v1/credits")).json["balance"] == 1
    short = await client.post("/functions/v1/works/generate", json=body)
    assert (short.status, short.json["code"]) == (402, "credits_short")


@pytest.mark.usefixtures("charging")
async def test_a_key_that_is_used_again_pays_once(
    client: Client, studio: Studio, alice: Caller
) -> None:
    await treasury.grant(studio, alice, alice.id, 5)
    picture, key = await uploaded(client), {"Idempotency-Key": "k"}
    first = await asked(client, picture, headers=key)
    second = await asked(client, picture, headers=key)
    assert first.json == second.json
    assert (await client.get("/v1/credits")).json["balance"] == 4


@pytest.mark.usefixtures("charging")
async def test_the_statement_is_read_page_by_page(
    client: Client, studio: Studio, alice: Caller
) -> None:
    for n in range(1, 6):
        await treasury.grant(studio, alice, alice.id, n, reason=f"=gift({n})")
    found, address = [], "/v1/credits/transactions?limit=2"
    while address:
        page = (await client.get(address)).json
        found += page["transactions"]
        address = page["next"]
    assert [line["line"] for line in found] == [5, 4, 3, 2, 1]
    assert [line["balance"] for line in found] == [15, 10, 6, 3, 1]
    for bad in ("limit=0", "limit=101", "before=0", "before=x"):
        assert (await client.get(f"/v1/credits/transactions?{bad}")).status == 422

    sheet = await client.get("/v1/credits/statement.csv")
    assert sheet.headers["content-type"] == "text/csv; charset=utf-8"
    written = sheet.body.decode()
    rows = list(csv.DictReader(written.splitlines()))
    assert [row["amount"] for row in rows] == ["1", "2", "3", "4", "5"]
    # No spreadsheet takes what somebody wrote for a formula.
    assert rows[0]["reason"] == "'=gift(1)"
    pieces = [piece async for piece in credits.written(studio, alice, rows=2)]
    assert "".join(pieces) == written
    assert len(pieces) == 4


@pytest.mark.usefixtures("charging")
async def test_a_month_of_the_statement_alone(
    client: Client, studio: Studio, alice: Caller
) -> None:
    for n in range(1, 4):
        await treasury.grant(studio, alice, alice.id, n)
    now = f"{studio.now().astimezone(SEOUL):%Y-%m}"
    sheet = await client.get(f"/v1/credits/statement.csv?month={now}")
    assert sheet.headers["content-disposition"].endswith(f'"affiche-credits-{now}.csv"')
    assert sheet.body == (await client.get("/v1/credits/statement.csv")).body
    month = Month.written(now)
    pieces = [piece async for piece in credits.written(studio, alice, month, rows=2)]
    assert "".join(pieces).encode() == sheet.body
    before = await client.get("/v1/credits/statement.csv?month=2001-01")
    assert (before.status, len(before.body.splitlines())) == (200, 1)
    for wrong in ("2026-13", "2026-1", "now", ""):
        refused = await client.get(f"/v1/credits/statement.csv?month={wrong}")
        assert (refused.status, refused.fields) == (422, {"month": "not_valid"}), wrong


@pytest.mark.usefixtures("charging")
async def test_each_sees_their_own(
    client: Client, as_somebody: AsSomebody, studio: Studio, alice: Caller, bob: Caller
) -> None:
    await treasury.grant(studio, alice, alice.id, 7)
    theirs = await as_somebody(bob)
    assert (await theirs.get("/v1/credits")).json["balance"] == 0
    assert (await theirs.get("/v1/credits/transactions")).json["transactions"] == []
    assert len((await theirs.get("/v1/credits/statement.csv")).body.splitlines()) == 1
    quote = (await theirs.post("/v1/quotes", json={"template": "klein-i2i"})).json
    assert (quote["balance"], quote["suffices"]) == (0, False)
    assert (await client.get("/v1/credits")).json["balance"] == 7


@pytest.mark.usefixtures("charging")
async def test_a_budget_says_when_it_frees(client: Client, studio: Studio, alice: Caller) -> None:
    await treasury.grant(studio, alice, alice.id, 9)
    picture = await uploaded(client)
    await asked(client, picture)
    # What was spent before the bound was there counts.
    await treasury.set_budget(studio, alice, "day", 2, user_id=alice.id)
    await asked(client, picture)
    refused = await asked(client, picture)
    assert (refused.status, refused.json["code"]) == (402, "budget_spent")
    assert "KST" in refused.json["detail"]
    budgets = (await client.get("/v1/credits")).json["budgets"]
    assert budgets == [{"period": "day", "credits": 2, "spent": 2}]
    await treasury.set_budget(studio, alice, "day", None, user_id=alice.id)
    assert (await asked(client, picture)).status == 201


async def test_only_operators_give_credits(studio: Studio, alice: Caller, bob: Caller) -> None:
    for attempt in (
        treasury.grant(studio, bob, bob.id, 5),
        treasury.purchase(studio, bob, bob.id, 5),
        treasury.adjust(studio, bob, bob.id, 5, reason="please"),
        treasury.subscribe(studio, bob, bob.id, 5),
        treasury.account(studio, bob, alice.id),
        treasury.find_user(studio, bob, str(alice.id)),
        treasury.set_budget(studio, bob, "day", 5, user_id=bob.id),
        treasury.budgets(studio, bob),
    ):
        with pytest.raises(Forbidden):
            await attempt


async def test_what_an_operator_writes(studio: Studio, alice: Caller, bob: Caller) -> None:
    assert await treasury.purchase(studio, alice, bob.id, 5, reference="payment 1")
    assert not await treasury.purchase(studio, alice, bob.id, 5, reference="payment 1")
    await treasury.adjust(studio, alice, bob.id, -2, reason="paid twice")
    assert (await treasury.account(studio, alice, bob.id)).balance == 3
    with pytest.raises(CreditsShort):
        await treasury.adjust(studio, alice, bob.id, -4, reason="too much")
    with pytest.raises(InvalidInputs):
        await treasury.adjust(studio, alice, bob.id, 4, reason=" ")
    for credits_ in (0, -1, 2**40):
        with pytest.raises(InvalidInputs):
            await treasury.grant(studio, alice, bob.id, credits_)
    with pytest.raises(NotFound):
        await treasury.grant(studio, alice, uuid4(), 1)
    assert await treasury.find_user(studio, alice, str(bob.id)) == bob.id
    assert (await treasury.account(studio, alice, bob.id)).balance == 3


async def test_one_work_s_price_at_the_studio(studio: Studio, alice: Caller) -> None:
    """What the database charges is what was quoted, for every template on offer."""
    async with studio.database.as_service() as service:
        await service.run("credits.switch", charging=True)
    await treasury.grant(studio, alice, alice.id, 500)
    async with studio.database.as_service() as service:
        cursor = await service.connection.execute("SELECT id::text, slug FROM templates")
        for template_id, slug in await cursor.fetchall():
            for count in (1, 3, 10):
                quote = await credits.quote(studio, alice, slug, count)
                assert quote is not None
                made = await service.connection.execute(
                    "INSERT INTO works (user_id, template_id, output_count) VALUES (%s, %s, %s)"
                    " RETURNING credits_used, id",
                    (alice.id, template_id, count),
                )
                row = await made.fetchone()
                assert row
                assert row[0] == quote.credits > 0
                work_id: UUID = row[1]
    assert (await works.get(studio, alice, work_id)).credits_used == row[0]
