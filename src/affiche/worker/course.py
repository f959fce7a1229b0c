"""One job from its first stage to its last: pictures in, runs, and what they gave."""

import hashlib
import logging
import re
from collections.abc import Sequence
from contextlib import suppress
from functools import partial

from affiche.comfy.progress import Progress, plan
from affiche.errors import EngineError, OutOfMemory, OutputMissing
from affiche.worker.ears import Ears
from affiche.worker.outputs import Made, Said, chosen, missing, read
from affiche.worker.plans import Plan, StagePlan
from affiche.worker.progress import Reporter, overall
from affiche.worker.runs import Ended, Runner
from affiche.worker.settings import WorkerSettings
from affiche.worker.sources import Picture, picture

_FOLDER = "affiche"
_log = logging.getLogger(__name__)


class Course:
    """`runs` are stage and prompt id of those that ended, in their order."""

    def __init__(
        self, plan_: Plan, runner: Runner, settings: WorkerSettings, reporter: Reporter
    ) -> None:
        self._plan = plan_
        self._runner = runner
        self._settings = settings
        self._reporter = reporter
        self._weights = [sum(plan(stage.graph).weights.values()) for stage in plan_.stages]
        self._made: dict[str, list[Made]] = {}
        self._said: dict[str, list[Said]] = {}
        # Names on the server by our own: a picture goes up once, whoever reads it.
        self._uploaded: dict[str, str] = {}
        self.runs: list[tuple[str, str]] = []

    async def run(self) -> None:
        """All stages, one after the other. Raises PictureWrong before anything is run, and what
        `Runner.run` raises, RunFailed, OutputMissing or OutputBroken."""
        pictures = [
            [await picture(wanted, self._settings) for wanted in stage.pictures]
            for stage in self._plan.stages
        ]
        async with self._runner.listening() as ears:
            for at, stage in enumerate(self._plan.stages):
                names = await self._names(stage, pictures[at])
                ended = await self._ended(at, stage, names, ears)
                self.runs.append((stage.name, ended.prompt_id))
                await self._keep(stage, ended)

    def results(self, *, failed: bool) -> tuple[list[Made], list[Said]]:
        """What counts, of all stages; of a job that failed, all there is."""
        stages = [s.name for s in self._plan.stages if failed or self._plan.counts(s)]
        made = [each for name in stages for each in self._made.get(name, ())]
        said = [each for name in stages for each in self._said.get(name, ())]
        return made, said

    async def _ended(
        self, at: int, stage: StagePlan, names: Sequence[tuple[str, str, str]], ears: Ears
    ) -> Ended:
        """One run; once more after memory ran out and everything else was unloaded."""
        seconds, hear = self._settings.run_seconds, partial(self._hear, at)
        ended = await self._runner.run(ears, stage.graph, names, seconds, hear)
        if isinstance(ended.error, OutOfMemory):
            _log.warning("memory ran out; it is freed, and the run begun again")
            with suppress(EngineError):
                await self._runner.client.free()
            ended = await self._runner.run(ears, stage.graph, names, seconds, hear)
        return ended

    async def _names(
        self, stage: StagePlan, pictures: Sequence[Picture]
    ) -> list[tuple[str, str, str]]:
        """The stage's pictures uploaded: (node, input, name on the server)."""
        names = []
        for wanted, found in zip(stage.pictures, pictures, strict=True):
            name = await self._upload(found)
            names += [(node, field, name) for node, field in wanted.places]
        for take in stage.takes:
            name = await self._upload(self._taken(take.stage))
            names.append((take.node, take.input, name))
        return names

    def _taken(self, stage: str) -> Picture:
        for made in self._made[stage]:
            if made.kind == "images":
                digest = hashlib.sha256(made.data).hexdigest()[:32]
                # As the media type ends, of letters that every server keeps.
                ending = re.sub(r"[^a-z0-9]", "", made.media_type.partition("/")[2])
                return Picture(f"{digest}.{ending or 'png'}", made.data, made.media_type)
        raise OutputMissing(detail=f"stage {stage!r} gave no picture to take")

    async def _upload(self, found: Picture) -> str:
        if found.name not in self._uploaded:
            upload = self._runner.client.upload
            self._uploaded[found.name] = await upload(
                found.name, found.data, found.media_type, _FOLDER
            )
        return self._uploaded[found.name]

    async def _keep(self, stage: StagePlan, ended: Ended) -> None:
        outputs = chosen(ended.outputs, stage.outputs)
        made, said, broken = await read(self._runner.client, self._label(stage), outputs)
        self._made[stage.name], self._said[stage.name] = made, said
        if error := ended.error or broken:
            raise error
        if lacking := missing(ended.outputs, stage.outputs):
            raise OutputMissing(nodes=lacking, detail=f"nothing of {', '.join(lacking)}")
        if not made and not said:
            raise OutputMissing(detail="no output at all")

    def _label(self, stage: StagePlan) -> str:
        return stage.name if len(self._plan.stages) > 1 else ""

    def _hear(self, at: int, progress: Progress) -> None:
        self._reporter.tell(
            {
                "fraction": overall(self._weights, at, progress.fraction),
                "node": progress.node,
                "label": progress.label({}),
                "stage": at + 1,
                "stages": len(self._plan.stages),
            }
        )
