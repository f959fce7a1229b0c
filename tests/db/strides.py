"""What a step writes, as the pipeline writes it: by the named statements, under a token."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from psycopg import Connection
from psycopg.types.json import Jsonb
from tests.db.placeholders import numbered

from affiche.db.statements import names, statement

AT_ONCE = "steps.delivered" in names()
"""Whether collecting also completes the job, or leaves that to a step of its own."""
# Every statement that is conditional on a token and may be run late.
FENCED = [
    f"steps.{name}"
    for name in (
        *("prepared", "submitting", "submitted", "observed", "ended_well", "collected", "finished"),
        *("delivered", "again", "failed", "given_back"),
    )
    if f"steps.{name}" in names()
] + [name for name in ("stages.passed_on",) if name in names()]


@dataclass
class Hand:
    """Somebody who carries a job on, holding `token`."""

    service: Connection[Any]
    job: UUID
    token: UUID
    about: dict[str, Any]

    def write(self, name: str) -> int:
        """How many rows it touched: 1, or 0 for somebody who is too late."""
        fresh = uuid4()
        given = {**self.values(fresh), **self.about}
        asked = statement(name)
        if "%(rows)s" in asked:
            given["rows"] = json.dumps([{"n": 1, **given}], default=str)
        else:
            given = {k: Jsonb(v) if isinstance(v, dict | list) else v for k, v in given.items()}
        wanted = numbered(asked)[1]
        if name == "steps.given_back" and "tokens" in wanted:
            given |= {"tokens": [self.token], "token": fresh}
        return self.service.execute(asked, {k: given[k] for k in wanted}).rowcount

    def store(self, user_id: UUID, work_id: UUID, index: int) -> int:
        """The picture of an output: its file, and the job with it."""
        name = f"output-{index + 1}.png"
        self.about |= {"path": f"{user_id}/{work_id}/{name}", "name": name}
        if AT_ONCE:
            return self.write("steps.delivered")
        self.about |= {"id": uuid4(), "user_id": user_id, "work_id": work_id}
        asked = statement("steps.add_output")
        given = {**self.values(uuid4()), **self.about}
        row = self.service.execute(asked, {k: given[k] for k in numbered(asked)[1]}).fetchone()
        assert row is not None
        self.about["file_id"] = row[0]
        return self.write("steps.collected")

    def pass_on(self, user_id: UUID, work_id: UUID, stage: int, index: int) -> int:
        """The picture of a stage that is not the last: its file, the job, and the next one's."""
        name = f"stage-{stage + 1}-{index + 1}.png"
        self.about |= {"path": f"{user_id}/{work_id}/{name}", "name": name}
        return self.write("stages.passed_on")

    def values(self, fresh: UUID) -> dict[str, Any]:
        now = datetime.now(UTC)
        key = str(uuid4())
        return {
            "job_id": self.job,
            "token": self.token,
            "fresh": fresh,
            "key": self.token,
            "resumed": False,
            "parameters": {"seed": 7},
            "prompt": "a beach",
            "negative_prompt": None,
            "input_data": {"prompt": "a beach"},
            "seed": 7,
            "metadata": {"seed": 7},
            "engine": "comfyui",
            "stages": 1,
            "external_id": f"run-{key}",
            "observe_at": now,
            "running_at": None,
            "woke": False,
            "busy_since": None,
            "deadline_at": now + timedelta(minutes=15),
            "outputs": [],
            "seconds": 1.0,
            "path": f"late/{key}.png",
            "name": "late.png",
            "error_code": "run_failed",
            "error_params": {},
            "error_message": "the graph failed",
            "run_at": now - timedelta(seconds=1),
            "file_id": uuid4(),
            "thumbnail_key": None,
            "object_key": f"{key}.png",
            "width": 8,
            "height": 8,
            "file_size": 99,
            "mime_type": "image/png",
            "sha256": "\\x00",
            "about": {},
        }


def begin(service: Connection[Any], job: UUID, key: UUID) -> UUID | None:
    """The token of the step that was begun; None for an entry that may begin nothing."""
    hand, token = Hand(service, job, key, {}), uuid4()
    hand.about = {"key": key, "token": token}
    return token if hand.write("steps.begin") else None


def held(service: Connection[Any], job: UUID, token: UUID) -> bool:
    return bool(Hand(service, job, token, {}).write("steps.held"))
