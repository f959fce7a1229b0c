"""An endpoint that is paused is given nothing new, and what waits there goes where it can."""

from tests.admin.conftest import sql
from tests.support.studios import ask, at_work, ended, photograph, reached

from affiche.emulators.comfyui import Server
from affiche.studio import endpoints, moves, uploads
from affiche.studio.studio import Caller, Studio


async def where(studio: Studio) -> list[str]:
    rows = await sql(
        studio,
        "SELECT e.name FROM generation_jobs j JOIN endpoints e ON e.id = j.endpoint_id"
        " ORDER BY j.id",
    )
    return [name for (name,) in rows]


async def test_what_waits_goes_elsewhere_and_comes_back(
    studio: Studio, alice: Caller, comfyui: Server
) -> None:
    given = {"url": "http://127.0.0.1:9", "position": 200}
    await endpoints.add(studio, alice, "other", "comfyui", given)
    file = await uploads.upload(studio, alice, photograph(64, 64))
    await ask(studio, alice, file)
    assert await where(studio) == ["comfyui"]
    paused = await endpoints.pause(studio, alice, "comfyui", reason="new models")
    assert paused.paused_at is not None
    await ask(studio, alice, file)
    assert await where(studio) == ["other", "other"]
    # With nowhere to go it stays where it is.
    await endpoints.pause(studio, alice, "other", reason="new models")
    await ask(studio, alice, file)
    async with studio.database.as_service() as service:
        await moves.rehome(service)
    assert len(set(await where(studio))) <= 2
    await endpoints.resume(studio, alice, "comfyui")
    assert await where(studio) == ["comfyui"] * 3


async def test_nothing_is_begun_there_until_it_goes_on(
    studio: Studio, alice: Caller, comfyui: Server
) -> None:
    await endpoints.pause(studio, alice, "comfyui", reason="new models")
    file = await uploads.upload(studio, alice, photograph(64, 64))
    held = await ask(studio, alice, file)
    # Settings that are written anew do not end it.
    async with studio.database.as_service() as service:
        await service.run(
            "endpoints.put",
            name="comfyui",
            kind="comfyui",
            url=comfyui.url,
            works_at_once=4,
            position=100,
        )
        assert await service.rows("admission.endpoints") == []
    async with at_work(studio):
        assert (await reached(studio, alice, held.id, "pending")).status == "pending"
        await endpoints.resume(studio, alice, "comfyui")
        assert (await ended(studio, alice, held.id)).status == "completed"
