"""What health says of a server that is not well, so that an operator can act on it."""

import pytest

from affiche.engines.comfyui.engine import ComfyEngine

from .facts import LIMITS
from .scripted import Reply, Script, says, scripted

STATS = says({"system": {"comfyui_version": "0.33.0"}, "devices": []})
QUEUE = says({"exec_info": {"queue_remaining": 3}})


@pytest.mark.parametrize(
    ("stats", "version", "reason"),
    [
        (STATS, "0.33.0", None),
        (says({"system": {}}), None, None),
        (Reply(200, b"<html>/srv/"), None, "not as ComfyUI"),
        (says(["hello"]), None, "not as ComfyUI"),
        (Reply(404, b"/srv/"), None, "not as ComfyUI"),
        (Reply(pause=5), None, "in time"),
        (Reply(200, b"{", cut=True), None, "broke off"),
    ],
)
async def test_health(
    script: Script, stats: Reply, version: str | None, reason: str | None
) -> None:
    script.on("GET /system_stats", stats).on("GET /prompt", QUEUE)
    engine = ComfyEngine(script.url, LIMITS)
    health = await engine.health()
    await engine.close()
    assert health.ok == (reason is None)
    assert health.version == version
    assert health.queued == (3 if health.ok else None)
    assert (reason or "") in (health.reason or "")
    assert "/srv" not in (health.reason or "")


async def test_nothing_listens() -> None:
    async with scripted() as server:
        url = server.url
    engine = ComfyEngine(url, LIMITS)
    assert (await engine.health()).reason == "nothing listens at its address"
    await engine.close()
