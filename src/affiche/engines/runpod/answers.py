"""What GET /status answers, as an observation: pure, and safe against any JSON.

Source: RunPod's documentation of job states; times are in milliseconds.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from affiche.domain.observations import (
    Cancelled,
    Failed,
    Observation,
    Queued,
    Running,
    Succeeded,
)
from affiche.engines.runpod.failures import failure, timed_out, trouble
from affiche.engines.runpod.figures import line, name, number, parsed, seconds
from affiche.engines.runpod.reading import Path, outputs, resolve
from affiche.errors import EngineUnreachable, OutputMissing

_LABEL: Final = re.compile(r"[\w.:+()|/ -]{1,80}")


@dataclass(frozen=True, slots=True)
class Read:
    """`texts`: what the outputs' places in the answer hold."""

    observation: Observation
    texts: Mapping[Path, str] = field(default_factory=dict, repr=False)


def read(run_id: str, body: bytes) -> Read:
    """Raises EngineUnreachable for what is no such answer."""
    answer = parsed(body)
    seen = observe(run_id, answer)
    places = [
        tuple(output.ref["at"])
        for output in (seen.outputs if isinstance(seen, Succeeded) else ())
        if "at" in output.ref
    ]
    return Read(seen, {at: text for at in places if (text := resolve(answer, at)) is not None})


def observe(run_id: str, answer: Any) -> Observation:
    """A partial failure is a failure, and so is an end without anything to show for it. Raises
    EngineUnreachable for a state that there is not."""
    if not isinstance(answer, Mapping):
        raise EngineUnreachable(detail="not a status")
    match answer.get("status"):
        case "IN_QUEUE":
            return Queued()
        case "IN_PROGRESS":
            return progress(answer.get("output"))
        case "COMPLETED":
            return _completed(run_id, answer)
        case "FAILED":
            return Failed(failure(answer))
        case "CANCELLED":
            return Cancelled()
        case "TIMED_OUT":
            return Failed(timed_out(answer))
    raise EngineUnreachable(detail=f"status {line(answer.get('status'), 80)}")


def progress(update: Any) -> Running:
    """The worker's last update, as far as it can be understood."""
    told = update if isinstance(update, Mapping) else {"progress": update}
    given = ((key, number(told.get(key))) for key in ("fraction", "progress", "percent"))
    key, fraction = next(((key, value) for key, value in given if value is not None), ("", None))
    if fraction is not None:
        # Others count to a hundred.
        fraction = fraction / 100 if key != "fraction" and fraction > 1 else fraction
        fraction = min(1.0, max(0.0, fraction))
    label = told.get("label")
    known = isinstance(label, str) and _LABEL.fullmatch(label)
    return Running(fraction, name(told.get("node")) or None, label if known else None)


def _completed(run_id: str, answer: Mapping[str, Any]) -> Succeeded | Failed:
    if trouble(answer):
        return Failed(failure(answer))
    given = outputs(run_id, answer)
    if all(output.kind == "text" for output in given):
        said = line(answer.get("output"), 300)
        return Failed(OutputMissing(detail=f"the worker gave {said}"))
    ran, waited = seconds(answer.get("executionTime")), seconds(answer.get("delayTime"))
    return Succeeded(given, seconds=ran, waited=waited)
