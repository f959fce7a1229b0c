"""`affiche emulate`: ComfyUI without a GPU, RunPod without a cloud, a model without a key."""

import asyncio
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from affiche.cli import clouds, logs, loop, mishaps, talkers
from affiche.cli.endings import CommandError, Exit, Interrupted
from affiche.cli.language import words
from affiche.cli.pages import application, flag
from affiche.cli.terminal import out

if TYPE_CHECKING:
    from affiche.emulators.comfyui import Chance, Fault

emulate = application("emulate")


@dataclass(frozen=True, slots=True)
class Wanted:
    """The server that a command line asks for; `control` opens /_faults."""

    host: str
    port: int
    pace: float
    control: bool
    faults: Sequence["Fault"]
    chance: "Chance | None"


@emulate.command(name="comfyui", help=words("help.emulate.comfyui"))
def comfyui(
    *,
    port: Annotated[int, Parameter(help=words("help.emulate.port"))] = 8188,
    host: Annotated[str, Parameter(help=words("help.up.host"))] = "127.0.0.1",
    pace: Annotated[float, Parameter(help=words("help.emulate.pace"))] = 0.12,
    folder: Annotated[Path | None, Parameter(help=words("help.emulate.folder"))] = None,
    faults: Annotated[bool, flag("help.emulate.faults")] = False,
    fault: Annotated[
        tuple[str, ...],
        Parameter(help=words("help.emulate.fault"), negative=(), show_default=False),
    ] = (),
    chaos: Annotated[float, Parameter(help=words("help.emulate.chaos"))] = 0.0,
    seed: Annotated[int, Parameter(help=words("help.emulate.seed"))] = 0,
    verbose: Annotated[bool, flag("help.up.verbose")] = False,
) -> None:
    logs.set_up(verbose=verbose)
    wanted = Wanted(host, port, pace, faults, *_planned(fault, chaos, seed))
    with tempfile.TemporaryDirectory(prefix="affiche-comfyui-") as made, suppress(Interrupted):
        where = folder or Path(made)
        with _port(port):
            loop.run(lambda _: _serve(where, wanted), fast=True)


@emulate.command(name="runpod", help=words("help.emulate.runpod"))
def runpod(
    *,
    worker: Annotated[str | None, Parameter(help=words("help.emulate.worker"))] = None,
    comfyui: Annotated[str | None, Parameter(help=words("help.emulate.comfyui_url"))] = None,
    workers: Annotated[int, Parameter(help=words("help.emulate.workers"))] = 1,
    standby: Annotated[int, Parameter(help=words("help.emulate.standby"))] = 0,
    cold_start: Annotated[float, Parameter(help=words("help.emulate.cold_start"))] = 0.0,
    idle: Annotated[float, Parameter(help=words("help.emulate.idle"))] = 60.0,
    endpoint: Annotated[
        tuple[str, ...],
        Parameter(help=words("help.emulate.endpoint"), negative=(), show_default=False),
    ] = (),
    key: Annotated[str, Parameter(help=words("help.emulate.key"))] = "rpa_emulated",
    clock: Annotated[float, Parameter(help=words("help.emulate.clock"))] = 1.0,
    port: Annotated[int, Parameter(help=words("help.emulate.port"))] = 8190,
    host: Annotated[str, Parameter(help=words("help.up.host"))] = "127.0.0.1",
    faults: Annotated[bool, flag("help.emulate.controls")] = False,
    fault: Annotated[
        tuple[str, ...],
        Parameter(help=words("help.emulate.fault"), negative=(), show_default=False),
    ] = (),
    chaos: Annotated[float, Parameter(help=words("help.emulate.chaos"))] = 0.0,
    seed: Annotated[int, Parameter(help=words("help.emulate.seed"))] = 0,
    verbose: Annotated[bool, flag("help.up.verbose")] = False,
) -> None:
    logs.set_up(verbose=verbose)
    terms = {"workers": workers, "standby": standby, "cold_start": cold_start, "idle": idle}
    wanted = clouds.Wanted(
        host, port, clouds.command(worker, comfyui), endpoint,
        terms | {"key": key, "clock": clouds.rate(clock), "control": faults},
        *clouds.planned(fault, chaos, seed),
    )  # fmt: skip
    with suppress(Interrupted), _port(port):
        loop.run(lambda _: clouds.serve(wanted), fast=True)


@emulate.command(name="oidc", help=words("help.emulate.oidc"))
def oidc(
    *,
    email: Annotated[str, Parameter(help=words("help.emulate.email"))] = "dora@example.com",
    port: Annotated[int, Parameter(help=words("help.emulate.port"))] = 8191,
    host: Annotated[str, Parameter(help=words("help.up.host"))] = "127.0.0.1",
    verbose: Annotated[bool, flag("help.up.verbose")] = False,
) -> None:
    logs.set_up(verbose=verbose)
    with suppress(Interrupted), _port(port):
        loop.run(lambda _: _issue(host, port, email), fast=True)


@emulate.command(name="llm", help=words("help.emulate.llm"))
def llm(
    *,
    key: Annotated[str | None, Parameter(help=words("help.emulate.llm_key"))] = None,
    port: Annotated[int, Parameter(help=words("help.emulate.port"))] = 8192,
    host: Annotated[str, Parameter(help=words("help.up.host"))] = "127.0.0.1",
    faults: Annotated[bool, flag("help.emulate.faults")] = False,
    fault: Annotated[
        tuple[str, ...],
        Parameter(help=words("help.emulate.fault"), negative=(), show_default=False),
    ] = (),
    chaos: Annotated[float, Parameter(help=words("help.emulate.chaos"))] = 0.0,
    seed: Annotated[int, Parameter(help=words("help.emulate.seed"))] = 0,
    verbose: Annotated[bool, flag("help.up.verbose")] = False,
) -> None:
    logs.set_up(verbose=verbose)
    wanted = talkers.Wanted(host, port, key, faults, *talkers.planned(fault, chaos, seed))
    with suppress(Interrupted), _port(port):
        loop.run(lambda _: talkers.serve(wanted), fast=True)


async def _issue(host: str, port: int, email: str) -> None:
    from affiche.emulators.oidc import Person, serving

    async with serving(host=host, port=port, person=Person(email=email)) as running:
        out().print(words("emulate.issuing", url=running.url, email=email))
        for name, value in (
            ("AFFICHE_OIDC_ISSUER", running.url),
            ("AFFICHE_OIDC_CLIENT_ID", running.client_id),
            ("AFFICHE_OIDC_CLIENT_SECRET", running.client_secret),
        ):
            out().print(f"{name}={value}", soft_wrap=True)
        await asyncio.get_running_loop().create_future()


def _planned(
    faults: Sequence[str], chaos: float, seed: int
) -> tuple[Sequence["Fault"], "Chance | None"]:
    from affiche.emulators.comfyui.faults import Chance, parse

    example = "node:fail:node=VAEDecode,times=2"
    return mishaps.planned(faults, chaos, seed, parse=parse, chance=Chance, example=example)


async def _serve(folder: Path, wanted: Wanted) -> None:
    from affiche.emulators.comfyui import serving

    options = {"pace": wanted.pace, "control": wanted.control}
    async with serving(folder, host=wanted.host, port=wanted.port, **options) as running:
        running.faults.begin(wanted.faults, wanted.chance)
        out().print(words("emulate.running", url=running.url))
        out().print(words("emulate.use", url=running.url), style="dim")
        await asyncio.get_running_loop().create_future()


@contextmanager
def _port(port: int) -> Iterator[None]:
    try:
        yield
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise CommandError("no_port", Exit.FAILED, port=port, reason=reason) from error
