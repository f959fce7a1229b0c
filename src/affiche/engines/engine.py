"""What every engine can do. One folder a kind; one conformance suite for all."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from affiche.domain.observations import Hint, Observation, Output

Graph = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Picture:
    """An input picture that the graph reads: where its name goes, and its bytes.

    `node` and `input` say which input takes the name that the engine gives the upload.
    `name` is ASCII and derived from the content, so that a second upload finds the first. `key`
    is what the request calls it, for engines that take parameters in a graph's place. `url` is
    where the engine may fetch it; then there may be no `data`. `sent_as` is what it is called
    where it is sent along with its graph, if the template says so.
    """

    node: str
    input: str
    name: str
    data: bytes
    media_type: str
    key: str = ""
    url: str | None = None
    sent_as: str = ""


@dataclass(frozen=True, slots=True)
class Taken:
    """Input `input` of node `node` takes the picture that the stage named `stage` gave."""

    node: str
    input: str
    stage: str


@dataclass(frozen=True, slots=True)
class Later:
    """A further stage of the same run, for engines whose endpoint does stages."""

    name: str
    graph: Graph
    outputs: tuple[str, ...]
    pictures: Sequence[Picture] = ()
    takes: Sequence[Taken] = ()


@dataclass(frozen=True, slots=True)
class Run:
    """One run of one bound graph, or of several, each taking what one before it gave.

    `external_id` is ours (a canonical lower-case UUID). `fresh` says that nobody can have submitted
    this id before (it was committed before the first attempt, and this is that attempt), so that it
    need not be looked for. `name` is the stage's, `outputs` the nodes whose pictures count.

    For engines elsewhere: `parameters` are the settled inputs by request key, without pictures;
    `webhook` is where its end may be told; `queue_seconds` and `run_seconds` bound the wait there
    and the run, after which it is nobody's any more.
    """

    external_id: str
    graph: Graph
    pictures: Sequence[Picture] = ()
    fresh: bool = False
    name: str = ""
    outputs: tuple[str, ...] = ()
    later: tuple[Later, ...] = ()
    parameters: Mapping[str, Any] = field(default_factory=dict)
    webhook: str | None = None
    queue_seconds: float = 15 * 60
    run_seconds: float = 6 * 60


@dataclass(frozen=True, slots=True)
class Health:
    """`ok` with `version` and `queued` (runs waiting or running), or why not, in English.

    `workers`: how many stand ready or run, `waking`: how many are being started; None where the
    engine has no such thing.
    """

    ok: bool
    version: str | None = None
    queued: int | None = None
    reason: str | None = None
    workers: int | None = None
    waking: int | None = None


class Engine(Protocol):
    """Where a graph runs. Every call has a time-out; failures are `EngineError`s."""

    kind: str
    names_runs: bool
    """Whether it gives runs ids of its own, under which alone they can be found again."""
    by_url: bool
    """Whether pictures should come as addresses, where there are such."""

    async def submit(self, run: Run) -> str:
        """Start `run`, or find that it was started before; returns the engine's id of it.

        Safe to repeat: looks for `run.external_id` first, unless the engine names runs: then who
        asks must not repeat what raised SubmissionUnknown. Raises EngineUnreachable, EngineBusy
        (both retryable, outcome possibly unknown unless the engine names runs), EngineRefused or
        PayloadTooLarge (never accepted).
        """

    async def look(self, external_id: str) -> Observation:
        """What the engine's own record says of the run. Raises EngineUnreachable."""

    async def glance(self, external_ids: Collection[str]) -> Mapping[str, Observation]:
        """What can be said of many runs at little cost: those that wait or run.

        A run not in the answer must be looked at by itself. What is said may be older than a
        look, the more so the longer the engine's queue is. Raises EngineUnreachable.
        """

    async def cancel(self, external_id: str) -> bool:
        """Stop the run wherever it is, never anyone else's; True if it was there. Repeatable."""

    def read(self, output: Output) -> AsyncIterator[bytes]:
        """The bytes of one output. Raises OutputMissing, EngineUnreachable, or
        PictureTooLarge past the limit the engine was made with."""

    def hints(self) -> AsyncIterator[Hint]:
        """Hints as they come, for ever; reconnects by itself and replays nothing."""

    async def schemas(self) -> Mapping[str, Any]:
        """Node schemas in the shape of ComfyUI's `/object_info`."""

    async def health(self) -> Health:
        """Never raises."""

    async def warm(self) -> None:
        """Keep a worker awake by the cheapest job there is; nothing where none falls asleep."""

    async def close(self) -> None: ...
