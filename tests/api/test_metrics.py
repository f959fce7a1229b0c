"""/metrics: who may read it, and that it says what is so, in Prometheus's own format."""

import asyncio
import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.servers import AsSomebody, Client
from tests.support.studios import ask, ended

from affiche.db.database import Database
from affiche.domain.exposition import Metric, Sample, text
from affiche.pipeline.crew import Crew
from affiche.serving import Server, application
from affiche.studio import endpoints
from affiche.studio.feed import Feed
from affiche.studio.metrics import NAMES, Meter
from affiche.studio.studio import Caller, Studio
from affiche.studio.uploads import File

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "metrics.md"
LINE = re.compile(
    r'(?P<name>[a-z_]+)(?:\{(?P<labels>(?:[a-z_]+="(?:[^"\\\n]|\\["\\n])*",?)+)\})? (?P<value>\S+)'
)
LABEL = re.compile(r'([a-z_]+)="((?:[^"\\\n]|\\["\\n])*)"')
Read = dict[tuple[str, tuple[tuple[str, str], ...]], float]


def unescaped(value: str) -> str:
    return re.sub(r"\\(.)", lambda m: {"n": "\n"}.get(m[1], m[1]), value)


def read(page: str) -> Read:
    """Every number by its name and labels; fails for a line that is none."""
    found: Read = {}
    assert page.endswith("\n")
    for line in page[:-1].split("\n"):
        if line.startswith(("# HELP ", "# TYPE ")):
            continue
        match = LINE.fullmatch(line)
        assert match, line
        labels = tuple((n, unescaped(v)) for n, v in LABEL.findall(match["labels"] or ""))
        key = match["name"], labels
        assert key not in found
        found[key] = float(match["value"])
    return found


@given(
    st.dictionaries(st.sampled_from(["a", "b_c"]), st.text()),
    st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False),
)
def test_whatever_a_label_holds_can_be_read_again(labels: dict[str, str], value: float) -> None:
    page = text([Metric("x", "gauge", "a\nb\\", (Sample(value, labels),))])
    assert read(page) == {("x", tuple(labels.items())): float(value)}
    assert page.startswith("# HELP x a\\nb\\\\\n# TYPE x gauge\n")


async def numbers(client: Client) -> Read:
    answer = await client.get("/metrics")
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    return read(answer.body.decode())


async def test_it_says_what_is_waiting_and_what_was_done(
    nobody: Client, studio: Studio, alice: Caller, crew: Crew, picture: File
) -> None:
    work = await ask(studio, alice, picture)
    await ended(studio, alice, work.id)
    await crew.sweep._sign()
    found = await numbers(nobody)
    at = (("endpoint", "comfyui"), ("kind", "comfyui"))
    assert found["affiche_database_up", ()] == 1
    assert found["affiche_workers", ()] == 1
    assert found["affiche_endpoint_up", at] == 1
    assert found["affiche_endpoint_places", at] == 4
    assert found["affiche_queue_jobs", at] == 0
    done = (("status", "completed"), ("code", ""))
    assert found["affiche_jobs_ended", done] == 1
    half, most = (
        found["affiche_phase_seconds", (("phase", "whole"), ("quantile", q))]
        for q in ("0.5", "0.95")
    )
    assert 0 < half == most
    assert found["affiche_phase_jobs", (("phase", "whole"),)] == 1
    assert found["process_resident_memory_bytes", ()] > 10_000_000


async def test_a_queue_has_a_depth_and_an_age_and_failures_a_code(
    nobody: Client, studio: Studio, alice: Caller, comfyui: object, picture: File
) -> None:
    works = [await ask(studio, alice, picture) for _ in range(3)]
    async with studio.database.as_service() as service:
        await service.connection.execute(
            "UPDATE generation_jobs SET status = 'failed', error_code = 'out_of_memory'"
            " WHERE work_id = %s",
            (works[2].id,),
        )
    found = await numbers(nobody)
    at = (("endpoint", "comfyui"), ("kind", "comfyui"))
    assert found["affiche_queue_jobs", at] == 2
    assert found["affiche_queue_oldest_seconds", at] > 0
    assert found["affiche_jobs_ended", (("status", "failed"), ("code", "out_of_memory"))] == 1


async def test_every_number_is_described_and_stands_on_the_page(nobody: Client) -> None:
    page = (await nobody.get("/metrics")).body.decode()
    described = re.findall(r"^# TYPE (\S+) (\S+)$", page, re.MULTILINE)
    assert described == [(name, kind) for name, (kind, _) in NAMES.items()]
    rows = re.findall(r"^\| `(\w+)` \| (\w+) \| (.+?) \|$", PAGE.read_text("utf-8"), re.MULTILINE)
    assert rows == [(name, kind, help) for name, (kind, help) in NAMES.items()]


async def test_the_database_is_asked_every_ten_seconds_at_most(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    meter, asked = Meter(studio), []
    real = meter._asked

    async def counted() -> object:
        asked.append(1)
        return await real()

    monkeypatch.setattr(meter, "_asked", counted)
    first, *others = [await meter.metrics(n) for n in range(5)]
    assert len(asked) == 1
    streams = [m.samples[0].value for m in others[-1] if m.name == "affiche_streams"]
    assert streams == [4]
    assert [m.name for m in first] == list(NAMES)


async def test_a_proxy_is_not_this_machine(
    nobody: Client, client: Client, as_somebody: AsSomebody, bob: Caller, charlie: Caller
) -> None:
    """Past it everybody needs an operator's key."""
    assert (await nobody.get("/metrics")).status == 200
    for name in ("X-Forwarded-For", "Forwarded", "X-Real-IP", "Via"):
        past = {name: "198.51.100.1"}
        assert (await nobody.get("/metrics", headers=past)).status == 401
        assert (await client.get("/metrics", headers=past)).status == 200
        for who in (bob, charlie):
            theirs = await as_somebody(who)
            assert (await theirs.get("/metrics", headers=past)).status == 403
    other_site = {"Sec-Fetch-Site": "cross-site"}
    assert (await nobody.get("/metrics", headers=other_site)).status == 401


async def test_a_studio_with_an_address_asks_everybody_for_a_key(
    nobody: Client, studio: Studio, feed: Feed
) -> None:
    for setting in ({"url": "https://studio.example"}, {"public_url": "https://studio.example"}):
        public = replace(studio, settings=replace(studio.settings, **setting))
        async with Server(application(public, feed), "127.0.0.1", 0, fixed=True) as server:
            answer = await Client(server, nobody.session).get("/metrics")
        assert answer.status == 401


async def test_without_a_database_the_process_still_tells_of_itself(studio: Studio) -> None:
    closed = Database(studio.database.address, size=4)
    away = replace(studio, database=closed)
    found = {m.name: m.samples for m in await Meter(away).metrics(0)}
    assert found["affiche_database_up"] == (Sample(0),)
    assert found["affiche_workers"] == ()
    assert found["process_threads"][0].value >= 1


async def test_open_streams_are_counted(nobody: Client, client: Client, feed: Feed) -> None:
    assert (await numbers(nobody))["affiche_streams", ()] == 0
    url = client.server.url + "/v1/events"
    async with client.session.get(url, headers=client.headers) as stream:
        await stream.content.readline()
        async with asyncio.timeout(5):
            while feed.open_streams == 0:
                await asyncio.sleep(0.02)
        assert (await numbers(nobody))["affiche_streams", ()] == 1


async def test_operators_see_their_alerts_pauses_and_old_secrets(
    nobody: Client, studio: Studio, alice: Caller
) -> None:
    await endpoints.pause(studio, alice, "preview", reason="new models")
    async with studio.database.as_service() as service:
        await service.connection.execute(
            "UPDATE endpoints SET unwell_since = now() - interval '90 seconds'"
            " WHERE name = 'preview'"
        )
        await service.connection.execute(
            "INSERT INTO alerts (rule, subject, opened_at, seen_at, told_at)"
            " VALUES ('engine_down', 'preview', now(), now(), now())"
        )
        await service.connection.execute(
            "INSERT INTO secret_ages VALUES ('K', 'x', %s, now() - interval '100 days', now())",
            (bytes(16),),
        )
    found = await numbers(nobody)
    at = (("endpoint", "preview"), ("kind", "preview"))
    assert found["affiche_endpoint_paused", at] == 1
    assert found["affiche_endpoint_unwell_seconds", at] >= 90
    assert found["affiche_endpoint_cost_dollars", at] == 0
    assert found["affiche_alerts_open", (("rule", "engine_down"),)] == 1
    assert found["affiche_secret_age_days", ()] >= 100
    assert found["affiche_jobs_stuck", ()] == found["affiche_webhooks_off", ()] == 0
