"""Answers of RunPod's public API, written down from its documentation, as a client meets them.

Nothing here comes from another program of ours.
"""

import base64
import io
import json
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

import pyvips
from tests.comfy.graphs import copied
from tests.comfy.scripted import Reply, Script, says

from affiche.comfy.transport import Limits
from affiche.domain.endpoints import Endpoint
from affiche.engines.access import Access
from affiche.engines.engine import Picture, Run
from affiche.engines.runpod.engine import RunpodEngine
from affiche.fetch import Policy

KEY: Final = "rpa_DO0NOTSHOWTHIS7KEY"
JOB: Final = "c80ffee4-f315-4e25-a146-0f3d98cf024b-u1"
OURS: Final = "0d9e7a30-5b4c-4d5c-9d5a-0f6f3b1f2a77"
LIMITS: Final = Limits(connect=5, ask=10, upload=10, stall=1.5)

TAKEN: Final = says({"id": JOB, "status": "IN_QUEUE"})
QUEUED: Final = says({"id": JOB, "status": "IN_QUEUE"})
RUNNING: Final = says(
    {"delayTime": 2624, "id": JOB, "status": "IN_PROGRESS", "workerId": "smjwfgylbuf65j"}
)
CANCELLED: Final = says({"id": JOB, "status": "CANCELLED"})
TIMED_OUT: Final = says(
    {"delayTime": 15088, "executionTime": 360000, "id": JOB, "status": "TIMED_OUT"}
)
FAILED: Final = says(
    {
        "delayTime": 42152,
        "error": "job timed out after 1 retries",
        "executionTime": 360123,
        "id": JOB,
        "retries": 1,
        "status": "FAILED",
        "workerId": "smjwfgylbuf65j",
    }
)
ASLEEP: Final = says(
    {
        "jobs": {"completed": 13, "failed": 0, "inProgress": 0, "inQueue": 2, "retried": 0},
        "workers": {
            "idle": 0, "initializing": 1, "ready": 0, "running": 0, "throttled": 0, "unhealthy": 0,
        },
    }
)  # fmt: skip
AWAKE: Final = says(
    {
        "jobs": {"completed": 13, "failed": 0, "inProgress": 1, "inQueue": 2, "retried": 0},
        "workers": {
            "idle": 1, "initializing": 0, "ready": 2, "running": 1, "throttled": 0, "unhealthy": 0,
        },
    }
)  # fmt: skip
BAD_GATEWAY: Final = Reply(
    502, b"<html><head><title>502 Bad Gateway</title></head></html>", "text/html"
)
NOTHING: Final = Reply(404, b"", "text/plain")

RUN, STATUS = "POST /v2/ep1/run", f"GET /v2/ep1/status/{JOB}"
CANCEL, HEALTH = f"POST /v2/ep1/cancel/{JOB}", "GET /v2/ep1/health"


def png(size: int = 8, shade: int = 90) -> bytes:
    image = pyvips.Image.black(size, size, bands=3).linear([1, 1, 1], [shade, 120, 200])
    return bytes(image.cast("uchar").pngsave_buffer())


PNG: Final = png()
B64: Final = base64.b64encode(PNG).decode()
URL: Final = "https://bucket.example.com/out/a.png?X-Amz-Signature=5f2b"


def completed(output: Any, **beside: Any) -> dict[str, Any]:
    return {
        "delayTime": 15088,
        "executionTime": 2360,
        "id": JOB,
        "output": output,
        "status": "COMPLETED",
        "workerId": "smjwfgylbuf65j",
        **beside,
    }


def endpoint(**changes: Any) -> Endpoint:
    given: dict[str, Any] = {
        "id": UUID(int=1),
        "name": "posters",
        "kind": "runpod",
        "url": "https://api.runpod.ai/v2",
        "works_at_once": 4,
        "remote_id": "ep1",
        "secret": "RUNPOD_API_KEY",
        "price_per_second": Decimal("0.00031"),
    }
    return Endpoint(**{**given, **changes})


def picture(data: bytes = PNG, **changes: Any) -> Picture:
    given: dict[str, Any] = {
        "node": "76",
        "input": "image",
        "name": "photo.png",
        "data": data,
        "media_type": "image/png",
        "key": "image",
    }
    return Picture(**{**given, **changes})


def run(**changes: Any) -> Run:
    given: dict[str, Any] = {
        "external_id": OURS,
        "graph": copied(),
        "pictures": [picture()],
        "parameters": {"prompt": "a quiet coast", "seed": 7},
        "name": "klein",
        "outputs": ("9",),
    }
    return Run(**{**given, **changes})


def engine_on(
    script: Script | str,
    limits: Limits = LIMITS,
    policy: Policy | None = None,
    budget: Any = None,
    **changes: Any,
) -> RunpodEngine:
    url = script if isinstance(script, str) else f"{script.url}/v2"
    access = Access(endpoint(**changes), KEY, **({"budget": budget} if budget else {}))
    return RunpodEngine(url, access, limits, policy)


def body(value: Any) -> bytes:
    return json.dumps(value).encode()


def is_png(data: bytes) -> bool:
    return pyvips.Image.new_from_source(
        pyvips.Source.new_from_memory(io.BytesIO(data).getvalue()), "", fail_on="error"
    ).avg() >= 0  # fmt: skip
