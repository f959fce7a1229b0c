"""RunPod's answers as its documentation shows them and as they were observed, in our own form.

Values are examples; what counts is which keys there are and of what type. The emulator is held to
them in `test_runpod_facts.py`.
"""

from typing import Any, Final

ANSWERS: Final[dict[str, dict[str, Any]]] = {
    "run": {"id": "5d0c4c7c-0a5e-4f0e-9a2b-3a3b7d1f9f10-u1", "status": "IN_QUEUE"},
    "in_progress": {
        "delayTime": 2624,
        "id": "5d0c4c7c-0a5e-4f0e-9a2b-3a3b7d1f9f10-u1",
        "output": {"fraction": 0.5},
        "status": "IN_PROGRESS",
        "workerId": "oqk7ao1uomckye",
    },
    "completed": {
        "delayTime": 15088,
        "executionTime": 60,
        "id": "5d0c4c7c-0a5e-4f0e-9a2b-3a3b7d1f9f10-u1",
        "output": {"images": []},
        "status": "COMPLETED",
        "workerId": "oqk7ao1uomckye",
    },
    "timed out after a retry": {
        "delayTime": 15088,
        "executionTime": 60,
        "id": "5d0c4c7c-0a5e-4f0e-9a2b-3a3b7d1f9f10-u1",
        "retries": 1,
        "status": "FAILED",
        "workerId": "oqk7ao1uomckye",
        "error": "job timed out after 1 retries",
    },
    "cancel": {"id": "5d0c4c7c-0a5e-4f0e-9a2b-3a3b7d1f9f10-u1", "status": "CANCELLED"},
    "retry": {"id": "5d0c4c7c-0a5e-4f0e-9a2b-3a3b7d1f9f10-u1", "status": "IN_QUEUE"},
    "purge": {"removed": 2, "status": "completed"},
    "stream": {"status": "IN_PROGRESS", "stream": [{"output": {"n": 0}}]},
    "health": {
        "jobs": {"completed": 1, "failed": 5, "inProgress": 0, "inQueue": 2, "retried": 0},
        "workers": {
            "idle": 0, "initializing": 1, "ready": 0, "running": 0, "throttled": 0, "unhealthy": 0,
        },
    },
}  # fmt: skip

WEBHOOK: Final[dict[str, Any]] = ANSWERS["completed"] | {
    "input": {"prompt": "a hat"},
    "webhook": "https://studio.example/hooks/1",
}

# What is posted to job-done, and what becomes of the job: status, output, error.
RESULTS: Final[list[tuple[dict[str, Any], str, Any, Any]]] = [
    ({"output": {"a": 1}}, "COMPLETED", {"a": 1}, None),
    ({"output": "text"}, "COMPLETED", "text", None),
    ({"output": False}, "COMPLETED", False, None),
    ({"output": None}, "COMPLETED", None, None),
    ({}, "COMPLETED", None, None),
    ({"output": {"a": 1}, "stopPod": True}, "COMPLETED", {"a": 1}, None),
    ({"error": "no memory"}, "FAILED", None, "no memory"),
    ({"output": {"code": "X"}, "error": "no memory"}, "FAILED", {"code": "X"}, "no memory"),
]

LIMITS: Final = {"run": (1000, 200), "status": (2000, 400), "cancel": (100, 20)}
"""Requests per 10 s, and at once."""

RUN_CAP, SYNC_CAP = 10_000_000, 20_000_000
"""Bytes of a request; results have about the same."""

EXECUTION_MS, TTL_MS, KEEP_S, KEEP_SYNC_S = 600_000, 86_400_000, 1800, 60

WEBHOOK_TRIES, WEBHOOK_PAUSE_S = 3, 10

VARIABLES: Final = {
    "RUNPOD_WEBHOOK_GET_JOB": "{url}/ep1/job-take/$ID?gpu=SIM",
    "RUNPOD_WEBHOOK_POST_OUTPUT": "{url}/ep1/job-done/$RUNPOD_POD_ID/$ID?gpu=SIM",
    "RUNPOD_WEBHOOK_POST_STREAM": "{url}/ep1/job-stream/$RUNPOD_POD_ID/$ID?gpu=SIM",
    "RUNPOD_WEBHOOK_PING": "{url}/ep1/ping/$RUNPOD_POD_ID?gpu=SIM",
    "RUNPOD_AI_API_KEY": "{key}",
    "RUNPOD_POD_ID": "w1",
    "RUNPOD_ENDPOINT_ID": "ep1",
    "RUNPOD_PING_INTERVAL": "2000",
    "RUNPOD_SKIP_AUTO_SYSTEM_CHECKS": "true",
    "RUNPOD_SKIP_GPU_CHECK": "true",
}
