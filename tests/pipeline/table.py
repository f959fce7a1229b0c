"""The matrix as a page: every point of a run against everything that can befall a process there."""

import time
from collections.abc import Mapping, Sequence
from typing import Any, Final

INTRODUCTION: Final = """\
# When a process dies, freezes or is told to stop

Written by `make matrix` from a run of `tests/pipeline/test_matrix.py` on {day}; not by hand.

A process of the pipeline changes the world through few doors: statements and commits, stored
objects, requests to the engine. The test watches those doors while a work goes through undisturbed
and writes down each effect with the step in which it happens. Then it asks for the same work again,
for each of these effects several times, and lets something befall the process right there. Since
the list is taken from a real run, a step that is rewritten is tried as it then is.

| column | what befalls the process |
|---|---|
| kill | `kill -9` |
| freeze, long | `SIGSTOP`; another takes over; `SIGCONT` while that one is at it, or at the end |
| cancel, c+kill | the owner cancels while the process is just there; it goes on, or is killed |
| stop, cut | `SIGTERM`; it finishes what it is at, or is cut off because its grace is over |

It happens just before the effect (<), or just after it, before its answer is used (>). Kills happen
with another process at work already (+), and with one that is started after the death. The outcome
must always be the same: the work ends, with one picture for each output asked for and the same
bytes as undisturbed; nothing of it is left under way, neither a job, a queue entry, a withdrawal
nor a run on the engine.

A cell says how many takes it took, then `/`, how often the engine was given the run. Most often
once: the next process finds the run by its id. A second run is found, too, and stopped, or the
picture of either is taken. `c` means that the work ended cancelled. With `o` something was stored
that no row names, which the sweep takes once its grace is over. `·`: not tried there.

RunPod names runs itself, so a run whose answer was lost cannot be looked for
([why](../decisions/0021-runs-elsewhere.md)). Where its end is told by webhook, at a door in another
process, it is adopted: after a kill RunPod was never given more than one run, at whatever point.
Where nothing is told, it is sent once more after a while. A second run is at most one; it was
stopped there, or its end was told and it was withdrawn, or, where nothing is told, its name was
learnt too late or never. A death between "about to send" and the answer costs two takes of the
three, the second when no word came. (In the test word is waited for a second, or three; see
`domain/pace.py` for how long a studio waits.)

"""
COLUMNS: Final = (
    ("kill", "before", False),
    ("kill", "before", True),
    ("kill", "after", False),
    ("kill", "after", True),
    ("freeze", "before", False),
    ("freeze", "after", False),
    ("freeze for long", "before", False),
    ("freeze for long", "after", False),
    ("cancel", "before", False),
    ("cancel and kill", "after", False),
    ("stop", "before", False),
    ("cut off", "before", False),
    ("cut off", "after", False),
)
HEADS: Final = {
    "kill": "kill",
    "freeze": "freeze",
    "freeze for long": "long",
    "cancel": "cancel",
    "cancel and kill": "c+kill",
    "stop": "stop",
    "cut off": "cut",
}


def head(column: tuple[str, str, bool]) -> str:
    fate, when, paired = column
    return f"{HEADS[fate]} {'<' if when == 'before' else '>'}{'+' if paired else ''}"


def cell(row: Mapping[str, Any]) -> str:
    """Takes / runs, with what else there is to say; the fault if there is one."""
    if row["wrong"]:
        return "WRONG"
    said = "c" if row["outcome"] == "cancelled" else ""
    return f"{row['takes']}/{row['runs']}{said}{'o' if row['orphans'] else ''}"


def page(rows: Sequence[Mapping[str, Any]]) -> str:
    """Markdown: the introduction, a table for each kind of work, and the sums."""
    parts = [INTRODUCTION.format(day=time.strftime("%-d %B %Y", time.gmtime()))]
    for scenario in dict.fromkeys(row["scenario"] for row in rows):
        of_it = [row for row in rows if row["scenario"] == scenario]
        parts.append(f"## {scenario[0].upper()}{scenario[1:]}\n\n{_table(of_it)}\n\n")
    parts.append("## In sum\n\n" + sums(rows) + "\n")
    return "".join(parts).rstrip() + "\n"


def sums(rows: Sequence[Mapping[str, Any]]) -> str:
    """One line for each fate: how many cases, of these with extra runs, with orphans, wrong."""
    lines = ["| befallen by | cases | ended | extra runs | orphans | most seconds | wrong |"]
    lines.append("|---|---|---|---|---|---|---|")
    for fate in dict.fromkeys(row["fate"] for row in rows):
        of_it = [row for row in rows if row["fate"] == fate]
        ends = {o: sum(r["outcome"] == o for r in of_it) for o in {r["outcome"] for r in of_it}}
        said = ", ".join(f"{number} {outcome}" for outcome, number in sorted(ends.items()))
        extra = sum(row["runs"] > row["expected_runs"] for row in of_it)
        lines.append(
            f"| {fate} | {len(of_it)} | {said} | {extra} | {sum(r['orphans'] for r in of_it)}"
            f" | {max(r['seconds'] for r in of_it)} | {sum(bool(r['wrong']) for r in of_it)} |"
        )
    return "\n".join(lines)


def _table(rows: Sequence[Mapping[str, Any]]) -> str:
    tried = {(r["fate"], r["when"], r["paired"]) for r in rows}
    columns = [column for column in COLUMNS if column in tried]
    found = {(r["at"], r["fate"], r["when"], r["paired"]): cell(r) for r in rows}
    places = sorted({(r["at"], r["place"], _effect(r)) for r in rows})
    lines = [["step", "effect", *map(head, columns)], ["---"] * (len(columns) + 2)]
    lines += [
        [place, effect, *(found.get((at, *column), "·") for column in columns)]
        for at, place, effect in places
    ]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _effect(row: Mapping[str, Any]) -> str:
    again = f" ({row['nth']})" if row["nth"] > 1 else ""
    return f"{row['label']}{again}"
