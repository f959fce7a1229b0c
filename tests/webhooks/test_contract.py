"""The routes of webhooks do what the description says, put to the test by schemathesis."""

import asyncio
import json
from typing import Any

from tests.api.contract import HEADERS, TEXT, WEBHOOKS, explore
from tests.support.servers import AsSomebody, Client, description
from tests.webhooks.conftest import sent
from tests.webhooks.receivers import Receiver

from affiche.pipeline.webhooks import Webhooks
from affiche.studio import webhooks
from affiche.studio.studio import Caller, Studio

GOOD = ["https://example.com/hook", "https://hooks.example.org/a?b=c"]


def told(described: dict[str, Any], known: dict[str, list[str]]) -> dict[str, Any]:
    """The description with what is there, and with addresses that are some."""
    api: dict[str, Any] = json.loads(json.dumps(described))
    api["paths"] = {k: v for k, v in api["paths"].items() if k.startswith(WEBHOOKS)}
    for operation in (o for methods in api["paths"].values() for o in methods.values()):
        del operation["responses"]["default"]
        parameters = operation.setdefault("parameters", [])
        parameters += [{"name": name, "in": "header", "schema": TEXT} for name in HEADERS]
        for each in parameters:
            if each["name"] in known:
                each["schema"] = {"anyOf": [{"enum": known[each["name"]]}, each["schema"]]}
    schemas = api["components"]["schemas"]
    new, change = schemas["NewWebhook"]["properties"], schemas["WebhookChange"]["properties"]
    new["url"] = {"enum": GOOD}
    new["project_id"] = {"type": "null"}
    change["url"] = {"anyOf": [{"enum": GOOD}, {"type": "null"}]}
    return api


async def test_webhooks_keep_to_their_description(
    client: Client, as_somebody: AsSomebody, studio: Studio, bob: Caller, receiver: Receiver
) -> None:
    """With somebody else's ids at hand too."""

    async def here(caller: Caller) -> dict[str, list[str]]:
        made = [(await webhooks.make(studio, caller, receiver.url))[0] for _ in range(8)]
        tried = [await webhooks.try_out(studio, caller, each.id) for each in made]
        return {
            "webhook_id": [str(each.id) for each in made],
            "delivery_id": [str(each.id) for each in tried],
        }

    me = (await client.get("/v1/me")).json
    alice = Caller(webhooks.UUID(me["id"]), None, "", "en", True)
    theirs, own = await here(bob), await here(alice)
    await sent(Webhooks(studio))
    foreign = [each for ids in theirs.values() for each in ids]
    known = {name: own[name] + theirs[name] for name in own}
    api = told(description(client.server), known)
    report = await asyncio.to_thread(explore, client.server.url, client.headers, api, foreign)
    assert not report.errors, report.errors
    assert not report.findings, "\n\n".join(map(str, report.findings[:10]))
    for path, methods in api["paths"].items():
        for method in methods:
            assert 401 in report.statuses[f"{method.upper()} {path}"], (method, path)
    assert 201 in report.statuses[f"POST {WEBHOOKS}"]
