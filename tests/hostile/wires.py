"""A studio in a process of its own, and a client that sends it whatever it likes, byte by byte."""

import json
import socket
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil
from tests.cli import programs
from tests.support.databases import TEMPLATE, Cluster

JSON = {"Content-Type": "application/json"}


@dataclass(frozen=True)
class Reply:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class House:
    """`serving`: the command that runs; `key`: of its owner."""

    port: int
    key: str
    data: Path
    serving: programs.Process

    @property
    def memory(self) -> int:
        """Bytes that the process holds of real memory."""
        return int(psutil.Process(self.serving.process.pid).memory_info().rss)

    def connected(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=120)

    def headers(self, language: str = "en", **more: str) -> dict[str, str]:
        return {
            "Host": "127.0.0.1",
            "Authorization": f"Bearer {self.key}",
            "Accept-Language": language,
            **{name.replace("_", "-"): value for name, value in more.items()},
        }

    def ask(self, method: str, path: str, headers: Mapping[str, str], body: bytes = b"") -> Reply:
        """A well-formed request of one message; the answer even where it comes before the end."""
        length = {} if "Transfer-Encoding" in headers else {"Content-Length": str(len(body))}
        return self.send([head(method, path, {**length, **headers}), body])

    def send(self, pieces: Iterable[bytes]) -> Reply:
        with self.connected() as wire:
            try:
                for piece in pieces:
                    wire.sendall(piece)
            except (BrokenPipeError, ConnectionResetError):
                pass  # Refused while it was being sent; the answer says why.
            return read(wire)


def head(method: str, path: str, headers: Mapping[str, str]) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


def read(wire: socket.socket) -> Reply:
    """One answer; of a stream what comes with its head."""
    stream = wire.makefile("rb")
    status = int(stream.readline().split()[1])
    headers: dict[str, str] = {}
    while line := stream.readline().strip():
        name, _, value = line.decode("latin-1").partition(":")
        headers[name.lower()] = value.strip()
    length = headers.get("content-length")
    return Reply(status, headers, stream.read(int(length)) if length else b"")


@contextmanager
def housed(cluster: Cluster, folder: Path) -> Iterator[House]:
    """`affiche serve` on a database of its own."""
    name = cluster.create(TEMPLATE)
    data = folder / "data"
    address = cluster.address(name).url
    try:
        with programs.running(data, "serve", DATABASE_URL=address) as serving:
            serving.wait_for(programs.LINK)
            told = json.loads((data / "studio.json").read_text())
            port = urlsplit(told["url"]).port
            assert port
            yield House(port, told["api_key"], data, serving)
    finally:
        cluster.drop(name)
