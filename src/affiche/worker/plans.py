"""What a job comes to: stages of bound graphs, and the pictures that go in. Data only."""

from dataclasses import dataclass
from typing import Any, Literal

from affiche.domain.forms import InlinePicture, PictureAddress
from affiche.worker.inputs import Deliver

Api = dict[str, dict[str, Any]]
Shape = Literal["parameters", "workflow", "stages"]


@dataclass(frozen=True, slots=True)
class Wanted:
    """A picture that goes in: where its name is to stand in the graph, and where it comes from;
    `path` is where in the input it was asked."""

    path: str
    source: InlinePicture | PictureAddress
    places: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Take:
    """Input `input` of node `node` takes the first picture that stage `stage` gave."""

    node: str
    input: str
    stage: str


@dataclass(frozen=True, slots=True)
class StagePlan:
    """`outputs`: the nodes whose results count, in this order; all of them if empty."""

    name: str
    graph: Api
    pictures: tuple[Wanted, ...] = ()
    takes: tuple[Take, ...] = ()
    outputs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """One job. `seed`: the one that was settled, for a package that has one."""

    shape: Shape
    stages: tuple[StagePlan, ...]
    deliver: Deliver = "auto"
    seed: int | None = None

    def counts(self, stage: StagePlan) -> bool:
        """Whether what it gave is a result: it is not when a later stage takes it."""
        return all(take.stage != stage.name for later in self.stages for take in later.takes)
