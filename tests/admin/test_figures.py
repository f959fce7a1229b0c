"""What is told of works of late: how they ended, why they failed, what they cost and earned."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.admin.conftest import sql
from tests.support.servers import Client
from tests.support.studios import ask, photograph

from affiche.domain.alerts import RULES
from affiche.errors import Forbidden
from affiche.studio import endpoints, figures, margins, treasury, uploads
from affiche.studio.figures import Outcome
from affiche.studio.studio import Caller, Studio
from affiche.texts import LANGUAGES, has

ENDS = ("completed", "completed", "completed", "failed", "failed", "cancelled")


async def ended(studio: Studio, alice: Caller, bob: Caller) -> list[str]:
    """Six works of bob's that took ten seconds each on an endpoint with a price; one that waits."""
    await sql(studio, "UPDATE credit_rules SET charging = true")
    await sql(studio, "UPDATE template_versions SET definition = definition || '{\"credits\": 2}'")
    await treasury.grant(studio, alice, bob.id, 100)
    await endpoints.change(studio, alice, "preview", {"price_per_second": Decimal("0.0005")})
    file = await uploads.upload(studio, bob, photograph(64, 64))
    works = [str((await ask(studio, bob, file, f"{n}")).id) for n in range(len(ENDS) + 1)]
    for work_id, end in zip(works, ENDS, strict=False):
        await sql(
            studio,
            "UPDATE generation_jobs SET execution_seconds = 10 WHERE work_id = %s",
            work_id,
        )
        code = "run_lost" if end == "failed" else None
        moves = ["taken", "processing", "completed"] if end == "completed" else [end]
        if end == "completed":
            # As one that has its picture.
            await sql(
                studio, "UPDATE works SET output_file_id = %s WHERE id = %s", file.id, work_id
            )
        for status in moves:
            await sql(
                studio,
                "UPDATE works SET status = %s, engine = 'preview', error_code = %s WHERE id = %s",
                *(status, code, work_id),
            )
    return works


async def test_the_week_s_ratios_and_causes(
    client: Client, studio: Studio, alice: Caller, bob: Caller
) -> None:
    await ended(studio, alice, bob)
    told = (await client.get("/v1/admin/ratios")).json
    (row,) = told["ratios"]
    assert (row["template"], row["engine"], row["ended"]) == ("klein-i2i", "preview", 6)
    assert (row["completed"], row["failed"], row["cancelled"]) == (3, 2, 1)
    assert (round(row["failed_ratio"], 3), round(row["cancelled_ratio"], 3)) == (0.333, 0.167)
    assert told["whole"] | {"template": "klein-i2i", "engine": "preview"} == row
    (cause,) = (await client.get("/v1/admin/failures")).json["failures"]
    assert (cause["code"], cause["works"]) == ("run_lost", 2)
    # What is older than was asked for does not count.
    now = studio.now() + timedelta(days=8)
    later = replace(studio, now=lambda: now)
    assert await figures.outcomes(later, alice) == []
    assert await figures.failures(later, alice) == []


@pytest.mark.parametrize("by", margins.BY)
async def test_margins_add_up_whatever_they_are_by(
    studio: Studio, alice: Caller, bob: Caller, by: margins.By
) -> None:
    await ended(studio, alice, bob)
    since = studio.now() - timedelta(days=1)
    found = await margins.margins(studio, alice, since, by)
    assert sum(each.works for each in found) == 6
    assert sum(each.credits for each in found) == 6
    assert sum(each.seconds for each in found) == 60
    assert sum(each.cost for each in found) == Decimal("0.03")
    assert [each.worth for each in found] == [None] * len(found)
    valued = replace(studio, settings=replace(studio.settings, credit_value=0.05))
    found = await margins.margins(valued, alice, since, by)
    assert sum(each.margin or 0 for each in found) == Decimal("0.27")


async def test_the_cost_of_one_work(
    client: Client, studio: Studio, alice: Caller, bob: Caller
) -> None:
    works = await ended(studio, alice, bob)
    delivered = (await client.get(f"/v1/admin/works/{works[0]}/cost")).json
    assert (delivered["credits"], Decimal(delivered["cost"])) == (2, Decimal("0.005"))
    assert delivered["worth"] is None
    failed = (await client.get(f"/v1/admin/works/{works[3]}")).json
    assert (failed["cost"]["credits"], Decimal(failed["cost"]["cost"])) == (0, Decimal("0.005"))
    assert failed["work"]["credits_refunded"] == 2
    assert [each["status"] for each in failed["jobs"]] == ["cancelled"]


async def test_only_operators_are_told(studio: Studio, bob: Caller) -> None:
    for asked in (figures.outcomes(studio, bob), figures.failures(studio, bob)):
        with pytest.raises(Forbidden):
            await asked
    with pytest.raises(Forbidden):
        await margins.cost(studio, bob, studio.new_id())
    with pytest.raises(Forbidden):
        await margins.margins(studio, bob, studio.now())


counts = st.integers(0, 10_000)
outcomes = st.builds(
    Outcome, template=st.just("t"), engine=st.just("e"), completed=counts, failed=counts,
    cancelled=counts,
)  # fmt: skip


@given(st.lists(outcomes))
def test_ratios_are_shares_of_all_that_ended(found: list[Outcome]) -> None:
    for each in (*found, figures.whole(found)):
        assert 0 <= each.failed_ratio + each.cancelled_ratio <= 1.000001
        assert round(each.failed_ratio * each.ended) == each.failed
    assert figures.whole(found).ended == sum(each.ended for each in found)


def test_every_rule_has_its_sentences() -> None:
    assert LANGUAGES
    for rule in RULES:
        for key in ("title", "message", "hint"):
            assert has(f"operations.alerts.{rule}.{key}")
        assert has(f"cli.doctor.alert_{rule}.message")
