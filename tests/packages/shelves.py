"""A server of model files on loopback, with what real ones do: ranges, breaks, refusals."""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Shelf:
    """`files` by path. `breaks`: after how many bytes the next answers to a path end; `refused`:
    the status of a path for whoever has not the `token`; `told`: whether heads tell checksums."""

    files: dict[str, bytes] = field(default_factory=dict)
    breaks: dict[str, list[int]] = field(default_factory=dict)
    refused: dict[str, int] = field(default_factory=dict)
    token: str | None = None
    ranges: bool = True
    told: dict[str, bytes] = field(default_factory=dict)
    asked: list[tuple[str, str, str | None]] = field(default_factory=list)
    """Method, path and range of every request."""
    url: str = ""


@contextmanager
def serving() -> Iterator[Shelf]:
    shelf = Shelf()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_HEAD(self) -> None:
            self._answer(head=True)

        def do_GET(self) -> None:
            self._answer(head=False)

        def _answer(self, *, head: bool) -> None:
            wanted = self.headers.get("Range")
            shelf.asked.append((self.command, self.path, wanted))
            data = shelf.files.get(self.path)
            signed = self.headers.get("Authorization") == f"Bearer {shelf.token}"
            if self.path in shelf.refused and not (shelf.token and signed):
                return self._end(shelf.refused[self.path])
            if data is None:
                return self._end(404)
            start = 0
            if wanted and shelf.ranges and (found := re.fullmatch(r"bytes=(\d+)-", wanted)):
                start = int(found[1])
                if start >= len(data):
                    return self._end(416)
            self.send_response(206 if start else 200)
            if start:
                self.send_header("Content-Range", f"bytes {start}-{len(data) - 1}/{len(data)}")
            if told := shelf.told.get(self.path):
                self.send_header("X-Linked-Size", str(len(told)))
                self.send_header("X-Linked-Etag", f'"{sha256(told).hexdigest()}"')
            self.send_header("Content-Length", str(len(data) - start))
            self.end_headers()
            if head:
                return None
            cuts = shelf.breaks.get(self.path)
            cut = cuts.pop(0) if cuts else None
            self.wfile.write(data[start:] if cut is None else data[start : start + cut])
            if cut is not None:
                self.close_connection = True
            return None

        def _end(self, status: int) -> None:
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing is printed."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    shelf.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield shelf
    finally:
        server.shutdown()
        server.server_close()
