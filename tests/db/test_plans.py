"""The statements that run all day, on large tables: each finds its rows by index.

What is bounded is the pages that are read, which is the same on every machine; no time is.
"""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg import Connection
from psycopg.conninfo import conninfo_to_dict
from psycopg.types.json import Jsonb
from tests.db import crowd
from tests.db.conftest import Connect, become
from tests.db.people import TEMPLATE, value
from tests.db.plans import LARGE, Plan, plan, read
from tests.db.strides import Hand
from tests.support.databases import Cluster

from affiche.db.address import Address

LAST = UUID(int=2**128 - 1)


@dataclass(frozen=True)
class Studio:
    connection: Connection[Any]
    user: UUID
    """Whose works are a tenth of all."""
    project: UUID
    character: UUID
    batch: UUID
    fellow: UUID
    """Who has little alone, and is in that user's project and twenty others."""
    endpoint: UUID


@pytest.fixture(scope="module")
def studio(cluster: Cluster, shared: Address, connect: Connect) -> Studio:
    name = str(conninfo_to_dict(shared.url)["dbname"])
    with psycopg.connect(cluster.server.superuser_url(name), autocommit=True) as superuser:
        crowd.fill(superuser)
    service = connect()
    # Whose works are a tenth of all: what is small by itself is read whole, and rightly.
    somebody = value(service, "SELECT id FROM users ORDER BY id LIMIT 1")
    project = value(service, "SELECT id FROM projects WHERE user_id = %s", somebody)
    fellow = value(service, "SELECT id FROM users ORDER BY id OFFSET 7 LIMIT 1")
    service.execute(
        "INSERT INTO project_members (project_id, user_id) SELECT id, %s FROM projects"
        " WHERE id = %s OR id IN (SELECT id FROM projects ORDER BY id OFFSET 50 LIMIT 20)"
        # Ids are drawn anew each time: one of the twenty may be the fellow's own.
        " ON CONFLICT DO NOTHING",
        (fellow, project),
    )
    endpoint = value(service, "SELECT endpoint_id FROM generation_jobs LIMIT 1")
    of_project = "SELECT id FROM {} WHERE project_id = %s"
    character, batch = (
        value(service, of_project.format(table), project) for table in ("characters", "batches")
    )
    return Studio(service, somebody, project, character, batch, fellow, endpoint)


def test_the_studio_is_large(studio: Studio) -> None:
    assert value(studio.connection, "SELECT count(*) FROM works") == crowd.SMALL.works
    query = "SELECT count(*) FROM generation_jobs WHERE status = 'pending'"
    assert value(studio.connection, query) == crowd.SMALL.waiting


PATIENCE = timedelta(minutes=10)
LATER, EARLIER = datetime(9999, 1, 1, tzinfo=UTC), datetime(1999, 1, 1, tzinfo=UTC)
# Statement, its values beside endpoint and user, the index it lives by, and the pages it may read.
SERVICE: list[tuple[str, dict[str, Any], str, int]] = [
    ("admission.endpoints", {}, "generation_jobs_line", 20),
    ("admission.places", {}, "place_changes_pkey", 40),
    # What is read is what is taken; the rest is what a row writes in its indexes.
    *(
        (
            "admission.claim",
            {"places": n, "patience": PATIENCE},
            "generation_jobs_line",
            60 + 80 * n,
        )
        for n in (1, 8, 64)
    ),
    ("admission.release", {"most": 100}, "generation_jobs_delayed", 20),
    ("admission.seconds_until_due", {}, "generation_jobs_delayed", 20),
    ("steps.due", {"most": 200, "naming": ["runpod"]}, "generation_jobs_observed", 80 * 200),
    ("steps.due", {"most": 4, "naming": ["runpod"]}, "generation_jobs_observed", 400),
    ("runs.due", {"most": 50, "kinds": ["preview"]}, "generation_jobs_observed", 80 * 200),
    ("steps.overdue", {"most": 200}, "generation_jobs_deadline", 20),
    ("steps.stranded", {"most": 200, "after": PATIENCE}, "generation_jobs_steps", 20),
    ("withdrawals.due", {"most": 200}, "withdrawals_due", 20),
    ("sweep.quiet", {"most": 200, "after": PATIENCE}, "generation_jobs_steps", 20),
    ("sweep.old_events", {"most": 500, "before": LATER}, "events_age", 30 * 500),
    ("sweep.old_events", {"most": 500, "before": EARLIER}, "events_age", 20),
    ("sweep.ended_jobs", {"most": 500, "before": LATER}, "generation_jobs_ended", 120 * 500),
    ("sweep.ended_jobs", {"most": 500, "before": EARLIER}, "generation_jobs_ended", 20),
]
EVERY = ["pending", "taken", "processing", "completed", "failed", "cancelled"]
PAGE = {"before": LAST, "limit": 50, "since": UUID(int=0), "statuses": EVERY}
LISTED = {"before": LAST, "limit": 50, "endpoint": None, "code": None}
# What operators list: by the ids of runs, of which those that failed have an index of their own.
SERVICE += [
    ("jobs.page", LISTED | {"status": None}, "generation_jobs_pkey", 1200),
    ("jobs.page", LISTED | {"status": "pending"}, "generation_jobs_pkey", 1200),
    ("jobs.page_failed", LISTED, "generation_jobs_failed", 1200),
    ("jobs.stuck", {"after": PATIENCE, "limit": 50}, "generation_jobs_observed", 2000),
    ("alerts.runs", {"since": LATER}, "generation_jobs_ended", 20),
    ("figures.outcomes", {"since": LATER}, "works_outcomes", 20),
    ("figures.failures", {"since": LATER}, "works_failures", 20),
]
PERSON: list[tuple[str, dict[str, Any], str, int]] = [
    ("works.page", PAGE, "works_user", 200),
    ("works.page", PAGE | {"before": UUID(int=2**127)}, "works_user", 200),
    ("events.after", {"era": 0, "txid": "90", "id": 5, "limit": 200}, "events_cursor", 400),
    ("events.after", {"era": 0, "txid": "0", "id": 0, "limit": 200}, "events_cursor", 400),
]

NARROW = ({}, {"statuses": ["completed"]}, {"statuses": ["failed", "cancelled"]})
LATE = {"before": UUID(int=2**127)}
NOTHING: dict[str, Any] = dict.fromkeys(("template_id", "project_id", "character_id", "batch_id"))
# By its own filters and by dates, of any combination of states; the index that it lives by, and
# pages: six looks of one page each, and the works of that page.
LISTS: list[tuple[str, dict[str, Any], str, int]] = [
    (name, PAGE | NOTHING | more | narrow | late, index, 500)
    for name, more, index in (
        ("works.page_of_status", {}, "works_user_status"),
        ("works.page_of_template", {"template_id": TEMPLATE}, "works_user_template"),
        ("works.page_of_project", {}, "works_project_status"),
        ("works.page_of_project_template", {"template_id": TEMPLATE}, "works_project_template"),
        ("works.page_of_character", {}, "works_character_status"),
        ("titles.page_of_project_tag", {"tag": "I2I"}, "work_tags_project"),
        ("titles.page_of_project_tag", {"tag": "rare"}, "work_tags_project"),
    )
    for narrow in NARROW
    for late in ({}, LATE)
]

PERSON += [
    ("titles.page_of_tag", PAGE | NOTHING | more | narrow, "work_tags_user", 1000)
    for more in ({"tag": "I2I"}, {"tag": "rare"}, {"tag": "I2I", "template_id": TEMPLATE})
    for narrow in NARROW
]

# Of a batch at most all is read, which is five thousand works.
PART = {"statuses": None, "choice": None, "limit": 100}
BATCHES: list[tuple[str, dict[str, Any], str, int]] = [
    ("batches.works", PART | {"first": 0}, "works_batch", 5000),
    ("batches.works", PART | {"first": 1200}, "works_batch", 5000),
    ("batches.before", PART | {"first": 1200}, "works_batch", 5000),
    *(("works.page_of_batch", PAGE | NOTHING | more, "works_batch", 5000) for more in NARROW),
    ("batches.page", {"before": LAST, "limit": 20}, "batches_user", 200),
    ("batches.page_of_project", {"before": LAST, "limit": 20}, "batches_project", 200),
    ("batches.by_id", {}, "batches_pkey", 100),
]

# Of somebody who sees them as a member of the project.
MEMBER: list[tuple[str, dict[str, Any], str, int]] = [
    ("works.page", PAGE, "works_user", 200),
    # Of 21 streams: with nothing new, and with all there is.
    ("events.after", {"era": 2**62, "txid": "9", "id": 5, "limit": 200}, "events_project", 120),
    ("events.after", {"era": 0, "txid": "0", "id": 0, "limit": 200}, "events_project", 21 * 400),
]


def ids(cases: list[tuple[str, dict[str, Any], str, int]]) -> list[str]:
    return [f"{name}-{number}" for number, (name, *_) in enumerate(cases)]


@pytest.mark.parametrize("generic", [False, True], ids=["custom", "generic"])
@pytest.mark.parametrize(("name", "params", "index", "pages"), SERVICE, ids=ids(SERVICE))
def test_the_service_s_plan(
    studio: Studio, name: str, params: dict[str, Any], index: str, pages: int, generic: bool
) -> None:
    found = plan(studio.connection, name, generic, endpoint_id=studio.endpoint, **params)
    check(found, index, pages, params)


@pytest.mark.parametrize(("name", "params", "index", "pages"), LISTS, ids=ids(LISTS))
def test_a_list_s_plan(
    studio: Studio, name: str, params: dict[str, Any], index: str, pages: int
) -> None:
    """Planned for its values each time (`Transaction.fitted`); by somebody to whom the works are
    another member's."""
    whose = {"user_id": studio.fellow, "project_id": studio.project}
    if name.endswith("character"):
        whose["character_id"] = studio.character
    become(studio.connection, "authenticated", studio.fellow)
    try:
        found = plan(studio.connection, name, False, **(params | whose))
    finally:
        become(studio.connection, "service_role")
    check(found, index, pages, params)


@pytest.mark.parametrize("generic", [False, True], ids=["custom", "generic"])
@pytest.mark.parametrize(("name", "params", "index", "pages"), BATCHES, ids=ids(BATCHES))
def test_a_batch_s_plan(
    studio: Studio, name: str, params: dict[str, Any], index: str, pages: int, generic: bool
) -> None:
    whose = {"user_id": studio.user, "project_id": studio.project, "batch_id": studio.batch}
    whose["id"] = studio.batch
    become(studio.connection, "authenticated", studio.user)
    try:
        found = plan(studio.connection, name, generic, **(params | whose))
    finally:
        become(studio.connection, "service_role")
    assert not found.scanned & (LARGE | {"batch_changes"})
    # The works of a batch by their place in it, or by their age.
    assert found.indexes & {index, f"{index}_newest"}
    assert found.pages <= pages


@pytest.mark.parametrize("generic", [False, True], ids=["custom", "generic"])
@pytest.mark.parametrize(("name", "params", "index", "pages"), PERSON, ids=ids(PERSON))
def test_a_person_s_plan(
    studio: Studio, name: str, params: dict[str, Any], index: str, pages: int, generic: bool
) -> None:
    """With row-level security at work."""
    become(studio.connection, "authenticated", studio.user)
    try:
        found = plan(studio.connection, name, generic, user_id=studio.user, **params)
    finally:
        become(studio.connection, "service_role")
    check(found, index, pages, params)


@pytest.mark.parametrize("generic", [False, True], ids=["custom", "generic"])
@pytest.mark.parametrize(("name", "params", "index", "pages"), MEMBER, ids=ids(MEMBER))
def test_a_member_s_plan(
    studio: Studio, name: str, params: dict[str, Any], index: str, pages: int, generic: bool
) -> None:
    whose = {"user_id": studio.fellow, "project_id": studio.project}
    become(studio.connection, "authenticated", studio.fellow)
    try:
        found = plan(studio.connection, name, generic, **whose, **params)
    finally:
        become(studio.connection, "service_role")
    streams = 21 if name == "events.after" else 1
    check(found, index, pages, params | {"limit": params["limit"] * streams})


@pytest.mark.parametrize("generic", [False, True], ids=["custom", "generic"])
@pytest.mark.parametrize("member", [False, True], ids=["owner", "member"])
def test_the_pictures_of_a_page_are_found_by_their_works(
    studio: Studio, member: bool, generic: bool
) -> None:
    become(studio.connection, "authenticated", studio.fellow if member else studio.user)
    try:
        query = (
            "SELECT id FROM works WHERE project_id = %s AND status = 'completed'"
            " ORDER BY id LIMIT 50"
        )
        page = [row for (row,) in studio.connection.execute(query, (studio.project,))]
        assert len(page) == 50
        found = plan(studio.connection, "files.of_works", generic, work_ids=page)
    finally:
        become(studio.connection, "service_role")
    check(found, "files_work", 20 * len(page), {"limit": len(page)})


@pytest.mark.parametrize("generic", [False, True], ids=["custom", "generic"])
def test_asking_and_cancelling_read_little(studio: Studio, generic: bool) -> None:
    """With all that their triggers look for, for the user who has most of everything."""
    asked = dict.fromkeys(("project_id", "retry_of", "idempotency_key", "digest"))
    asked |= {"id": uuid4(), "template_id": TEMPLATE, "input_data": Jsonb({}), "output_count": 1}
    query = "SELECT id FROM works WHERE user_id = %s AND status = 'pending' ORDER BY id LIMIT 1"
    waiting = value(studio.connection, query, studio.user)
    become(studio.connection, "authenticated", studio.user)
    try:
        asking = plan(studio.connection, "works.ask", generic, **asked, seed=1, priority=0)
        cancelling = plan(studio.connection, "works.cancel", generic, id=waiting)
    finally:
        become(studio.connection, "service_role")
    assert asking.pages <= 300
    assert cancelling.pages <= 300


@pytest.mark.parametrize("generic", [False, True], ids=["custom", "generic"])
def test_passing_on_to_the_next_stage_reads_little(studio: Studio, generic: bool) -> None:
    """Of a user who has most of everything; and the next stage finds the picture by its work."""
    query = (
        "SELECT id, token, work_id FROM generation_jobs"
        " WHERE user_id = %s AND status = 'processing' ORDER BY id LIMIT 1"
    )
    job, token, work = studio.connection.execute(query, (studio.user,)).fetchone() or (None,) * 3
    row = Hand(studio.connection, job, token, {}).values(uuid4()) | {"work_id": work, "stage": 0}
    rows = json.dumps([{"n": 0, "output_index": 0, **row}], default=str)
    passing = plan(studio.connection, "stages.passed_on", generic, rows=rows)
    finding = plan(studio.connection, "stages.picture", generic, rows=rows)
    for found, pages in ((passing, 400), (finding, 20)):
        assert not found.scanned & LARGE
        assert found.pages <= pages
        assert "generation_jobs_work" in found.indexes


@pytest.mark.parametrize("generic", [False, True], ids=["custom", "generic"])
def test_cancelled_runs_are_found_by_their_own_index(studio: Studio, generic: bool) -> None:
    """They are few, so that all of them may be read."""
    found = plan(studio.connection, "jobs.page_cancelled", generic, **LISTED)
    assert not found.scanned & LARGE
    assert "generation_jobs_cancelled" in found.indexes
    assert found.pages <= 1200


@pytest.mark.parametrize("generic", [False, True], ids=["custom", "generic"])
def test_a_week_s_ratios_are_read_from_the_index_alone(studio: Studio, generic: bool) -> None:
    since = datetime.now(UTC) - timedelta(days=9)
    found = plan(studio.connection, "figures.outcomes", generic, since=since)
    assert not found.scanned & LARGE
    assert "works_outcomes" in found.indexes
    assert found.rows > 5_000
    # As many rows of the table itself would be as many pages.
    assert found.pages < 500


def check(found: Plan, index: str, pages: int, params: dict[str, Any]) -> None:
    assert not found.scanned & LARGE
    assert index in found.indexes
    assert found.pages <= pages
    # Of each status that was asked for, one page. Three times as much, because one of both
    # templates may be asked for, and what was just rolled back is still in the indexes.
    most = params.get("limit", params.get("most", params.get("places", 1)))
    assert found.rows <= 3 * most * len(params.get("statuses", "1"))


def test_a_scan_would_be_seen(studio: Studio) -> None:
    text = "EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) SELECT count(*) FROM works WHERE title = 'x'"
    found = read(value(studio.connection, text)[0])
    assert found.scanned == {"works"}
    assert found.pages > 1000
    assert found.rows == crowd.SMALL.works
    assert not found.indexes
