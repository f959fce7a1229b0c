"""The worker as a process: settings, a first look, and RunPod's own loop around the handler."""

import asyncio
import logging
import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from affiche import __version__
from affiche.catalog.catalog import load
from affiche.comfy.client import Client
from affiche.comfy.transport import Limits, Transport
from affiche.domain.templates import Template
from affiche.errors import SettingInvalid, TemplateInvalid
from affiche.worker.fitness import Fitness, Unfit
from affiche.worker.handler import Worker, unheard
from affiche.worker.settings import WorkerSettings, read

_log = logging.getLogger(__name__)


def start(package: str | Path | None = None, comfyui: str | None = None) -> None:
    """Answer jobs until the process is stopped.

    `package` is a folder like one of the catalog's, for jobs that send parameters, and `comfyui`
    the server's address; both else from the environment. The first look comes
    before the first job is taken, so that nobody waits in a worker that is only starting. Ends
    with SystemExit for settings or a package that cannot be used, and, status 1, once the card
    has failed.
    """
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    settings, template = _prepared(os.environ, package, comfyui)
    _log.info("affiche worker %s for ComfyUI at %s", __version__, settings.comfyui)
    asyncio.run(_look(settings, template))
    # As it comes, the SDK writes every job and its result into the log.
    os.environ.setdefault("RUNPOD_LOG_LEVEL", os.environ.get("RUNPOD_DEBUG_LEVEL", "INFO"))
    import runpod  # type: ignore[import-untyped]

    from affiche.worker import sdk

    config: dict[str, Any] = {}
    post = sdk.post if sdk.takes_progress() else unheard
    worker = Worker(settings, template, post=post, on_fault=lambda: sdk.leave(config), waited=True)
    config["handler"] = worker.handle
    runpod.serverless.start(config)


def _prepared(
    environ: Mapping[str, str], package: str | Path | None, comfyui: str | None
) -> tuple[WorkerSettings, Template | None]:
    try:
        settings = read({**environ, **({"COMFY_API_URL": comfyui} if comfyui else {})})
        if package is not None:
            settings = replace(settings, package=Path(package))
        folder = settings.package
        return settings, load(folder.resolve()) if folder else None
    except (SettingInvalid, TemplateInvalid) as error:
        raise SystemExit(f"{error.message('en')}\n{error.hint('en') or ''}".strip()) from None


async def _look(settings: WorkerSettings, template: Template | None) -> None:
    """Says in the log what is wrong; the jobs are told so too, and it is looked at again then."""
    transport = Transport(settings.comfyui, Limits())
    try:
        models = template.models if template else ()
        await Fitness(settings, Client(transport), models).check(package=template is not None)
    except Unfit:
        _log.warning("jobs are answered with that until it is mended")
    finally:
        await transport.close()
