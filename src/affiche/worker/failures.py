"""A failure as the worker answers it: a sentence, a code of `affiche.errors`, and parameters."""

import logging
import re
from typing import Any, Final

from affiche.errors import (
    AfficheError,
    GpuFailed,
    GraphInvalid,
    InvalidInputs,
    OutOfMemory,
    RunFailed,
)
from affiche.texts import say
from affiche.worker.inputs import InputInvalid
from affiche.worker.sources import PictureWrong

_SENTENCES: Final = 5
_CARD: Final = re.compile(
    r"CUDA error|CUDA driver|CUDNN_STATUS|cuDNN error|CUBLAS_STATUS|AcceleratorError"
    r"|device-side assert|illegal memory access|no kernel image|unspecified launch failure",
    re.IGNORECASE,
)
_log = logging.getLogger(__name__)


def diagnosed(error: Exception) -> Exception:
    """GpuFailed in place of a failed run in which the card failed; else the error as it is.

    What the server wrote is in `detail`. Memory that ran out is no fault of the card's.
    """
    if isinstance(error, OutOfMemory | GpuFailed) or not isinstance(error, RunFailed):
        return error
    failed = _CARD.search(error.detail or "")
    return GpuFailed(detail=error.detail, **error.params) if failed else error


def failure(error: Exception) -> dict[str, Any]:
    """`{"error": sentence, "code", "params"}`; nothing in it that a server wrote in its own words.

    What nobody foresaw is `internal`, and its traceback is in the log.
    """
    match error:
        case InputInvalid(problems=problems):
            return _of_problems("invalid_inputs", problems)
        case InvalidInputs(problems=fields):
            return _of_problems(error.code, [(p.field, p.message("en")) for p in fields])
        case GraphInvalid(problems=wrong):
            return _of_problems(error.code, [("workflow", p.message("en")) for p in wrong])
        case PictureWrong(path=path, error=inner):
            found = failure(inner)
            params = {**found["params"], "field": path}
            return {**found, "error": f"{path}: {found['error']}", "params": params}
        case AfficheError():
            _log.warning("the job failed: %s", error)
            return {"error": error.message("en"), "code": error.code, "params": error.params}
    _log.error("the job failed in a way that nobody foresaw", exc_info=error)
    return {"error": say("en", "errors.internal.message"), "code": "internal", "params": {}}


def _of_problems(code: str, problems: Any) -> dict[str, Any]:
    told = [{"field": field, "problem": problem} for field, problem in problems]
    sentences = [f"{each['field']}: {each['problem']}" for each in told[:_SENTENCES]]
    more = len(told) - _SENTENCES
    text = "; ".join(sentences) + (f"; and {more} more" if more > 0 else "")
    _log.warning("the job was refused: %s", text)
    return {"error": text, "code": code, "params": {"problems": told}}
