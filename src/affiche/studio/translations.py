"""Words into English: by the project's glossary, from what was kept, or by the language model.

It never fails anybody: what cannot be translated goes on as it was written, and the record says so.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from dataclasses import field as own_field
from functools import partial
from typing import Any, Final
from uuid import UUID
from weakref import WeakValueDictionary

from affiche.domain import translation as rules
from affiche.domain.fields import MAX_TEXT, Field, english_of
from affiche.domain.translation import Plan, Rendered, Term
from affiche.errors import FieldProblem, InvalidInputs, LanguageModelError
from affiche.llm.client import Model
from affiche.llm.questions import Message
from affiche.studio import glossary, templates, works
from affiche.studio.ends import all_ended
from affiche.studio.projects import project_of
from affiche.studio.studio import Caller, Studio

_SAME: Final[WeakValueDictionary[tuple[int, bytes], asyncio.Lock]] = WeakValueDictionary()
"""Those who ask for the same words at once wait for the first of them."""
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Kept:
    english: str
    model: str


async def settle(
    studio: Studio,
    fields: Sequence[Field],
    values: Mapping[str, Any],
    *,
    project_id: UUID | None,
    work_id: UUID,
    before: Mapping[str, Any] | None = None,
    by_stand_in: bool = True,
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The values of a work with English in the place of what is translated, and the record of it.

    What its asker brought along in English is used as it is; so is what was settled for the work
    `before`, by another of its jobs or by this one, so that all its pictures are of the same words.
    `by_stand_in`: whether the built-in dictionary is good enough.
    """
    given = dict(values)
    found: dict[str, Rendered] = {}
    asked: dict[str, str] = {}
    settled = (before or {}).get("fields", {})
    names = {one.name for one in fields}
    for one in fields:
        own = english_of(one)
        if own is None or own.name in names:
            continue
        brought, text = given.pop(own.name, None), given.get(one.name)
        if brought:
            found[one.name] = Rendered("edited", brought)
        elif one.name in settled:
            found[one.name] = Rendered(**settled[one.name], model=(before or {}).get("model"))
        elif isinstance(text, str) and text.strip():
            asked[one.name] = text
    made = await all_ended(
        translate(studio, text, project_id, work_id=work_id, by_stand_in=by_stand_in)
        for text in asked.values()
    )
    found |= zip(asked, made, strict=True)
    stand_in = studio.model is not None and studio.model.place.is_stand_in
    told = rules.record(found, stand_in=stand_in)
    return given | {name: each.english for name, each in found.items()}, told


async def translate(
    studio: Studio,
    text: str,
    project_id: UUID | None,
    *,
    work_id: UUID | None = None,
    by_stand_in: bool = True,
) -> Rendered:
    """The text in English, within the time that settings give it. Raises DatabaseUnavailable."""
    if not rules.is_foreign(text):
        return Rendered("english", text)
    terms = await glossary.terms(studio, project_id) if project_id else []
    plan = rules.plan(text, terms)
    if not plan.needs_model:
        return Rendered("translated", plan.restored(plan.text))
    model = studio.model
    if model is None or (model.place.is_stand_in and not by_stand_in):
        return Rendered("unavailable", text)
    asking = Asking(studio, model, text, plan, terms, project_id, work_id)
    try:
        async with asyncio.timeout(studio.settings.translation_seconds):
            return await asking.rendered()
    except (LanguageModelError, TimeoutError) as error:
        log.warning("work %s: its words go as they are: %s", work_id, error or "no time left")
        return Rendered("failed", text)


async def quote(
    studio: Studio, caller: Caller, text: str, project_id: UUID | None = None
) -> Rendered:
    """What the text would be in a work of the caller's in that project, or in their own.

    Raises NotFound for a project that the caller is not in.
    """
    project = await project_of(studio, caller, project_id)
    return await translate(studio, text, project.id)


async def form(
    studio: Studio, caller: Caller, fields: Sequence[Field], values: Mapping[str, str]
) -> dict[str, Rendered]:
    """What the words of a form would be, by the request key under which they may be brought."""
    project = (await project_of(studio, caller, None)).id
    found = {}
    for field in fields:
        own, text = english_of(field), values.get(field.request_key, "").strip()
        if own is not None and 0 < len(text) <= (field.max_length or MAX_TEXT):
            found[own.request_key] = await translate(studio, text, project)
    return found


async def reword(
    studio: Studio,
    caller: Caller,
    work_id: UUID,
    english: Mapping[str, str],
    *,
    idempotency_key: str | None = None,
) -> works.Work:
    """A new work with the same inputs and other English words, by the field's name or request key.

    Raises NotFound, InvalidInputs for a field that is not translated, and what `works.ask` raises.
    """
    work = await works.get(studio, caller, work_id)
    template = (await templates.find(studio, caller, str(work.template_id))).template
    inputs, problems = dict(work.input_data), []
    for name, words in english.items():
        field = next((f for f in template.fields if name in (f.name, f.request_key)), None)
        own = english_of(field) if field else None
        if own is None:
            problems.append(FieldProblem(name[:100], "unknown"))
        else:
            inputs[own.request_key] = words
    if problems:
        raise InvalidInputs(problems)
    request = works.Ask(
        template=str(work.template_id),
        inputs=inputs,
        output_count=work.output_count,
        project_id=work.project_id,
        retry_of=work.id,
        idempotency_key=idempotency_key,
    )
    return await works.ask(studio, caller, request)


@dataclass(slots=True)
class Asking:
    """One text that needs the model, unless it was asked for before."""

    studio: Studio
    model: Model
    text: str
    plan: Plan
    terms: Sequence[Term]
    project_id: UUID | None
    work_id: UUID | None
    digest: bytes = own_field(init=False)

    def __post_init__(self) -> None:
        self.digest = rules.digest(self.text, self.terms, self.model.place.model)

    async def rendered(self) -> Rendered:
        if (kept := await self._kept()) is not None:
            return kept
        async with self._alone():
            if (kept := await self._kept()) is not None:
                return kept
            answer = await self.model.ask(
                "translate",
                [Message(role, told) for role, told in rules.messages(self.plan.text)],
                most_tokens=rules.most_tokens(self.plan.text),
                work_id=self.work_id,
                read=partial(rules.read, plan=self.plan),
                seconds=self.studio.settings.translation_seconds,
            )
            return Rendered("translated", await self._keep(answer.text), self.model.place.model)

    async def _kept(self) -> Rendered | None:
        if self.project_id is None:
            return None
        async with self.studio.database.singly() as service:
            found = await service.maybe(
                Kept, "language.translation", project_id=self.project_id, digest=self.digest
            )
        return Rendered("cached", found.english, found.model) if found else None

    async def _keep(self, english: str) -> str:
        """What holds from now on: another process may have been quicker."""
        if self.project_id is None:
            return english
        async with self.studio.database.singly() as service:
            held: str = await service.value(
                "language.keep_translation",
                project_id=self.project_id,
                digest=self.digest,
                english=english,
                model=self.model.place.model,
            )
        return held

    @asynccontextmanager
    async def _alone(self) -> AsyncIterator[None]:
        key = id(self.model), (self.project_id or UUID(int=0)).bytes + self.digest
        lock = _SAME.setdefault(key, asyncio.Lock())
        async with lock:
            yield
