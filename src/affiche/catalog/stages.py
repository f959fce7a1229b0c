"""What the stages of a template have to do with each other: which takes whose picture."""

from affiche.domain.definitions import DefinitionInvalid
from affiche.domain.templates import Stage, Template


def check(template: Template) -> None:
    """Raises DefinitionInvalid for two stages of one name, for a picture taken from no earlier
    stage or by no binding for pictures, and for a stage whose picture nobody takes."""
    slugs = [stage.slug for stage in template.stages]
    for at, stage in enumerate(template.stages):
        where = f"stages[{at}]"
        if stage.slug in slugs[:at]:
            raise DefinitionInvalid(f"{where}.slug", f"“{stage.slug}” is another stage's too")
        for name, slug in stage.takes.items():
            _check_taken(stage, name, slug, slugs[:at], f"{where}.takes.{name}")
    taken = {slug for stage in template.stages for slug in stage.takes.values()}
    for at, slug in enumerate(slugs[:-1]):
        if slug not in taken:
            raise DefinitionInvalid(f"stages[{at}]", f"no later stage takes “{slug}”'s picture")


def _check_taken(stage: Stage, name: str, slug: str, earlier: list[str], where: str) -> None:
    kinds = {b.type for b in stage.workflow.bindings if b.name == name}
    if not kinds:
        raise DefinitionInvalid(where, "is no binding")
    if kinds != {"picture"} or name in stage.workflow.placeholders:
        raise DefinitionInvalid(where, "is not a binding for a picture")
    if name in stage.inputs:
        raise DefinitionInvalid(where, "is fed by a field too (inputs)")
    if slug not in earlier:
        raise DefinitionInvalid(where, f"“{slug}” is no earlier stage")
