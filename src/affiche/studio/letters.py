"""What goes out about notifications: subject and text, in the reader's language. Pure."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

from affiche.studio.notifications import Notification
from affiche.texts import Language, say

SHOWN: Final = 20
LONGEST_WORDS: Final = 120
_STYLE: Final = "font-family:sans-serif;font-size:15px;line-height:1.6;color:#141311"


@dataclass(frozen=True, slots=True)
class Letter:
    """`lines` are paragraphs: of one notification what it says, of several one line for each.
    `path` is where its link leads, below the studio's address; `why`: the key of the sentence that
    says why somebody gets it."""

    title: str
    subject: str
    lines: tuple[str, ...]
    path: str
    link: str
    why: str = "notifications.mail.why"


def written(found: Sequence[Notification], language: Language) -> Letter:
    """About these, one at least."""
    if len(found) == 1:
        title, message = found[0].in_language(language)
        words = _short(found[0].words)
        key = "subject" if words else "subject_bare"
        told = found[0].batch is not None or found[0].status != "failed"
        lines = (message,) if told else tuple(filter(None, (words, message)))
        return Letter(
            title,
            _say(language, key, title=title, words=words),
            lines,
            found[0].path,
            _say(language, "open_batch" if found[0].batch else "open"),
        )
    ends = Counter(each.status for each in found)
    title = _say(language, "several", n=len(found))
    count = {"n": ends["completed"], "failed": ends["failed"], "cancelled": ends["cancelled"]}
    lines = (_say(language, "count", **count), *(_line(each, language) for each in found[:SHOWN]))
    if len(found) > SHOWN:
        lines += (_say(language, "more", n=len(found) - SHOWN),)
    return Letter(title, title, lines, "/notifications", _say(language, "open_all"))


def plain(letter: Letter, address: str, language: Language) -> str:
    """The text of an e-mail; `address` of the studio, or nothing where it has none."""
    lines = [*letter.lines]
    if address:
        lines += [f"{letter.link}: {address}{letter.path}", "--", _why(letter, address, language)]
    return "\n\n".join(lines) + "\n"


def html(letter: Letter, address: str, language: Language) -> str:
    """The same for programs that show HTML: no picture, no script, nothing from elsewhere."""
    parts = [f"<p>{escape(line)}</p>" for line in letter.lines]
    if address:
        url = escape(address + letter.path)
        parts += [
            f'<p><a href="{url}">{escape(letter.link)}</a></p>',
            f"<hr><p><small>{escape(_why(letter, address, language))}</small></p>",
        ]
    body = "\n".join(parts)
    return (
        f'<!doctype html>\n<html lang="{language}">\n<meta charset="utf-8">\n'
        f"<title>{escape(letter.subject)}</title>\n"
        f'<body style="{_STYLE}">\n<h1 style="font-size:20px">{escape(letter.title)}</h1>\n'
        f"{body}\n</body>\n</html>\n"
    )


def _line(found: Notification, language: Language) -> str:
    title, message = found.in_language(language)
    words = _short(found.words)
    if found.batch and words:
        return f"{title}: {words} — {message}"
    if found.status != "failed" or found.batch:
        return f"{title}: {_short(message)}" if message else title
    return f"{title}: {words} — {message}" if words else f"{title}: {message}"


def _why(letter: Letter, address: str, language: Language) -> str:
    name = say(language, "web.site.name")
    return say(language, letter.why, name=name, url=f"{address}/notifications")


def _short(text: str) -> str:
    one = " ".join(text.split())
    return one if len(one) <= LONGEST_WORDS else one[: LONGEST_WORDS - 1] + "…"


def _say(language: Language, key: str, **params: object) -> str:
    return say(language, f"notifications.mail.{key}", **params)
