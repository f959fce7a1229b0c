"""In which language an answer speaks: what the visitor chose, else the client, else the caller."""

from typing import Final

from starlette.requests import Request

from affiche.texts import LANGUAGES, Language, preferred

COOKIE: Final = "affiche_language"


def of_request(request: Request) -> Language:
    chosen = request.cookies.get(COOKIE)
    for language in LANGUAGES:
        if chosen == language:
            return language
    caller = getattr(request.state, "caller", None)
    fallback: Language = "en" if request.app.state.studio.settings.language == "en" else "ko"
    return preferred(
        request.headers.get("accept-language"), caller.language if caller else fallback
    )
