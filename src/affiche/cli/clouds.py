"""What `affiche emulate runpod` starts."""

import asyncio
import math
import shlex
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final

from affiche.cli import mishaps
from affiche.cli.endings import CommandError
from affiche.cli.language import words
from affiche.cli.terminal import out

if TYPE_CHECKING:
    from affiche.emulators.runpod import Chance, Fault, Server

ANY: Final = "emulated"
"""An endpoint id, where any will do."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """The cloud that a command line asks for; `options` are those of `serving`."""

    host: str
    port: int
    command: Sequence[str]
    endpoints: Sequence[str]
    options: Mapping[str, Any]
    faults: Sequence["Fault"]
    chance: "Chance | None"


def command(text: str | None, comfyui: str | None = None) -> Sequence[str]:
    """The words of a worker's command, or of our own worker's for the server at `comfyui`.

    Raises CommandError for quotes without an end, for both, and where RunPod's SDK is missing.
    """
    if text and comfyui:
        raise CommandError("two_workers")
    if comfyui:
        if find_spec("runpod") is None:
            raise CommandError("no_sdk")
        return [sys.executable, "-m", "affiche.worker", "--comfyui", comfyui]
    try:
        return shlex.split(text or "")
    except ValueError as error:
        raise CommandError("no_worker", reason=str(error)) from error


def rate(clock: float) -> float:
    """A clock's rate; raises CommandError when it would not go forward."""
    if not (math.isfinite(clock) and clock > 0):
        raise CommandError("no_clock", clock=clock)
    return clock


def planned(
    faults: Sequence[str], chaos: float, seed: int
) -> tuple[Sequence["Fault"], "Chance | None"]:
    from affiche.emulators.runpod.faults import Chance, parse

    example = "status:refuse:status=502,times=3"
    return mishaps.planned(faults, chaos, seed, parse=parse, chance=Chance, example=example)


async def serve(wanted: Wanted) -> None:
    """Until cancelled. Raises OSError when the port is taken."""
    from affiche.emulators.runpod import serving

    endpoints: dict[str, dict[str, Any]] = {name: {} for name in wanted.endpoints}
    async with serving(
        host=wanted.host, port=wanted.port, endpoints=endpoints or None, command=wanted.command,
        **wanted.options,
    ) as running:  # fmt: skip
        running.faults.begin(wanted.faults, wanted.chance)
        _greet(running, wanted)
        await asyncio.get_running_loop().create_future()


def _greet(running: "Server", wanted: Wanted) -> None:
    endpoint = (*wanted.endpoints, ANY)[0]
    settings = {
        "RUNPOD_ENDPOINT_BASE_URL": running.url,
        "RUNPOD_API_KEY": running.key,
        "RUNPOD_ENDPOINT_ID": endpoint,
    }
    told = " ".join(f"{name}={shlex.quote(value)}" for name, value in settings.items())
    out().print(words("emulate.cloud", url=running.url))
    out().print(words("emulate.cloud_use", settings=told), style="dim", soft_wrap=True)
    if not wanted.command:
        out().print(words("emulate.no_worker"))
        for name, value in running.worker_environment(endpoint, "worker-1").items():
            out().print(f"  export {name}={shlex.quote(value)}", soft_wrap=True, markup=False)
