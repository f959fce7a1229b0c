"""`affiche demo`: two characters and a dozen references to try, put there or taken away."""

from dataclasses import asdict
from typing import Annotated
from uuid import UUID

from cyclopts import Parameter

from affiche.cli.characters import phrase
from affiche.cli.operator import as_operator
from affiche.cli.pages import flag
from affiche.cli.terminal import err, write_json
from affiche.studio.demo import furnishing

Remove = Annotated[
    bool, Parameter(negative=(), show_default=False, help=phrase("help.demo.remove"))
]
Project = Annotated[
    UUID | None, Parameter(help=phrase("help.characters.project"), show_default=False)
]
Json = Annotated[bool, flag("help.json")]


def demo(*, remove: Remove = False, project: Project = None, json: Json = False) -> None:
    act = furnishing.remove if remove else furnishing.furnish
    found = as_operator(lambda studio, who: act(studio, who, project))
    if json:
        write_json(asdict(found))
    else:
        told = phrase("demo.removed" if remove else "demo.added", **asdict(found))
        err().print(told, highlight=False)
