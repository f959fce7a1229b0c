"""`/prompt`, `/queue`, `/interrupt`, `/history`, `/free`."""

import json
import time
import uuid
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from affiche.emulators.comfyui.faults import Asker, Kind
from affiche.emulators.comfyui.faults.refusals import node_errors, place
from affiche.emulators.comfyui.routes.answers import body, empty
from affiche.emulators.comfyui.service import Service
from affiche.emulators.comfyui.validation import Validation

_VANISH: Final[tuple[Kind, ...]] = ("vanish",)
_PARTIAL: Final[tuple[Kind, ...]] = ("partial",)


async def get_prompt(service: Service, request: Request) -> Response:
    return JSONResponse(service.queue_info())


async def post_prompt(service: Service, request: Request) -> Response:
    """Take a prompt, or say in ComfyUI's words why not."""
    asked = await body(request)
    if not isinstance(asked, dict | list):
        raise TypeError("a body has to be an object")
    fields: dict[str, Any] = asked if isinstance(asked, dict) else {}
    number = service.prompts.number(fields)
    if "prompt" not in fields:
        return _refused("no_prompt", "No prompt provided", "No prompt provided")
    prompt_id = _prompt_id(service, fields.get("prompt_id"))
    if prompt_id is None:
        details = (
            "prompt_id must be a UUID string in canonical lowercase hyphenated form; "
            "omit it to let the server generate one"
        )
        return _refused("invalid_prompt_id", "prompt_id must be a valid UUID", details)
    graph = fields["prompt"]
    verdict = Validation(
        graph,
        service.schemas,
        lambda name: service.folders.find(name) is not None,
        service.options.any_model,
    ).verdict()
    if verdict.error is not None:
        answer = {"error": verdict.error, "node_errors": verdict.node_errors}
        return JSONResponse(answer, status_code=400)
    extra = dict(fields.get("extra_data") or {})
    if "client_id" in fields:
        extra["client_id"] = fields["client_id"]
    extra["create_time"] = int(time.time() * 1000)
    asker = Asker(prompt_id, request.state.number)
    outputs, errors = verdict.outputs, verdict.node_errors
    if (fault := service.faults.take("prompt", _PARTIAL, asker=asker)) is not None:
        dropped = place(graph, fault.node) if fault.node else outputs[-1]
        outputs = [output for output in outputs if output != dropped]
        errors = {**errors, **node_errors(fault.type or "value_not_in_list", graph, dropped)}
    if service.faults.take("prompt", _VANISH, asker=asker) is None:
        service.prompts.put(number, prompt_id, graph, extra, outputs, asker.number)
    return JSONResponse({"prompt_id": prompt_id, "number": number, "node_errors": errors})


def _refused(kind: str, message: str, details: str) -> Response:
    error = {"type": kind, "message": message, "details": details, "extra_info": {}}
    return JSONResponse({"error": error, "node_errors": {}}, status_code=400)


def _prompt_id(service: Service, given: Any) -> str | None:
    """The id to use; None when the given one is refused."""
    if given is None:
        return str(uuid.uuid4())
    if not service.options.strict_ids:
        return str(given)
    try:
        return given if isinstance(given, str) and str(uuid.UUID(given)) == given else None
    except ValueError:
        return None


async def get_queue(service: Service, request: Request) -> Response:
    running = service.prompts.running
    return JSONResponse(
        {
            "queue_running": [running.row] if running else [],
            "queue_pending": [prompt.row for prompt in service.prompts.pending],
        }
    )


async def post_queue(service: Service, request: Request) -> Response:
    """`clear`, `delete`; 200 and nothing, whatever the id."""
    asked = await body(request)
    if asked.get("clear"):
        service.prompts.clear()
    for prompt_id in asked.get("delete", ()):
        service.prompts.delete(prompt_id)
    return empty()


async def post_interrupt(service: Service, request: Request) -> Response:
    """Without a prompt id, or with a body that is no JSON, whatever runs is interrupted."""
    try:
        asked = await body(request)
    except json.JSONDecodeError:
        asked = {}
    service.prompts.interrupt(asked.get("prompt_id") or None)
    return empty()


async def get_history(service: Service, request: Request) -> Response:
    history = service.prompts.history
    at_most = request.query_params.get("max_items")
    offset = int(request.query_params.get("offset", -1))
    ids = list(history)
    if at_most is not None:
        start = offset if offset >= 0 else max(0, len(ids) - int(at_most))
        ids = ids[start : start + int(at_most)]
    elif offset > 0:
        ids = ids[offset:]
    return JSONResponse({prompt_id: history[prompt_id] for prompt_id in ids})


async def get_history_entry(service: Service, request: Request) -> Response:
    """`{}` while pending, running or unknown, and after a restart."""
    prompt_id = request.path_params["prompt_id"]
    entry = service.prompts.history.get(prompt_id)
    return JSONResponse({} if entry is None else {prompt_id: entry})


async def post_history(service: Service, request: Request) -> Response:
    asked = await body(request)
    if asked.get("clear"):
        service.prompts.history.clear()
    for prompt_id in asked.get("delete", ()):
        service.prompts.history.pop(prompt_id, None)
    return empty()


async def post_free(service: Service, request: Request) -> Response:
    """Takes effect before the next prompt; only `free_memory` forgets results."""
    asked = await body(request)
    if asked.get("free_memory"):
        service.free_cache = True
    return empty()
