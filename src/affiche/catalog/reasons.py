"""Why a definition is refused, in whole sentences of the reader's language.

Definitions say it in one English line, which belongs to files and logs; whoever makes a template in
the browser reads these. What a page cannot bring about has no sentence of its own.
"""

import re
from typing import Final

from affiche.texts import Language, say

_REASONS: Final = tuple(
    (re.compile(pattern), code)
    for pattern, code in (
        (r"“(?P<value>.+)” is taken already", "taken"),
        (r"is larger than max", "min_over_max"),
        (r"lies past 2\^53", "too_large"),
        (r"step must be larger than 0", "step"),
        (r"and max are needed by a slider", "slider"),
        (r"must hold different values", "options"),
        (r"is not a value of this field", "default"),
        (r"no stage uses", "unused"),
        (r"must name a file field", "target"),
        (r"must name a field (for whole numbers|within)", "feather"),
        (r"a \w+ field cannot feed a \w+", "kind"),
        (r"field “(?P<value>.+)” has steps that are not whole", "steps"),
        (r"“(?P<value>.+)” is fed by no field", "unfed"),
        (r"names no node of the graph", "output"),
        (r"must be lower-case words joined by -", "slug"),
        (r"must be letters, digits and", "name"),
        (r"must be 1 or more", "positive"),
        (r"must not be negative", "not_negative"),
        (r"(label|ko|en) (is missing|must be text that is not empty)", "words"),
    )
)


def told(language: Language, reason: str) -> str:
    for pattern, code in _REASONS:
        if found := pattern.search(reason):
            return say(language, f"workshop.reasons.{code}", **found.groupdict())
    return say(language, "workshop.reasons.other")
