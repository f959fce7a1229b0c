"""The command line as people have it: real processes, each with an environment of its own."""

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

PROGRAM = Path(sys.executable).with_name("affiche")
LINK = re.compile(r"http://\S+/sign-in\?token=[\w-]+")


def environment(data: Path, **more: str) -> dict[str, str]:
    """Nothing of whoever runs the tests but where programs are."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(data.parent),
        "LANG": "en_GB.UTF-8",
        "AFFICHE_DATA": str(data),
        "AFFICHE_PREVIEW_PACE": "0",
        "AFFICHE_RETRY_SECONDS": "0.1",
        "AFFICHE_DEMO": "no",
        **more,
    }


@dataclass(frozen=True)
class Done:
    """A command that has ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one object on standard output; fails when there is anything beside it."""
        return json.loads(self.out)


def affiche(data: Path, *arguments: str, timeout: float = 60, **more: str) -> Done:
    done = subprocess.run(
        [PROGRAM, *arguments],
        env=environment(data, **more),
        cwd=data.parent,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )
    return Done(done.returncode, done.stdout, done.stderr)


@dataclass
class Process:
    """A command that runs until it is told not to; what it writes is read as it comes."""

    process: subprocess.Popen[str]
    text: str = ""
    _grown: threading.Condition = field(default_factory=threading.Condition)

    def __post_init__(self) -> None:
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            with self._grown:
                self.text += line
                self._grown.notify_all()
        with self._grown:
            self._grown.notify_all()

    def wait_for(self, pattern: str | re.Pattern[str], seconds: float = 60) -> str:
        """The first match in what was written; fails when the process ends without one."""
        until = time.monotonic() + seconds
        with self._grown:
            while not (found := re.search(pattern, self.text)):
                left = until - time.monotonic()
                assert left > 0, f"nothing like {pattern!r} in time:\n{self.text}"
                assert self.reader.is_alive(), f"it ended without {pattern!r}:\n{self.text}"
                self._grown.wait(left)
        return found[0]

    def stop(self, how: signal.Signals = signal.SIGINT) -> int:
        """The exit code."""
        if self.process.poll() is None:
            self.process.send_signal(how)
        code = self.process.wait(60)
        self.reader.join(10)
        return code


@contextmanager
def running(data: Path, *arguments: str, **more: str) -> Iterator[Process]:
    """The command, stopped at the end if it is still there."""
    process = subprocess.Popen(
        [PROGRAM, *arguments],
        env=environment(data, **more),
        cwd=data.parent,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    started = Process(process)
    try:
        yield started
    finally:
        started.stop()


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class _Still(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        """A redirect is an answer like any other."""


def ask(url: str, *, method: str = "GET", key: str | None = None, body: Any = None) -> Answer:
    request = urllib.request.Request(url, method=method)
    if key:
        request.add_header("Authorization", f"Bearer {key}")
    if body is not None:
        request.data = json.dumps(body).encode()
        request.add_header("Content-Type", "application/json")
    request.add_header("Accept-Language", "en")
    try:
        with urllib.request.build_opener(_Still).open(request, timeout=20) as answer:
            return Answer(answer.status, dict(answer.headers), answer.read())
    except urllib.error.HTTPError as refusal:
        return Answer(refusal.code, dict(refusal.headers), refusal.read())
