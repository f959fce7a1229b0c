"""`/_faults`: what shall go wrong, and what did. For callers on this machine."""

from dataclasses import asdict

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from affiche.emulators.comfyui.faults import POINTS, Chance
from affiche.emulators.comfyui.routes.answers import body, empty
from affiche.emulators.comfyui.service import Service


async def get_faults(service: Service, request: Request) -> Response:
    """What is planned, and the faults that struck, the oldest first."""
    return JSONResponse(service.faults.told())


async def post_fault(service: Service, request: Request) -> Response:
    """Plan a fault: `{"point": "node", "kind": "fail", "node": "75:64"}`, or faults by chance:
    `{"probability": 0.05, "seed": 7}`. 400 if there is no such."""
    asked = await body(request)
    try:
        if "probability" in asked:
            service.faults.chance = Chance(**asked)
            return JSONResponse(asdict(service.faults.chance))
        return JSONResponse(asdict(service.faults.add(**asked)))
    except (TypeError, ValueError) as error:
        return JSONResponse({"error": str(error), "points": POINTS}, status_code=400)


async def delete_faults(service: Service, request: Request) -> Response:
    """Nothing goes wrong from now on; what hangs goes on."""
    service.faults.clear()
    return empty()
