"""The answer of a job, in the form in which RunPod carries it: pure."""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from affiche.worker.outputs import KINDS, Made, Said
from affiche.worker.plans import Shape

# Names, types and braces of one file; and of the whole answer with what the SDK puts around it.
_OF_A_FILE: Final = 4 * 1024
_AROUND: Final = 8 * 1024


@dataclass(frozen=True, slots=True)
class Delivered:
    """A file as it goes out: at `url`, or with its bytes. `before`: type and size before it was
    coded anew, if it was."""

    made: Made
    url: str | None = None
    before: tuple[str, int] | None = None


@dataclass(frozen=True, slots=True)
class Job:
    """What an answer says beside its files. `runs`: stage and prompt id of each that was begun."""

    shape: Shape
    seed: int | None
    runs: Sequence[tuple[str, str]]
    seconds: float


def posted_size(made: Sequence[Made], said: Sequence[Said]) -> int:
    """The most bytes that the answer takes as JSON, with every file in it as base64."""
    files = sum(4 * -(-len(each.data) // 3) + _OF_A_FILE for each in made)
    # A character is six bytes at most, escaped.
    texts = sum(6 * len(each.text) + _OF_A_FILE for each in said)
    return files + texts + _AROUND


def answer(job: Job, files: Sequence[Delivered], said: Sequence[Said]) -> dict[str, Any]:
    """The output of a job. Encodes base64, at some 1 ms a megabyte.

    `{"images", "videos", "audio", "files": [{"filename", "node", "stage"?, "type": "base64" |
    "s3_url", "data", "media_type", "before"?}], "text": [{"node", "stage"?, "text"}],
    "prompt_id", "seconds", "seed"?, "stages"?}`, empty lists left out. The one picture of a job
    by parameters is `image` (base64, beside its `filename` and `media_type`) as in seed 001, and
    not in `images` as well, so that no byte of it goes twice.
    """
    found: dict[str, Any] = {}
    pictures = [each for each in files if each.made.kind == "images"]
    alone = pictures[0] if len(pictures) == 1 and job.shape == "parameters" else None
    if alone is not None and alone.url is None:
        found.update(_file(alone))
        found["image"] = found.pop("data")
        del found["type"]
        files = [each for each in files if each is not alone]
    for kind in KINDS:
        if listed := [_file(each) for each in files if each.made.kind == kind]:
            found[kind] = listed
    if said:
        found["text"] = [{**_where(each), "text": each.text} for each in said]
    return {**found, **_about(job)}


def _about(job: Job) -> dict[str, Any]:
    found: dict[str, Any] = {"seconds": round(job.seconds, 3)}
    if job.runs:
        found["prompt_id"] = job.runs[-1][1]
    if job.seed is not None:
        found["seed"] = job.seed
    if len(job.runs) > 1:
        found["stages"] = [{"name": name, "prompt_id": run} for name, run in job.runs]
    return found


def _file(each: Delivered) -> dict[str, Any]:
    made = each.made
    found: dict[str, Any] = {
        "filename": made.filename,
        **_where(made),
        "type": "s3_url" if each.url else "base64",
        "data": each.url or base64.b64encode(made.data).decode("ascii"),
        "media_type": made.media_type,
    }
    if each.before is not None:
        found["before"] = {"media_type": each.before[0], "bytes": each.before[1]}
    return found


def _where(each: Made | Said) -> Mapping[str, str]:
    return {"node": each.node, **({"stage": each.stage} if each.stage else {})}
