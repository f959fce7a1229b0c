"""One table: a fault, produced for real, and what `affiche doctor` says of it."""

import time
from uuid import uuid4

import pytest
from tests.cli.ailments import Patient
from tests.cli.cloud_ailments import FAULTS
from tests.support.databases import Cluster

from affiche import __version__
from affiche.emulators.comfyui import Server
from affiche.studio.findings import SECONDS, Finding
from affiche.studio.studio import Caller, Studio
from affiche.studio.uploads import File
from affiche.texts import has, say


@pytest.fixture
def patient(
    studio: Studio,
    cluster: Cluster,
    alice: Caller,
    picture: File,
    monkeypatch: pytest.MonkeyPatch,
) -> Patient:
    address = studio.database.direct
    return Patient(studio, cluster, alice, picture, monkeypatch, address, address)


@pytest.mark.parametrize("name", FAULTS)
async def test_it_is_found_and_explained(patient: Patient, name: str) -> None:
    code, produce = FAULTS[name]
    async with produce(patient):
        findings = await patient.examined()
    (found,) = [each for each in findings if each.code == code]
    assert found.state == ("note" if code in NOTES else "broken")
    check_said(found)
    assert "secret" not in str(found.params)


NOTES = {
    *("idle_workers", "other_versions", "waiting", "entries_without_job", "unstopped"),
    *("long_unswept", "orphans", "no_public_url", "undelivered"),
}


def check_said(found: Finding) -> None:
    """In both languages, with what to do about it."""
    said = {
        say(language, f"cli.doctor.{found.code}.message", **found.params)
        for language in ("ko", "en")
    }
    assert len(said) == 2
    if found.code != "idle_workers":
        assert has(f"cli.doctor.{found.code}.hint")
        say("en", f"cli.doctor.{found.code}.hint", **found.params)


async def test_an_engine_that_hangs(patient: Patient, comfyui: Server) -> None:
    comfyui.faults.add("system_stats", "hang", times=9)
    began = time.monotonic()
    findings = await patient.examined()
    (found,) = [each for each in findings if each.subject == "comfyui"]
    assert (found.state, found.code) == ("broken", "unwell")
    assert "in time" in str(found.params["reason"])
    assert time.monotonic() - began < 10 * SECONDS


async def test_a_studio_that_is_well(patient: Patient, comfyui: Server) -> None:
    await patient.run(
        "INSERT INTO workers (id, host, process, version) VALUES (%s, 'here', 7, %s)",
        uuid4(),
        __version__,
    )
    findings = await patient.examined()
    assert [f for f in findings if f.state != "ok"] == []
    assert {f.subject for f in findings} == {
        *("database", "workers", "works", "leftovers", "pictures", "comfyui", "storage"),
    }


async def test_what_it_says_puts_a_wrong_count_right(patient: Patient) -> None:
    code, produce = FAULTS["a_count_that_no_file_accounts_for"]
    async with produce(patient):
        (found,) = [each for each in await patient.examined() if each.code == code]
        (cure,) = found.details
        await patient.run(str(cure))
        assert code not in {each.code for each in await patient.examined()}


def test_what_cannot_be_said_would_be_seen() -> None:
    with pytest.raises(KeyError):
        check_said(Finding("broken", "database", "nonsense"))
