"""`affiche worker`: packages for RunPod, made and checked."""

from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter
from rich.text import Text

from affiche.cli.endings import Exit
from affiche.cli.language import language, words
from affiche.cli.pages import application, flag
from affiche.cli.terminal import err, out, write_json

# Imports of what checks and makes wait until it is called.
worker = application("worker")
Json = Annotated[bool, flag("help.json")]
MARKS = {"error": ("✗", "red"), "warning": ("!", "yellow"), "note": ("·", "dim")}


@worker.command(name="check", help=words("help.worker.check"))
def check(
    folder: Annotated[Path, Parameter(name="DIR", help=words("help.worker.folder"))],
    /,
    *,
    target: Annotated[
        Literal["hub", "serverless"] | None, Parameter(help=words("help.worker.target"))
    ] = None,
    json: Json = False,
) -> int:
    from affiche.worker.packages import checking, reading

    found = checking.check(reading.read(folder), target)
    code = Exit.OK if found.ok else Exit.FAILED
    if json:
        listed = [
            {
                "severity": each.severity,
                "code": each.code,
                "file": each.file,
                "line": each.line,
                "message": each.message(language()),
                "fix": each.fix(language()),
            }
            for each in found.findings
        ]
        write_json(
            {"folder": str(folder), "target": found.target, "ok": found.ok, "findings": listed}
        )
        return code
    for each in found.findings:
        mark, style = MARKS[each.severity]
        where = f"{each.file}:{each.line}"
        out().print(
            Text.assemble((f"{mark} ", style), (f"{where}  ", "bold"), each.message(language()))
        )
        out().print(Text.assemble("  ", ("hint: ", "cyan"), each.fix(language())))
    summary = "worker.well" if found.ok else "worker.broken"
    counts = {
        severity: sum(1 for each in found.findings if each.severity == severity)
        for severity in MARKS
    }
    target_words = words(f"worker.{found.target}")
    out().print(
        words(
            summary,
            target=target_words,
            errors=counts["error"],
            warnings=counts["warning"],
            notes=counts["note"],
        ),
        style="dim",
    )
    return code


@worker.command(name="init", help=words("help.worker.init"))
def init(
    folder: Annotated[Path, Parameter(name="DIR", help=words("help.worker.new"))],
    /,
    *,
    template: Annotated[str, Parameter(help=words("help.worker.template"))] = "klein-i2i",
    target: Annotated[
        Literal["hub", "serverless"], Parameter(help=words("help.worker.made_for"))
    ] = "serverless",
    json: Json = False,
) -> int:
    from affiche.cli import packing

    made = packing.make(template, target, folder)
    if json:
        write_json({"folder": str(folder), "target": target, "files": made})
        return Exit.OK
    for name in made:
        out().print(f"{folder / name}")
    err().print(words("worker.made", folder=folder, target=target), style="dim")
    return Exit.OK
