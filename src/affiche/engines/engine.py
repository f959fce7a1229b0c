"""What every engine can do. One folder a kind; one conformance suite for all."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from affiche.domain.observations import Hint, Observation, Output

Graph = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Picture:
    """An input picture that the graph reads: where its name goes, and its bytes.

    `node` and `input` say which input takes the name that the engine gives the upload.
    `name` is ASCII and derived from the content, so that a second upload finds the first.
    """

    node: str
    input: str
    name: str
    data: bytes
    media_type: str


@dataclass(frozen=True, slots=True)
class Run:
    """One run of one bound graph. `external_id` is ours (a canonical lower-case UUID).

    `fresh` says that nobody can have submitted this id before (it was committed before the first
    attempt, and this is that attempt), so that it need not be looked for.
    """

    external_id: str
    graph: Graph
    pictures: Sequence[Picture] = ()
    fresh: bool = False


@dataclass(frozen=True, slots=True)
class Health:
    """`ok` with `version` and `queued` (runs waiting or running), or why not, in English."""

    ok: bool
    version: str | None = None
    queued: int | None = None
    reason: str | None = None


class Engine(Protocol):
    """Where a graph runs. Every call has a time-out; failures are `EngineError`s."""

    kind: str

    async def submit(self, run: Run) -> str:
        """Start `run`, or find that it was started before; returns the engine's id of it.

        Safe to repeat: looks for `run.external_id` first. Raises EngineUnreachable, EngineBusy
        (both retryable, outcome possibly unknown) or EngineRefused (never accepted).
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

    async def close(self) -> None: ...
