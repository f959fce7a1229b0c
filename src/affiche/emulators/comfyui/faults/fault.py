"""What can go wrong, and where."""

from dataclasses import dataclass
from typing import Final, Literal

from affiche.emulators.plan import Asker, check, id_or_number, parsed

Kind = Literal[
    "refuse", "delay", "hang", "fail", "drop", "vanish", "lose", "restart", "truncate", "junk",
    "lie", "partial", "rename", "resize", "flood", "interrupt", "wipe", "empty", "gone", "deafen",
    "repeat",
]  # fmt: skip

_ASKING: Final[tuple[Kind, ...]] = ("refuse", "delay", "hang")
# `drop`: the work is done, and the connection broken off in place of the answer. `lie`: the
# length announced is longer than what comes.
_ANSWERING: Final[tuple[Kind, ...]] = (*_ASKING, "drop", "junk", "truncate", "lie")

POINTS: Final[dict[str, tuple[Kind, ...]]] = {
    # HTTP, by the first part of the path. `vanish`: accepted and lost. `partial`: accepted
    # without one of its outputs, whose errors are in the 200.
    "prompt": (*_ANSWERING, "vanish", "partial"),
    "queue": _ANSWERING,
    "history": _ANSWERING,
    "jobs": _ANSWERING,
    "interrupt": _ANSWERING,
    # `rename`: as if another file of that name were there.
    "upload": (*_ANSWERING, "rename"),
    "object_info": _ANSWERING,
    "system_stats": _ANSWERING,
    "models": _ANSWERING,
    # `resize`: a picture of half the size. `flood`: a body without an end.
    "view": (*_ANSWERING, "resize", "flood"),
    "ws": _ASKING,
    # The next in line, before it runs. `lose`: taken out of the queue without a trace.
    "start": ("lose", "delay", "hang", "restart"),
    # The run of a graph. `interrupt`: somebody else's.
    "node": ("fail", "delay", "hang", "restart", "drop", "interrupt"),
    # After the last message of a run, before it is in the history. `lose`: it never is. `wipe`:
    # nobody's is any more. `empty`: as of cached outputs that are not shown. `gone`: the files
    # are, as those of cached outputs may be.
    "end": ("lose", "wipe", "empty", "gone", "delay", "hang", "restart", "drop"),
    # One message. `drop`: it is lost, and every socket with it. `deafen`: the socket stays open
    # and hears nothing more, as when an older one with its client id closes.
    "socket": ("drop", "lose", "junk", "repeat", "deafen"),
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One planned fault.

    It strikes `times` times (0: for ever), first at the `nth` occasion. `prompt` narrows it to one
    prompt, by its id or by its number among those asked for (the first is 1); `node` the point
    "node" to an id or class, and says which output a partial acceptance drops or a refusal names;
    `frame` the point "socket" to a type of message ("preview" and "text" for binary ones).
    `seconds` is the length of a delay, or how long a restart keeps the port closed. `status` is
    what a refusal answers, as text; with `type`, which is one of ComfyUI's own error types, it is
    400 and JSON. `keep` is how many bytes are left of what is truncated or lied about (half of
    them when None).
    """

    point: str
    kind: Kind
    times: int = 1
    nth: int = 1
    prompt: str | int | None = None
    node: str | None = None
    frame: str | None = None
    seconds: float = 0.0
    status: int = 500
    type: str | None = None
    keep: int | None = None
    message: str = "Allocation on device"
    exception: str = "torch.OutOfMemoryError"

    def __post_init__(self) -> None:
        check(self, POINTS)

    def meant(self, names: tuple[str, ...], asker: Asker | None) -> bool:
        """Whether an occasion of that prompt, node or message is one of this fault's."""
        if self.prompt is not None and (asker is None or self.prompt not in asker):
            return False
        # At the points of HTTP a node is what the answer speaks of.
        wanted = {"node": self.node, "socket": self.frame}.get(self.point)
        return wanted is None or wanted in names


def parse(text: str) -> Fault:
    """A fault as a command line names it: `point:kind` or `point:kind:name=value,name=value`.

    >>> parse("node:fail:node=VAEDecode,times=2")

    Raises ValueError with what is wrong, or what there is instead.
    """
    return parsed(Fault, text, {"prompt": id_or_number})
