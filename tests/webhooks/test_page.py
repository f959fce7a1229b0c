"""The receivers of docs/how-to/webhooks.md, run as they stand there."""

import asyncio
import os
import re
import shutil
import socket
import sys
from pathlib import Path

import pytest
from tests.webhooks.conftest import sent

from affiche.pipeline.webhooks import Webhooks
from affiche.studio import webhooks
from affiche.studio.studio import Caller, Studio

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "webhooks.md"
NODE = shutil.which("node")


def program(language: str) -> str:
    found = re.findall(rf"^```{language}\n(.*?)^```$", PAGE.read_text("utf-8"), re.M | re.S)
    assert len(found) == 1
    return str(found[0])


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


async def listening(port: int) -> None:
    for _ in range(500):
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.02)
        else:
            writer.close()
            return
    raise AssertionError("the receiver does not listen")


@pytest.mark.parametrize(
    ("language", "runner"),
    [
        ("python", [sys.executable, "-c"]),
        pytest.param(
            "js", [NODE, "-e"], marks=pytest.mark.skipif(NODE is None, reason="there is no Node")
        ),
    ],
)
async def test_the_page_s_receiver_takes_what_is_ours_and_nothing_else(
    studio: Studio, alice: Caller, language: str, runner: list[str]
) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}/"
    mine, secret = await webhooks.make(studio, alice, url)
    other, _ = await webhooks.make(studio, alice, url)
    process = await asyncio.create_subprocess_exec(
        *runner,
        program(language),
        env={"PATH": os.environ["PATH"], "PORT": str(port), "WEBHOOK_SECRET": secret},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert process.stdout
    try:
        await listening(port)
        service = Webhooks(studio)
        genuine = await webhooks.try_out(studio, alice, mine.id)
        forged = await webhooks.try_out(studio, alice, other.id)
        await sent(service)
        # A secret that is being rotated signs too.
        await webhooks.rotate(studio, alice, mine.id)
        again = await webhooks.try_out(studio, alice, mine.id)
        await sent(service)
        for webhook, delivery, status in (
            (mine, genuine, 204),
            (mine, again, 204),
            (other, forged, 400),
        ):
            _, log = await webhooks.delivery(studio, alice, webhook.id, delivery.id)
            assert [each.status_code for each in log] == [status]
        async with asyncio.timeout(10):
            told = [(await process.stdout.readline()).decode().split()[0] for _ in range(2)]
        assert told == ["webhook.test"] * 2
    finally:
        process.kill()
        await process.wait()
