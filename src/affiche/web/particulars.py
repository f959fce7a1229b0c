"""What a draft says of itself beside its form: words, names, price, engines and time-outs."""

from collections.abc import Mapping
from typing import Any, Final

from affiche.domain import drafts as edits
from affiche.domain.drafts import Content
from affiche.domain.templates import ENGINE_KINDS

DETAILS: Final = (
    *("slug", "template_name", "title", "description", "fallback_title", "work_type", "model"),
    *("estimated_time", "credits", "engines", "time_outs", "tags", "is_active"),
)
WORDED: Final = ("title", "description", "fallback_title")
NUMBERS: Final = ("estimated_time", "credits", "queue", "run")
PLAIN: Final = ("slug", "template_name", "work_type", "model")


def stored(content: Content) -> dict[str, Any]:
    return {key: content.get(key) for key in DETAILS}


def read(sent: Mapping[str, str], before: Content) -> tuple[dict[str, Any], dict[str, str]]:
    """The details that were sent, and what is wrong by entry: a key under `workshop.entries`."""
    found: dict[str, Any] = {key: sent.get(key, "").strip() for key in PLAIN}
    problems: dict[str, str] = {}
    for key in WORDED:
        found[key] = {lang: sent.get(f"{key}.{lang}", "").strip() for lang in ("ko", "en")}
    numbers: dict[str, int] = {}
    for key in NUMBERS:
        text = sent.get(key, "").strip()
        if text.isascii() and text.isdecimal() and len(text) < 7:
            numbers[key] = int(text)
        else:
            problems[key] = "not_whole"
    found |= {key: numbers.get(key, before[key]) for key in ("estimated_time", "credits")}
    old = before["time_outs"]
    found["time_outs"] = {key: numbers.get(key, old[key]) for key in ("queue", "run")}
    found["engines"] = [kind for kind in ENGINE_KINDS if sent.get(f"engine.{kind}")]
    found["tags"] = [tag for part in sent.get("tags", "").split(",") if (tag := part.strip())]
    found["is_active"] = bool(sent.get("is_active"))
    return found, problems


def shown(content: Content, sent: Mapping[str, str] | None) -> dict[str, Any]:
    there: dict[str, str] = {key: content[key] for key in PLAIN}
    for key in WORDED:
        text = content[key]
        for lang in ("ko", "en"):
            there[f"{key}.{lang}"] = text if isinstance(text, str) else text.get(lang, "")
    there |= {key: str(content[key]) for key in ("estimated_time", "credits")}
    there |= {key: str(content["time_outs"][key]) for key in ("queue", "run")}
    there |= {f"engine.{kind}": "on" for kind in content["engines"]}
    there |= {"tags": ", ".join(content["tags"]), "is_active": "on" * content["is_active"]}
    return {
        "details": dict(sent) if sent is not None else there,
        "stored_details": there,
        "details_seen": edits.seal(stored(content)),
        "engine_kinds": ENGINE_KINDS,
    }
