"""Runs and works in operators' hands: found stuck, sent back, ended, asked for again, refunded."""

from datetime import timedelta
from uuid import UUID

import pytest
from tests.admin.conftest import Here, job_of, sql
from tests.support.servers import Client
from tests.support.studios import ask, at_work, ended, photograph

from affiche.emulators.comfyui import Server
from affiche.errors import Conflict, TransitionRefused
from affiche.studio import accounts, interventions, jobs, treasury, uploads, works
from affiche.studio.studio import Caller, Studio


async def balance(studio: Studio, alice: Caller, bob: Caller) -> int:
    return (await treasury.account(studio, alice, bob.id)).balance


async def paid(studio: Studio, alice: Caller, bob: Caller) -> UUID:
    """A work of bob's that cost him credits."""
    await sql(studio, "UPDATE credit_rules SET charging = true")
    await treasury.grant(studio, alice, bob.id, 100)
    file = await uploads.upload(studio, bob, photograph(64, 64))
    work = await ask(studio, bob, file)
    assert work.credits_used > 0
    assert await balance(studio, alice, bob) == 100 - work.credits_used
    return work.id


@pytest.mark.parametrize("how", ["fail", "cancel"])
@pytest.mark.parametrize("what", ["work", "job"])
async def test_what_an_operator_ends_is_refunded_once(
    studio: Studio, alice: Caller, bob: Caller, what: str, how: str
) -> None:
    work_id = await paid(studio, alice, bob)
    goal = {"fail": "failed", "cancel": "cancelled"}[how]
    if what == "work":
        end = interventions.fail if how == "fail" else interventions.cancel
        found = await end(studio, alice, work_id, reason="the model is wrong")
        assert (found.status, found.credits_refunded) == (goal, found.credits_used)
        with pytest.raises(TransitionRefused):
            await end(studio, alice, work_id, reason="again")
    else:
        job = UUID(await job_of(studio, work_id))
        stop = jobs.fail if how == "fail" else jobs.cancel
        assert (await stop(studio, alice, job, reason="the model is wrong")).status == goal
        with pytest.raises(TransitionRefused):
            await stop(studio, alice, job, reason="again")
    assert await balance(studio, alice, bob) == 100
    work = await works.get(studio, bob, work_id)
    assert work.status == goal
    assert work.error_code == ("ended_by_operator" if how == "fail" else None)
    # Why stands in the log, and in nothing that its owner reads.
    told = await sql(
        studio,
        "SELECT w.*::text || n.*::text FROM works w JOIN notifications n ON n.work_id = w.id",
    )
    assert len(told) == 1
    assert "the model is wrong" not in told[0][0]


async def test_a_retry_is_a_new_work_of_its_owner_s(
    studio: Studio, alice: Caller, bob: Caller
) -> None:
    work_id = await paid(studio, alice, bob)
    with pytest.raises(TransitionRefused):
        await interventions.retry(studio, alice, work_id, reason="too soon")
    await interventions.fail(studio, alice, work_id, reason="the engine was wrong")
    new = await interventions.retry(studio, alice, work_id, reason="mended")
    assert (new.user_id, new.retry_of, new.status) == (bob.id, work_id, "pending")
    assert await balance(studio, alice, bob) == 100 - new.credits_used
    assert (await interventions.get(studio, alice, work_id)).retries == [new.id]
    assert (await works.get(studio, bob, new.id)).input_data == (
        await works.get(studio, bob, work_id)
    ).input_data
    await accounts.set_disabled(studio, alice, bob.email or "", disabled=True)
    with pytest.raises(Conflict):
        await interventions.retry(studio, alice, work_id, reason="once more")


async def test_a_run_that_is_sent_back_is_made_after_all(
    studio: Studio, alice: Caller, here: Here, comfyui: Server
) -> None:
    await sql(studio, "UPDATE endpoints SET is_active = false WHERE name = 'pod'")
    back = await jobs.requeue(studio, alice, UUID(here["taken_id"]), reason="its step is lost")
    assert (back.status, back.step, back.takes) == ("pending", "prepare", 1)
    with pytest.raises(TransitionRefused):
        await jobs.requeue(studio, alice, back.id, reason="again")
    bob = Caller(UUID(here["user_id"]), None, "", "en", False)
    async with at_work(studio):
        work = await ended(studio, bob, UUID(here["taken_work"]))
    assert work.status == "completed"


async def test_a_stuck_run_is_found_and_its_age_is_told(
    client: Client, studio: Studio, here: Here
) -> None:
    async def found(minutes: int = 10) -> list[tuple[str, str]]:
        answer = (await client.get(f"/v1/admin/jobs/stuck?minutes={minutes}")).json["jobs"]
        return [(each["id"], each["why"]) for each in answer]

    assert await found() == []
    # Nothing else writes its time by itself.
    await sql(
        studio,
        "UPDATE generation_jobs SET taken_at = now() - interval '20 minutes' WHERE id = %s",
        here["taken_id"],
    )
    assert await found() == []
    await still(studio, here["taken_id"], "20 minutes")
    assert await found() == [(here["taken_id"], "no_step")]
    assert await found(30) == []
    (shown,) = (await client.get("/v1/admin/jobs/stuck")).json["jobs"]
    assert shown["stands_for"] >= 1199


async def test_one_past_its_deadline_is_stuck_too(
    studio: Studio, alice: Caller, here: Here
) -> None:
    await sql(
        studio,
        "UPDATE generation_jobs SET deadline_at = now() - interval '2 minutes' WHERE id = %s",
        here["taken_id"],
    )
    (found,) = await jobs.stuck(studio, alice, after=timedelta(hours=1))
    assert (str(found.id), found.why) == (here["taken_id"], "overdue")


async def test_runs_are_listed_by_state_endpoint_and_cause(
    client: Client, studio: Studio, alice: Caller, here: Here
) -> None:
    async def ids(query: str) -> set[str]:
        return {each["id"] for each in (await client.get(f"/v1/admin/jobs?{query}")).json["jobs"]}

    every = await ids("")
    assert len(every) == 3
    assert await ids("status=pending") == {here["job_id"]}
    assert await ids("status=taken") == {here["taken_id"]}
    assert await ids("status=processing") == await ids("status=completed") == set()
    assert await ids("status=cancelled") == every - {here["job_id"], here["taken_id"]}
    await jobs.fail(studio, alice, UUID(here["job_id"]), reason="why")
    assert await ids("status=failed") == await ids("code=ended_by_operator") == {here["job_id"]}
    assert await ids("code=run_lost") == await ids("endpoint=nowhere") == set()
    assert await ids("endpoint=preview") | await ids("endpoint=pod") == every


async def test_a_list_has_pages(client: Client, studio: Studio, here: Here) -> None:
    seen: list[str] = []
    address = "/v1/admin/jobs?limit=1"
    while address:
        page = (await client.get(address)).json
        seen += [each["id"] for each in page["jobs"]]
        address = page["next"]
    assert len(seen) == len(set(seen)) == 3
    assert seen == sorted(seen, reverse=True)


async def still(studio: Studio, job_id: str, since: str) -> None:
    """As if nothing had been written of it since then, past the trigger that keeps the time."""
    async with studio.database.as_service() as service:
        for statement in (
            "SET LOCAL ROLE NONE",
            "ALTER TABLE generation_jobs DISABLE TRIGGER a_status",
            "SET LOCAL ROLE service_role",
        ):
            await service.connection.execute(statement)  # type: ignore[call-overload]
        await service.connection.execute(
            "UPDATE generation_jobs SET updated_at = now() - %s::interval WHERE id = %s",
            (since, job_id),
        )
        for statement in (
            "SET LOCAL ROLE NONE",
            "ALTER TABLE generation_jobs ENABLE TRIGGER a_status",
        ):
            await service.connection.execute(statement)  # type: ignore[call-overload]
