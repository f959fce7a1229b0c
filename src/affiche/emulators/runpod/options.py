"""How an emulated RunPod is set up. Durations are in seconds of its own clock."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

Progress = Callable[[Any], None]
Handler = Callable[[dict[str, Any], Progress], Awaitable[Any]]
"""A built-in worker: of a job's input and what takes its progress, its output."""

LIMITS: Final[Mapping[str, tuple[int, int]]] = {
    "run": (1000, 200),
    "runsync": (2000, 400),
    "status": (2000, 400),
    "cancel": (100, 20),
    "purge": (2, 2),
}
"""Requests per 10 s and at once, as published; a stream counts as a status."""

KEY: Final = "rpa_emulated"


@dataclass(frozen=True, slots=True)
class Terms:
    """How one endpoint is set up.

    Between `standby` and `workers` workers are kept: one more for every job that finds none, which
    is ready after `cold_start` and let go when it was without a job for `idle`. What they run is
    `handler`, in this process with `concurrency` jobs at once, or `command`, a process of its own
    with `environment` beside RunPod's variables; with neither they are started by hand.

    `execution` and `ttl` hold where a job's policy says nothing. `keep` and `keep_sync` are how
    long the results of /run and /runsync can be read. A job that no ping names for `lost_after`
    goes back to the queue, and fails the second time. `restart_pause` is how long a worker that
    ended badly is unhealthy.

    A webhook that is not answered by 200 within `webhook_timeout` (real seconds) is repeated
    `webhook_retries` times after `retry_pause`; `webhook_states` are the ends that are told.
    `run_cap` and `sync_cap` are the most bytes of a request and of its result. `limits` are by
    operation the most requests per 10 s and at once; {} for none.
    """

    workers: int = 3
    standby: int = 0
    concurrency: int = 1
    handler: Handler | None = None
    command: Sequence[str] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    cold_start: float = 0.0
    idle: float = 5.0
    execution: float = 600.0
    ttl: float = 86_400.0
    keep: float = 1800.0
    keep_sync: float = 60.0
    lost_after: float = 20.0
    restart_pause: float = 1.0
    webhook_timeout: float = 10.0
    webhook_retries: int = 2
    retry_pause: float = 10.0
    webhook_states: Sequence[str] = ("COMPLETED", "FAILED")
    run_cap: int = 10_000_000
    sync_cap: int = 20_000_000
    limits: Mapping[str, tuple[int, int]] = field(default_factory=lambda: LIMITS)


@dataclass(frozen=True, slots=True)
class Options:
    """What a server is started with.

    `key` is the one API key, which workers send too. `endpoints` are those that there are; None
    for any, each on `terms`. `clock` is how many of the cloud's seconds pass in a real one. A
    worker that asks for jobs or stops waits up to `hold` real seconds; it pings every
    `ping_interval` of them (the SDK counts whole seconds). `grace` is how many a worker's process
    has to end by itself. `control` opens `/_faults` and `/_counts` to loopback.
    """

    terms: Terms = field(default_factory=Terms)
    endpoints: Mapping[str, Terms] | None = None
    key: str = KEY
    clock: float = 1.0
    hold: float = 20.0
    ping_interval: float = 2.0
    grace: float = 3.0
    control: bool = False
