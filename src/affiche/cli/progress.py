"""What can be seen of a work while it is made: a moving line, or a line for each change."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

from rich.progress import BarColumn, Progress, ProgressColumn, SpinnerColumn, Task, TextColumn
from rich.text import Text

from affiche.cli.desk import Record
from affiche.cli.language import language, words
from affiche.cli.terminal import err
from affiche.texts import say


class Seconds(ProgressColumn):
    def render(self, task: Task) -> Text:
        seconds = words("run.seconds", seconds=f"{task.elapsed or 0:.1f}")
        return Text(seconds, style="dim")


def state(work: Record) -> str:
    """How it stands, and at which stage it is where its template has several."""
    told: dict[str, Any] = dict(work.get("progress") or {})
    if not told.get("stages"):
        return str(work["label"])
    stage = say(language(), "works.stage", stage=told["stage"], stages=told["stages"])
    return f"{work['label']} {stage}"


class View(Protocol):
    def show(self, work: Record) -> None: ...

    def say(self, text: str) -> None:
        """Something that is not the work's own state."""


class Moving:
    """For a terminal."""

    def __init__(self, progress: Progress) -> None:
        self.progress = progress
        self.task = progress.add_task("", total=None, node="", percent="")

    def show(self, work: Record) -> None:
        told: dict[str, Any] = dict(work.get("progress") or {})
        percent = told.get("percent") if work["status"] == "processing" else None
        self.progress.update(
            self.task,
            description=state(work),
            total=None if percent is None else 100,
            completed=percent or 0,
            node=told.get("label") or told.get("node") or "",
            percent="" if percent is None else f"{percent:.0f}%",
        )

    def say(self, text: str) -> None:
        self.progress.update(self.task, description=text)


class Lines:
    """For a pipe or a log: one line when the state or the stage changes."""

    def __init__(self) -> None:
        self.last = ""

    def show(self, work: Record) -> None:
        if work["status"] not in ("completed", "failed", "cancelled"):
            self.say(state(work))

    def say(self, text: str) -> None:
        if text != self.last:
            self.last = text
            err().print(text)


class Silence:
    def show(self, work: Record) -> None:
        """JSON was asked for, and nobody looks."""

    def say(self, text: str) -> None:
        """As above."""


@contextmanager
def watching(*, quiet: bool) -> Iterator[View]:
    """`quiet`: nothing but a moving line, which leaves no trace."""
    if not (err().is_interactive and sys.stderr.isatty()):
        yield Silence() if quiet else Lines()
        return
    columns = (
        SpinnerColumn(style="cyan"),
        TextColumn("{task.description}"),
        TextColumn("{task.fields[node]}", style="dim"),
        BarColumn(bar_width=28, complete_style="cyan", pulse_style="cyan"),
        TextColumn("{task.fields[percent]}"),
        Seconds(),
    )
    with Progress(*columns, console=err(), transient=True) as progress:
        yield Moving(progress)
