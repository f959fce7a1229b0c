"""What a client asks, read as OpenAI's API reference describes it."""

import base64
import binascii
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from affiche.errors import AfficheError
from affiche.fetch import Policy, picture_bytes

Kind = Literal["translation", "title", "caption", "talk"]
_MOST_PICTURE: Final = 20_000_000
_ROLES: Final = ("system", "developer", "user", "assistant")
_DATA: Final = re.compile(r"data:image/[a-z0-9.+-]+;base64,(.*)", re.DOTALL)


class Wrong(ValueError):
    """A request that the API refuses."""

    def __init__(
        self,
        message: str,
        param: str | None = None,
        *,
        status: int = 400,
        code: str = "invalid_value",
    ) -> None:
        super().__init__(message)
        self.param, self.status, self.code = param, status, code


@dataclass(frozen=True, slots=True)
class Question:
    """`instruction` is what the system messages say, `text` the last message of the user's;
    `urls` are the addresses of its pictures, `pictures` their bytes once they were read."""

    model: str
    instruction: str
    text: str
    urls: Sequence[str]
    most_tokens: int | None
    temperature: float
    size: int
    pictures: Sequence[bytes] = field(default=(), repr=False)

    @property
    def kind(self) -> Kind:
        if self.urls:
            is_title = re.search(r"제목|\btitle\b", self.instruction, re.IGNORECASE)
            return "title" if is_title else "caption"
        return "translation" if re.search(r"translat", self.instruction, re.I) else "talk"

    @classmethod
    def of(cls, page: object) -> "Question":
        """Raises Wrong."""
        if not isinstance(page, dict):
            raise Wrong("the body is no object")
        model, messages = page.get("model"), page.get("messages")
        if not isinstance(model, str) or not model:
            raise Wrong("you must provide a model parameter", "model")
        if not isinstance(messages, list) or not messages:
            raise Wrong("messages has to be a list of at least one", "messages")
        if page.get("stream"):
            raise Wrong("this server does not stream", "stream", code="unsupported_value")
        told = [_message(message, f"messages[{at}]") for at, message in enumerate(messages)]
        users = [(text, urls) for role, text, urls in told if role == "user"]
        if not users:
            raise Wrong("there is no message of a user", "messages")
        return cls(
            model=model,
            instruction="\n".join(text for role, text, _ in told if role in _ROLES[:2]),
            text=users[-1][0],
            urls=users[-1][1],
            most_tokens=_most(page),
            temperature=_number(page, "temperature", 0, 2, 1),
            size=sum(len(text) for _, text, _ in told),
        )


async def read(body: bytes, model: str) -> Question:
    """The question with its pictures. Raises Wrong."""
    try:
        question = Question.of(json.loads(body))
    except Wrong:
        raise
    except (ValueError, RecursionError):
        raise Wrong("the body is no JSON") from None
    if question.model != model:
        message = f"The model `{question.model}` does not exist."
        raise Wrong(message, "model", status=404, code="model_not_found")
    pictures = [await _picture(url) for url in question.urls]
    return Question(**{**_fields(question), "pictures": pictures})


def _fields(question: Question) -> dict[str, Any]:
    return {name: getattr(question, name) for name in Question.__slots__}


def _message(message: object, where: str) -> tuple[str, str, list[str]]:
    match message:
        case {"role": str() as role, "content": str() as text} if role in _ROLES:
            return role, text, []
        case {"role": str() as role, "content": [*parts]} if role in _ROLES:
            read = [_part(part, f"{where}.content[{at}]") for at, part in enumerate(parts)]
            texts = [text for text, _ in read if text]
            return role, "\n".join(texts), [url for _, url in read if url]
    raise Wrong("a message has a role and content", where)


def _part(part: object, where: str) -> tuple[str, str]:
    match part:
        case {"type": "text", "text": str() as text}:
            return text, ""
        case {"type": "image_url", "image_url": {"url": str() as url}} if url:
            return "", url
    raise Wrong("a part is a text or an image_url", where)


def _most(page: Mapping[str, Any]) -> int | None:
    for name in ("max_completion_tokens", "max_tokens"):
        if page.get(name) is not None:
            return int(_number(page, name, 1, 1_000_000, 1))
    return None


def _number(page: Mapping[str, Any], name: str, low: float, high: float, otherwise: float) -> float:
    value = page.get(name)
    if value is None:
        return otherwise
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise Wrong(f"{name} is a number from {low} to {high}", name)
    return float(value)


async def _picture(url: str) -> bytes:
    if found := _DATA.fullmatch(url):
        try:
            return base64.b64decode(found[1], validate=True)
        except binascii.Error:
            raise Wrong("the data URL is not base64", "image_url", code="invalid_image") from None
    try:
        # It runs beside the studio, whose links lead to this machine.
        policy = Policy(allow_private=frozenset({"127.0.0.1", "localhost", "::1"}))
        fetched = await picture_bytes(url, limit_bytes=_MOST_PICTURE, timeout=10.0, policy=policy)
    except AfficheError:
        raise Wrong("the picture cannot be had", "image_url", code="invalid_image_url") from None
    return fetched.data
