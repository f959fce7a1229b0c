"""What changes, as server-sent events: signals that say what to read again."""

import asyncio
import json
import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Annotated, Any, Final

from fastapi import APIRouter, Header, Query, Request
from starlette.responses import Response

from affiche.api.auth import SignedIn, studio_of
from affiche.api.problems import refusals
from affiche.api.streams import BoundedStream
from affiche.errors import DatabaseUnavailable, NotSignedIn, TooManyStreams
from affiche.studio.events import Event
from affiche.studio.feed import Feed, opening
from affiche.studio.studio import Caller

router: Final = APIRouter(prefix="/v1/events", tags=["events"])
MOST_STREAMS: Final = 20
OLDEST_SECONDS: Final = 600.0
SLOWEST_SECONDS: Final = 20.0
RETRY_MILLISECONDS: Final = 3000
log = logging.getLogger(__name__)

STREAM: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "Server-sent events. `id` is a cursor, `event` one of `work.created`, "
        "`work.taken`, `work.processing`, `work.progress`, `work.pending` (it waits for another "
        "try), `work.completed`, `work.failed`, `work.cancelled`, `work.changed` (its title or its "
        "tags); `data` is JSON with `work_id`, "
        "`status`, `at`, `progress` where there is any, and `batch_id` of a work of a batch. "
        "`batch.created` stands for the `work.created` of all its `works`, and `batch.changed`, "
        "with `batch_id` too, comes once behind however many of its works moved or were chosen. "
        "Then `notification.created`, "
        "`notification.read` and `notification.deleted` with `notification_id`, which is absent "
        "where all were read at once. `gallery.changed` tells of what you did to your own `works`, "
        "`stars` given or `trashed`. A comment comes every 15 seconds, "
        "and after 10 minutes the stream ends: connect again with `Last-Event-ID`.",
        "content": {
            "text/event-stream": {
                "schema": {"type": "string"},
                "example": "id: 1770775879604318.748-31\nevent: work.progress\n"
                'data: {"work_id": "01a1fe6a-a666-737b-82bf-0123456789ab", '
                '"status": "processing", "at": "2026-02-11T02:11:19+00:00", '
                '"progress": {"percent": 50, "node": "75:64"}}\n\n',
            }
        },
    }
}


class EventStream(BoundedStream):
    """A stream that a client too slow to read it loses; it comes back with the last id it saw."""

    media_type = "text/event-stream"

    def __init__(self, pieces: AsyncGenerator[bytes]) -> None:
        super().__init__(pieces, SLOWEST_SECONDS, {"X-Accel-Buffering": "no"})

    def let_go(self) -> None:
        log.info("a client that did not read its events was let go")


@router.get(
    "",
    response_class=Response,
    responses=STREAM | refusals(NotSignedIn, DatabaseUnavailable, TooManyStreams),
)
async def stream_events(
    request: Request,
    caller: SignedIn,
    last_event_id: Annotated[
        str | None, Header(description="The last `id` that was read; without it, from now on.")
    ] = None,
    since: Annotated[
        str | None, Query(alias="last_event_id", description="The same, for a first connection.")
    ] = None,
) -> Response:
    """Your works as they change. Read again what an event names: it says no more than that."""
    feed: Feed = request.app.state.feed
    if feed.streams(caller.id) >= MOST_STREAMS:
        raise TooManyStreams(limit=MOST_STREAMS)
    cursor = await opening(studio_of(request), last_event_id or since)
    return EventStream(_written(request, feed, caller, cursor))


async def _written(
    request: Request, feed: Feed, caller: Caller, cursor: str
) -> AsyncGenerator[bytes]:
    clock = asyncio.get_running_loop().time
    until = clock() + OLDEST_SECONDS
    # An id without data moves the client's cursor and fires nothing: a connection that breaks
    # before the first event has a place to go on from.
    yield f"retry: {RETRY_MILLISECONDS}\nid: {cursor}\n\n".encode()
    async with aclosing(feed.follow(studio_of(request), caller, cursor)) as batches:
        async for batch in batches:
            if batch is None:
                yield b": keepalive\n\n"
            else:
                yield b"".join(map(written, batch))
            if clock() > until:
                return


def written(event: Event) -> bytes:
    """One event as it goes over the wire; its JSON holds no line break."""
    work_id = event.work_id and str(event.work_id)
    data = {"work_id": work_id, **event.data, "at": event.created_at.isoformat()}
    text = json.dumps(data, ensure_ascii=False)
    return f"id: {event.cursor}\nevent: {event.type}\ndata: {text}\n\n".encode()
