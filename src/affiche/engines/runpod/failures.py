"""What went wrong with a run, as one of our own errors: pure, and safe against any JSON.

Our worker says `{"error": sentence, "code", "params"}`, which RunPod hands on as
`{"error", "output": {"code", "params"}}`; other workers say something. Of what they write in their
own words nothing is kept for people: it goes to the log.
"""

import json
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, Final, TypeAlias

from affiche.engines.runpod.figures import line, name, seconds
from affiche.errors import (
    AddressRefused,
    EngineBusy,
    EngineError,
    EngineRefused,
    EngineUnreachable,
    FetchFailed,
    FetchFailedForNow,
    GpuFailed,
    OutOfMemory,
    OutputBroken,
    OutputMissing,
    PayloadTooLarge,
    PicturesUnreachable,
    ResultTooLarge,
    RunFailed,
    RunLost,
    RunTimedOut,
    StorageFailed,
    WorkerUnfit,
)

_MEMORY: Final = re.compile(r"out of memory|not enough memory|OutOfMemoryError", re.IGNORECASE)
_TIMED_OUT: Final = re.compile(r"\s*job timed out", re.IGNORECASE)
_WHERE: Final = re.compile(r" \([\w.:+()|# -]{1,120}\)")
_NUMBER: Final = re.compile(r"\d{1,6}(\.\d{1,3})?", re.ASCII)
# As `comfy.answers.reason` writes it. Without slashes there is no path in it.
_REASON: Final = re.compile(r"[\w.:+()|#;,' -]{1,300}")
# Codes for what was asked, which the worker will not run now or later.
_REFUSED: Final = re.compile(r"bad_request|invalid_inputs|graph_invalid|picture_[a-z_]{1,30}")
_WORDS: Final = 1000
Maker: TypeAlias = Callable[[Mapping[str, Any], str], EngineError]


def trouble(answer: Mapping[str, Any]) -> bool:
    """Whether an answer that is COMPLETED tells of errors all the same, in part or altogether."""
    output = answer.get("output")
    said = output if isinstance(output, list) else [output]
    return bool(answer.get("error")) or any(_complains(each) for each in said)


def failure(answer: Mapping[str, Any]) -> EngineError:
    """By the worker's code; without one that we know, by what its words are known to mean."""
    output = _complaining(answer.get("output"))
    params, words = _dict(output.get("params")), _words(answer, output)
    match output.get("code"):
        case str() as code if code in _KNOWN:
            return _KNOWN[code](params, words)
        case str() as code if _REFUSED.fullmatch(code):
            return EngineRefused(reason=code, detail=words)
    if _TIMED_OUT.match(words):
        return timed_out(answer, words)
    return (OutOfMemory if _MEMORY.search(words) else RunFailed)(where="", node=None, detail=words)


def timed_out(answer: Mapping[str, Any], words: str | None = None) -> RunTimedOut:
    ran = seconds(answer.get("executionTime")) or 0
    return RunTimedOut(minutes=max(1, round(ran / 60)), detail=words)


def _complains(value: Any) -> bool:
    told = _dict(value)
    return (
        bool(told.get("error") or told.get("errors"))
        or told.get("success") is False
        or str(told.get("status")).lower() in ("error", "failed", "failure")
    )


def _complaining(output: Any) -> Mapping[str, Any]:
    said = output if isinstance(output, list) else [output]
    return next((_dict(each) for each in said if _complains(each)), _dict(said[0] if said else {}))


def _words(answer: Mapping[str, Any], output: Mapping[str, Any]) -> str:
    """What was said, for the log. The SDK tells of an exception by JSON in a string."""
    for said in (answer.get("error"), *(output.get(k) for k in ("error", "errors", "message"))):
        if not said:
            continue
        if isinstance(said, str) and said.startswith("{"):
            with suppress(ValueError, RecursionError):
                said = json.loads(said)
        told = _dict(said)
        if "error_message" in told:
            said = f"{told.get('error_type')}: {told['error_message']}"
        return line(said, _WORDS)
    return "nothing was said"


def _located(error: type[RunFailed]) -> Maker:
    def made(params: Mapping[str, Any], words: str) -> EngineError:
        node = name(params.get("node")) or None
        where = _fitting(_WHERE, params.get("where")) or (f" (#{node})" if node else "")
        return error(where=where, node=node, detail=words)

    return made


def _plain(error: type[EngineError]) -> Maker:
    return lambda _, words: error(detail=words)


def _sized(error: type[EngineError]) -> Maker:
    def made(params: Mapping[str, Any], words: str) -> EngineError:
        sizes = {key: _fitting(_NUMBER, params.get(key)) or "?" for key in ("megabytes", "most")}
        return error(**sizes, detail=words)

    return made


def _reasoned(error: type[EngineError]) -> Maker:
    return lambda params, words: error(
        reason=_fitting(_REASON, params.get("reason")) or error.code, detail=words
    )


def _timed(params: Mapping[str, Any], words: str) -> EngineError:
    return RunTimedOut(minutes=_fitting(_NUMBER, params.get("minutes")) or 1, detail=words)


_KNOWN: Final[Mapping[str, Maker]] = {
    **{error.code: _located(error) for error in (RunFailed, OutOfMemory, GpuFailed)},
    **{error.code: _reasoned(error) for error in (EngineRefused, WorkerUnfit)},
    **{error.code: _sized(error) for error in (PayloadTooLarge, ResultTooLarge)},
    **{
        error.code: _plain(error)
        for error in (EngineUnreachable, EngineBusy, RunLost, OutputMissing, OutputBroken)
    },
    RunTimedOut.code: _timed,
    # People's own addresses are fetched by the studio: these are links of its own.
    AddressRefused.code: _plain(PicturesUnreachable),
    FetchFailed.code: _plain(PicturesUnreachable),
    FetchFailedForNow.code: _plain(PicturesUnreachable),
    # What the worker could not put away just then: another time it may.
    StorageFailed.code: _plain(OutputBroken),
}


def _fitting(pattern: re.Pattern[str], value: Any) -> str | None:
    text = str(value) if isinstance(value, str | int | float) else ""
    return text if pattern.fullmatch(text) else None


def _dict(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
