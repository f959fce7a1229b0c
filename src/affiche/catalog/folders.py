"""A template as the files of its folder, which `affiche.catalog.catalog` reads again."""

import io
import json
import zipfile
from collections.abc import Mapping
from typing import Any, Final

from affiche.catalog.catalog import PAGE
from affiche.domain.templates import Template, definition

_INDENT: Final = "  "
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
_TABLES: Final = ("title", "description", "fallback_title", "time_outs")


def files(template: Template) -> dict[str, bytes]:
    """By name: template.toml and the graph of each stage. Whoever reads them again from a folder
    that is called like the template's slug gets the same version."""
    whole = definition(template)
    whole.pop("slug")
    single = len(whole["stages"]) == 1
    found: dict[str, bytes] = {}
    for stage in whole["stages"]:
        name = "workflow.json" if single else f"{stage['slug']}.json"
        graph = json.dumps(stage["graph"], ensure_ascii=False, indent=2)
        found[name] = f"{graph}\n".encode()
        stage["graph"] = name
    return {PAGE: _page(whole).encode(), **found}


def packed(template: Template) -> bytes:
    """The folder as a zip, the same each time."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files(template).items():
            archive.writestr(zipfile.ZipInfo(f"{template.slug}/{name}", _EPOCH), data)
    return out.getvalue()


def _page(whole: Mapping[str, Any]) -> str:
    lists = {key: whole[key] for key in ("fields", "presets", "stages")}
    tables = {key: whole[key] for key in _TABLES if isinstance(whole[key], Mapping)}
    plain = {k: v for k, v in whole.items() if k not in lists and k not in tables}
    lines = _lines(plain)
    for key, table in tables.items():
        lines += ["", f"[{key}]", *_lines(table)]
    for key, entries in lists.items():
        for entry in entries:
            lines += ["", f"[[{key}]]", *_lines(entry)]
    return "\n".join([*lines, ""])


def _lines(table: Mapping[str, Any]) -> list[str]:
    return [f"{_key(key)} = {_value(value)}" for key, value in table.items() if value is not None]


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        inner = ", ".join(f"{_key(k)} = {_value(v)}" for k, v in value.items() if v is not None)
        return f"{{ {inner} }}" if inner else "{}"
    if isinstance(value, list | tuple):
        if value and all(isinstance(each, Mapping) for each in value):
            inner = "".join(f"{_INDENT}{_value(each)},\n" for each in value)
            return f"[\n{inner}]"
        return f"[{', '.join(_value(each) for each in value)}]"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    return _text(str(value))


def _key(key: str) -> str:
    bare = key.isascii() and key.replace("-", "").replace("_", "").isalnum()
    return key if bare else _text(key)


def _text(text: str) -> str:
    """JSON's text is TOML's, but that TOML wants DEL written too."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
