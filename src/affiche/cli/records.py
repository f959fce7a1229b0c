"""A work as `GET /v1/works/{id}` gives it, for a command that asked without HTTP."""

from typing import Any

from affiche.cli.language import language, words
from affiche.errors import AfficheError
from affiche.studio import works
from affiche.studio.studio import Caller, Studio
from affiche.texts import has, say


async def record(studio: Studio, caller: Caller, work: works.Work) -> dict[str, Any]:
    files = await works.outputs(studio, caller, [work.id]) if work.ended else []
    return {
        "id": str(work.id),
        "number": work.number,
        "template": work.template_slug,
        "status": work.status,
        "label": words(f"status.{work.status}"),
        "progress": work.progress,
        "engine": work.engine,
        "seed": work.seed,
        "inputs": work.input_data,
        "output_count": work.output_count,
        "title": work.title,
        "outputs": [
            {"id": str(f.id), "name": f.name, "width": f.width, "height": f.height} for f in files
        ],
        "error": _error(work),
    }


def _error(work: works.Work) -> dict[str, Any] | None:
    if work.error_code is None or work.status != "failed":
        return None
    params = work.error_params or {}
    key = f"errors.{work.error_code}"
    if not has(f"{key}.message"):
        key = f"errors.{AfficheError.code}"
    hint = say(language(), f"{key}.hint", **params) if has(f"{key}.hint") else None
    return {
        "code": work.error_code,
        "message": say(language(), f"{key}.message", **params),
        "hint": hint,
    }
