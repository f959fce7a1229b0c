"""The body of POST /run, in the shape that an endpoint takes: pure.

Sources: RunPod's documentation of /run (webhook, policy); the inputs are those of seed 001
(parameters), of seeds 000 and 004 (workflow and images) and of our own worker (stages).
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from affiche.comfy.prompts import prepared
from affiche.domain.endpoints import Endpoint
from affiche.engines.engine import Graph, Later, Picture, Run
from affiche.engines.runpod.content import Base64
from affiche.errors import EngineRefused

# What RunPod takes for both times of a policy, in seconds (its documentation of endpoints).
LEAST_RUN, LEAST_TTL, MOST = 5.0, 10.0, 7 * 24 * 3600.0
# How long it keeps a result; the ttl deletes even that, and counts from the submission.
KEPT: Final = 30 * 60.0
PING: Final[Mapping[str, Any]] = {
    "input": {"ping": True},
    # A ping is worth nothing to a worker that comes much later.
    "policy": {"executionTimeout": 60_000, "ttl": 300_000},
}


def request(run: Run, endpoint: Endpoint, by_url: bool) -> dict[str, Any]:
    """What is posted for `run`; pictures go by address where they have one and `by_url`.

    Raises EngineRefused for what RunPod would let time out: an input with nothing in it.
    """
    if endpoint.request_shape == "parameters":
        given = _parameters(run, by_url)
    elif run.later:
        given = _stages(run, by_url)
    else:
        given = _workflow(run, endpoint, by_url)
    if not given or not (run.graph or run.parameters):
        raise EngineRefused(reason="nothing to run")
    body = {"input": given, "policy": policy(run.queue_seconds, run.run_seconds)}
    return {**body, "webhook": run.webhook} if run.webhook else body


def policy(queue_seconds: float, run_seconds: float) -> dict[str, int]:
    """In milliseconds. The ttl leaves room for the wait, the run and the reading of its result."""
    ttl = queue_seconds + run_seconds + KEPT
    return {
        "executionTimeout": round(1000 * min(max(run_seconds, LEAST_RUN), MOST)),
        "ttl": round(1000 * min(max(ttl, LEAST_TTL), MOST)),
    }


def _parameters(run: Run, by_url: bool) -> dict[str, Any]:
    """The first picture is `image_url` or `image_base64` whatever it is called here; others go by
    their own keys. The worker's package has all stages, so they go together."""
    given = {key: value for key, value in run.parameters.items() if value is not None}
    pictures = [*run.pictures, *(each for stage in run.later for each in stage.pictures)]
    for name, picture in _called(pictures):
        source = _source(picture, by_url)
        given[f"{name}_base64" if isinstance(source, Base64) else f"{name}_url"] = source
    return given


def _called(pictures: Sequence[Picture]) -> Iterator[tuple[str, Picture]]:
    """Each picture once, under a name of its own, also where several nodes read it."""
    seen: dict[tuple[str, str], str] = {}
    for picture in pictures:
        if (picture.key, picture.name) in seen:
            continue
        name = picture.key if seen and picture.key not in seen.values() else ""
        name = name or (f"image_{len(seen) + 1}" if seen else "image")
        seen[picture.key, picture.name] = name
        yield name, picture


def _workflow(run: Run, endpoint: Endpoint, by_url: bool) -> dict[str, Any]:
    graph: Any = _prepared(run.graph, run.pictures, f"affiche-{run.external_id}")
    if endpoint.workflow_as == "text":
        graph = json.dumps(graph, allow_nan=False)
    images = _images(run.pictures, by_url)
    if not images:
        return {"workflow": graph}
    if endpoint.images_as == "map":
        return {"workflow": graph, "images": images}
    return {"workflow": graph, "images": _listed(images)}


def _stages(run: Run, by_url: bool) -> dict[str, Any]:
    first = Later(run.name, run.graph, run.outputs, run.pictures)
    return {
        "stages": [
            _stage(stage, f"affiche-{run.external_id}-{number}", by_url)
            for number, stage in enumerate((first, *run.later), 1)
        ]
    }


def _stage(stage: Later, prefix: str, by_url: bool) -> dict[str, Any]:
    takes = [{"node": t.node, "input": t.input, "stage": t.stage} for t in stage.takes]
    return {
        "name": stage.name,
        "workflow": _prepared(stage.graph, stage.pictures, prefix),
        "images": _listed(_images(stage.pictures, by_url)),
        **({"takes": takes} if takes else {}),
        "outputs": list(stage.outputs),
    }


def _prepared(graph: Graph, pictures: Sequence[Picture], prefix: str) -> dict[str, Any]:
    return prepared(graph, prefix, [(each.node, each.input, _named(each)) for each in pictures])


def _images(pictures: Sequence[Picture], by_url: bool) -> dict[str, Base64 | str]:
    return {_named(picture): _source(picture, by_url) for picture in pictures}


def _named(picture: Picture) -> str:
    """Each run has its worker to itself, so that names may be a template's own, as seed 004's."""
    return picture.sent_as or picture.name


def _listed(images: Mapping[str, Base64 | str]) -> list[dict[str, Any]]:
    return [{"name": name, "image": image} for name, image in images.items()]


def _source(picture: Picture, by_url: bool) -> Base64 | str:
    """Base64 without a data URI's prefix, or an address."""
    if picture.url and (by_url or not picture.data):
        return picture.url
    if not picture.data:
        raise EngineRefused(reason="a picture without bytes or address")
    return Base64(picture.data)
