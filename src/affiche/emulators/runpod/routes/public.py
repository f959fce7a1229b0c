"""The API that a studio calls: `/v2/{endpoint}/…` with a Bearer key."""

import asyncio

from starlette.requests import Request
from starlette.responses import Response

from affiche.emulators.runpod.endpoint import Endpoint
from affiche.emulators.runpod.jobs import Job
from affiche.emulators.runpod.requests import parsed
from affiche.emulators.runpod.routes.answers import body, error, said, told
from affiche.emulators.runpod.service import Service

SHORTEST, LONGEST, USUAL = 1.0, 300.0, 90.0
"""How many seconds /runsync may be asked to wait."""


async def run(service: Service, endpoint: Endpoint, request: Request) -> Response:
    job = await _accepted(service, endpoint, request, sync=False)
    return job if isinstance(job, Response) else told({"id": job.id, "status": "IN_QUEUE"})


async def runsync(service: Service, endpoint: Endpoint, request: Request) -> Response:
    """The end of the job, or how it stands when the wait is over; the job goes on."""
    try:
        wait = float(request.query_params.get("wait", USUAL * 1000)) / 1000
    except ValueError:
        return error(400)
    job = await _accepted(service, endpoint, request, sync=True)
    if isinstance(job, Response):
        return job
    if not job.over:
        woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        job.waiting.append(woken)
        timer = service.clock.later(min(max(wait, SHORTEST), LONGEST), _wake, woken)
        try:
            await woken
        finally:
            timer.cancel()
    return said(job.told()) if job.id in endpoint.jobs else error(404)


def _wake(woken: "asyncio.Future[None]") -> None:
    if not woken.done():
        woken.set_result(None)


async def _accepted(
    service: Service, endpoint: Endpoint, request: Request, *, sync: bool
) -> Job | Response:
    """The job that was asked for, or why there is none."""
    terms = endpoint.terms
    whole = await body(request, terms.sync_cap if sync else terms.run_cap)
    if whole is None:
        return error(413)
    try:
        asked = parsed(whole, sync=sync)
    except ValueError:
        return error(400)
    job = endpoint.submit(asked, request.state.number)
    if request.state.vanish:
        endpoint.delete(job)
    return job


async def status(service: Service, endpoint: Endpoint, request: Request) -> Response:
    job = endpoint.jobs.get(request.path_params["job"])
    return said(job.told()) if job else error(404)


async def stream(service: Service, endpoint: Endpoint, request: Request) -> Response:
    """What the job gave since it was last asked."""
    job = endpoint.jobs.get(request.path_params["job"])
    if job is None:
        return error(404)
    chunks = ", ".join(f'{{"output": {chunk}}}' for chunk in job.chunks)
    job.chunks.clear()
    return said(f'{{"status": "{job.status}", "stream": [{chunks}]}}'.encode())


async def cancel(service: Service, endpoint: Endpoint, request: Request) -> Response:
    job = endpoint.jobs.get(request.path_params["job"])
    if job is None:
        return error(404)
    endpoint.cancel(job)
    return told({"id": job.id, "status": job.status})


async def retry(service: Service, endpoint: Endpoint, request: Request) -> Response:
    job = endpoint.jobs.get(request.path_params["job"])
    if job is None:
        return error(404)
    if not endpoint.retry(job):
        return error(400)
    return told({"id": job.id, "status": "IN_QUEUE"})


async def purge(service: Service, endpoint: Endpoint, request: Request) -> Response:
    return told({"removed": endpoint.purge(), "status": "completed"})


async def health(service: Service, endpoint: Endpoint, request: Request) -> Response:
    return told(endpoint.health())
