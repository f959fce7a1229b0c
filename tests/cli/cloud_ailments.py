"""Faults of what a studio has at RunPod, beside those in `ailments`."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

from tests.cli.ailments import FAULTS, Patient, fault

from affiche.emulators.runpod import serving as runpod


async def _runpod(p: Patient, url: str = "http://127.0.0.1:9/v2", **changed: Any) -> None:
    settings = replace(p.studio.settings, runpod_api_key="rpa_secret", **changed)
    p.studio = replace(p.studio, settings=settings)
    await p.run(
        "INSERT INTO endpoints (name, kind, url, remote_id, secret)"
        " VALUES ('pod', 'runpod', %s, 'abc', 'RUNPOD_API_KEY')",
        url,
    )


@fault("no_key")
async def a_key_that_nobody_set(p: Patient) -> AsyncIterator[None]:
    await _runpod(p)
    await p.run("UPDATE endpoints SET secret = 'SOME_KEY' WHERE name = 'pod'")
    yield


@fault("keys_open")
async def a_secrets_file_that_all_may_read(p: Patient) -> AsyncIterator[None]:
    await _runpod(p)
    await p.run("UPDATE endpoints SET secret = 'SOME_KEY' WHERE name = 'pod'")
    path = p.studio.settings.data / "keys.toml"
    path.write_text("SOME_KEY = 'x'")
    path.chmod(0o644)
    p.studio = replace(p.studio, settings=replace(p.studio.settings, secrets=path))
    yield


@fault("cloud_refused")
async def a_cloud_that_cannot_be_reached(p: Patient) -> AsyncIterator[None]:
    await _runpod(p)
    yield


@fault("cloud_refused")
async def a_cloud_that_does_not_know_the_key(p: Patient) -> AsyncIterator[None]:
    async with runpod(endpoints={"abc": {}}) as cloud:
        await _runpod(p, cloud.url)
        yield


@fault("cloud_refused")
async def a_cloud_that_does_not_know_the_endpoint(p: Patient) -> AsyncIterator[None]:
    async with runpod(endpoints={"another": {}}, key="rpa_secret") as cloud:
        await _runpod(p, cloud.url)
        yield


@fault("no_public_url")
async def a_studio_that_the_internet_does_not_reach(p: Patient) -> AsyncIterator[None]:
    await _runpod(p)
    yield


@fault("nowhere")
async def a_route_to_what_is_not_used_any_more(p: Patient) -> AsyncIterator[None]:
    await p.run("INSERT INTO endpoints (name, kind, is_active) VALUES ('gone', 'comfyui', false)")
    await p.run(
        "INSERT INTO template_endpoints SELECT t.id, e.id, 1 FROM templates t, endpoints e"
        " WHERE t.slug = 'klein-i2i' AND e.name = 'gone'"
    )
    yield


__all__ = ["FAULTS"]
