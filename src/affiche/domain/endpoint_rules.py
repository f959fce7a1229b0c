"""What an operator may write into an endpoint's row; everything that is wrong at once. Pure."""

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Final
from urllib.parse import urlsplit

from affiche.domain.endpoints import (
    IMAGES_AS,
    PICTURES_BY,
    REQUEST_SHAPES,
    WORKFLOW_AS,
    Endpoint,
)
from affiche.domain.warmth import HoursUnreadable, hours
from affiche.errors import FieldProblem

MOST_WORKS: Final = 1000
MOST_PRICE: Final = Decimal(1)
MOST_WARM: Final = 1440
_NAME: Final = re.compile(r"[\w.-]{1,60}")
_SECRET: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,99}")
_REMOTE: Final = re.compile(r"[A-Za-z0-9_-]{1,100}")
# RunPod's own begin with rpa_; others of the trade with sk; what is long and random is none's name.
_KEY: Final = re.compile(
    r"(?:rpa|sk|key)[_-][A-Za-z0-9_-]{8,}|[0-9a-fA-F]{32,}|[A-Za-z0-9+/=_-]{41,}"
)


def problems(endpoint: Endpoint) -> list[FieldProblem]:
    """By field, as `affiche endpoints` and the table call them."""
    return [*_who(endpoint), *_how(endpoint), *_how_much(endpoint)]


def looks_like_a_key(text: str) -> bool:
    """Whether somebody gave the key itself where its name is asked for."""
    return _KEY.fullmatch(text.strip()) is not None


def _who(endpoint: Endpoint) -> Iterator[FieldProblem]:
    if not _NAME.fullmatch(endpoint.name):
        yield FieldProblem("name", "endpoint_name")
    if endpoint.kind not in ("comfyui", "runpod"):
        yield FieldProblem("kind", "not_option")
    if endpoint.url is None:
        yield FieldProblem("url", "required")
    elif not _is_address(endpoint.url):
        yield FieldProblem("url", "bad_address")
    if endpoint.secret is not None and looks_like_a_key(endpoint.secret):
        yield FieldProblem("secret", "looks_like_a_key")
    elif endpoint.secret is not None and not _SECRET.fullmatch(endpoint.secret):
        yield FieldProblem("secret", "secret_name")
    if endpoint.kind == "runpod":
        if endpoint.secret is None:
            yield FieldProblem("secret", "required")
        if endpoint.remote_id is None:
            yield FieldProblem("remote_id", "required")
    if endpoint.remote_id is not None:
        if looks_like_a_key(endpoint.remote_id):
            yield FieldProblem("remote_id", "looks_like_a_key")
        elif not _REMOTE.fullmatch(endpoint.remote_id):
            yield FieldProblem("remote_id", "remote_id")


def _how(endpoint: Endpoint) -> Iterator[FieldProblem]:
    for field, choices in (
        ("request_shape", REQUEST_SHAPES),
        ("images_as", IMAGES_AS),
        ("workflow_as", WORKFLOW_AS),
        ("pictures_by", PICTURES_BY),
    ):
        if getattr(endpoint, field) not in choices:
            yield FieldProblem(field, "not_option")


def _how_much(endpoint: Endpoint) -> Iterator[FieldProblem]:
    if not 1 <= endpoint.works_at_once <= MOST_WORKS:
        yield FieldProblem("works_at_once", "between", (("low", 1), ("high", MOST_WORKS)))
    price = endpoint.price_per_second
    if price is not None and not 0 <= price <= MOST_PRICE:
        yield FieldProblem("price_per_second", "between", (("low", 0), ("high", MOST_PRICE)))
    if endpoint.warm_minutes is not None and not 1 <= endpoint.warm_minutes <= MOST_WARM:
        yield FieldProblem("warm_minutes", "between", (("low", 1), ("high", MOST_WARM)))
    if endpoint.warm_hours is not None:
        try:
            hours(endpoint.warm_hours)
        except HoursUnreadable:
            yield FieldProblem("warm_hours", "hours")


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        # A name and password would be a secret in a row.
        return (
            parts.scheme in ("http", "https")
            and bool(parts.hostname)
            and parts.username is None
            and not parts.query
            and (parts.port is None or parts.port > 0)
            and not re.search(r"\s", url)
        )
    except ValueError:
        return False
