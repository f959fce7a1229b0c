"""Lines of the log for programs: one JSON object each."""

import asyncio
import json
import logging
import sys
from datetime import UTC, datetime
from typing import Any, TextIO

from affiche.studio import marks


class JsonLines(logging.Handler):
    """Each line with `time`, `level`, `logger`, `message`; with `work_id`, `job_id` and
    `request_id` where it is about one; with `error` and `traceback` where something was raised."""

    def __init__(self, stream: TextIO | None = None) -> None:
        super().__init__()
        self.stream = stream or sys.stderr
        self._plain = logging.Formatter()

    def emit(self, record: logging.LogRecord) -> None:
        try:
            error = record.exc_info[1] if record.exc_info else None
            if isinstance(error, asyncio.CancelledError):
                # A request that ends with the server that answered it.
                return
            self.stream.write(json.dumps(self.line(record), ensure_ascii=False, default=str) + "\n")
            self.stream.flush()
        except Exception:
            self.handleError(record)

    def line(self, record: logging.LogRecord) -> dict[str, Any]:
        """What is written of the record."""
        found: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **marks.of(record),
        }
        if record.exc_info and record.exc_info[1] is not None:
            error = record.exc_info[1]
            found["error"] = f"{type(error).__name__}: {error}"
            found["traceback"] = self._plain.formatException(record.exc_info)
        return found
