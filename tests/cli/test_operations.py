"""Operators' commands, as they are run; and what `affiche doctor` says to operators."""

import re
from pathlib import Path

import psycopg
import pytest
from tests.cli.programs import Done, affiche

from affiche.db.address import Address

NOBODY = "01a1fe6a-a666-737b-82bf-0123456789ab"


class Operator:
    def __init__(self, data: Path, url: str) -> None:
        self.data, self.url = data, url

    def __call__(self, *arguments: str, **more: str) -> Done:
        return affiche(self.data, *arguments, DATABASE_URL=self.url, **more)


@pytest.fixture
def operator(data: Path, database_address: Address) -> Operator:
    return Operator(data, database_address.url)


def test_empty_lists_are_lists(operator: Operator) -> None:
    for command, key in (
        (("jobs", "list"), "jobs"),
        (("jobs", "stuck"), "jobs"),
        (("figures", "ratios"), "ratios"),
        (("figures", "failures"), "failures"),
        (("alerts", "--all"), "alerts"),
    ):
        done = operator(*command, "--json")
        assert (done.code, done.json[key]) == (0, []), command


def test_what_is_done_stands_in_the_log_with_whose_command_it_was(operator: Operator) -> None:
    assert operator("endpoints", "pause", "preview", "--reason", "new models").code == 0
    listed = operator("endpoints", "list", "--json").json["endpoints"]
    assert {each["name"]: each["state"] for each in listed} == {"preview": "paused"}
    assert operator("endpoints", "resume", "preview").code == 0
    entries = operator("audit", "--action", "endpoints", "--json").json["entries"]
    assert [each["action"] for each in entries] == [
        *("endpoints.resume", "endpoints.list", "endpoints.pause"),
    ]
    assert entries[-1]["reason"] == "new models"
    assert all(re.fullmatch(r"command .+@.+", each["origin"]) for each in entries)
    shown = operator("audit", "--on", "preview")
    assert "endpoints.pause" in shown.out
    assert "new models" in shown.out


def test_what_is_not_there_is_said(operator: Operator) -> None:
    for noun in ("jobs", "works"):
        done = operator(noun, "cancel", NOBODY, "--reason", "why")
        assert (done.code, done.out) == (2, ""), noun
        assert operator(noun, "show", NOBODY, "--json").json["error"]["code"] == "not_found"
    assert operator("works", "fail", NOBODY).code == 2


def test_alerts_and_secrets_are_told_in_two_languages_and_by_doctor(
    operator: Operator, database_address: Address
) -> None:
    assert operator("endpoints", "list").code == 0
    with psycopg.connect(database_address.url, autocommit=True) as connection:
        connection.execute("SET ROLE service_role")
        connection.execute(
            "INSERT INTO alerts (rule, subject, params, opened_at, seen_at, told_at)"
            " VALUES ('engine_down', 'pod', %s, now(), now(), now())",
            ('{"endpoint": "pod", "minutes": 7, "reason": "silent"}',),
        )
        connection.execute(
            "INSERT INTO secret_ages VALUES ('POD_KEY', 'x', %s, now() - interval '95 days',"
            " now())",
            (bytes(16),),
        )
        connection.execute(
            "INSERT INTO webhooks (project_id, user_id, url, types, seed, key_print, is_active,"
            " off_because, off_at) SELECT id, user_id, 'https://example.com/x', '{work.failed}',"
            " %s, 'x', false, 'gone', now() FROM projects",
            (bytes(32),),
        )
    assert "pod has been unwell for 7 minutes: silent" in operator("alerts").out
    assert "7분째" in operator("alerts", AFFICHE_LANGUAGE="ko").out
    told = operator("secrets")
    assert "POD_KEY" in told.out
    assert "hint: " in told.err
    (row,) = [e for e in operator("secrets", "--json").json["secrets"] if e["name"] == "POD_KEY"]
    assert (row["old"], row["days"]) == (True, 95)
    found = operator("doctor", "--json").json["findings"]
    codes = {each["code"]: each for each in found}
    assert {"alert_engine_down", "old_secrets", "webhooks_off"} <= set(codes)
    assert codes["alert_engine_down"]["state"] == "note"
    assert any("POD_KEY" in detail for detail in codes["old_secrets"]["details"])
    assert any("example.com" in detail for detail in codes["webhooks_off"]["details"])


def test_a_restore_that_was_broken_off_is_broken(operator: Operator, data: Path) -> None:
    data.mkdir(exist_ok=True)
    (data / "restoring").write_text("abc\n")
    done = operator("doctor", "--json")
    assert done.code == 1
    codes = {each["code"]: each["state"] for each in done.json["findings"]}
    assert codes["restore_unfinished"] == "broken"


def test_margins_are_by_what_is_asked(operator: Operator) -> None:
    for by in ("template", "day", "endpoint"):
        assert operator("credits", "margin", "--by", by, "--json").json == {f"{by}s": []}
    assert "endpoint" in operator("credits", "margin", "--by", "endpoint").out
