"""Requests that nobody in their right mind sends, and what each must be answered with."""

import gzip
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

NOBODY: Final = "01a1fe6a-a666-737b-82bf-0123456789ab"
MULTIPART: Final = "multipart/form-data; boundary=seam"


@dataclass(frozen=True)
class Case:
    """`status` and `code` of the answer; `fields`, if any, are all that it names."""

    body: bytes
    status: int
    code: str
    fields: Mapping[str, str] | None = None
    path: str = "/v1/works"
    headers: Mapping[str, str] = field(default_factory=lambda: {"Content-Type": "application/json"})


def wish(inputs: str = "{}", more: str = "") -> bytes:
    return f'{{"template": "klein-i2i", "inputs": {inputs}{more}}}'.encode()


def inputs(**changed: Any) -> bytes:
    return wish(json.dumps({"image": NOBODY, "prompt": "노을", **changed}))


def wrong(body: bytes, **fields: str) -> Case:
    return Case(body, 422, "invalid_inputs", {"image": "file_unknown", **fields})


def unreadable(body: bytes) -> Case:
    return Case(body, 400, "request_unreadable")


def typed(kind: str, body: bytes = b"{}") -> Case:
    headers = {"Content-Type": kind} if kind else {}
    return Case(body, 415, "media_type", headers=headers)


def form(body: bytes, status: int, code: str, kind: str = MULTIPART, **fields: str) -> Case:
    return Case(body, status, code, fields or None, "/v1/files", {"Content-Type": kind})


def part(name: str, value: bytes = b"x", more: str = "") -> bytes:
    head = f'--seam\r\nContent-Disposition: form-data; name="{name}"{more}\r\n\r\n'
    return head.encode() + value + b"\r\n"


DEEP: Final = 10_000
TEN_MB: Final = 10 * 2**20
WISH: Final = '{"image": "x", "prompt": '

JSON_CASES: Final[dict[str, Case]] = {
    "10 MB of one text": wrong(inputs(prompt="x" * TEN_MB), prompt="too_long"),
    "10 MB of Korean": unreadable(inputs(prompt="가" * (TEN_MB // 3))),
    "10 MB of one sign past ASCII": unreadable(
        b'{"template": "' + "😀".encode() + b"x" * TEN_MB + b'", "inputs": {}}'
    ),
    "10 MB of numbers": unreadable(wish("[" + "1," * (TEN_MB // 2) + "1]")),
    "10 MB of brackets": unreadable(b"[" * TEN_MB),
    "10 MB of spaces": unreadable(b" " * TEN_MB),
    "10 MB of one key": Case(
        wish("{}", ', "' + "k" * TEN_MB + '": 1'), 422, "invalid_inputs", None
    ),
    "arrays ten thousand deep": unreadable(wish("[" * DEEP + "]" * DEEP)),
    "objects ten thousand deep": unreadable(wish('{"a":' * DEEP + "1" + "}" * DEEP)),
    "both ten thousand deep": unreadable(wish('[{"a":' * (DEEP // 2) + "1" + "}]" * (DEEP // 2))),
    "never closed": unreadable(wish('[{"a":' * (DEEP // 2))),
    "a key twice": unreadable(wish("{}", ', "template": "klein-poster"')),
    "a key twice, written otherwise": unreadable(wish('{"a": 1, "\\u0061": 2}')),
    "a key twice, deep within": unreadable(wish('{"a": [[{"b": 1, "b": 1}]]}')),
    "NaN": unreadable(wish('{"steps": NaN}')),
    "Infinity": unreadable(wish('{"steps": Infinity}')),
    "less than nothing": unreadable(wish('{"steps": -Infinity}')),
    "1e400": unreadable(wish('{"steps": 1e400}')),
    "a whole number of 100,000 digits": unreadable(wish(f'{{"steps": {"9" * 100_000}}}')),
    "a fraction of 100,000 digits": unreadable(wish(f'{{"steps": 0.{"9" * 100_000}}}')),
    "a whole number of 300 digits": wrong(
        inputs(steps=10**299, seed=10**299), steps="too_large", seed="too_large"
    ),
    "the smallest float": wrong(
        inputs(steps=5e-324, cfg=-5e-324), steps="too_small", cfg="too_small"
    ),
    "minus nothing": wrong(inputs(steps=-0.0, seed=-0.0), steps="too_small"),
    "half a pair, first": unreadable(wish('{"prompt": "\\ud800"}')),
    "half a pair, second, in a key": unreadable(wish('{"\\udc00": 1}')),
    "NUL in a prompt": wrong(inputs(prompt="a\0b"), prompt="control_characters"),
    "NUL in a picture": Case(
        inputs(image="a\0b"), 422, "invalid_inputs", {"image": "not_a_picture"}
    ),
    "NUL in an address": Case(
        inputs(image="http://a/\0"), 422, "invalid_inputs", {"image": "bad_address"}
    ),
    "NUL in a seed": wrong(inputs(seed="\0")),
    "NUL in a key": wrong(inputs(**{"\0": 1}), **{"\0": "unknown"}),
    "NUL in a template's name": Case(
        b'{"template": "a\\u0000b", "inputs": {}}', 422, "invalid_inputs", {"template": "not_valid"}
    ),
    "no UTF-8": unreadable(wish('{"prompt": "').replace(b'": "', b'": "\xff\xfe')),
    "overlong UTF-8": unreadable(b'{"template": "\xc0\xaf", "inputs": {}}'),
    "UTF-8 of half a pair": unreadable(b'{"template": "\xed\xa0\x80", "inputs": {}}'),
    "a byte order mark": unreadable(b"\xef\xbb\xbf" + wish()),
    "UTF-16": unreadable(wish().decode().encode("utf-16")),
    "UTF-16 without a mark": unreadable(wish().decode().encode("utf-16-le")),
    "UTF-32": unreadable(wish().decode().encode("utf-32")),
    "names that JavaScript knows": wrong(
        inputs(__proto__={"a": 1}, constructor={"prototype": {}}, toString=1),
        __proto__="unknown",
        constructor="unknown",
        toString="unknown",
    ),
    "__proto__ beside the inputs": Case(
        wish("{}", ', "__proto__": {"is_operator": true}'),
        422,
        "invalid_inputs",
        {"__proto__": "unknown"},
    ),
    "100,000 keys": unreadable(json.dumps({f"k{n}": n for n in range(100_000)}).encode()),
    "10,000 keys": Case(
        wish(json.dumps({f"k{n}": n for n in range(10_000)})), 422, "invalid_inputs"
    ),
    "nothing": Case(b"", 422, "invalid_inputs", {"body": "required"}),
    **{
        f"{text} alone": Case(text.encode(), 422, "invalid_inputs", {"body": code})
        for text, code in (
            *(("null", "not_object"), ("true", "not_object"), ("1", "not_object")),
            *(("1e3", "not_object"), ('"text"', "not_object"), ("[]", "not_object")),
        )
    },
    "compressed": Case(
        gzip.compress(wish()),
        415,
        "encoding",
        headers={"Content-Type": "application/json", "Content-Encoding": "gzip"},
    ),
    "said to be compressed twice": Case(
        wish(),
        415,
        "encoding",
        headers={"Content-Type": "application/json", "Content-Encoding": "br, gzip"},
    ),
    "no media type": typed(""),
    "text": typed("text/json"),
    "a form": typed("application/x-www-form-urlencoded", b"template=klein-i2i"),
    "nearly": typed("application/jsonp; charset=utf-8"),
    "nonsense": typed("\xff/;;;=\x7e"),
    "10,000 works at once": wrong(
        wish(json.dumps({"image": NOBODY, "prompt": "x"}), ', "output_count": 10000'),
    ),
    "the first studio's own address": Case(
        b'{"type": "\\u0000", "template_id": [], "input_data": 5, "output_count": {}}',
        422,
        "invalid_inputs",
        {
            "type": "not_valid",
            "template_id": "not_text",
            "input_data": "not_object",
            "output_count": "not_number",
        },
        "/functions/v1/works/generate",
    ),
}
JSON_CASES["10,000 works at once"] = Case(
    JSON_CASES["10,000 works at once"].body, 422, "invalid_inputs", {"output_count": "too_large"}
)

FORM_CASES: Final[dict[str, Case]] = {
    "10,000 parts": form(
        b"".join(part(f"p{n}") for n in range(10_000)) + b"--seam--\r\n", 400, "request_unreadable"
    ),
    "10,000 files": form(
        b"".join(part("file", more='; filename="a"') for _ in range(10_000)) + b"--seam--\r\n",
        400,
        "request_unreadable",
    ),
    "no boundary": form(part("file"), 400, "request_unreadable", "multipart/form-data"),
    "another boundary": form(
        part("file"), 400, "request_unreadable", "multipart/form-data; boundary=other"
    ),
    "a boundary of 10 KB": form(
        part("file"), 400, "request_unreadable", "multipart/form-data; boundary=" + "b" * 10_000
    ),
    "never ended": form(part("file", more='; filename="a.png"'), 422, "invalid_inputs"),
    "nested names": form(
        part("file[0][name]") + part("file[]", more='; filename="a"') + b"--seam--\r\n",
        422,
        "invalid_inputs",
        **{"file": "required", "file[0][name]": "unknown", "file[]": "unknown"},
    ),
    "a file that is text": form(
        part("file") + b"--seam--\r\n", 422, "invalid_inputs", file="not_a_picture"
    ),
    "a part of 1 MB of headers": form(
        b"--seam\r\n" + b"X-A: " + b"a" * 2**20 + b"\r\n\r\nx\r\n--seam--\r\n",
        400,
        "request_unreadable",
    ),
    "a part of 10,000 headers": form(
        b"--seam\r\n" + b"X-A: a\r\n" * 10_000 + b"\r\nx\r\n--seam--\r\n", 400, "request_unreadable"
    ),
    "a part without a name": form(
        b"--seam\r\nContent-Disposition: form-data\r\n\r\nx\r\n--seam--\r\n",
        400,
        "request_unreadable",
    ),
    "nothing": form(b"", 422, "invalid_inputs"),
    "compressed": Case(
        gzip.compress(part("file")),
        415,
        "encoding",
        path="/v1/files",
        headers={"Content-Type": MULTIPART, "Content-Encoding": "gzip"},
    ),
    "an octet of nothing": form(b"", 422, "picture_empty", "application/octet-stream"),
}
