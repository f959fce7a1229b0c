"""The endpoints that settings name, as rows; the rest are an operator's own (`endpoints`)."""

import re
from typing import Final

from affiche.db.database import Transaction
from affiche.errors import SecretsOpen, SettingInvalid
from affiche.settings import Settings
from affiche.studio.secrets import RUNPOD, Secrets

PREVIEW_POSITION: Final = 900
COMFYUI_POSITION: Final = 100
RUNPOD_POSITION: Final = 50
OURS: Final = re.compile(r"preview|comfyui|runpod(-[0-9]+)?")
"""Names of rows that are written anew at every start."""


async def furnish(transaction: Transaction, settings: Settings) -> None:
    """Write their rows, retire those that settings name no more, and say whether works cost and how
    much each project may keep."""
    quota = round(settings.storage_gb * 1024**3) if settings.storage_gb else None
    await transaction.run("credits.switch", charging=settings.credits)
    await transaction.run("storage.set_default", quota=quota)
    await transaction.run(
        "endpoints.put",
        name="preview",
        kind="preview",
        url=None,
        works_at_once=settings.preview_works,
        position=PREVIEW_POSITION,
    )
    if settings.comfyui_url:
        await transaction.run(
            "endpoints.put",
            name="comfyui",
            kind="comfyui",
            url=settings.comfyui_url.rstrip("/"),
            works_at_once=settings.comfyui_works,
            position=COMFYUI_POSITION,
        )
    else:
        await transaction.run("endpoints.retire", name="comfyui")
    await _runpod(transaction, settings)


async def _runpod(transaction: Transaction, settings: Settings) -> None:
    ids = settings.runpod_endpoint_id if _has_key(settings) else ()
    names = runpod_names(len(ids))
    for place, (name, remote_id) in enumerate(zip(names, ids, strict=True)):
        if not re.fullmatch(r"[A-Za-z0-9_-]{1,100}", remote_id):
            raise SettingInvalid(name="runpod_endpoint_id", reason="that is no endpoint's id")
        await transaction.run(
            "endpoints.put_runpod",
            name=name,
            url=settings.runpod_base_url.rstrip("/"),
            works_at_once=settings.runpod_works,
            position=RUNPOD_POSITION + min(place, COMFYUI_POSITION - RUNPOD_POSITION - 1),
            remote_id=remote_id,
            secret=RUNPOD,
            request_shape=settings.runpod_request_shape,
            images_as=settings.runpod_images_as,
            workflow_as=settings.runpod_workflow_as,
            pictures_by=settings.runpod_pictures_by,
            does_stages=settings.runpod_does_stages,
        )
    await transaction.run("endpoints.retire_runpod", names=names)


def runpod_names(count: int) -> list[str]:
    """`runpod`, `runpod-2`, … in the order of their ids."""
    return ["runpod" if n == 1 else f"runpod-{n}" for n in range(1, count + 1)]


def _has_key(settings: Settings) -> bool:
    try:
        return Secrets(settings).has(RUNPOD)
    except (SecretsOpen, SettingInvalid):
        # The endpoint is there, unwell, and says why.
        return True
