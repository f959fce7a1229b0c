"""Each fact about ComfyUI's HTTP side that we rely on, as the literal answer of a real server."""

from typing import Any

import pytest

from affiche.comfy.client import Client
from affiche.comfy.queue import Queue
from affiche.comfy.transport import Transport

from .facts import LIMITS, NOT_FOUND, A, B, C, Fact, view
from .scripted import Reply, Script, says


def entry(number: int, prompt_id: str, graph: Any) -> list[Any]:
    return [number, prompt_id, graph, {"client_id": "me"}, ["9"]]


DONE = {
    "outputs": {"9": {"images": [{"filename": "a.png", "subfolder": "", "type": "output"}]}},
    "status": {"status_str": "success", "completed": True, "messages": []},
}
QUEUE = {
    "queue_running": [entry(3, A, {"1": {}})],
    "queue_pending": [entry(9, C, {"3": {}}), entry(-1, B, {"2": {}})],
}

FACTS = [
    Fact(
        "the queue comes unsorted, and a negative number is next",
        Client.queue,
        {"GET /queue": [says(QUEUE)]},
        Queue({A: {"1": {}}}, {B: 1, C: 2}),
    ),
    Fact(
        "GET /prompt counts waiting and running",
        Client.remaining,
        {"GET /prompt": [says({"exec_info": {"queue_remaining": 3}})]},
        3,
    ),
    Fact(
        "no history while pending, running or unknown",
        lambda client: client.history(A),
        {f"GET /history/{A}": [says({})]},
        None,
    ),
    Fact(
        "history is under the id",
        lambda client: client.history(A),
        {f"GET /history/{A}": [says({A: DONE})]},
        DONE,
    ),
    *(
        Fact(
            f"jobs cancel says {there}",
            lambda client: client.cancel(A),
            {f"POST /api/jobs/{A}/cancel": [says({"cancelled": there})]},
            there,
            [(f"POST /api/jobs/{A}/cancel", None)],
        )
        for there in (True, False)
    ),
    Fact(
        "without job routes a waiting run is deleted from the queue",
        lambda client: client.cancel(B),
        {
            f"POST /api/jobs/{B}/cancel": [NOT_FOUND],
            "GET /queue": [says(QUEUE), says({"queue_running": [], "queue_pending": []})],
            "POST /queue": [Reply(200, b"", "text/plain")],
        },
        True,
        [
            (f"POST /api/jobs/{B}/cancel", None),
            ("GET /queue", None),
            ("POST /queue", {"delete": [B]}),
            ("GET /queue", None),
        ],
    ),
    Fact(
        "without job routes a running run is interrupted by its id",
        lambda client: client.cancel(A),
        {
            f"POST /api/jobs/{A}/cancel": [NOT_FOUND],
            "GET /queue": [says(QUEUE)],
            "POST /interrupt": [Reply(200, b"", "text/plain")],
        },
        True,
        [
            (f"POST /api/jobs/{A}/cancel", None),
            ("GET /queue", None),
            ("POST /interrupt", {"prompt_id": A}),
        ],
    ),
    Fact(
        "a run that starts while it is being deleted is interrupted",
        lambda client: client.cancel(B),
        {
            f"POST /api/jobs/{B}/cancel": [NOT_FOUND],
            "GET /queue": [
                says(QUEUE),
                says({"queue_running": [entry(-1, B, {})], "queue_pending": []}),
            ],
            "POST /queue": [Reply(200, b"", "text/plain")],
            "POST /interrupt": [Reply(200, b"", "text/plain")],
        },
        True,
        [
            (f"POST /api/jobs/{B}/cancel", None),
            ("GET /queue", None),
            ("POST /queue", {"delete": [B]}),
            ("GET /queue", None),
            ("POST /interrupt", {"prompt_id": B}),
        ],
    ),
    Fact(
        "without job routes nothing is interrupted for an unknown id",
        lambda client: client.cancel("0198c0de-0000-7000-8000-0000000000ff"),
        {"GET /queue": [says(QUEUE)]},
        False,
        [
            ("POST /api/jobs/0198c0de-0000-7000-8000-0000000000ff/cancel", None),
            ("GET /queue", None),
        ],
    ),
    Fact(
        "the name of an upload is the one that comes back, in its folder",
        lambda client: client.upload("t.png", b"bytes", "image/png", "affiche"),
        {
            "POST /upload/image": [
                says({"name": "t (1).png", "subfolder": "affiche", "type": "input"})
            ]
        },
        "affiche/t (1).png",
        [
            (
                "POST /upload/image",
                {
                    "image": ("t.png", "image/png", b"bytes"),
                    "type": "input",
                    "subfolder": "affiche",
                },
            )
        ],
    ),
    Fact(
        "an upload without a folder",
        lambda client: client.upload("t.png", b"bytes", "image/png", ""),
        {"POST /upload/image": [says({"name": "t.png", "subfolder": "", "type": "input"})]},
        "t.png",
    ),
    Fact(
        "a file is read by its three names",
        view(filename="a b.png", subfolder="s", type="temp"),
        {"GET /view": [Reply(200, b"PNG!", "image/png")]},
        b"PNG!",
        [("GET /view?filename=a+b.png&subfolder=s&type=temp", None)],
    ),
    Fact(
        "the schemas are one object",
        Client.object_info,
        {"GET /object_info": [says({"VAELoader": {"display_name": "Load VAE"}})]},
        {"VAELoader": {"display_name": "Load VAE"}},
    ),
    Fact(
        "models of a folder",
        lambda client: client.models("text_encoders"),
        {"GET /models/text_encoders": [says(["q.safetensors"])]},
        ("q.safetensors",),
    ),
    Fact("clip is not a folder", lambda client: client.models("clip"), {}, None),
    Fact(
        "the version is in system_stats",
        Client.system_stats,
        {"GET /system_stats": [says({"system": {"comfyui_version": "0.33.0"}, "devices": []})]},
        {"system": {"comfyui_version": "0.33.0"}, "devices": []},
    ),
]


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact.text)
async def test_fact(fact: Fact, script: Script, client: Client) -> None:
    await fact.check(script, client)


async def test_schemas_are_kept(script: Script, client: Client) -> None:
    script.on("GET /object_info", says({"VAELoader": {}}))
    assert client.known_schemas == {}
    await client.object_info()
    await client.object_info()
    assert script.paths() == ["GET /object_info"]
    assert client.known_schemas == {"VAELoader": {}}


async def test_a_path_and_a_user_in_the_address(script: Script) -> None:
    transport = Transport(script.url.replace("//", "//me:secret@") + "/comfy/", LIMITS)
    script.on("GET /comfy/queue", says({"queue_running": [], "queue_pending": []}))
    assert await Client(transport).queue() == Queue()
    assert script.asked[0].headers["Authorization"].startswith("Basic ")
    await transport.close()
