"""What an operator may do with endpoints, and what is refused; every refusal in both languages."""

from dataclasses import replace
from typing import Any

import pytest
from tests.support.servers import add_person
from tests.support.studios import ask

from affiche.errors import (
    AfficheError,
    EndpointInUse,
    EndpointTaken,
    Forbidden,
    InvalidInputs,
    NotFound,
)
from affiche.studio import endpoints
from affiche.studio.studio import Caller, Studio
from affiche.studio.uploads import File

KEY = "rpa_7Q9XK2M4N6P8R0T2V4W6Y8Z0B1C3D5F7"
NOBODY = "http://127.0.0.1:9"


@pytest.fixture
async def here(studio: Studio, alice: Caller) -> Studio:
    """With two servers of the operator's beside the preview engine."""
    for name in ("a", "b"):
        await endpoints.add(studio, alice, name, "comfyui", {"url": NOBODY})
    return studio


def said(error: AfficheError) -> set[str]:
    """In each language."""
    if isinstance(error, InvalidInputs):
        return {
            " ".join(f"{p.field}: {p.message(language)}" for p in error.problems)
            for language in ("ko", "en")
        }
    return {error.message(language) for language in ("ko", "en")}


RUNPOD = {"remote_id": "abc"}
REFUSED: dict[str, tuple[dict[str, Any], str, str]] = {
    "a key": (RUNPOD | {"secret": KEY}, "secret", "looks_like_a_key"),
    "a long random word": (RUNPOD | {"secret": "Ab9" * 15}, "secret", "looks_like_a_key"),
    "a key for an id": ({"remote_id": KEY}, "remote_id", "looks_like_a_key"),
    "no name": (RUNPOD | {"secret": "two words"}, "secret", "secret_name"),
    "no secret": (RUNPOD | {"secret": None}, "secret", "required"),
    "no id": ({}, "remote_id", "required"),
    "a strange id": ({"remote_id": "a/b"}, "remote_id", "remote_id"),
    "no hours": (RUNPOD | {"warm_hours": "soon"}, "warm_hours", "hours"),
    "no cap": (RUNPOD | {"works_at_once": 0}, "works_at_once", "between"),
    "no price": (RUNPOD | {"price_per_second": -1}, "price_per_second", "between"),
    "no minutes": (RUNPOD | {"warm_minutes": 5000}, "warm_minutes", "between"),
    "no address": (RUNPOD | {"url": "gpu-1:8188"}, "url", "bad_address"),
    "a password in it": (RUNPOD | {"url": "http://me:pw@gpu:8188"}, "url", "bad_address"),
    "a key in it": (RUNPOD | {"url": "http://gpu/?key=1"}, "url", "bad_address"),
    "no shape": (RUNPOD | {"request_shape": "other"}, "request_shape", "not_option"),
}


@pytest.mark.parametrize("which", REFUSED)
async def test_what_makes_no_sense_is_refused_by_field(
    studio: Studio, alice: Caller, which: str
) -> None:
    given, field, code = REFUSED[which]
    with pytest.raises(InvalidInputs) as caught:
        await endpoints.add(studio, alice, "pod", "runpod", given)
    assert [(p.field, p.code) for p in caught.value.problems] == [(field, code)]
    assert len(said(caught.value)) == 2
    assert KEY not in str(said(caught.value))
    assert [e.endpoint.name for e in await endpoints.listed(studio, alice)] == ["preview"]


@pytest.mark.parametrize("name", ["preview", "comfyui", "runpod", "runpod-2", "", "a b", "x" * 61])
async def test_names_that_cannot_be_given(studio: Studio, alice: Caller, name: str) -> None:
    with pytest.raises(InvalidInputs) as caught:
        await endpoints.add(studio, alice, name, "runpod", RUNPOD)
    assert len(said(caught.value)) == 2


async def test_the_defaults_of_a_kind(studio: Studio, alice: Caller) -> None:
    row = (await endpoints.add(studio, alice, "pod", "runpod", RUNPOD)).endpoint
    assert (row.url, row.secret, row.works_at_once) == (
        *("https://api.runpod.ai/v2", "RUNPOD_API_KEY"),
        5,
    )
    assert await endpoints.get(studio, alice, "pod") == await endpoints.get(studio, alice, "pod")


async def test_only_what_is_given_changes(here: Studio, alice: Caller) -> None:
    before = await endpoints.get(here, alice, "a")
    changed = await endpoints.change(here, alice, "a", {"works_at_once": 9, "position": 7})
    assert changed.endpoint == replace(before.endpoint, works_at_once=9)
    assert changed.position == 7


async def test_what_settings_decide_is_theirs(studio: Studio, alice: Caller) -> None:
    for refused in (
        endpoints.change(studio, alice, "preview", {"works_at_once": 3}),
        endpoints.remove(studio, alice, "preview"),
    ):
        with pytest.raises(InvalidInputs) as caught:
            await refused
        assert [p.code for p in caught.value.problems] == ["of_settings"]
        assert len(said(caught.value)) == 2
    changed = await endpoints.change(studio, alice, "preview", {"warm_minutes": 10})
    assert changed.endpoint.warm_minutes == 10


async def test_names_that_are_taken_or_unknown(here: Studio, alice: Caller) -> None:
    with pytest.raises(EndpointTaken) as caught:
        await endpoints.add(here, alice, "a", "comfyui", {"url": NOBODY})
    assert len(said(caught.value)) == 2
    for refused in (
        endpoints.change(here, alice, "c", {"works_at_once": 1}),
        endpoints.remove(here, alice, "c"),
        endpoints.examine(here, alice, "c"),
        endpoints.route(here, alice, "no-template", ["a"]),
    ):
        with pytest.raises(NotFound) as missing:
            await refused
        assert len(said(missing.value)) == 2


async def test_only_an_operator(here: Studio) -> None:
    bob = await add_person(here, "bob")
    assert not bob.is_operator
    for refused in (
        endpoints.listed(here, bob),
        endpoints.get(here, bob, "a"),
        endpoints.add(here, bob, "c", "comfyui", {"url": NOBODY}),
        endpoints.change(here, bob, "a", {"works_at_once": 1}),
        endpoints.remove(here, bob, "a"),
        endpoints.examine(here, bob, "a"),
        endpoints.route(here, bob, "klein-i2i", ["a"]),
    ):
        with pytest.raises(Forbidden):
            await refused


# --- routes, and what waits ---------------------------------------------------------------------


async def at(studio: Studio) -> dict[str, int]:
    """Which endpoints jobs are at."""
    return {
        each.endpoint.name: each.waiting
        for each in await endpoints.listed(studio, await people_s(studio), retired=True)
        if each.waiting
    }


async def people_s(studio: Studio) -> Caller:
    from affiche.studio import people

    return await people.first_user(studio)


async def test_a_route_is_followed_and_can_be_taken_away(
    here: Studio, alice: Caller, picture: File
) -> None:
    assert await endpoints.route(here, alice, "klein-i2i", ["b", "preview"]) == ["b", "preview"]
    await ask(here, alice, picture)
    assert await at(here) == {"b": 1}
    assert await endpoints.route(here, alice, "klein-i2i", []) == []
    await ask(here, alice, picture)
    assert await at(here) == {"a": 1, "b": 1}


@pytest.mark.parametrize(
    ("names", "code"), [(["a", "c"], "no_endpoint"), (["a", "b", "a"], "twice")]
)
async def test_routes_that_lead_nowhere(
    here: Studio, alice: Caller, names: list[str], code: str
) -> None:
    with pytest.raises(InvalidInputs) as caught:
        await endpoints.route(here, alice, "klein-i2i", names)
    assert [p.code for p in caught.value.problems] == [code]
    assert len(said(caught.value)) == 2


async def test_no_route_to_a_kind_that_the_template_does_not_run_on(
    here: Studio, alice: Caller
) -> None:
    async with here.database.as_service() as service:
        await service.connection.execute(
            'UPDATE template_versions SET definition = definition || \'{"engines": ["runpod"]}\''
        )
    with pytest.raises(InvalidInputs) as caught:
        await endpoints.route(here, alice, "klein-i2i", ["a"])
    assert [p.code for p in caught.value.problems] == ["other_kind"]
    assert len(said(caught.value)) == 2
    assert all("runpod" in each for each in said(caught.value))


async def test_one_that_is_removed_leaves_its_routes_and_its_line(
    here: Studio, alice: Caller, picture: File
) -> None:
    await endpoints.route(here, alice, "klein-i2i", ["a", "b"])
    await ask(here, alice, picture)
    assert await endpoints.remove(here, alice, "a") == 1
    assert await at(here) == {"b": 1}
    listed = {e.endpoint.name: e for e in await endpoints.listed(here, alice, retired=True)}
    assert (listed["a"].is_active, list(listed["a"].templates)) == (False, [])
    assert list(listed["b"].templates) == ["klein-i2i"]
    # Under its name another may come.
    again = await endpoints.add(here, alice, "a", "runpod", RUNPOD)
    assert (again.endpoint.kind, again.endpoint.id) == ("runpod", listed["a"].endpoint.id)


async def test_one_at_which_works_run_is_kept_unless_told(
    here: Studio, alice: Caller, picture: File
) -> None:
    await ask(here, alice, picture)
    async with here.database.as_service() as service:
        await service.connection.execute("UPDATE generation_jobs SET status = 'taken'")
    with pytest.raises(EndpointInUse) as caught:
        await endpoints.remove(here, alice, "a")
    assert caught.value.params == {"name": "a", "running": 1}
    assert len(said(caught.value)) == 2
    assert await endpoints.remove(here, alice, "a", running=True) == 0


async def test_how_one_is_now_is_asked_there(here: Studio, alice: Caller) -> None:
    found = await endpoints.examine(here, alice, "a")
    assert not found.ok
    assert found.reason
