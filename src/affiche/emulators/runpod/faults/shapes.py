"""Outputs that no reader can make a picture of."""

import base64
from collections.abc import Mapping
from typing import Any, Final

_NOISE: Final = base64.b64encode(bytes(range(256)) * 4).decode()
_HEAD: Final = base64.b64encode(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00").decode()

SHAPES: Final[Mapping[str, Any]] = {
    "null": None,
    "empty": {},
    "bool": True,
    "number": 42,
    "text": "The picture is ready.",
    "html": "<html><body>502 Bad Gateway</body></html>",
    "list": [],
    "no_image": {"images": []},
    "no_data": {"images": [{"filename": "a.png", "type": "base64"}]},
    "nulls": {"images": [None], "image": None, "message": None},
    "numbers": {"images": [7]},
    "nested": {"result": {"picture": _NOISE}},
    "not_base64": {"images": [{"filename": "a.png", "type": "base64", "data": "%%%"}]},
    "noise": {"images": [{"filename": "a.png", "type": "base64", "data": _NOISE}]},
    "cut": {"images": [{"filename": "a.png", "type": "base64", "data": _HEAD}]},
    "bad_url": {"images": [{"filename": "a.png", "type": "s3_url", "data": "s3://nowhere"}]},
    "errors": {"errors": ["Node 9 produced no output"], "images": []},
}
"""By name."""
