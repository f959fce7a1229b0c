"""The body of /run and /runsync."""

import json
from typing import Any

from affiche.emulators.runpod.jobs import Request


def parsed(body: bytes, *, sync: bool) -> Request:
    """What was asked for. Raises ValueError for anything but an object with an input."""
    asked = json.loads(body)
    if not isinstance(asked, dict) or not isinstance(asked.get("input"), dict):
        raise ValueError("an input is an object")
    policy = asked.get("policy") or {}
    if not isinstance(policy, dict):
        raise ValueError("a policy is an object")
    webhook, s3 = asked.get("webhook"), asked.get("s3Config")
    if not isinstance(webhook, str | None) or not isinstance(s3, dict | None):
        raise ValueError("a webhook is a string, and s3Config an object")
    return Request(
        input=asked["input"],
        sync=sync,
        webhook=webhook or None,
        execution=_seconds(policy.get("executionTimeout")),
        ttl=_seconds(policy.get("ttl")),
        low=policy.get("lowPriority") is True,
        s3=s3,
    )


def _seconds(milliseconds: Any) -> float | None:
    if milliseconds is None:
        return None
    if isinstance(milliseconds, bool) or not isinstance(milliseconds, int | float):
        raise ValueError("a policy's times are milliseconds")
    return milliseconds / 1000 if milliseconds > 0 else None
