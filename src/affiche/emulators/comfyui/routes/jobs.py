"""`/api/jobs`: queue and history as one list. Absent in 0.3.75."""

from typing import Any, Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from affiche.emulators.comfyui.prompts import Prompt
from affiche.emulators.comfyui.routes.answers import body
from affiche.emulators.comfyui.service import Service

STATUSES: Final = ("pending", "in_progress", "completed", "failed", "cancelled")
_ENDS: Final = ("execution_success", "execution_error", "execution_interrupted")


def _waiting(prompt: Prompt, status: str) -> dict[str, Any]:
    return {
        "id": prompt.id,
        "status": status,
        "priority": prompt.number,
        "create_time": prompt.extra.get("create_time"),
        "outputs_count": 0,
        "previewable_outputs_count": 0,
    }


def _finished(prompt_id: str, entry: dict[str, Any]) -> dict[str, Any]:
    times: dict[str, Any] = {}
    last = ""
    for name, data in entry["status"]["messages"]:
        if name == "execution_start":
            times["execution_start_time"] = data["timestamp"]
        elif name in _ENDS:
            times["execution_end_time"] = data["timestamp"]
            last = name
            if name == "execution_error":
                times["execution_error"] = data
    status = {"execution_error": "failed", "execution_interrupted": "cancelled"}
    shown = [
        {**item, "nodeId": node_id, "mediaType": media}
        for node_id, output in entry["outputs"].items()
        for media, items in output.items()
        for item in items
    ]
    best = next((i for i in shown if i["type"] == "output"), shown[0] if shown else None)
    return {
        "id": prompt_id,
        "status": status.get(last, "completed"),
        "priority": entry["prompt"][0],
        "create_time": entry["prompt"][3].get("create_time"),
        **times,
        "outputs_count": len(shown),
        "previewable_outputs_count": len(shown),
        **({"preview_output": best} if best else {}),
    }


def _detailed(job: dict[str, Any], prompt: list[Any]) -> dict[str, Any]:
    return {**job, "workflow": {"prompt": prompt[2], "extra_data": prompt[3]}}


async def get_jobs(service: Service, request: Request) -> Response:
    query, prompts = request.query_params, service.prompts
    wanted = [s.strip().lower() for s in query.get("status", "").split(",") if s.strip()]
    if unknown := [s for s in wanted if s not in STATUSES]:
        valid = ", ".join(STATUSES)
        return _wrong(f"Invalid status value(s): {', '.join(unknown)}. Valid values: {valid}")
    limit, offset = query.get("limit"), query.get("offset", "0")
    if limit is not None and (not limit.isdigit() or not int(limit)):
        return _wrong("limit must be a positive integer")
    if not offset.lstrip("-").isdigit():
        return _wrong("offset must be an integer")
    jobs = [_waiting(prompts.running, "in_progress")] if prompts.running else []
    jobs += [_waiting(p, "pending") for p in prompts.pending]
    jobs += [_finished(i, entry) for i, entry in prompts.history.items()]
    jobs = [j for j in jobs if not wanted or j["status"] in wanted]
    newest_first = query.get("sort_order", "desc") != "asc"
    jobs.sort(key=lambda j: j.get("create_time") or 0, reverse=newest_first)
    start = max(0, int(offset))
    page = jobs[start : start + int(limit)] if limit else jobs[start:]
    pagination = {
        "offset": start,
        "limit": int(limit) if limit else None,
        "total": len(jobs),
        "has_more": start + len(page) < len(jobs),
    }
    return JSONResponse({"jobs": page, "pagination": pagination})


async def get_job(service: Service, request: Request) -> Response:
    prompt_id, prompts = request.path_params["job_id"], service.prompts
    if (entry := prompts.history.get(prompt_id)) is not None:
        job = _detailed(_finished(prompt_id, entry), entry["prompt"])
        return JSONResponse(
            {**job, "outputs": entry["outputs"], "execution_status": entry["status"]}
        )
    if prompts.running and prompts.running.id == prompt_id:
        return JSONResponse(
            _detailed(_waiting(prompts.running, "in_progress"), prompts.running.row)
        )
    for prompt in prompts.pending:
        if prompt.id == prompt_id:
            return JSONResponse(_detailed(_waiting(prompt, "pending"), prompt.row))
    return JSONResponse({"error": "Job not found"}, status_code=404)


def _cancel(service: Service, prompt_id: str) -> bool:
    return service.prompts.interrupt(prompt_id) or service.prompts.delete(prompt_id)


async def post_cancel(service: Service, request: Request) -> Response:
    """Running or pending; false for anything else, and no error."""
    return JSONResponse({"cancelled": _cancel(service, request.path_params["job_id"])})


async def post_cancel_many(service: Service, request: Request) -> Response:
    asked = await body(request)
    ids = asked.get("job_ids") if isinstance(asked, dict) else None
    if not isinstance(ids, list):
        return _wrong("job_ids must be a list")
    cancelled = [_cancel(service, str(job_id)) for job_id in ids]
    return JSONResponse({"cancelled": any(cancelled)})


def _wrong(said: str) -> Response:
    return JSONResponse({"error": said}, status_code=400)
