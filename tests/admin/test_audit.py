"""The audit log: only added to, whichever way somebody acts, and read by operators alone."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import psycopg
import pytest
from tests.admin.conftest import Here, sql
from tests.support.servers import Client

from affiche.errors import Forbidden, InvalidInputs, NotFound
from affiche.pipeline import retention
from affiche.studio import accounts, audit, endpoints, jobs, treasury
from affiche.studio.studio import Caller, Studio


async def actions(studio: Studio, alice: Caller) -> list[str]:
    return [each.action for each in await audit.page(studio, alice, limit=200)][::-1]


async def make_older(studio: Studio, days: int) -> None:
    """As the schema's owner would by hand, past its own guard."""
    async with studio.database.as_service() as service:
        await service.connection.execute("SET LOCAL ROLE NONE")
        await service.connection.execute("ALTER TABLE audit_log DISABLE TRIGGER guard_audit")
        await service.connection.execute("SET LOCAL ROLE service_role")
        await service.connection.execute(
            "UPDATE audit_log SET at = now() - make_interval(days => %s)", (days,)
        )
        await service.connection.execute("SET LOCAL ROLE NONE")
        await service.connection.execute("ALTER TABLE audit_log ENABLE TRIGGER guard_audit")


@pytest.mark.parametrize(
    "attempt",
    [
        "UPDATE audit_log SET reason = 'another'",
        "DELETE FROM audit_log",
        "TRUNCATE audit_log",
        # As retention does it, of what is still young.
        "WITH so AS (SELECT set_config('affiche.forgetting', 'audit_log', true))"
        " DELETE FROM audit_log WHERE EXISTS (SELECT FROM so)",
    ],
)
async def test_an_entry_stands(studio: Studio, alice: Caller, bob: Caller, attempt: str) -> None:
    await treasury.grant(studio, alice, bob.id, 5, reason="welcome")
    with pytest.raises(psycopg.errors.CheckViolation):
        await sql(studio, attempt)
    assert await actions(studio, alice) == ["credits.grant"]


async def test_retention_takes_the_old_ones_alone(
    studio: Studio, alice: Caller, bob: Caller
) -> None:
    await treasury.grant(studio, alice, bob.id, 5)
    await make_older(studio, 400)
    await treasury.grant(studio, alice, bob.id, 6)
    assert (await retention.forget(studio, pause=0))["audit"] == 1
    (left,) = await audit.page(studio, alice)
    assert left.after is not None
    assert left.after["credits"] == 6


async def test_not_even_retention_takes_what_is_young(
    studio: Studio, alice: Caller, bob: Caller
) -> None:
    await treasury.grant(studio, alice, bob.id, 5)
    await make_older(studio, 29)
    async with studio.database.as_service() as service:
        later = datetime.now(UTC) + timedelta(days=1)
        assert await service.value("audit.forget", before=later, most=100) == 0
    await make_older(studio, 31)
    async with studio.database.as_service() as service:
        assert await service.value("audit.forget", before=later, most=100) == 1


async def test_what_is_taken_back_leaves_no_entry(
    studio: Studio, alice: Caller, bob: Caller
) -> None:
    # A balance can hold no more than two of these.
    for _ in range(2):
        await treasury.grant(studio, alice, bob.id, 1_000_000_000)
    with pytest.raises(InvalidInputs):
        await treasury.grant(studio, alice, bob.id, 1_000_000_000)
    assert await actions(studio, alice) == ["credits.grant"] * 2
    assert await treasury.grant(studio, alice, bob.id, 1, reference="once")
    assert not await treasury.grant(studio, alice, bob.id, 1, reference="once")
    assert await actions(studio, alice) == ["credits.grant"] * 3


async def test_every_way_of_acting_goes_through_it(
    studio: Studio, alice: Caller, bob: Caller
) -> None:
    who = bob.email or ""
    await treasury.purchase(studio, alice, bob.id, 9, reference="payment 7")
    await treasury.adjust(studio, alice, bob.id, -2, reason="paid twice")
    await treasury.subscribe(studio, alice, bob.id, 4)
    await treasury.set_budget(studio, alice, "day", 3, user_id=bob.id)
    await endpoints.add(studio, alice, "pod", "comfyui", {"url": "http://127.0.0.1:9"})
    price = {"price_per_second": Decimal("0.0003")}
    await endpoints.change(studio, alice, "pod", price)
    await endpoints.pause(studio, alice, "pod", reason="new models")
    await endpoints.resume(studio, alice, "pod")
    await endpoints.route(studio, alice, "klein-i2i", ["pod", "preview"])
    await endpoints.remove(studio, alice, "pod")
    await accounts.add(studio, alice, "dora@example.com", is_operator=True)
    await accounts.link(studio, alice, who)
    await accounts.set_operator(studio, alice, who, is_operator=True)
    await accounts.set_disabled(studio, alice, who, disabled=True)
    await accounts.set_disabled(studio, alice, who, disabled=False)
    await accounts.delete(studio, alice, who)
    assert await actions(studio, alice) == [
        *("credits.purchase", "credits.adjust", "credits.subscribe", "credits.budget"),
        *("endpoints.add", "endpoints.change", "endpoints.pause", "endpoints.resume"),
        *("endpoints.route", "endpoints.remove"),
        *("people.add", "people.link", "people.role", "people.disable", "people.enable"),
        "people.delete",
    ]
    found = {each.action: each for each in await audit.page(studio, alice, limit=200)}
    assert found["credits.adjust"].reason == "paid twice"
    assert found["credits.adjust"].before == {"subscription_credits": 0, "purchased_credits": 9}
    assert found["endpoints.change"].before == {"price_per_second": None}
    assert found["endpoints.change"].after == {"price_per_second": "0.0003"}
    assert found["people.role"].before == {"is_operator": False}
    # Nobody is named but by their ids.
    text = str(await sql(studio, "SELECT to_jsonb(a) FROM audit_log a"))
    assert who not in text
    assert "dora@example.com" not in text


async def test_a_reason_is_needed_where_something_is_ended(
    studio: Studio, alice: Caller, here: Here
) -> None:
    for reason in ("", "  \n ", "x" * 501):
        with pytest.raises(InvalidInputs):
            await jobs.fail(studio, alice, jobs.UUID(here["job_id"]), reason=reason)
    with pytest.raises(NotFound):
        await jobs.fail(studio, alice, studio.new_id(), reason="why")


async def test_it_is_paged_and_searched(
    client: Client, studio: Studio, alice: Caller, bob: Caller, charlie: Caller
) -> None:
    for n in range(5):
        await treasury.grant(studio, alice, (bob, charlie)[n % 2].id, n + 1)
    await accounts.link(studio, alice, bob.email or "")
    first = (await client.get("/v1/admin/audit?action=credits&limit=3")).json
    second = (await client.get(first["next"])).json
    ids = [each["id"] for page in (first, second) for each in page["entries"]]
    assert (len(first["entries"]), len(second["entries"]), second["next"]) == (3, 2, None)
    assert ids == sorted(ids, reverse=True)
    assert first["entries"][0]["after"]["credits"] == 5
    of_bob = (await client.get(f"/v1/admin/audit?subject={bob.id}")).json["entries"]
    assert [each["action"] for each in of_bob] == ["people.link", *["credits.grant"] * 3]
    for query, number in (
        ("action=credits.grant", 5),
        ("action=credits.adjust", 0),
        (f"actor={alice.id}&action=people", 1),
        (f"actor={bob.id}", 0),
    ):
        found = (await client.get(f"/v1/admin/audit?{query}")).json["entries"]
        assert len(found) == number, query


async def test_only_operators_read_it(studio: Studio, bob: Caller) -> None:
    with pytest.raises(Forbidden):
        await audit.page(studio, bob)
    with pytest.raises(Forbidden):
        await audit.looked(studio, bob, "audit.list")
