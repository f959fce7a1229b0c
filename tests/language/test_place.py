"""Which language model the settings name."""

import pytest

from affiche import settings
from affiche.errors import SettingInvalid
from affiche.studio.language import place


def read(**environment: str) -> settings.Settings:
    return settings.read({"AFFICHE_DATA": "/tmp/none", **environment})[0]


def test_without_a_key_there_is_none() -> None:
    assert place(read()) is None


def test_openrouter_and_its_model_are_the_defaults() -> None:
    found = place(read(OPENROUTER_API_KEY="sk-or-v1-x"))
    assert found is not None
    assert (found.url, found.model) == ("https://openrouter.ai/api/v1", "openai/gpt-4o-mini")
    assert found.key == "sk-or-v1-x"
    assert "sk-or-v1-x" not in repr(found)
    assert read(OPENROUTER_API_KEY="x").llm_rate == 100


def test_a_server_of_one_s_own_needs_no_key() -> None:
    found = place(read(AFFICHE_LLM_URL="http://127.0.0.1:11434/v1/", AFFICHE_LLM_MODEL="qwen3"))
    assert found is not None
    assert (found.url, found.key, found.model) == ("http://127.0.0.1:11434/v1", None, "qwen3")


@pytest.mark.parametrize(
    "environment",
    [
        {"AFFICHE_LLM_URL": "openrouter.ai"},
        {"AFFICHE_LLM_URL": "ftp://openrouter.ai"},
        {"AFFICHE_LLM_URL": "http://key@openrouter.ai/"},
        {"AFFICHE_LLM_URL": "http://"},
        {"AFFICHE_LLM_KEY": "k", "AFFICHE_LLM_MODEL": "two words"},
    ],
)
def test_what_cannot_be(environment: dict[str, str]) -> None:
    with pytest.raises(SettingInvalid):
        place(read(**environment))
