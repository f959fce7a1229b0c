"""A pod: one worker process and whatever it starts, which end together.

Run by its path, in a process of its own, with the command as arguments. SIGTERM is handed on to
the worker; when standard input closes, as it does when the emulator dies, everything is killed.
The SDK pings from a second process, which would outlive a worker that was killed.
"""

import contextlib
import os
import signal
import subprocess
import sys
import threading


def main(command: list[str]) -> int:
    worker = subprocess.Popen(command, stdin=subprocess.DEVNULL, process_group=0)  # noqa: S603
    signal.signal(signal.SIGTERM, lambda *_: worker.terminate())
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_orphaned, args=(worker.pid,), daemon=True).start()
    code = worker.wait()
    _kill(worker.pid)
    return code if code >= 0 else 128 - code


def _orphaned(group: int) -> None:
    with contextlib.suppress(OSError):
        while os.read(0, 1024):
            pass
    _kill(group)


def _kill(group: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(group, signal.SIGKILL)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
