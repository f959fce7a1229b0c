"""The routes of webhooks; every one is somebody's or names nothing (test_isolation)."""

_ONE = "/v1/webhooks/{webhook_id}"
_DELIVERY = f"{_ONE}/deliveries/{{delivery_id}}"
NAMED = {
    *(f"{method} {_ONE}" for method in ("GET", "PATCH", "DELETE")),
    f"POST {_ONE}/rotate",
    f"POST {_ONE}/test",
    f"GET {_ONE}/deliveries",
    f"GET {_DELIVERY}",
    f"POST {_DELIVERY}/redeliver",
}
"""Routes to one thing: what is not in a project of one's own is as absent as none."""
LISTS = {"GET /v1/webhooks", "POST /v1/webhooks"}
"""Routes that show or make what is in projects of one's own."""
