"""Holds the embedded PostgreSQL for as long as somebody uses its data folder.

Run as a script with nothing but the standard library: `python -I keeper.py FOLDER COMMAND…`.
Users hold a shared lock on `FOLDER/users.lock`; the kernel drops it even when a user is killed.
Once the keeper gets that lock for itself nobody is left, and the server is stopped.
"""

import fcntl
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

LOOK_EVERY = 0.2
STOP_WITHIN = 30.0


class Server:
    """The postmaster: our child, or one that an earlier, killed keeper left running."""

    def __init__(self, folder: Path, command: list[str]) -> None:
        self.folder, self.command = folder, command
        self.child: subprocess.Popen[bytes] | None = None
        self.pid = left_running(folder)

    def start(self) -> None:
        log = (self.folder / "postgres.log").open("ab")
        with log:
            self.child = subprocess.Popen(  # noqa: S603
                self.command, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        self.pid = self.child.pid

    def running(self) -> bool:
        if self.child is not None:
            return self.child.poll() is None
        return self.pid is not None and left_running(self.folder) == self.pid

    def stop(self) -> None:
        for how in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
            if not self.running() or self.pid is None:
                return
            os.kill(self.pid, how)
            until = time.monotonic() + STOP_WITHIN
            while self.running() and time.monotonic() < until:
                time.sleep(0.02)


def left_running(folder: Path) -> int | None:
    """The pid in postmaster.pid if that process is a postgres of this folder."""
    try:
        pid = int((folder / "postgres" / "postmaster.pid").read_text().splitlines()[0])
        os.kill(pid, 0)
        command = Path(f"/proc/{pid}/cmdline")
        if command.exists() and str(folder).encode() not in command.read_bytes():
            return None
    except (OSError, ValueError, IndexError):
        return None
    return pid


def keep(folder: Path, command: list[str]) -> None:
    with (folder / "keeper.lock").open("w") as mine, (folder / "users.lock").open("w") as users:
        try:
            fcntl.flock(mine, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        server = Server(folder, command)
        pause = LOOK_EVERY
        while True:
            try:
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                pass
            else:
                server.stop()
                return
            if server.running():
                pause = LOOK_EVERY
            else:
                server.start()
                pause = min(pause * 2, 5.0)
            time.sleep(pause)


if __name__ == "__main__":
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    keep(Path(sys.argv[1]), sys.argv[2:])
