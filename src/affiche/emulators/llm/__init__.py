"""A stand-in for a language model: OpenAI's chat completions, answered by rule and dictionary.

To try a studio on a laptop without a key, and in tests. What it translates is readable and no
more; what it says of a picture it has seen in its pixels.
"""

from affiche.emulators.llm.faults import POINTS, Chance, Fault, Faults, Kind, parse
from affiche.emulators.llm.server import MODEL, Options, Server, serving

__all__ = [
    "MODEL", "POINTS", "Chance", "Fault", "Faults", "Kind", "Options", "Server", "parse", "serving",
]  # fmt: skip
