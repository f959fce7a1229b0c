"""The protocol that RunPod's SDK speaks in a worker; the key comes as it is, without `Bearer`."""

import asyncio
import json
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from affiche.emulators.runpod.endpoint import Endpoint, Refused
from affiche.emulators.runpod.routes.answers import error, left, told
from affiche.emulators.runpod.service import Service

# A worker that is being ended asks again at once; it shall not do so without a pause.
_BREATH: Final = 0.2


async def take(service: Service, endpoint: Endpoint, request: Request) -> Response:
    """A job, or 204 when none came."""
    jobs = await _taken(service, endpoint, request, 1)
    return told(jobs[0]) if jobs else Response(status_code=204)


async def take_batch(service: Service, endpoint: Endpoint, request: Request) -> Response:
    """A list of jobs, or 204 when none came."""
    most = request.query_params.get("batch_size", "1")
    if not most.isdecimal() or not int(most):
        return error(400)
    jobs = await _taken(service, endpoint, request, int(most))
    return told(jobs) if jobs else Response(status_code=204)


async def _taken(
    service: Service, endpoint: Endpoint, request: Request, most: int
) -> list[dict[str, Any]]:
    worker = endpoint.fleet.heard(request.path_params["worker"])
    if worker is None:
        await asyncio.sleep(_BREATH)
        return []
    endpoint.fleet.ready(worker)
    worker.polls += 1
    try:
        taking = endpoint.queue.take(worker, most, service.options.hold)
        return [job.handed() for job in await _while_there(request, taking) or ()]
    finally:
        worker.polls -= 1


async def stop(service: Service, endpoint: Endpoint, request: Request) -> Response:
    """The jobs to stop, or 204 when there were none."""
    worker = endpoint.fleet.heard(request.path_params["worker"])
    if worker is None:
        await asyncio.sleep(_BREATH)
        return Response(status_code=204)
    names = await _while_there(request, worker.stops(service.options.hold))
    return told({"jobsToStop": names}) if names else Response(status_code=204)


async def done(service: Service, endpoint: Endpoint, request: Request) -> Response:
    """A result, or progress. 400 for a result that is not taken."""
    said = await _said(request)
    if said is None:
        return error(400)
    worker = endpoint.fleet.heard(request.path_params["worker"])
    if worker is not None:
        try:
            endpoint.done(worker, request.path_params["job"], said)
        except Refused:
            return error(400)
    return told({})


async def chunk(service: Service, endpoint: Endpoint, request: Request) -> Response:
    said = await _said(request)
    if said is None or "output" not in said:
        return error(400)
    worker = endpoint.fleet.heard(request.path_params["worker"])
    if worker is not None:
        endpoint.chunk(worker, request.path_params["job"], said["output"])
    return told({})


async def ping(service: Service, endpoint: Endpoint, request: Request) -> Response:
    """A sign of life, with the jobs that are worked on. Before a worker that fails its own checks
    ends, it says so here."""
    worker = endpoint.fleet.workers.get(request.path_params["worker"])
    query = request.query_params
    if query.get("status") == "unhealthy":
        service.unwell(request.path_params["worker"], query.get("check"), query.get("reason"))
        if worker is not None:
            endpoint.fleet.unwell(worker)
    elif worker is not None:
        worker.seen = service.clock.now()
        named = query.get("job_id", "")
        endpoint.pinged(worker, named.split(",") if named else [])
    return told({})


async def _said(request: Request) -> dict[str, Any] | None:
    """JSON text, though it is called a form."""
    try:
        said = json.loads(await request.body())
    except ValueError:
        return None
    return said if isinstance(said, dict) else None


async def _while_there(request: Request, waiting: Any) -> Any:
    """What comes of `waiting`; None as soon as nobody listens any more, as when a worker dies."""
    await request.body()
    task = asyncio.ensure_future(waiting)
    gone = asyncio.ensure_future(left(request))
    try:
        await asyncio.wait((task, gone), return_when=asyncio.FIRST_COMPLETED)
        return task.result() if task.done() else None
    finally:
        gone.cancel()
        task.cancel()
