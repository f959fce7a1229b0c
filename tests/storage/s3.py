"""As much of S3 as obstore speaks, on loopback. Signatures are seen to be there, not checked."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from urllib.parse import unquote
from xml.sax.saxutils import escape

import pytest
from aiohttp import web


class Store:
    """Objects by key, their types, and what may go wrong: `status` answers every request."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.types: dict[str, str] = {}
        self.parts: dict[str, dict[int, bytes]] = {}
        self.unsigned: list[str] = []
        self.status: int | None = None
        self.modified = "2026-11-21T12:00:00.000Z"
        self.page = 1000
        self.url = ""

    def point_at(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Let every store that is opened from now on be this one."""
        for name, value in {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ALLOW_HTTP": "true",
            "AWS_REGION": "nowhere",
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
        }.items():
            monkeypatch.setenv(name, value)

    async def answer(self, request: web.Request) -> web.Response:
        key = unquote(request.path).removeprefix("/bucket").lstrip("/")
        signed = "X-Amz-Signature" in request.query or "Authorization" in request.headers
        if not signed:
            self.unsigned.append(f"{request.method} {key}")
        if self.status is not None or not signed:
            return web.Response(status=self.status or 403, text="<Error><Code>No</Code></Error>")
        if request.method == "GET" and "list-type" in request.query:
            return self._listed(request.query.get("prefix", ""), request.query)
        if request.method == "POST":
            return await self._post(request, key)
        if request.method == "PUT":
            return await self._put(request, key)
        if request.method == "DELETE":
            self.objects.pop(key, None)
            return web.Response(status=204)
        return self._got(key)

    def _got(self, key: str) -> web.Response:
        if key not in self.objects:
            return web.Response(status=404)
        headers = {
            "ETag": '"1"',
            "Last-Modified": "Sat, 21 Nov 2026 12:00:00 GMT",
            "Content-Type": self.types[key],
        }
        return web.Response(body=self.objects[key], headers=headers)

    async def _put(self, request: web.Request, key: str) -> web.Response:
        body = await request.read()
        if "partNumber" in request.query:
            self.parts[key][int(request.query["partNumber"])] = body
        else:
            self.objects[key] = body
            self.types[key] = request.headers.get("Content-Type", "")
        return web.Response(headers={"ETag": '"1"'})

    async def _post(self, request: web.Request, key: str) -> web.Response:
        if "delete" in request.query:
            text = (await request.read()).decode()
            keys = [part.partition("<")[0] for part in text.split("<Key>")[1:]]
            for key in keys:
                self.objects.pop(key, None)
            gone = "".join(f"<Deleted><Key>{key}</Key></Deleted>" for key in keys)
            return _xml(f"<DeleteResult>{gone}</DeleteResult>")
        if "uploads" in request.query:
            self.parts[key] = {}
            self.types[key] = request.headers.get("Content-Type", "")
            return _xml(
                "<InitiateMultipartUploadResult><Bucket>bucket</Bucket>"
                f"<Key>{key}</Key><UploadId>1</UploadId></InitiateMultipartUploadResult>"
            )
        await request.read()
        self.objects[key] = b"".join(part for _, part in sorted(self.parts.pop(key).items()))
        return _xml(
            "<CompleteMultipartUploadResult><Bucket>bucket</Bucket>"
            f'<Key>{key}</Key><ETag>"1"</ETag></CompleteMultipartUploadResult>'
        )

    def _listed(self, prefix: str, query: Mapping[str, str]) -> web.Response:
        """A page at a time, in the order of the keys, as S3 does."""
        after = query.get("continuation-token") or query.get("start-after", "")
        keys = [key for key in sorted(self.objects) if key.startswith(prefix) and key > after]
        page, more = keys[: self.page], len(keys) > self.page
        found = "".join(
            f"<Contents><Key>{escape(key)}</Key><Size>{len(self.objects[key])}</Size>"
            f"<ETag>1</ETag><LastModified>{self.modified}</LastModified></Contents>"
            for key in page
        )
        token = f"<NextContinuationToken>{escape(page[-1])}</NextContinuationToken>" if more else ""
        truncated = f"<IsTruncated>{str(more).lower()}</IsTruncated>"
        return _xml(f"<ListBucketResult>{truncated}{token}{found}</ListBucketResult>")


def _xml(text: str) -> web.Response:
    return web.Response(text=text, content_type="application/xml")


@asynccontextmanager
async def serving() -> AsyncIterator[Store]:
    store = Store()
    app = web.Application(client_max_size=64 * 1024 * 1024)
    app.router.add_route("*", "/{path:.*}", store.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    store.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield store
    finally:
        await runner.cleanup()
