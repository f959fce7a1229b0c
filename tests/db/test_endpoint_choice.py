"""Where a template's works are to run: its route, what is well, and a stand-in only where nothing
else is. Everything that needs an endpoint asks the same function."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from psycopg import Connection
from psycopg.errors import CheckViolation
from tests.db.people import TEMPLATE, job, user, value, work

from affiche.db.statements import statement

CHOSEN = "SELECT name FROM endpoints WHERE id = choose_endpoint(%s, 1, %s)"


@pytest.fixture
def town(service: Connection[Any]) -> Iterator[Connection[Any]]:
    """`preview` first by its position, then two servers and one of RunPod's; rolled back."""
    with service.transaction(force_rollback=True):
        service.execute("UPDATE endpoints SET is_active = false")
        for name, kind, position in (
            ("stand-in", "preview", 1),
            ("b", "comfyui", 20),
            ("a", "comfyui", 10),
            ("pod", "runpod", 30),
        ):
            service.execute(
                "INSERT INTO endpoints (name, kind, position, url) VALUES (%s, %s, %s, 'http://x')",
                (name, kind, position),
            )
        yield service


def chosen(town: Connection[Any], avoided: str | None = None) -> str | None:
    found: str | None = value(town, CHOSEN, TEMPLATE, named(town, avoided) if avoided else None)
    return found


def named(town: Connection[Any], name: str) -> UUID:
    found: UUID = value(town, "SELECT id FROM endpoints WHERE name = %s", name)
    return found


def route(town: Connection[Any], *names: str) -> None:
    for place, name in enumerate(names):
        town.execute(
            "INSERT INTO template_endpoints VALUES (%s, %s, %s)",
            (TEMPLATE, named(town, name), place),
        )


def unwell(town: Connection[Any], *names: str) -> None:
    town.execute("UPDATE endpoints SET unwell_since = now() WHERE name = ANY (%s)", (list(names),))


def engines(town: Connection[Any], kinds: str) -> None:
    town.execute(
        "UPDATE template_versions SET definition = definition || jsonb_build_object("
        "'engines', %s::jsonb) WHERE template_id = %s",
        (kinds, TEMPLATE),
    )


def test_the_first_by_its_place_and_never_a_stand_in_beside_a_real_one(
    town: Connection[Any],
) -> None:
    assert chosen(town) == "a"
    town.execute("UPDATE endpoints SET is_active = false WHERE kind <> 'preview'")
    assert chosen(town) == "stand-in"
    town.execute("UPDATE endpoints SET is_active = false")
    assert chosen(town) is None


def test_the_first_that_is_well_and_no_stand_in_for_what_is_unwell(town: Connection[Any]) -> None:
    unwell(town, "a")
    assert chosen(town) == "b"
    unwell(town, "b", "pod")
    assert chosen(town) == "a"


def test_only_kinds_that_the_template_runs_on(town: Connection[Any]) -> None:
    engines(town, '["runpod", "preview"]')
    assert chosen(town) == "pod"
    engines(town, '["preview"]')
    assert chosen(town) == "stand-in"
    engines(town, "[]")
    assert chosen(town) is None


def test_a_route_has_its_own_order_and_nothing_beside_it(town: Connection[Any]) -> None:
    route(town, "pod", "b")
    assert chosen(town) == "pod"
    unwell(town, "pod")
    assert chosen(town) == "b"
    unwell(town, "b")
    assert chosen(town) == "pod"
    town.execute("UPDATE endpoints SET is_active = false WHERE name IN ('pod', 'b')")
    assert chosen(town) is None


def test_a_route_may_name_the_stand_in(town: Connection[Any]) -> None:
    route(town, "stand-in", "a")
    assert chosen(town) == "stand-in"


def test_what_is_to_be_avoided_comes_after_all_that_are_as_well(town: Connection[Any]) -> None:
    assert chosen(town, "a") == "b"
    unwell(town, "b", "pod")
    assert chosen(town, "a") == "a"


def test_another_template_s_route_is_none_of_ours(town: Connection[Any]) -> None:
    other = value(town, "SELECT id FROM templates WHERE id <> %s LIMIT 1", TEMPLATE)
    town.execute("INSERT INTO template_endpoints VALUES (%s, %s, 0)", (other, named(town, "pod")))
    assert chosen(town) == "a"


# --- and who asks it ----------------------------------------------------------------------------


def at(town: Connection[Any], row: UUID) -> str | None:
    found: str | None = value(
        town,
        "SELECT e.name FROM generation_jobs j LEFT JOIN endpoints e ON e.id = j.endpoint_id"
        " WHERE j.id = %s",
        row,
    )
    return found


def test_a_new_job_one_that_was_parked_and_one_that_comes_back(town: Connection[Any]) -> None:
    own = user(town, "chooser")
    first = job(town, work(town, own))
    assert at(town, first) == "a"
    town.execute("UPDATE templates SET is_active = false WHERE id = %s", (TEMPLATE,))
    assert at(town, first) is None
    unwell(town, "a")
    town.execute("UPDATE templates SET is_active = true WHERE id = %s", (TEMPLATE,))
    assert at(town, first) == "b"
    town.execute("UPDATE endpoints SET unwell_since = NULL")
    town.execute("UPDATE generation_jobs SET status = 'taken' WHERE id = %s", (first,))
    town.execute("UPDATE generation_jobs SET status = 'pending' WHERE id = %s", (first,))
    assert at(town, first) == "a"


@pytest.mark.parametrize(
    ("code", "next_one"),
    [("engine_unreachable", "b"), ("endpoint_refused", "b"), ("run_lost", "b"),
     ("storage_failed", "a"), ("fetch_failed_for_now", "a")],
)  # fmt: skip
def test_what_failed_for_its_endpoint_goes_to_another(
    town: Connection[Any], code: str, next_one: str
) -> None:
    row = job(town, work(town, user(town, "unlucky")))
    town.execute("UPDATE generation_jobs SET status = 'taken' WHERE id = %s", (row,))
    again = "UPDATE generation_jobs SET status = 'pending', error_code = %s WHERE id = %s"
    town.execute(again, (code, row))
    assert at(town, row) == next_one


def test_a_hand_that_names_an_endpoint_has_its_way(town: Connection[Any]) -> None:
    row = job(town, work(town, user(town, "told")))
    town.execute("UPDATE generation_jobs SET status = 'taken' WHERE id = %s", (row,))
    again = "UPDATE generation_jobs SET status = 'pending', endpoint_id = %s WHERE id = %s"
    town.execute(again, (named(town, "pod"), row))
    assert at(town, row) == "pod"


# --- what waits where it should not -------------------------------------------------------------


def rehomed(town: Connection[Any], name: str, most: int = 100) -> int:
    params = {"endpoint_id": named(town, name), "most": most}
    return town.execute(statement("endpoints.rehome"), params).rowcount


def line(town: Connection[Any], name: str) -> list[tuple[UUID, UUID, int]]:
    """Work, user and turn in the order in which admission takes them."""
    return town.execute(
        "SELECT work_id, user_id, turn FROM generation_jobs WHERE endpoint_id = %s"
        " AND status = 'pending' ORDER BY priority DESC, turn, created_at, id",
        (named(town, name),),
    ).fetchall()


def test_what_waits_for_an_unwell_one_lines_up_at_the_next_in_its_order(
    town: Connection[Any],
) -> None:
    heavy, light = user(town, "heavy"), user(town, "light")
    for _ in range(6):
        job(town, work(town, heavy))
    for _ in range(2):
        job(town, work(town, light))
    before = line(town, "a")
    assert rehomed(town, "a") == 0
    unwell(town, "a")
    # In batches, so that no statement is long.
    assert [rehomed(town, "a", most=3) for _ in range(4)] == [3, 3, 2, 0]
    assert line(town, "a") == []
    assert line(town, "b") == before


def test_with_nothing_well_all_stay(town: Connection[Any]) -> None:
    job(town, work(town, user(town, "patient")))
    unwell(town, "a", "b", "pod")
    assert rehomed(town, "a") == 0
    assert len(line(town, "a")) == 1


def test_what_has_moved_does_not_move_back(town: Connection[Any]) -> None:
    job(town, work(town, user(town, "settled")))
    unwell(town, "a")
    assert rehomed(town, "a") == 1
    town.execute("UPDATE endpoints SET unwell_since = NULL")
    assert (rehomed(town, "a"), rehomed(town, "b")) == (0, 1) or len(line(town, "b")) == 1


def test_what_waits_for_a_retired_one_moves_even_to_an_unwell_one(town: Connection[Any]) -> None:
    job(town, work(town, user(town, "left")))
    town.execute("UPDATE endpoints SET is_active = false WHERE name = 'a'")
    unwell(town, "b", "pod")
    assert rehomed(town, "a") == 1
    assert len(line(town, "b")) == 1


def test_what_has_no_endpoint_is_adopted_and_one_that_cannot_be_holds_nobody_up(
    town: Connection[Any],
) -> None:
    town.execute("UPDATE endpoints SET is_active = false")
    other = value(town, "SELECT id FROM templates WHERE id <> %s LIMIT 1", TEMPLATE)
    own = user(town, "orphan")
    stuck = work(town, own)
    town.execute("UPDATE works SET template_id = %s WHERE id = %s", (other, stuck))
    first, second = job(town, stuck), job(town, work(town, own))
    town.execute("UPDATE templates SET is_active = true WHERE id = %s", (other,))
    town.execute("UPDATE endpoints SET is_active = true WHERE name = 'pod'")
    engines(town, '["runpod"]')
    town.execute(
        "UPDATE template_versions SET definition = definition || '{\"engines\": []}'"
        " WHERE template_id = %s",
        (other,),
    )
    assert town.execute(statement("endpoints.adopt"), {"most": 1}).rowcount == 1
    assert (at(town, first), at(town, second)) == (None, "pod")


def admitted_to(town: Connection[Any]) -> set[str]:
    found = town.execute(statement("admission.endpoints")).fetchall()
    return {
        value(town, "SELECT name FROM endpoints WHERE id = %s", row[0])
        for row in found
        if town.execute(statement("admission.lock"), {"endpoint_id": row[0]}).fetchone()
    }


def test_one_that_is_silent_is_passed_over_and_one_that_lacks_workers_is_not(
    town: Connection[Any],
) -> None:
    """Where nothing waits, nothing gets workers started."""
    job(town, work(town, user(town, "waiting")))
    assert admitted_to(town) == {"a"}
    unwell(town, "a", "b", "pod")
    assert admitted_to(town) == set()
    town.execute("UPDATE endpoints SET health = '{\"workers\": 0}' WHERE name = 'a'")
    assert admitted_to(town) == {"a"}


# --- what a row may hold ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        "secret = 'rpa_0123456789'",
        "secret = 'two words'",
        "secret = '0123456789abcdef0123456789abcdef'",
        "remote_id = 'a/b'",
        "request_shape = 'other'",
        "images_as = 'other'",
        "workflow_as = 'other'",
        "pictures_by = 'other'",
        "price_per_second = -1",
        "warm_minutes = 0",
    ],
)
def test_a_row_refuses_what_makes_no_sense(town: Connection[Any], change: str) -> None:
    with pytest.raises(CheckViolation), town.transaction():
        town.execute(f"UPDATE endpoints SET {change} WHERE name = 'pod'")


def test_a_row_is_what_the_program_says_it_is_by_default(town: Connection[Any]) -> None:
    from affiche.domain.endpoints import Endpoint

    columns = town.execute(statement("endpoints.by_id"), {"id": named(town, "a")})
    names = [each.name for each in columns.description or ()]
    row = columns.fetchone()
    assert row is not None
    found = dict(zip(names, row, strict=True))
    plain = Endpoint(**{k: found[k] for k in ("id", "name", "kind", "url", "works_at_once")})
    assert Endpoint(**found) == plain
