"""How figures are taken from the machine, and told."""

import os
import statistics
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")


def percentile(values: list[float], part: int) -> float:
    return statistics.quantiles(values, n=100, method="inclusive")[part - 1]


def of_process(pid: int) -> float:
    """Seconds of processor time that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def of_postgres(data: Path) -> float:
    """Of the embedded server's processes that are there; those of the pool live as long as it."""
    postmaster = (data / "postgres" / "postmaster.pid").read_text("utf-8").split()[0]
    spent = 0.0
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            stat = (entry / "stat").read_text("utf-8").rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if stat[1] == postmaster:
            spent += (int(stat[11]) + int(stat[12])) / TICK
    return spent


def megabytes(pid: int) -> float:
    """The most memory that a process ever held."""
    status = Path(f"/proc/{pid}/status").read_text("utf-8")
    return int(status.split("VmHWM:")[1].split()[0]) / 1024
