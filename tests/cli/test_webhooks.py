"""`affiche webhooks`: real commands on a database."""

from pathlib import Path
from uuid import uuid4

from tests.cli.programs import Done, affiche

from affiche.db.address import Address


def test_a_webhook_s_life(data: Path, database_address: Address) -> None:
    def run(*arguments: str, **more: str) -> Done:
        return affiche(
            data,
            "webhooks",
            *arguments,
            DATABASE_URL=database_address.url,
            AFFICHE_WEBHOOK_PRIVATE="127.0.0.1",
            **more,
        )

    added = run("add", "http://127.0.0.1:9/hook", "--on", "work.failed", "--json")
    assert (added.code, added.err) == (0, "")
    made = added.json
    assert (made["types"], made["state"]) == (["work.failed"], "on")
    assert made["secret"].startswith("whsec_")
    assert not {"seed", "key_print", "previous_seed"} & set(made)
    plain = run("add", "https://example.com/hook")
    assert plain.out.startswith("whsec_")
    assert "shown this once" in plain.err
    listed = run("list", "--json")
    assert [each["url"] for each in listed.json["webhooks"]] == [
        "http://127.0.0.1:9/hook",
        "https://example.com/hook",
    ]
    assert made["secret"] not in listed.out + run("list").out
    rotated = run("rotate", made["id"], "--json").json
    assert rotated["secret"] != made["secret"]
    tried = run("test", made["id"], "--json").json
    assert (tried["type"], tried["status"]) == ("webhook.test", "pending")
    assert "webhook.test" in run("deliveries", made["id"]).out
    found = run("delivery", made["id"], tried["id"], "--json").json
    assert (found["id"], found["log"]) == (tried["id"], [])
    assert run("redeliver", made["id"], tried["id"]).code == 0
    changed = run("change", made["id"], "--no-active", "--json").json
    assert changed["state"] == "off"
    assert "꺼짐" in run("list", AFFICHE_LANGUAGE="ko").out
    refused = run("test", made["id"])
    assert refused.code != 0
    assert "Turn it on" in refused.err
    assert run("remove", made["id"]).code == 0
    assert "no such webhook" in run("remove", str(uuid4())).err
    private = run("add", "https://10.0.0.1/hook")
    assert private.code == 2
    assert "public https address" in private.err
