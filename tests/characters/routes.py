"""The routes to characters and references, for the tests that go through all there are."""

from typing import Any, Final

LISTS: Final = {
    "GET /v1/characters",
    "POST /v1/characters",
    "GET /v1/references",
    "GET /v1/references/categories",
    "POST /v1/references",
    "POST /v1/references/import",
    "POST /v1/prompts",
}
CHARACTERS: Final[dict[str, dict[str, Any]]] = {
    "GET /v1/characters/{character_id}": {},
    "PATCH /v1/characters/{character_id}": {"json": {"name": "Another"}},
    "GET /v1/characters/{character_id}/works": {},
    "GET /v1/characters/{character_id}/statistics": {},
    "DELETE /v1/characters/{character_id}": {},
}
REFERENCES: Final[dict[str, dict[str, Any]]] = {
    "GET /v1/references/{reference_id}": {},
    "PATCH /v1/references/{reference_id}": {"json": {"category": "another"}},
    "DELETE /v1/references/{reference_id}": {},
}
NAMED: Final = {*CHARACTERS, *REFERENCES}
