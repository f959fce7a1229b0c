"""What is told about runs that were sent elsewhere, and how little of it is believed."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from psycopg.rows import dict_row
from tests.api.asking import asked, uploaded
from tests.support.servers import Client

from affiche.api.hooks import name_in
from affiche.studio.studio import Studio

SENT = "INSERT INTO runs (key, job_id, endpoint_id) SELECT %s, id, endpoint_id"
OBSERVED = """
UPDATE generation_jobs SET status = 'processing', step = 'observe', external_id = %s,
  observe_at = now() + interval '1 hour' WHERE id = %s
"""
JOB = """
SELECT external_id, observe_at <= clock_timestamp() AS due FROM generation_jobs WHERE id = %s
"""


class Sent:
    """A job that was sent to an engine elsewhere, as its rows tell."""

    def __init__(self, client: Client, studio: Studio, job_id: UUID) -> None:
        self.client, self.studio, self.job_id = client, studio, job_id

    async def rows(self, statement: str, *values: object) -> list[dict[str, Any]]:
        async with self.studio.database.as_service() as service:
            cursor = service.connection.cursor(row_factory=dict_row)
            await cursor.execute(statement, values)  # type: ignore[arg-type]
            return await cursor.fetchall() if cursor.description else []

    async def move(self, status: str) -> None:
        await self.rows(
            "UPDATE generation_jobs SET status = %s, run_at = now() WHERE id = %s",
            status,
            self.job_id,
        )

    async def send(self) -> UUID:
        key = uuid4()
        await self.rows(f"{SENT} FROM generation_jobs WHERE id = %s", key, self.job_id)
        return key

    async def observe(self, external_id: str | None) -> None:
        await self.rows(OBSERVED, external_id, self.job_id)
        await self.rows(
            "UPDATE runs SET external_id = %s WHERE job_id = %s", external_id, self.job_id
        )

    async def job(self) -> tuple[str | None, bool]:
        """Its name at the engine, and whether it is looked at now."""
        (row,) = await self.rows(JOB, self.job_id)
        return row["external_id"], row["due"]

    async def withdrawn(self) -> list[str]:
        found = await self.rows(
            "SELECT external_id FROM withdrawals WHERE job_id = %s", self.job_id
        )
        return [row["external_id"] for row in found]

    async def tell(self, key: UUID, **body: object) -> tuple[int, object]:
        answer = await self.client.post(f"/v1/hooks/runs/{key}", json=body)
        return answer.status, answer.json.get("heard", answer.json.get("code"))


@pytest.fixture
async def sent(nobody: Client, client: Client, studio: Studio) -> Sent:
    work = (await asked(client, await uploaded(client))).json
    job = Sent(nobody, studio, UUID(work["id"]))
    (row,) = await job.rows("SELECT id FROM generation_jobs WHERE work_id = %s", job.job_id)
    job.job_id = row["id"]
    await job.move("taken")
    return job


async def test_who_knows_the_key_makes_the_studio_look(sent: Sent) -> None:
    key = await sent.send()
    await sent.observe("rp-1")
    assert await sent.job() == ("rp-1", False)
    # Whatever it says of its name and state.
    assert await sent.tell(key, id="rp-other", status="FAILED") == (200, True)
    assert await sent.job() == ("rp-1", True)
    # And again.
    assert await sent.tell(key, id="rp-1", status="COMPLETED") == (200, True)
    assert await sent.job() == ("rp-1", True)
    assert await sent.withdrawn() == []


async def test_a_key_that_nobody_was_given_is_no_address(sent: Sent) -> None:
    key = await sent.send()
    await sent.observe("rp-1")
    assert await sent.tell(uuid4(), id="rp-1") == (404, "not_found")
    answer = await sent.client.post("/v1/hooks/runs/no-key", json={"id": "rp-1"})
    assert answer.status == 404
    assert await sent.job() == ("rp-1", False)
    assert await sent.tell(key) == (200, True)


async def test_a_run_whose_name_was_lost_is_adopted(sent: Sent) -> None:
    key = await sent.send()
    await sent.observe(None)
    assert await sent.tell(key, status="COMPLETED") == (200, False)
    assert await sent.tell(key, id=["rp-1"]) == (200, False)
    assert await sent.tell(key, id="../status") == (200, False)
    assert await sent.job() == (None, False)
    assert await sent.tell(key, id="rp-1", status="COMPLETED") == (200, True)
    assert await sent.job() == ("rp-1", True)


async def test_the_name_of_another_run_is_not_adopted(sent: Sent, client: Client) -> None:
    key = await sent.send()
    await sent.observe(None)
    work = (await asked(client, await uploaded(client))).json
    await sent.rows(
        "UPDATE generation_jobs SET status = 'taken' WHERE work_id = %s", UUID(work["id"])
    )
    await sent.rows(
        "UPDATE generation_jobs SET status = 'processing', external_id = 'rp-2' WHERE work_id = %s",
        UUID(work["id"]),
    )
    assert await sent.tell(key, id="rp-2") == (200, False)
    assert await sent.job() == (None, False)


async def test_an_end_told_before_its_sending_is_written_down_is_no_twin(sent: Sent) -> None:
    key = await sent.send()
    assert await sent.tell(key, id="rp-1") == (200, True)
    assert await sent.withdrawn() == []
    (row,) = await sent.rows("SELECT external_id, heard_at FROM runs WHERE key = %s", key)
    assert row["external_id"] == "rp-1"
    assert row["heard_at"] is not None


@pytest.mark.parametrize("went", ["pending", "failed", "cancelled"])
async def test_a_twin_that_comes_to_light_is_withdrawn_once(sent: Sent, went: str) -> None:
    first = await sent.send()
    await sent.observe(None)
    await sent.move(went)
    if went == "pending":
        await sent.move("taken")
        await sent.send()
        await sent.rows(OBSERVED, "rp-2", sent.job_id)
    for _ in range(2):
        assert await sent.tell(first, id="rp-1") == (200, True)
    assert await sent.withdrawn() == ["rp-1"]
    if went == "pending":
        assert await sent.job() == ("rp-2", False)


async def test_large_and_foolish_bodies_do_no_harm(sent: Sent) -> None:
    key = await sent.send()
    await sent.observe(None)
    for body in (b"", b"{", b"[" * 100_000, b"\xff\xfe", b'"id"', b"null", b'{"id": 5}'):
        answer = await sent.client.post(f"/v1/hooks/runs/{key}", data=body)
        assert (answer.status, answer.json["heard"]) == (200, False)
    whole = b'{"id": "rp-1", "output": "' + b"A" * 8_000_000 + b'"}'
    answer = await sent.client.post(f"/v1/hooks/runs/{key}", data=whole)
    assert (answer.status, answer.json["heard"]) == (200, True)
    assert await sent.job() == ("rp-1", True)


@given(st.binary(max_size=200) | st.text(max_size=100).map(lambda text: text.encode()))
def test_a_name_is_read_from_anything_or_nothing(body: bytes) -> None:
    name = name_in(body)
    assert name is None or 1 <= len(name) <= 100


async def test_the_log_does_not_hold_the_key(sent: Sent, caplog: pytest.LogCaptureFixture) -> None:
    key = await sent.send()
    with caplog.at_level("DEBUG"):
        await sent.tell(key, id="rp-1")
    assert "POST /v1/hooks/runs/ 200" in caplog.text
    assert str(key) not in caplog.text
