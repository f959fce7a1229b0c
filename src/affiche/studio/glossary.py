"""A project's names of brands and products, which no translation touches."""

import unicodedata
from collections.abc import Sequence
from typing import Final
from uuid import UUID

from affiche.domain.translation import Term
from affiche.errors import FieldProblem, Forbidden, InvalidInputs, NotFound
from affiche.studio import projects
from affiche.studio.studio import Caller, Studio

MOST: Final = 500
"""Of a project."""
LONGEST: Final = 100


async def terms(studio: Studio, project_id: UUID) -> list[Term]:
    """All of the project's, for the pipeline."""
    async with studio.database.singly() as service:
        return await service.all(Term, "language.glossary", project_id=project_id)


async def listed(studio: Studio, caller: Caller, project_id: UUID) -> list[Term]:
    """In the order of their letters. Raises NotFound for a project that the caller is not in."""
    await projects.get(studio, caller, project_id)
    async with studio.database.as_user(caller.id) as transaction:
        return await transaction.all(Term, "language.glossary", project_id=project_id)


async def put(studio: Studio, caller: Caller, project_id: UUID, wanted: Sequence[Term]) -> None:
    """Add them, or say otherwise of those that are there; all or none.

    Raises NotFound, Forbidden for who is no admin of it, InvalidInputs.
    """
    await _administer(studio, caller, project_id)
    plain = [_checked(term) for term in wanted]
    async with studio.database.as_service() as service:
        for term in plain:
            row = {"project_id": project_id, "term": term.term, "english": term.english}
            if not await service.run("language.put_term", most=MOST, **row):
                told = (("limit", MOST), ("count", MOST + 1))
                raise InvalidInputs([FieldProblem("term", "too_many", told)])


async def remove(studio: Studio, caller: Caller, project_id: UUID, term: str) -> None:
    """Raises NotFound, Forbidden."""
    await _administer(studio, caller, project_id)
    async with studio.database.as_service() as service:
        plain = unicodedata.normalize("NFC", term.strip())
        if not await service.run("language.remove_term", project_id=project_id, term=plain):
            raise NotFound(what="term")


async def _administer(studio: Studio, caller: Caller, project_id: UUID) -> None:
    if (await projects.get(studio, caller, project_id)).role != "admin":
        raise Forbidden(detail="the project's admins only")


def _checked(term: Term) -> Term:
    """Composed and without space around. Raises InvalidInputs."""
    found = Term(_plain(term.term), _plain(term.english) if term.english is not None else None)
    for name, value in (("term", found.term), ("english", found.english)):
        if value is None:
            continue
        if not value:
            raise InvalidInputs([FieldProblem(name, "required")])
        if len(value) > LONGEST:
            told = (("limit", LONGEST), ("length", len(value)))
            raise InvalidInputs([FieldProblem(name, "too_long", told)])
        if not value.isprintable():
            raise InvalidInputs([FieldProblem(name, "control_characters")])
    return found


def _plain(text: str) -> str:
    return unicodedata.normalize("NFC", text.strip())
