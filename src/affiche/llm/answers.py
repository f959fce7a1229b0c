"""Reading what a server answers. Pure.

Source: OpenAI's API reference, chat completions; OpenRouter's for `usage.cost` and for errors that
come with status 200. Servers of other makers leave out what they like: only the text is needed.
"""

import json
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from affiche.errors import LanguageModelBusy, LanguageModelError, LanguageModelUnavailable
from affiche.llm.questions import Said


def said(body: bytes, model: str) -> Said:
    """The answer in a body with status 200; `model` where it does not say which.

    Raises LanguageModelUnavailable, LanguageModelBusy.
    """
    page = _json(body)
    match page:
        case {"error": {} as error}:
            raise _error(error)
        case {"choices": [{"error": {} as error}, *_]}:
            raise _error(error)
        case {"choices": [{"message": {} as message} as choice, *_]}:
            return _read(page, choice, message, model)
    raise LanguageModelUnavailable(detail="the answer has no message")


def offered(body: bytes) -> int:
    """How many models a list of them has. Raises LanguageModelUnavailable."""
    match _json(body):
        case {"data": [*found]}:
            return len(found)
    raise LanguageModelUnavailable(detail="the answer is no list of models")


def _json(body: bytes) -> Any:
    try:
        return json.loads(body, parse_constant=str)
    except (ValueError, RecursionError):
        raise LanguageModelUnavailable(detail="the answer is no JSON") from None


def _read(
    page: Mapping[str, Any], choice: Mapping[str, Any], message: Mapping[str, Any], model: str
) -> Said:
    usage = page.get("usage")
    usage = usage if isinstance(usage, dict) else {}
    text, named = message.get("content"), page.get("model")
    end = choice.get("finish_reason")
    return Said(
        text=text if isinstance(text, str) else "",
        model=named[:200] if isinstance(named, str) and named else model,
        tokens_in=_count(usage.get("prompt_tokens")),
        tokens_out=_count(usage.get("completion_tokens")),
        cost=_dollars(usage.get("cost")),
        is_cut=end == "length",
        is_refusal=end == "content_filter" or bool(message.get("refusal")),
    )


def _error(error: Mapping[str, Any]) -> LanguageModelError:
    code, detail = error.get("code"), str(error.get("message", ""))[:300]
    kind = LanguageModelBusy if code in (429, "429") else LanguageModelUnavailable
    return kind(detail=f"error {code}: {detail}")


def _count(value: object) -> int:
    known = isinstance(value, int) and not isinstance(value, bool)
    return min(max(int(value), 0), 2**31 - 1) if known else 0  # type: ignore[call-overload]


def _dollars(value: object) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        found = Decimal(str(value))
    except InvalidOperation:
        return None
    return found if found.is_finite() and 0 <= found < 1_000_000 else None
