"""What people are told: in both languages, with the same parameters, for every error."""

from string import Formatter

import pytest

from affiche import errors
from affiche.texts import LANGUAGES, Language, catalogue


def tree(root: type[errors.AfficheError]) -> list[type[errors.AfficheError]]:
    return [root, *(kind for child in root.__subclasses__() for kind in tree(child))]


def parameters(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name is not None}


def test_both_languages_hold_the_same_keys() -> None:
    korean, english = (set(catalogue(language)) for language in ("ko", "en"))
    assert korean == english
    assert korean


def test_a_sentence_takes_the_same_parameters_in_both_languages() -> None:
    korean, english = catalogue("ko"), catalogue("en")
    differing = {
        key: (parameters(korean[key]), parameters(english[key]))
        for key in korean.keys() & english.keys()
        if parameters(korean[key]) != parameters(english[key])
    }
    assert not differing


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_is_empty_and_each_takes_plain_names(language: Language) -> None:
    for key, sentence in catalogue(language).items():
        assert sentence.strip(), key
        assert all(name.isidentifier() for name in parameters(sentence)), key


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", tree(errors.AfficheError), ids=lambda kind: kind.__name__)
def test_every_error_has_its_sentence(kind: type[errors.AfficheError], language: Language) -> None:
    assert f"errors.{kind.code}.message" in catalogue(language)


def test_every_sentence_under_errors_is_some_error_s() -> None:
    codes = {kind.code for kind in tree(errors.AfficheError)}
    spoken = {key.split(".")[1] for key in catalogue("en") if key.startswith("errors.")}
    assert spoken <= codes


def test_an_error_s_status_is_one_of_http_s() -> None:
    assert all(400 <= kind.status <= 599 for kind in tree(errors.AfficheError))
