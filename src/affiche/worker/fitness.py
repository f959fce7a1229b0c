"""Whether this worker can work, seen before its first job and after every failure of the house.

Whoever is not fit says so at once, to the log and in the answer to each job, with the remedy.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

import aiohttp

from affiche.comfy.client import Client
from affiche.domain.workflows import Model
from affiche.errors import EngineError, WorkerUnfit
from affiche.worker.gpus import Gpus, ask, misfits
from affiche.worker.settings import WorkerSettings

Ask = Callable[[], Awaitable[Gpus]]
_BETWEEN: Final = 0.25
# For a server that was up before, or did not come up in its time.
_GRACE: Final = 20.0
# Where models are kept below a volume.
_ROOTS: Final = ("models", "ComfyUI/models", "")
# No model is smaller; a download that broke off, or a page in place of a file, is.
_SMALLEST: Final = 64 * 1024
_log = logging.getLogger(__name__)


class Unfit(WorkerUnfit):
    """`replace`: another machine would do better, so this worker had better go."""

    def __init__(self, reasons: Sequence[str], *, replace: bool = False) -> None:
        self.replace = replace
        super().__init__(reason=" ".join(reasons))


class Fitness:
    """`models` are those of the package; `waited` that ComfyUI has had its time to come up."""

    def __init__(
        self,
        settings: WorkerSettings,
        client: Client,
        models: Sequence[Model] = (),
        *,
        waited: bool = False,
        gpus: Ask = ask,
    ) -> None:
        self._settings = settings
        self._client = client
        self._models = models
        self._waited = waited
        self._gpus = gpus
        self._card_fits = False
        self._models_fit = False

    def doubt(self) -> None:
        """Something went wrong that may lie with us: everything is looked at again."""
        self._card_fits = self._models_fit = False

    async def check(self, *, package: bool) -> None:
        """Raises Unfit. With `package` its models have to be there too; a job that brings its
        own workflow may need others, and ComfyUI names those itself."""
        await self._up()
        try:
            if not self._card_fits:
                await self._check_card()
                self._card_fits = True
            if package and not self._models_fit:
                if wrong := await self.lacking(self._models):
                    raise Unfit(wrong)
                self._models_fit = True
        except EngineError as error:
            if not isinstance(error, Unfit):
                raise Unfit([self._down(error)]) from error
            _log.error("this worker is not fit: %s", error)
            raise

    async def _up(self) -> None:
        """Until ComfyUI answers. A first start may take its time; later ones are soon told."""
        settings, clock = self._settings, asyncio.get_running_loop().time
        patience = min(_GRACE, settings.start_seconds) if self._waited else settings.start_seconds
        until = clock() + patience
        while True:
            try:
                await self._client.remaining()
            except EngineError as error:
                # What it knew of its card and its files may be of another time.
                self.doubt()
                if clock() >= until:
                    self._waited = True
                    unfit = Unfit([self._down(error, patience)])
                    _log.error("this worker is not fit: %s", unfit)
                    raise unfit from error
                await asyncio.sleep(_BETWEEN)
            else:
                self._waited = True
                return

    async def _check_card(self) -> None:
        stats = await self._client.system_stats()
        devices = stats.get("devices")
        types = [str(d.get("type")) for d in devices or () if isinstance(d, Mapping)]
        torch = str(stats["system"].get("pytorch_version") or "")
        gpus = await self._gpus()
        if wrong := misfits(gpus, torch, types):
            raise Unfit(wrong, replace=True)
        names = ", ".join(card.name for card in gpus.cards) or "no card that nvidia-smi knows"
        _log.info("ComfyUI is up: torch %s on %s (%s)", torch, ", ".join(types), names)

    async def lacking(self, models: Iterable[Model]) -> list[str]:
        """Which of `models` ComfyUI does not have where it looks, each with the remedy."""
        listed: dict[str, tuple[str, ...] | None] = {}
        wrong = []
        for model in models:
            if model.folder not in listed:
                listed[model.folder] = await self._client.models(model.folder)
            names = listed[model.folder]
            told = await asyncio.to_thread(misplaced, model, names, self._settings.volume)
            wrong += [told] if told else []
        return wrong

    def _down(self, error: EngineError, seconds: float | None = None) -> str:
        what = "does not answer"
        match error.__cause__:
            case aiohttp.ClientConnectorError():
                what = "is not there: nothing listens"
            case None:
                what = "is not there: something else answers"
        since = f" within {seconds:g} s" if seconds else ""
        return (
            f"ComfyUI {what} at {self._settings.comfyui}{since}. See the container's log for why "
            "it did not start, or set COMFY_API_URL to where it is."
        )


def misplaced(model: Model, names: Sequence[str] | None, volume: Path) -> str | None:
    """What is wrong with a model file, and the remedy; None if ComfyUI has it in its folder.

    `names` are what ComfyUI lists in `model.folder`, None if it knows no such folder.
    """
    place = f"models/{model.folder}/{model.name}"
    found = _found(model, volume)
    right = [path for folder, path in found if folder == model.folder]
    if names is not None and model.name in names:
        small = [path for path in right if path.stat().st_size < _SMALLEST]
        if not small:
            return None
        return (
            f"{place} has only {small[0].stat().st_size} bytes: its download broke off, or the "
            "licence was not accepted. Delete it and run setup_netvolume.sh again."
        )
    if names is None:
        return f"ComfyUI knows no folder models/{model.folder}: bring ComfyUI up to date."
    if right:
        return (
            f"{place} is on the volume, but ComfyUI does not look there: extra_model_paths.yaml "
            f"has to name the folder {model.folder} below {volume}."
        )
    if found:
        wrong = found[0][0]
        return (
            f"{model.name} is in models/{wrong}/ and has to be in models/{model.folder}/: move "
            "it there."
        )
    return f"{place} is missing: run setup_netvolume.sh on the volume {volume}, or add it there."


def _found(model: Model, volume: Path) -> list[tuple[str, Path]]:
    """Every file of the model's name on the volume, with the folder it lies in."""
    found: list[tuple[str, Path]] = []
    for root in _ROOTS:
        try:
            folders = sorted(path for path in (volume / root).iterdir() if path.is_dir())
        except OSError:
            continue
        files = ((folder.name, folder / model.name) for folder in folders)
        found += [(name, file) for name, file in files if file.is_file()]
    return found
