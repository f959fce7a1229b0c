"""`/_faults`: what shall go wrong, and what did. `/_counts`: what was asked. On this machine."""

import json
from dataclasses import asdict

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from affiche.emulators.runpod.faults import POINTS, Chance
from affiche.emulators.runpod.service import Service


async def get_faults(service: Service, request: Request) -> Response:
    """What is planned, and the faults that struck, the oldest first."""
    return JSONResponse(service.faults.told())


async def post_fault(service: Service, request: Request) -> Response:
    """Plan a fault: `{"point": "status", "kind": "refuse", "status": 502}`, or faults by chance:
    `{"probability": 0.05, "seed": 7}`. 400 if there is no such."""
    try:
        asked = json.loads(await request.body())
        if "probability" in asked:
            service.faults.chance = Chance(**asked)
            return JSONResponse(asdict(service.faults.chance))
        return JSONResponse(asdict(service.faults.add(**asked)))
    except (TypeError, ValueError) as error:
        return JSONResponse({"error": str(error), "points": POINTS}, status_code=400)


async def delete_faults(service: Service, request: Request) -> Response:
    """Nothing goes wrong from now on; what hangs goes on."""
    service.faults.clear()
    return Response()


async def get_counts(service: Service, request: Request) -> Response:
    """Requests by operation and status, webhooks, and polls for each job that ended."""
    return JSONResponse(service.counted())


async def delete_counts(service: Service, request: Request) -> Response:
    service.forget_counts()
    return Response()
