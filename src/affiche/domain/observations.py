"""What an engine says of a run. However it arrives, it is one of these."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from affiche.errors import EngineError


@dataclass(frozen=True, slots=True)
class Output:
    """One thing a run produced, as the engine names it.

    `node` is the id of the node that gave it, `kind` is "images", "audio", "text" …; `ref` is the
    engine's own address of the bytes (for ComfyUI: filename, subfolder, type).
    """

    node: str
    kind: str
    ref: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Queued:
    """Waiting on the engine; `ahead` runs stand before it, when the engine tells.

    `waking`: there is no worker yet, and one is being started.
    """

    ahead: int | None = None
    waking: bool = False


@dataclass(frozen=True, slots=True)
class Running:
    """`fraction` is 0..1 over the whole graph; `node` the id being executed, `label` its name."""

    fraction: float | None = None
    node: str | None = None
    label: str | None = None


@dataclass(frozen=True, slots=True)
class Succeeded:
    """`seconds` it ran, `waited` before that on the engine, where the engine tells."""

    outputs: tuple[Output, ...]
    seconds: float | None = None
    waited: float | None = None


@dataclass(frozen=True, slots=True)
class Failed:
    """`error.retryable` says whether the same graph may be asked again."""

    error: EngineError


@dataclass(frozen=True, slots=True)
class Unheard:
    """Whether the engine has the run is not known; word of it is waited for `until` then."""

    until: datetime


@dataclass(frozen=True, slots=True)
class Cancelled:
    pass


@dataclass(frozen=True, slots=True)
class Lost:
    """The engine knows nothing of the run: it restarted, forgot, or never had it."""


Observation = Queued | Running | Unheard | Succeeded | Failed | Cancelled | Lost


@dataclass(frozen=True, slots=True)
class Hint:
    """An observation that came by itself (socket, webhook) for the run `external_id`.

    A hint is never believed alone about an end: it makes the pipeline look again. `picture`: what
    the engine shows of a run that is under way, as it came and believed by nobody yet.
    """

    external_id: str
    observation: Observation
    ended: bool = field(default=False)
    picture: bytes | None = field(default=None, repr=False)
