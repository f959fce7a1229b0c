"""What can go wrong in the cloud, and where."""

from dataclasses import dataclass
from typing import Final, Literal

from affiche.emulators.plan import Asker, check, id_or_number, parsed
from affiche.emulators.runpod.faults.shapes import SHAPES

Kind = Literal[
    "refuse", "delay", "hang", "drop", "junk", "truncate", "lie", "vanish", "stick", "throttle",
    "fail", "kill", "lose", "enlarge", "expire", "repeat", "forge",
]  # fmt: skip

# `drop`: it is done, and the connection broken off in place of the answer. `lie`: the length
# announced is longer than what comes.
_ANSWERING: Final[tuple[Kind, ...]] = (
    "refuse", "delay", "hang", "drop", "junk", "truncate", "lie",
)  # fmt: skip

POINTS: Final[dict[str, tuple[Kind, ...]]] = {
    # HTTP, by operation. `vanish`: accepted and lost.
    "run": (*_ANSWERING, "vanish"),
    "runsync": _ANSWERING,
    "status": _ANSWERING,
    "stream": _ANSWERING,
    "cancel": _ANSWERING,
    "retry": _ANSWERING,
    "purge": _ANSWERING,
    "health": _ANSWERING,
    # HTTP of the workers.
    "take": _ANSWERING,
    "stop": _ANSWERING,
    "done": _ANSWERING,
    "chunk": _ANSWERING,
    "ping": _ANSWERING,
    # A job that was accepted. `stick`: no worker ever gets it. `delay`: not before then.
    "queue": ("stick", "delay"),
    # A worker that is being started. `throttle`: no machine is free for it.
    "worker": ("delay", "throttle", "fail"),
    # A job that a worker got. `kill`: the worker dies. `stick`: it is in progress for ever.
    "work": ("kill", "stick"),
    # A result that came. `lose`: nobody hears of it. `enlarge`: it is over the cap. `expire`: its
    # time is over at once.
    "result": ("junk", "fail", "lose", "enlarge", "expire", "delay"),
    # A webhook. `forge`: somebody else posts to its address once the job was accepted.
    "webhook": ("lose", "repeat", "delay", "junk", "forge"),
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One planned fault.

    It strikes `times` times (0: for ever), first at the `nth` occasion. `job` narrows it to one
    job, by its id or by its number among those asked for (the first is 1); `endpoint` to one
    endpoint. `seconds` (real ones) is the length of a delay, how long a worker is throttled (0: to
    the end of all faults) or runs until it is killed, and when a forged webhook comes. `status` is
    what a refusal answers, with nothing in it unless `html`. `keep` is how many bytes are left of
    what is truncated or lied about (half of them when None). `shape` names an output that fits
    nothing; `message` is the error of a result that fails. `claim` is what a forged webhook says:
    that this job is completed, or a stranger's.
    """

    point: str
    kind: Kind
    times: int = 1
    nth: int = 1
    job: str | int | None = None
    endpoint: str | None = None
    seconds: float = 0.0
    status: int = 500
    html: bool = False
    keep: int | None = None
    shape: str = "text"
    message: str = "CUDA out of memory"
    claim: str = "completed"

    def __post_init__(self) -> None:
        check(self, POINTS)
        for name, there in (("shape", tuple(SHAPES)), ("claim", ("completed", "stranger"))):
            if getattr(self, name) not in there:
                raise ValueError(f"{name} is one of {', '.join(there)}")

    def meant(self, names: tuple[str, ...], asker: Asker | None) -> bool:
        """Whether an occasion of that job, or at an endpoint of that name, is one of its own."""
        if self.job is not None and (asker is None or self.job not in asker):
            return False
        return self.endpoint is None or self.endpoint in names


def _is_yes(value: str) -> bool:
    return value.lower() in ("1", "true", "yes")


def parse(text: str) -> Fault:
    """A fault as a command line names it: `point:kind` or `point:kind:name=value,name=value`.

    >>> parse("status:refuse:status=502,html=1,times=3")

    Raises ValueError with what is wrong, or what there is instead.
    """
    return parsed(Fault, text, {"job": id_or_number, "html": _is_yes})
