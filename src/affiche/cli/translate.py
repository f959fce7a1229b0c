"""`affiche translate`: in what English a text would go to the image model."""

from dataclasses import asdict
from typing import Annotated

from affiche.cli.glossary import Json, Project, told
from affiche.cli.language import language
from affiche.cli.operator import as_operator
from affiche.cli.terminal import err, out, write_json
from affiche.domain.translation import Rendered
from affiche.studio import translations
from affiche.studio.studio import Caller, Studio
from affiche.texts import say


def translate(
    text: Annotated[str, told("text")],
    /,
    *,
    project: Project = None,
    json: Json = False,
) -> None:
    async def run(studio: Studio, who: Caller) -> Rendered:
        return await translations.quote(studio, who, text, project)

    found = as_operator(run)
    if json:
        write_json({"text": text, **asdict(found)})
        return
    out().print(found.english, markup=False, highlight=False, soft_wrap=True)
    err().print(say(language(), f"works.english.{found.status}"), style="dim")
